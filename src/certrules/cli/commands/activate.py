"""``certrules activate``: let a certification that was switched off be issued again."""

import argparse
from datetime import UTC
from typing import Any

from certrules.cli import actors, arguments, decisions, names, policies, stores
from certrules.model.people import Action
from certrules.workflows import defining

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules activate --store certificates.db --certification FA

A draft is published first: see `certrules publish`.
"""


def add(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = arguments.subparser(
        subparsers,
        "activate",
        says="let a certification that was switched off be issued again",
        example=EXAMPLE,
        run=run,
    )
    stores.add_store(parser)
    names.add_certification(parser)
    policies.add_policy(parser)
    arguments.add_at(parser)
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Do it, and say what was decided."""
    at, policy = arguments.instant(args.at), policies.policy(args)
    with stores.opened(args.store) as store:
        actor = actors.acting(store, args, Action.EDIT_CERTIFICATION)
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
        decision = defining.activate(store, certification, at=at, actor=actor, policy=policy)
        if args.out.as_json:
            args.out.data(decisions.as_json(decision))
        else:
            with store.reading() as view:
                decisions.tell(args.out, view, decision, zone=UTC, verb="activate")
    return 0 if decision else 1
