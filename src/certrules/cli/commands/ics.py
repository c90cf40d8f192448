"""``certrules ics``: when a learner's certifications expire, for their calendar."""

import argparse
from pathlib import Path

from certrules import instants
from certrules.cli import files, options, session
from certrules.cli.failures import UsageError
from certrules.cli.output import counted
from certrules.model.people import Action
from certrules.workflows import exporting

__all__ = ["add_ics", "run"]

EXAMPLE = """\
  certrules ics --store certificates.db --user ada --out ada.ics --alarm 30 --alarm 7

An event on the last valid day of each certification that expires, in --zone or
in the user's own time zone, or else in UTC. Importing a later file moves the
events of an earlier one, whatever has changed since.
"""


def add_ics(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    options.command(parser, EXAMPLE, run)
    options.add(parser, "--user")
    options.add_out(parser, "the calendar to write")
    says = "remind so many days before; may be given several times"
    parser.add_argument("--alarm", metavar="DAYS", type=int, action="append", default=[], help=says)
    options.add_zone(parser, "the last valid days of this time zone")
    options.add_acting(parser, at="written at this instant")


def run(args: argparse.Namespace) -> int:
    """Write the calendar."""
    at = args.at
    path = Path(args.file)
    with session.acting(args) as acting:
        files.check_out(path, store=acting.store)
        user = session.user(acting, Action.VIEW_AWARDS, args.user)
        zone = args.zone or session.zone_of(acting, user)
        try:
            data = exporting.expiry_calendar(acting, user.id, at=at, zone=zone, alarms=args.alarm)
        except ImportError as error:
            raise UsageError("a calendar needs icalendar: pip install 'certrules[ical]'") from error
    with files.replacing(path) as target:
        target.write(data)
    events, name = data.count(b"BEGIN:VEVENT"), options.zone_name(zone)
    if args.out.as_json:
        head = {"user": user.id, "file": str(path), "events": events}
        args.out.data({**head, "at": instants.utc(at).isoformat(), "zone": name})
    else:
        args.out.line(f"Wrote {counted(events, 'event')} to {path} (days in {name})")
    return 0
