"""Notifications: which notices are due by now, and how does one read?

The host runs :func:`due` as a job from time to time: each minute or each night. It puts each notice
into the outbox once, however often, late, or in how many processes at once it runs, and also after
the clock was set back.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from attrs import evolve, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Answer
from certrules.model.notices import (
    ISSUES,
    Event,
    EventKind,
    Notice,
    NoticeKind,
    Notification,
    NotRenewable,
    Planned,
)
from certrules.model.people import Action
from certrules.model.values import checked
from certrules.repositories.protocols import CoreTransaction, HasBadges, HasItems
from certrules.rules import notifications as rules
from certrules.rules import renewal
from certrules.rules.notifications import Medium
from certrules.rules.notifications.templates import check_medium
from certrules.workflows import facts
from certrules.workflows.effects import BATCH
from certrules.workflows.log import log
from certrules.workflows.outbox import OutboxParts, enqueue_notices
from certrules.workflows.platform import Acting

STRETCH = timedelta(days=1)
"""The shortest time of which one transaction plans the expiries."""

STRETCHES = 100
"""Into how many stretches a longer time is divided."""

EARLIEST = datetime.min.replace(tzinfo=UTC)

LOOK_BACK = timedelta(days=2)
"""How far expiries that were planned before are looked at again.

In another zone than before, the moment of a notice may lie up to so much earlier.
"""

MOVED = (*ISSUES, EventKind.CHANGED)
"""What may put an expiry so near that some of its moments have passed."""


class DueParts(CoreTransaction, OutboxParts, Protocol):
    """What :func:`due` asks of a store."""


class MessageParts(CoreTransaction, HasBadges, Protocol):
    """What :func:`message` asks of a store."""


def due(
    acting: Acting[DueParts],
    notifications: Sequence[Notification],
    *,
    at: datetime,
    since: datetime | None = None,
    on_created: Callable[[Sequence[Notice]], object] | None = None,
) -> int:
    """Create the notices that are due by an instant, in the outbox, and return how many.

    They are those of the events since the last run and of the expiries whose moment has come since,
    by ``notifications`` and those of the policy. How far each notification was planned is
    remembered by its id, so that jobs may have different ones. A new notification ignores what was
    before ``since``, or else before ``at``. Days and weeks before an expiry are counted on the
    calendar of the platform's zone, which may be another one each time. ``on_created`` gets the
    notices of each transaction after its commit.

    Users get no notices of what happened while they were deactivated, nor of an award while its
    badge was revoked by hand, nor of a moment before their award was recorded, as by an import. Nor
    do those who could not renew it at ``at``, if a notification says so; missed ones are not
    created later. Raises :class:`~certrules.errors.InvalidValueError` for a ``since``
    after ``at``, for two notifications of one id and for anything that is none, and
    :class:`~certrules.errors.StoreError` if other writers left no room: what ``on_created`` got is
    kept, and the same call again goes on. Action: ``MANAGE_NOTIFICATIONS``.

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
    INT-25, INT-48.
    """
    acting.require(Action.MANAGE_NOTIFICATIONS)
    at = instants.utc(at, "at")
    since = at if since is None else instants.utc(since, "since")
    if since > at:
        raise InvalidValueError("since", since, f"no instant after {at.isoformat()}")
    wanted = _checked(acting, notifications)
    if not wanted:
        return 0
    _begin(acting, wanted, at, since)
    added = 0
    for notices in _planned(acting, wanted, at):
        added += len(notices)
        if on_created and notices:
            on_created(notices)
    log("notices", notifications=len(wanted), created=added)
    return added


def _checked(
    acting: Acting[object], notifications: Sequence[Notification]
) -> Sequence[Notification]:
    """Return all notifications, the policy's among them; those of one id must be the same."""
    known: dict[str, Notification] = {}
    for each in (*acting.policy.notifications, *notifications):
        checked("notification", each, Notification)
        if known.setdefault(each.id, each) != each:
            raise InvalidValueError("notification id", each.id, "one that no other has")
    return list(known.values())


def _begin(
    acting: Acting[DueParts], notifications: Sequence[Notification], at: datetime, since: datetime
) -> None:
    """Write the markers of notifications that are new, and of those that lie ahead of ``at``.

    A new one begins at the first event that can matter. After the clock is set back, nothing
    earlier is sent either. A marker of a future instant at which a notification was new counts as
    not created.
    """
    with acting.writing() as transaction:
        markers = transaction.notices.planned()
        changed: dict[str, Planned] = {}
        position: int | None = None
        for each in notifications:
            known = markers.get(each.id)
            if known is None:
                if position is None:
                    position = transaction.events.position_at(since)
                changed[each.id] = Planned(position, since, since)
            elif at < known.until:
                floor = min(known.since, at) if known.since == known.until else known.since
                changed[each.id] = evolve(known, until=max(at, floor), since=floor)
        transaction.notices.set_planned(changed)


