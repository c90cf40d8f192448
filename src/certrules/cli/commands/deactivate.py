"""``certrules deactivate``: let a certification be issued no more; what was issued stands."""

import argparse
from typing import Any

from certrules.cli import changes
from certrules.workflows import defining

__all__ = ["add", "run"]

SAYS = "let a certification be issued no more; what was issued stands"
EXAMPLE = """\
  certrules deactivate --store certificates.db --certification FA

Awards that were issued stay valid; `certrules delete` takes them away.
"""


def add(subparsers: Any) -> None:
    """Add the command to the command line."""
    changes.add(subparsers, "deactivate", says=SAYS, example=EXAMPLE, run=run)


def run(args: argparse.Namespace) -> int:
    """Do it, and say what was decided."""
    return changes.change(args, "deactivate", defining.deactivate)
