"""``certrules activate``: let a certification that was switched off be issued again."""

import argparse
from typing import Any

from certrules.cli import changes
from certrules.workflows import defining

__all__ = ["add", "run"]

SAYS = "let a certification that was switched off be issued again"
EXAMPLE = """\
  certrules activate --store certificates.db --certification FA

A draft is published first: see `certrules publish`.
"""


def add(subparsers: Any) -> None:
    """Add the command to the command line."""
    changes.add(subparsers, "activate", says=SAYS, example=EXAMPLE, run=run)


def run(args: argparse.Namespace) -> int:
    """Do it, and say what was decided."""
    return changes.change(args, "activate", defining.activate)