def _planned(
    acting: Acting[DueParts], notifications: Sequence[Notification], until: datetime
) -> Iterator[Sequence[Notice]]:
    """Plan the notices of events, then those of expiries, a part in each transaction.

    Events after ``until`` are left for another time. All that come after them are then looked at
    again; their notices are not created again.
    """
    position, left = 0, False
    while True:
        with acting.writing() as transaction:
            known = transaction.notices.planned()
            markers = {each.id: known[each.id] for each in notifications}
            planning = _Planning(acting, transaction, notifications, markers, until)
            position = max(position, min(each.position for each in markers.values()))
            if entries := transaction.events.after(position, BATCH):
                events = [(at, entry) for at, entry in entries if isinstance(entry, Event)]
                later = [at for at, event in events if event.at > until]
                added = planning.of_events([each for each in events if each[1].at <= until])
                position = entries[-1][0]
                if not left:
                    planning.reach(position=min([*later, position + 1]) - 1)
                left = left or bool(later)
            elif min(each.until for each in markers.values()) < until:
                added = planning.of_expiries(until)
            else:
                return
        yield added


@frozen
class _Planning:
    """One transaction of :func:`due` as of ``at``; ``markers`` say how far each one was planned."""

    acting: Acting[DueParts]
    transaction: DueParts
    notifications: Sequence[Notification]
    markers: Mapping[str, Planned]
    at: datetime

    @property
    def zone(self) -> tzinfo:
        return self.acting.zone

    def reach(self, position: int = 0, until: datetime = EARLIEST) -> None:
        """Move the markers forward to a position and an instant."""
        self.transaction.notices.set_planned(
            {
                id_: evolve(
                    each, position=max(each.position, position), until=max(each.until, until)
                )
                for id_, each in self.markers.items()
            }
        )

    def of_events(self, events: Sequence[tuple[int, Event]]) -> Sequence[Notice]:
        """Create the notices of events, for every notification that has not processed them.

        If a cycle was issued twice, the last issue counts. Of the moments before an award came to
        expire as it does, only the latest is sent, however late the job runs, and none from before
        the award was recorded.
        """
        issues = {event.key: event for _, event in events if event.kind in ISSUES}
        moves = {event.key: (at, event) for at, event in events if event.kind in MOVED}
        histories = self.transaction.awards.histories({(user, code) for user, code, _ in moves})
        found = {award.key: award for history in histories.values() for award in history}
        awards = {cycle: found[cycle] for cycle in sorted(moves) if cycle in found}
        notices: list[Notice] = []
        passed: list[Notice] = []
        for position, event in events:
            if event.kind not in ISSUES or (event.key in awards and issues[event.key] is event):
                notices += rules.of_event(event, self._unaware(position, event))
        recorded = {cycle: event.at for cycle, event in issues.items()}
        recorded |= self.transaction.events.issues(awards.keys() - issues.keys())
        for cycle, award in awards.items():
            position, event = moves[cycle]
            alike: dict[datetime, list[Notification]] = defaultdict(list)
            for each in self._unaware(position, event):
                alike[max(event.at, self.markers[each.id].until)].append(each)
            for at, unaware in alike.items():
                notices += (
                    each
                    for each in rules.edited(
                        None, award, unaware, at=at, zone=self.zone, recorded_at=recorded.get(cycle)
                    )
                    if each.due_at >= self.markers[each.notification_id].since
                )
                passed += rules.passed(award, unaware, at=at, zone=self.zone)
        added = self._enqueue(notices)
        self.transaction.notices.pass_over(passed)
        return added

    def _enqueue(self, notices: Sequence[Notice]) -> Sequence[Notice]:
        """Create notices, but those that are withheld from whoever could not renew."""
        sent: list[Notice] = []
        silent: list[Notice] = []
        for each in notices:
            (silent if self._withheld(each) else sent).append(each)
        self.transaction.notices.pass_over(silent)
        return enqueue_notices(self.transaction, sent)

    def _withheld(self, notice: Notice) -> bool:
        same = (each for each in self.notifications if each.id == notice.notification_id)
        notification = next(same)
        if notification.not_renewable is not NotRenewable.NOT_SENT:  # so nothing need be loaded
            return False
        answer = _renewal(self.acting, self.transaction, notice, self.at)
        return answer is not None and rules.withheld(notification, answer)

    def _unaware(self, position: int, event: Event) -> Sequence[Notification]:
        """Return the notifications that have not processed an event and are older than it."""
        return [
            each
            for each in self.notifications
            if self.markers[each.id].position < position and self.markers[each.id].since <= event.at
        ]

    def of_expiries(self, until: datetime) -> Sequence[Notice]:
        """Create the notices of the expiries of the next stretch of time before an instant."""
        start = min(each.until for each in self.markers.values())
        left = until - start
        stop = start + min(left, max(STRETCH, left / STRETCHES))
        notices = [notice for each in self.notifications for notice in self._expiring(each, stop)]
        added = self._enqueue(sorted(notices, key=lambda each: each.due_at))
        self.reach(until=stop)
        return added

    def _expiring(self, notification: Notification, stop: datetime) -> Sequence[Notice]:
        """Return the notices of one notification, never of before it was set up."""
        marker = self.markers[notification.id]
        since = max(marker.since, max(marker.until, EARLIEST + LOOK_BACK) - LOOK_BACK)
        bounds = rules.reach([notification], since, stop) if marker.until < stop else None
        if bounds is None:
            return ()
        awards = self.transaction.awards.expiring(*bounds, at=self.at)
        return rules.due(awards, [notification], since, stop, zone=self.zone)


