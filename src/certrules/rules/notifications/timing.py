"""Timing: when is the notice of an expiry due, and which are due in an interval?"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from certrules import instants, periods
from certrules.errors import OutOfRangeError
from certrules.model.notices import NoticeKind, Notification, Offset, OffsetUnit
from certrules.periods import Unit


def moment(expires_at: datetime, offset: Offset, *, zone: str | tzinfo) -> datetime:
    """Return the instant, in UTC, at which the notice of an expiry is due.

    Days and weeks are counted in the calendar of ``zone``, whose clocks then show the same time of
    day as at the expiry; hours are elapsed ones. In UTC all of them are exact. Raises
    :class:`~certrules.errors.OutOfRangeError` beyond the years 1 to 9999.

    >>> expiry = datetime(2025, 6, 30, tzinfo=UTC)
    >>> moment(expiry, Offset(-2, OffsetUnit.WEEKS), zone=UTC).isoformat()
    '2025-06-16T00:00:00+00:00'
    >>> monday = instants.start_of_day(date(2025, 3, 31), "Europe/Rome")  # Sunday had 23 hours
    >>> moment(monday, Offset(-1, OffsetUnit.DAYS), zone="Europe/Rome").isoformat()
    '2025-03-29T23:00:00+00:00'

    Rules: DOC-NOTIFY-04, INT-25, X-NOTIFY-3.
    """
    if offset.unit is OffsetUnit.HOURS or not offset.amount:
        return _hours_later(instants.utc(expires_at), offset.amount)
    wall = instants.local(expires_at, zone)
    day = periods.add(wall.date(), offset.amount, _CALENDAR[offset.unit]).day
    return instants.at_local(day, wall.time(), zone)


_CALENDAR = {OffsetUnit.DAYS: Unit.DAYS, OffsetUnit.WEEKS: Unit.WEEKS}


def _hours_later(instant: datetime, hours: int) -> datetime:
    try:
        return instant + timedelta(hours=hours)
    except OverflowError as error:
        raise OutOfRangeError(instant, f"plus {hours} hours") from error


def reach(
    notifications: Iterable[Notification], since: datetime, until: datetime
) -> tuple[datetime, datetime] | None:
    """Return the bounds of the expiries of which something can be due in an interval.

    Both included: a store selects by them, and :func:`~certrules.rules.notifications.due` has the
    last word. None if no notification is of an expiry, or if the interval is empty.

    >>> reminder = Notification("n1", NoticeKind.EXPIRY, Offset(-1, OffsetUnit.WEEKS))
    >>> [str(each.date()) for each in reach([reminder], *(datetime(2024, 1, day, tzinfo=UTC)
    ...                                                   for day in (10, 11)))]
    ['2024-01-15', '2024-01-20']

    Rules: DOC-NOTIFY-04.
    """
    since, until = instants.utc(since, "since"), instants.utc(until, "until")
    offsets = [each.offset for each in notifications if each.kind is NoticeKind.EXPIRY]
    if not offsets or since >= until:
        return None
    hours = [each.amount * _HOURS[each.unit] for each in offsets]
    return _bounded(since, -max(hours) - _SLACK), _bounded(until, -min(hours) + _SLACK)


_HOURS = {OffsetUnit.HOURS: 1, OffsetUnit.DAYS: 24, OffsetUnit.WEEKS: 7 * 24}
_SLACK = 48
"""Hours by which calendar days can differ from elapsed ones: no zone moves by more."""


def _bounded(instant: datetime, hours: int) -> datetime:
    try:
        return _hours_later(instant, hours)
    except OutOfRangeError:
        return datetime.max.replace(tzinfo=UTC) if hours > 0 else datetime.min.replace(tzinfo=UTC)
