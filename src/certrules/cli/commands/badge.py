"""``certrules badge``: issue, bake, verify, share and publish badges that anyone can verify."""

import argparse
import secrets
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from certrules import instants
from certrules.badges import baking, sharing, statuslist, tokens
from certrules.badges.credential import BadgeRecipient, Issuer
from certrules.badges.urls import URI, check_uri, check_web, is_uri
from certrules.cli import decisions, files, keys, names, options, pictures, session, verification
from certrules.cli.failures import UsageError
from certrules.cli.output import CARRIED_OUT
from certrules.cli.session import Acting
from certrules.model.badges import Badge
from certrules.model.decisions import Refused
from certrules.model.people import Action, User
from certrules.records.writing import replacing
from certrules.workflows import badges

UNREVOCABLE = (
    "the token names no status list, so that nobody will see when it is revoked; "
    "give --lists, where they are published"
)
LISTS = "https://academy.example/status/{purpose}/{list}"

ISSUE = f"""\
  certrules badge issue --store certificates.db --user ada --certification FA \\
      --issuer https://academy.example --issuer-name "The Academy" \\
      --key private.pem --lists "{LISTS}"

Writes the signed credential of the award that the user holds now, a token, or
with --image the picture with the token in it. The private key is a PEM, RSA or
P-256; its password, if it has one, is read from {keys.PASSWORD}.
Without --lists a token can never be seen to be revoked, even if an earlier one
of the same badge names its lists. The recipient is an id of the badge's own,
or with --recipient a URL of theirs; skills are words, or with --skill-url a link
to their definition in a framework: --skill-url "CPR=https://skills.example/cpr".
"""
BAKE = """\
  certrules badge bake token.jwt --image badge.png --out ada.png

TOKEN may also be a badge, and - is standard input. A PNG or an SVG keeps its
kind, a JPEG becomes a PNG: the name of the file to write must end accordingly.
A credential that is in the picture already is replaced.
"""
SHARE = """\
  certrules badge share --store certificates.db --user ada --certification FA \\
      --url https://academy.example/badges/ --issuer-name "The Academy" \\
      --zone Europe/Rome --out page.html

Gives the link to the verification page (--url and the badge's id), the link
that adds it to a LinkedIn profile, and with --out the page itself, as the
badge stands at this instant. An award that has no badge yet gets one.
"""
PUBLISH = f"""\
  certrules badge publish --store certificates.db --out status \\
      --issuer https://academy.example --key private.pem \\
      --lists "{LISTS}"

Writes the signed status lists, to be served at the URLs that --lists gives
them. They count for --days (7): publish anew before then, and after each
revocation.
"""


