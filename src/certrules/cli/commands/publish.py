"""``certrules publish``: publish a draft, so that it is issued."""

import argparse
from datetime import UTC
from typing import Any

from certrules.cli import actors, arguments, decisions, names, pictures, policies, stores
from certrules.model.people import Action
from certrules.workflows import defining

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules publish --store certificates.db --certification FA

A draft becomes active, or inactive with --inactive; nothing else is published.
With --image, a badge image that is not fit for it keeps it a draft.
"""


def add(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = arguments.subparser(
        subparsers,
        "publish",
        says="publish a draft, so that it is issued",
        example=EXAMPLE,
        run=run,
    )
    stores.add_store(parser)
    names.add_certification(parser)
    policies.add_policy(parser)
    parser.add_argument("--inactive", action="store_true", help="not to be issued yet")
    parser.add_argument("--image", metavar="FILE", help="look at its badge image, which is this")
    arguments.add_at(parser)
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Do it, and say what was decided."""
    at, policy = arguments.instant(args.at), policies.policy(args)
    image = None if args.image is None else pictures.facts(args.image)
    with stores.opened(args.store) as store:
        actor = actors.acting(store, args, Action.EDIT_CERTIFICATION)
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
        decision = defining.publish(
            store,
            certification,
            active=not args.inactive,
            image=image,
            at=at,
            actor=actor,
            policy=policy,
        )
        if args.out.as_json:
            args.out.data(decisions.as_json(decision))
        else:
            with store.reading() as view:
                decisions.tell(args.out, view, decision, zone=UTC, verb="publish")
    return 0 if decision else 1
