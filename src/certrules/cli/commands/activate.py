"""``certrules activate``: let a certification that was switched off be issued again."""

import argparse

from certrules.cli import changes
from certrules.workflows import certifications

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules activate --store certificates.db --certification FA

A draft is published first: see `certrules publish`.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    changes.add(parser, EXAMPLE, run)


def run(args: argparse.Namespace) -> int:
    """Do it, and say what was decided."""
    return changes.change(args, "activate", certifications.activate)
