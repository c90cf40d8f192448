"""Which day is so many days, weeks, months or years after another?

Calendar arithmetic on days alone: no clock and no time zone.
"""

from calendar import monthrange
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

from attrs import frozen
from dateutil.relativedelta import relativedelta

from certrules.errors import InvalidValueError, NoSuchDayError, OutOfRangeError

__all__ = ["MonthEnd", "Shifted", "Unit", "add"]


class Unit(Enum):
    """A unit of a validity.

    Rules: DOC-EXP-01.
    """

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"

    def __str__(self) -> str:
        return self.value


class MonthEnd(Enum):
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
    """A day reached, and the day of the month wanted where its month was too short for it."""

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
    """Add a period to a day, rounding once at most.

    ``anchor_day`` is the day of the month (1 to 31) on which a chain of renewals began: a start
    at the end of a shorter month is counted from it, so that 29 February comes back in leap years.
    Raises :class:`~certrules.errors.OutOfRangeError` beyond the years 1 to 9999.

    >>> add(date(2024, 1, 31), 1, Unit.MONTHS)
    Shifted(day=datetime.date(2024, 2, 29), lost_day=31)
    >>> add(date(2025, 2, 28), 3, Unit.YEARS, anchor_day=29).day
    datetime.date(2028, 2, 29)

    Rules: DOC-EXP-01, DOC-EXP-06, INT-01, INT-40.
    """
    try:
        match unit:
            case Unit.DAYS:
                return Shifted(start + timedelta(days=amount))
            case Unit.WEEKS:
                return Shifted(start + timedelta(weeks=amount))
            case Unit.MONTHS:
                return _add_months(start, amount, month_end, anchor_day)
            case Unit.YEARS:
                return _add_months(start, 12 * amount, month_end, anchor_day)
    except (NoSuchDayError, InvalidValueError):
        raise
    except (OverflowError, ValueError) as error:
        raise OutOfRangeError(start, f"plus {amount} {unit}") from error


def _add_months(start: date, months: int, month_end: MonthEnd, anchor_day: int | None) -> Shifted:
    wanted = _wanted_day(start, month_end, anchor_day)
    reached: date = start + _step(months, wanted)
    if reached.day == wanted:
        return Shifted(reached)
    match month_end:
        case MonthEnd.CLAMP:
            return Shifted(reached, wanted)
        case MonthEnd.NEXT_DAY:
            return Shifted(reached + timedelta(days=1), wanted)
        case MonthEnd.END_OF_MONTH:
            return Shifted(reached, start.day if reached.day < start.day else None)
        case MonthEnd.REFUSE:
            raise NoSuchDayError(start, months, Unit.MONTHS)


def _wanted_day(start: date, month_end: MonthEnd, anchor_day: int | None) -> int:
    if anchor_day is not None and not 1 <= anchor_day <= 31:
        raise InvalidValueError("anchor_day", anchor_day, "a day of the month, 1 to 31")
    if start.day < 28 or start.day < monthrange(start.year, start.month)[1]:
        return start.day
    if month_end is MonthEnd.END_OF_MONTH:
        return 31
    return max(start.day, anchor_day or 0)


@lru_cache(maxsize=1024)
def _step(months: int, day: int) -> relativedelta:
    return relativedelta(months=months, day=day)
