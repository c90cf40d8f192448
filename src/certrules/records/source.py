"""Source: the bytes of a file or stream, read more than once."""

import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from certrules.errors import InvalidValueError, RecordsFileError


class TextSource:
    """A seekable stream of bytes that begins at its position when it was handed over.

    Every read names its offset, so several passes can run side by side.
    """

    def __init__(self, stream: BinaryIO, *, path: Path | None = None, owned: bool = False) -> None:
        self.path = path
        self._stream = stream
        self._owned = owned
        self._origin = stream.tell()
        self._opened = _state(stream)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from an offset; none at the end.

        Raises :class:`~certrules.errors.RecordsFileError` if a file on disk is no longer what it
        was when it was opened.
        """
        try:
            self._stream.seek(self._origin + offset)
            data = self._stream.read(size)
            state = _state(self._stream)
        except OSError as error:
            raise _unreadable("the file", error) from error
        if state != self._opened:
            raise RecordsFileError(
                "changed_file",
                "the file was changed while it was read; wait until it is complete, and begin "
                "again",
                path=None if self.path is None else str(self.path),
            )
        return data

    def is_file(self, path: Path) -> bool:
        """Return whether a path leads to the file whose bytes these are."""
        if self._opened is None or not path.exists():
            return False
        found = path.stat()
        return self._opened[:2] == (found.st_dev, found.st_ino)

    def close(self) -> None:
        """Close what certrules opened; the caller's stream stays open."""
        if self._owned:
            self._stream.close()


def _state(stream: BinaryIO) -> tuple[int, ...] | None:
    """Return device, inode, size and time of change of a file on disk; None for other streams.

    A change of equal length within one tick of the file system's clock goes unnoticed.
    """
    try:
        found = os.fstat(stream.fileno())
    except (AttributeError, io.UnsupportedOperation):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def open_source(source: str | os.PathLike[str] | BinaryIO) -> TextSource:
    """Open a path, or take a binary stream; one that cannot seek is copied to a temporary file.

    Raises :class:`~certrules.errors.RecordsFileError` for a path that cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        return _seekable(_open(path), path=path, owned=True)
    if not hasattr(source, "read") or not isinstance(source.read(0), bytes):
        raise InvalidValueError("source", source, "a path or a stream of bytes")
    return _seekable(source)


def _seekable(stream: BinaryIO, *, path: Path | None = None, owned: bool = False) -> TextSource:
    if stream.seekable():
        return TextSource(stream, path=path, owned=owned)
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open with its source
    try:
        shutil.copyfileobj(stream, spool)
    except OSError as error:
        spool.close()
        raise _unreadable("the stream", error) from error
    finally:
        if owned:
            stream.close()
    spool.seek(0)
    return TextSource(spool, path=path, owned=True)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        code, said = "missing_file", f"there is no file {path}; check the path"
        raise RecordsFileError(code, said, path=str(path)) from error
    except IsADirectoryError as error:
        code, said = "is_a_directory", f"{path} is a directory; name a file in it"
        raise RecordsFileError(code, said, path=str(path)) from error
    except (OSError, ValueError) as error:
        raise _unreadable(str(path), error) from error


def _unreadable(what: str, error: Exception) -> RecordsFileError:
    reason = getattr(error, "strerror", None) or str(error)
    return RecordsFileError("unreadable_file", f"cannot read {what}: {reason}", reason=reason)
