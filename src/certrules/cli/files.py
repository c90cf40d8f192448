"""From where is a file read, and into which does an answer go?"""

import argparse
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from certrules.cli.failures import UsageError
from certrules.errors import BadgeError
from certrules.records.replacing import replacing

__all__ = ["add_out", "contents", "replacing", "standard_input"]


def add_out(parser: argparse.ArgumentParser, says: str) -> None:
    """Add the option that names the file to write, which is then ``args.file``."""
    parser.add_argument(
        "--out", dest="file", metavar="FILE", required=True, help=f"{says}, replaced if there"
    )


def contents(path: str, most: int) -> bytes:
    """Return what a file holds, ``-`` being standard input, and never read much more than it may.

    UsageError where it is no regular file, BadgeError where it is larger.
    """
    if path in ("-", "/dev/stdin"):
        data = standard_input().read(most + 1)
    else:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise UsageError(f"{path} is no regular file")
        with Path(path).open("rb") as stream:
            data = stream.read(most + 1)
    if len(data) > most:
        raise BadgeError(f"{path} has more than {most:,} bytes")
    return data


def standard_input() -> BinaryIO:
    """Return what is piped in; UsageError where whoever called has closed it."""
    if sys.stdin is None:
        raise UsageError("standard input is closed; pipe something in, or name a file")
    return sys.stdin.buffer
