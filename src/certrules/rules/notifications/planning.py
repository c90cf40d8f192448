"""Planning: which notices does an event, an edit or the passing of time call for?

A notice is sent once by its identity: the award and its cycle, the notification, and the instant of
what it reports; each cycle has one of its issue. What is issued in the place of a removed award is
another award, and has notices of its own.

The sender records the identities that it sent, and plans from the instant up to which it planned
before. So no notice is lost or sent twice, even if the job runs late, twice at once, or after the
clock was set back. Nothing is planned for an award that was archived or removed. If the next award
was issued in advance and begins only after a gap, the expiry before the gap is still news.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from certrules import instants
from certrules.errors import OutOfRangeError
from certrules.model.awards import Award, AwardKey
from certrules.model.decisions import Answer
from certrules.model.notices import Event, EventKind, Notice, NoticeKind, Notification, NotRenewable
from certrules.model.reasons import ReasonCode
from certrules.rules.notifications.timing import moment


def of_event(event: Event, notifications: Iterable[Notification]) -> list[Notice]:
    """Return the notices that an event calls for, due at its instant; none without a notification.

    A renewal is reported as an issue. The same event has notices of the same identity each time, as
    have two issues of one cycle.

    >>> event = Event(EventKind.RENEWED, "ada", "fa", 2, datetime(2024, 1, 1, tzinfo=UTC))
    >>> [str(notice.kind) for notice in of_event(event, [Notification("n1", NoticeKind.ISSUED)])]
    ['issued']

    Rules: DOC-NOTIFY-01, DOC-NOTIFY-02, DOC-NOTIFY-05, DOC-NOTIFY-06, ALL-NOTIFY-01.
    """
    kind = _KINDS.get(event.kind)
    return [
        Notice(each.id, kind, *event.key, event.at, event.at, event.item_id or "", each.priority)
        for each in _distinct(notifications)
        if each.kind is kind
    ]


_KINDS = {
    EventKind.ISSUED: NoticeKind.ISSUED,
    EventKind.RENEWED: NoticeKind.ISSUED,
    EventKind.ENROLLED: NoticeKind.ENROLLED,
}


def due(
    awards: Iterable[Award],
    notifications: Iterable[Notification],
    since: datetime,
    until: datetime,
    *,
    zone: str | tzinfo,
) -> list[Notice]:
    """Return the notices of expiries that are due from ``since`` to just before ``until``.

    In the order in which they are due; none for awards that never expire, or that are archived
    before they do or by ``until``, nor before an award was issued or after it was archived: who
    earns what is valid for a week is not reminded of it three weeks earlier. Ask for consecutive
    intervals; one that ends before it begins is empty.

    >>> jan, jul = (datetime(2024, month, 1, tzinfo=UTC) for month in (1, 7))
    >>> reminder = Notification("n1", NoticeKind.EXPIRY, Offset(-30, OffsetUnit.DAYS))
    >>> [str(each.due_at) for each in due([Award("ada", "fa", jan, jul)], [reminder], jan, jul,
    ...                                   zone=UTC)]
    ['2024-06-01 00:00:00+00:00']

    Rules: DOC-NOTIFY-01, DOC-NOTIFY-02, DOC-NOTIFY-04, DOC-NOTIFY-07, ALL-NOTIFY-03, INT-23,
    INT-25, INT-46.
    """
    since, until = instants.utc(since, "since"), instants.utc(until, "until")
    found = {
        notice.identity: notice
        for notice in _called_for(awards, notifications, instants.time_zone(zone), until)
        if since <= notice.due_at < until
    }
    return sorted(found.values(), key=_order)


def edited(
    before: Award | None,
    after: Award,
    notifications: Iterable[Notification],
    *,
    at: datetime,
    zone: str | tzinfo,
    recorded_at: datetime | None = None,
) -> list[Notice]:
    """Return what to send at once because an edit moved an expiry: one notice, or none.

    Of the moments that the edit put into the past, only the latest is reported; those to come are
    left to :func:`due`. If the expiry itself is past now, no reminder is sent, but the notice of
    the expiry is. ``before`` is None if it is not known how the award was before. Nothing is sent
    about the time before ``recorded_at``, when the award became known, such as by an import.

    >>> jan, jun, jul = (datetime(2024, month, 1, tzinfo=UTC) for month in (1, 6, 7))
    >>> award = Award("ada", "fa", jan, datetime(2025, 1, 1, tzinfo=UTC))
    >>> reminders = [Notification(f"{days} days", NoticeKind.EXPIRY, Offset(-days, OffsetUnit.DAYS))
    ...              for days in (90, 60, 20)]
    >>> shorter = Award("ada", "fa", jan, jul)
    >>> [notice.notification_id for notice in edited(award, shorter, reminders, at=jun, zone=UTC)]
    ['60 days']

    Rules: INT-23, INT-25, INT-48.
    """
    at = instants.utc(at, "at")
    since = None if recorded_at is None else instants.utc(recorded_at)
    if before is not None and before.expires_at == after.expires_at:
        return []
    past = passed(after, notifications, at=at, zone=zone)
    latest = [each for each in past if each.due_at >= each.of or each.of > at][-1:]
    return [each for each in latest if since is None or each.due_at >= since]


def passed(
    award: Award, notifications: Iterable[Notification], *, at: datetime, zone: str | tzinfo
) -> list[Notice]:
    """Return every notice of an award's expiry whose moment has come by an instant, in order.

    If the award gets its expiry at that instant, none of them is sent any more but
    the one that :func:`edited` returns.

    >>> award = Award("ada", "fa", *(datetime(2024, month, 1, tzinfo=UTC) for month in (1, 7)))
    >>> reminders = [Notification(f"{days} days", NoticeKind.EXPIRY, Offset(-days, OffsetUnit.DAYS))
    ...              for days in (90, 60, 20)]
    >>> at = datetime(2024, 6, 1, tzinfo=UTC)
    >>> [each.notification_id for each in passed(award, reminders, at=at, zone=UTC)]
    ['90 days', '60 days']

    Rules: INT-25.
    """
    at = instants.utc(at, "at")
    found = _called_for([award], notifications, instants.time_zone(zone), at)
    return sorted((each for each in found if each.due_at <= at), key=_order)


def withheld(notification: Notification, renewal: Answer) -> bool:
    """Return whether a notice is not sent because its user could not start the renewal.

    ``renewal`` is the answer of :func:`certrules.rules.renewal.decide`. Whoever has started the
    renewal already is reminded to complete it.

    >>> reminder = Notification("n1", NoticeKind.EXPIRY, not_renewable=NotRenewable.NOT_SENT)
    >>> withheld(reminder, Refused(())), withheld(reminder, Granted())
    (True, False)

    Rules: INT-48.
    """
    if renewal or notification.not_renewable is not NotRenewable.NOT_SENT:
        return False
    reasons = [reason.code for reason in renewal.reasons]
    return reasons != [ReasonCode.RENEWAL_OPEN]


def _called_for(
    awards: Iterable[Award], notifications: Iterable[Notification], zone: tzinfo, at: datetime
) -> Iterator[Notice]:
    """Yield every notice of an expiry, whenever it is due; each distinct expiry is counted once.

    An award that is history at an instant, or will be when it expires, has none.
    """
    of_expiry = [each for each in _distinct(notifications) if each.kind is NoticeKind.EXPIRY]
    known: dict[datetime, list[tuple[Notification, datetime]]] = {}
    for award in awards:
        if award.expires_at is None:
            continue
        until = award.archived_at
        if until is not None and until <= max(at, award.expires_at):
            continue
        if award.expires_at not in known:
            known[award.expires_at] = list(_moments(award.expires_at, of_expiry, zone))
        for notification, due_at in known[award.expires_at]:
            if due_at >= award.issued_at and (until is None or due_at < until):
                yield Notice(
                    notification.id,
                    NoticeKind.EXPIRY,
                    *award.key,
                    of=award.expires_at,
                    due_at=due_at,
                    priority=notification.priority,
                )


def _moments(
    expires_at: datetime, notifications: Iterable[Notification], zone: tzinfo
) -> Iterator[tuple[Notification, datetime]]:
    for notification in notifications:
        try:
            yield notification, moment(expires_at, notification.offset, zone=zone)
        except OutOfRangeError:
            continue  # 9999-12-31 stands for never in many a file: the day after it never comes


def _distinct(notifications: Iterable[Notification]) -> list[Notification]:
    return list({each.id: each for each in notifications}.values())


def _order(notice: Notice) -> tuple[datetime, AwardKey, str]:
    return notice.due_at, notice.key, notice.notification_id
