"""``certrules complete``: somebody has completed something, and what follows."""

import argparse
from typing import Any

from certrules.cli import actors, arguments, decisions, names, stores
from certrules.cli.output import Output, shown
from certrules.model.learning import Completion
from certrules.repositories.protocols import Store
from certrules.workflows import awarding
from certrules.workflows.awarding import Completed

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules complete --store certificates.db --user ada --course FA-101 --zone Europe/Rome

Every certification to which the item is assigned is issued, or renewed where
its renewal was started, or refused and said why. The expiry is reckoned on the
calendar of --zone.
"""


def add(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = arguments.subparser(
        subparsers,
        "complete",
        says="record that a user has completed something, and issue or renew what it earns",
        example=EXAMPLE,
        run=run,
    )
    stores.add_store(parser)
    names.add_user(parser)
    names.add_items(parser, "what was completed", required=True)
    arguments.add_zone(parser, "on whose calendar the expiry is reckoned", required=True)
    parser.add_argument(
        "--at",
        metavar="INSTANT",
        help="when it was completed, such as 2024-07-01T09:00:00Z (now)",
    )
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Record the completion, and say what followed."""
    at = arguments.instant(args.at)
    zone = arguments.zone(args.zone)
    with stores.opened(args.store) as store:
        with store.reading() as view:
            user = names.user(view, args.user)
            item = names.item(view, args)
        assert item is not None  # noqa: S101 - one of the options is required
        done = Completion(user.id, item.kind, item.id, at)
        actor = actors.acting(store, args)
        completed = awarding.complete(store, done, at=at, zone=zone, actor=actor)
        tell(args.out, store, completed, zone=zone)
    refused = not completed.recorded or not all(completed.decisions.values())
    return 1 if refused else 0


def tell(out: Output, store: Store, completed: Completed, *, zone: Any) -> None:
    """Say what followed from a completion."""
    if out.as_json:
        told = {id_: decisions.as_json(each) for id_, each in completed.decisions.items()}
        out.data({"recorded": bool(completed.recorded), "certifications": told})
        return
    if not completed.recorded:
        out.line(("not recorded", "red"))
        decisions.tell_reasons(out, completed.recorded.reasons)
    elif not completed.decisions:
        out.line("recorded; no certification is earned by it")
    with store.reading() as view:
        for id_, decision in completed.decisions.items():
            found = view.certifications.get(id_)
            verb = shown(found.name) if found else id_
            decisions.tell(out, view, decision, zone=zone, verb=verb)
