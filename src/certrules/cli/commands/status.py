"""``certrules status``: the status of every award at an instant."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import chain

from attrs import frozen

from certrules import instants
from certrules.cli import options, session
from certrules.cli.names import day
from certrules.cli.output import Cell, Column, Output, counted
from certrules.errors import OutOfRangeError
from certrules.model.people import Action, Scope
from certrules.model.tables import NOT_ARCHIVED, AwardRow, Table, TableQuery
from certrules.repositories.protocols import Transaction
from certrules.rules import status
from certrules.rules.status import Status
from certrules.workflows import reporting
from certrules.workflows.platform import Acting

__all__ = ["add_status", "run"]

EXAMPLE = """\
  certrules status --store certificates.db --user ada --zone Europe/Rome

Dates and days left are those of --zone; without it, of each user's own time
zone, or else of UTC. An imported award expires as the day that is shown begins.
What was archived after --at is shown as it stood then.
"""

COLUMNS = (
    *(Column(each, shrinks=True) for each in ("user", "certification")),
    *map(Column, ("status", "issued", "expires")),
    Column("days left", right=True),
)

STYLES = {
    Status.VALID: "green",
    Status.EXPIRED: "red",
    Status.NOT_YET_VALID: "yellow",
    Status.ARCHIVED: "dim",
}


def add_status(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    options.command(parser, EXAMPLE, run)
    parser.add_argument("--user", metavar="U", help="only this user's, by username or id")
    options.add_zone(parser, "show the dates of this time zone")
    parser.add_argument("--all", action="store_true", help="archived awards too")
    options.add_acting(parser, at="at this instant")


def run(args: argparse.Namespace) -> int:
    """Show the status of the awards of one username, or of all that somebody may see."""
    with session.acting(args) as acting, acting.store.reading() as view:
        _show(args, acting, view)
    return 0


def _show(args: argparse.Namespace, acting: Acting, view: Transaction) -> None:
    out: Output = args.out
    at, zone = args.at, args.zone
    scopes = _scopes(view, acting, args.user)
    filters = () if args.all else (NOT_ARCHIVED,)
    queries = (TableQuery(Table.ISSUED, at, filters=filters, scope=scope) for scope in scopes)
    rows = chain.from_iterable(reporting.awards(acting, view, query) for query in queries)
    lines = _lines(acting, rows, at=at, zone=zone)
    company = next((each.company_id for each in scopes if each.owner_id is None), None)
    where = options.zone_name(zone) if zone else None
    if out.as_json:
        head = {"at": instants.utc(at).isoformat(), "zone": where}
        head.update({} if company is None else {"company": company})
        out.data_stream(head, "awards", map(_as_json, lines))
        return
    clock = instants.local(at, zone or UTC)
    whose = f"dates in {where}" if where else "dates in each user's own time zone, else UTC"
    out.line((f"At {clock.date()} {clock:%H:%M:%S} {where or 'UTC'}; {whose}", "dim"))
    if company is not None:
        out.line((f"Awards of company {company}", "dim"))
    if zone is None:
        says = "Days imported with --zone are shown as written by the same --zone."
        out.paragraph(says, style="dim")
    out.line()
    count = out.table(COLUMNS, map(_as_row, lines))
    out.line()
    out.line(counted(count, "award"))


def _scopes(view: Transaction, acting: Acting, name: str | None) -> Sequence[Scope]:
    """Return the users of a name; without a name, the most that somebody may see."""
    if name is None:
        return [session.scope(acting, Action.VIEW_AWARDS)]
    found = session.users(view, acting, Action.VIEW_AWARDS, name)
    return [Scope(each.id, each.company_id) for each in found]


@frozen
class _Line:
    row: AwardRow
    zone: tzinfo
    days_left: int | None

    def day(self, instant: datetime | None) -> str | None:
        return None if instant is None else day(instant, self.zone)


def _lines(
    acting: Acting, rows: Iterable[AwardRow], *, at: datetime, zone: tzinfo | None
) -> Iterator[_Line]:
    zones: dict[str | None, tzinfo] = {None: zone or acting.zone}
    for row in rows:
        own = row.user.time_zone if row.user else None
        if row.user and own not in zones:
            zones[own] = zone or session.zone_of(acting, row.user)
        yield _Line(row, zones[own], _days_left(row, at, zones[own]))


def _days_left(row: AwardRow, at: datetime, zone: tzinfo) -> int | None:
    if row.status is Status.ARCHIVED:
        return None
    try:
        return status.days_left(row.award, at, zone=zone)
    except OutOfRangeError:  # on the first or the last day of all
        return status.days_left(row.award, at, zone=UTC)


def _as_row(line: _Line) -> tuple[Cell, ...]:
    row = line.row
    return (
        row.username,
        row.certification_label,
        (str(row.status), STYLES[row.status]),
        line.day(row.award.issued_at) or "",
        line.day(row.award.expires_at) or "never",
        "" if line.days_left is None else f"{line.days_left}",
    )


def _as_json(line: _Line) -> dict[str, object]:
    award, user, certification = line.row.award, line.row.user, line.row.certification
    return {
        "user": user and user.username,
        "user_id": award.user_id,
        "certification": certification and certification.code,
        "certification_id": award.certification_id,
        "certification_name": certification and certification.name,
        "status": str(line.row.status),
        "issued": line.day(award.issued_at),
        "expires": line.day(award.expires_at),
        "days_left": line.days_left,
        "issued_at": award.issued_at.isoformat(),
        "expires_at": award.expires_at and award.expires_at.isoformat(),
        "archived_at": award.archived_at and award.archived_at.isoformat(),
        "cycle": award.cycle,
        "source": str(award.source.type),
        "item": award.source.item_id,
        "zone": options.zone_name(line.zone),
    }
