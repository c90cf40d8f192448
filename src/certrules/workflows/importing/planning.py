"""What does a batch of rows do to a store?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import Factory, define, evolve

from certrules.model.awards import AssociationType, Award, ExpiryBasis, Source
from certrules.model.catalog import Certification, Item
from certrules.model.events import Event, EventKind
from certrules.model.notices import Notification
from certrules.model.people import User, username_key
from certrules.model.policy import Duplicates
from certrules.model.records import Fault, FaultCode, RecordKey
from certrules.records import Layout, Record, RejectedRow
from certrules.repositories.protocols import Transaction
from certrules.rules import importing
from certrules.rules.importing import Decision, Outcome
from certrules.workflows._telling import tell
from certrules.workflows.importing.names import Names, faults_of, unassigned

__all__ = ["Plan", "apply", "plan"]


@define
class Plan:
    """What one batch of rows does to a store: data, and nothing done yet."""

    decisions: list[Decision] = Factory(list)
    refused: list[RejectedRow] = Factory(list)
    warnings: list[Fault] = Factory(list)
    superseded: list[int] = Factory(list)
    superseded_by_refused: int = 0
    shifted: int = 0


def plan(
    transaction: Transaction,
    layout: Layout,
    batch: Sequence[Record | RejectedRow],
    repeats: Mapping[RecordKey, Sequence[int]],
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
    planned = Plan()
    counting: list[tuple[Record, str, str, Source]] = []
    known: dict[tuple[AssociationType, str | None, str], tuple[Source, FaultCode | None]] = {}
    for row in batch:
        if isinstance(row, Record):
            planned.warnings += row.warnings
            planned.shifted += row.issued_at.date() != row.issued_on
        alike = repeats.get(row.key, ()) if row.key else ()
        outcome = importing.repeat_outcome(row.row, alike, duplicates) if alike else None
        user = names.users.get(username_key(row.username))
        certification = names.certifications.get(row.certification_code)
        item = names.items.get((row.type, row.code)) if row.type and row.code else None
        if outcome is Outcome.SUPERSEDED:
            planned.superseded.append(row.row)
        elif (
            isinstance(row, RejectedRow)
            or outcome
            or not isinstance(user, User)
            or not isinstance(certification, Certification)
            or isinstance(item, FaultCode)
            or (certification.groups and importing.membership_fault(user, certification))
        ):
            refused = row.reject() if isinstance(row, Record) else row
            faults = faults_of(layout, names, refused, alike, duplicates)
            if alike and duplicates is Duplicates.RENEW:
                planned.superseded_by_refused += len(alike) - 1
            planned.refused.append(evolve(refused, faults=faults))
        else:
            case = (row.type, row.code, row.certification_code)
            if case not in known:
                known[case] = _source(row.type, item, certification)
            source, warning = known[case]
            if warning:
                planned.warnings.append(unassigned(layout, row, warning))
            counting.append((row, user.id, certification.id, source))
    histories = transaction.awards.histories({(user, code) for _, user, code, _ in counting})
    for record, user_id, certification_id, source in counting:
        candidate = Award(
            user_id,
            certification_id,
            record.issued_at,
            record.expires_at,
            ExpiryBasis.ALWAYS_VALID if record.always_valid else ExpiryBasis.DATE,
            source,
        )
        history = histories.get((user_id, certification_id), ())
        planned.decisions.append(importing.decide(candidate, history, duplicates=duplicates, at=at))
    return planned


def _source(
    type_: AssociationType, item: Item | None, certification: Certification
) -> tuple[Source, FaultCode | None]:
    if item is None:
        return Source(type_), None
    return Source(type_, item.id), importing.item_warning(item, certification)


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
