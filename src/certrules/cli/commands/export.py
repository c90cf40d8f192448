"""``certrules export`` and ``ics``: a table as a file, and a learner's calendar of expiries."""

import argparse
from pathlib import Path
from typing import Any

from attrs import asdict, evolve

from certrules import instants
from certrules.cli import files, options, session
from certrules.cli.failures import UsageError, extra
from certrules.cli.output import Column, Output, counted
from certrules.cli.session import Acting
from certrules.model.people import Action, Scope
from certrules.model.tables import NOT_ARCHIVED, NOT_LATER
from certrules.records.writing import replacing
from certrules.rules import tables
from certrules.rules.tables import Table, TableQuery
from certrules.workflows import exporting
from certrules.workflows.exporting import Exported, ExportFormat

EXPORT = """\
  certrules export issued --store certificates.db --out issued.xlsx \\
      --filter Status=expired --sort=-Expiration --zone Europe/Rome
  certrules export awarded-users --store certificates.db --out first-aid.csv \\
      --filter Certification=FIRST-AID --columns "Username,Expiry Date"
  certrules export issued --store certificates.db --out all.csv --group-by Company
  certrules export issued --store certificates.db --out third.csv --offset 200 --limit 100

certifications and catalog are lists of certifications, issued and awarded-users
lists of awards. Names of columns and filters may be written in any case, with
hyphens for blanks; a wrong one is answered with those that there are. Archived
awards are shown with --filter Status=archived. Managers and executives who ask
are given their own company's awards, everybody else their own: they need not
name them. Days are those of --zone; without it, of each user's own time zone,
or else of CERTRULES_ZONE, or of UTC: the column Time Zone says which.
"""
ICS = """\
  certrules ics --store certificates.db --user ada --out ada.ics --alarm 30 --alarm 7

An event on the last valid day of each certification that expires, in --zone or
in the user's own time zone, or else in that of CERTRULES_ZONE, or UTC.
Importing a later file moves the events of an earlier one, whatever has changed
since. What was issued after an --at in the past is left out.
"""

GROUPS = (Column("group", shrinks=True), Column("rows", right=True))


def add_export(parser: argparse.ArgumentParser) -> None:
    options.command(parser, EXPORT, _export)
    known = list(map(str, Table))
    parser.add_argument("table", metavar="TABLE", choices=known, help=", ".join(known))
    options.add_out(parser, "the file to write, *.csv or *.xlsx")
    option, formats = parser.add_argument, list(map(str, ExportFormat))
    option("--as", dest="as_", choices=formats, help="whatever the file's name")
    option("--columns", metavar="A,B", help="these columns, in this order (all)")
    option("--search", metavar="WORDS", default="", help="rows with all these words")
    several: dict[str, Any] = {"action": "append", "default": []}
    either = "only these rows; given twice for one name: either value"
    option("--filter", metavar="NAME=VALUE", help=either, **several)
    order = "in the order of this column, or reversed: --sort=-COLUMN"
    option("--sort", metavar="COLUMN", help=order, **several)
    option("--group-by", metavar="COLUMN", help="together what has this in common")
    option("--offset", metavar="N", type=int, default=0, help="without the first N rows (0)")
    option("--limit", metavar="N", type=int, help="not more than N rows (all)")
    option("--user", metavar="U", help="only this user's awards, by username or id")
    option("--company", metavar="ID", help="only the awards of this company's people")
    options.add_zone(parser, "the days and times of this time zone")
    options.add_acting(parser, at="statuses at this instant")


def _export(args: argparse.Namespace) -> int:
    path = Path(args.file)
    as_ = _as(path, args.as_)
    with session.acting(args) as acting:
        files.check_out(path, store=acting.store)
        query = _query(args, _scope(args, acting))
        try:
            with extra("excel", "a workbook", "openpyxl"), replacing(path) as target:
                done = exporting.export(acting, query, target, as_=as_, zone=args.zone)
        except OSError as error:  # which may not say where
            raise OSError(error.errno, error.strerror, str(path)) from error
    own = query.table.of_awards and args.zone is None
    _show(args.out, query, path, done, options.zone_name(acting.zone), own=own)
    return 0