def add_badge(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(metavar="COMMAND", required=True, title="commands")
    _add_issue(options.subparser(below, "issue", "issue the badge of an award"))
    _add_bake(options.subparser(below, "bake", "put a credential into a picture"))
    verification.add_verify(options.subparser(below, "verify", "say what a badge is worth"))
    _add_share(options.subparser(below, "share", "give the links and the page of a badge"))
    _add_publish(options.subparser(below, "publish", "write the signed status lists"))


def _add_issue(parser: argparse.ArgumentParser) -> None:
    options.command(parser, ISSUE, _issue)
    _add_award(parser)
    keys.add_signer(parser)
    add, add_value = parser.add_argument, partial(options.add_value, parser)
    add_value("--issuer-name", "NAME", "the issuer, in words", _name, required=True)
    add_value("--lists", "URL", "where status lists are published", badges.check_lists)
    add_value("--recipient", "ID", "who received it: a URL or a urn:uuid:", BadgeRecipient)
    add_value(
        "--image-url", "URL", "where the achievement's picture is", partial(check_uri, "image")
    )
    says = "where a skill is defined; repeatable"
    add("--skill-url", metavar="SKILL=URL", action="append", default=[], help=says)
    add("--image", metavar="FILE", help="a PNG, an SVG or a JPEG to bake it into")
    add("--out", dest="file", metavar="FILE", help="the picture to write, or the token")


def _add_bake(parser: argparse.ArgumentParser) -> None:
    options.command(parser, BAKE, _bake)
    parser.add_argument("token", metavar="TOKEN", help="the file that holds the credential, or -")
    parser.add_argument("--image", metavar="FILE", required=True, help="a PNG, an SVG or a JPEG")
    options.add_out(parser, "the picture to write")


def _add_share(parser: argparse.ArgumentParser) -> None:
    options.command(parser, SHARE, _share)
    _add_award(parser)
    add, add_value = parser.add_argument, partial(options.add_value, parser)
    add_value("--url", "URL", "where verification pages are", _pages, required=True)
    add_value("--issuer-name", "NAME", "the issuer, in words", _name, required=True)
    add("--organization-id", metavar="N", type=int, help="the issuer's number at LinkedIn")
    add("--image", metavar="FILE", help="the picture for the page")
    add("--out", dest="file", metavar="FILE", help="the page to write, *.html")
    options.add_at(parser)
    options.add_zone(parser, "the days of this time zone; else of the user's own")


def _add_publish(parser: argparse.ArgumentParser) -> None:
    options.command(parser, PUBLISH, _publish)
    options.add(parser, "--store")
    keys.add_signer(parser)
    add, says = parser.add_argument, "where they are published"
    options.add_value(parser, "--lists", "URL", says, badges.check_lists, required=True)
    add("--days", metavar="N", type=int, default=7, help="how long they count (7)")
    options.add_at(parser)
    options.add_zone(parser, "where days begin")
    says = "the folder to write them to"
    add("--out", dest="folder", metavar="FOLDER", required=True, help=says)


def _add_award(parser: argparse.ArgumentParser) -> None:
    options.add(parser, "--user", "--certification")
    options.add_acting(parser, at=None)


def _issue(args: argparse.Namespace) -> int:
    if args.image and not args.file:
        raise UsageError("--image needs --out, the picture to write")
    issuer = Issuer(args.issuer, args.issuer_name)
    more = {"lists": args.lists, "image": args.image_url, "recipient": args.recipient}
    with session.acting(args) as acting:
        files.check_out(args.file, args.key, args.image, store=acting.store)
        user = session.user(acting, Action.DOWNLOAD_BADGE, args.user)
        signer = keys.signer(args)
        image = pictures.bakeable(args.image, args.file) if args.image else None
        skills = _skills(args, acting)
        badge = _badge(args, acting, user, options.now())
        if isinstance(badge, Refused):
            zone = session.zone_of(acting, args, user)
            return decisions.answer(args.out, acting, badge, "issuing the badge", zone=zone)
        made = badges.credential(acting, badge, issuer=issuer, skills=skills, **more)
    token = keys.needed("signing").sign(made, signer)
    if args.file:
        _write(args.file, baking.bake(image, token) if image else f"{token}\n".encode())
    args.out.answer(
        {"badge": badge.id, "token": token, "credential": made, "file": args.file},
        f"badge {badge.id} is in {args.file}" if args.file else token,
    )
    if args.lists is None:
        sys.stderr.write(f"certrules: warning: {UNREVOCABLE}\n")
    return 0


def _bake(args: argparse.Namespace) -> int:
    files.check_out(args.file, args.token, args.image)
    token = pictures.credential(args.token)
    _write(args.file, baking.bake(pictures.bakeable(args.image, args.file), token))
    answer = {"file": args.file, "id": tokens.read(token).payload.get("id")}
    args.out.answer(answer, f"the credential is in {args.file}")
    return 0


def _share(args: argparse.Namespace) -> int:
    name = args.issuer_name
    if args.image and not args.file:
        raise UsageError("--image needs --out, the page to write")
    if args.file and Path(args.file).suffix.lower() != ".html":
        raise UsageError(f"--out {args.file}: it is a page, so its name is to end in .html")
    with session.acting(args) as acting:
        files.check_out(args.file, args.image, store=acting.store)
        user = session.user(acting, Action.DOWNLOAD_BADGE, args.user)
        zone = session.zone_of(acting, args, user)
        image = pictures.shown(args.image) if args.image else None
        badge = _badge(args, acting, user, max(args.at, options.now()))
        if isinstance(badge, Refused):
            return decisions.answer(args.out, acting, badge, "sharing the badge", zone=zone)
        page = badges.page(acting, badge.id, at=args.at, issuer=name)
        assert page is not None  # noqa: S101 - it was there just now
    url = f"{args.url}/{badge.id}"
    link = sharing.linkedin_link(
        page.certification,
        issued_at=page.issued_at,
        expires_at=page.expires_at,
        zone=zone,
        url=url,
        id=badge.id,
        organization=name if args.organization_id is None else args.organization_id,
        expiry_day=page.expiry_day,
    )
    if args.file:
        _write(args.file, sharing.html(page, zone=zone, image=image).encode())
    if args.out.as_json:
        links = {"badge": badge.id, "page": url, "linkedin": link, "file": args.file}
        args.out.data({**links, "state": page.state, "zone": options.zone_name(zone)})
        return 0
    days = f"in {options.zone_name(zone)}"
    for name, value in ("page", url), ("LinkedIn", link), ("written", args.file), ("dates", days):
        if value:
            args.out.line((f"{name:<10}", "dim"), value)
    return 0


def _publish(args: argparse.Namespace) -> int:
    until = _until(args.at, args.days)
    signer = keys.signer(args)
    issuer = Issuer(args.issuer, args.issuer)
    written: list[dict[str, Any]] = []
    folder = Path(args.folder)
    folder.mkdir(parents=True, exist_ok=True)
    with session.acting(args) as acting:
        with acting.store.reading() as view:
            latest, _ = view.badges.places()
        numbers = range(1, latest + 1)
        places = {
            str(folder / f"{purpose}-{number}.jwt"): (number, purpose)
            for number, purpose in product(numbers, statuslist.PURPOSES)
        }
        for file in places:
            files.check_out(file, args.key, store=acting.store)
        for file, (number, purpose) in places.items():
            marked = badges.marked(acting, number, purpose, at=args.at)
            url = badges.list_url(args.lists, purpose, number)
            made = statuslist.list_credential(
                url, purpose, marked, issuer=issuer, at=args.at, until=until
            )
            _write(file, keys.needed("signing").sign(made, signer).encode())
            written.append({"file": file, "url": url, "marked": len(marked)})
    lines = (f"{each['file']}: {each['marked']} marked, for {each['url']}" for each in written)
    args.out.answer({"until": until, "lists": written}, *lines)
    return 0


def _until(at: datetime, days: int) -> datetime:
    """Return until when lists count that are published at an instant."""
    if not 1 <= days <= 3650:
        raise UsageError(f"--days {days}: status lists count for 1 to 3650 days")
    try:
        return instants.utc(at) + timedelta(days=days)
    except OverflowError:
        raise UsageError(f"--at {at.isoformat()}: lists would count beyond the year 9999") from None


def _pages(url: str) -> str:
    """Return under which URL the pages of badges are."""
    check_web(url)
    if "?" in url or "#" in url:
        raise UsageError(f"--url {url}: the id of a badge cannot follow a ? or a #")
    return url.rstrip("/")


def _name(name: str) -> str:
    if not name.strip():
        raise UsageError("--issuer-name is empty: give the name by which people know the issuer")
    return Issuer("urn:uuid:0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1", name).name


def _skills(args: argparse.Namespace, acting: Acting) -> Mapping[str, str]:
    """Return where skills of the certification are defined, by their names."""
    with acting.store.reading() as view:
        skills = names.certification(view, args.certification).skills
    urls: dict[str, str] = {}
    for given in args.skill_url:
        skill = next((each for each in skills if given.startswith(f"{each}=")), None)
        if skill is None:
            there = ", ".join(skills) or "it has none"
            raise UsageError(f"--skill-url {given!r}: expected SKILL=URL of a skill: {there}")
        if skill in urls:
            raise UsageError(f"--skill-url {given!r}: {skill} has a URL already: {urls[skill]}")
        urls[skill] = given.removeprefix(f"{skill}=")
        if not is_uri(urls[skill]):
            raise UsageError(f"--skill-url {given!r}: expected {URI}")
    return urls


def _write(path: str, data: bytes) -> None:
    with replacing(Path(path)) as stream:
        stream.write(data)
    CARRIED_OUT.set(True)


def _badge(args: argparse.Namespace, acting: Acting, user: User, at: datetime) -> Badge | Refused:
    certification = session.certification_id(acting, args)
    decision = badges.issue(acting, user.id, certification, draw=secrets.randbelow, at=at)
    if isinstance(decision, Refused):
        return decision
    return decision.effects[0]
