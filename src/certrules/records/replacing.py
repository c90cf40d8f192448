"""Files that are replaced: how does a path hold what was there before, or all that is new?"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from pathlib import Path
from typing import BinaryIO

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
        part, file = _begun(path.parent)
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


def _begun(folder: Path) -> tuple[Path, BinaryIO]:
    """Make a file by a name that nobody guesses, through no link, and lock it."""
    while True:
        part = folder / _PARTS.replace("*", secrets.token_hex(16))
        stream: BinaryIO = part.open("xb")
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


_TO_LOCK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