def _as(path: Path, given: str | None) -> ExportFormat:
    try:
        return ExportFormat(given or path.suffix.lower().removeprefix("."))
    except ValueError:
        says = f"--out {path} is neither: name it *.csv or *.xlsx, or give --as"
        raise UsageError(says) from None


def _scope(args: argparse.Namespace, acting: Acting) -> Scope:
    """Return whose awards are meant: those that are named, or else all that somebody may see."""
    action = exporting.ACTIONS[Table(args.table)]
    if args.user is not None:
        user = session.user(acting, action, args.user)
        return Scope(user.id, args.company or user.company_id)
    if args.company is not None:
        return Scope(company_id=args.company)
    return session.scope(acting, action)


def _query(args: argparse.Namespace, scope: Scope) -> TableQuery:
    given = {name: getattr(args, name) for name in _AS_GIVEN}
    columns = () if args.columns is None else args.columns.split(",")
    filters = map(_filter, args.filter)
    names: dict[str, Any] = {"columns": columns, "filters": filters, "scope": scope}
    query = tables.query(Table(args.table), **names, **given)
    if args.past and NOT_ARCHIVED in query.filters:  # what was issued later, was not there then
        return evolve(query, filters=(*query.filters, NOT_LATER))
    return query


_AS_GIVEN = ("at", "search", "sort", "group_by", "offset", "limit")


def _filter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--filter {text!r} has no value: write --filter NAME=VALUE")
    return name, value


def _show(
    out: Output, query: TableQuery, path: Path, done: Exported, zone: str, *, own: bool
) -> None:
    scope, at = query.scope, query.at.isoformat()
    whose = {"user": scope.owner_id} if scope.owner_id else {"company": scope.company_id}
    named = {name: id_ for name, id_ in whose.items() if id_}
    if out.as_json:
        head = {
            "table": str(query.table),
            "file": str(path),
            "at": at,
            "zone": None if own else zone,
        }
        out.data({**head, **named, **asdict(done)})
        return
    rows = f"{counted(done.rows, 'row')} of {query.table}"
    of = "".join(f" of {name} {id_}" for name, id_ in named.items())
    where = f"each user's own time zone, else {zone}" if own else zone
    out.line(f"Exported {rows}{of} to {path} (at {at}, days in {where})")
    if done.groups:
        out.line()
        out.table(GROUPS, ((each.value or "(none)", f"{each.rows:,}") for each in done.groups))


def add_ics(parser: argparse.ArgumentParser) -> None:
    options.command(parser, ICS, _ics)
    options.add(parser, "--user")
    options.add_out(parser, "the calendar to write")
    says = "remind so many days before; may be given several times"
    parser.add_argument("--alarm", metavar="DAYS", type=int, action="append", default=[], help=says)
    options.add_zone(parser, "the last valid days of this time zone")
    options.add_acting(parser, at="written at this instant")


def _ics(args: argparse.Namespace) -> int:
    at = args.at
    path = Path(args.file)
    with session.acting(args) as acting:
        files.check_out(path, store=acting.store)
        user = session.user(acting, Action.VIEW_AWARDS, args.user)
        zone = session.zone_of(acting, args, user)
        with extra("ical", "a calendar", "icalendar"):
            data = exporting.expiry_calendar(
                acting, user.id, at=at, zone=zone, alarms=args.alarm, past=args.past
            )
    with replacing(path) as target:
        target.write(data)
    events, name = data.count(b"BEGIN:VEVENT"), options.zone_name(zone)
    head = {"user": user.id, "file": str(path), "events": events}
    says = f"Wrote {counted(events, 'event')} to {path} (days in {name})"
    args.out.answer({**head, "at": instants.utc(at), "zone": name}, says)
    return 0
