"""What records does a file of comma-separated values hold?"""

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import chain, compress, islice
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self

from certrules import instants
from certrules.instants import IssueDateConvention
from certrules.model.records import ImportProfile, Record, RecordField
from certrules.records.batches import Batch, KeyBatch, RejectedRow
from certrules.records.chunks import Chunk, chunk_of, even_chunk, line_numbers
from certrules.records.columns import FAULTS_COLUMN, Layout, map_columns, read_mapping
from certrules.records.dialect import choose_delimiter, next_row, read_header
from certrules.records.encoding import choose_encoding
from certrules.records.lines import Lines
from certrules.records.parsing import Parser
from certrules.records.quoting import Rows, explain, rows_of
from certrules.records.source import Source, open_source
from certrules.records.splitting import columns_of
from certrules.text import restore_formula

__all__ = ["RecordsFile", "open_records"]

BATCH = 4096
"""The most rows of a batch, unless the caller says otherwise."""
_QUICK = 256
"""As many rows as a processor's cache likes to hold."""
_CELLS = 1 << 20
"""The most fields read at once; a wide file is read in fewer rows."""
_USUAL = ImportProfile()


def open_records(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    zone: str | tzinfo,
    issue_date: IssueDateConvention = IssueDateConvention.LOCAL_MIDNIGHT,
    profile: ImportProfile = _USUAL,
    mapping: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    delimiter: str | None = None,
    encoding: str | None = None,
) -> "RecordsFile":
    r"""Open a file of certification records, or a binary stream of one, and read its header.

    ``zone`` and ``issue_date`` say which instants the written days stand for; ``mapping`` names
    the column of a field where their names differ. Without ``delimiter`` or ``encoding`` they are
    detected; a byte order mark decides over ``encoding``.
    Raises :class:`~certrules.errors.RecordsFileError` for a file that cannot be read, and
    :class:`~certrules.errors.UnknownZoneError`.

    >>> from io import BytesIO
    >>> file = BytesIO(
    ...     b"username,certification_code,certification_issue_date,always_valid,type\n"
    ...     b"ada,SAFE,2021-11-18,1,manual\n"
    ... )
    >>> with open_records(file, zone="-04:00") as records:
    ...     [at.isoformat() for batch in records.batches() for at in batch.issued_at]
    ['2021-11-18T04:00:00+00:00']

    Rules: DOC-CSV-01, DOC-CSV-12, DOC-CSV-13, DOC-TZ-04, INT-06, INT-17.
    """
    tz = instants.time_zone(zone)
    named = read_mapping(mapping)
    opened = open_source(source)
    try:
        found, mark = choose_encoding(opened.read_at(0, 4), encoding)
        lines = Lines(opened, found, mark)
        divider = choose_delimiter(lines, delimiter, named)
        header = read_header(lines, divider)
        escaping = FAULTS_COLUMN in map(str.strip, header)
        if escaping:
            header = list(map(restore_formula, header))
        columns = map_columns(header, named)
    except BaseException:
        opened.close()
        raise
    parser = Parser(header, columns, tz, issue_date, profile)
    return RecordsFile(opened, lines, found, divider, header, columns, parser, escaping=escaping)


class RecordsFile:
    """An open file of certification records; close it, or use it in a ``with`` statement.

    ``header`` holds the names of its columns as written, ``columns`` the one of each field, and
    ``layout`` their places too; ``zone`` and ``issue_date`` are how its days become instants.
    Every pass starts from the beginning, and passes can run side by side. Each raises
    :class:`~certrules.errors.RecordsFileError` on reaching what is no CSV.
    """

    def __init__(
        self,
        source: Source,
        lines: Lines,
        encoding: str,
        delimiter: str,
        header: Sequence[str],
        columns: Mapping[RecordField, int],
        parser: Parser,
        *,
        escaping: bool,
    ) -> None:
        self.header: tuple[str, ...] = tuple(header)
        self.delimiter = delimiter
        self.encoding = encoding
        names = {field: header[place] for field, place in columns.items()}
        self.columns: Mapping[RecordField, str] = MappingProxyType(names)
        self.layout: Layout = Layout(names, dict(columns))
        self.zone: tzinfo = parser.zone
        self.issue_date: IssueDateConvention = parser.convention
        self.path: Path | None = source.path
        self._source = source
        self._lines = lines
        self._places = columns
        self._parser = parser
        self._escaping = escaping

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, unless the caller opened it."""
        self._source.close()

    def is_file(self, path: Path) -> bool:
        """Return whether a path leads to the very file that is read."""
        return self._source.is_file(path)

    def key_batches(self) -> Iterator[KeyBatch]:
        """Yield whose certification each row is about: what duplicates have in common.

        Rows that do not say it are left out. Nothing else is read, so this pass is a cheap one.

        Rules: INT-07b.
        """
        certification = self._places[RecordField.CERTIFICATION_CODE]
        for chunk in self._chunks(_QUICK):
            codes = list(map(str.strip, chunk.columns[certification]))
            users = list(map(str.casefold, chunk.usernames))
            found = KeyBatch(chunk.rows, users, codes)
            if self._lines.nul_seen or "" in users or "" in codes:
                readable = [
                    bool(user and code) and "\0" not in user + code
                    for user, code in zip(users, codes, strict=True)
                ]
                found = KeyBatch._make(list(compress(column, readable)) for column in found)
            yield found

    def batches(self, rows: int = BATCH) -> Iterator[Batch]:
        """Yield what the rows say, as columns, with those rejected.

        ``rows`` is how many to read at once, at most; a few hundred are read fastest. Memory does
        not grow with the number of rows in the file.

        Rules: DOC-CSV-01, DOC-CSV-02, X-CSV-1.
        """
        for chunk in self._chunks(rows):
            yield self._parser.batch(chunk, nul_seen=self._lines.nul_seen)

    def records(self) -> Iterator[Record | RejectedRow]:
        """Yield each data row, in file order, as the record it is or with the faults it has."""
        for batch in self.batches(_QUICK):
            found: list[Record | RejectedRow] = [*batch.records(), *batch.rejected]
            yield from sorted(found, key=lambda one: one.row)

    def _chunks(self, most: int) -> Iterator[Chunk]:
        width, user = len(self.header), self._places[RecordField.USERNAME]
        size = max(1, min(most, _CELLS // width))
        lines = iter(self._lines)
        header = rows_of(lines, self.delimiter)
        next_row(header)
        before, counted = header.line_num, 0
        while block := list(islice(lines, size)):
            after, chunk = before + len(block), None
            columns = None if self._escaping else columns_of(block, self.delimiter, width)
            if columns:
                chunk = even_chunk(columns, range(before + 1, after + 1), counted, user)
            if chunk is None:
                rows = rows_of(chain(block, lines), self.delimiter)
                table = self._take(rows, len(block), before)
                after = before + rows.line_num
                chunk = chunk_of(table, line_numbers(table, before, after), counted, width, user)
            before = after
            counted += len(chunk.rows) + len(chunk.ragged)
            yield chunk

    def _take(self, rows: Rows, size: int, before: int) -> list[list[str]]:
        try:
            table = list(islice(rows, size))
        except csv.Error as error:
            rest = islice(self._lines, before, None)
            raise explain(rest, before + 1, self.delimiter) from error
        return [list(map(restore_formula, fields)) for fields in table] if self._escaping else table
