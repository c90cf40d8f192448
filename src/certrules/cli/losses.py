"""How is something done that cannot be undone?"""

import argparse
from collections.abc import Callable
from datetime import UTC

from certrules.cli import arguments, decisions
from certrules.cli.output import Output
from certrules.model.decisions import Granted, Refused
from certrules.repositories.protocols import Store

__all__ = ["add_losing", "lose"]

NOTHING_DONE = 2


def add_losing(parser: argparse.ArgumentParser) -> None:
    """Add the option without which nothing is lost, and the zone of the dates that are told."""
    parser.add_argument(
        "--yes", action="store_true", help="do it, instead of only saying what is lost"
    )
    arguments.add_zone(parser, "tell the dates of this time zone (UTC)")


def lose(
    args: argparse.Namespace, store: Store, verb: str, work: Callable[[bool], Granted | Refused]
) -> int:
    """Say what would be lost, or do it where ``--yes`` says so; return the exit code."""
    zone = arguments.zone(args.zone) if args.zone else UTC
    decision = work(not args.yes)
    done = args.yes and bool(decision)
    out: Output = args.out
    if out.as_json:
        out.data({**decisions.as_json(decision), "done": done})
    else:
        with store.reading() as view:
            granted = "done" if done else "what would be lost"
            decisions.tell(out, view, decision, zone=zone, verb=verb, granted=granted)
        if decision:
            decisions.tell_zone(out, zone)
        if decision and not done:
            out.line(("nothing was changed; add --yes to do it", "yellow"))
    if not decision:
        return 1
    return 0 if done else NOTHING_DONE
