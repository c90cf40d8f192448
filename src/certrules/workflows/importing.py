"""Import a file of certification records: plan each batch, then apply it in one transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from itertools import count, repeat
from operator import attrgetter, ne
from typing import Self, TypeVar

from attrs import Factory, define, frozen

from certrules import instants
from certrules.errors import ConflictError, InvalidValueError
from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType, Award, ExpiryBasis, Source
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.events import Event, EventKind
from certrules.model.notices import Notification
from certrules.model.people import Action, User
from certrules.model.policy import DOCEBO, Duplicates, Policy
from certrules.model.records import Fault, FaultCode, RecordField, Severity
from certrules.records import Batch, KeyBatch, RecordsFile, RejectedRow, shortened
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import importing
from certrules.rules.importing import Decision, Key, Outcome
from certrules.workflows._telling import tell
from certrules.workflows.actors import SYSTEM, Asking, permit, user_of
from certrules.workflows.jobs import Job, Jobs, Piece

__all__ = ["ImportReport", "Plan", "RefusedRow", "apply", "plan", "run", "submit"]

Thing = TypeVar("Thing", User, Certification, Item)

SHOWN_ROWS = 5
"""How many rows of a set of duplicates a message names."""

KEPT_FAULTS = 1_000
"""How many faults a report holds; every one of them goes to ``on_refused``."""

ATTEMPTS = 5
"""How often a batch is planned anew when another writer was faster."""


@frozen
class RefusedRow:
    """A row that was left out: its fields as the file has them, and every reason why."""

    row: int
    line: int
    fields: Sequence[str]
    faults: tuple[Fault, ...]


@define
class Plan:
    """What one batch of rows does to a store: data, and nothing done yet."""

    decisions: list[Decision] = Factory(list)
    refused: list[RefusedRow] = Factory(list)
    warnings: list[Fault] = Factory(list)
    superseded: list[int] = Factory(list)
    superseded_by_refused: int = 0
    shifted: int = 0


@frozen
class ImportReport:
    """What an import did or, as a dry run, would do.

    Every data row counts once among ``outcomes``. ``faults`` are those of the refused rows, in file
    order, but only the first 1,000, so that a file which is all wrong fits in memory:
    ``fault_counts`` counts all of them by code, and ``on_refused`` of :func:`run` is told each.
    ``warnings`` give the first of each code, and how many rows have it. ``shifted`` counts the rows
    whose issue date is another calendar date in UTC than the file says, as it is for most zones
    east of Greenwich. ``superseded_by_refused`` counts the superseded rows whose last row was
    refused: the last of repeated rows counts even then, since an older one would be a guess.

    Rules: INT-10, INT-17b.
    """

    outcomes: Mapping[Outcome, int]
    faults: tuple[Fault, ...]
    fault_counts: Mapping[FaultCode, int]
    warnings: tuple[tuple[Fault, int], ...]
    shifted: int
    superseded_by_refused: int
    zone: tzinfo
    issue_date: IssueDateConvention
    duplicates: Duplicates
    dry_run: bool

    @property
    def imported(self) -> int:
        """How many rows changed the store: issued, renewed or updated."""
        changing = (Outcome.ISSUED, Outcome.RENEWED, Outcome.UPDATED)
        return sum(self.outcomes[outcome] for outcome in changing)

    @property
    def rows(self) -> int:
        """How many data rows the file has."""
        return sum(self.outcomes.values())


def run(
    store: Store,
    file: RecordsFile,
    *,
    at: datetime,
    duplicates: Duplicates = Duplicates.REJECT,
    dry_run: bool = False,
    on_refused: Callable[[RefusedRow], object] | None = None,
    on_progress: Callable[[int, int], object] | None = None,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> ImportReport:
    """Import a file into a store, batch by batch, or only say what that would do.

    ``at`` is the aware instant of the import. A first pass over the file finds repeated rows, and
    any fault of the file as a whole, before anything is changed; then each batch is one
    transaction. Stopped at any moment, the same call completes the work: what was imported before
    is unchanged. ``on_refused`` sees each refused row with all its faults, of which the report
    keeps the first 1,000; ``on_progress`` sees the rows done and in all.
    Raises :class:`~certrules.errors.RecordsFileError` and :class:`~certrules.errors.StoreError`.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    Rules: DOC-CSV-14, DOC-CSV-15, DOC-CSV-16, DOC-CSV-18, INT-09, INT-17b.
    """
    permit(actor, Action.IMPORT_AWARDS, policy=policy)
    tally = _Tally()
    batches = _batches(
        store, file, at=at, duplicates=duplicates, dry_run=dry_run, told=policy.notifications
    )
    for planned, total in batches:
        tally.add(planned)
        if on_progress:
            on_progress(tally.rows, total)
        if on_refused:
            for refused in planned.refused:
                on_refused(refused)
    return tally.report(file, duplicates=duplicates, dry_run=dry_run)


def submit(
    jobs: Jobs,
    store: Store,
    file: RecordsFile,
    *,
    at: datetime,
    duplicates: Duplicates = Duplicates.REJECT,
    owner: str | None = None,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Job:
    """Import a file as :func:`run` does, as a background job of ``owner``, or else of the actor.

    The file must stay open until the job ends. Its log tells every fault; its only result is the
    :class:`ImportReport`. A job that failed or was discontinued keeps the batches that it did, and
    importing the file again completes the work.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    Rules: DOC-CSV-21, DOC-JOB-02, DOC-JOB-05, DOC-JOB-06.
    """
    permit(actor, Action.IMPORT_AWARDS, policy=policy)
    permit(actor, Action.START_JOB, policy=policy)
    pieces = _pieces(store, file, at=at, duplicates=duplicates, told=policy.notifications)
    return jobs.submit("import", repeat(partial(next, pieces, None)), owner=owner or user_of(actor))


def _pieces(
    store: Store,
    file: RecordsFile,
    *,
    at: datetime,
    duplicates: Duplicates,
    told: Sequence[Notification],
) -> Iterator[Piece]:
    tally, total = _Tally(), 0
    batches = _batches(store, file, at=at, duplicates=duplicates, dry_run=False, told=told)
    for planned, total in batches:
        tally.add(planned)
        faults = (fault for refused in planned.refused for fault in refused.faults)
        errors = tuple(f"row {fault.row}: {fault.message} ({fault.rule})" for fault in faults)
        yield Piece(tally.rows, total, errors=errors)
    report = tally.report(file, duplicates=duplicates, dry_run=False)
    said = f"{report.imported} of {report.rows} rows imported"
    yield Piece(tally.rows, total, (said,), result=report)


def _batches(
    store: Store,
    file: RecordsFile,
    *,
    at: datetime,
    duplicates: Duplicates,
    dry_run: bool,
    told: Sequence[Notification],
) -> Iterator[tuple[Plan, int]]:
    """Do batch after batch, and yield what each came to, with the number of rows in all."""
    if not isinstance(duplicates, Duplicates):
        raise InvalidValueError("duplicates", duplicates, "a value of certrules.Duplicates")
    at = instants.utc(at)
    repeats, total = _first_pass(file)
    for batch in file.batches():
        if dry_run:
            with store.reading() as transaction:
                planned = plan(transaction, file, batch, repeats, duplicates=duplicates, at=at)
        else:
            planned = _carry_out(
                store, file, batch, repeats, duplicates=duplicates, at=at, told=told
            )
        yield planned, total


def _first_pass(file: RecordsFile) -> tuple[Mapping[Key, Sequence[int]], int]:
    last_row = 0

    def keyed() -> Iterator[KeyBatch]:
        nonlocal last_row
        for batch in file.key_batches():
            if batch.rows:
                last_row = batch.rows[-1]
            yield batch

    return importing.find_repeats(keyed()), last_row


def _carry_out(
    store: Store,
    file: RecordsFile,
    batch: Batch,
    repeats: Mapping[Key, Sequence[int]],
    *,
    duplicates: Duplicates,
    at: datetime,
    told: Sequence[Notification],
) -> Plan:
    for attempt in count(1):
        try:
            with store.writing() as transaction:
                planned = plan(transaction, file, batch, repeats, duplicates=duplicates, at=at)
                apply(transaction, planned, at=at, told=told)
        except ConflictError:
            if attempt == ATTEMPTS:
                raise
        else:
            return planned
    raise AssertionError  # pragma: no cover


def apply(
    transaction: Transaction, planned: Plan, *, at: datetime, told: Sequence[Notification] = ()
) -> None:
    """Carry out a plan in the transaction in which it was made, and tell of it.

    Raises :class:`~certrules.errors.ConflictError` where another writer was faster.

    Rules: DOC-CSV-18, DOC-CSV-20, INT-09, INT-23.
    """
    archived = [decision.archived for decision in planned.decisions if decision.archived]
    updated = [
        decision.award for decision in planned.decisions if decision.outcome is Outcome.UPDATED
    ]
    made = [(decision.event, decision.award) for decision in planned.decisions if decision.event]
    stale = archived + updated
    transaction.awards.replace(stale)
    transaction.awards.add([award for _, award in made])
    transaction.badges.revoke((each.user, each.certification, each.cycle) for each in stale)
    transaction.notices.cancel((each.user, each.certification, each.cycle) for each in stale)
    changes = [(EventKind.CHANGED, award) for award in updated]
    events = (
        Event(event, award.user, award.certification, award.cycle, at)
        for event, award in (*changes, *made)
    )
    tell(transaction, events, told)


def plan(
    transaction: Transaction,
    file: RecordsFile,
    batch: Batch,
    repeats: Mapping[Key, Sequence[int]],
    *,
    duplicates: Duplicates,
    at: datetime,
) -> Plan:
    """Decide every row of a batch against what a store holds; change nothing.

    ``repeats`` is :func:`~certrules.rules.importing.find_repeats` over the whole file.

    Rules: DOC-CSV-03, DOC-CSV-04, DOC-CSV-09, DOC-CSV-15, DOC-CSV-16, DOC-CSV-23, ALL-VIS-02,
    INT-05, INT-07.
    """
    names = _Names.look_up(transaction, batch)
    counting, troubled, warnings = _sort_out(file, batch, names, repeats, duplicates)
    planned = Plan(warnings=[*batch.warnings, *warnings], shifted=_shifted(batch))
    for row in troubled:
        if _outcome(row.row, row.key, repeats, duplicates) is Outcome.SUPERSEDED:
            planned.superseded.append(row.row)
        else:
            alike = repeats.get(row.key, ()) if row.key else ()
            faults = _faults(file, names, row, alike, duplicates)
            if alike and duplicates is Duplicates.RENEW:
                planned.superseded_by_refused += len(alike) - 1
            planned.refused.append(RefusedRow(row.row, row.line, row.fields, faults))
    histories = transaction.awards.histories({(user, code) for _, user, code, _ in counting})
    for index, user, certification, source in counting:
        candidate = Award(
            user,
            certification,
            batch.issued_at[index],
            batch.expires_at[index],
            ExpiryBasis.ALWAYS_VALID if batch.always_valid[index] else ExpiryBasis.DATE,
            source,
        )
        history = histories.get((user, certification), ())
        planned.decisions.append(importing.decide(candidate, history, duplicates=duplicates, at=at))
    return planned


@frozen
class _Names:
    """What a batch's names mean to a store: what was found, or the fault of the name."""

    users: Mapping[str, User | FaultCode]
    certifications: Mapping[str, Certification | FaultCode]
    items: Mapping[tuple[AssociationType, str], Item | FaultCode]

    @classmethod
    def look_up(cls, transaction: Transaction, batch: Batch) -> Self:
        usernames = {*batch.username_keys, *(row.username_key for row in batch.rejected)} - {""}
        codes = {
            *batch.certification_codes,
            *(row.certification_code for row in batch.rejected),
        } - {""}
        items = {
            *zip(batch.types, batch.codes, strict=True),
            *((row.type, row.code) for row in batch.rejected if row.type),
        }
        return cls(
            _found(usernames, transaction.users.named(usernames), importing.user_fault),
            _found(codes, transaction.certifications.coded(codes), importing.certification_fault),
            {
                (type_, code): thing
                for type_, kind in _ITEM_KINDS.items()
                for wanted in [{code for row_type, code in items if row_type is type_ and code}]
                for code, thing in _found(
                    wanted, transaction.items.coded(kind, wanted), importing.item_fault
                ).items()
            },
        )


