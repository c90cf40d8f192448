"""Do the names and codes of a record lead to a user, a certification and an item?"""

from collections.abc import Sequence

from certrules.model.catalog import Certification, CertificationStatus, Item
from certrules.model.people import User
from certrules.model.records import FaultCode

__all__ = ["certification_fault", "item_fault", "item_warning", "membership_fault", "user_fault"]


def user_fault(users: Sequence[User]) -> FaultCode | None:
    """Return why a username cannot be given a certification, where it cannot.

    Rules: DOC-CERT-13, DOC-CSV-03, DOC-CSV-23, INT-17b.
    """
    match users:
        case []:
            return FaultCode.UNKNOWN_USER
        case [user]:
            return None if user.active else FaultCode.INACTIVE_USER
        case _:
            return FaultCode.AMBIGUOUS_USERNAME


def certification_fault(certifications: Sequence[Certification]) -> FaultCode | None:
    """Return why a code leads to no certification that can be issued, where it does not.

    Rules: DOC-CERT-06, DOC-CSV-04, INT-17b, INT-31b.
    """
    match certifications:
        case []:
            return FaultCode.UNKNOWN_CERTIFICATION
        case [certification]:
            active = certification.status is CertificationStatus.ACTIVE
            return None if active else FaultCode.INACTIVE_CERTIFICATION
        case _:
            return FaultCode.AMBIGUOUS_CERTIFICATION_CODE


def membership_fault(user: User, certification: Certification) -> FaultCode | None:
    """Return why a user cannot have a certification that is for other groups.

    Rules: ALL-VIS-02.
    """
    visible = not certification.groups or certification.groups & user.groups
    return None if visible else FaultCode.USER_NOT_IN_GROUPS


def item_fault(items: Sequence[Item]) -> FaultCode | None:
    """Return why a code leads to no single item of the kind that its row names.

    Rules: DOC-CSV-09, INT-05, INT-17b.
    """
    match items:
        case []:
            return FaultCode.UNKNOWN_ITEM
        case [_]:
            return None
        case _:
            return FaultCode.AMBIGUOUS_ITEM_CODE


def item_warning(item: Item, certification: Certification) -> FaultCode | None:
    """Return a warning where an item is not among those that earn the certification.

    Rules: INT-05.
    """
    assigned = any(
        (assignment.kind, assignment.item_id) == (item.kind, item.id)
        for assignment in certification.assignments
    )
    return None if assigned else FaultCode.ITEM_NOT_ASSIGNED
