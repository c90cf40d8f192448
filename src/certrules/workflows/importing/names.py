"""What do the names in a batch of rows mean to a store, and what is wrong with the others?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Self, TypeVar

from attrs import frozen

from certrules.model.awards import AssociationType
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.people import User, username_key
from certrules.model.policy import Duplicates
from certrules.model.records import Fault, FaultCode, RecordField, Severity
from certrules.records import Layout, Record, RejectedRow, shortened
from certrules.repositories.protocols import Transaction
from certrules.rules import importing

__all__ = ["Names", "faults_of", "unassigned"]

Thing = TypeVar("Thing", User, Certification, Item)

SHOWN_ROWS = 5
"""How many rows of a set of duplicates a message names."""


@frozen
class Names:
    """What a batch's names mean to a store: what was found, or the fault of the name."""

    users: Mapping[str, User | FaultCode]
    certifications: Mapping[str, Certification | FaultCode]
    items: Mapping[tuple[AssociationType, str], Item | FaultCode]

    @classmethod
    def look_up(cls, transaction: Transaction, batch: Iterable[Record | RejectedRow]) -> Self:
        """Return what a store has under the names of all rows, the rejected ones too."""
        batch = list(batch)
        usernames = {username_key(row.username) for row in batch} - {""}
        codes = {row.certification_code for row in batch} - {""}
        items = {(row.type, row.code) for row in batch}
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


def faults_of(
    layout: Layout,
    names: Names,
    row: RejectedRow,
    repeats: Sequence[int],
    duplicates: Duplicates,
) -> tuple[Fault, ...]:
    """Return every fault of a row: its own, that of being repeated, and what the store says."""
    user = names.users.get(username_key(row.username))
    certification = names.certifications.get(row.certification_code)
    meanings = {
        RecordField.USERNAME: user,
        RecordField.CERTIFICATION_CODE: certification,
        RecordField.CODE: names.items.get((row.type, row.code)) if row.type and row.code else None,
    }
    faulty = {fault.column for fault in row.faults}
    found = [
        _unknown(layout, row, field, code)
        for field, code in meanings.items()
        if isinstance(code, FaultCode) and layout.column(field) not in faulty
    ]
    if isinstance(user, User) and isinstance(certification, Certification):
        outside = importing.membership_fault(user, certification)
        if outside:
            found.append(_unknown(layout, row, RecordField.USERNAME, outside))
    if repeats and duplicates is Duplicates.REJECT:
        found.append(_repeated(layout, row, repeats))
    return (*row.faults, *found)


def _unknown(layout: Layout, row: RejectedRow, field: RecordField, code: FaultCode) -> Fault:
    value = layout.text(row.fields, field)
    message = _MENDS[code].format(value=shortened(value))
    return Fault(code, row.row, row.line, layout.column(field), value, message)


def _repeated(layout: Layout, row: RejectedRow, repeats: Sequence[int]) -> Fault:
    shown = ", ".join(map(str, repeats[:SHOWN_ROWS]))
    more = f" and {len(repeats) - SHOWN_ROWS} more" if len(repeats) > SHOWN_ROWS else ""
    return Fault(
        FaultCode.DUPLICATE_ROWS,
        row.row,
        row.line,
        None,
        f"{layout.text(row.fields, RecordField.USERNAME)}, {row.certification_code}",
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


def unassigned(layout: Layout, record: Record, code: FaultCode) -> Fault:
    """Return the warning of a row whose item does not earn its certification."""
    return Fault(
        code,
        record.row,
        record.line,
        layout.column(RecordField.CODE),
        record.code or "",
        f"item {record.code!r} is not one of those that earn certification "
        f"{record.certification_code!r}; the record is taken as it is",
        Severity.WARNING,
    )
