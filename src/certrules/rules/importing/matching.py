"""Matching: whether the names and codes of a record lead to a user and what they can be awarded."""

from collections.abc import Mapping, Sequence

from certrules.model.catalog import Certification, Item
from certrules.model.decisions import Reason
from certrules.model.people import User
from certrules.model.records import FaultCode
from certrules.rules import issuing


def user_fault(users: Sequence[User]) -> FaultCode | None:
    """Return why the users of a username are not one who can be issued a certification.

    Rules: DOC-CERT-13, DOC-CSV-03, DOC-CSV-23, INT-17b.
    """
    fault = _fault(users, FaultCode.UNKNOWN_USER, FaultCode.AMBIGUOUS_USERNAME)
    return fault or _objection(issuing.user_objection(users[0]))


def certification_fault(certifications: Sequence[Certification]) -> FaultCode | None:
    """Return why the certifications of a code are not one that can be issued.

    Rules: DOC-CERT-06, DOC-CSV-04, INT-17b, INT-31b.
    """
    unknown, ambiguous = FaultCode.UNKNOWN_CERTIFICATION, FaultCode.AMBIGUOUS_CERTIFICATION_CODE
    fault = _fault(certifications, unknown, ambiguous)
    return fault or _objection(issuing.certification_objection(certifications[0]))


def membership_fault(user: User, certification: Certification) -> FaultCode | None:
    """Return why a user cannot have a certification that is for other groups.

    Rules: ALL-VIS-02.
    """
    return _objection(issuing.membership_objection(user, certification))


def item_fault(items: Sequence[Item]) -> FaultCode | None:
    """Return why the items of a code, of the kind that its row names, are not one.

    Rules: DOC-CSV-09, INT-05, INT-17b.
    """
    return _fault(items, FaultCode.UNKNOWN_ITEM, FaultCode.AMBIGUOUS_ITEM_CODE)


def item_warning(item: Item, certification: Certification) -> FaultCode | None:
    """Return a warning if an item is not among those that earn the certification.

    Rules: INT-05.
    """
    assigned = [each.item_id for each in certification.assignments if each.kind is item.kind]
    return None if item.id in assigned else FaultCode.ITEM_NOT_ASSIGNED


def _fault(found: Sequence[object], unknown: FaultCode, ambiguous: FaultCode) -> FaultCode | None:
    if not found:
        return unknown
    return ambiguous if len(found) > 1 else None


def _objection(reason: Reason | None) -> FaultCode | None:
    return None if reason is None else _CODES[reason.code.value]


_CODES = {code.value: code for code in FaultCode}


def message(code: FaultCode, meant: str = "", **shown: str) -> str:
    """Return what a fault found in a store or among the rows says, and how to mend it.

    ``shown`` are the values that its text names: ``value`` with the ``meant`` name if one is alike,
    or ``rows``, ``certification``, the ``held`` award and the ``new`` one, and what is different.
    """
    hint = f", but there is {meant}" if meant else ""
    return _MESSAGES[code].format(hint=hint, **shown)


_MESSAGES: Mapping[FaultCode, str] = {
    FaultCode.UNKNOWN_USER: "there is no user {value}{hint}; correct the username or add the user",
    FaultCode.INACTIVE_USER: "user {value} is deactivated; activate the user or drop the row",
    FaultCode.AMBIGUOUS_USERNAME: "several users are called {value} when case and the Unicode form "
    "of accents are ignored; rename all but one",
    FaultCode.UNKNOWN_CERTIFICATION: "no certification has the code {value} (codes are "
    "case-sensitive){hint}; correct it, or give the certification this code",
    FaultCode.INACTIVE_CERTIFICATION: "certification {value} is not active; activate it first",
    FaultCode.AMBIGUOUS_CERTIFICATION_CODE: "several certifications have the code {value}; "
    "give each its own",
    FaultCode.USER_NOT_IN_GROUPS: "user {value} is in none of the groups that the certification is "
    "for; add the user to one or drop the row",
    FaultCode.UNKNOWN_ITEM: "there is no item of this type with the code {value}{hint}; correct "
    "the code or the type",
    FaultCode.AMBIGUOUS_ITEM_CODE: "several items of this type have the code {value}; give each "
    "its own",
    FaultCode.ITEM_NOT_ASSIGNED: "item {value} is not one of those that earn certification "
    "{certification}; the record is taken as it is",
    FaultCode.OLDER_THAN_AWARD: "the user's award is {held}, and this record, {new}, would move "
    "its issue back; drop the row, edit the award, or import duplicates as renewals",
    FaultCode.ENDS_VALID_AWARD: "the user's award is valid, {held}, and with this record, {new}, "
    "it would be {award_status}; drop the row, edit the award, or import duplicates as renewals",
    FaultCode.GOES_BACK: "the record, {new}, is older than the award that it replaces, {held}; "
    "import older files first",
    FaultCode.IN_HISTORY: "the record, {new}, is in the history already, and changes nothing: the "
    "current award is {held}; if that is wrong, unassign the certification, and import again",
    FaultCode.SOURCE_CHANGES: "the award was earned by {before}, and now by {after}",
    FaultCode.DUPLICATE_ROWS: "rows {rows} give this user the same certification; keep one of "
    "them, or import duplicates as renewals, when the last counts",
}
