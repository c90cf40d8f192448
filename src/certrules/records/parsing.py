"""What do the rows of a file say, and what is wrong with those that say nothing usable?

Rows are read a column at a time; only those in which something seems wrong are looked at one by
one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import compress, count
from operator import attrgetter, le, ne, not_, truth
from typing import Any, NamedTuple

from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType
from certrules.model.records import Fault, FaultCode, ImportProfile, RecordField, Severity
from certrules.records.batches import Batch, Fields, RejectedRow
from certrules.records.chunks import Chunk, without
from certrules.records.faults import Flaw, missing
from certrules.records.kinds import kinds, needs_code
from certrules.records.meanings import Meanings
from certrules.records.moments import Written, expire_dates, issue_dates

__all__ = ["Parser"]

_ORDER = {field: place for place, field in enumerate(RecordField)}
_NUL = Flaw(FaultCode.NUL_CHARACTER, "holds a NUL character; remove it")


class _Columns(NamedTuple):
    """The columns of a :class:`Batch`, in its order, until the rejected rows are taken out.

    What could not be read in such a row is None here, whatever its type.
    """

    rows: Sequence[int]
    lines: Sequence[int]
    usernames: Sequence[str]
    username_keys: list[str]
    certification_codes: list[str]
    issued_on: list[date]
    issued_at: list[datetime]
    always_valid: list[bool]
    expires_on: list[date | None]
    expires_at: list[datetime | None]
    types: list[AssociationType]
    codes: list[str]


class Parser:
    """Reads chunks of one file into batches; remembers what the values of the file mean."""

    def __init__(
        self,
        header: Sequence[str],
        columns: Mapping[RecordField, int],
        zone: tzinfo,
        convention: IssueDateConvention,
        profile: ImportProfile,
    ) -> None:
        self._header = header
        self._places = [columns.get(field) for field in RecordField]
        self._profile = profile
        self.zone = zone
        self.convention = convention
        self._codes = Meanings(str.strip)  # one text for all rows that have it
        issue = expire = issue_dates(zone, convention)
        if profile.expire_at_end_of_day:
            expire = expire_dates(zone, convention, profile)
        self._issue_dates, self._expire_dates = issue, expire
        self._issued_on, self._issued_at = _days_and_instants(issue)
        self._expires_on, self._expires_at = self._issued_on, self._issued_at
        if expire is not issue:
            self._expires_on, self._expires_at = _days_and_instants(expire)
        kind = self._kinds = kinds(profile)
        self._always_valid: Meanings[str, Any] = Meanings(
            lambda flag: kind[flag, "", False, False].always_valid
        )
        self._types: Meanings[str, Any] = Meanings(lambda word: kind["", word, False, False].type)
        self._needs_code: Meanings[str, bool | None] = Meanings(
            lambda word: needs_code(kind["", word, False, False].type)
        )

    def batch(self, chunk: Chunk, *, nul_seen: bool = True) -> Batch:
        """Return what the rows of a chunk say; without NUL characters, none is looked for.

        Rules: X-CSV-1, INT-15.
        """
        columns, suspects = self._read(chunk)
        if nul_seen:
            suspects |= _with_nul(chunk)
        warnings: list[Fault] = []
        rejected = [self._ragged(*ragged) for ragged in chunk.ragged]
        refused: list[int] = []
        for index in sorted(suspects):
            fields = [column[index] for column in chunk.columns]
            faults = self._faults(columns.rows[index], columns.lines[index], fields)
            if any(fault.severity is Severity.ERROR for fault in faults):
                rejected.append(_rejected(columns, index, fields, faults))
                refused.append(index)
            else:
                warnings += faults
                if columns.always_valid[index]:  # with a date that is ignored
                    columns.expires_on[index] = columns.expires_at[index] = None
        rejected.sort(key=attrgetter("row"))
        kept = _Columns._make(without(column, refused) for column in columns)
        places = without(range(len(columns.rows)), refused)
        return Batch(*kept, Fields(chunk.columns, places), warnings, rejected)

    def _read(self, chunk: Chunk) -> tuple[_Columns, set[int]]:
        """Return the columns, and the places of all rows with a fault, perhaps among others."""
        blank = ("",) * len(chunk.rows)
        _, certification, issue, flag, expire, word, code = (
            blank if place is None else chunk.columns[place] for place in self._places
        )
        columns = _Columns(
            chunk.rows,
            chunk.lines,
            chunk.usernames,
            list(map(str.casefold, chunk.usernames)),
            self._codes.of(certification),
            self._issued_on.of(issue),
            self._issued_at.of(issue),
            self._always_valid.of(flag),
            self._expires_on.of(expire),
            self._expires_at.of(expire),
            self._types.of(word),
            self._codes.of(code),
        )
        suspects = {
            *_blanks(columns.usernames),
            *_blanks(columns.certification_codes),
            *_blanks(columns.issued_at),
            *_late(columns.issued_on, columns.expires_on),
            *_differing(columns.always_valid, list(map(not_, columns.expires_on))),
            *_differing(self._needs_code.of(word), list(map(truth, columns.codes))),
        }
        return columns, suspects

    def _faults(self, row: int, line: int, fields: Sequence[str]) -> list[Fault]:
        nul = [place for place, value in enumerate(fields) if "\0" in value]
        faults = [_NUL.at(row, line, self._header[place], fields[place]) for place in nul]
        for field, flaw in sorted(self._flaws(fields), key=_field_order):
            place = self._places[_ORDER[field]]
            if place is None:
                faults.append(flaw.at(row, line, None, ""))
            elif place not in nul:
                faults.append(flaw.at(row, line, self._header[place], fields[place].strip()))
        return faults

    def _flaws(self, fields: Sequence[str]) -> Iterator[tuple[RecordField, Flaw]]:
        username, certification, issue_text, flag, expire_text, word, code = (
            "" if place is None else fields[place] for place in self._places
        )
        issue, expire = self._issue_dates[issue_text], self._expire_dates[expire_text]
        kind = self._kinds[flag, word, expire.day is not None, bool(code.strip())]
        if not username.strip():
            yield RecordField.USERNAME, missing(RecordField.USERNAME)
        if not certification.strip():
            yield RecordField.CERTIFICATION_CODE, missing(RecordField.CERTIFICATION_CODE)
        if issue.day is None:
            yield RecordField.ISSUE_DATE, missing(RecordField.ISSUE_DATE)
        elif issue.flaw:
            yield RecordField.ISSUE_DATE, issue.flaw
        yield from kind.flaws
        if self._profile.lenient and kind.always_valid:
            return  # an expire date is ignored, whatever it is
        if expire.flaw:
            yield RecordField.EXPIRE_DATE, expire.flaw
        elif issue.instant and issue.day and expire.day and expire.day < issue.day:
            yield RecordField.EXPIRE_DATE, _reversed(issue.day, self._profile)

    def _ragged(self, row: int, line: int, fields: list[str]) -> RejectedRow:
        width, found = len(self._header), len(fields)
        what = f"{found} fields, but the header has {width}"
        if found < width:
            message = f"{what}; add those that are missing, even if they are empty"
            fault = Flaw(FaultCode.TOO_FEW_FIELDS, message).at(row, line, None, "")
        else:
            message = f"{what}; remove some, or put quotes around a value with the delimiter in it"
            fault = Flaw(FaultCode.TOO_MANY_FIELDS, message).at(row, line, None, fields[width])
        return RejectedRow(row, line, fields, [fault])


def _blanks(column: Sequence[object]) -> Iterable[int]:
    return () if all(column) else compress(count(), map(not_, column))


def _late(issued_on: Sequence[Any], expires_on: Sequence[Any]) -> Iterable[int]:
    """Return the places of expiries no later than their issue, and of the unreadable."""
    if not all(issued_on):
        issued_on = [day or date.min for day in issued_on]
    places, issued = compress(count(), expires_on), compress(issued_on, expires_on)
    late: Iterable[bool] = map(le, filter(None, expires_on), issued)
    return compress(places, late)


def _days_and_instants(
    dates: Meanings[str, Written],
) -> tuple[Meanings[str, Any], Meanings[str, Any]]:
    return Meanings(lambda text: dates[text].day), Meanings(lambda text: dates[text].instant)


def _differing(these: Sequence[object], those: Sequence[object]) -> Iterable[int]:
    return () if these == those else compress(count(), map(ne, these, those))


def _with_nul(chunk: Chunk) -> set[int]:
    rows = enumerate(zip(*chunk.columns, strict=True))
    return {index for index, fields in rows if "\0" in "".join(fields)}


def _field_order(flaw: tuple[RecordField, Flaw]) -> int:
    return _ORDER[flaw[0]]


def _rejected(
    columns: _Columns, index: int, fields: Sequence[str], faults: Sequence[Fault]
) -> RejectedRow:
    username, certification = columns.username_keys[index], columns.certification_codes[index]
    named = username and certification and "\0" not in username + certification
    return RejectedRow(
        columns.rows[index],
        columns.lines[index],
        fields,
        faults,
        (username, certification) if named else None,
        username,
        certification,
        columns.types[index],
        columns.codes[index],
    )


def _reversed(issued_on: date, profile: ImportProfile) -> Flaw:
    """Rules: INT-08."""
    severity = Severity.ERROR if profile.strict else Severity.WARNING
    message = f"before the issue date, {issued_on}; check both dates"
    return Flaw(FaultCode.EXPIRES_BEFORE_ISSUE, message, severity)
