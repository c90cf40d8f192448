"""``certrules delete``: a certification, with every award of it."""

import argparse
from typing import Any

from certrules.cli import actors, arguments, losses, names, policies, stores
from certrules.model.people import Action
from certrules.workflows import lifecycle

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules delete --store certificates.db --certification FA --yes

Every award of the certification is lost, for every user, current and archived;
without --yes they are only listed, and nothing changes.
"""


def add(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = arguments.subparser(
        subparsers,
        "delete",
        says="delete a certification, with every award of it",
        example=EXAMPLE,
        run=run,
    )
    stores.add_store(parser)
    names.add_certification(parser)
    losses.add_losing(parser)
    policies.add_policy(parser)
    parser.add_argument(
        "--cascade", action="store_true", help="its awards too, where the platform protects them"
    )
    arguments.add_at(parser)
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Say what would be lost, or delete the certification."""
    at, policy = arguments.instant(args.at), policies.policy(args)
    with stores.opened(args.store) as store:
        actor = actors.acting(store, args, Action.DELETE_CERTIFICATION)
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
        return losses.lose(
            args,
            store,
            "delete",
            lambda dry_run: lifecycle.delete(
                store,
                certification,
                at=at,
                cascade=args.cascade,
                dry_run=dry_run,
                actor=actor,
                policy=policy,
            ),
        )
