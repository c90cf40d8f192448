"""When does an award expire?"""

from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo

from attrs import frozen

from certrules import instants, periods
from certrules.model.catalog import Validity
from certrules.model.policy import ExpiryDay
from certrules.periods import MonthEnd, Unit

__all__ = ["Expiry", "expiries", "expiry", "reckon"]


@frozen
class Expiry:
    """When an award expires (None: never), and the day of the month that a shorter month took.

    ``lost_day`` is the ``anchor_day`` of the renewal that follows.
    """

    at: datetime | None
    lost_day: int | None = None

    @property
    def rounded(self) -> bool:
        """Whether the expiry was moved because its month is too short."""
        return self.lost_day is not None


def expiry(
    issued_at: datetime,
    validity: Validity,
    *,
    zone: str | tzinfo,
    month_end: MonthEnd = MonthEnd.CLAMP,
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE,
    anchor_day: int | None = None,
) -> datetime | None:
    """Return the instant, in UTC, at which an award expires, or None where it never does.

    The period is added to the calendar day on which the award was issued in ``zone``, and the local
    time of day is kept. Raises :class:`~certrules.errors.OutOfRangeError` after the year 9999.

    >>> issued = instants.start_of_day(date(2024, 2, 29), "Europe/Rome")
    >>> expiry(issued, Validity(1, Unit.YEARS), zone="Europe/Rome").isoformat()
    '2025-02-27T23:00:00+00:00'
    >>> print(expiry(issued, Validity.NEVER, zone="Europe/Rome"))
    None

    Rules: DOC-EXP-01, DOC-EXP-02, DOC-EXP-06, ALL-EXP-02, INT-01.
    """
    return reckon(
        issued_at,
        validity,
        zone=zone,
        month_end=month_end,
        expiry_day=expiry_day,
        anchor_day=anchor_day,
    ).at


def reckon(
    issued_at: datetime,
    validity: Validity,
    *,
    zone: str | tzinfo,
    month_end: MonthEnd = MonthEnd.CLAMP,
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE,
    anchor_day: int | None = None,
) -> Expiry:
    """Return the expiry with how it came about; takes and raises what :func:`expiry` does.

    >>> reckon(datetime(2024, 1, 31, tzinfo=UTC), Validity(1, Unit.MONTHS), zone=UTC).rounded
    True

    Rules: INT-01, INT-40.
    """
    if validity.never:
        return Expiry(None)
    tz = instants.time_zone(zone)
    issued = instants.local(issued_at, tz)
    end = periods.add(
        issued.date(), validity.amount, validity.unit, month_end, anchor_day=anchor_day
    )
    return Expiry(_ending(end.day, issued.time(), tz, expiry_day), end.lost_day)


def _ending(day: date, clock: time, tz: tzinfo, expiry_day: ExpiryDay) -> datetime:
    match expiry_day:
        case ExpiryDay.EXCLUSIVE:
            return instants.at_local(day, clock, tz)
        case ExpiryDay.INCLUSIVE:
            following = periods.add(day, 1, Unit.DAYS).day
            return instants.at_local(following, time.min, tz)


def expiries(
    issued: Iterable[datetime],
    validity: Validity,
    *,
    zone: str | tzinfo,
    month_end: MonthEnd = MonthEnd.CLAMP,
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE,
) -> list[datetime | None]:
    """Return :func:`expiry` of each instant; every distinct instant is computed once.

    >>> days = [datetime(2024, 1, 31, tzinfo=UTC)] * 3
    >>> len(expiries(days, Validity(1, Unit.YEARS), zone="Europe/Rome"))
    3
    """
    issued = list(issued)
    tz = instants.time_zone(zone)
    known = {
        at: expiry(at, validity, zone=tz, month_end=month_end, expiry_day=expiry_day)
        for at in set(issued)
    }
    return [known[at] for at in issued]
