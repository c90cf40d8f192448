"""Into which file does an answer go?"""

import argparse

from certrules.records.replacing import replacing

__all__ = ["add_out", "replacing"]


def add_out(parser: argparse.ArgumentParser, says: str) -> None:
    """Add the option that names the file to write, which is then ``args.file``."""
    parser.add_argument(
        "--out", dest="file", metavar="FILE", required=True, help=f"{says}, replaced if there"
    )
