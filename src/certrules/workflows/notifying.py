"""Who is told what by now, and in which words?

A job of the host's asks this from time to time: each minute or each night. What is to be told is
put into the outbox, each notice once, however often, late, or in how many processes at once the
job runs, and after the clock was set back.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from attrs import evolve, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.awards import Award
from certrules.model.catalog import ItemKind
from certrules.model.events import Event, EventKind
from certrules.model.notices import Notice, NoticeKind, Notification, Planned
from certrules.model.people import Action
from certrules.repositories.protocols import Transaction
from certrules.rules import notifications as rules
from certrules.rules.notifications import Medium
from certrules.rules.notifications.rendering import check_medium
from certrules.workflows.outbox import enqueue_notices
from certrules.workflows.platform import Acting
from certrules.workflows.transactions import BATCH

__all__ = ["Message", "due", "message"]

STRETCH = timedelta(days=1)
"""For how long a time, at least, expiries are planned in one transaction."""

STRETCHES = 100
"""Into how many stretches a longer time is divided."""

EARLIEST = datetime.min.replace(tzinfo=UTC)

LOOK_BACK = timedelta(days=2)
"""How long before the instant until which expiries were planned they are looked at once more.

In another zone than before, a moment may lie up to so much earlier, before that instant.
"""

MADE = (EventKind.ISSUED, EventKind.RENEWED)
"""What begins a cycle."""

MOVED = (*MADE, EventKind.CHANGED)
"""What may put an expiry so near that some of its moments have passed."""

_Cycle = tuple[str, str, int]
_Events = Sequence[tuple[int, Event]]


def due(
    acting: Acting,
    notifications: Sequence[Notification],
    *,
    at: datetime,
    since: datetime | None = None,
    on_told: Callable[[Sequence[Notice]], object] | None = None,
) -> int:
    """Put into the outbox what is to be told by an instant, and return how many notices that is.

    Told are the events since this was asked last, and the expiries whose moment has come since,
    by ``notifications`` and those of the policy; nothing after ``at``. How far each notification
    was told is remembered by its id, so that jobs may have different ones. The first time that one
    is seen, nothing before ``since`` is told of, or if there is none, nothing before ``at``:
    setting it up tells nobody of the past. Days and weeks before an expiry are counted on the
    calendar of the platform's zone, which may be another one each time. ``on_told`` sees the
    notices of each transaction once it is kept.

    What a user would have been told while deactivated is not told later either, nor of an award
    while its badge was revoked by hand. Raises :class:`~certrules.errors.InvalidValueError` for a
    ``since`` after ``at``, for several notifications of one id and for what is none,
    :class:`~certrules.errors.NotPermittedError`, and :class:`~certrules.errors.StoreError` where
    other writers left no room: then all that ``on_told`` saw is kept, and asking again goes on.
    Action: ``MANAGE_NOTIFICATIONS``.

    >>> from certrules.model.notices import NoticeKind, Offset, OffsetUnit
    >>> from certrules.repositories.memory import MemoryStore
    >>> store, jan, feb = MemoryStore(), *(datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2))
    >>> reminder = Notification("n1", NoticeKind.EXPIRY, Offset(-1, OffsetUnit.WEEKS))
    >>> with store.writing() as transaction:
    ...     transaction.awards.add([Award("ada", "fa", jan, feb)])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> due(system, [reminder], at=feb, since=jan)
    1
    >>> due(system, [reminder], at=feb)
    0

    Rules: DOC-NOTIFY-02, DOC-NOTIFY-04, DOC-NOTIFY-05, DOC-NOTIFY-06, ALL-NOTIFY-01, INT-24,
    INT-25.
    """
    acting.require(Action.MANAGE_NOTIFICATIONS)
    at = instants.utc(at)
    since = at if since is None else instants.utc(since)
    if since > at:
        raise InvalidValueError("since", since, f"no instant after {at.isoformat()}")
    told = _checked(acting, notifications)
    if not told:
        return 0
    _begin(acting, told, at, since)
    added = 0
    for notices in _told(acting, told, at):
        added += len(notices)
        if on_told and notices:
            on_told(notices)
    return added


def _checked(acting: Acting, notifications: Sequence[Notification]) -> Sequence[Notification]:
    """Return all notifications, the policy's among them; those of one id must be the same."""
    told: dict[str, Notification] = {}
    for each in (*acting.policy.notifications, *notifications):
        if not isinstance(each, Notification):
            raise InvalidValueError("notification", each, "a certrules.model.notices.Notification")
        if told.setdefault(each.id, each) != each:
            raise InvalidValueError("notification id", each.id, "one that no other has")
    return list(told.values())


