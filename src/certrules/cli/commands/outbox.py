"""``certrules due`` and ``outbox``: notices that are due, and all until they are acknowledged."""

import argparse
from collections.abc import Sequence
from datetime import tzinfo

from certrules import catalogs, instants
from certrules.cli import files, options, session
from certrules.cli.failures import UsageError
from certrules.cli.output import Output, counted
from certrules.model.notices import Event, Notice, Notification
from certrules.model.people import Action
from certrules.rules import notifications as rules
from certrules.workflows import notifying, outbox

LARGEST = 16 << 20
"""How many bytes a file of notifications may have."""

PATIENCE = 60.0
"""How many seconds to wait for another writer, which is often a job that overlaps."""

DUE = """\
  certrules due --store certificates.db --notifications notifications.json --zone Europe/Rome

  notifications.json:
  {
    "notifications": [
      {"id": "issued", "kind": "issued"},
      {"id": "reminder", "kind": "expiry", "offset": "2 weeks before",
       "subject": "{{certification_name}} expires", "body": "Renew it: [renew_link]"}
    ]
  }

Run it as often as you like: no notice is created twice, and what a late run
missed is created once, nothing after --at. How far each notification has come
is remembered by its id; the first time, it ignores events before --since.
"recipients" may list learner, managers, instructors, power_users, superadmins.
"""
OUTBOX = """\
  certrules outbox --store certificates.db --format json
  certrules outbox --store certificates.db --ack 42

Everything is shown again until its position is acknowledged. As JSON, each
entry is a CloudEvent 1.0, whose id is its position. A notice is late if it
should have been sent by now, or by --at; nothing is held back. All that is not
acknowledged is counted, and what is late of it, however few are shown.
"""


def add_due(parser: argparse.ArgumentParser) -> None:
    options.command(parser, DUE, _due)
    says = "what is sent, and when"
    parser.add_argument("--notifications", metavar="FILE", required=True, help=says)
    options.add_zone(parser, "count days and weeks on this calendar", required=True)
    says = "for a new notification: ignore events before this (--at)"
    options.add_value(parser, "--since", "INSTANT", says)
    options.add_acting(parser, at="by when")


def _due(args: argparse.Namespace) -> int:
    if args.since is not None and args.since > args.at:
        raise UsageError("--since is after --at; name an earlier instant")
    notices: list[Notice] = []
    with session.acting(args, Action.MANAGE_NOTIFICATIONS, patience=PATIENCE) as acting:
        data = files.contents(args.notifications, LARGEST, "16 MB, which no notifications are")
        sent = catalogs.read_notifications(data)
        try:
            notifying.due(acting, sent, at=args.at, since=args.since, on_created=notices.extend)
        except BaseException as error:
            if notices:
                done = f"{counted(len(notices), 'notice')} went into the outbox before"
                error.add_note(f"{done}, and the next run goes on from there")
            raise
    _show_due(args.out, sent, notices, acting.zone)
    return 0


def _show_due(
    out: Output, sent: Sequence[Notification], notices: Sequence[Notice], zone: tzinfo
) -> None:
    warnings = [(each.id, warning) for each in sent for warning in rules.lint(each)]
    if out.as_json:
        found = [{"notification": id_, "message": str(warning)} for id_, warning in warnings]
        head = {"zone": options.zone_name(zone), "warnings": found}
        out.data_stream(head, "notices", notices)
        return
    for id_, warning in warnings:
        out.paragraph(f"Warning: notification {id_}: {warning}", style="yellow")
    for notice in notices:
        due_at = instants.local_or_utc(notice.due_at, zone)
        out.line(f"{due_at:%Y-%m-%d %H:%M} {notice.notification_id}: {_about(notice)}")
    times = f" (times in {options.zone_name(zone)})" if notices else ""
    out.line(f"{counted(len(notices), 'notice')} due{times}")


def add_outbox(parser: argparse.ArgumentParser) -> None:
    options.command(parser, OUTBOX, _outbox)
    option = parser.add_argument
    option("--ack", metavar="N", type=int, help="acknowledge everything up to this position")
    option("--limit", metavar="N", type=int, default=100, help="how many to show (100)")
    option("--source", metavar="URI", default="certrules", help="the source in JSON (certrules)")
    options.add_zone(parser, "show the times of this time zone")
    options.add_acting(parser, at="what is late by then")


def _outbox(args: argparse.Namespace) -> int:
    if args.limit < 0 or (args.ack is not None and args.ack < 0):
        raise UsageError("--ack and --limit are whole numbers, 0 or more")
    outbox.check_source(args.source)
    with session.acting(args) as acting:
        if args.ack is not None:
            outbox.acknowledge(acting, args.ack)
        entries = outbox.pending(acting, limit=args.limit)
        pending, late = outbox.count(acting, at=args.at)
    out: Output = args.out
    if out.as_json:
        events = (outbox.as_cloud_event(*entry, source=args.source) for entry in entries)
        zone = options.zone_name(acting.zone)
        head = {"at": instants.utc(args.at), "zone": zone, "count": pending, "late": late}
        out.data_stream(head, "events", events)
        return 0
    for position, entry in entries:
        note = " (late)" if outbox.late(entry, args.at) else ""
        out.line(f"{position}  {_what(entry, acting.zone)}: {_about(entry)}{note}")
    many = f", {late:,} late" if late else ""
    shown = f", {len(entries):,} shown" if len(entries) < pending else ""
    times = f" (times in {options.zone_name(acting.zone)})" if entries else ""
    out.line(f"{counted(pending, 'entry', 'entries')} not acknowledged{many}{shown}{times}")
    return 0


def _what(entry: Event | Notice, zone: tzinfo) -> str:
    at, what = (
        (entry.due_at, f"notice {entry.notification_id}")
        if isinstance(entry, Notice)
        else (entry.at, str(entry.kind))
    )
    return f"{instants.local_or_utc(at, zone):%Y-%m-%d %H:%M:%S}  {what}"


def _about(entry: Event | Notice) -> str:
    return f"{entry.user_id}, {entry.certification_id}, cycle {entry.cycle}"
