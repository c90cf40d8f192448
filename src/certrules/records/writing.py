"""Writing: files that are replaced whole, and rejected rows as one, to be imported again."""

import io
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from pathlib import Path
from typing import BinaryIO, Self

from certrules.errors import RecordsFileError
from certrules.model.records import Fault
from certrules.records.columns import FAULTS_COLUMN, ROW_COLUMN, shortened
from certrules.records.reader import RecordsFile
from certrules.text import neutralise_formula, quote_cell

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows, where nobody can remove what another has open
    fcntl = None  # type: ignore[assignment]

_PARTS = ".certrules-*.part"
"""The names of files that are being written; whoever writes one has it locked."""

_OF_WRITING = {EDQUOT, EFBIG, EIO, ENOSPC}


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file to write beside one that it replaces when the block has ended well.

    After an exception, what was there before is as it was. Several writers of one path do not mix:
    the last to end well stays. What killed writers have left in the folder is removed. An OSError
    names the file itself.
    """
    if path.exists() and not path.is_file():  # a device, which nothing can replace
        with _naming(path), path.open("wb") as stream:
            yield stream
        return
    given, path = path, path.resolve()  # a link goes on leading there
    with _naming(given, path.parent):
        _remove_left(path.parent)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666
        part, file = _begun(path.parent, mode)
        try:
            with file:
                yield file
                file.flush()
                if os.name == "nt":  # pragma: no cover - where nothing open can be renamed
                    file.close()
                if path.exists():
                    shutil.copymode(path, part)
                part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def _begun(folder: Path, mode: int) -> tuple[Path, BinaryIO]:
    """Make a file by a name that nobody guesses, through no link, and lock it.

    From its first byte on, nobody reads it who could not read the file that it replaces.
    """
    while True:
        part = folder / _PARTS.replace("*", secrets.token_hex(16))
        stream: BinaryIO = os.fdopen(os.open(part, _TO_WRITE, mode), "wb")
        with suppress(OSError):  # a drive without locks: nobody can take this file for one left
            _lock(stream, wait=True)
        if part.exists():
            return part, stream
        stream.close()  # another writer took it for one that was left, before it was locked


@contextmanager
def _naming(path: Path, folder: Path | None = None) -> Iterator[None]:
    """Let errors of writing name the file that was given."""
    try:
        yield
    except OSError as error:
        nameless = error.filename is None and error.errno in _OF_WRITING
        named = Path(str(error.filename or path))
        if nameless or (named.parent == folder and named.match(_PARTS)):
            error.filename = str(path)
        raise


def _remove_left(folder: Path) -> None:
    """Remove the files that nobody writes any more: their locks ended with their writers."""
    for left in folder.glob(_PARTS):
        with suppress(OSError), os.fdopen(os.open(left, _TO_LOCK), "rb") as stream:
            _lock(stream, wait=False)
            left.unlink()


def _lock(file: BinaryIO, *, wait: bool) -> None:
    if fcntl is not None:  # pragma: no branch
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


_TO_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_TO_LOCK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


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
        """Finish the file and put it in its place; a stream stays open. Again, it does nothing."""
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
