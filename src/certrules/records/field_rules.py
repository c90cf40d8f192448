"""Field rules: what the text of each field of a record means, and whether the fields agree."""

import difflib
import re
import unicodedata
from calendar import month_name, monthrange
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import partial
from typing import Any, NamedTuple, TypeVar

from certrules import instants
from certrules.errors import MissingDayError, OutOfRangeError
from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType
from certrules.model.records import FaultCode, ImportProfile, RecordField, Severity
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


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ValueCache(dict[K, V]):
    """The meaning of each value, read once: distinct values are few beside the rows with them.

    Long values are not kept, and a full cache is emptied, so that no file can fill the memory.
    """

    LIMIT = 1 << 16
    LONGEST = 100
    __slots__ = ("_read",)

    def __init__(self, read: Callable[[K], V]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, value: K) -> V:
        meaning = self._read(value)
        if len(self) >= self.LIMIT:
            self.clear()
        if len(str(value)) <= self.LONGEST:
            self[value] = meaning
        return meaning


Faults = tuple[tuple[RecordField, CellFault], ...]


class Kind(NamedTuple):
    """What ``always_valid`` and ``type`` mean, None if unreadable, and what is wrong with them."""

    always_valid: Any
    type: Any
    faults: Faults


class FieldRules:
    """The rules by which the fields of one file are read; each distinct value is read once.

    ``issue_dates`` and ``expire_dates`` are by text; ``kinds`` by the texts of ``always_valid`` and
    ``type``, and by whether there is an expire date, and a code.
    """

    def __init__(
        self,
        zone: tzinfo,
        convention: IssueDateConvention,
        profile: ImportProfile,
        *,
        end_of_day: bool,
    ) -> None:
        self.profile = profile
        issue = partial(read_date, zone=zone, convention=convention)
        self.issue_dates: ValueCache[str, DateCell] = ValueCache(issue)
        self.expire_dates: ValueCache[str, DateCell] = self.issue_dates
        if end_of_day:
            self.expire_dates = ValueCache(partial(issue, end_of_day=True))
        self.kinds: ValueCache[tuple[str, str, bool, bool], Kind] = ValueCache(self._kind)

    def date_faults(self, issue_text: str, expire_text: str) -> Faults:
        """Return what is wrong with two dates, or between them; a blank one is not their fault."""
        issue, expire = self.issue_dates[issue_text], self.expire_dates[expire_text]
        found = [(RecordField.ISSUE_DATE, issue.fault), (RecordField.EXPIRE_DATE, expire.fault)]
        if issue.instant and expire.instant and expire.instant <= issue.instant:
            found.append((RecordField.EXPIRE_DATE, _never_valid(issue, expire, self.profile)))
        return tuple((field, fault) for field, fault in found if fault)

    def _kind(self, cells: tuple[str, str, bool, bool]) -> Kind:
        """Rules: DOC-CSV-06, DOC-CSV-07, DOC-CSV-08, DOC-CSV-09."""
        flag, word, dated, coded = cells
        always_valid = _always_valid(flag.strip(), self.profile)
        type_ = _type(word.strip(), self.profile)
        found = {
            RecordField.ALWAYS_VALID: always_valid,
            RecordField.EXPIRE_DATE: _expiry_fault(always_valid, self.profile, dated=dated),
            RecordField.TYPE: type_,
            RecordField.CODE: _code_fault(type_, coded=coded),
        }
        return Kind(
            None if isinstance(always_valid, CellFault) else always_valid,
            None if isinstance(type_, CellFault) else type_,
            tuple((field, each) for field, each in found.items() if isinstance(each, CellFault)),
        )


def missing(field: RecordField) -> CellFault:
    """Return the fault of a mandatory field that is blank.

    Rules: DOC-CSV-02.
    """
    return CellFault(FaultCode.MISSING_VALUE, f"{field} is blank; every record must give it")


