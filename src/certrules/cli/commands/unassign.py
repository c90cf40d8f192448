"""``certrules unassign``: a certification from one user, with its history."""

import argparse

from certrules.cli import actors, arguments, changes, losses, names, stores
from certrules.model.people import Action
from certrules.workflows import lifecycle

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules unassign --store certificates.db --user ada --certification FA --yes

The award that the user holds and those in history are lost; without --yes they
are only listed, and nothing changes. Other users keep theirs.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    changes.add(parser, EXAMPLE, run)
    names.add_user(parser)
    losses.add_losing(parser)


def run(args: argparse.Namespace) -> int:
    """Say what would be lost, or take it away."""
    at = arguments.instant(args.at)
    with stores.opened(args.store) as store:
        acting, user = actors.acting_for(store, args, Action.DELETE_AWARD)
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
        return losses.lose(
            args,
            store,
            "unassign",
            lambda dry_run: lifecycle.unassign(
                acting, user.id, certification, at=at, dry_run=dry_run
            ),
        )