def _begin(acting: Acting, told: Sequence[Notification], until: datetime, since: datetime) -> None:
    """Find where to go on; where the clock was set back, what was told by then stays told.

    Nor is the past told of then: only a first time that lay in the future was none.
    """
    with acting.store.writing() as transaction:
        planned = transaction.notices.planned()
        new = {each.id: Planned(0, since, since) for each in told if each.id not in planned}
        ahead = {
            each.id: _set_back(known, until)
            for each in told
            if (known := planned.get(each.id)) is not None and until < known.until
        }
        transaction.notices.set_planned(new | ahead)


def _set_back(known: Planned, until: datetime) -> Planned:
    floor = min(known.since, until) if known.since == known.until else known.since
    return evolve(known, until=max(until, floor), since=floor)


def _told(
    acting: Acting, told: Sequence[Notification], until: datetime
) -> Iterator[Sequence[Notice]]:
    """Tell of events, and of expiries once there are no more events, some in each transaction.

    Events of a later instant than ``until`` are left for another time, and all that come after
    them are then looked at again: what was told of these stays told.
    """
    position, left = 0, False
    while True:
        with acting.store.writing() as transaction:
            known = transaction.notices.planned()
            planned = {each.id: known[each.id] for each in told}
            position = max(position, min(each.position for each in planned.values()))
            if entries := transaction.events.after(position, BATCH):
                events = [(at, entry) for at, entry in entries if isinstance(entry, Event)]
                later = [at for at, event in events if event.at > until]
                now = [(at, event) for at, event in events if event.at <= until]
                added = _of_events(transaction, now, told, planned, acting.zone)
                position = entries[-1][0]
                if not left:
                    _reach(transaction, planned, position=min([*later, position + 1]) - 1)
                left = left or bool(later)
            elif min(each.until for each in planned.values()) < until:
                added = _of_expiries(transaction, told, planned, until, acting.zone)
            else:
                return
        yield added


def _reach(
    transaction: Transaction,
    planned: Mapping[str, Planned],
    position: int = 0,
    until: datetime = EARLIEST,
) -> None:
    """Remember how far it was told, of those who were not told as much before."""
    transaction.notices.set_planned(
        {
            id_: evolve(each, position=max(each.position, position), until=max(each.until, until))
            for id_, each in planned.items()
        }
    )


def _of_events(
    transaction: Transaction,
    events: _Events,
    told: Sequence[Notification],
    planned: Mapping[str, Planned],
    zone: tzinfo,
) -> Sequence[Notice]:
    """Tell of events those notifications that were not told of them.

    Of several issues of one cycle the last one stands. Of the moments before an award came to
    expire as it does, only the latest is told, however late this is asked.
    """
    awards = _awards(transaction, [event for _, event in events])
    issues = {_cycle(event): event for _, event in events if event.kind in MADE}
    moves = {_cycle(event): (at, event) for at, event in events if event.kind in MOVED}
    notices: list[Notice] = []
    passed: list[Notice] = []
    for position, event in events:
        if event.kind not in MADE or (_cycle(event) in awards and issues[_cycle(event)] is event):
            notices += rules.of_event(event, _unaware(told, planned, position, event))
    for cycle, award in awards.items():
        position, event = moves[cycle]
        alike: dict[datetime, list[Notification]] = defaultdict(list)
        for each in _unaware(told, planned, position, event):
            alike[max(event.at, planned[each.id].until)].append(each)
        for at, unaware in alike.items():
            notices += (
                each
                for each in rules.edited(None, award, unaware, at=at, zone=zone)
                if cycle in issues or each.due_at >= planned[each.notification_id].since
            )
            passed += rules.passed(award, unaware, at=at, zone=zone)
    added = enqueue_notices(transaction, notices)
    transaction.notices.pass_over(passed)
    return added


def _unaware(
    told: Sequence[Notification], planned: Mapping[str, Planned], position: int, event: Event
) -> Sequence[Notification]:
    """Return the notifications that were not told of an event, and set up before it happened."""
    return [
        each
        for each in told
        if planned[each.id].position < position and planned[each.id].since <= event.at
    ]


def _cycle(thing: Event | Award) -> _Cycle:
    return thing.user_id, thing.certification_id, thing.cycle


