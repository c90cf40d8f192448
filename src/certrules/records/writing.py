"""Writing: rejected rows as a file, to be corrected and imported again."""

import io
import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Self

from certrules.errors import RecordsFileError
from certrules.model.records import Fault
from certrules.records.columns import FAULTS_COLUMN, ROW_COLUMN, shortened
from certrules.records.reader import RecordsFile
from certrules.records.replacing import replacing
from certrules.text import neutralise_formula, quote_cell


class RejectsWriter:
    """Writes rejected rows as a file of records: their columns as they were, and what is wrong.

    The row number and the faults come first, so that even a row with too few or too many fields
    keeps its own as they were. The file has the delimiter of the one read, in UTF-8 with a byte
    order mark. A cell that a spreadsheet might run as a formula gets an apostrophe before it, which
    reading the file takes off again.

    What a path held before is replaced by :meth:`close`, and stays if an exception leaves a
    ``with`` statement. A binary stream is written to at once, and stays open.
    Raises :class:`~certrules.errors.RecordsFileError` if the path cannot be written, or leads to
    the records themselves.

    Rules: X-CSV-1, INT-17b.
    """

    def __init__(self, target: str | os.PathLike[str] | BinaryIO, records: RecordsFile) -> None:
        self._closed = False
        self._file = ExitStack()  # of nothing, for a stream of the caller's
        self._own_file = isinstance(target, str | os.PathLike)
        if isinstance(target, str | os.PathLike):
            target = _open(self._file, Path(target), records)
        self._text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
        self._delimiter = records.delimiter
        self._own = {
            place
            for place, name in enumerate(records.layout.header)
            if name.strip() in (ROW_COLUMN, FAULTS_COLUMN)
        }
        self._write((ROW_COLUMN, FAULTS_COLUMN), records.layout.header)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is not None and self._own_file:
            self._file.__exit__(type(error), error, error.__traceback__)
        else:
            self.close()

    def close(self) -> None:
        """Finish the file and put it in its place; a stream of the caller's stays open.

        Closing again does nothing.
        """
        if self._closed:
            return
        self._closed = True
        with self._file:
            self._text.flush()
            self._text.detach()

    def write(self, row: int, fields: Sequence[str], faults: Iterable[Fault]) -> None:
        """Add one row as it was read, with the faults it has."""
        self._write((str(row), " | ".join(map(_described, faults))), fields)

    def _write(self, ours: Sequence[str], fields: Sequence[str]) -> None:
        theirs = [value for place, value in enumerate(fields) if place not in self._own]
        cells = (quote_cell(neutralise_formula(value)) for value in (*ours, *theirs))
        self._text.write(self._delimiter.join(cells) + "\r\n")


def _described(fault: Fault) -> str:
    value = f" {shortened(fault.value)}" if fault.value else ""
    if fault.column is None:
        return f"the row{value}: {fault.message}"
    return f"{fault.column}{value}: {fault.message}"


def _open(file: ExitStack, path: Path, records: RecordsFile) -> BinaryIO:
    try:
        if records.is_file(path):
            said = f"{path} is the file of records itself; name another for the rejected rows"
            raise RecordsFileError("rejects_over_records", said, path=str(path))
        return file.enter_context(replacing(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        said = f"cannot write {path}: {reason}"
        raise RecordsFileError("unwritable_file", said, path=str(path), reason=reason) from error
