"""``certrules badge verify``: what a badge is worth, by the keys and status lists that count."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from certrules import imagefiles, instants
from certrules.badges import baking, structure, tokens
from certrules.badges.structure import id_of, listed
from certrules.badges.tokens import Token
from certrules.cli import files, keys, options
from certrules.cli.failures import UsageError
from certrules.cli.output import Output
from certrules.errors import BadgeError

if TYPE_CHECKING:
    from certrules.badges.verifying import Verification


VERIFY = """\
  certrules badge verify ada.png --issuer https://academy.example \\
      --key public.pem --status-list status/revocation-1.jwt \\
      --status-list status/suspension-1.jwt --status-list status/message-1.jwt

Reads a token, a PNG or an SVG, with - from standard input. Nothing is fetched:
give the issuer's key, and the status lists that the badge names; of several for
one URL, the newest counts. The exit code is 0 for a valid badge, 1 for any other,
2 if none could be looked at.
"""

ADVICE = {
    "unsupported form": "Ask its issuer for an Open Badges 3.0 credential as a token (JWT).",
    "bad structure": "Was it changed since it was handed out? A picture that was edited, resized "
    "or sent by a messenger often loses its credential: ask its holder for the original.",
    "untrusted key": "What it says is not shown, because nobody knows who says it. Get the "
    "issuer's public key, or the thumbprint of it, from the issuer's own site, and give it by "
    "--key or --thumbprint; --issuer must be the id that the badge names.",
    "bad signature": "What it says is not shown: it was changed, or is forged. Ask its holder for "
    "the original, and see that --key is the issuer's.",
    "claims differ": "Do not rely on it, and inform its issuer.",
    "not yet valid": "Look again when it has begun, or give the instant that counts by --at.",
    "expired": "Ask its holder whether they have renewed it.",
    "suspended": "Ask its issuer, or look again later with a newer status list.",
    "revoked": "Do not rely on it. Ask its holder whether they have another, or its issuer why.",
    "replaced": "Ask its holder for the badge of the renewed award.",
    "status unknown": "Save what is published at each URL that it names, and give the files by "
    "--status-list.",
}
"""What to do about a badge that does not count."""


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``badge verify``."""
    options.command(parser, VERIFY, _verify)
    parser.add_argument("badge", metavar="FILE", help="a token, a PNG or an SVG, or -")
    keys.add_trusted(parser)
    says = "a published status list; repeatable"
    parser.add_argument("--status-list", metavar="FILE", action="append", default=[], help=says)
    options.add_at(parser)
    options.add_zone(parser, "the times of this time zone, and where a day begins")


def _verify(args: argparse.Namespace) -> int:
    trusted = {args.issuer: keys.trusted(args)}
    verifying = keys.needed("verifying")
    lists = newest(args.status_list, partial(verifying.is_signed, keys=trusted.get))
    try:
        token = baking.read(files.contents(args.badge, imagefiles.LARGEST))
    except BadgeError as error:
        found = verifying.Verification(verifying.Verdict.BAD_STRUCTURE, str(error))
    else:
        found = verifying.verify(token, keys=trusted.get, status=lists.get, at=args.at)
    zone = args.zone or options.platform_zone() or UTC
    if args.out.as_json:
        what = {"outcome": found.outcome, "why": found.why, "at": args.at}
        named = {"zone": options.zone_name(zone)}
        args.out.data({**what, **named, "credential": found.credential})
    else:
        write(args.out, found, zone)
    return 0 if found else 1


def write(out: Output, found: "Verification", zone: tzinfo) -> None:
    """Write what was found, what the badge says if its issuer signed it, and what to do.

    Times are those of a zone, which is named.
    """
    out.line((f"{found.outcome}: {found.why}", "green" if found else "red"))
    if found.credential is not None:
        for name, value in _lines(found.credential, zone):
            if isinstance(value, str):
                out.line((f"  {name:<14}", "dim"), value)
    if advice := ADVICE.get(str(found.outcome)):
        out.paragraph(advice)


def _lines(said: Mapping[str, Any], zone: tzinfo) -> list[tuple[str, Any]]:
    subject, issuer = _object(said.get("credentialSubject")), said.get("issuer")
    achievement = _object(subject.get("achievement"))
    return [
        ("certification", achievement.get("name")),
        ("issued by", _object(issuer).get("name")),
        ("", id_of(issuer)),
        ("recipient", subject.get("id")),
        ("issued", _time(said, "validFrom", zone)),
        ("expires", _time(said, "validUntil", zone) if "validUntil" in said else "never"),
        ("skills", ", ".join(_skills(achievement)) or None),
        ("criteria", _object(achievement.get("criteria")).get("narrative")),
        ("credential", said.get("id")),
    ]


def _time(said: Mapping[str, Any], name: str, zone: tzinfo) -> object:
    """Return what a member says, in a zone if it is an instant."""
    try:
        instant = structure.instant(said, name)
    except BadgeError:
        return said[name]
    if instant is None:
        return None
    local = instants.local_or_utc(instant, zone)
    return f"{local:%Y-%m-%d %H:%M:%S} ({options.zone_name(local.tzinfo or UTC)})"


def _skills(achievement: Mapping[str, Any]) -> Iterator[str]:
    yield from (tag for tag in listed(achievement.get("tag")) if isinstance(tag, str))
    names = (_object(each).get("targetName") for each in listed(achievement.get("alignment")))
    yield from (name for name in names if isinstance(name, str))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def newest(paths: Iterable[str], is_signed: Callable[[str], bool]) -> Mapping[str, str]:
    """Return the newest status list of each URL, by its beginning, whatever their order.

    What the issuer has not signed counts only if nothing else is there. UsageError for a file that
    holds no status list, and for lists of one URL that differ without one being newer: they begin
    at the same time, or one does not say when.
    """
    lists: dict[str, list[Token]] = {}
    for path in paths:
        token = _status_list(path)
        lists.setdefault(token.payload["id"], []).append(token)
    signed = {url: [each for each in some if is_signed(each.text)] for url, some in lists.items()}
    return {url: _newest(url, signed[url] or some) for url, some in lists.items()}


def _status_list(path: str) -> Token:
    try:
        token = tokens.read(baking.read(files.contents(path, tokens.LONGEST)))
        structure.check_list(token.payload)
        structure.begins(token.payload)  # which may be no number
    except BadgeError as error:
        raise UsageError(f"{path} is no status list: {error}") from error
    return token


def _newest(url: str, lists: Iterable[Token]) -> str:
    since = [(structure.begins(each.payload), each) for each in lists]
    latest = max((begins for begins, _ in since if begins is not None), default=None)
    first, *others = (each for begins, each in since if begins in (latest, None))
    if any(each.payload != first.payload for each in others):
        raise UsageError(
            f"two status lists of {url} differ, and neither is known to be the newer one: give "
            "the one that is published there now"
        )
    return first.text
