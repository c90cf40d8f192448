"""What do the rows of a file say, and what is wrong with those that say nothing usable?

Values are read a column at a time, and the fields that depend on each other are compared a column
at a time; only rows in which something is wrong are then looked at one by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import compress
from operator import attrgetter, eq, lt, ne, not_
from typing import Any, NamedTuple

from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType
from certrules.model.records import Fault, FaultCode, ImportProfile, RecordField, Severity
from certrules.records.batches import Batch, RejectedRow, duplicate_keys
from certrules.records.chunks import Chunk, without
from certrules.records.faults import Flaw
from certrules.records.values import (
    always_valid_meanings,
    expire_date_meanings,
    issue_date_meanings,
    missing,
    type_meanings,
)

__all__ = ["Parser"]


class _Columns(NamedTuple):
    """The columns of a :class:`Batch`, in its order, until the rejected rows are taken out.

    What could not be read in such a row is None here, whatever its type.
    """

    rows: Sequence[int]
    lines: Sequence[int]
    keys: list[str]
    usernames: Sequence[str]
    username_keys: list[str]
    certification_codes: list[str]
    issued_on: Sequence[date]
    issued_at: Sequence[datetime]
    always_valid: Sequence[bool]
    expires_on: list[date | None]
    expires_at: list[datetime | None]
    types: Sequence[AssociationType]
    codes: list[str]
    fields: Sequence[list[str]]


class _Checks(NamedTuple):
    """What is wrong in the rows of a batch, column by column."""

    issue: Sequence[Flaw | None]
    always_valid: Sequence[Flaw | None]
    expire: Sequence[Flaw | None]
    type: Sequence[Flaw | None]
    contradicting: Sequence[bool]
    """Always valid and an expire date, or neither."""
    reversed: Sequence[bool]
    """An expire date before the issue date."""
    misplaced: Sequence[bool]
    """A code beside a type that has none, or none beside a type that needs one."""
    nameless: Sequence[bool]
    """No username."""
    codeless: Sequence[bool]
    """No certification code."""
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
        self.zone = zone
        self.convention = convention
        self._profile = profile
        self._issue_dates = issue_date_meanings(zone, convention)
        self._expire_dates = expire_date_meanings(zone, convention, profile)
        self._always_valid = always_valid_meanings(profile)
        self._types = type_meanings(profile)

    def batch(self, chunk: Chunk, *, nul_seen: bool = True) -> Batch:
        """Return what the rows of a chunk say; without NUL characters, none is looked for.

        Rules: X-CSV-1, INT-15.
        """
        columns, checks = self._read(chunk, nul_seen=nul_seen)
        warnings: list[Fault] = []
        rejected = [self._ragged(*ragged) for ragged in chunk.ragged]
        refused: list[int] = []
        for index in _troubled(checks):
            faults = self._faults(columns, checks, index)
            if any(fault.severity is Severity.ERROR for fault in faults):
                rejected.append(_rejected(columns, index, faults))
                refused.append(index)
            else:
                warnings += faults
                if columns.always_valid[index]:  # lenient: a date that is ignored
                    columns.expires_on[index] = columns.expires_at[index] = None
        rejected.sort(key=attrgetter("row"))
        kept = _Columns._make(without(column, refused) for column in columns)
        return Batch(*kept, warnings, rejected)

    def _read(self, chunk: Chunk, *, nul_seen: bool) -> tuple[_Columns, _Checks]:
        count = len(chunk.fields)
        table = list(zip(*chunk.fields, strict=True)) or [()] * len(self._header)
        texts = {field: table[place] for field, place in self._columns.items()}
        blank = ("",) * count

        issued_on, issued_at, issue = _unzip(self._issue_dates.of(texts[RecordField.ISSUE_DATE]), 3)
        always_valid, flag = _unzip(self._always_valid.of(texts[RecordField.ALWAYS_VALID]), 2)
        expires_on, expires_at, expire, dated, latest = _unzip(
            self._expire_dates.of(texts.get(RecordField.EXPIRE_DATE, blank)), 5
        )
        types, needs_code, type_ = _unzip(self._types.of(texts[RecordField.TYPE]), 3)
        codes = list(map(str.strip, texts.get(RecordField.CODE, blank)))
        certification_codes = list(map(str.strip, texts[RecordField.CERTIFICATION_CODE]))
        username_keys = list(map(str.casefold, chunk.usernames))
        columns = _Columns(
            chunk.rows,
            chunk.lines,
            duplicate_keys(username_keys, certification_codes),
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
        checks = _Checks(
            issue,
            flag,
            expire,
            type_,
            contradicting=list(map(eq, always_valid, dated)),
            reversed=list(map(lt, latest, issued_on)),
            misplaced=list(map(ne, needs_code, map(bool, codes))),
            nameless=list(map(not_, chunk.usernames)),
            codeless=list(map(not_, certification_codes)),
            nul=["\0" in "".join(fields) for fields in chunk.fields] if nul_seen else (),
        )
        return columns, checks

    def _faults(self, columns: _Columns, checks: _Checks, index: int) -> list[Fault]:
        row, line, fields = columns.rows[index], columns.lines[index], columns.fields[index]
        nul = {
            name: Flaw(FaultCode.NUL_CHARACTER, value, "holds a NUL character; remove it")
            for name, value in zip(self._header, fields, strict=True)
            if "\0" in value
        }
        faults = [flaw.at(row, line, name) for name, flaw in nul.items()]
        for field, flaw in self._flaws(columns, checks, index):
            name = self._header[self._columns[field]] if field in self._columns else None
            if name not in nul:
                faults.append(flaw.at(row, line, name))
        return faults

    def _flaws(
        self, columns: _Columns, checks: _Checks, index: int
    ) -> Iterator[tuple[RecordField, Flaw]]:
        if checks.nameless[index]:
            yield RecordField.USERNAME, missing(RecordField.USERNAME)
        if checks.codeless[index]:
            yield RecordField.CERTIFICATION_CODE, missing(RecordField.CERTIFICATION_CODE)
        if flaw := checks.issue[index]:
            yield RecordField.ISSUE_DATE, flaw
        if flaw := checks.always_valid[index]:
            yield RecordField.ALWAYS_VALID, flaw
        for flaw in self._expire_flaws(columns, checks, index):
            yield RecordField.EXPIRE_DATE, flaw
        if flaw := checks.type[index]:
            yield RecordField.TYPE, flaw
        elif checks.misplaced[index]:
            yield RecordField.CODE, _misplaced(columns.types[index], columns.codes[index])

    def _expire_flaws(self, columns: _Columns, checks: _Checks, index: int) -> Iterator[Flaw]:
        text = self._text(RecordField.EXPIRE_DATE, columns.fields[index])
        contradicting = checks.contradicting[index]
        if contradicting and columns.always_valid[index]:
            yield _not_allowed(text, self._profile)
            if self._profile.lenient:
                return  # the date is ignored, whatever it is
        elif contradicting:
            yield _REQUIRED
        if flaw := checks.expire[index]:
            yield flaw
        if checks.reversed[index]:
            issue = self._text(RecordField.ISSUE_DATE, columns.fields[index])
            yield _reversed(text, issue, self._profile)

    def _text(self, field: RecordField, fields: Sequence[str]) -> str:
        return fields[self._columns[field]].strip()

    def _ragged(self, row: int, line: int, fields: list[str]) -> RejectedRow:
        width, found = len(self._header), len(fields)
        few = found < width
        code = FaultCode.TOO_FEW_FIELDS if few else FaultCode.TOO_MANY_FIELDS
        message = f"{found} fields, but the header has {width}; " + (
            "add those that are missing, if only empty"
            if few
            else "remove those too many, or quote a value that holds the delimiter"
        )
        value = "" if few else fields[width]
        return RejectedRow(row, line, fields, [Flaw(code, value, message).at(row, line, None)])


def _troubled(checks: _Checks) -> list[int]:
    """Return the indices of the rows in which something is wrong."""
    found: set[int] = set()
    for wrong in checks:
        found.update(compress(range(len(wrong)), wrong))
    return sorted(found)


def _unzip(rows: Iterator[Any], width: int) -> Sequence[Any]:
    return list(zip(*rows, strict=True)) or [()] * width


def _rejected(columns: _Columns, index: int, faults: Sequence[Fault]) -> RejectedRow:
    username, certification = columns.username_keys[index], columns.certification_codes[index]
    named = username and certification and "\0" not in username + certification
    return RejectedRow(
        columns.rows[index],
        columns.lines[index],
        columns.fields[index],
        faults,
        columns.keys[index] if named else None,
        username,
        certification,
        columns.types[index],
        columns.codes[index],
    )


_REQUIRED = Flaw(
    FaultCode.EXPIRE_DATE_REQUIRED,
    "",
    "the record is not always valid and has no certification_expire_date; write one as "
    "YYYY-MM-DD, or 1 in always_valid",
)


def _not_allowed(text: str, profile: ImportProfile) -> Flaw:
    """Rules: INT-04."""
    severity = Severity.WARNING if profile.lenient else Severity.ERROR
    mend = "it is ignored" if profile.lenient else "remove it, or write 0 in always_valid"
    message = f"the record is always valid, so it has no expire date; {mend}"
    return Flaw(FaultCode.EXPIRE_DATE_NOT_ALLOWED, text, message, severity)


def _reversed(text: str, issue: str, profile: ImportProfile) -> Flaw:
    """Rules: INT-08."""
    severity = Severity.ERROR if profile.strict else Severity.WARNING
    message = f"before the issue date, {issue}; check both dates"
    return Flaw(FaultCode.EXPIRES_BEFORE_ISSUE, text, message, severity)


def _misplaced(kind: AssociationType | None, code: str) -> Flaw:
    """Rules: INT-05."""
    if code:
        message = (
            f"a record of type {kind} has no code; remove it, or write course or learning_plan"
        )
        return Flaw(FaultCode.CODE_NOT_ALLOWED, code, message)
    return Flaw(
        FaultCode.CODE_REQUIRED, "", f"a record of type {kind} needs the code of its {kind}"
    )
