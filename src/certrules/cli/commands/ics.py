"""``certrules ics``: when a learner's certifications expire, for their calendar."""

import argparse
from pathlib import Path

from certrules import instants
from certrules.cli import actors, arguments, files, names, stores
from certrules.cli.failures import UsageError
from certrules.cli.output import counted
from certrules.model.people import Action
from certrules.workflows import exporting

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules ics --store certificates.db --user ada --out ada.ics --alarm 30 --alarm 7

An event on the last valid day of each certification that expires, in --zone or
in the user's own time zone, or else in UTC. Importing a later file moves the
events of an earlier one, whatever has changed since.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    stores.add_store(parser)
    names.add_user(parser)
    files.add_out(parser, "the calendar to write")
    parser.add_argument(
        "--alarm",
        metavar="DAYS",
        type=int,
        action="append",
        default=[],
        help="remind so many days before; may be given several times",
    )
    arguments.add_at(parser, "written at this instant")
    arguments.add_zone(parser, "the last valid days of this time zone")
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Write the calendar."""
    at = arguments.instant(args.at)
    path = Path(args.file)
    with stores.opened(args.store) as store:
        files.check_out(path, store=store)
        acting, user = actors.acting_for(store, args, Action.VIEW_AWARDS)
        zone = arguments.zone(args.zone) if args.zone else arguments.zone_of(acting, user)
        try:
            data = exporting.expiry_calendar(acting, user.id, at=at, zone=zone, alarms=args.alarm)
        except ImportError as error:
            raise UsageError("a calendar needs icalendar: pip install 'certrules[ical]'") from error
    with files.replacing(path) as target:
        target.write(data)
    events, name = data.count(b"BEGIN:VEVENT"), arguments.zone_name(zone)
    if args.out.as_json:
        head = {"user": user.id, "file": str(path), "events": events}
        args.out.data({**head, "at": instants.utc(at).isoformat(), "zone": name})
    else:
        args.out.line(f"Wrote {counted(events, 'event')} to {path} (days in {name})")
    return 0