_FLAGS = {"1": True, "true": True, "0": False, "false": False}
_LENIENT_FLAGS = {**_FLAGS, "yes": True, "no": False}


def _always_valid(text: str, profile: ImportProfile) -> bool | CellFault:
    """Rules: INT-02."""
    if not text:
        return missing(RecordField.ALWAYS_VALID)
    value = (_LENIENT_FLAGS if profile.lenient else _FLAGS).get(text.lower())
    if value is None:
        message = "neither yes nor no; write 1 (never expires) or 0 (expires)"
        if (meant := _LENIENT_FLAGS.get(text.lower())) is not None:
            message = f"write {int(meant)} for {text.lower()}, or import in the lenient mode"
        return CellFault(FaultCode.ALWAYS_VALID_UNREADABLE, message)
    return value


def _expiry_fault(
    always_valid: bool | CellFault,  # noqa: FBT001 - what the field means
    profile: ImportProfile,
    *,
    dated: bool,
) -> CellFault | None:
    """Rules: INT-04."""
    if always_valid is True and dated:
        severity = Severity.WARNING if profile.lenient else Severity.ERROR
        then = "the date is ignored" if profile.lenient else "it has no expire date"
        message = f"the record is always valid, so {then}; remove it, or write 0 in always_valid"
        return CellFault(FaultCode.EXPIRE_DATE_NOT_ALLOWED, message, severity)
    if always_valid is False and not dated:
        said = "the record is not always valid, so it must say when it expires"
        message = f"{said}; write a date as YYYY-MM-DD, or 1 in always_valid"
        return CellFault(FaultCode.EXPIRE_DATE_REQUIRED, message)
    return None


def _never_valid(issue: DateCell, expire: DateCell, profile: ImportProfile) -> CellFault:
    """Rules: INT-08, INT-46."""
    severity = Severity.ERROR if profile.strict else Severity.WARNING
    message = f"before the issue date, {issue.day}; check both dates"
    if expire.day == issue.day:
        said = "the issue date too, so that the award is never valid"
        message = f"{said}; check both dates, or count the expiry day as included"
    return CellFault(FaultCode.EXPIRES_BEFORE_ISSUE, message, severity)


def _type(text: str, profile: ImportProfile) -> AssociationType | CellFault:
    """Rules: INT-03, DOC-CSV-10."""
    if not text:
        return missing(RecordField.TYPE)
    word = text.lower()
    found = profile.types.get(word)
    if found in _NEEDS_CODE:
        return found
    if found is not None or word.replace(" ", "_") in _EXTERNAL:
        message = "not importable by CSV: the file has no column for it; award it by hand"
        return CellFault(FaultCode.TYPE_NOT_IMPORTABLE, message)
    close = difflib.get_close_matches(word[:100], profile.types, n=1)
    first: dict[AssociationType, str] = {}  # spelling of each, without its aliases
    for spelling, meaning in profile.types.items():
        first.setdefault(meaning, repr(spelling))
    hint = f"did you mean {close[0]!r}?" if close else f"write {' or '.join(first.values())}"
    return CellFault(FaultCode.TYPE_UNKNOWN, f"unknown type; {hint}")


_NEEDS_CODE = {
    AssociationType.MANUAL: False,
    AssociationType.COURSE: True,
    AssociationType.LEARNING_PLAN: True,
}
_EXTERNAL = {"external_training", "transcript", "external_certification"}


def _code_fault(type_: AssociationType | CellFault, *, coded: bool) -> CellFault | None:
    """Rules: INT-05."""
    if isinstance(type_, CellFault) or coded == _NEEDS_CODE[type_]:
        return None
    if coded:
        message = f"a record of type {type_} has no code; remove it, or change the type"
        return CellFault(FaultCode.CODE_NOT_ALLOWED, message)
    message = f"a record of type {type_} needs the code of its {type_}"
    return CellFault(FaultCode.CODE_REQUIRED, message)
