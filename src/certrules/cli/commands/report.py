"""``certrules status`` and ``report``: where awards stand, the two reports, a learner's list."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from functools import partial
from itertools import chain
from typing import NamedTuple

from certrules import instants
from certrules.cli import decisions, names, options, session
from certrules.cli.failures import UsageError
from certrules.cli.names import day, expiry, last_day
from certrules.cli.output import Cell, Column, Output, counted, plain
from certrules.cli.session import Acting
from certrules.model.awards import Award, ExpiryDay, Status
from certrules.model.people import Action, Scope, User
from certrules.model.tables import NOT_ARCHIVED, NOT_LATER, AwardRow, Table, TableQuery
from certrules.repositories.protocols import Transaction
from certrules.rules import status
from certrules.rules.reporting import LearnerAward, Report, ReportRow
from certrules.workflows import reporting

REPORT = """\
  certrules report users-certifications --store certificates.db --zone Europe/Rome
  certrules report users-certifications --store certificates.db --user ada
  certrules report learner --user ada --store certificates.db

The reports show current and archived awards, each with its own dates; an
award that was renewed after its expiry is in users-certifications alone. The
learner's list says what can be renewed, and why the rest cannot. All show what
stood at --at: what was issued later is not there yet. Dates are those of --zone;
without it, of each user's own time zone, or else of CERTRULES_ZONE, or of UTC.
"""
STATUS = """\
  certrules status --store certificates.db --user ada --zone Europe/Rome

