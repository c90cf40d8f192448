"""Read a whole file of certification records into columns, for hosts that keep tables in memory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import compress
from typing import Any

from attrs import frozen

from certrules.model.awards import AssociationType
from certrules.model.policy import Duplicates
from certrules.model.records import Fault
from certrules.records import KeyBatch, RecordsFile, RejectedRow
from certrules.rules import importing
from certrules.rules.importing import Key

__all__ = ["RecordColumns", "read_columns"]

_ROWS = 256
"""How many rows are read at a time: as many as the processor has at hand."""

_COLUMNS = (
    "rows",
    "username_keys",
    "certification_codes",
    "issued_at",
    "always_valid",
    "expires_at",
    "types",
    "codes",
)


@frozen
class RecordColumns:
    """The rows of a file that count, as columns of equal length, and what became of the others.

    ``rows`` counts data rows from 1. Instants are in UTC; ``expires_at`` is None where the record
    never expires, and ``codes`` are empty where there is none. ``rejected`` are the rows with
    faults of their own; ``repeats`` holds the rows of each user's certification that stands in
    several. ``warnings`` are faults of rows that count nonetheless.
    """

    # tuples, since the garbage collector looks through large lists time and again
    rows: tuple[int, ...]
    username_keys: tuple[str, ...]
    certification_codes: tuple[str, ...]
    issued_at: tuple[datetime, ...]
    always_valid: tuple[bool, ...]
    expires_at: tuple[datetime | None, ...]
    types: tuple[AssociationType, ...]
    codes: tuple[str, ...]
    rejected: Sequence[RejectedRow]
    repeats: Mapping[Key, Sequence[int]]
    warnings: Sequence[Fault]

    def __len__(self) -> int:
        return len(self.rows)


def read_columns(file: RecordsFile, *, duplicates: Duplicates = Duplicates.REJECT) -> RecordColumns:
    r"""Read every row in one pass: what is sound, beside all that is wrong with the rest.

    For hosts with data frames, bulk loaders or a database of their own: they look up the names and
    decide what a record means beside what they hold. :func:`certrules.workflows.importing.run`
    does that too, needs far less memory, and reads the file twice. ``duplicates`` says which of
    several rows of one user's certification count: none, or the last.
    Raises :class:`~certrules.errors.RecordsFileError`.

    >>> from io import BytesIO
    >>> from certrules.records import open_records
    >>> text = (
    ...     b"username,certification_code,certification_issue_date,always_valid,type\n"
    ...     b"Ada,SAFE,2021-11-18,1,manual\n"
    ...     b"alan,SAFE,11/18/21,1,manual\n"
    ... )
    >>> columns = read_columns(open_records(BytesIO(text), zone="-04:00"))
    >>> columns.username_keys, [at.isoformat() for at in columns.issued_at]
    (('ada',), ['2021-11-18T04:00:00+00:00'])
    >>> [str(fault.code) for row in columns.rejected for fault in row.faults]
    ['date_spreadsheet']

    Rules: DOC-CSV-14, DOC-CSV-15, DOC-CSV-16, INT-07, INT-07b.
    """
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    rejected: list[RejectedRow] = []
    warnings: list[Fault] = []

    def keyed() -> Iterator[KeyBatch]:
        for batch in file.batches(_ROWS):
            rows = list(batch.rows)  # the same numbers here and there: as ranges they would double
            columns["rows"] += rows
            for name in _COLUMNS[1:]:
                columns[name] += getattr(batch, name)
            rejected.extend(batch.rejected)
            warnings.extend(batch.warnings)
            yield KeyBatch(rows, batch.username_keys, batch.certification_codes)
            named = [row for row in batch.rejected if row.key]
            yield KeyBatch(
                [row.row for row in named],
                [row.username_key for row in named],
                [row.certification_code for row in named],
            )

    repeats = importing.find_repeats(keyed())
    dropped = {
        row
        for rows in repeats.values()
        for row in rows
        if importing.repeat_outcome(row, rows, duplicates)
    }
    counts = [row not in dropped for row in columns["rows"]]
    kept = {name: tuple(compress(columns.pop(name), counts)) for name in _COLUMNS}
    return RecordColumns(**kept, rejected=rejected, repeats=repeats, warnings=warnings)
