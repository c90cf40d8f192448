"""Assigning and removing: what do assigning, unlinking, unassigning and deleting do?"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from certrules import instants
from certrules.model.awards import AssociationType, Award
from certrules.model.catalog import Assignment, Certification, Item, ItemKind, ItemRef
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.effects import AssignItem, RemoveCertification, ReplaceAward, UnassignItem
from certrules.model.learning import Renewal
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked
from certrules.rulebook import Rule
from certrules.rules import consequences, issuing
from certrules.rules.feature import switched_off
from certrules.rules.lifecycle.defining import frozen_objections


def assign(
    certification: Certification,
    assignment: Assignment,
    others: Iterable[Certification],
    *,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether an item can be assigned to a certification.

    ``others`` are the certifications that the item earns already. If an item earns one at most, it
    must be unlinked from that first, because unlinking removes history. If publication freezes a
    certification, items are assigned to the draft.

    >>> course = Assignment(ItemKind.COURSE, "c1", datetime(2024, 1, 1, tzinfo=UTC))
    >>> old = Certification("old", "First aid", assignments=(course,))
    >>> print(*assign(Certification("new", "First aid"), course, [old]).reasons)
    course c1 earns First aid: unlink it there first (DOC-ASSIGN-04)

    Rules: DOC-ASSIGN-01, DOC-ASSIGN-02, DOC-ASSIGN-04, DOC-ASSIGN-07, ALL-CERT-09, ALL-TRAIN-04,
    INT-22, INT-33.
    """
    if off := switched_off(policy):
        return Refused(off)
    reasons = [
        *frozen_objections(certification, ("assignments",), policy),
        *_item_objections(certification, assignment.ref, others, policy),
    ]
    if reasons:
        return Refused(reasons)
    since = assignment.assigned_at
    why = because(ReasonCode.ITEM_EARNS, **issuing.named(certification), assigned_at=since)
    return Granted((AssignItem(certification.id, assignment),), (why,))


def _holds(certification: Certification, item: ItemRef) -> bool:
    return any(each.ref == item for each in certification.assignments)


def _item_objections(
    certification: Certification, item: ItemRef, others: Iterable[Certification], policy: Policy
) -> Iterator[Reason]:
    if _holds(certification, item):
        named = issuing.named(certification)
        yield because(ReasonCode.ITEM_ASSIGNED_ALREADY, item=Item(*item), **named)
    if policy.one_certification_per_item:
        for other in sorted(others, key=lambda each: each.id):
            if other.id != certification.id and _holds(other, item):
                named = issuing.named(other)
                yield because(ReasonCode.ITEM_EARNS_OTHER, item=Item(*item), **named)


def left_out(before: Certification, after: Certification) -> list[Reason]:
    """Return why a certification cannot be replaced by one that lacks items of it.

    >>> course = Assignment(ItemKind.COURSE, "c1", datetime(2024, 1, 1, tzinfo=UTC))
    >>> before = Certification("fa", "First aid", assignments=(course,))
    >>> [str(reason.code) for reason in left_out(before, Certification("fa", "First aid"))]
    ['item_left_out']

    Rules: DOC-ASSIGN-11.
    """
    return [
        because(ReasonCode.ITEM_LEFT_OUT, item=Item(*each.ref), **issuing.named(before))
        for each in before.assignments
        if not _holds(after, each.ref)
    ]


