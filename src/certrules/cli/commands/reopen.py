"""``certrules reopen``: training of awards that have expired, to be taken again."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from certrules import instants
from certrules.cli import actors, arguments, names, policies, stores
from certrules.cli.decisions import plain
from certrules.cli.failures import UsageError
from certrules.cli.output import Output, counted, progress, shown
from certrules.model.effects import ReopenTraining
from certrules.repositories.protocols import Store
from certrules.workflows import reopen

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules reopen --store certificates.db --since 2024-06-01T00:00:00Z

Run it each night, or as often as you like: what was reopened, or completed
since the expiry, is left alone, and what a late run missed is done then.
Completed again, with `certrules complete --policy allbound-reopening`, the
training earns the certification anew. With --since, awards that expired before
that are not looked at.
"""

SHOWN = 20
"""How much of what was reopened is named."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    stores.add_store(parser)
    parser.add_argument("--since", metavar="INSTANT", help="only what expired since then (ever)")
    policies.add_policy(parser, "allbound-reopening")
    arguments.add_at(parser, "what has expired by then")
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Reopen what is to be taken again, and say what that was."""
    at, policy = arguments.instant(args.at), policies.policy(args)
    since = None if args.since is None else arguments.instant(args.since)
    if not policy.reenable_training_on_expiry:
        raise UsageError(f"on the platform {args.policy}, training stays complete")
    with stores.opened(args.store) as store, progress("reopening") as on_progress:
        acting = actors.acting(store, args)
        reopened = reopen.reopen_expired(acting, at=at, since=since, on_progress=on_progress)
        _tell(args.out, store, reopened, at=at)
    return 0


def _tell(out: Output, store: Store, reopened: Sequence[ReopenTraining], *, at: datetime) -> None:
    if out.as_json:
        head = {"at": instants.utc(at).isoformat()}
        out.data_stream(head, "reopened", map(plain, reopened))
        return
    with store.reading() as view:
        for effect in islice(reopened, SHOWN):
            what = names.item_words(view, effect.kind, effect.item_id)
            out.line(shown(f"{names.username(view, effect.user_id)}: {what} is open again"))
    if len(reopened) > SHOWN:
        out.line(f"… and {len(reopened) - SHOWN:,} more (all with --format json)")
    out.line(f"{counted(len(reopened), 'training')} reopened")
