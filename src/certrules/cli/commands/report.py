"""``certrules report``: the two reports, and what a learner sees."""

import argparse
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo

from certrules import instants
from certrules.cli import actors, arguments, decisions, names, stores
from certrules.cli.decisions import day, plain
from certrules.cli.failures import UsageError
from certrules.cli.output import Cell, Column, Output, counted, shown
from certrules.model.people import Action, Target, User
from certrules.repositories.protocols import Store, Transaction
from certrules.rules.reporting import LearnerAward, Report, ReportRow
from certrules.workflows import reporting
from certrules.workflows.actors import Asking

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules report users-certifications --store certificates.db --zone Europe/Rome
  certrules report users-certifications --store certificates.db --user ada
  certrules report learner --user ada --store certificates.db

The reports show current and archived awards, each with its own dates; an
award that was renewed after its expiry is in users-certifications alone. The
learner's list says what can be renewed, and why the rest cannot. All show what
stood at --at: what was issued later is not there yet.
"""

COLUMNS = (
    Column("certification", shrinks=True),
    Column("status"),
    Column("issued"),
    Column("expires"),
    Column("days left", right=True),
    Column("archived"),
)
LEARNER = (
    Column("certification", shrinks=True),
    Column("issued"),
    Column("expires"),
    Column("days left", right=True),
    Column("renewal"),
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    choices = [*map(str, Report), "learner"]
    parser.add_argument("which", metavar="REPORT", choices=choices, help=", ".join(choices))
    stores.add_store(parser)
    parser.add_argument(
        "--user", metavar="U", help="the learner, or only this user's awards, by username or id"
    )
    arguments.add_at(parser, "at this instant")
    arguments.add_zone(parser, "show the dates of this time zone (UTC)")
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Show the report."""
    at = arguments.instant(args.at)
    zone = arguments.zone(args.zone) if args.zone else UTC
    if args.which == "learner" and args.user is None:
        raise UsageError("the learner's list needs --user")
    with stores.opened(args.store) as store:
        actor = actors.acting(store, args)
        if args.which == "learner":
            _tell_learner(args.out, store, args.user, at=at, zone=zone, actor=actor)
        else:
            with store.reading() as view:
                scope = _scope(view, actor, args.user)
                rows = reporting.report(
                    view,
                    Report(args.which),
                    at=at,
                    zone=zone,
                    user_id=scope.owner,
                    company_id=scope.company_id,
                    actor=actor,
                )
                _tell(args.out, view, Report(args.which), rows, scope.company_id, at=at, zone=zone)
    return 0


def _scope(view: Transaction, actor: Asking, name: str | None) -> Target:
    """Return of whom is told: of the one who is named, or else of all whom somebody may see."""
    if name is None:
        return actors.scope(actor, Action.VIEW_AWARDS)
    found = actors.whose_all(view, actor, Action.VIEW_AWARDS, name)
    return Target(names.only_user(name, found).id)


def _tell(
    out: Output,
    view: Transaction,
    which: Report,
    rows: Iterator[ReportRow],
    company_id: str | None,
    *,
    at: datetime,
    zone: tzinfo,
) -> None:
    if out.as_json:
        head = {"report": str(which), "at": instants.utc(at).isoformat()}
        head.update({} if company_id is None else {"company": company_id})
        out.data_stream(head, "rows", map(plain, rows))
        return
    certifications = {each.id: each.code or each.name for each in view.certifications.all()}
    user, *rest = Column("user", shrinks=True), *COLUMNS
    by_user = which is Report.USERS_CERTIFICATIONS
    columns = (user, *rest) if by_user else (rest[0], user, *rest[1:])
    if company_id is not None:
        out.line((f"Awards of company {shown(company_id)}", "dim"))
        out.line()
    count = out.table(columns, _cells(view, rows, certifications, zone, by_user=by_user))
    out.line()
    out.line(counted(count, "award"))


def _cells(
    view: Transaction,
    rows: Iterator[ReportRow],
    certifications: Mapping[str, str],
    zone: tzinfo,
    *,
    by_user: bool,
) -> Iterator[tuple[Cell, ...]]:
    user: User | None = None
    for row in rows:
        if user is None or user.id != row.user_id:
            user = view.users.get(row.user_id)
        who = shown(user.username if user else row.user_id)
        what = shown(certifications.get(row.certification_id, row.certification_id))
        yield (
            *((who, what) if by_user else (what, who)),
            str(row.status),
            day(row.issued_at, zone),
            day(row.expires_at, zone),
            "" if row.days_left is None else str(row.days_left),
            "" if row.archived_at is None else day(row.archived_at, zone),
        )


def _tell_learner(
    out: Output, store: Store, name: str, *, at: datetime, zone: tzinfo, actor: Asking
) -> None:
    user = actors.whose(store, actor, Action.VIEW_AWARDS, name)
    lines = reporting.learner(store, user.id, at=at, zone=zone, actor=actor)
    if out.as_json:
        told = [{**plain(line), "renewal": decisions.as_json(line.renewal)} for line in lines]
        out.data({"user": user.id, "at": instants.utc(at).isoformat(), "certifications": told})
        return
    out.table(LEARNER, [_learner_cells(line, zone) for line in lines])
    for line in lines:
        if not line.renewal:
            out.line()
            out.line(f"{shown(line.title)} cannot be renewed now")
            decisions.tell_reasons(out, line.renewal.reasons)


def _learner_cells(line: LearnerAward, zone: tzinfo) -> tuple[Cell, ...]:
    return (
        shown(line.title),
        day(line.issued_at, zone),
        day(line.expires_at, zone),
        "" if line.days_left is None else str(line.days_left),
        ("possible", "green") if line.renewal else ("no", "red"),
    )
