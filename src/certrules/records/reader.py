"""Reader: opens a file of certification records, and yields what each of its rows says."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from attrs import frozen

from certrules import instants
from certrules.errors import RecordsFileError
from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType, ExpiryDay
from certrules.model.people import username_key
from certrules.model.policy import DOCEBO, Policy
from certrules.model.records import (
    Fault,
    FaultCode,
    ImportProfile,
    RecordField,
    RecordKey,
    Severity,
)
from certrules.model.values import Count, checked
from certrules.records.columns import (
    FAULTS_COLUMN,
    CellFault,
    FileLayout,
    map_columns,
    read_mapping,
)
from certrules.records.field_rules import FieldRules, missing
from certrules.records.lines import Lines, TextSource, choose_encoding, open_source
from certrules.records.rows import choose_delimiter, explained, read_header, read_rows
from certrules.text import composed, restore_formula

BATCH = 4096
"""The most rows of a batch, unless the caller says otherwise."""
_CELLS = 1 << 20
"""The most fields of a batch of several rows; of long rows it has fewer."""
_USUAL = ImportProfile()


class Record(NamedTuple):
    """One certification record as a file states it; a tuple, since files hold millions.

    ``row`` counts data rows from 1, ``line`` is the line of the file on which it begins, and
    ``fields`` are its values as read. ``username_key`` is as usernames are compared, and
    ``certification_code`` in the composed form of Unicode. Days are as written, instants in UTC;
    both expiries are None if the record never expires. ``warnings`` are faults that do not keep it
    out.
    """

    row: int
    line: int
    fields: Sequence[str]
    username: str
    username_key: str
    certification_code: str
    issued_on: date
    issued_at: datetime
    always_valid: bool
    expires_on: date | None
    expires_at: datetime | None
    type: AssociationType
    code: str | None
    warnings: tuple[Fault, ...] = ()

    def reject(self, faults: tuple[Fault, ...]) -> "RejectedRow":
        """Return the same row as one that is refused for reasons outside the file."""
        names = self.username_key, self.certification_code
        return RejectedRow(self.row, self.line, self.fields, faults, *names, self.type, self.code)


@frozen
class RejectedRow:
    """A row that cannot be a record, with every fault of it and what could be read nonetheless.

    A name that could not be read is empty, and ``type`` or ``code`` None.
    """

    row: int
    line: int
    fields: Sequence[str]
    faults: tuple[Fault, ...]
    username_key: str = ""
    certification_code: str = ""
    type: AssociationType | None = None
    code: str | None = None


def open_records(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    zone: str | tzinfo,
    issue_date: IssueDateConvention | None = None,
    profile: ImportProfile = _USUAL,
    mapping: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    delimiter: str | None = None,
    encoding: str | None = None,
    header_row: int = 1,
    policy: Policy = DOCEBO,
) -> "RecordsFile":
    r"""Open a file of certification records, or a binary stream of one, and read its header.

    ``zone`` and ``issue_date`` say which instants the written days stand for; ``mapping`` names
    the column of a field if their names differ. Without ``delimiter`` or ``encoding`` they are
    detected; a byte order mark prevails over ``encoding``. Lines above ``header_row``, such as the
    titles of a report, are left out. What neither ``issue_date`` nor
    ``profile`` says of dates is as in ``policy``.
    Raises :class:`~certrules.errors.RecordsFileError` for a file that cannot be read, and
    :class:`~certrules.errors.UnknownZoneError`.

    >>> from io import BytesIO
    >>> file = BytesIO(
    ...     b"username,certification_code,certification_issue_date,always_valid,type\n"
    ...     b"ada,SAFE,2021-11-18,1,manual\n"
    ... )
    >>> with open_records(file, zone="-04:00") as records:
    ...     [record.issued_at.isoformat() for record in records.records()]
    ['2021-11-18T04:00:00+00:00']

    Rules: DOC-CSV-01, DOC-CSV-12, DOC-CSV-13, DOC-TZ-04, INT-06, INT-11, INT-17.
    """
    tz = instants.time_zone(zone)
    convention = policy.issue_date if issue_date is None else issue_date
    end_of_day = profile.expire_at_end_of_day
    if end_of_day is None:
        end_of_day = policy.expiry_day is ExpiryDay.INCLUSIVE
    named, first = read_mapping(mapping), checked("header_row", header_row, Count)
    opened = open_source(source)
    try:
        found, mark = choose_encoding(opened.read_at(0, 4), encoding)
        lines = Lines(opened, found, mark, first=first)
        try:
            divider = choose_delimiter(lines, delimiter, named)
            header = read_header(lines, divider)
            escaped = FAULTS_COLUMN in map(str.strip, header)
            if escaped:
                header = list(map(restore_formula, header))
            columns = map_columns(header, named)
        except RecordsFileError as error:
            raise explained(error, lines, named) from error
        expiry_day = ExpiryDay.INCLUSIVE if end_of_day else ExpiryDay.EXCLUSIVE
        layout = FileLayout(tuple(header), columns, expiry_day)
    except BaseException:
        opened.close()
        raise
    rules = FieldRules(tz, convention, profile, end_of_day=end_of_day)
    return RecordsFile(layout, divider, found, tz, convention, opened, lines, rules, escaped)


@frozen(eq=False)
class RecordsFile:
    """An open file of certification records; close it, or use it in a ``with`` statement.

    ``layout`` holds its header and which column holds which field; ``zone`` and ``issue_date`` are
    how its days become instants. Every pass starts from the beginning, and passes can run side by
    side. Each raises :class:`~certrules.errors.RecordsFileError` on reaching what is no CSV.
    """

    layout: FileLayout
    delimiter: str
    encoding: str
    zone: tzinfo
    issue_date: IssueDateConvention
    _source: TextSource
    _lines: Lines
    _rules: FieldRules
    _escaped: bool

    @property
    def path(self) -> Path | None:
        """The path of the file; None for a stream."""
        return self._source.path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, unless the caller opened it."""
        self._source.close()

    def is_file(self, path: Path) -> bool:
        """Return whether a path leads to the very file that is read."""
        return self._source.is_file(path)

    def keys(self) -> Iterator[RecordKey]:
        """Yield whose certification each data row is about: what repeated rows have in common.

        Empty texts stand for what a row does not say. Nothing else is read, so this pass is cheap.

        Rules: INT-07b.
        """
        places, width = self.layout.places, len(self.layout.header)
        user = places[RecordField.USERNAME]
        certification = places[RecordField.CERTIFICATION_CODE]
        for _, (_, fields) in self._rows():
            if len(fields) != width:
                yield "", ""
                continue
            key = username_key(fields[user]), composed(fields[certification].strip())
            yield (_readable(key[0]), _readable(key[1])) if self._lines.nul_seen else key

    def records(self) -> Iterator[Record | RejectedRow]:
        """Yield each data row, in file order, as the record it is or with the faults it has.

        A row of delimiters and blanks alone is no data row: spreadsheets write such rows at the end
        of a file. Memory does not grow with the number of rows.

        Rules: DOC-CSV-01, DOC-CSV-02, X-CSV-1, INT-04, INT-15.
        """
        rules, lines, width = self._rules, self._lines, len(self.layout.header)
        issue_dates, expire_dates, kinds = rules.issue_dates, rules.expire_dates, rules.kinds
        places = self.layout.places
        pick = itemgetter(*(places.get(field, -1) for field in RecordField))
        lacking = len(places) < len(RecordField)
        for row, (line, fields) in self._rows():
            if len(fields) != width:
                yield _ragged(row, line, fields, width)
                continue
            user, certification, issue, flag, expire, word, code = pick(
                [*fields, ""] if lacking else fields
            )
            user, code = user.strip(), code.strip()
            certification = composed(certification.strip())
            issued_on, issued_at, _ = issue_dates[issue]
            expires_on, expires_at, unreadable = expire_dates[expire]
            dated = expires_on is not None or unreadable is not None
            always_valid, type_, kind_faults = kinds[flag, word, dated, code != ""]
            warnings: tuple[Fault, ...] = ()
            if (
                kind_faults
                or issued_on is None
                or unreadable
                or (expires_at and issued_at and expires_at <= issued_at)
                or not (user and certification)
                or lines.nul_seen
            ):
                if rules.profile.lenient and always_valid:  # whatever the expire date says
                    expire, expires_on, expires_at = "", None, None
                found = (*kind_faults, *rules.date_faults(issue, expire))
                warnings = tuple(self._faults(row, line, fields, found))
                if any(fault.severity is Severity.ERROR for fault in warnings):
                    names = _readable(username_key(user)), _readable(certification)
                    yield RejectedRow(row, line, fields, warnings, *names, type_, code or None)
                    continue
            values = (
                row,
                line,
                fields,
                user,
                username_key(user),
                certification,
                issued_on,
                issued_at,
                always_valid,
                expires_on,
                expires_at,
                type_,
                code or None,
                warnings,
            )
            yield tuple.__new__(Record, values)  # Record(...) at half the cost

    def batches(self, rows: int = BATCH) -> Iterator[list[Record | RejectedRow]]:
        """Yield :meth:`records` in lists of at most ``rows``, of fewer if they are long."""
        batch, cells = list[Record | RejectedRow](), 0
        for record in self.records():
            if batch and cells + len(record.fields) > _CELLS:
                yield batch
                batch, cells = [], 0
            batch.append(record)
            cells += len(record.fields)
            if len(batch) >= rows:
                yield batch
                batch, cells = [], 0
        if batch:
            yield batch

    def _faults(
        self,
        row: int,
        line: int,
        fields: Sequence[str],
        faults: Iterable[tuple[RecordField, CellFault]],
    ) -> Iterator[Fault]:
        """Yield the faults of a row: NUL characters first, then those of the other fields."""
        layout = self.layout
        nul = [place for place, value in enumerate(fields) if "\0" in value]
        for place in nul:
            yield _NUL.at(row, line, layout.header[place], fields[place])
        blank = [(field, missing(field)) for field in _GIVEN if not layout.text(fields, field)]
        for field, fault in sorted((*blank, *faults), key=lambda found: _ORDER[found[0]]):
            if layout.places.get(field) not in nul:
                yield fault.at(row, line, layout.column(field), layout.text(fields, field))

    def _rows(self) -> Iterator[tuple[int, tuple[int, list[str]]]]:
        """Yield the number of each data row, the line on which it begins, and its fields."""
        rows = read_rows(self._lines, self.delimiter, escaped=self._escaped)
        next(rows)  # the header
        return enumerate(rows, 1)


_GIVEN = RecordField.USERNAME, RecordField.CERTIFICATION_CODE, RecordField.ISSUE_DATE
_ORDER = {field: place for place, field in enumerate(RecordField)}
_NUL = CellFault(FaultCode.NUL_CHARACTER, "holds a NUL character; remove it")


def _readable(text: str) -> str:
    return "" if "\0" in text else text


def _ragged(row: int, line: int, fields: Sequence[str], width: int) -> RejectedRow:
    count = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
    what = f"{count}, but the header has {width}"
    code, value = FaultCode.TOO_FEW_FIELDS, ""
    mend = "add those that are missing, even if they are empty"
    if len(fields) > width:
        code, value = FaultCode.TOO_MANY_FIELDS, fields[width]
        mend = "remove some, or put quotes around a value with the delimiter in it"
    fault = Fault(code, row, line, None, value, f"{what}; {mend}")
    return RejectedRow(row, line, fields, (fault,))
