"""Assign an item, unlink it, unassign a user or delete a certification, and preview what is lost.

Show what the effects of a call with ``dry_run`` say, and ask for confirmation before the same call
without it.
"""

from datetime import datetime
from itertools import chain

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import Assignment, ItemKind
from certrules.model.decisions import Decision
from certrules.model.people import Action
from certrules.model.values import checked_id
from certrules.rules import lifecycle
from certrules.workflows import facts
from certrules.workflows.effects import DecisionParts, EffectParts, decide_and_apply
from certrules.workflows.platform import Acting


def assign(
    acting: Acting[DecisionParts], certification_id: str, assignment: Assignment
) -> Decision:
    """Assign an item to a certification. Action: ``EDIT_CERTIFICATION``.

    >>> store, course = MemoryStore(), Item(ItemKind.COURSE, "c1")
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    ...     transaction.items.put([course])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> since = datetime(2024, 1, 1, tzinfo=UTC)
    >>> bool(assign(system, "fa", Assignment(course.kind, course.id, since)))
    True

    Rules: DOC-ASSIGN-01, DOC-ASSIGN-02, DOC-ASSIGN-04, INT-22.
    """
    acting.require(Action.EDIT_CERTIFICATION)

    def assign(transaction: DecisionParts) -> Decision:
        found = facts.known_certification(transaction, certification_id)
        if transaction.items.get(*assignment.ref) is None:
            expected = "the id of an item in the store"
            raise InvalidValueError(str(assignment.kind), assignment.item_id, expected)
        others = transaction.certifications.assigned(*assignment.ref)
        return lifecycle.assign(found, assignment, others, policy=acting.policy)

    return decide_and_apply(acting, assign)


def unlink(
    acting: Acting[EffectParts],
    certification_id: str,
    kind: ItemKind,
    item_id: str,
    *,
    at: datetime,
    dry_run: bool = False,
) -> Decision:
    """Unlink an item from a certification, with the awards that it earned.

    Action: ``EDIT_CERTIFICATION``.

    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> print(unlink(system, "fa", ItemKind.COURSE, "c1", at=at).reasons[0])
    course c1 is not assigned to First aid (DOC-ASSIGN-11)

    Rules: DOC-ASSIGN-11, DOC-DELETE-05, INT-20.
    """
    acting.require(Action.EDIT_CERTIFICATION)
    at = instants.utc(at, "at")

    def unlink(transaction: EffectParts) -> Decision:
        found = facts.known_certification(transaction, certification_id)
        awards = list(transaction.awards.select(certification_id=certification_id))
        renewals = {each.user_id: [each] for each in transaction.renewals.open(certification_id)}
        for user_id in {each.user_id for each in awards if each.issued_at > at}:
            renewals[user_id] = [*transaction.renewals.history(user_id, certification_id)]
        known = chain.from_iterable(renewals.values())
        return lifecycle.unlink(found, kind, item_id, awards, known, at=at, policy=acting.policy)

    return decide_and_apply(acting, unlink, dry_run=dry_run)


def unassign(
    acting: Acting[EffectParts],
    user_id: str,
    certification_id: str,
    *,
    at: datetime,
    dry_run: bool = False,
) -> Decision:
    """Take a certification away from one user, with its history. Action: ``DELETE_AWARD``.

    >>> system = Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> print(unassign(system, "1", "fa", at=datetime(2024, 1, 1, tzinfo=UTC)).reasons[0])
    the user does not have the certification (DOC-AWARD-10)

    Rules: DOC-AWARD-10, DOC-DELETE-06.
    """
    acting.require_for(Action.DELETE_AWARD, user_id)
    at, certification_id = instants.utc(at, "at"), checked_id("certification_id", certification_id)

    def unassign(transaction: EffectParts) -> Decision:
        awards = transaction.awards.history(user_id, certification_id)
        renewals = transaction.renewals.history(user_id, certification_id)
        return lifecycle.unassign(user_id, awards, renewals, at=at, policy=acting.policy)

    return decide_and_apply(acting, unassign, dry_run=dry_run)


def delete(
    acting: Acting[EffectParts],
    certification_id: str,
    *,
    at: datetime,
    cascade: bool = False,
    dry_run: bool = False,
) -> Decision:
    """Delete a certification, with everything that anybody has of it.

    If the policy protects awards, ``cascade`` asks for their removal.
    Action: ``DELETE_CERTIFICATION``.

    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> print(delete(system, "fa", at=at, dry_run=True).reasons[0])
    this loses 0 awards of 0 users, 0 of them archived (DOC-DELETE-02)

    Rules: DOC-DELETE-01, DOC-DELETE-02, DOC-DELETE-03, DOC-DELETE-04.
    """
    acting.require(Action.DELETE_CERTIFICATION)
    at = instants.utc(at, "at")

    def delete(transaction: EffectParts) -> Decision:
        found = facts.known_certification(transaction, certification_id)
        awards = transaction.awards.select(certification_id=certification_id)
        renewals = transaction.renewals.open(certification_id)
        return lifecycle.delete(
            found, awards, renewals, at=at, cascade=cascade, policy=acting.policy
        )

    return decide_and_apply(acting, delete, dry_run=dry_run)
