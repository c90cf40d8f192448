"""Date cells: the day and instant that a text means, or what one that is no date was to mean."""

import re
import unicodedata
from calendar import month_name, monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from certrules import instants
from certrules.errors import MissingDayError, OutOfRangeError
from certrules.instants import IssueDateConvention
from certrules.model.records import FaultCode
from certrules.records.columns import CellFault

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIMED = re.compile(r"(.+?)(?:T| +)\d{1,2}:\d\d.*", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_LONGEST = 64
_SERIAL_ZERO = date(1899, 12, 30)  # of the usual spreadsheets, from March 1900 on
_MINUS = "\N{MINUS SIGN}"
_UNREADABLE = CellFault(FaultCode.DATE_UNREADABLE, "not a date; write it as YYYY-MM-DD")


class DateCell(NamedTuple):
    """A written day and its instant in UTC, or the fault of the text; nothing if it is blank."""

    day: date | None = None
    instant: datetime | None = None
    fault: CellFault | None = None


def read_date(
    text: str, *, zone: tzinfo, convention: IssueDateConvention, end_of_day: bool = False
) -> DateCell:
    """Return what the text of a date means; ``end_of_day`` is the instant at which the day is over.

    Rules: DOC-CSV-05, DOC-CSV-07, DOC-TZ-03, DOC-TZ-04, DOC-TZ-05, DOC-TZ-06, INT-10, INT-11.
    """
    text = text.strip()
    if not text:
        return DateCell()
    day = read_day(text)
    if isinstance(day, CellFault):
        return DateCell(fault=day)
    try:
        return DateCell(day, instants.expiry_instant(day, zone, convention, end_of_day=end_of_day))
    except MissingDayError as error:
        code, message = FaultCode.DATE_MISSING_IN_ZONE, f"{error}; write the day before or after"
    except OutOfRangeError as error:
        message = f"{error}; write a day that is within them in UTC too"
        code = FaultCode.DATE_OUT_OF_RANGE
    return DateCell(fault=CellFault(code, message))


def read_day(text: str) -> date | CellFault:
    """Return the day that a trimmed text names as ``YYYY-MM-DD``, or what is wrong with it.

    >>> read_day("2021-11-18")
    datetime.date(2021, 11, 18)
    >>> read_day("11/18/21").message
    'spreadsheet date; write 2021-11-18'

    Rules: DOC-CSV-11, INT-16, X-CSV-4.
    """
    if written := _ISO.fullmatch(text):
        return _calendar_day(*map(int, written.groups()))
    if len(text) > _LONGEST:
        return _UNREADABLE
    plain = "".join(map(_plain, text))
    day = _otherwise(plain)
    if isinstance(day, CellFault):
        return day
    if any(char.isdecimal() and not char.isascii() for char in text):
        return CellFault(FaultCode.DATE_DIGITS, f"digits of another script; write {day}")
    return CellFault(FaultCode.DATE_DASHES, f"dashes that are not hyphens; write {day}")


def _plain(char: str) -> str:
    """Return the ASCII digit or hyphen that a character of another script stands for."""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return "-" if char == _MINUS or unicodedata.category(char) == "Pd" else char


def _calendar_day(year: int, month: int, day: int) -> date | CellFault:
    return _day(year, month, day) or CellFault(FaultCode.DATE_IMPOSSIBLE, _impossible(year, month))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _impossible(year: int, month: int) -> str:
    if year == 0:
        return "there is no year 0; write a day that exists"
    if not 1 <= month <= 12:
        return f"there is no month {month}; write year, month and day, in this order"
    days = monthrange(year, month)[1]
    return f"{month_name[month]} {year} has {days} days; write a day that exists"


def _otherwise(text: str) -> date | CellFault:
    """Read a date in the ways in which others write it, of which only ISO is one of ours."""
    if found := _ISO.fullmatch(text):
        return _calendar_day(*map(int, found.groups()))
    if found := _TIMED.fullmatch(text):
        day = _otherwise(found[1])
        if isinstance(day, CellFault):
            return day
        return CellFault(FaultCode.DATE_WITH_TIME, f"a time is attached; write {day}")
    if found := _COMPACT.fullmatch(text):
        days = [_day(int(found[1]), int(found[2]), int(found[3]))]
        return _mended(FaultCode.DATE_COMPACT, "date without hyphens", days)
    if found := _SERIAL.fullmatch(text):
        days = [_SERIAL_ZERO + timedelta(days=int(found[1]))]
        return _mended(FaultCode.DATE_SERIAL, "day number of a spreadsheet", days)
    return _separated(text) or _UNREADABLE


def _separated(text: str) -> CellFault | None:
    if found := _YEAR_FIRST.fullmatch(text):
        days = [_day(int(found[1]), int(found[3]), int(found[4]))]
        if found[2] == "-":
            return _mended(FaultCode.DATE_DIGITS, "month or day of one digit", days)
        return _mended(FaultCode.DATE_SLASHES, f"date with {found[2]!r}, not hyphens", days)
    if found := _YEAR_LAST.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), _full_year(found[4])
        days = [_day(year, first, second), _day(year, second, first)]
        if len(found[1]) == len(found[4]) == 2:
            days.append(_day(_full_year(found[1]), second, int(found[4])))
        return _mended(FaultCode.DATE_SPREADSHEET, "spreadsheet date", days)
    return None


def _full_year(digits: str) -> int:
    """Return the year that two digits mean to a spreadsheet: 1930 to 2029."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 30 else 1900)


def _mended(code: FaultCode, what: str, days: Sequence[date | None]) -> CellFault:
    """Say what to write; several days are the readings month first, day first and year first."""
    readings: dict[date, str] = {}
    for day, first in zip(days, ("month", "day", "year"), strict=False):
        if day is not None:
            readings.setdefault(day, first)
    if not readings:
        mends = ["it as YYYY-MM-DD"]
    elif len(readings) == 1:
        mends = list(map(str, readings))
    else:
        mends = [f"{day} (if the {first} is first)" for day, first in readings.items()]
    return CellFault(code, f"{what}; write {' or '.join(mends)}")
