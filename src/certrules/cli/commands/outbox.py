"""``certrules outbox``: what happened and is to be told, until it is acknowledged."""

import argparse
from collections.abc import Sequence
from typing import Any

from certrules.cli import actors, arguments, stores
from certrules.cli.failures import UsageError
from certrules.cli.output import Output, counted, shown
from certrules.model.events import Event
from certrules.model.notices import Notice
from certrules.workflows import outbox

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules outbox --store certificates.db --format json
  certrules outbox --store certificates.db --ack 42

Everything is shown again until its position is acknowledged. As JSON, each
entry is a CloudEvent 1.0, whose id is its position.
"""


def add(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = arguments.subparser(
        subparsers,
        "outbox",
        says="show what happened and is to be told, and acknowledge it",
        example=EXAMPLE,
        run=run,
    )
    stores.add_store(parser)
    option = parser.add_argument
    option("--ack", metavar="N", type=int, help="acknowledge everything up to this position")
    option("--limit", metavar="N", type=int, default=100, help="how many to show (100)")
    option("--source", metavar="URI", default="certrules", help="the source in JSON (certrules)")
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Acknowledge what was read, and show what was not."""
    if args.limit < 0 or (args.ack is not None and args.ack < 0):
        raise UsageError("--ack and --limit are whole numbers, 0 or more")
    outbox.check_source(args.source)
    with stores.opened(args.store) as store:
        actor = actors.acting(store, args)
        if args.ack is not None:
            outbox.acknowledge(store, args.ack, actor=actor)
        entries = outbox.pending(store, limit=args.limit, actor=actor)
    tell(args.out, entries, source=args.source)
    return 0


def tell(out: Output, entries: Sequence[tuple[int, Event | Notice]], *, source: str) -> None:
    """Show entries of the outbox."""
    if out.as_json:
        told = (outbox.as_cloud_event(*entry, source=source) for entry in entries)
        out.data_stream({"count": len(entries)}, "events", told)
        return
    for position, entry in entries:
        at = entry.at if isinstance(entry, Event) else entry.due_at
        kind = entry.kind if isinstance(entry, Event) else f"notice {entry.notification}"
        about = f"{entry.user}, {entry.certification}, cycle {entry.cycle}"
        out.line(shown(f"{position}  {at:%Y-%m-%d %H:%M:%S}  {kind}: {about}"))
    out.line(f"{counted(len(entries), 'entry', 'entries')} not acknowledged")
