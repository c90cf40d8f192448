"""Files of a command: which are read, which are written, and which may not be."""

import stat
import sys
from itertools import product
from os.path import realpath, samefile
from pathlib import Path
from typing import BinaryIO

from certrules.cli.failures import UsageError
from certrules.errors import BadgeError


def check_out(out: str | Path | None, *reads: str | None, store: object = None) -> None:
    """Raise UsageError if a file to write, if any, is one that the command reads, by any name.

    Such are files that it was given, ``-`` being standard input, and those of its store.
    """
    if out is None:
        return
    if str(out) in ("", "-"):
        raise UsageError("--out needs the name of a file: standard output is for the answer")
    own = getattr(store, "path", None)
    names = () if own is None else (own, realpath(own))  # SQLite names its files after the latter
    for name, suffix in product(names, ("", "-wal", "-shm", "-journal")):
        if _is(f"{name}{suffix}", out):
            raise UsageError(f"{out} belongs to the store itself; name another file to write")
    for each in reads:
        if each is not None and _is(0 if each == "-" else each, out):
            raise UsageError(f"{out} is what this command reads; name another file to write")


def _is(read: str | int, out: str | Path) -> bool:
    """Return whether a path, or a descriptor, leads to the file of another path."""
    try:
        same_name = not isinstance(read, int) and realpath(read) == realpath(out)
        return same_name or samefile(read, out)  # noqa: PTH121 - a descriptor has no path
    except OSError:  # one of them is not there
        return False


def contents(path: str, most: int, limit: str | None = None) -> bytes:
    """Return what a file holds, ``-`` being standard input; UsageError if it is no regular file.

    If it is larger, UsageError that says so in the words of ``limit``, or without them BadgeError.
    What a shell hands over by its descriptor, as by ``<(...)``, may be a pipe, since somebody
    writes to it.
    """
    if path in ("-", "/dev/stdin"):
        data = standard_input().read(most + 1)
    else:
        if not path.startswith("/dev/fd/") and not stat.S_ISREG(Path(path).stat().st_mode):
            raise UsageError(f"{path} is no regular file")
        with Path(path).open("rb") as stream:
            data = stream.read(most + 1)
    if len(data) > most:
        if limit is not None:
            raise UsageError(f"{path} is longer than {limit}")
        raise BadgeError(f"{path} has more than {most:,} bytes")
    return data


def standard_input() -> BinaryIO:
    """Return what is piped in; UsageError if the caller has closed it."""
    if sys.stdin is None:
        raise UsageError("standard input is closed; pipe something in, or name a file")
    return sys.stdin.buffer
