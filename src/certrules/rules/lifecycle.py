"""What does assigning, unlinking, unassigning or deleting do, and what is lost by it?

The effects of each decision are its preview: look for ``RemoveAward`` among them, and ask before
carrying them out.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from certrules import instants
from certrules.model.awards import AssociationType, Award
from certrules.model.catalog import Assignment, Certification, ItemKind
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.effects import (
    AssignItem,
    CancelNotices,
    CloseRenewal,
    Effect,
    RemoveAward,
    RemoveCertification,
    UnassignItem,
)
from certrules.model.learning import Renewal, RenewalState
from certrules.model.policy import DOCEBO, Policy
from certrules.rulebook import Rule

__all__ = ["assign", "delete", "unassign", "unlink"]


def assign(
    certification: Certification,
    assignment: Assignment,
    others: Iterable[Certification],
    *,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Decide whether an item can be assigned to a certification.

    ``others`` are the certifications that the item earns already. Where an item carries one at
    most, it must be unlinked from that first, because unlinking removes history.

    >>> course = Assignment(ItemKind.COURSE, "c1", datetime(2024, 1, 1, tzinfo=UTC))
    >>> old = Certification("old", "First aid", assignments=(course,))
    >>> assign(Certification("new", "First aid"), course, [old]).reasons[0].facts
    (('item', 'c1'), ('certification', 'old'))

    Rules: DOC-ASSIGN-01, DOC-ASSIGN-02, DOC-ASSIGN-04, ALL-TRAIN-04, INT-22, INT-33.
    """
    reasons = [
        *_against_twice(certification, assignment),
        *_against_others(certification, assignment, others, policy),
    ]
    if reasons:
        return Refused(reasons)
    why = Reason(Rule.DOC_ASSIGN_02, "several items may be assigned to one certification")
    return Granted((AssignItem(certification.id, assignment),), (why,))


def _holds(certification: Certification, kind: ItemKind, item: str) -> bool:
    return any((each.kind, each.item) == (kind, item) for each in certification.assignments)


def _against_twice(certification: Certification, assignment: Assignment) -> Iterator[Reason]:
    if _holds(certification, assignment.kind, assignment.item):
        text = f"{assignment.kind} {assignment.item} is assigned to {certification.id} already"
        yield Reason(Rule.INT_22, text, (("item", assignment.item),))


def _against_others(
    certification: Certification,
    assignment: Assignment,
    others: Iterable[Certification],
    policy: Policy,
) -> Iterator[Reason]:
    if not policy.one_certification_per_item:
        return
    for other in sorted(others, key=lambda each: each.id):
        if other.id != certification.id and _holds(other, assignment.kind, assignment.item):
            text = f"{assignment.kind} {assignment.item} earns {other.id}: unlink it first"
            facts = (("item", assignment.item), ("certification", other.id))
            yield Reason(Rule.DOC_ASSIGN_04, text, facts)


def unlink(
    certification: Certification,
    kind: ItemKind,
    item: str,
    awards: Iterable[Award],
    renewals: Iterable[Renewal] = (),
    *,
    at: datetime,
) -> Granted | Refused:
    """Decide whether an item can be unlinked from a certification, and what is lost by it.

    Only the awards that this item earned are removed, current and archived ones; ``awards`` and
    ``renewals`` are all those of the certification. Renewals begun by the item or of a removed
    award are cancelled.

    >>> start = datetime(2024, 1, 1, tzinfo=UTC)
    >>> course = Assignment(ItemKind.COURSE, "c1", start)
    >>> first_aid = Certification("fa", "First aid", assignments=(course,))
    >>> by_hand = Award("ada", "fa", start, None)
    >>> unlink(first_aid, ItemKind.COURSE, "c1", [by_hand], at=start).effects
    (UnassignItem(certification='fa', kind=<ItemKind.COURSE: 'course'>, item='c1'),)

    Rules: DOC-ASSIGN-11, DOC-DELETE-05, INT-20, INT-23.
    """
    if not _holds(certification, kind, item):
        text = f"{kind} {item} is not assigned to {certification.id}"
        return Refused((Reason(Rule.DOC_ASSIGN_11, text, (("item", item),)),))
    source = AssociationType(kind.value), item
    lost = [each for each in awards if (each.source.type, each.source.item) == source]
    doomed = {(each.user, each.cycle) for each in lost}
    begun = [
        each
        for each in renewals
        if (each.option.kind, each.option.item) == (kind, item) or (each.user, each.cycle) in doomed
    ]
    why = _loss(Rule.DOC_ASSIGN_11, lost)
    effects = (UnassignItem(certification.id, kind, item), *_removal(lost, begun, at))
    return Granted(effects, (why,))


def unassign(
    user: str, awards: Iterable[Award], renewals: Iterable[Renewal] = (), *, at: datetime
) -> Granted | Refused:
    """Decide whether a certification can be taken away from one user: every cycle of it.

    ``awards`` and ``renewals`` may be those of everybody who has the certification; those of others
    stay.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> unassign("bob", [Award("ada", "fa", at, None)], at=at).reasons[0].rule
    Rule.DOC_AWARD_10

    Rules: DOC-AWARD-10, DOC-DELETE-06, INT-23.
    """
    lost = [each for each in awards if each.user == user]
    begun = [each for each in renewals if each.user == user]
    if not lost:
        text = f"{user} does not have the certification"
        return Refused((Reason(Rule.DOC_AWARD_10, text, (("user", user),)),))
    return Granted(tuple(_removal(lost, begun, at)), (_loss(Rule.DOC_AWARD_10, lost),))


def delete(
    certification: Certification,
    awards: Iterable[Award],
    renewals: Iterable[Renewal] = (),
    *,
    at: datetime,
) -> Granted:
    """Say what deleting a certification removes: its assignments, and every award of it.

    The last reason is the warning that deleting is advised against.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> delete(Certification("fa", "First aid"), [], at=at).effects
    (RemoveCertification(certification='fa'),)

    Rules: DOC-DELETE-01, DOC-DELETE-02, DOC-DELETE-03, DOC-DELETE-04, INT-23.
    """
    lost = list(awards)
    advice = "deleting loses history for good; making it inactive keeps what was earned"
    reasons = _loss(Rule.DOC_DELETE_02, lost), Reason(Rule.DOC_DELETE_04, advice)
    effects = (*_removal(lost, renewals, at), RemoveCertification(certification.id))
    return Granted(effects, reasons)


def _removal(lost: Iterable[Award], begun: Iterable[Renewal], at: datetime) -> Iterator[Effect]:
    at = instants.utc(at)
    for award in sorted(lost, key=lambda each: (each.user, each.certification, each.cycle)):
        yield RemoveAward(award)
        yield CancelNotices(award.user, award.certification, award.cycle)
    for renewal in sorted(begun, key=lambda each: (each.user, each.started_at)):
        if renewal.state is RenewalState.OPEN:
            yield CloseRenewal(renewal.close(RenewalState.CANCELLED, at))


def _loss(rule: Rule, lost: Sequence[Award]) -> Reason:
    users = len({each.user for each in lost})
    archived = sum(each.archived for each in lost)
    text = f"{len(lost)} awards of {users} users are lost, {archived} of them archived"
    return Reason(rule, text, (("awards", len(lost)), ("users", users), ("archived", archived)))
