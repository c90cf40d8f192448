"""``certrules import``: a file of certification records into a store."""

import argparse
import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import tzinfo
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO

from certrules.cli import files, options, session
from certrules.cli.decisions import in_words
from certrules.cli.failures import UsageError
from certrules.cli.output import Output, counted, plain, progress, shown
from certrules.cli.session import Acting
from certrules.errors import CertrulesError
from certrules.instants import IssueDateConvention
from certrules.model.people import Action
from certrules.model.policy import Duplicates
from certrules.model.records import ImportProfile
from certrules.records import RecordsFile, RejectedRow, RejectsWriter, open_records
from certrules.rules.importing import Outcome, change
from certrules.workflows import importing
from certrules.workflows.importing import Change, ImportReport

EXAMPLE = """\
  certrules import records.csv --store certificates.db --zone Europe/Rome

The file is a CSV with a header and the columns username, certification_code,
certification_issue_date, always_valid and type, and if they apply
certification_expire_date and code. Dates are written 2024-07-01 and begin
where --zone is. Refused rows do not stop the others: write them out with
--rejects, mend them there, and import that file. Try it first with --dry-run.
Importing a file again changes nothing.
"""

DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}

SHOWN_FAULTS, SHOWN_LETTERS = 20, 60

COUNTS = (
    (Outcome.ISSUED, "green", "a certification that the user did not hold"),
    (Outcome.RENEWED, "green", "the old award is archived, a new one issued"),
    (Outcome.UPDATED, "green", "the award is updated in place"),
    (Outcome.UNCHANGED, "", "the store says the same already"),
    (Outcome.IN_HISTORY, "yellow", "in the history already; another award is current"),
    (Outcome.SUPERSEDED, "", "a later row of the file counts instead"),
    (Outcome.REFUSED, "red", "left out; see the faults"),
)


def add_import(parser: argparse.ArgumentParser) -> None:
    options.command(parser, EXAMPLE, _run)
    option, flag = parser.add_argument, partial(parser.add_argument, action="store_true")
    option("file", metavar="FILE", help="the file of records; - is standard input")
    options.add_zone(parser, "where the dates were written", required=True)
    says = (
        "reject: repeated rows are refused, and an award that the user has is updated; "
        "renew: the last of repeated rows counts, and an award that the user has is archived "
        "and a new one issued (reject)"
    )
    option("--duplicates", choices=list(map(str, Duplicates)), default="reject", help=says)
    flag("--dry-run", help="say what would happen, and change nothing")
    option("--rejects", metavar="OUT.csv", help="write the refused rows here, with their faults")
    mapping: dict[str, Any] = {"action": "append", "default": [], "type": _mapped}
    says = "read a field from the column of this name; may be repeated"
    option("--map", metavar="FIELD=COLUMN", help=says, **mapping)
    says = "the character between fields, or tab, comma, semicolon or pipe (detected)"
    option("--delimiter", metavar="C", help=says)
    option("--encoding", metavar="NAME", help="the encoding of a file without BOM (utf-8)")
    says = "the line of the header; titles above it are left out (1)"
    option("--header-row", metavar="N", type=int, default=1, help=says)
    known = list(map(str, IssueDateConvention))
    says = f"which instant a date stands for: {', '.join(known[:-1])} or {known[-1]} ({known[0]})"
    option("--issue-date", choices=known, metavar="WHEN", help=says)
    says = (
        "refuse a record that expires before its issue date or on it, so that it is never valid; "
        "without this, it is imported with a warning"
    )
    flag("--strict", help=says)
    says = "accept yes and no, and ignore the expiry date of an always valid record"
    flag("--lenient", help=says)
    says = "send notices of the issue of awards that are new, too; renewals always have theirs"
    flag("--notify", help=says)
    options.add_expiry_day(parser, "no")
    options.add_acting(parser, at="when it happens")


