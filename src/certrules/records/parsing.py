"""What do the rows of a file say, and what is wrong with those that say nothing usable?

Rows are read a column at a time; only those in which something is wrong are looked at one by one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import compress
from operator import attrgetter, lt, not_
from typing import Any, NamedTuple

from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType
from certrules.model.records import Fault, FaultCode, ImportProfile, RecordField, Severity
from certrules.records.batches import Batch, RejectedRow
from certrules.records.chunks import Chunk, without
from certrules.records.faults import Flaw, missing
from certrules.records.kinds import kinds
from certrules.records.meanings import Meanings
from certrules.records.moments import expire_dates, issue_dates

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
    username_keys: Sequence[str]
    certification_codes: Sequence[str]
    issued_on: Sequence[date]
    issued_at: Sequence[datetime]
    always_valid: Sequence[bool]
    expires_on: list[date | None]
    expires_at: list[datetime | None]
    types: Sequence[AssociationType]
    codes: Sequence[str]
    fields: Sequence[list[str]]


class _Wrong(NamedTuple):
    """What is wrong in each row, and nothing where all is well."""

    username: Sequence[bool]
    certification_code: Sequence[bool]
    issue_date: Sequence[Flaw | None]
    expire_date: Sequence[Flaw | None]
    kind: Sequence[tuple[tuple[RecordField, Flaw], ...]]
    order: Sequence[bool]
    nul: Sequence[bool]


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
        self._columns = columns
        self._profile = profile
        self.zone = zone
        self.convention = convention
        self._issue_dates = issue_dates(zone, convention)
        self._expire_dates = expire_dates(zone, convention, profile)
        self._kinds = kinds(profile)
        self._codes = Meanings(str.strip)  # one text for all rows that have it

    def batch(self, chunk: Chunk, *, nul_seen: bool = True) -> Batch:
        """Return what the rows of a chunk say; without NUL characters, none is looked for.

        Rules: X-CSV-1, INT-15.
        """
        columns, wrong = self._read(chunk, nul_seen=nul_seen)
        warnings: list[Fault] = []
        rejected = [self._ragged(*ragged) for ragged in chunk.ragged]
        refused: list[int] = []
        for index in _troubled(wrong):
            faults = self._faults(columns, wrong, index)
            if any(fault.severity is Severity.ERROR for fault in faults):
                rejected.append(_rejected(columns, index, faults))
                refused.append(index)
            else:
                warnings += faults
                if columns.always_valid[index]:  # with a date that is ignored
                    columns.expires_on[index] = columns.expires_at[index] = None
        rejected.sort(key=attrgetter("row"))
        kept = _Columns._make(without(column, refused) for column in columns)
        return Batch(*kept, warnings, rejected)

    def _read(self, chunk: Chunk, *, nul_seen: bool) -> tuple[_Columns, _Wrong]:
        texts = {field: chunk.columns[place] for field, place in self._columns.items()}
        blank = ("",) * len(chunk.fields)
        username_keys = list(map(str.casefold, chunk.usernames))
        certification_codes = list(self._codes.of(texts[RecordField.CERTIFICATION_CODE]))
        codes = list(self._codes.of(texts.get(RecordField.CODE, blank)))
        issued_on, issued_at, wrong_issue = _unzip(
            self._issue_dates.of(texts[RecordField.ISSUE_DATE]), 3
        )
        expires_on, expires_at, latest, dated, wrong_expire = _unzip(
            self._expire_dates.of(texts.get(RecordField.EXPIRE_DATE, blank)), 5
        )
        given = zip(
            texts[RecordField.ALWAYS_VALID],
            texts[RecordField.TYPE],
            dated,
            map(bool, codes),
            strict=True,
        )
        always_valid, types, wrong_kind = _unzip(self._kinds.of(given), 3)
        columns = _Columns(
            chunk.rows,
            chunk.lines,
            chunk.usernames,
            username_keys,
            certification_codes,
            issued_on,
            issued_at,
            always_valid,
            list(expires_on),
            list(expires_at),
            types,
            codes,
            chunk.fields,
        )
        wrong = _Wrong(
            _blanks(chunk.usernames),
            _blanks(certification_codes),
            wrong_issue,
            wrong_expire,
            wrong_kind,
            list(map(lt, latest, issued_on)),
            ["\0" in "".join(fields) for fields in chunk.fields] if nul_seen else (),
        )
        return columns, wrong

    def _faults(self, columns: _Columns, wrong: _Wrong, index: int) -> list[Fault]:
        row, line, fields = columns.rows[index], columns.lines[index], columns.fields[index]
        faults, nul = [], set()
        if wrong.nul and wrong.nul[index]:
            nul = {place for place, value in enumerate(fields) if "\0" in value}
            faults = [_NUL.at(row, line, self._header[place], fields[place]) for place in nul]
        found = sorted(self._flaws(columns, wrong, index), key=_field_order)
        for field, flaw in found:
            place = self._columns.get(field)
            if place is None:
                faults.append(flaw.at(row, line, None, ""))
            elif place not in nul:
                faults.append(flaw.at(row, line, self._header[place], fields[place].strip()))
        return faults

    def _flaws(
        self, columns: _Columns, wrong: _Wrong, index: int
    ) -> Iterator[tuple[RecordField, Flaw]]:
        if not columns.usernames[index]:
            yield RecordField.USERNAME, missing(RecordField.USERNAME)
        if not columns.certification_codes[index]:
            yield RecordField.CERTIFICATION_CODE, missing(RecordField.CERTIFICATION_CODE)
        if flaw := wrong.issue_date[index]:
            yield RecordField.ISSUE_DATE, flaw
        yield from wrong.kind[index]
        if self._profile.lenient and columns.always_valid[index]:
            return  # an expire date is ignored, whatever it is
        if flaw := wrong.expire_date[index]:
            yield RecordField.EXPIRE_DATE, flaw
        if wrong.order[index]:
            yield RecordField.EXPIRE_DATE, _reversed(columns.issued_on[index], self._profile)

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


def _unzip(cells: Iterator[Any], width: int) -> Sequence[Any]:
    return list(zip(*cells, strict=True)) or [()] * width


def _blanks(texts: Sequence[str]) -> Sequence[bool]:
    return list(map(not_, texts)) if "" in texts else ()


def _troubled(wrong: Iterable[Sequence[object]]) -> list[int]:
    """Return the indices of the rows in which something is wrong."""
    found: set[int] = set()
    for column in wrong:
        if any(column):
            found.update(compress(range(len(column)), column))
    return sorted(found)


def _field_order(flaw: tuple[RecordField, Flaw]) -> int:
    return _ORDER[flaw[0]]


def _rejected(columns: _Columns, index: int, faults: Sequence[Fault]) -> RejectedRow:
    username, certification = columns.username_keys[index], columns.certification_codes[index]
    named = username and certification and "\0" not in username + certification
    return RejectedRow(
        columns.rows[index],
        columns.lines[index],
        columns.fields[index],
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