_ITEM_KINDS = {
    AssociationType.COURSE: ItemKind.COURSE,
    AssociationType.LEARNING_PLAN: ItemKind.LEARNING_PLAN,
}


def _found(
    names: Iterable[str],
    stored: Mapping[str, Sequence[Thing]],
    fault: Callable[[Sequence[Thing]], FaultCode | None],
) -> dict[str, Thing | FaultCode]:
    things = {name: stored.get(name, ()) for name in names}
    return {name: fault(found) or found[0] for name, found in things.items()}


def _outcome(
    row: int, key: Key | None, repeats: Mapping[Key, Sequence[int]], duplicates: Duplicates
) -> Outcome | None:
    rows = repeats.get(key) if key else None
    return importing.repeat_outcome(row, rows, duplicates) if rows else None


def _sort_out(
    file: RecordsFile,
    batch: Batch,
    names: _Names,
    repeats: Mapping[Key, Sequence[int]],
    duplicates: Duplicates,
) -> tuple[list[tuple[int, str, str, Source]], list[RejectedRow], list[Fault]]:
    """Part the rows that count (position, user, certification, source) from those in trouble."""
    counting: list[tuple[int, str, str, Source]] = []
    troubled = list(batch.rejected)
    warnings: list[Fault] = []
    known: dict[tuple[AssociationType, str, str], tuple[Source, FaultCode | None]] = {}
    for index, (row, username_key, code, type_, item_code) in enumerate(
        zip(
            batch.rows,
            batch.username_keys,
            batch.certification_codes,
            batch.types,
            batch.codes,
            strict=True,
        )
    ):
        key = username_key, code
        user = names.users[username_key]
        certification = names.certifications[code]
        item = names.items[type_, item_code] if item_code else None
        if (
            isinstance(user, FaultCode)
            or isinstance(certification, FaultCode)
            or isinstance(item, FaultCode)
            or (certification.groups and importing.membership_fault(user, certification))
            or (key in repeats and _outcome(row, key, repeats, duplicates))
        ):
            troubled.append(batch.as_rejected(index))
            continue
        case = (type_, item_code, code)
        if case not in known:
            known[case] = _source(type_, item, certification)
        source, warning = known[case]
        if warning:
            warnings.append(_unassigned(file, batch, index, warning))
        counting.append((index, user.id, certification.id, source))
    troubled.sort(key=attrgetter("row"))
    return counting, troubled, warnings


