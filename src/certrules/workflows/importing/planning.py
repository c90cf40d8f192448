"""Planning: what a batch of rows does to a store."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import islice
from operator import attrgetter
from typing import Protocol, Self, TypeVar

from attrs import Factory, define, evolve, frozen

from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.effects import Effect
from certrules.model.people import User
from certrules.model.policy import Duplicates
from certrules.model.reasons import ReasonCode
from certrules.model.records import Fault, FaultCode, RecordField, Severity
from certrules.records import FileLayout, Record, RejectedRow, shortened
from certrules.repositories.protocols import (
    HasAwards,
    HasCertifications,
    HasItems,
    HasRenewals,
    HasUsers,
)
from certrules.rules import importing
from certrules.rules.importing import Decision, Outcome
from certrules.text import forms, unaccented
from certrules.workflows.importing.reports import Change, Tally

Row = Record | RejectedRow
Thing = TypeVar("Thing", User, Certification, Item)

_Names = tuple[str, AssociationType | None, str | None]
"""The certification code, type and item code of a row."""

SHOWN_ROWS = 5
"""How many rows of a set of duplicates a message names."""

GUIDED, CONSIDERED = 20, 10_000
"""How many unknown names of a batch come with a guess, and among how many names it is sought."""

_ITEM_KINDS = {
    AssociationType.COURSE: ItemKind.COURSE,
    AssociationType.LEARNING_PLAN: ItemKind.LEARNING_PLAN,
}


class PlanParts(HasUsers, HasCertifications, HasItems, HasAwards, HasRenewals, Protocol):
    """What :func:`plan` asks of a store."""


@define
class Plan:
    """What became of a batch of rows, once its effects are all decided."""

    refused: list[RejectedRow] = Factory(list)
    tally: Tally = Factory(Tally)

    def refuse(self, row: Row, faults: tuple[Fault, ...]) -> None:
        """Leave out a row for all its faults."""
        refused = row.reject(faults) if isinstance(row, Record) else evolve(row, faults=faults)
        self.refused.append(refused)

    def close(self) -> None:
        """Count the refused rows, which are found in two passes, in the order of the file."""
        self.refused.sort(key=attrgetter("row"))
        for refused in self.refused:
            self.tally.refuse(refused.faults)


def plan(
    transaction: PlanParts,
    layout: FileLayout,
    batch: Sequence[Row],
    repeats: Mapping[int, Sequence[int]],
    planned: Plan,
    *,
    duplicates: Duplicates,
    at: datetime,
    zone: tzinfo,
    notify: bool = False,
) -> Iterator[Effect]:
    """Decide every row of a batch against what a store holds; yield the effects, change nothing.

    ``repeats`` are, for each row of the batch whose key is in other rows of the file as well, the
    numbers of all of them. ``planned`` is filled with what became of the rows. The effects are not
    kept: those of a large batch are many objects, and each costs time as long as it lives.

    Rules: DOC-CSV-03, DOC-CSV-04, DOC-CSV-09, DOC-CSV-15, DOC-CSV-16, DOC-CSV-23, ALL-VIS-02,
    INT-05, INT-07, INT-44, INT-45, INT-47.
    """
    stored = _Stored.look_up(transaction, batch)
    candidates = list(_candidates(stored, layout, batch, repeats, planned, duplicates))
    histories = transaction.awards.histories(
        {(each.user_id, each.certification_id) for _, each in candidates}
    )
    renewals = transaction.renewals.open_among(histories)
    for row, candidate in candidates:
        pair = candidate.user_id, candidate.certification_id
        history, renewal = histories.get(pair, ()), renewals.get(pair)
        decision = importing.decide(
            candidate, history, renewal, duplicates=duplicates, at=at, notify=notify
        )
        _note(planned, layout, row, decision, candidate, zone)
        yield from decision.effects
    planned.close()


def _note(
    planned: Plan,
    layout: FileLayout,
    row: Record,
    decision: Decision,
    candidate: Award,
    zone: tzinfo,
) -> None:
    """Note what became of a row, with what its file's reader should know of it."""
    tally, outcome, held = planned.tally, decision.outcome, decision.held
    if held is None:
        tally.outcomes[outcome] += 1
        return
    refused = outcome is Outcome.REFUSED
    severity = Severity.ERROR if refused else Severity.WARNING
    faults = tuple(
        Fault(
            code,
            row.row,
            row.line,
            layout.column(field),
            layout.text(row.fields, field),
            said,
            severity,
        )
        for code, field, said in importing.remarks(decision, candidate, zone)
    )
    if refused:
        planned.refuse(row, faults)
        return
    tally.outcomes[outcome] += 1
    for fault in faults:
        tally.warn(fault)
    if outcome in (Outcome.RENEWED, Outcome.UPDATED):
        names = row.username, row.certification_code
        follows = tuple(each for each in decision.reasons if each.code in _FOLLOWS)
        tally.change(Change(row.row, row.line, *names, outcome, held, decision.award, follows))


_FOLLOWS = ReasonCode.BEGINS_LATER, ReasonCode.RENEWAL_REPLACED


