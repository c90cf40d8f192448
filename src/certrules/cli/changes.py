"""How does a command change where a certification stands, and say what was decided?"""

import argparse
from collections.abc import Callable
from datetime import UTC

from certrules.cli import actors, arguments, decisions, names, policies, stores
from certrules.model.decisions import Granted, Refused
from certrules.model.people import Action

__all__ = ["add", "change"]


def add(
    parser: argparse.ArgumentParser, example: str, run: Callable[[argparse.Namespace], int]
) -> None:
    """Add the options of a command about one certification."""
    arguments.command(parser, example, run)
    stores.add_store(parser)
    names.add_certification(parser)
    policies.add_policy(parser)
    arguments.add_at(parser)
    actors.add_actor(parser)


def change(args: argparse.Namespace, verb: str, workflow: Callable[..., Granted | Refused]) -> int:
    """Ask a workflow for a change of the certification, and say what was decided."""
    at = arguments.instant(args.at)
    with stores.opened(args.store) as store:
        acting = actors.acting(store, args, Action.EDIT_CERTIFICATION)
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
        decision = workflow(acting, certification, at=at)
        if args.out.as_json:
            args.out.data(decisions.as_json(decision))
        else:
            with store.reading() as view:
                decisions.tell(args.out, view, decision, zone=UTC, verb=verb)
    return 0 if decision else 1
