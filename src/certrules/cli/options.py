"""Options that several commands have: declared once, and what their values mean."""

import argparse
import os
import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any, Never
from zoneinfo import available_timezones

from attrs import evolve, frozen

from certrules import instants
from certrules.cli.failures import UsageError
from certrules.errors import (
    CertrulesError,
    InvalidValueError,
    NaiveDatetimeError,
    UnknownZoneError,
)
from certrules.model.awards import ExpiryDay
from certrules.model.people import Permission, Role
from certrules.model.policy import ALLBOUND, DOCEBO, Policy

if TYPE_CHECKING:
    from certrules.workflows.platform import Platform

STORE, ZONE = "CERTRULES_STORE", "CERTRULES_ZONE"
"""The variables of the environment that stand for --store and, as the platform's zone, --zone."""

HOST: ContextVar["Platform[Any] | None"] = ContextVar("HOST", default=None)
"""The platform of a program that offers the commands on its own store; None: each names a store."""

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
    "--store": ("URL", f"where everything is kept: an SQLite file, or a database's URL ({STORE})"),
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
    """Give the parser of a command what all have: an example, --format, and what runs it.

    It runs when every option has its value: what the environment gives, and instants for days.
    """
    parser.epilog = f"example:\n{example}\n{EXIT_CODES}"
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to answer (text)"
    )
    parser.set_defaults(run=partial(_run, run))


def _run(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    if "at" in args:
        started = now()
        args.at = _begun(args, args.at) if args.at else started
        args.past = args.at < started
    for name in ("since", "completed"):
        if name in args:
            setattr(args, name, _begun(args, getattr(args, name)))
    if getattr(args, "zone_needed", False) and (args.zone or platform_zone()) is None:
        zone_missing()
    return run(args)


def _begun(args: argparse.Namespace, given: "datetime | _Day | None") -> datetime | None:
    """Return the instant that an option names: of a day, the first one."""
    if not isinstance(given, _Day):
        return given
    zone = args.zone or platform_zone()
    if zone is None:
        raise UsageError(
            f"{given.option} {given.day} names no time zone: say where the day begins by --zone "
            f"or {ZONE}, or write an instant such as {given.day}T09:00:00Z"
        )
    try:
        return instants.start_of_day(given.day, zone)
    except CertrulesError as error:
        error.add_note(f"given by {given.option}")
        raise


def zone_missing() -> Never:
    """Raise UsageError: a day is given or wanted, and nothing says in which zone."""
    raise UsageError(
        f"no time zone is given: name one such as Europe/Rome by --zone, or set {ZONE}; see --help"
    )


def add(parser: argparse._ActionsContainer, *options: str, required: bool = True) -> None:
    """Add some of the :data:`COMMON` options."""
    for option in options:
        if option == "--store" and HOST.get():
            continue
        metavar, says = COMMON[option]
        given = os.environ.get(STORE) if required and option == "--store" else None
        needed = required and not given
        parser.add_argument(option, metavar=metavar, required=needed, default=given, help=says)


def add_acting(
    parser: argparse.ArgumentParser, *, at: str | None = "when", policy: str | None = None
) -> None:
    """Add the options that say on which platform, when and as whom a command acts.

    ``at`` is the help of --at, and ``policy`` the default of --policy; None leaves the option out.
    """
    add(parser, "--store")
    if policy is not None:
        policy = None if HOST.get() else policy
        parser.add_argument(
            "--policy",
            choices=tuple(POLICIES),
            default=policy,
            help=f"decide as this platform does ({policy or 'the own one'}); with -reopening, "
            "training opens again when an award expires: see `certrules reopen`",
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
    says += ", such as 2024-07-01T09:00:00Z, or as a day of --zone begins (now)"
    add_value(parser, "--at", "INSTANT", says)


def add_zone(parser: argparse.ArgumentParser, says: str, *, required: bool = False) -> None:
    """Add the option that names a time zone; if ``required``, the environment may name it too."""
    says += f": Europe/Rome, +05:30, or with an equals sign --zone=-05:00 ({ZONE})"
    add_value(parser, "--zone", "ZONE", says)
    parser.set_defaults(zone_needed=required)


def add_expiry_day(parser: argparse.ArgumentParser, otherwise: str) -> None:
    """Add the option that says whether the expiry day is included; ``otherwise`` without it."""
    says = f"awards are still valid on the day of their expiry, to its end ({otherwise})"
    action = argparse.BooleanOptionalAction
    parser.add_argument("--expire-at-end-of-day", action=action, default=None, help=says)


def add_out(parser: argparse.ArgumentParser, says: str) -> None:
    """Add the option that names the file to write, which is then ``args.file``."""
    says += ", replaced if there"
    parser.add_argument("--out", dest="file", metavar="FILE", required=True, help=says)


class _Read(argparse.Action):
    """Keep what the words of an option mean. Unlike with ``type``, errors keep their own words."""

    def __call__(self, _: object, args: argparse.Namespace, value: Any, option: Any = None) -> None:
        try:
            read = self.const(value) if self.const else READ[str(self.metavar)](value, option)
        except InvalidValueError as error:
            raise UsageError(f"{option} {value!r}: expected {error.expected}") from error
        except CertrulesError as error:
            error.add_note(f"given by {option}")
            raise
        setattr(args, self.dest, read or value)


@frozen
class _Day:
    """The day that an option names, until its zone is known."""

    option: str
    day: date


def _instant(text: str, option: str) -> datetime | _Day:
    if _DAY.fullmatch(text):
        return _Day(option, _day(text, option))
    try:
        return instants.parse(text)
    except NaiveDatetimeError as error:
        raise UsageError(
            f"{option} {text} names no time zone: write an instant such as 2024-07-01T09:00:00Z, "
            "or one with its offset such as 2024-07-01T09:00:00+02:00"
        ) from error


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _day(text: str, option: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a day; write one such as 2024-07-01") from error


def _zone(text: str, _: str = "") -> tzinfo:
    try:
        return instants.time_zone(text)
    except UnknownZoneError as error:
        zones = {name.casefold(): name for name in available_timezones() if name != text}
        near = ["utc"] if text in ("Z", "z") else get_close_matches(text.casefold(), zones, n=1)
        if near:
            error.add_note(f"did you mean {zones[near[0]]}?")
        raise


READ: Mapping[str, Callable[[str, str], object]] = {
    "INSTANT": _instant,
    "DAY": _day,
    "ZONE": _zone,
}


def platform_zone() -> tzinfo | None:
    """Return the zone of the platform, which the environment names; None if it does not."""
    if host := HOST.get():
        return host.zone
    named = os.environ.get(ZONE)
    try:
        return _zone(named) if named else None
    except UnknownZoneError as error:
        error.add_note(f"given by {ZONE}")
        raise


def policy(args: argparse.Namespace) -> Policy:
    """Return the policy that ``--policy`` names; without it, the host's own, or DOCEBO."""
    named, host = getattr(args, "policy", None), HOST.get()
    policy = POLICIES[named or "docebo"] if named or host is None else host.policy
    changes: dict[str, Any] = {}
    if getattr(args, "external_certifications", False):
        changes["external_certifications"] = True
    if (included := getattr(args, "expire_at_end_of_day", None)) is not None:
        changes["expiry_day"] = ExpiryDay.INCLUSIVE if included else ExpiryDay.EXCLUSIVE
    return evolve(policy, **changes)


def now() -> datetime:
    """Return this instant: the only clock of certrules."""
    return datetime.now(UTC)


def zone_name(tz: tzinfo) -> str:
    """Return how people name a time zone."""
    return "UTC" if tz is UTC else str(tz)
