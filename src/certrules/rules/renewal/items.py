"""Items: which assigned items can renew an award, and why not the others?"""

from collections.abc import Iterator
from datetime import datetime

from attrs import frozen

from certrules.model.catalog import Certification, ItemKind, ItemRef
from certrules.model.decisions import Reason, because
from certrules.model.facts import Facts
from certrules.model.learning import EnrolmentStatus, RenewalOption
from certrules.model.policy import Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import criteria
from certrules.rules.renewal import availability

__all__ = ["Judged", "judge", "several_items", "within"]


@frozen
class Judged:
    """What an item is worth: the options by which it renews, or why it does not."""

    item: ItemRef
    options: tuple[RenewalOption, ...] = ()
    reasons: tuple[Reason, ...] = ()


def judge(
    facts: Facts, certification: Certification, plan_id: str | None, at: datetime
) -> list[Judged]:
    """Judge each distinct item of a certification, for a renewal asked from a plan's page or not.

    Rules: DOC-RENEW-07, DOC-RENEW-14, DOC-RENEW-16, INT-13, INT-19, X-ARCH-1.
    """
    items = sorted({each.ref for each in certification.assignments}, key=criteria.item_order)
    return [_judge(facts, item, plan_id, at, retake=certification.retake) for item in items]


def several_items(certification: Certification, policy: Policy) -> Iterator[Reason]:
    """Yield why no item can renew a certification: it takes several together to earn it.

    Rules: INT-32.
    """
    needed = len(criteria.groups(certification, policy))
    if needed > 1:
        yield because(ReasonCode.SEVERAL_ITEMS_NEEDED, needed=needed)


def _judge(
    facts: Facts, item: ItemRef, plan_id: str | None, at: datetime, *, retake: bool
) -> Judged:
    """Judge one item; if it is not taken through the plan, nothing else about it matters."""
    own = item == (ItemKind.LEARNING_PLAN, plan_id)
    routes = availability.routes(facts, item)
    asked = [route for route in routes if plan_id is None or own or route == plan_id]
    if not asked:
        plan = facts.item(ItemKind.LEARNING_PLAN, plan_id or "")
        why = because(ReasonCode.NOT_THROUGH_PLAN, item=facts.item(*item), plan=plan)
        return Judged(item, reasons=(why,))
    closed = [availability.closed_reason(facts, item, route, at) for route in asked]
    found = (
        _not_here(facts, item),
        _not_archivable(facts, item) if retake else _retakes_off(facts, item),
        *(dict.fromkeys(closed) if all(closed) else ()),
    )
    if reasons := tuple(filter(None, found)):
        return Judged(item, reasons=reasons)
    still = (route for route, reason in zip(asked, closed, strict=True) if reason is None)
    return Judged(item, tuple(RenewalOption(*item, route) for route in still))


def _not_here(facts: Facts, item: ItemRef) -> Reason | None:
    known = {ItemKind.COURSE: facts.course, ItemKind.LEARNING_PLAN: facts.plan}
    if item.kind is ItemKind.EXTERNAL_TRAINING:
        return because(ReasonCode.TAKEN_ELSEWHERE, item=facts.item(*item))
    if item.kind in known and known[item.kind](item.id) is None:
        return because(ReasonCode.UNKNOWN_ITEM, item=facts.item(*item))
    return None


def _retakes_off(facts: Facts, item: ItemRef) -> Reason | None:
    attempts = facts.attempts(*item)
    completed = any(each.status is EnrolmentStatus.COMPLETED for each in attempts)
    if completed or any(each.ref == item for each in facts.completions):
        return because(ReasonCode.RETAKES_OFF, item=facts.item(*item))
    return None


def _not_archivable(facts: Facts, item: ItemRef) -> Reason | None:
    enrolment = facts.enrolment(*item)
    if enrolment is None or enrolment.status.archivable:
        return None
    return because(ReasonCode.NOT_ARCHIVABLE, item=facts.item(*item), status=enrolment.status)


def within(facts: Facts, item: ItemRef) -> list[ItemRef]:
    """Return what is taken with an item: it itself, and before it the courses known of a plan.

    Rules: X-ARCH-3.
    """
    plan = facts.plan(item.id) if item.kind is ItemKind.LEARNING_PLAN else None
    courses = sorted(set(plan.courses if plan else ()))
    known = [ItemRef(ItemKind.COURSE, each) for each in courses if facts.course(each) is not None]
    return [*known, item]
