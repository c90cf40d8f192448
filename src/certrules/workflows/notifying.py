"""Who is told what by now, and in which words?

A job of the host's asks this from time to time: each minute or each night. What is to be told is
put into the outbox, each notice once, however often, late, or in how many processes at once the
job runs, and after the clock was set back.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import chain

from attrs import evolve, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.awards import Award
from certrules.model.catalog import ItemKind
from certrules.model.events import Event, EventKind
from certrules.model.notices import Notice, NoticeKind, Notification, Planned
from certrules.model.people import Action
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import notifications as rules
from certrules.rules.notifications import Medium
from certrules.workflows._telling import put
from certrules.workflows.actors import SYSTEM, Asking, permit

__all__ = ["Message", "due", "message"]

TOGETHER = 1000
"""Of how many entries of the outbox notices are made in one transaction."""

STRETCH = timedelta(days=1)
"""For how long a time, at least, expiries are planned in one transaction."""

STRETCHES = 100
"""Into how many stretches a longer time is divided."""

MOVED = (EventKind.ISSUED, EventKind.RENEWED, EventKind.CHANGED)
"""What may put an expiry so near that some of its moments have passed."""

_Moved = dict[tuple[str, str, int], datetime]
"""When awards, by user, certification and cycle, last came to expire as they do."""


def due(
    store: Store,
    notifications: Sequence[Notification],
    *,
    until: datetime,
    zone: str | tzinfo,
    since: datetime | None = None,
    on_told: Callable[[Sequence[Notice]], object] | None = None,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> int:
    """Put into the outbox what is to be told by an instant, and return how many notices that is.

    Told are the events since this was asked last, and the expiries whose moment has come since,
    by ``notifications`` and those of the policy. The first time, nothing before ``since`` is told
    of, or where there is none, nothing before ``until``: setting up notifications tells nobody of
    the past. Days and weeks before an expiry are counted on the calendar of ``zone``. ``on_told``
    sees the notices of each transaction once it is kept.

    What a user would have been told while deactivated is not told later either. An award whose
    badge is revoked stands, and is told of; one that was taken away is not. Raises
    :class:`~certrules.errors.NotPermittedError`, and :class:`~certrules.errors.StoreError` where
    other writers left no room: then all that ``on_told`` saw is kept, and asking again goes on.

    >>> from certrules.model.notices import NoticeKind, Offset, OffsetUnit
    >>> from certrules.repositories.memory import MemoryStore
    >>> store, jan, feb = MemoryStore(), *(datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2))
    >>> reminder = Notification("n1", NoticeKind.EXPIRY, Offset(-1, OffsetUnit.WEEKS))
    >>> with store.writing() as transaction:
    ...     transaction.awards.add([Award("ada", "fa", jan, feb)])
    >>> due(store, [reminder], until=feb, zone=UTC, since=jan)
    1
    >>> due(store, [reminder], until=feb, zone=UTC)
    0

    Rules: DOC-NOTIFY-02, DOC-NOTIFY-04, DOC-NOTIFY-05, DOC-NOTIFY-06, ALL-NOTIFY-01, INT-24,
    INT-25.
    """
    permit(actor, Action.MANAGE_NOTIFICATIONS, policy=policy)
    until = instants.utc(until)
    told = [*policy.notifications, *notifications]
    _begin(store, until, until if since is None else min(instants.utc(since), until))
    added, moved = 0, _Moved()
    of_events = _of_events(store, told, until, zone, moved)
    for notices in chain(of_events, _of_expiries(store, told, until, zone, moved)):
        added += len(notices)
        if on_told and notices:
            on_told(notices)
    return added


def _begin(store: Store, until: datetime, since: datetime) -> None:
    """Find where to go on; where the clock was set back, what was told by then stays told."""
    with store.writing() as transaction:
        planned = transaction.notices.planned()
        if planned is None:
            transaction.notices.set_planned(Planned(_first_since(transaction, since), since))
        elif until < planned.until:
            transaction.notices.set_planned(evolve(planned, until=until))


def _first_since(transaction: Transaction, since: datetime) -> int:
    """Return the position after which the first event since an instant stands."""
    position = 0
    while entries := transaction.events.after(position, TOGETHER):
        for position, entry in entries:
            if isinstance(entry, Event) and entry.at >= since:
                return position - 1
    return position


def _of_events(
    store: Store, told: Sequence[Notification], until: datetime, zone: str | tzinfo, moved: _Moved
) -> Iterator[Sequence[Notice]]:
    """Tell of the events after those of which notices were made, some in each transaction.

    Of the moments before an award came to expire as it does, only the latest is told, however late
    this is asked; ``moved`` takes down when that was, for those which are planned afterwards.
    """
    while True:
        with store.writing() as transaction:
            planned = transaction.notices.planned()
            if planned is None or not (
                entries := transaction.events.after(planned.position, TOGETHER)
            ):
                return
            events = [entry for _, entry in entries if isinstance(entry, Event)]
            awards = _awards(transaction, events)
            notices = [
                notice
                for event in events
                if event.kind not in MOVED or _cycle(event) in awards
                for notice in rules.of_event(event, told)
            ]
            for event in events:
                if event.kind in MOVED:
                    moved[_cycle(event)] = max(min(event.at, until), planned.until)
            for cycle, award in awards.items():
                notices += rules.edited(None, award, told, at=moved[cycle], zone=zone)
            added = put(transaction, notices)
            transaction.notices.set_planned(evolve(planned, position=entries[-1][0]))
        yield added


def _cycle(thing: Event | Award | Notice) -> tuple[str, str, int]:
    return thing.user, thing.certification, thing.cycle


def _awards(transaction: Transaction, events: Sequence[Event]) -> dict[tuple[str, str, int], Award]:
    """Return the awards of which events say that they may expire sooner than was planned."""
    cycles = {_cycle(event) for event in events if event.kind in MOVED}
    histories = transaction.awards.histories({(user, code) for user, code, _ in cycles})
    found = {_cycle(award): award for history in histories.values() for award in history}
    return {cycle: found[cycle] for cycle in sorted(cycles) if cycle in found}


def _of_expiries(
    store: Store, told: Sequence[Notification], until: datetime, zone: str | tzinfo, moved: _Moved
) -> Iterator[Sequence[Notice]]:
    """Tell of the expiries whose moment comes before an instant, a stretch in each transaction."""
    while True:
        with store.writing() as transaction:
            planned = transaction.notices.planned()
            if planned is None or planned.until >= until:
                return
            left = until - planned.until
            stop = planned.until + min(left, max(STRETCH, left / STRETCHES))
            notices = [
                notice
                for each in told
                for notice in _expiring(transaction, each, planned.until, stop, zone)
                if (at := moved.get(_cycle(notice))) is None or notice.due_at > at
            ]
            added = put(transaction, sorted(notices, key=lambda notice: notice.due_at))
            transaction.notices.set_planned(evolve(planned, until=stop))
        yield added


def _expiring(
    transaction: Transaction,
    notification: Notification,
    since: datetime,
    until: datetime,
    zone: str | tzinfo,
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
    store: Store,
    notice: Notice,
    notification: Notification,
    *,
    at: datetime,
    zone: str | tzinfo,
    medium: Medium = Medium.TEXT,
    renew_link: str = "",
    portal_link: str = "",
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Message | None:
    """Return a notice in words, by the templates of its notification, as it is told at an instant.

    Dates are those of ``zone``; links are the host's. None where there is nothing to tell any more:
    the user is gone or deactivated, the certification or the award is gone, or the award no longer
    expires as the notice says. Raises
    :class:`~certrules.errors.InvalidValueError` for the notification of another notice, and
    :class:`~certrules.errors.NotPermittedError`.

    >>> from certrules.model.notices import NoticeKind
    >>> from certrules.repositories.memory import MemoryStore
    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada", "Ada")])
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    ...     transaction.awards.add([Award("1", "fa", at, None)])
    >>> told = Notification("n1", NoticeKind.ISSUED, body="{{first_name}}: {{certification_name}}")
    >>> message(store, Notice("n1", told.kind, "1", "fa", 1, at, at), told, at=at, zone=UTC).body
    'Ada: First aid'

    Rules: DOC-NOTIFY-03, ALL-NOTIFY-02, INT-23, INT-24, X-NOTIFY-2.
    """
    permit(actor, Action.MANAGE_NOTIFICATIONS, policy=policy)
    if notice.notification != notification.id:
        raise InvalidValueError("notification", notification.id, f"{notice.notification!r}")
    with store.reading() as view:
        user = view.users.get(notice.user)
        certification = view.certifications.get(notice.certification)
        history = view.awards.history(notice.user, notice.certification)
        item_name = _item_name(view, notice.item)
    award = next((each for each in history if each.cycle == notice.cycle), None)
    if user is None or not user.active or certification is None or award is None:
        return None
    if notice.kind is NoticeKind.EXPIRY and (award.archived or award.expires_at != notice.of):
        return None
    values = rules.values(
        user,
        award,
        certification,
        at=at,
        zone=zone,
        renew_link=renew_link,
        portal_link=portal_link,
        item_name=item_name,
    )
    return Message(
        rules.render(notification.subject, values, Medium.HEADER),
        rules.render(notification.body, values, medium),
    )


def _item_name(view: Transaction, item: str) -> str:
    found = (view.items.get(kind, item) for kind in (ItemKind.COURSE, ItemKind.LEARNING_PLAN))
    return next((each.name for each in found if each is not None and item), "")
