"""Planning: what does a batch of rows do to a store?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, Self, TypeVar

from attrs import Factory, define, evolve, frozen

from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.effects import Effect
from certrules.model.people import User
from certrules.model.policy import Duplicates
from certrules.model.records import Fault, FaultCode, RecordField, RecordKey, Severity
from certrules.records import FileLayout, Record, RejectedRow, shortened
from certrules.repositories.protocols import HasAwards, HasCertifications, HasItems, HasUsers
from certrules.rules import importing
from certrules.rules.importing import Outcome
from certrules.workflows.importing.reports import Tally

__all__ = ["Plan", "PlanParts", "plan"]

Row = Record | RejectedRow
Thing = TypeVar("Thing", User, Certification, Item)

SHOWN_ROWS = 5
"""How many rows of a set of duplicates a message names."""

_ITEM_KINDS = {
    AssociationType.COURSE: ItemKind.COURSE,
    AssociationType.LEARNING_PLAN: ItemKind.LEARNING_PLAN,
}


class PlanParts(HasUsers, HasCertifications, HasItems, HasAwards, Protocol):
    """What :func:`plan` asks of a store."""


@define
class Plan:
    """What a batch of rows does to a store: data, and nothing done yet."""

    effects: list[Effect] = Factory(list)
    refused: list[RejectedRow] = Factory(list)
    tally: Tally = Factory(Tally)


def plan(
    transaction: PlanParts,
    layout: FileLayout,
    batch: Sequence[Row],
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
    names = _Names.look_up(transaction, batch)
    planned = Plan()
    tally = planned.tally
    candidates: list[Award] = []
    sources: dict[tuple[AssociationType, str | None], Source] = {}
    for row in batch:
        if isinstance(row, Record):
            tally.shifted += row.issued_at.date() != row.issued_on
            for warning in row.warnings:
                tally.warn(warning)
        alike = repeats.get((row.username_key, row.certification_code), ())
        outcome = importing.repeat_outcome(row.row, alike, duplicates) if alike else None
        user, certification, item = names.of(row)
        if outcome is Outcome.SUPERSEDED:
            tally.outcomes[outcome] += 1
        elif (
            isinstance(row, RejectedRow)
            or outcome
            or not isinstance(user, User)
            or not isinstance(certification, Certification)
            or isinstance(item, FaultCode)
            or importing.membership_fault(user, certification)
        ):
            faults = tuple(_faults(layout, row, user, certification, item))
            if alike and duplicates is Duplicates.RENEW:
                tally.superseded_by_refused += len(alike) - 1
            elif alike:
                faults += (_repeated(layout, row, alike),)
            refused = row.reject(faults) if isinstance(row, Record) else evolve(row, faults=faults)
            planned.refused.append(refused)
            tally.refuse(faults)
        else:
            if item and (code := importing.item_warning(item, certification)):
                tally.warn(_unassigned(layout, row, code))
            named = row.type, item.id if item else None
            source = sources.get(named) or sources.setdefault(named, Source(*named))
            candidates.append(
                importing.award_of(user.id, certification.id, source, row.issued_at, row.expires_at)
            )
    keys = [(award.user_id, award.certification_id) for award in candidates]
    histories = transaction.awards.histories(set(keys))
    for key, award in zip(keys, candidates, strict=True):
        history = histories.get(key, ())
        decision = importing.decide(award, history, duplicates=duplicates, at=at)
        tally.outcomes[decision.outcome] += 1
        planned.effects += decision.effects
    return planned


@frozen
class _Names:
    """What the names of a batch mean to a store: what was found, or why it cannot be used."""

    users: Mapping[str, User | FaultCode]
    certifications: Mapping[str, Certification | FaultCode]
    items: Mapping[tuple[AssociationType | None, str | None], Item | FaultCode]

    @classmethod
    def look_up(cls, transaction: PlanParts, batch: Sequence[Row]) -> Self:
        """Return what a store has under the names of all rows, the rejected ones too."""
        usernames = {row.username_key for row in batch} - {""}
        codes = {row.certification_code for row in batch} - {""}
        wanted = {(row.type, row.code) for row in batch}
        items: dict[tuple[AssociationType | None, str | None], Item | FaultCode] = {}
        for type_, kind in _ITEM_KINDS.items():
            of_kind = {code for row_type, code in wanted if row_type is type_ and code}
            found = _judged(of_kind, transaction.items.coded(kind, of_kind), importing.item_fault)
            items |= {(type_, code): item for code, item in found.items()}
        certifications = transaction.certifications.coded(codes)
        return cls(
            _judged(usernames, transaction.users.named(usernames), importing.user_fault),
            _judged(codes, certifications, importing.certification_fault),
            items,
        )

    def of(
        self, row: Row
    ) -> tuple[User | FaultCode | None, Certification | FaultCode | None, Item | FaultCode | None]:
        """Return what the names of one row mean; None for a name that it lacks."""
        return (
            self.users.get(row.username_key),
            self.certifications.get(row.certification_code),
            self.items.get((row.type, row.code)),
        )


def _judged(
    names: Iterable[str],
    stored: Mapping[str, Sequence[Thing]],
    fault: Callable[[Sequence[Thing]], FaultCode | None],
) -> dict[str, Thing | FaultCode]:
    return {name: fault(found := stored.get(name, ())) or found[0] for name in names}


def _faults(
    layout: FileLayout,
    row: Row,
    user: User | FaultCode | None,
    certification: Certification | FaultCode | None,
    item: Item | FaultCode | None,
) -> Iterator[Fault]:
    """Yield every fault of a row: its own, and what the store says of its other columns."""
    own = () if isinstance(row, Record) else row.faults
    yield from own
    found: list[tuple[RecordField, object]] = [
        (RecordField.USERNAME, user),
        (RecordField.CERTIFICATION_CODE, certification),
        (RecordField.CODE, item),
    ]
    if isinstance(user, User) and isinstance(certification, Certification):
        found.append((RecordField.USERNAME, importing.membership_fault(user, certification)))
    for field, code in found:
        column = layout.column(field)
        if isinstance(code, FaultCode) and column not in {fault.column for fault in own}:
            value = layout.text(row.fields, field)
            message = importing.message(code, value=shortened(value))
            yield Fault(code, row.row, row.line, column, value, message)


def _repeated(layout: FileLayout, row: Row, repeats: Sequence[int]) -> Fault:
    rows = ", ".join(map(str, repeats[:SHOWN_ROWS]))
    if len(repeats) > SHOWN_ROWS:
        rows += f" and {len(repeats) - SHOWN_ROWS} more"
    code = FaultCode.DUPLICATE_ROWS
    value = f"{layout.text(row.fields, RecordField.USERNAME)}, {row.certification_code}"
    return Fault(code, row.row, row.line, None, value, importing.message(code, rows=rows))


def _unassigned(layout: FileLayout, row: Record, code: FaultCode) -> Fault:
    item, certification = repr(row.code), repr(row.certification_code)
    message = importing.message(code, value=item, certification=certification)
    column = layout.column(RecordField.CODE)
    return Fault(code, row.row, row.line, column, row.code or "", message, Severity.WARNING)
