"""What does a batch of rows do to a store?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter, ne

from attrs import Factory, define, frozen

from certrules.model.awards import AssociationType, Award, ExpiryBasis, Source
from certrules.model.catalog import Certification, Item
from certrules.model.events import Event, EventKind
from certrules.model.notices import Notification
from certrules.model.policy import Duplicates
from certrules.model.records import Fault, FaultCode
from certrules.records import Batch, Layout, RejectedRow
from certrules.repositories.protocols import Transaction
from certrules.rules import importing
from certrules.rules.importing import Decision, Key, Outcome
from certrules.workflows._telling import tell
from certrules.workflows.importing.names import Names, faults_of, unassigned

__all__ = ["Plan", "RefusedRow", "apply", "plan"]


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


def plan(
    transaction: Transaction,
    layout: Layout,
    batch: Batch,
    repeats: Mapping[Key, Sequence[int]],
    *,
    duplicates: Duplicates,
    at: datetime,
) -> Plan:
    """Decide every row of a batch against what a store holds; change nothing.

    ``repeats`` is :func:`~certrules.rules.importing.find_repeats` over the whole file, of which the
    keys of the batch are enough.

    Rules: DOC-CSV-03, DOC-CSV-04, DOC-CSV-09, DOC-CSV-15, DOC-CSV-16, DOC-CSV-23, ALL-VIS-02,
    INT-05, INT-07.
    """
    names = Names.look_up(transaction, batch)
    counting, troubled, warnings = _sort_out(layout, batch, names, repeats, duplicates)
    planned = Plan(warnings=[*batch.warnings, *warnings], shifted=_shifted(batch))
    for row in troubled:
        if _outcome(row.row, row.key, repeats, duplicates) is Outcome.SUPERSEDED:
            planned.superseded.append(row.row)
        else:
            alike = repeats.get(row.key, ()) if row.key else ()
            faults = faults_of(layout, names, row, alike, duplicates)
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


def _outcome(
    row: int, key: Key | None, repeats: Mapping[Key, Sequence[int]], duplicates: Duplicates
) -> Outcome | None:
    rows = repeats.get(key) if key else None
    return importing.repeat_outcome(row, rows, duplicates) if rows else None


def _sort_out(
    layout: Layout,
    batch: Batch,
    names: Names,
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
            warnings.append(unassigned(layout, batch, index, warning))
        counting.append((index, user.id, certification.id, source))
    troubled.sort(key=attrgetter("row"))
    return counting, troubled, warnings


def _source(
    type_: AssociationType, item: Item | None, certification: Certification
) -> tuple[Source, FaultCode | None]:
    if item is None:
        return Source(type_), None
    return Source(type_, item.id), importing.item_warning(item, certification)


def _shifted(batch: Batch) -> int:
    """Count the rows whose issue date is another calendar date in UTC."""
    return sum(map(ne, map(datetime.date, batch.issued_at), batch.issued_on))


def apply(
    transaction: Transaction, planned: Plan, *, at: datetime, told: Sequence[Notification] = ()
) -> None:
    """Carry out a plan in the transaction in which it was made, and tell of it.

    Nobody is asked whether they may: see :func:`~certrules.workflows.importing.run`. Raises
    :class:`~certrules.errors.ConflictError` where another writer was faster.

    Rules: DOC-CSV-18, DOC-CSV-20, INT-09, INT-23.
    """
    archived = [decision.archived for decision in planned.decisions if decision.archived]
    updated = [
        decision.award for decision in planned.decisions if decision.outcome is Outcome.UPDATED
    ]
    made = [(decision.event, decision.award) for decision in planned.decisions if decision.event]
    transaction.awards.replace(archived + updated)
    transaction.awards.add([award for _, award in made])
    ended = [(each.user_id, each.certification_id, each.cycle) for each in archived]
    transaction.badges.revoke(ended)
    transaction.badges.revoke_outdated(updated)
    transaction.notices.cancel(ended)
    transaction.notices.cancel_outdated(updated)
    changes = [(EventKind.CHANGED, award) for award in updated]
    events = (
        Event(event, award.user_id, award.certification_id, award.cycle, at)
        for event, award in (*changes, *made)
    )
    tell(transaction, events, told)