def unlink(
    certification: Certification,
    kind: ItemKind,
    item_id: str,
    awards: Iterable[Award],
    renewals: Iterable[Renewal] = (),
    *,
    at: datetime,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether an item can be unlinked from a certification, and what is lost by it.

    Only the awards that this item earned are removed, current and archived ones; ``awards`` and
    ``renewals`` are all those of the certification. Renewals begun by the item or of a removed
    award are cancelled. If an award is removed that was issued in advance, the one that it was to
    replace stays current, and its renewal is open again, if that was closed by it and can still be
    completed.

    >>> start = datetime(2024, 1, 1, tzinfo=UTC)
    >>> course = Assignment(ItemKind.COURSE, "c1", start)
    >>> first_aid = Certification("fa", "First aid", assignments=(course,))
    >>> by_hand = Award("ada", "fa", start, None)
    >>> unlink(first_aid, ItemKind.COURSE, "c1", [by_hand], at=start).effects
    (UnassignItem(certification_id='fa', kind=<ItemKind.COURSE: 'course'>, item_id='c1'),)

    Rules: DOC-ASSIGN-11, DOC-DELETE-05, ALL-CERT-09, INT-12b, INT-20, INT-23, INT-46.
    """
    if off := switched_off(policy):
        return Refused(off)
    at, awards = instants.utc(at, "at"), list(awards)
    item = ItemRef(kind, item_id)
    reasons = [*frozen_objections(certification, ("assignments",), policy)]
    if not _holds(certification, item):
        code, details = ReasonCode.ITEM_NOT_ASSIGNED, issuing.named(certification)
        reasons.append(because(code, Rule.DOC_ASSIGN_11, item=Item(*item), **details))
    if reasons:
        return Refused(reasons)
    source = AssociationType(kind.value), item_id
    lost = [each for each in awards if (each.source.type, each.source.item_id) == source]
    gone = {(each.user_id, each.cycle) for each in lost}
    renewals = list(renewals)
    ended = [one for one in renewals if one.option.ref == item or (one.user_id, one.cycle) in gone]
    removed = consequences.removed(lost, ended, at)
    kept = (each for each in awards if (each.source.type, each.source.item_id) != source)
    restored = tuple(consequences.restored(kept, lost, at))
    current = [each.award for each in restored if isinstance(each, ReplaceAward)]
    others = (one for one in renewals if one.option.ref != item)
    again = tuple(consequences.reopened(current, others))
    effects = (UnassignItem(certification.id, kind, item_id), *removed, *restored, *again)
    counts = {"awards": len(current), "renewals": len(again)}
    why = (because(ReasonCode.AWARDS_RESTORED, **counts),) if current else ()
    return Granted(effects, (_loss(Rule.DOC_ASSIGN_11, lost), *why))


def unassign(
    user_id: str,
    awards: Iterable[Award],
    renewals: Iterable[Renewal] = (),
    *,
    at: datetime,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether a certification can be taken away from one user: every cycle of it.

    ``awards`` and ``renewals`` may be those of all its users; those of others stay.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> unassign("bob", [Award("ada", "fa", at, None)], at=at).reasons[0].rule
    Rule.DOC_AWARD_10

    Rules: DOC-AWARD-10, DOC-DELETE-06, INT-23.
    """
    if off := switched_off(policy):
        return Refused(off)
    lost = [each for each in awards if each.user_id == user_id]
    if not lost:
        return Refused((because(ReasonCode.NO_AWARD, user_id=user_id),))
    ended = [each for each in renewals if each.user_id == user_id]
    return Granted(tuple(consequences.removed(lost, ended, at)), (_loss(Rule.DOC_AWARD_10, lost),))


def delete(
    certification: Certification,
    awards: Iterable[Award],
    renewals: Iterable[Renewal] = (),
    *,
    at: datetime,
    cascade: bool = False,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether a certification can be deleted, with its assignments and every award of it.

    If a policy protects awards, expired and archived ones too, they are removed only if
    ``cascade`` says so. The last reason of a grant is the warning that deleting is advised against.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> first_aid = Certification("fa", "First aid")
    >>> delete(first_aid, [], at=at).effects
    (RemoveCertification(certification_id='fa'),)
    >>> print(*delete(first_aid, [Award("ada", "fa", at, None)], at=at, policy=ALLBOUND).reasons)
    1 award would be lost: ask for their removal, or deactivate First aid (INT-38)

    Rules: DOC-DELETE-01, DOC-DELETE-02, DOC-DELETE-03, DOC-DELETE-04, ALL-MANAGE-05,
    ALL-MANAGE-07, INT-23, INT-31b, INT-38.
    """
    if off := switched_off(policy):
        return Refused(off)
    lost, cascade = list(awards), checked("cascade", cascade, bool)
    if lost and not (cascade or policy.cascade_deletes):
        protected = issuing.named(certification)
        return Refused((because(ReasonCode.AWARDS_PROTECTED, awards=len(lost), **protected),))
    reasons = _loss(Rule.DOC_DELETE_02, lost), because(ReasonCode.DELETION_LOSES_HISTORY)
    effects = (*consequences.removed(lost, renewals, at), RemoveCertification(certification.id))
    return Granted(effects, reasons)


def _loss(rule: Rule, lost: Sequence[Award]) -> Reason:
    """Return how much is lost, as a reason."""
    users = len({each.user_id for each in lost})
    archived = sum(each.archived for each in lost)
    return because(ReasonCode.AWARDS_LOST, rule, awards=len(lost), users=users, archived=archived)