def _awards(transaction: Transaction, events: Sequence[Event]) -> dict[_Cycle, Award]:
    """Return the awards of which events say that they may expire sooner than was planned."""
    cycles = {_cycle(event) for event in events if event.kind in MOVED}
    histories = transaction.awards.histories({(user, code) for user, code, _ in cycles})
    found = {_cycle(award): award for history in histories.values() for award in history}
    return {cycle: found[cycle] for cycle in sorted(cycles) if cycle in found}


def _of_expiries(
    transaction: Transaction,
    told: Sequence[Notification],
    planned: Mapping[str, Planned],
    until: datetime,
    zone: tzinfo,
) -> Sequence[Notice]:
    """Tell of the expiries of a stretch of time, the next one before an instant."""
    start = min(each.until for each in planned.values())
    left = until - start
    stop = start + min(left, max(STRETCH, left / STRETCHES))
    notices = [
        notice
        for each in told
        if planned[each.id].until < stop
        for notice in _expiring(transaction, each, _from(planned[each.id]), stop, zone)
    ]
    added = enqueue_notices(transaction, sorted(notices, key=lambda notice: notice.due_at))
    _reach(transaction, planned, until=stop)
    return added


def _from(planned: Planned) -> datetime:
    """Return from when on expiries are looked at: never before the notification was set up."""
    back = max(planned.until, EARLIEST + LOOK_BACK) - LOOK_BACK
    return max(planned.since, back)


def _expiring(
    transaction: Transaction,
    notification: Notification,
    since: datetime,
    until: datetime,
    zone: tzinfo,
) -> Sequence[Notice]:
    bounds = rules.reach([notification], since, until)
    if bounds is None:
        return ()
    awards = transaction.awards.expiring(*bounds)
    return rules.due(awards, [notification], since, until, zone=zone)


@frozen
class Message:
    """What one learner reads: the subject is one line; the body is as its medium has it."""

    subject: str
    body: str


def message(
    acting: Acting,
    notice: Notice,
    notification: Notification,
    *,
    at: datetime,
    medium: Medium = Medium.TEXT,
    renew_link: str = "",
    portal_link: str = "",
) -> Message | None:
    """Return a notice in words, by the templates of its notification, as it is sent at an instant.

    Dates are those of the user's zone (:meth:`~certrules.workflows.platform.Platform.zone_of`);
    links are the host's. None if there is nothing to send any more: the user is gone or
    deactivated, the certification or the award is gone, its badge was revoked by hand, or the award
    no longer expires as the notice says. Raises :class:`~certrules.errors.InvalidValueError` for
    the notification of another notice and for anything that is no medium. Action:
    ``MANAGE_NOTIFICATIONS``.

    >>> from certrules.model.notices import NoticeKind
    >>> from certrules.repositories.memory import MemoryStore
    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada", "Ada")])
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    ...     transaction.awards.add([Award("1", "fa", at, None)])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> told = Notification("n1", NoticeKind.ISSUED, body="{{first_name}}: {{certification_name}}")
    >>> message(system, Notice("n1", told.kind, "1", "fa", 1, at, at), told, at=at).body
    'Ada: First aid'

    Rules: DOC-NOTIFY-03, ALL-NOTIFY-02, INT-23, INT-24, X-NOTIFY-2.
    """
    acting.require(Action.MANAGE_NOTIFICATIONS)
    check_medium(medium)
    if notice.notification_id != notification.id:
        raise InvalidValueError("notification", notification.id, f"{notice.notification_id!r}")
    with acting.store.reading() as view:
        user = view.users.get(notice.user_id)
        certification = view.certifications.get(notice.certification_id)
        history = view.awards.history(notice.user_id, notice.certification_id)
        badge = view.badges.current(notice.user_id, notice.certification_id, notice.cycle)
        item_name = _item_name(view, notice.item_id)
    award = next((each for each in history if each.cycle == notice.cycle), None)
    if user is None or not user.active or certification is None or award is None:
        return None
    if badge is not None and badge.withdrawn:
        return None
    if notice.kind is NoticeKind.EXPIRY and (award.archived or award.expires_at != notice.of):
        return None
    values = rules.values(
        user,
        award,
        certification,
        at=at,
        zone=acting.zone_of(user),
        renew_link=renew_link,
        portal_link=portal_link,
        item_name=item_name,
    )
    return Message(
        rules.render(notification.subject, values, Medium.HEADER),
        rules.render(notification.body, values, medium),
    )


def _item_name(view: Transaction, item_id: str) -> str:
    found = (view.items.get(kind, item_id) for kind in (ItemKind.COURSE, ItemKind.LEARNING_PLAN))
    return next((each.name for each in found if each is not None and item_id), "")