def _source(
    type_: AssociationType, item: Item | None, certification: Certification
) -> tuple[Source, FaultCode | None]:
    if item is None:
        return Source(type_), None
    return Source(type_, item.id), importing.item_warning(item, certification)


def _unassigned(file: RecordsFile, batch: Batch, index: int, code: FaultCode) -> Fault:
    return Fault(
        code,
        batch.rows[index],
        batch.lines[index],
        file.columns[RecordField.CODE],
        batch.codes[index],
        f"item {batch.codes[index]!r} is not one of those that earn certification "
        f"{batch.certification_codes[index]!r}; the record is taken as it is",
        Severity.WARNING,
    )


def _faults(
    file: RecordsFile,
    names: _Names,
    row: RejectedRow,
    repeats: Sequence[int],
    duplicates: Duplicates,
) -> tuple[Fault, ...]:
    """Return every fault of a row: its own, that of being repeated, and what the store says."""
    user = names.users.get(row.username_key)
    certification = names.certifications.get(row.certification_code)
    meanings = {
        RecordField.USERNAME: user,
        RecordField.CERTIFICATION_CODE: certification,
        RecordField.CODE: names.items.get((row.type, row.code)) if row.type else None,
    }
    faulty = {fault.column for fault in row.faults}
    found = [
        _unknown(file, row, field, code)
        for field, code in meanings.items()
        if isinstance(code, FaultCode) and file.columns[field] not in faulty
    ]
    if isinstance(user, User) and isinstance(certification, Certification):
        outside = importing.membership_fault(user, certification)
        if outside:
            found.append(_unknown(file, row, RecordField.USERNAME, outside))
    if repeats and duplicates is Duplicates.REJECT:
        found.append(_repeated(file, row, repeats))
    return (*row.faults, *found)