def _mapped(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not (field and equals and column):
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=COLUMN, as in username=E-mail")
    return field, column


def _run(args: argparse.Namespace) -> int:
    if args.rejects in ("", "-"):
        raise UsageError("--rejects needs the name of a file; the report goes to standard output")
    with ExitStack() as stack:
        acting = stack.enter_context(session.acting(args, Action.IMPORT_AWARDS))
        files.check_out(args.rejects, store=acting.store)
        file = stack.enter_context(_records(args, acting))
        faults = stack.enter_context(TemporaryFile("w+", encoding="utf-8"))
        rejects = None
        if args.rejects is not None:
            rejects = stack.enter_context(RejectsWriter(args.rejects, file))
        report = carry_out(
            acting,
            file,
            at=args.at,
            duplicates=Duplicates(args.duplicates),
            dry_run=args.dry_run,
            notify=args.notify,
            on_refused=_noting(rejects, faults if args.out.as_json else None),
        )
        try:
            if rejects:
                rejects.close()
            if args.out.as_json:
                faults.seek(0)
                args.out.data_stream(_as_json(report), "faults", map(json.loads, faults))
            else:
                _show(args, report)
            args.out.stream.flush()
        except OSError as error:
            if not report.dry_run:
                rows = counted(report.rows, "row")
                error.add_note(f"the import of {rows} is done, and only shown in part")
            raise
    return 1 if report.outcomes[Outcome.REFUSED] else 0


def _records(args: argparse.Namespace, acting: Acting) -> RecordsFile:
    return open_records(
        files.standard_input() if args.file == "-" else args.file,
        zone=acting.zone,
        issue_date=args.issue_date and IssueDateConvention(args.issue_date),
        policy=acting.policy,
        mapping=args.map,
        delimiter=DELIMITERS.get(args.delimiter, args.delimiter),
        encoding=args.encoding,
        header_row=args.header_row,
        profile=ImportProfile(
            strict=args.strict,
            lenient=args.lenient,
        ),
    )


def _noting(rejects: RejectsWriter | None, faults: TextIO | None) -> Callable[[RejectedRow], None]:
    def note(refused: RejectedRow) -> None:
        if rejects:
            rejects.write(refused.row, refused.fields, refused.faults)
        if faults:
            for fault in refused.faults:
                faults.write(json.dumps(_picked(fault, _FAULT), default=plain) + "\n")

    return note


def carry_out(acting: Acting, file: RecordsFile, **options: Any) -> ImportReport:
    """Import with a progress bar; say how far it came if it is stopped."""
    done = 0
    with progress("importing") as show:

        def advance(rows: int, total: int) -> None:
            nonlocal done
            done = rows
            if show:
                show(rows, total)

        try:
            return importing.run(acting, file, on_progress=advance, **options)
        except (CertrulesError, OSError, KeyboardInterrupt) as error:
            if done and not options["dry_run"]:
                error.add_note(f"the first {done:,} rows are done; import the file again to finish")
            raise


def _show(args: argparse.Namespace, report: ImportReport) -> None:
    """Say what became of the rows of a file."""
    out: Output = args.out
    _show_counts(out, report, "standard input" if args.file == "-" else args.file)
    _show_changes(out, report)
    _show_faults(out, report)
    if report.faults and args.rejects:
        out.line()
        out.paragraph(f"The refused rows are in {args.rejects}: mend them there, and import it.")
    if report.superseded_by_refused:
        rows = counted(report.superseded_by_refused, "row was", "rows were")
        out.line()
        out.paragraph(
            f"{rows} superseded by a last row that was refused: the last counts, whatever the "
            "others say. Mend the refused row, or take it out."
        )
    if report.warnings or report.shifted:
        out.line()
    for fault, times in report.warnings:
        rows = f"row {fault.row:,}" if times == 1 else f"{times:,} rows, first {fault.row:,}"
        value = f"{_brief(fault.column)} {_brief(fault.value)}: " if fault.column else ""
        text = f"Warning: {value}{fault.message} ({fault.rule}; {rows})"
        out.paragraph(text, style="yellow")
    if report.shifted:
        dates = counted(report.shifted, "issue date is", "issue dates are")
        out.paragraph(
            f"{dates} another calendar day in UTC, in which instants are kept.", style="dim"
        )


def _show_counts(out: Output, report: ImportReport, name: str) -> None:
    verb = "Would import" if report.dry_run else "Imported"
    zone = options.zone_name(report.zone)
    rows = counted(report.rows, "row")
    what = f"{verb} {report.imported:,} of {rows} of {_brief(Path(name).name)}"
    how = f"(dates in {zone}, {report.issue_date})"
    if len(f"{what} {how}") > out.width:
        out.line((what, "bold"))
        out.line(how)
    else:
        out.line((what, "bold"), f" {how}")
    out.line()
    width = max(len(f"{number:,}") for number in (*report.outcomes.values(), 0))
    for outcome, style, meaning in COUNTS:
        if number := report.outcomes[outcome]:
            count = f"{number:>{width},}", style
            out.line("  ", count, f"  {outcome!s:<10}  ", (meaning, "dim"))


def _show_changes(out: Output, report: ImportReport) -> None:
    """Say of awards that there were what became of them, old -> new; those gone back first."""
    if not report.changes:
        return
    out.line()
    out.line(("Changes", "bold"))
    ahead = [each for each in report.changes if not each.went_back]
    for each in (*report.went_back, *ahead)[:SHOWN_FAULTS]:
        name, code = _brief(each.username), _brief(each.certification_code)
        back = ", back in time" if each.went_back else ""
        out.line(f"  row {each.row:,}, line {each.line:,}: {name}, {code} ({each.outcome}{back})")
        out.paragraph(change(each.before, each.after, report.zone), indent=6)
        for reason in each.reasons:
            out.paragraph(f"{in_words(reason, report.zone)} ({reason.rule})", indent=6)
    more = report.outcomes[Outcome.RENEWED] + report.outcomes[Outcome.UPDATED] - SHOWN_FAULTS
    if more > 0:
        out.line(f"  … and {more:,} more (--format json lists 1,000)")


def _show_faults(out: Output, report: ImportReport) -> None:
    if not report.faults:
        return
    out.line()
    out.line(("Faults", "bold"))
    for fault in report.faults[:SHOWN_FAULTS]:
        column = f", {_brief(fault.column)}" if fault.column else ""
        where = f"  row {fault.row:,}, line {fault.line:,}{column}"
        out.line(where, ": " if fault.value else "", (_brief(fault.value), "red"))
        out.paragraph(f"{fault.message} ({fault.rule})", indent=6)
    more = sum(report.fault_counts.values()) - SHOWN_FAULTS
    if more > 0:
        out.line(f"  … and {more:,} more (use --rejects or --format json)")


def _brief(text: str) -> str:
    brief = shown(text[: SHOWN_LETTERS + 1])
    return brief if len(brief) <= SHOWN_LETTERS else f"{brief[: SHOWN_LETTERS - 1]}…"


def _as_json(report: ImportReport) -> dict[str, object]:
    return {
        "imported": report.imported,
        **{str(outcome): report.outcomes[outcome] for outcome, *_ in COUNTS},
        **_picked(report, _REPORT),
        "zone": options.zone_name(report.zone),
        "warnings": [
            {"code": fault.code, "rule": fault.rule, "rows": rows, "message": fault.message}
            for fault, rows in report.warnings
        ],
        "changes": [_changed(each, report.zone) for each in report.changes],
        "went_back": [_changed(each, report.zone) for each in report.went_back],
    }


def _changed(each: Change, zone: tzinfo) -> dict[str, object]:
    says = change(each.before, each.after, zone)
    reasons = [in_words(reason, zone) for reason in each.reasons]
    return {**_picked(each, _CHANGE), "change": says, "reasons": reasons}


def _picked(value: object, names: Iterable[str]) -> dict[str, object]:
    return {name: getattr(value, name) for name in names}


_REPORT = ("dry_run", "duplicates", "zone", "issue_date", "superseded_by_refused", "shifted")
_CHANGE = ("row", "line", "username", "certification_code", "outcome", "before", "after")
_FAULT = ("row", "line", "column", "value", "code", "rule", "message")
