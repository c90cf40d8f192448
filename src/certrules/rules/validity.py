"""Validity: when does an award expire?"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from attrs import frozen

from certrules import instants, periods
from certrules.errors import InvalidValueError
from certrules.model.awards import ExpiryDay
from certrules.model.catalog import Validity
from certrules.model.decisions import Answer, Granted, Refused, because
from certrules.model.policy import Policy
from certrules.model.reasons import ReasonCode
from certrules.periods import MonthEnd, Unit
from certrules.rules.feature import switched_off

REMEMBERED = 4096
"""How many answers are kept: a store holds some thousand distinct issue instants."""


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
    """Return the instant, in UTC, at which an award expires, or None if it never does.

    The period is added to the calendar day on which the award was issued in ``zone``, and the local
    time of day is kept; if the clocks skip it, it is the first instant after it. Raises
    :class:`~certrules.errors.NaiveDatetimeError`, :class:`~certrules.errors.UnknownZoneError`,
    :class:`~certrules.errors.OutOfRangeError` after the year 9999, and
    :class:`~certrules.errors.NoSuchDayError` if ``month_end`` refuses.

    >>> issued = instants.start_of_day(date(2024, 2, 29), "Europe/Rome")
    >>> expiry(issued, Validity(1, Unit.YEARS), zone="Europe/Rome").isoformat()
    '2025-02-27T23:00:00+00:00'
    >>> print(expiry(issued, Validity.NEVER, zone="Europe/Rome"))
    None

    Rules: DOC-EXP-01, DOC-EXP-02, DOC-EXP-06, ALL-EXP-02, INT-01, INT-40.
    """
    return expiry_details(
        issued_at,
        validity,
        zone=zone,
        month_end=month_end,
        expiry_day=expiry_day,
        anchor_day=anchor_day,
    ).at


def expiry_details(
    issued_at: datetime,
    validity: Validity,
    *,
    zone: str | tzinfo,
    month_end: MonthEnd = MonthEnd.CLAMP,
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE,
    anchor_day: int | None = None,
) -> Expiry:
    """Return the expiry with how it came about; takes and raises what :func:`expiry` does.

    >>> issued = datetime(2024, 1, 31, tzinfo=UTC)
    >>> expiry_details(issued, Validity(1, Unit.MONTHS), zone=UTC).rounded
    True

    Rules: INT-01, INT-40.
    """
    # in UTC first: elsewhere an hour that comes twice has two instants that compare equal
    in_utc = type(issued_at) is datetime and issued_at.tzinfo is UTC
    at = issued_at if in_utc else instants.utc(issued_at)
    tz = zone if type(zone) is ZoneInfo else instants.time_zone(zone)
    try:
        return _known(at, validity.amount, validity.unit, tz, month_end, expiry_day, anchor_day)
    except TypeError:  # some zones of other libraries cannot be hashed
        return _reckon(at, validity.amount, validity.unit, tz, month_end, expiry_day, anchor_day)


def _reckon(
    issued_at: datetime,
    amount: int,
    unit: Unit,
    tz: tzinfo,
    month_end: MonthEnd,
    expiry_day: ExpiryDay,
    anchor_day: int | None,
) -> Expiry:
    if not isinstance(expiry_day, ExpiryDay):
        raise InvalidValueError("expiry_day", expiry_day, "a certrules.ExpiryDay")
    if amount == 0:
        return Expiry(None)
    issued = instants.local(issued_at, tz)
    end = periods.add(issued.date(), amount, unit, month_end, anchor_day=anchor_day)
    if expiry_day is ExpiryDay.EXCLUSIVE:
        return Expiry(instants.at_local(end.day, issued.time(), tz), end.lost_day)
    following = periods.add(end.day, 1, Unit.DAYS).day
    return Expiry(instants.at_local(following, time.min, tz), end.lost_day)


_known = lru_cache(maxsize=REMEMBERED)(_reckon)


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
    tz = instants.time_zone(zone)
    issued = [instants.utc(at, "at") for at in issued]
    known = {
        at: expiry(at, validity, zone=tz, month_end=month_end, expiry_day=expiry_day)
        for at in set(issued)
    }
    return [known[at] for at in issued]


def written_expiry(day: date, *, zone: str | tzinfo, policy: Policy) -> datetime:
    """Return the instant, in UTC, at which an award expires whose expiry day is written down.

    The day begins as issue days of the policy do. The award lasts until it is over if the policy
    counts the expiry day as valid. Raises :class:`~certrules.errors.MissingDayError` for a day that
    the zone skipped.

    >>> written_expiry(date(2026, 6, 30), zone="Europe/Rome", policy=DOCEBO).isoformat()
    '2026-06-29T22:00:00+00:00'

    Rules: DOC-TZ-06, INT-01, INT-11.
    """
    end_of_day = policy.expiry_day is ExpiryDay.INCLUSIVE
    return instants.expiry_instant(day, zone, policy.issue_date, end_of_day=end_of_day)


def allowed(validity: Validity, policy: Policy) -> Answer:
    """Return whether a certification of a platform may have a validity; no effects follow.

    >>> bool(allowed(Validity(2, Unit.YEARS), ALLBOUND))
    True
    >>> print(allowed(Validity(18, Unit.MONTHS), ALLBOUND).reasons[0])
    18 months is not one of: 1 year, 2 years, 3 years, never (ALL-EXP-01)

    Rules: DOC-EXP-01, ALL-EXP-01.
    """
    if off := switched_off(policy):
        return Refused(off)
    if policy.validities is None:
        return Granted(reasons=(because(ReasonCode.VALIDITY_FREE, validity=validity),))
    known = {"validity": validity, "validities": tuple(policy.validities)}
    if str(validity) in map(str, policy.validities):  # zero of any unit reads: never
        return Granted(reasons=(because(ReasonCode.VALIDITY_LISTED, **known),))
    return Refused((because(ReasonCode.VALIDITY_NOT_LISTED, **known),))
