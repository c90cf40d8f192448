"""``certrules publish``: publish a draft, so that it is issued."""

import argparse
from typing import Any

from certrules.cli import changes, pictures
from certrules.model.decisions import Granted, Refused
from certrules.workflows import certifications
from certrules.workflows.platform import Acting

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules publish --store certificates.db --certification FA

A draft becomes active, or inactive with --inactive; nothing else is published.
With --image, a badge image that is not fit for it keeps it a draft.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    changes.add(parser, EXAMPLE, run)
    parser.add_argument("--inactive", action="store_true", help="not to be issued yet")
    parser.add_argument("--image", metavar="FILE", help="look at its badge image, which is this")


def run(args: argparse.Namespace) -> int:
    """Do it, and say what was decided."""

    def publish(acting: Acting, certification_id: str, **options: Any) -> Granted | Refused:
        image = None if args.image is None else pictures.facts(args.image)
        options |= {"active": not args.inactive, "image": image}
        return certifications.publish(acting, certification_id, **options)

    return changes.change(args, "publish", publish)
