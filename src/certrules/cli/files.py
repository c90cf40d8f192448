"""From where is a file read, and into which does an answer go?"""

import argparse
import sys
from typing import BinaryIO

from certrules.cli.failures import UsageError
from certrules.records.replacing import replacing

__all__ = ["add_out", "replacing", "standard_input"]


def add_out(parser: argparse.ArgumentParser, says: str) -> None:
    """Add the option that names the file to write, which is then ``args.file``."""
    parser.add_argument(
        "--out", dest="file", metavar="FILE", required=True, help=f"{says}, replaced if there"
    )


def standard_input() -> BinaryIO:
    """Return what is piped in; UsageError where whoever called has closed it."""
    if sys.stdin is None:
        raise UsageError("standard input is closed; pipe something in, or name a file")
    return sys.stdin.buffer
