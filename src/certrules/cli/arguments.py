"""What do the words of a command line mean?"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from certrules import instants
from certrules.cli.failures import UsageError
from certrules.cli.output import shown
from certrules.errors import NaiveDatetimeError, UnknownZoneError
from certrules.model.people import User
from certrules.workflows.platform import Acting

__all__ = [
    "add_at",
    "add_zone",
    "command",
    "day",
    "instant",
    "now",
    "subparser",
    "zone",
    "zone_name",
]

EXIT_CODES = """\
exit codes: 0 done; 1 done, and some rows or requests were refused;
2 not done, or stopped part way: the message says why, and how far, and the
same command completes it; or done, and the answer could not be written
"""


def subparser(subparsers: Any, name: str, says: str) -> argparse.ArgumentParser:
    """Add the parser of a command that has no options yet; ``says`` is its line of help."""
    added: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=says,
        description=says[0].upper() + says[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    return added


def command(
    parser: argparse.ArgumentParser, example: str, run: Callable[[argparse.Namespace], int]
) -> None:
    """Give the parser of a command what all have: an example, --format, and what runs it."""
    parser.epilog = f"example:\n{example}\n{EXIT_CODES}"
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to answer (text)"
    )
    parser.set_defaults(run=run)


def add_zone(parser: argparse.ArgumentParser, says: str, *, required: bool = False) -> None:
    """Add the option that names a time zone."""
    parser.add_argument(
        "--zone",
        metavar="ZONE",
        required=required,
        help=f"{says}: Europe/Rome, +05:30, or with an equals sign --zone=-05:00",
    )


def add_at(parser: argparse.ArgumentParser, says: str = "when") -> None:
    """Add the option that names the instant of a command, by default the present one."""
    parser.add_argument(
        "--at", metavar="INSTANT", help=f"{says}, such as 2024-07-01T09:00:00Z (now)"
    )


def now() -> datetime:
    """Return this instant: the only clock of certrules."""
    return datetime.now(UTC)


def instant(text: str | None) -> datetime:
    """Return the instant that ``--at`` names, or now."""
    if text is None:
        return now()
    try:
        return instants.parse(text)
    except NaiveDatetimeError as error:
        raise UsageError(
            f"--at {text} names no time zone: write an instant such as 2024-07-01T09:00:00Z, or "
            "one with its offset such as 2024-07-01T09:00:00+02:00"
        ) from error


def day(text: str) -> date:
    """Return the day that an option names."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day; write one such as 2024-07-01") from error


def zone(text: str) -> tzinfo:
    """Return the time zone that ``--zone`` names."""
    try:
        return instants.time_zone(text)
    except UnknownZoneError as error:
        zones = {name.casefold(): name for name in available_timezones() if name != text}
        near = ["utc"] if text in ("Z", "z") else get_close_matches(text.casefold(), zones, n=1)
        if near:
            error.add_note(f"did you mean {zones[near[0]]}?")
        raise


def zone_of(acting: Acting, user: User) -> tzinfo:
    """Return the zone in which days are shown to a user; warn if this machine does not know it."""
    try:
        instants.time_zone(user.time_zone or UTC)
    except UnknownZoneError as error:
        says = f"certrules: warning: user {user.username}: {error}; the days are those of UTC"
        sys.stderr.write(shown(says) + "\n")
    return acting.zone_of(user)


def zone_name(tz: tzinfo) -> str:
    """Return how people name a time zone."""
    return "UTC" if tz is UTC else str(tz)
