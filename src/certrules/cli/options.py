"""Options that several commands have: declared once, and what their values mean."""

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from attrs import evolve

from certrules import instants
from certrules.cli.failures import UsageError
from certrules.errors import InvalidValueError, NaiveDatetimeError, UnknownZoneError
from certrules.model.people import Permission, Role
from certrules.model.policy import ALLBOUND, DOCEBO, Policy

__all__ = [
    "add",
    "add_acting",
    "add_at",
    "add_items",
    "add_out",
    "add_value",
    "add_zone",
    "command",
    "now",
    "policy",
    "subparser",
    "zone_name",
]

EXIT_CODES = """\
exit codes:
  0    done
  1    done, and some rows or requests were refused; the answer says why
  2    not done: bad usage, an unreadable file, an unknown store; or stopped part
       way: the message says how far, and the same command completes it; or
       done, and the answer could not be written, which the message says
  130  interrupted
  141  nobody reads the answer any more
"""

POLICIES = {
    "docebo": DOCEBO,
    "allbound": ALLBOUND,
    "allbound-reopening": evolve(ALLBOUND, reenable_training_on_expiry=True),
}

COMMON: dict[str, tuple[str, str]] = {
    "--store": ("URL", "where everything is kept: an SQLite file, or a database's URL"),
    "--user": ("U", "the user, by username or id (id:7)"),
    "--certification": ("C", "the certification, by code or id (id:3)"),
}
"""Options that mean the same in every command."""


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


def add(parser: argparse._ActionsContainer, *options: str, required: bool = True) -> None:
    """Add some of the :data:`COMMON` options."""
    for option in options:
        metavar, says = COMMON[option]
        parser.add_argument(option, metavar=metavar, required=required, help=says)


def add_acting(
    parser: argparse.ArgumentParser, *, at: str | None = "when", policy: str | None = None
) -> None:
    """Add the options that say on which platform, when and as whom a command acts.

    ``at`` is the help of --at, and ``policy`` the default of --policy; None leaves the option out.
    """
    add(parser, "--store")
    if policy is not None:
        parser.add_argument(
            "--policy",
            choices=tuple(POLICIES),
            default=policy,
            help=f"decide as this platform does ({policy}); with -reopening, training opens again "
            "when an award expires: see `certrules reopen`",
        )
    if at is not None:
        add_at(parser, at)
    group = parser.add_argument_group(
        "who acts",
        "Without --actor, the operator of this machine acts as the system, and needs\n"
        "no permission. With it, an active user of the store acts, in the company\n"
        "that the store has. The store does not know their roles: name them.",
    )
    group.add_argument("--actor", metavar="USER", help="as this user, by username or id")
    for option, metavar, kind in ("--role", "ROLE", Role), ("--permission", "P", Permission):
        group.add_argument(
            option,
            metavar=metavar,
            action="append",
            default=[],
            choices=list(map(str, kind)),
            help=f"a {option[2:]} of theirs; repeatable: {', '.join(map(str, kind))}",
        )


def add_items(
    parser: argparse.ArgumentParser, says: str, *, required: bool
) -> argparse._ActionsContainer:
    """Add the options of which one names an item, and return their group."""
    group = parser.add_mutually_exclusive_group(required=required)
    group.add_argument("--course", metavar="CODE", help=f"{says}: a course, by code or id")
    group.add_argument("--plan", metavar="CODE", help=f"{says}: a learning plan")
    group.add_argument("--track", metavar="CODE", help=f"{says}: a learning track")
    return group


def add_value(
    parser: argparse._ActionsContainer,
    option: str,
    metavar: str,
    says: str,
    check: Callable[[str], object] | None = None,
    **more: Any,
) -> None:
    """Add an option whose value is an INSTANT, a DAY or a ZONE, or what ``check`` returns.

    A value that ``check`` refuses is a UsageError that names the option.
    """
    parser.add_argument(option, metavar=metavar, action=_Read, const=check, help=says, **more)


def add_at(parser: argparse.ArgumentParser, says: str = "when") -> None:
    """Add the option that names the instant of a command, by default the present one."""
    says += ", such as 2024-07-01T09:00:00Z (now)"
    add_value(parser, "--at", "INSTANT", says, default=now())


def add_zone(parser: argparse.ArgumentParser, says: str, *, required: bool = False) -> None:
    """Add the option that names a time zone."""
    says += ": Europe/Rome, +05:30, or with an equals sign --zone=-05:00"
    add_value(parser, "--zone", "ZONE", says, required=required)


def add_out(parser: argparse.ArgumentParser, says: str) -> None:
    """Add the option that names the file to write, which is then ``args.file``."""
    says += ", replaced if there"
    parser.add_argument("--out", dest="file", metavar="FILE", required=True, help=says)


class _Read(argparse.Action):
    """Keep what the words of an option mean. Unlike with ``type``, errors keep their own words."""

    def __call__(self, _: object, args: argparse.Namespace, value: Any, option: Any = None) -> None:
        read = self.const or READ[str(self.metavar)]
        try:
            setattr(args, self.dest, read(value) or value)
        except InvalidValueError as error:
            if self.const is None:
                raise
            raise UsageError(f"{option} {value!r}: expected {error.expected}") from error


def _instant(text: str) -> datetime:
    try:
        return instants.parse(text)
    except NaiveDatetimeError as error:
        raise UsageError(
            f"{text} names no time zone: write an instant such as 2024-07-01T09:00:00Z, or "
            "one with its offset such as 2024-07-01T09:00:00+02:00"
        ) from error


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day; write one such as 2024-07-01") from error


def _zone(text: str) -> tzinfo:
    try:
        return instants.time_zone(text)
    except UnknownZoneError as error:
        zones = {name.casefold(): name for name in available_timezones() if name != text}
        near = ["utc"] if text in ("Z", "z") else get_close_matches(text.casefold(), zones, n=1)
        if near:
            error.add_note(f"did you mean {zones[near[0]]}?")
        raise


READ: Mapping[str, Callable[[str], object]] = {"INSTANT": _instant, "DAY": _day, "ZONE": _zone}


def policy(args: argparse.Namespace) -> Policy:
    """Return the policy that ``--policy`` names; DOCEBO if the command has no such option."""
    policy = POLICIES[getattr(args, "policy", "docebo")]
    if getattr(args, "external_certifications", False):
        return evolve(policy, external_certifications=True)
    return policy


def now() -> datetime:
    """Return this instant: the only clock of certrules."""
    return datetime.now(UTC)


def zone_name(tz: tzinfo) -> str:
    """Return how people name a time zone."""
    return "UTC" if tz is UTC else str(tz)
