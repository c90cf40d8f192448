"""``certrules report``: the two reports, and what a learner sees."""

import argparse
from datetime import tzinfo

from certrules import instants
from certrules.cli import decisions, names, options, session
from certrules.cli.failures import UsageError
from certrules.cli.names import day
from certrules.cli.output import Cell, Column, Output, counted, plain
from certrules.model.people import Action, Scope
from certrules.model.tables import AwardRow
from certrules.repositories.protocols import Transaction
from certrules.rules.reporting import LearnerAward, Report, ReportRow
from certrules.workflows import reporting
from certrules.workflows.platform import Acting

__all__ = ["add_report", "run"]

EXAMPLE = """\
  certrules report users-certifications --store certificates.db --zone Europe/Rome
  certrules report users-certifications --store certificates.db --user ada
  certrules report learner --user ada --store certificates.db

The reports show current and archived awards, each with its own dates; an
award that was renewed after its expiry is in users-certifications alone. The
learner's list says what can be renewed, and why the rest cannot. All show what
stood at --at: what was issued later is not there yet.
"""

USER = Column("user", shrinks=True)
CERTIFICATION = Column("certification", shrinks=True)
DATES = (Column("issued"), Column("expires"), Column("days left", right=True))
COLUMNS = (Column("status"), *DATES, Column("archived"))
LEARNER = (CERTIFICATION, *DATES, Column("renewal"))


def add_report(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    options.command(parser, EXAMPLE, run)
    choices = [*map(str, Report), "learner"]
    parser.add_argument("which", metavar="REPORT", choices=choices, help=", ".join(choices))
    parser.add_argument(
        "--user", metavar="U", help="the learner, or only this user's awards, by username or id"
    )
    options.add_zone(parser, "show the dates of this time zone (UTC)")
    options.add_acting(parser, at="at this instant")


def run(args: argparse.Namespace) -> int:
    """Show the report."""
    if args.which == "learner" and args.user is None:
        raise UsageError("the learner's list needs --user")
    with session.acting(args) as acting:
        (_show_learner if args.which == "learner" else _show_report)(args, acting)
    return 0


def _scope(view: Transaction, acting: Acting, name: str | None) -> Scope:
    """Return the user of a name; without a name, the most that somebody may see."""
    if name is None:
        return session.scope(acting, Action.VIEW_AWARDS)
    user = names.only_user(name, session.users(view, acting, Action.VIEW_AWARDS, name))
    return Scope(user.id, user.company_id)


def _show_report(args: argparse.Namespace, acting: Acting) -> None:
    out: Output = args.out
    which, at = Report(args.which), args.at
    by_user = which is Report.USERS_CERTIFICATIONS
    columns = (USER, CERTIFICATION) if by_user else (CERTIFICATION, USER)
    with acting.store.reading() as view:
        scope = _scope(view, acting, args.user)
        rows = reporting.report(acting, view, which, at=at, scope=scope)
        company = None if scope.owner_id is not None else scope.company_id
        if out.as_json:
            head = {"report": str(which), "at": instants.utc(at).isoformat()}
            head.update({} if company is None else {"company": company})
            out.data_stream(head, "rows", (line for line, _ in rows))
            return
        if company is not None:
            out.line((f"Awards of company {company}", "dim"))
            out.line()
        cells = (_cells(line, row, acting.zone, by_user=by_user) for line, row in rows)
        count = out.table((*columns, *COLUMNS), cells)
    out.line()
    out.line(counted(count, "award"))


def _dates(line: ReportRow | LearnerAward, zone: tzinfo) -> tuple[str, str, str]:
    left = "" if line.days_left is None else str(line.days_left)
    return day(line.issued_at, zone), day(line.expires_at, zone), left


def _cells(line: ReportRow, row: AwardRow, zone: tzinfo, *, by_user: bool) -> tuple[Cell, ...]:
    names = row.username, row.certification_label
    return (
        *(names if by_user else names[::-1]),
        str(line.status),
        *_dates(line, zone),
        "" if line.archived_at is None else day(line.archived_at, zone),
    )


def _show_learner(args: argparse.Namespace, acting: Acting) -> None:
    out: Output = args.out
    user, at = session.user(acting, Action.VIEW_AWARDS, args.user), args.at
    lines = reporting.learner(acting, user.id, at=at, zone=acting.zone)
    if out.as_json:
        listed = [{**plain(line), "renewal": decisions.as_json(line.renewal)} for line in lines]
        out.data({"user": user.id, "at": instants.utc(at).isoformat(), "certifications": listed})
        return
    out.table(LEARNER, [_learner_cells(line, acting.zone) for line in lines])
    for line in lines:
        if not line.renewal:
            out.line()
            out.line(f"{line.title} cannot be renewed now")
            decisions.show_reasons(out, line.renewal.reasons)


def _learner_cells(line: LearnerAward, zone: tzinfo) -> tuple[Cell, ...]:
    renewal = ("possible", "green") if line.renewal else ("no", "red")
    return line.title, *_dates(line, zone), renewal
