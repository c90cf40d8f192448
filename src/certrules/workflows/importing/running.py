"""Running an import, at once or as a background job."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, tzinfo
from itertools import count
from operator import itemgetter

from attrs import frozen

from certrules import instants
from certrules.errors import ConflictError, InvalidValueError
from certrules.model.effects import Effect
from certrules.model.people import Action
from certrules.model.policy import Duplicates
from certrules.model.values import checked
from certrules.records import FileLayout, Record, RecordsFile, RejectedRow
from certrules.rules import importing
from certrules.rules.importing import Outcome
from certrules.workflows import effects
from certrules.workflows.effects import DecisionParts
from certrules.workflows.importing.planning import Plan, PlanParts, plan
from certrules.workflows.importing.reports import KEPT_FAULTS, ImportReport, Tally
from certrules.workflows.jobs import Job, Jobs, JobSteps, Progress
from certrules.workflows.log import log
from certrules.workflows.platform import Acting

ATTEMPTS = 5
"""How often a batch is planned anew when another writer was faster."""


def run(
    acting: Acting[DecisionParts],
    file: RecordsFile,
    *,
    at: datetime,
    duplicates: Duplicates = Duplicates.REJECT,
    dry_run: bool = False,
    notify: bool = False,
    on_refused: Callable[[RejectedRow], object] | None = None,
    on_progress: Callable[[int, int], object] | None = None,
) -> ImportReport:
    """Import a file into a store, batch by batch, or only say what that would do.

    ``at`` is the aware instant of the import. A first pass over the file finds repeated rows, and
    any fault of the file as a whole, before anything is changed; then each batch is one
    transaction. Stopped at any moment, the same call completes the work: what was imported before
    is unchanged. ``on_refused`` sees each refused row with all its faults, of which the report
    keeps the first 1,000; ``on_progress`` sees the rows done and in all. ``notify`` says whether
    the awards that are new call for notices of their issue, though it is past; renewals always do.
    Raises :class:`~certrules.errors.RecordsFileError` and :class:`~certrules.errors.StoreError`.

    Action: ``IMPORT_AWARDS``.

    Rules: DOC-CSV-14, DOC-CSV-15, DOC-CSV-16, DOC-CSV-18, INT-09, INT-17b, INT-48.
    """
    acting.require(Action.IMPORT_AWARDS)
    checked("dry_run", dry_run, bool)
    tally = Tally()
    steps = _steps(acting, file, at=at, duplicates=duplicates, notify=notify)
    for step, total in steps:
        planned = step.look() if dry_run else step.carry_out()
        tally.add(planned.tally)
        if on_progress:
            on_progress(tally.rows, total)
        if on_refused:
            for refused in planned.refused:
                on_refused(refused)
    return _reported(tally, file, duplicates, dry_run=dry_run)


def submit(
    acting: Acting[DecisionParts],
    file: RecordsFile,
    *,
    at: datetime,
    jobs: Jobs,
    duplicates: Duplicates = Duplicates.REJECT,
    notify: bool = False,
    owner: str | None = None,
) -> Job:
    """Import a file as :func:`run` does, as a background job of ``owner``, or else of who acts.

    The file must stay open until the job ends. It is read here, wherever its batches are carried
    out: once whole before this returns, for what :func:`run` looks for first, and then batch by
    batch as the job goes on. So it may be any file or stream, also with a pool of processes; only
    the store must be one that can be sent there.

    The log has the first 1,000 faults, and in the end counts all of them by code; the only result
    is the :class:`ImportReport`. A job that failed or was discontinued keeps the batches that it
    did, and importing the file again completes the work.

    Action: ``IMPORT_AWARDS``.

    Rules: DOC-CSV-21, DOC-JOB-02, DOC-JOB-05, DOC-JOB-06.
    """
    acting.require(Action.IMPORT_AWARDS)
    steps = _steps(acting, file, at=at, duplicates=duplicates, notify=notify)
    work = _work(steps, file, duplicates)
    return jobs.submit(acting, "import", work, owner=owner)


def _work(
    steps: Iterable[tuple["_Step", int]], file: RecordsFile, duplicates: Duplicates
) -> JobSteps:
    tally, total = Tally(), 0
    for step, total in steps:
        before = len(tally.faults)
        tally.add((yield step))
        errors = [f"row {each.row}: {each.message} ({each.rule})" for each in tally.faults[before:]]
        yield Progress(tally.rows, total, errors=tuple(errors))
    report = _reported(tally, file, duplicates, dry_run=False)
    said = f"{report.imported} of {report.rows} rows imported"
    yield Progress(tally.rows, total, (said, *_unlisted(tally)), result=report)


def _reported(
    tally: Tally, file: RecordsFile, duplicates: Duplicates, *, dry_run: bool
) -> ImportReport:
    """Return what it all came to, and log how many rows came to what."""
    counts = {str(outcome): tally.outcomes[outcome] for outcome in Outcome}
    log("import", dry_run=dry_run, rows=tally.rows, **counts)
    return tally.report(file, duplicates=duplicates, dry_run=dry_run)


def _unlisted(tally: Tally) -> Iterator[str]:
    if tally.fault_counts.total() > len(tally.faults):
        counts = ", ".join(f"{times} {code}" for code, times in tally.fault_counts.most_common())
        yield f"only the first {KEPT_FAULTS} faults are listed; in all there are {counts}"


_Batch = Sequence[Record | RejectedRow]
_Repeats = Mapping[int, Sequence[int]]
"""By the number of a repeated row, the numbers of all rows of its key."""


@frozen
class _Step:
    """One batch of a file, and all that it takes to carry it out; another process can do it."""

    acting: Acting[DecisionParts]
    layout: FileLayout
    batch: _Batch
    repeats: _Repeats
    at: datetime
    duplicates: Duplicates
    zone: tzinfo
    notify: bool

    def __call__(self) -> Tally:
        return self.carry_out().tally

    def look(self) -> Plan:
        """Return what would be done."""
        planned = Plan()
        with self.acting.reading() as view:
            for _ in self._decide(view, planned):
                pass
        return planned

    def carry_out(self) -> Plan:
        """Do it in one transaction; ConflictError if others were faster each time."""
        for _ in range(ATTEMPTS - 1):
            with suppress(ConflictError):
                return self._try()
        return self._try()

    def _try(self) -> Plan:
        planned = Plan()
        with self.acting.writing() as transaction:
            decided = self._decide(transaction, planned)
            effects.apply(transaction, decided, self.acting.policy.notifications)
        return planned

    def _decide(self, transaction: PlanParts, planned: Plan) -> Iterator[Effect]:
        return plan(
            transaction,
            self.layout,
            self.batch,
            self.repeats,
            planned,
            duplicates=self.duplicates,
            at=self.at,
            zone=self.zone,
            notify=self.notify,
        )


def _steps(
    acting: Acting[DecisionParts],
    file: RecordsFile,
    *,
    at: datetime,
    duplicates: Duplicates,
    notify: bool,
) -> Iterator[tuple[_Step, int]]:
    """Return what is to be done, batch by batch, with the number of rows in all."""
    if not isinstance(file, RecordsFile):
        raise InvalidValueError("file", file, "what certrules.open_records(...) opens")
    checked("duplicates", duplicates, Duplicates)
    checked("notify", notify, bool)
    at = instants.utc(at, "at")
    return (
        (_Step(acting, file.layout, batch, repeats, at, duplicates, file.zone, notify), total)
        for batch, repeats, total in _batches(file)
    )


def _batches(file: RecordsFile) -> Iterator[tuple[_Batch, _Repeats, int]]:
    """Yield each batch with the repeats of its own rows, and the number of rows in all.

    A step takes no others along, since another process may carry it out.
    """
    rows = count()
    found = importing.find_repeats(map(itemgetter(0), zip(file.keys(), rows, strict=False)))
    total = next(rows)
    repeats = {row: alike for alike in found.values() for row in alike}
    for batch in file.batches():
        yield batch, {each.row: repeats[each.row] for each in batch if each.row in repeats}, total