Dates and days left are those of --zone; without it, of each user's own time
zone, or else of CERTRULES_ZONE, or else of UTC. An award expires as the day
that is shown begins, and where there is a last valid day, as that day ends.
What was archived after --at is shown as it stood then; what was issued after an
--at in the past is left out.
"""

USER = Column("user", shrinks=True)
CERTIFICATION = Column("certification", shrinks=True)
DATES = (
    Column("issued"),
    Column("expires"),
    Column("last valid day", optional=True),
    Column("days left", right=True),
)
COLUMNS = (Column("status"), *DATES, Column("archived"))
STANDING = (USER, CERTIFICATION, Column("status"), *DATES)
LEARNER = (CERTIFICATION, *DATES, Column("renewal"))

STYLES = {
    Status.VALID: "green",
    Status.EXPIRED: "red",
    Status.NOT_YET_VALID: "yellow",
    Status.ARCHIVED: "dim",
}


def add_report(parser: argparse.ArgumentParser) -> None:
    options.command(parser, REPORT, _report)
    choices = [*map(str, Report), "learner"]
    parser.add_argument("which", metavar="REPORT", choices=choices, help=", ".join(choices))
    says = "the learner, or only this user's awards, by username or id"
    parser.add_argument("--user", metavar="U", help=says)
    options.add_zone(parser, "show the dates of this time zone")
    options.add_acting(parser, at="at this instant")


def _report(args: argparse.Namespace) -> int:
    if args.which == "learner" and args.user is None:
        raise UsageError("the learner's list needs --user")
    with session.acting(args) as acting:
        (_show_learner if args.which == "learner" else _show_report)(args, acting)
    return 0


def _of(company: str | None) -> dict[str, object]:
    """Return what JSON says of the company whose awards are shown, if they are those of one."""
    return {} if company is None else {"company": company}


def _scope(view: Transaction, acting: Acting, name: str | None) -> Scope:
    """Return the user of a name; without a name, the most that somebody may see."""
    if name is None:
        return session.scope(acting, Action.VIEW_AWARDS)
    user = names.only(name, session.users(view, acting, Action.VIEW_AWARDS, name))
    return Scope(user.id, user.company_id)


def _show_report(args: argparse.Namespace, acting: Acting) -> None:
    out: Output = args.out
    which, at = Report(args.which), args.at
    by_user = which is Report.USERS_CERTIFICATIONS
    columns = (USER, CERTIFICATION) if by_user else (CERTIFICATION, USER)
    with acting.store.reading() as view:
        scope = _scope(view, acting, args.user)
        rows = reporting.report(acting, view, which, at=at, scope=scope, zone=args.zone)
        zones = _Zones(acting, args)
        company = None if scope.owner_id is not None else scope.company_id
        if out.as_json:
            head = {"report": which, "at": instants.utc(at), "zone": zones.named}
            listed = ({**plain(line), **_days(row.award, zones(row))} for line, row in rows)
            out.data_stream(head | _of(company), "rows", listed)
            return
        out.line((zones.says, "dim"))
        if company is not None:
            out.line((f"Awards of company {company}", "dim"))
        out.line()
        cells = (_cells(line, row, zones(row), by_user=by_user) for line, row in rows)
        count = out.table((*columns, *COLUMNS), cells)
    out.line()
    out.line(counted(count, "award"))


class _Zones:
    """In which zone each row's days are shown: the one asked for, or the user's own, or else."""

    def __init__(self, acting: Acting, args: argparse.Namespace) -> None:
        self._of_row: Callable[[User], tzinfo] = partial(session.zone_of, acting, args)
        self._platform: tzinfo = acting.zone
        self._known: dict[str | None, tzinfo] = {}
        named = options.zone_name(acting.zone)
        self.named: str | None = None if args.zone is None else named
        own = "dates in each user's own time zone, else "
        self.says: str = f"dates in {named}" if self.named else f"{own}{named}"

    def __call__(self, row: AwardRow) -> tzinfo:
        if row.user is None:
            return self._platform
        own = row.user.time_zone
        if own not in self._known:  # once, since it may warn
            self._known[own] = self._of_row(row.user)
        return self._known[own]


def _dates(award: Award, days_left: int | None, zone: tzinfo) -> tuple[str, ...]:
    left = "" if days_left is None else str(days_left)
    return day(award.issued_at, zone), expiry(award, zone), last_day(award, zone), left


def _days(award: Award, zone: tzinfo) -> dict[str, object]:
    return {
        "issued": day(award.issued_at, zone),
        "expires": status.expiry_date(award, zone=zone),
        "last_valid_day": status.last_valid_day(award, zone=zone),
        "zone": options.zone_name(zone),
    }


def _cells(line: ReportRow, row: AwardRow, zone: tzinfo, *, by_user: bool) -> tuple[Cell, ...]:
    names = row.username, row.certification_label
    return (
        *(names if by_user else names[::-1]),
        str(line.status),
        *_dates(row.award, line.days_left, zone),
        "" if line.archived_at is None else day(line.archived_at, zone),
    )


def _show_learner(args: argparse.Namespace, acting: Acting) -> None:
    out: Output = args.out
    user, at = session.user(acting, Action.VIEW_AWARDS, args.user), args.at
    zone = session.zone_of(acting, args, user)
    lines, named = reporting.learner(acting, user.id, at=at, zone=zone), options.zone_name(zone)
    if out.as_json:
        renewals = [decisions.as_json(line.renewal, zone) for line in lines]
        listed = [
            {**plain(line), "renewal": each} for line, each in zip(lines, renewals, strict=True)
        ]
        head = {"user": user.id, "at": instants.utc(at).isoformat(), "zone": named}
        out.data({**head, "certifications": listed})
        return
    out.line((f"dates in {named}", "dim"))
    out.line()
    out.table(LEARNER, list(map(_learner_cells, lines)))
    for line in lines:
        if not line.renewal:
            out.line()
            out.line(f"{line.title} cannot be renewed now")
            decisions.show_reasons(out, line.renewal.reasons, zone)


def _learner_cells(line: LearnerAward) -> tuple[Cell, ...]:
    renewal = ("possible", "green") if line.renewal else ("no", "red")
    included = line.expiry_day is ExpiryDay.INCLUSIVE and line.expires_on is not None
    return (
        line.title,
        str(line.issued_on),
        str(line.expires_on or "never"),
        str(line.last_valid_day) if included else "",
        "" if line.days_left is None else str(line.days_left),
        renewal,
    )


def add_status(parser: argparse.ArgumentParser) -> None:
    options.command(parser, STATUS, _status)
    parser.add_argument("--user", metavar="U", help="only this user's, by username or id")
    options.add_zone(parser, "show the dates of this time zone")
    parser.add_argument("--all", action="store_true", help="archived awards too")
    options.add_acting(parser, at="at this instant")


def _status(args: argparse.Namespace) -> int:
    """Show the status of the awards of one username, or of all that somebody may see."""
    with session.acting(args) as acting, acting.store.reading() as view:
        _show_status(args, acting, view)
    return 0


def _show_status(args: argparse.Namespace, acting: Acting, view: Transaction) -> None:
    out: Output = args.out
    at = args.at
    scopes = _scopes(view, acting, args.user)
    filters = (NOT_ARCHIVED,) * (not args.all) + (NOT_LATER,) * args.past
    queries = (TableQuery(Table.ISSUED, at, filters=filters, scope=scope) for scope in scopes)
    rows = chain.from_iterable(reporting.awards(acting, view, query) for query in queries)
    zones = _Zones(acting, args)
    lines = _lines(zones, rows, at=at)
    company = next((each.company_id for each in scopes if each.owner_id is None), None)
    if out.as_json:
        head = {"at": instants.utc(at), "zone": zones.named}
        out.data_stream(head | _of(company), "awards", map(_as_json, lines))
        return
    clock = instants.local(at, acting.zone)
    now = f"At {clock.date()} {clock:%H:%M:%S} {options.zone_name(acting.zone)}"
    out.line((f"{now}; {zones.says}", "dim"))
    if company is not None:
        out.line((f"Awards of company {company}", "dim"))
    if args.zone is None:
        says = "Days imported with --zone are shown as written by the same --zone."
        out.paragraph(says, style="dim")
    out.line()
    count = out.table(STANDING, map(_status_cells, lines))
    out.line()
    out.line(counted(count, "award"))


def _scopes(view: Transaction, acting: Acting, name: str | None) -> Sequence[Scope]:
    """Return the users of a name; without a name, the most that somebody may see."""
    if name is None:
        return [session.scope(acting, Action.VIEW_AWARDS)]
    found = session.users(view, acting, Action.VIEW_AWARDS, name)
    return [Scope(each.id, each.company_id) for each in found]


class _Line(NamedTuple):
    row: AwardRow
    zone: tzinfo
    days_left: int | None


def _lines(zones: _Zones, rows: Iterable[AwardRow], *, at: datetime) -> Iterator[_Line]:
    for row in rows:
        zone = zones(row)
        yield _Line(row, zone, _days_left(row, at, zone))


def _days_left(row: AwardRow, at: datetime, zone: tzinfo) -> int | None:
    return None if row.status is Status.ARCHIVED else status.days_left(row.award, at, zone=zone)


def _status_cells(line: _Line) -> tuple[Cell, ...]:
    row = line.row
    standing = str(row.status), STYLES[row.status]
    dates = _dates(row.award, line.days_left, line.zone)
    return row.username, row.certification_label, standing, *dates


def _as_json(line: _Line) -> dict[str, object]:
    award, user, certification = line.row.award, line.row.user, line.row.certification
    return {
        "user": user and user.username,
        "user_id": award.user_id,
        "certification": certification and certification.code,
        "certification_id": award.certification_id,
        "certification_name": certification and certification.name,
        "status": line.row.status,
        **_days(award, line.zone),
        "days_left": line.days_left,
        "issued_at": award.issued_at,
        "expires_at": award.expires_at,
        "archived_at": award.archived_at,
        "cycle": award.cycle,
        "source": award.source.type,
        "item": award.source.item_id,
    }
