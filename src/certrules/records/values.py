"""What does the text in one column mean?

Distinct values are few beside the rows that repeat them, so each is read once and remembered.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, tzinfo
from typing import TypeVar

from certrules import instants, periods
from certrules.errors import MissingDayError, OutOfRangeError
from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType
from certrules.model.records import FaultCode, ImportProfile, RecordField
from certrules.periods import Unit
from certrules.records.dates import read_day
from certrules.records.faults import Flaw

__all__ = [
    "Meanings",
    "always_valid_meanings",
    "expire_date_meanings",
    "issue_date_meanings",
    "missing",
    "type_meanings",
]

T = TypeVar("T")
_REMEMBERED = 1 << 16
_LONGEST = 64


class Meanings(dict[str, T]):
    """What each text of a column means; forgets everything when it knows too much."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> T:
        meaning = self._read(text.strip())
        if len(text) <= _LONGEST:
            self[text] = meaning
        return meaning

    def of(self, texts: Iterable[str]) -> Iterator[T]:
        """Return what each text means."""
        if len(self) > _REMEMBERED:
            self.clear()
        return map(self.__getitem__, texts)


def missing(field: RecordField) -> Flaw:
    """Return the flaw of a mandatory field that is blank.

    Rules: DOC-CSV-02.
    """
    return Flaw(FaultCode.MISSING_VALUE, "", f"{field} is blank; every record must give it")


def issue_date_meanings(
    zone: tzinfo, convention: IssueDateConvention
) -> Meanings[tuple[date, datetime | None, Flaw | None]]:
    """Return what an issue date means: the day, its instant, and what is wrong with it.

    Rules: DOC-CSV-05, DOC-TZ-03, DOC-TZ-04, DOC-TZ-05, INT-10.
    """

    def instant(day: date) -> datetime:
        return instants.issue_instant(day, zone, convention)

    def read(text: str) -> tuple[date, datetime | None, Flaw | None]:
        if not text:
            return date.min, None, missing(RecordField.ISSUE_DATE)
        day, at, flaw = _dated(text, instant)
        return day or date.min, at, flaw

    return Meanings(read)


def expire_date_meanings(
    zone: tzinfo, convention: IssueDateConvention, profile: ImportProfile
) -> Meanings[tuple[date | None, datetime | None, Flaw | None, bool, date]]:
    """Return what an expire date means: day, instant, flaw, whether there is one, latest day.

    The latest day is the day itself, or the end of time where there is no readable one.

    Rules: DOC-CSV-07, DOC-TZ-06, INT-11.
    """

    def instant(day: date) -> datetime:
        begins = instants.issue_instant(day, zone, convention)
        if not profile.expire_at_end_of_day:
            return begins
        following = periods.add(day, 1, Unit.DAYS).day
        if convention is IssueDateConvention.LOCAL_MIDNIGHT:
            return instants.at_local(following, time.min, zone)  # that day may be missing
        return instants.issue_instant(following, zone, convention)

    def read(text: str) -> tuple[date | None, datetime | None, Flaw | None, bool, date]:
        if not text:
            return None, None, None, False, date.max
        day, at, flaw = _dated(text, instant)
        return day, at, flaw, True, day or date.max

    return Meanings(read)


def _dated(
    text: str, instant: Callable[[date], datetime]
) -> tuple[date | None, datetime | None, Flaw | None]:
    day = read_day(text)
    if isinstance(day, Flaw):
        return None, None, day
    try:
        return day, instant(day), None
    except MissingDayError as error:
        message = f"{error}; write the day before or after"
        return None, None, Flaw(FaultCode.DATE_MISSING_IN_ZONE, text, message)
    except OutOfRangeError as error:
        message = f"{error}; write a day within them in UTC too"
        return None, None, Flaw(FaultCode.DATE_OUT_OF_RANGE, text, message)


def always_valid_meanings(profile: ImportProfile) -> Meanings[tuple[bool | None, Flaw | None]]:
    """Return what the flag means, and what is wrong with it.

    Rules: DOC-CSV-06, INT-02.
    """
    known = {"1": True, "true": True, "0": False, "false": False}
    if profile.lenient:
        known |= {"yes": True, "no": False}

    def read(text: str) -> tuple[bool | None, Flaw | None]:
        if not text:
            return None, missing(RecordField.ALWAYS_VALID)
        value = known.get(text.lower())
        if value is None:
            message = "neither yes nor no; write 1 (never expires) or 0 (expires)"
            return None, Flaw(FaultCode.ALWAYS_VALID_UNREADABLE, text, message)
        return value, None

    return Meanings(read)


_NEEDS_CODE = {
    AssociationType.MANUAL: False,
    AssociationType.COURSE: True,
    AssociationType.LEARNING_PLAN: True,
}
_NOT_IMPORTABLE = {"external_training", "transcript", "external_certification"}


def type_meanings(
    profile: ImportProfile,
) -> Meanings[tuple[AssociationType | None, bool | None, Flaw | None]]:
    """Return what a type means, whether it needs a code, and what is wrong with it.

    Rules: DOC-CSV-08, DOC-CSV-10, INT-03, INT-05.
    """

    def read(text: str) -> tuple[AssociationType | None, bool | None, Flaw | None]:
        if not text:
            return None, None, missing(RecordField.TYPE)
        kind = profile.types.get(text.lower())
        if kind in _NEEDS_CODE:
            return kind, _NEEDS_CODE[kind], None
        return kind, None, _refused(text, external=kind is not None)

    def _refused(text: str, *, external: bool) -> Flaw:
        if external or text.lower().replace(" ", "_") in _NOT_IMPORTABLE:
            message = "not importable by CSV: the file has no column for it; award it by hand"
            return Flaw(FaultCode.TYPE_NOT_IMPORTABLE, text, message)
        close = difflib.get_close_matches(text[:_LONGEST].lower(), profile.types, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"write {' or '.join(profile.types)}"
        return Flaw(FaultCode.TYPE_UNKNOWN, text, f"unknown type; {hint}")

    return Meanings(read)