def _unknown(file: RecordsFile, row: RejectedRow, field: RecordField, code: FaultCode) -> Fault:
    value = file.text(row.fields, field)
    message = _MENDS[code].format(value=shortened(value))
    return Fault(code, row.row, row.line, file.columns[field], value, message)


def _repeated(file: RecordsFile, row: RejectedRow, repeats: Sequence[int]) -> Fault:
    shown = ", ".join(map(str, repeats[:SHOWN_ROWS]))
    more = f" and {len(repeats) - SHOWN_ROWS} more" if len(repeats) > SHOWN_ROWS else ""
    return Fault(
        FaultCode.DUPLICATE_ROWS,
        row.row,
        row.line,
        None,
        f"{file.text(row.fields, RecordField.USERNAME)}, {row.certification_code}",
        f"rows {shown}{more} give this user the same certification; keep one of them, or import "
        "duplicates as renewals, when the last counts",
    )


_MENDS = {
    FaultCode.UNKNOWN_USER: "there is no user {value}; correct the username or add the user",
    FaultCode.INACTIVE_USER: "user {value} is deactivated; activate the user or drop the row",
    FaultCode.AMBIGUOUS_USERNAME: "several users are called {value} when case is ignored; "
    "rename all but one",
    FaultCode.UNKNOWN_CERTIFICATION: "no certification has the code {value} (codes are "
    "case-sensitive); correct it, or give the certification this code",
    FaultCode.INACTIVE_CERTIFICATION: "certification {value} is not active; activate it first",
    FaultCode.AMBIGUOUS_CERTIFICATION_CODE: "several certifications have the code {value}; "
    "give each its own",
    FaultCode.USER_NOT_IN_GROUPS: "user {value} is in none of the groups that the certification is "
    "for; add the user to one or drop the row",
    FaultCode.UNKNOWN_ITEM: "there is no item of this type with the code {value}; correct the "
    "code or the type",
    FaultCode.AMBIGUOUS_ITEM_CODE: "several items of this type have the code {value}; give each "
    "its own",
}


