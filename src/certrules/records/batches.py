"""What does reading a file hand out, some thousand rows at a time?"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from attrs import frozen

from certrules.model.awards import AssociationType
from certrules.model.records import Fault, Record

__all__ = ["Batch", "Fields", "KeyBatch", "RejectedRow"]


class KeyBatch(NamedTuple):
    """The rows that say whose certification they are about: what duplicates have in common."""

    rows: Sequence[int]
    username_keys: Sequence[str]
    certification_codes: Sequence[str]


@frozen
class RejectedRow:
    """A row that cannot be a record, with every fault of it and what could be read nonetheless.

    ``key`` is the username key and the certification code, or None where the row does not say whose
    certification it is about; the other texts are empty, and ``type`` is None, where they could
    not be read.
    """

    row: int
    line: int
    fields: Sequence[str]
    faults: Sequence[Fault]
    key: tuple[str, str] | None = None
    username_key: str = ""
    certification_code: str = ""
    type: AssociationType | None = None
    code: str = ""


class Fields(Sequence[Sequence[str]]):
    """Rows whose values stand in columns: each is put together when it is asked for."""

    def __init__(self, columns: Sequence[Sequence[str]], places: Sequence[int]) -> None:
        self._columns = columns
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: Any) -> Any:
        """Return one row, or the rows of a slice."""
        found = self._places[index]
        if isinstance(found, int):
            return [column[found] for column in self._columns]
        return Fields(self._columns, found)


@frozen
class Batch:
    """Rows that are records, as columns of equal length, and beside them the rows that are not.

    ``rows`` counts data rows from 1, ``lines`` are the lines of the file on which they begin. Days
    are as written, instants in UTC; ``expires_on`` and ``expires_at`` are None where the record
    never expires; ``codes`` are empty where there is none. ``fields`` are the rows as read.
    ``warnings`` are faults of rows that count nonetheless.
    """

    rows: Sequence[int]
    lines: Sequence[int]
    usernames: Sequence[str]
    username_keys: Sequence[str]
    certification_codes: Sequence[str]
    issued_on: Sequence[date]
    issued_at: Sequence[datetime]
    always_valid: Sequence[bool]
    expires_on: Sequence[date | None]
    expires_at: Sequence[datetime | None]
    types: Sequence[AssociationType]
    codes: Sequence[str]
    fields: Sequence[Sequence[str]]
    warnings: Sequence[Fault]
    rejected: Sequence[RejectedRow]

    def __len__(self) -> int:
        return len(self.rows)

    def as_rejected(self, index: int) -> RejectedRow:
        """Return a row that is a record as one rejected for reasons that lie outside the file."""
        return RejectedRow(
            self.rows[index],
            self.lines[index],
            self.fields[index],
            (),
            (self.username_keys[index], self.certification_codes[index]),
            self.username_keys[index],
            self.certification_codes[index],
            self.types[index],
            self.codes[index],
        )

    def records(self) -> list[Record]:
        """Return the rows that are records as values, in file order."""
        codes = [code or None for code in self.codes]
        return list(
            map(
                Record,
                self.rows,
                self.usernames,
                self.certification_codes,
                self.issued_on,
                self.always_valid,
                self.expires_on,
                self.types,
                codes,
            )
        )
