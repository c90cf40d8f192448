"""``certrules outbox``: what happened and is to be told, until it is acknowledged."""

import argparse
from collections.abc import Sequence
from datetime import datetime

from certrules import instants
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
entry is a CloudEvent 1.0, whose id is its position. A notice is late where it
should have been sent by now, or by --at; nothing is held back. All that is not
acknowledged is counted, and what is late of it, however few are shown.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    stores.add_store(parser)
    option = parser.add_argument
    option("--ack", metavar="N", type=int, help="acknowledge everything up to this position")
    option("--limit", metavar="N", type=int, default=100, help="how many to show (100)")
    option("--source", metavar="URI", default="certrules", help="the source in JSON (certrules)")
    arguments.add_at(parser, "what is late by then")
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Acknowledge what was read, and show what was not."""
    if args.limit < 0 or (args.ack is not None and args.ack < 0):
        raise UsageError("--ack and --limit are whole numbers, 0 or more")
    outbox.check_source(args.source)
    at = arguments.instant(args.at)
    with stores.opened(args.store) as store:
        acting = actors.acting(store, args)
        if args.ack is not None:
            outbox.acknowledge(acting, args.ack)
        entries = outbox.pending(acting, limit=args.limit)
        pending, late = outbox.count(acting, at=at)
    tell(args.out, entries, source=args.source, at=at, pending=pending, late=late)
    return 0


def tell(
    out: Output,
    entries: Sequence[tuple[int, Event | Notice]],
    *,
    source: str,
    at: datetime,
    pending: int,
    late: int,
) -> None:
    """Show entries of the outbox, and which are late at an instant; count those not shown too."""
    if out.as_json:
        told = (outbox.as_cloud_event(*entry, source=source) for entry in entries)
        head = {"at": instants.utc(at).isoformat(), "count": pending, "late": late}
        out.data_stream(head, "events", told)
        return
    for position, entry in entries:
        about = f"{entry.user_id}, {entry.certification_id}, cycle {entry.cycle}"
        note = " (late)" if outbox.late(entry, at) else ""
        out.line(shown(f"{position}  {_what(entry)}: {about}{note}"))
    many = f", {late:,} late" if late else ""
    shown_ = f", {len(entries):,} shown" if len(entries) < pending else ""
    out.line(f"{counted(pending, 'entry', 'entries')} not acknowledged{many}{shown_}")


def _what(entry: Event | Notice) -> str:
    if isinstance(entry, Notice):
        return f"{entry.due_at:%Y-%m-%d %H:%M:%S}  notice {entry.notification_id}"
    return f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.kind}"