def _shifted(batch: Batch) -> int:
    """Count the rows whose issue date is another calendar date in UTC."""
    return sum(map(ne, map(datetime.date, batch.issued_at), batch.issued_on))


@define
class _Tally:
    """What all batches so far came to."""

    outcomes: Counter[Outcome] = Factory(Counter)
    faults: list[Fault] = Factory(list)
    fault_counts: Counter[FaultCode] = Factory(Counter)
    warnings: dict[FaultCode, tuple[Fault, int]] = Factory(dict)
    shifted: int = 0
    superseded_by_refused: int = 0

    @property
    def rows(self) -> int:
        return self.outcomes.total()

    def add(self, planned: Plan) -> None:
        self.outcomes.update(decision.outcome for decision in planned.decisions)
        self.outcomes[Outcome.REFUSED] += len(planned.refused)
        self.outcomes[Outcome.SUPERSEDED] += len(planned.superseded)
        faults = [fault for refused in planned.refused for fault in refused.faults]
        self.faults.extend(faults[: KEPT_FAULTS - len(self.faults)])
        self.fault_counts.update(fault.code for fault in faults)
        self.shifted += planned.shifted
        self.superseded_by_refused += planned.superseded_by_refused
        for warning in planned.warnings:
            first, times = self.warnings.get(warning.code, (warning, 0))
            self.warnings[warning.code] = (first, times + 1)

    def report(self, file: RecordsFile, *, duplicates: Duplicates, dry_run: bool) -> ImportReport:
        return ImportReport(
            outcomes=self.outcomes,
            faults=tuple(self.faults),
            fault_counts=self.fault_counts,
            warnings=tuple(self.warnings.values()),
            shifted=self.shifted,
            superseded_by_refused=self.superseded_by_refused,
            zone=file.zone,
            issue_date=file.issue_date,
            duplicates=duplicates,
            dry_run=dry_run,
        )
