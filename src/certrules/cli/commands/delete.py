"""``certrules delete``: a certification, with every award of it."""

import argparse

from certrules.cli import actors, arguments, changes, losses, names, stores
from certrules.model.people import Action
from certrules.workflows import lifecycle

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules delete --store certificates.db --certification FA --yes

Every award of the certification is lost, for every user, current and archived;
without --yes they are only listed, and nothing changes.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    changes.add(parser, EXAMPLE, run)
    parser.add_argument(
        "--cascade", action="store_true", help="its awards too, where the platform protects them"
    )
    losses.add_losing(parser)


def run(args: argparse.Namespace) -> int:
    """Say what would be lost, or delete the certification."""
    at = arguments.instant(args.at)
    with stores.opened(args.store) as store:
        acting = actors.acting(store, args, Action.DELETE_CERTIFICATION)
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
        return losses.lose(
            args,
            store,
            "delete",
            lambda dry_run: lifecycle.delete(
                acting, certification, at=at, cascade=args.cascade, dry_run=dry_run
            ),
        )
