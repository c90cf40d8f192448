"""Periods: which day is so many days, weeks, months or years after another?

Calendar arithmetic on days alone: no clock and no time zone.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache

from attrs import frozen
from dateutil.relativedelta import relativedelta

from certrules.errors import CertrulesError, InvalidValueError, NoSuchDayError, OutOfRangeError
from certrules.words import Word


class Unit(Word):
    """A unit of a validity.

    Rules: DOC-EXP-01.
    """

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


class MonthEnd(Word):
    """What becomes of a day that the month reached does not have, such as 31 April.

    Rules: INT-01.
    """

    CLAMP = "clamp"
    """The last day of that month: 31 January and one month is 28 or 29 February."""
    NEXT_DAY = "next-day"
    """The first day of the month after."""
    END_OF_MONTH = "end-of-month"
    """Month ends stay month ends: 28 February 2025 and one month is 31 March."""
    REFUSE = "refuse"
    """A :class:`~certrules.errors.NoSuchDayError`."""


@frozen
class Shifted:
    """A day reached, and the day of the month wanted if its month is too short for it."""

    day: date
    lost_day: int | None = None

    @property
    def rounded(self) -> bool:
        """Whether the day had to be moved because its month is too short."""
        return self.lost_day is not None


def add(
    start: date,
    amount: int,
    unit: Unit,
    month_end: MonthEnd = MonthEnd.CLAMP,
    *,
    anchor_day: int | None = None,
) -> Shifted:
    """Add a period to a day, rounding once at most; a negative amount goes back.

    ``anchor_day`` is the day of the month (1 to 31) on which a chain of renewals began: a start
    that a shorter month moved is counted from it, so that 29 February comes back in leap years.
    Raises :class:`~certrules.errors.OutOfRangeError` beyond the years 1 to 9999, and
    :class:`~certrules.errors.InvalidValueError` for a datetime, a fraction or an unknown unit.

    >>> add(date(2024, 1, 31), 1, Unit.MONTHS)
    Shifted(day=datetime.date(2024, 2, 29), lost_day=31)
    >>> add(date(2025, 2, 28), 3, Unit.YEARS, anchor_day=29).day
    datetime.date(2028, 2, 29)

    Rules: DOC-EXP-01, DOC-EXP-06, INT-01, INT-40.
    """
    _check(start, amount, month_end, anchor_day)
    try:
        if unit is Unit.MONTHS or unit is Unit.YEARS:
            return _add_months(start, amount, unit, month_end, anchor_day)
        if unit is Unit.DAYS:
            return Shifted(date.fromordinal(start.toordinal() + amount))
        if unit is Unit.WEEKS:
            return Shifted(date.fromordinal(start.toordinal() + 7 * amount))
    except CertrulesError:
        raise
    except (OverflowError, ValueError) as error:
        raise OutOfRangeError(start, f"plus {amount} {unit}") from error
    raise InvalidValueError("unit", unit, "a certrules.Unit")


def _check(start: date, amount: int, month_end: MonthEnd, anchor_day: int | None) -> None:
    if isinstance(start, datetime) or not isinstance(start, date):
        raise InvalidValueError("start", start, "a date without a time")
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise InvalidValueError("amount", amount, "a whole number")
    if not isinstance(month_end, MonthEnd):
        raise InvalidValueError("month_end", month_end, "a certrules.MonthEnd")
    if anchor_day is not None and anchor_day not in range(1, 32):
        raise InvalidValueError("anchor_day", anchor_day, "a day of the month, 1 to 31")


def _add_months(
    start: date, amount: int, unit: Unit, month_end: MonthEnd, anchor_day: int | None
) -> Shifted:
    months = amount if unit is Unit.MONTHS else 12 * amount
    if start.day < 28 and anchor_day is None:  # every month has that day
        year, month = divmod(12 * start.year + start.month - 1 + months, 12)
        return Shifted(date(year, month + 1, start.day))
    meant = _meant(start, month_end, anchor_day)
    wanted = _wanted_day(meant, month_end, anchor_day)
    reached = date.fromordinal((meant + _step(months, wanted)).toordinal())
    if reached.day == wanted:
        return Shifted(reached)
    if month_end is MonthEnd.CLAMP:
        return Shifted(reached, wanted)
    if month_end is MonthEnd.NEXT_DAY:
        return Shifted(reached + timedelta(days=1), wanted)
    if month_end is MonthEnd.END_OF_MONTH:
        return Shifted(reached, wanted if reached.day < max(start.day, anchor_day or 0) else None)
    raise NoSuchDayError(start, amount, unit)


def _meant(start: date, month_end: MonthEnd, anchor_day: int | None) -> date:
    """Return the month end that NEXT_DAY moved on to the first of a month, if it did."""
    if month_end is MonthEnd.NEXT_DAY and start.day == 1 and start.month > 1:
        before = start - timedelta(days=1)
        if before.day < (anchor_day or 0):
            return before
    return start


def _wanted_day(start: date, month_end: MonthEnd, anchor_day: int | None) -> int:
    if start.day < monthrange(start.year, start.month)[1]:
        return start.day
    if anchor_day is not None and anchor_day > start.day:
        return anchor_day
    return 31 if month_end is MonthEnd.END_OF_MONTH else start.day


@lru_cache(maxsize=1024)
def _step(months: int, day: int) -> relativedelta:
    return relativedelta(months=months, day=day)
