"""From where is a file read, and into which does an answer go?"""

import argparse
import stat
import sys
from itertools import product
from os.path import realpath, samefile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from certrules.cli.failures import UsageError
from certrules.errors import BadgeError
from certrules.records.writing import replacing

if TYPE_CHECKING:
    from certrules.repositories.sql import SqlStore

__all__ = ["add_out", "begun", "check_out", "contents", "replacing", "standard_input"]


def add_out(parser: argparse.ArgumentParser, says: str) -> None:
    """Add the option that names the file to write, which is then ``args.file``."""
    parser.add_argument(
        "--out", dest="file", metavar="FILE", required=True, help=f"{says}, replaced if there"
    )


def check_out(out: str | Path, *reads: str | None, store: "SqlStore | None" = None) -> None:
    """Raise UsageError where a file to write is one that the command reads, by whatever name.

    Such are files that it was given, ``-`` being standard input, and those of its store.
    """
    if str(out) in ("", "-"):
        raise UsageError("--out needs the name of a file: standard output is for the answer")
    own = store.path if store is not None else None
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


def contents(path: str, most: int) -> bytes:
    """Return what :func:`begun` does of a whole file; BadgeError where it is larger."""
    data = begun(path, most)
    if len(data) > most:
        raise BadgeError(f"{path} has more than {most:,} bytes")
    return data


def begun(path: str, most: int) -> bytes:
    """Return what a file holds, ``-`` being standard input, and of a larger one a byte too much.

    UsageError where it is no regular file; what a shell hands over by its descriptor, as by
    ``<(...)``, may be a pipe, since somebody writes to it.
    """
    if path in ("-", "/dev/stdin"):
        return standard_input().read(most + 1)
    handed_over = path.startswith("/dev/fd/")
    if not handed_over and not stat.S_ISREG(Path(path).stat().st_mode):
        raise UsageError(f"{path} is no regular file")
    with Path(path).open("rb") as stream:
        return stream.read(most + 1)


def standard_input() -> BinaryIO:
    """Return what is piped in; UsageError where whoever called has closed it."""
    if sys.stdin is None:
        raise UsageError("standard input is closed; pipe something in, or name a file")
    return sys.stdin.buffer
