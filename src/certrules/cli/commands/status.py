"""``certrules status``: where every award stands at an instant."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo

from attrs import frozen

from certrules import instants
from certrules.cli import actors, arguments, names, stores
from certrules.cli.output import Cell, Column, Output, counted, shown
from certrules.errors import OutOfRangeError
from certrules.model.awards import Award
from certrules.model.catalog import Certification
from certrules.model.people import Action, User
from certrules.repositories.protocols import Transaction
from certrules.rules import status
from certrules.rules.status import Status
from certrules.workflows.actors import SYSTEM, Asking

__all__ = ["add", "run", "tell"]

EXAMPLE = """\
  certrules status --store certificates.db --user ada --zone Europe/Rome

Dates and days left are those of --zone; without it, of each user's own time
zone, or else of UTC. An imported award expires as the day that is shown begins.
What was archived after --at is shown as it stood then.
"""

COLUMNS = (
    Column("user", shrinks=True),
    Column("certification", shrinks=True),
    Column("status"),
    Column("issued"),
    Column("expires"),
    Column("days left", right=True),
)

STYLES = {
    Status.VALID: "green",
    Status.EXPIRED: "red",
    Status.NOT_YET_VALID: "yellow",
    Status.ARCHIVED: "dim",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    stores.add_store(parser)
    parser.add_argument("--user", metavar="U", help="only this user's, by username or id")
    arguments.add_at(parser, "at this instant")
    arguments.add_zone(parser, "show the dates of this time zone")
    parser.add_argument("--all", action="store_true", help="archived awards too")
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Show the awards that the store has."""
    at = arguments.instant(args.at)
    zone = arguments.zone(args.zone) if args.zone else None
    with stores.opened(args.store) as store:
        actor = actors.acting(store, args)
        with store.reading() as view:
            tell(args.out, view, at=at, zone=zone, name=args.user, archived=args.all, actor=actor)
    return 0


def tell(
    out: Output,
    view: Transaction,
    *,
    at: datetime,
    zone: tzinfo | None,
    name: str | None = None,
    archived: bool = False,
    actor: Asking = SYSTEM,
) -> None:
    """Show a store's awards, or one user's, as they stand at an instant."""
    users, company = _asked(view, actor, name)
    lines = _lines(view, users, company, at=at, zone=zone, archived=archived)
    where = arguments.zone_name(zone) if zone else None
    if out.as_json:
        head = {"at": instants.utc(at).isoformat(), "zone": where}
        head.update({} if company is None else {"company": company})
        out.data_stream(head, "awards", map(_as_json, lines))
        return
    clock = instants.local(at, zone or UTC)
    whose = f"dates in {where}" if where else "dates in each user's own time zone, else UTC"
    out.line((f"At {clock.date()} {clock:%H:%M:%S} {where or 'UTC'}; {whose}", "dim"))
    if company is not None:
        out.line((f"Awards of company {shown(company)}", "dim"))
    if zone is None:
        out.paragraph(
            "Days imported with --zone are shown as written by the same --zone.", style="dim"
        )
    out.line()
    count = out.table(COLUMNS, map(_as_row, lines))
    out.line()
    out.line(counted(count, "award"))


@frozen
class _Line:
    user: User | None  # None if it is gone from the store
    certification: Certification | None
    award: Award
    status: Status
    issued: str
    expires: str | None
    days_left: int | None
    zone: tzinfo


def _asked(
    view: Transaction, actor: Asking, name: str | None
) -> tuple[Sequence[User] | None, str | None]:
    """Return of whom is told: of some users, or of a company's, or of everybody."""
    if name is not None:
        return actors.whose_all(view, actor, Action.VIEW_AWARDS, name), None
    scope = actors.scope(actor, Action.VIEW_AWARDS)
    if scope.owner is not None:
        return names.users(view, f"{names.BY_ID}{scope.owner}"), None
    return None, scope.company_id


def _lines(
    view: Transaction,
    users: Sequence[User] | None,
    company_id: str | None,
    *,
    at: datetime,
    zone: tzinfo | None,
    archived: bool,
) -> Iterator[_Line]:
    certifications = {each.id: each for each in view.certifications.all()}
    zones: dict[str | None, tzinfo] = {}
    for user, awards in _awards(view, users, company_id):
        own = user.time_zone if user else None
        if own not in zones:
            zones[own] = zone or (arguments.zone_of(user) if user else UTC)
        tz = zones[own]
        for award in awards:
            stands = status.status_at(award, at)
            if archived or stands is not Status.ARCHIVED:
                certification = certifications.get(award.certification_id)
                yield _Line(user, certification, award, stands, *_days(award, stands, at, tz))


def _days(
    award: Award, stands: Status, at: datetime, tz: tzinfo
) -> tuple[str, str | None, int | None, tzinfo]:
    """Return the days on which an award begins and ends, and those left, on a zone's calendar."""
    try:
        issued = instants.local_day(award.issued_at, tz).isoformat()
        if award.expires_at is None:
            return issued, None, None, tz
        left = None if stands is Status.ARCHIVED else status.days_left(award, at, zone=tz)
        return issued, instants.local_day(award.expires_at, tz).isoformat(), left, tz
    except OutOfRangeError:  # on the first or the last day that there is, all zones but one
        if tz is UTC:
            raise
        return _days(award, stands, at, UTC)


def _awards(
    view: Transaction, users: Sequence[User] | None, company_id: str | None
) -> Iterator[tuple[User | None, Iterable[Award]]]:
    if users is not None:
        yield from ((user, view.awards.select(user_id=user.id)) for user in users)
        return
    people = view.users.all()  # in the order of the awards
    user = next(people, None)
    for award in view.awards.select():
        while user is not None and user.id < award.user_id:
            user = next(people, None)
        owner = user if user is not None and user.id == award.user_id else None
        if company_id in (None, owner and owner.company_id):
            yield owner, (award,)


def _as_row(line: _Line) -> tuple[Cell, ...]:
    known = line.certification
    return (
        shown(line.user.username if line.user else line.award.user_id),
        shown(known.code or known.name if known else line.award.certification_id),
        (str(line.status), STYLES[line.status]),
        line.issued,
        line.expires or "never",
        "" if line.days_left is None else f"{line.days_left}",
    )


def _as_json(line: _Line) -> dict[str, object]:
    award = line.award
    return {
        "user": line.user and line.user.username,
        "user_id": award.user_id,
        "certification": line.certification and line.certification.code,
        "certification_id": award.certification_id,
        "certification_name": line.certification and line.certification.name,
        "status": str(line.status),
        "issued": line.issued,
        "expires": line.expires,
        "days_left": line.days_left,
        "issued_at": award.issued_at.isoformat(),
        "expires_at": _iso(award.expires_at),
        "archived_at": _iso(award.archived_at),
        "cycle": award.cycle,
        "source": str(award.source.type),
        "item": award.source.item_id,
        "zone": arguments.zone_name(line.zone),
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