def _renewal(
    acting: Acting[object], view: CoreTransaction, notice: Notice, at: datetime
) -> Answer | None:
    """Return whether the user of a notice may renew; None if the store does not have them."""
    if view.users.get(notice.user_id) is None:
        return None
    known = facts.load(view, notice.user_id, notice.certification_id)
    return renewal.decide(known, at=at, policy=acting.policy)


@frozen
class Message:
    """What one learner reads: the subject is one line; the body is as its medium has it."""

    subject: str
    body: str


def message(
    acting: Acting[MessageParts],
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
    links are the host's, and there is no ``renew_link`` for somebody whose renewal would be
    refused. None if there is nothing to send any more: the user is gone or
    deactivated, the certification or the award is gone, its badge was revoked by hand, the award
    no longer expires as the notice says, or the notification is not sent to those who could not
    renew. Raises :class:`~certrules.errors.InvalidValueError` for
    the notification of another notice and for anything that is no medium. Action:
    ``MANAGE_NOTIFICATIONS``.

    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada", "Ada")])
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    ...     transaction.awards.add([Award("1", "fa", at, None)])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> news = Notification("n1", NoticeKind.ISSUED, body="{{first_name}}: {{certification_name}}")
    >>> message(system, Notice("n1", news.kind, "1", "fa", 1, at, at), news, at=at).body
    'Ada: First aid'

    Rules: DOC-NOTIFY-03, ALL-NOTIFY-02, INT-23, INT-24, INT-48, X-NOTIFY-2.
    """
    acting.require(Action.MANAGE_NOTIFICATIONS)
    check_medium(medium)
    if notice.notification_id != notification.id:
        raise InvalidValueError("notification", notification.id, f"{notice.notification_id!r}")
    with acting.reading() as view:
        user = view.users.get(notice.user_id)
        certification = view.certifications.get(notice.certification_id)
        history = view.awards.history(notice.user_id, notice.certification_id)
        badge = view.badges.current(notice.user_id, notice.certification_id, notice.cycle)
        item_name = _item_name(view, notice.item_id)
        answer = _renewal(acting, view, notice, at)
    award = next((each for each in history if each.cycle == notice.cycle), None)
    if user is None or not user.active or certification is None or award is None:
        return None
    if badge is not None and badge.withdrawn:
        return None
    if notice.kind is NoticeKind.EXPIRY:
        until = award.archived_at  # in a gap before the next award, the expiry is still news
        if award.expires_at != notice.of or (until and until <= max(at, notice.of)):
            return None
    if answer is None or rules.withheld(notification, answer):
        return None
    values = rules.values(
        user,
        award,
        certification,
        at=at,
        zone=acting.zone_of(user),
        renew_link=renew_link if answer else "",
        portal_link=portal_link,
        item_name=item_name,
    )
    return Message(
        rules.render(notification.subject, values, Medium.HEADER),
        rules.render(notification.body, values, medium),
    )


def _item_name(view: HasItems, item_id: str) -> str:
    found = (view.items.get(kind, item_id) for kind in (ItemKind.COURSE, ItemKind.LEARNING_PLAN))
    return next((each.name for each in found if each is not None and item_id), "")
