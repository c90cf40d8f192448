"""``certrules deactivate``: let a certification be issued no more; what was issued stands."""

import argparse

from certrules.cli import changes
from certrules.workflows import certifications

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules deactivate --store certificates.db --certification FA

Awards that were issued stay valid; `certrules delete` takes them away.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    changes.add(parser, EXAMPLE, run)


def run(args: argparse.Namespace) -> int:
    """Do it, and say what was decided."""
    return changes.change(args, "deactivate", certifications.deactivate)