def _candidates(
    stored: "_Stored",
    layout: FileLayout,
    batch: Sequence[Row],
    repeats: Mapping[int, Sequence[int]],
    planned: Plan,
    duplicates: Duplicates,
) -> Iterator[tuple[Record, Award]]:
    """Yield each row that counts, and its award; note the others, and every warning."""
    tally = planned.tally
    for row in batch:
        user = stored.users.get(row.username_key)
        award = stored.awardables[row.certification_code, row.type, row.code]
        alike = repeats.get(row.row, ())
        outcome = importing.repeat_outcome(row.row, alike, duplicates) if alike else None
        if isinstance(row, Record):
            tally.shifted += row.issued_at.date() != row.issued_on
            for warning in row.warnings:
                tally.warn(warning)
        if outcome is Outcome.SUPERSEDED:
            tally.outcomes[outcome] += 1
        elif (
            outcome
            or isinstance(row, RejectedRow)
            or not isinstance(user, User)
            or not isinstance(award.certification, Certification)
            or award.source is None
            or importing.membership_fault(user, award.certification)
        ):
            faults = tuple(_faults(layout, row, user, award, stored.meant))
            if alike and duplicates is Duplicates.RENEW:
                tally.superseded_by_refused += len(alike) - 1
            elif alike:
                faults += (_repeated(layout, row, alike),)
            planned.refuse(row, faults)
        else:
            if award.warning:
                tally.warn(_unassigned(layout, row, award.warning))
            certification_id = award.certification.id
            dates = row.issued_at, row.expires_at, layout.expiry_day
            yield row, importing.award_of(user.id, certification_id, award.source, *dates)


@frozen
class _Awardable:
    """What rows of one certification, type and item award; no source if they cannot."""

    certification: Certification | FaultCode | None
    item: Item | FaultCode | None
    source: Source | None = None
    warning: FaultCode | None = None


@frozen
class _Stored:
    """What a store has under the names of a batch, the rejected rows too."""

    users: Mapping[str, User | FaultCode]
    awardables: Mapping[_Names, _Awardable]
    meant: Mapping[tuple[FaultCode, str], str]
    """The name that differs from an unknown one by nothing but accents and case."""

    @classmethod
    def look_up(cls, transaction: PlanParts, batch: Sequence[Row]) -> Self:
        usernames = {row.username_key for row in batch} - {""}
        names = {(row.certification_code, row.type, row.code) for row in batch}
        codes = {code for code, _, _ in names} - {""}
        coded = transaction.certifications.coded(_any_form(codes))
        certifications = _judged(codes, coded, importing.certification_fault)
        items: dict[tuple[AssociationType | None, str | None], Item | FaultCode] = {}
        meant = _meant(FaultCode.UNKNOWN_CERTIFICATION, certifications, transaction.certifications)
        for type_, kind in _ITEM_KINDS.items():
            of_kind = {code for _, row_type, code in names if row_type is type_ and code}
            coded_items = transaction.items.coded(kind, _any_form(of_kind))
            found = _judged(of_kind, coded_items, importing.item_fault)
            meant |= _meant(FaultCode.UNKNOWN_ITEM, found, transaction.items)
            items |= {(type_, code): item for code, item in found.items()}
        awardables = {
            name: _awardable(certifications.get(name[0]), name[1], items.get(name[1:]))
            for name in names
        }
        users = _judged(usernames, transaction.users.named(usernames), importing.user_fault)
        meant |= _meant(FaultCode.UNKNOWN_USER, users, transaction.users)
        return cls(users, awardables, meant)


def _any_form(codes: Iterable[str]) -> set[str]:
    return {form for code in codes for form in forms(code)}


class _Listed(Protocol):
    def all(self) -> Iterable[User | Certification | Item]: ...


def _meant(
    unknown: FaultCode, judged: Mapping[str, object], known: _Listed
) -> dict[tuple[FaultCode, str], str]:
    names = islice((name for name in judged if judged[name] is unknown), GUIDED)
    wanted = {unaccented(name): (unknown, name) for name in names}
    things = islice(known.all(), CONSIDERED) if wanted else ()
    called = (each.username if isinstance(each, User) else each.code or "" for each in things)
    return {wanted[key]: name for name in called if (key := unaccented(name)) in wanted}


def _awardable(
    certification: Certification | FaultCode | None,
    type_: AssociationType | None,
    item: Item | FaultCode | None,
) -> _Awardable:
    if not (type_ and isinstance(certification, Certification)) or isinstance(item, FaultCode):
        return _Awardable(certification, item)
    warning = importing.item_warning(item, certification) if item else None
    return _Awardable(certification, item, Source(type_, item.id if item else None), warning)


def _judged(
    names: Iterable[str],
    stored: Mapping[str, Sequence[Thing]],
    fault: Callable[[Sequence[Thing]], FaultCode | None],
) -> dict[str, Thing | FaultCode]:
    found = {name: [one for form in forms(name) for one in stored.get(form, ())] for name in names}
    return {name: fault(things) or things[0] for name, things in found.items()}


def _faults(
    layout: FileLayout,
    row: Row,
    user: User | FaultCode | None,
    award: _Awardable,
    meant: Mapping[tuple[FaultCode, str], str],
) -> Iterator[Fault]:
    """Yield every fault of a row: its own, and what the store says of its other columns."""
    own = () if isinstance(row, Record) else row.faults
    yield from own
    found: list[tuple[RecordField, object, str]] = [
        (RecordField.USERNAME, user, row.username_key),
        (RecordField.CERTIFICATION_CODE, award.certification, row.certification_code),
        (RecordField.CODE, award.item, row.code or ""),
    ]
    if isinstance(user, User) and isinstance(award.certification, Certification):
        outside = importing.membership_fault(user, award.certification)
        found.append((RecordField.USERNAME, outside, ""))
    for field, code, name in found:
        column = layout.column(field)
        if isinstance(code, FaultCode) and column not in {fault.column for fault in own}:
            value = layout.text(row.fields, field)
            alike = meant.get((code, name))
            shown = {"meant": shortened(alike)} if alike else {}
            message = importing.message(code, value=shortened(value), **shown)
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
