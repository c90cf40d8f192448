"""``certrules due``: what is to be told by now goes into the outbox."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from certrules import catalogs, instants
from certrules.cli import actors, arguments, decisions, files, stores
from certrules.cli.failures import UsageError
from certrules.cli.output import Output, counted, shown
from certrules.model.notices import Notice, Notification
from certrules.model.people import Action
from certrules.rules import notifications as rules
from certrules.workflows import notifying

__all__ = ["add", "run"]

LARGEST = 16 << 20
"""How many bytes a file of notifications may have."""

PATIENCE = 60.0
"""How many seconds to wait for another writer, which is often a job that overlaps."""

EXAMPLE = """\
  certrules due --store certificates.db --notifications notifications.json --zone Europe/Rome

  notifications.json:
  {
    "notifications": [
      {"id": "issued", "kind": "issued"},
      {"id": "reminder", "kind": "expiry", "offset": "2 weeks before",
       "subject": "{{certification_name}} expires", "body": "Renew it: [renew_link]"}
    ]
  }

Run it as often as you like: what was told is not told again, and what a late
run missed is told once, nothing after --at. How far each notification was told
is remembered by its id; the first time, it tells of nothing before --since.
"recipients" may list learner, managers, instructors, power_users, superadmins.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    stores.add_store(parser)
    option = parser.add_argument
    option("--notifications", metavar="FILE", required=True, help="what is told, and when")
    arguments.add_zone(parser, "count days and weeks on this calendar", required=True)
    option("--since", metavar="INSTANT", help="what is new tells of nothing before this (--at)")
    arguments.add_at(parser, "by when")
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Tell what is due, and show it."""
    at = arguments.instant(args.at)
    since = None if args.since is None else instants.parse(args.since)
    if since is not None and since > at:
        raise UsageError("--since is after --at; name an earlier instant")
    notices: list[Notice] = []
    with stores.opened(args.store, patience=PATIENCE) as store, _noted(notices):
        acting = actors.acting(store, args, Action.MANAGE_NOTIFICATIONS)
        told = catalogs.read_notifications(_bytes(args.notifications))
        notifying.due(acting, told, at=at, since=since, on_told=notices.extend)
    tell(args.out, told, notices)
    return 0


def _bytes(path: str) -> bytes:
    data = files.begun(path, LARGEST)
    if len(data) > LARGEST:
        raise UsageError(f"{path} is longer than {LARGEST:,} bytes, which no notifications are")
    return data


@contextmanager
def _noted(notices: Sequence[Notice]) -> Iterator[None]:
    """Say in any error how much was told before it."""
    try:
        yield
    except BaseException as error:
        if notices:
            said = counted(len(notices), "notice")
            error.add_note(
                f"{said} went into the outbox before, and the next run goes on from there"
            )
        raise


def tell(out: Output, told: Sequence[Notification], notices: Sequence[Notice]) -> None:
    """Say who is told what."""
    warnings = [(each.id, warning) for each in told for warning in rules.lint(each)]
    if out.as_json:
        said = [{"notification": id_, "message": str(warning)} for id_, warning in warnings]
        out.data_stream({"warnings": said}, "notices", map(decisions.plain, notices))
        return
    for id_, warning in warnings:
        out.paragraph(shown(f"Warning: notification {id_}: {warning}"), style="yellow")
    for notice in notices:
        about = f"{notice.user_id}, {notice.certification_id}, cycle {notice.cycle}"
        out.line(shown(f"{notice.due_at:%Y-%m-%d %H:%M} {notice.notification_id}: {about}"))
    out.line(f"{counted(len(notices), 'notice')} due")
