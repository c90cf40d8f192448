"""What is assigned, unlinked, taken away or deleted, and what is lost by it?

Each answer is a preview where ``dry_run`` says so: show it, and ask, before the same call is made
in earnest.
"""

from datetime import datetime

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import Assignment, ItemKind
from certrules.model.decisions import Granted, Refused
from certrules.model.people import Action
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store
from certrules.rules import lifecycle
from certrules.workflows import facts
from certrules.workflows._effects import carry_out
from certrules.workflows.actors import SYSTEM, Asking, permit, permit_for

__all__ = ["assign", "delete", "unassign", "unlink"]


def assign(
    store: Store,
    certification_id: str,
    assignment: Assignment,
    *,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Assign an item to a certification, in one transaction.

    Raises :class:`~certrules.errors.InvalidValueError` for a certification or an item that the
    store does not have.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store, course = MemoryStore(), Item(ItemKind.COURSE, "c1")
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    ...     transaction.items.put([course])
    >>> since = datetime(2024, 1, 1, tzinfo=UTC)
    >>> bool(assign(store, "fa", Assignment(course.kind, course.id, since)))
    True

    Rules: DOC-ASSIGN-01, DOC-ASSIGN-02, DOC-ASSIGN-04, INT-22.
    """
    permit(actor, Action.EDIT_CERTIFICATION, policy=policy)
    kind, item = assignment.kind, assignment.item_id
    with store.writing() as transaction:
        found = facts.known_certification(transaction, certification_id)
        if transaction.items.get(kind, item) is None:
            raise InvalidValueError(str(kind), item, "the id of an item in the store")
        others = transaction.certifications.assigned(kind, item)
        decision = lifecycle.assign(found, assignment, others, policy=policy)
        if decision:
            carry_out(transaction, decision.effects)
        return decision


def unlink(
    store: Store,
    certification_id: str,
    kind: ItemKind,
    item_id: str,
    *,
    at: datetime,
    dry_run: bool = False,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Unlink an item from a certification, with the awards that it earned, in one transaction.

    Raises :class:`~certrules.errors.InvalidValueError` for a certification that the store does not
    have.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> print(unlink(store, "fa", ItemKind.COURSE, "c1", at=at).reasons[0])
    course c1 is not assigned to First aid (DOC-ASSIGN-11)

    Rules: DOC-ASSIGN-11, DOC-DELETE-05, INT-20.
    """
    permit(actor, Action.EDIT_CERTIFICATION, policy=policy)
    at = instants.utc(at)
    with store.reading() if dry_run else store.writing() as transaction:
        found = facts.known_certification(transaction, certification_id)
        awards = transaction.awards.select(certification_id=certification_id)
        renewals = transaction.renewals.open(certification_id)
        decision = lifecycle.unlink(found, kind, item_id, awards, renewals, at=at, policy=policy)
        if decision and not dry_run:
            carry_out(transaction, decision.effects)
        return decision


def unassign(
    store: Store,
    user_id: str,
    certification_id: str,
    *,
    at: datetime,
    dry_run: bool = False,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Take a certification away from one user, with its history, in one transaction.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> print(unassign(MemoryStore(), "1", "fa", at=datetime(2024, 1, 1, tzinfo=UTC)).reasons[0])
    the user does not have the certification (DOC-AWARD-10)

    Rules: DOC-AWARD-10, DOC-DELETE-06.
    """
    permit_for(actor, Action.DELETE_AWARD, store, user_id, policy=policy)
    at = instants.utc(at)
    with store.reading() if dry_run else store.writing() as transaction:
        awards = transaction.awards.history(user_id, certification_id)
        renewals = transaction.renewals.history(user_id, certification_id)
        decision = lifecycle.unassign(user_id, awards, renewals, at=at)
        if decision and not dry_run:
            carry_out(transaction, decision.effects)
        return decision


def delete(
    store: Store,
    certification_id: str,
    *,
    at: datetime,
    cascade: bool = False,
    dry_run: bool = False,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Delete a certification, with everything that anybody has of it, in one transaction.

    Where the policy protects awards, ``cascade`` asks for their removal.
    Raises :class:`~certrules.errors.InvalidValueError` for a certification that the store does not
    have.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> print(delete(store, "fa", at=at, dry_run=True).reasons[0])
    this loses 0 awards of 0 users, 0 of them archived (DOC-DELETE-02)

    Rules: DOC-DELETE-01, DOC-DELETE-02, DOC-DELETE-03, DOC-DELETE-04.
    """
    permit(actor, Action.DELETE_CERTIFICATION, policy=policy)
    at = instants.utc(at)
    with store.reading() if dry_run else store.writing() as transaction:
        found = facts.known_certification(transaction, certification_id)
        awards = transaction.awards.select(certification_id=certification_id)
        renewals = transaction.renewals.open(certification_id)
        decision = lifecycle.delete(found, awards, renewals, at=at, cascade=cascade, policy=policy)
        if decision and not dry_run:
            carry_out(transaction, decision.effects)
        return decision
