"""Which assigned items can renew an award, and why not the others?"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import frozen

from certrules.model.catalog import Certification, ItemKind
from certrules.model.decisions import Reason, because
from certrules.model.facts import Facts
from certrules.model.learning import EnrolmentStatus, RenewalOption
from certrules.model.policy import Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import criteria
from certrules.rules.renewal import ways

__all__ = ["Judged", "against_several", "judge", "within"]


@frozen
class Judged:
    """What an item is worth: the ways in which it renews, or why it does not."""

    kind: ItemKind
    item_id: str
    options: tuple[RenewalOption, ...]
    reasons: tuple[Reason, ...]


def judge(
    facts: Facts, certification: Certification, plan_id: str | None, at: datetime
) -> list[Judged]:
    """Judge each distinct item of a certification, for a renewal asked from a plan's page or not.

    Rules: DOC-RENEW-07, DOC-RENEW-14, DOC-RENEW-16, INT-13, INT-19, X-ARCH-1.
    """
    assigned = {(each.kind, each.item_id) for each in certification.assignments}
    return [
        _judge(facts, kind, item, plan_id, at, retake=certification.retake)
        for kind, item in sorted(assigned, key=lambda item: (item[0].value, item[1]))
    ]


def against_several(certification: Certification, policy: Policy) -> Iterator[Reason]:
    """Yield why no item can renew a certification: it takes several together to earn it.

    Rules: INT-32.
    """
    needed = len(criteria.groups(certification, policy))
    if needed > 1:
        yield because(ReasonCode.SEVERAL_ITEMS_NEEDED, needed=needed)


def _judge(
    facts: Facts, kind: ItemKind, item_id: str, plan_id: str | None, at: datetime, *, retake: bool
) -> Judged:
    against = _against_retaking if retake else _against_completed
    found = _asked(ways.through(facts, kind, item_id), kind, item_id, plan_id)
    if not found:
        return Judged(kind, item_id, (), (_not_through(facts, kind, item_id, plan_id),))
    reasons = [
        *_against_unknown(facts, kind, item_id),
        *against(facts, kind, item_id),
    ]
    shut = [ways.closed(facts, kind, item_id, way, at) for way in found]
    if all(shut):
        reasons.extend(dict.fromkeys(filter(None, shut)))
    if reasons:
        return Judged(kind, item_id, (), tuple(reasons))
    still = [way for way, reason in zip(found, shut, strict=True) if reason is None]
    return Judged(kind, item_id, tuple(RenewalOption(kind, item_id, way) for way in still), ())


def _not_through(facts: Facts, kind: ItemKind, item_id: str, plan_id: str | None) -> Reason:
    """Return why an item is no option on a plan's page; then nothing else about it matters."""
    plan = facts.item(ItemKind.LEARNING_PLAN, plan_id or "")
    return because(ReasonCode.NOT_THROUGH_PLAN, item=facts.item(kind, item_id), plan=plan)


def _asked(
    found: Sequence[str | None], kind: ItemKind, item_id: str, plan_id: str | None
) -> list[str | None]:
    """Return the ways that count: all of them, or those through the plan that is asked from."""
    own = (kind, item_id) == (ItemKind.LEARNING_PLAN, plan_id)
    return [way for way in found if plan_id is None or own or way == plan_id]


def _against_unknown(facts: Facts, kind: ItemKind, item_id: str) -> Iterator[Reason]:
    if kind is ItemKind.EXTERNAL_TRAINING:
        yield because(ReasonCode.TAKEN_ELSEWHERE, item=facts.item(kind, item_id))
    elif _unknown(facts, kind, item_id):
        yield because(ReasonCode.UNKNOWN_ITEM, item=facts.item(kind, item_id))


def _against_completed(facts: Facts, kind: ItemKind, item_id: str) -> Iterator[Reason]:
    if _ever_completed(facts, kind, item_id):
        yield because(ReasonCode.RETAKES_OFF, item=facts.item(kind, item_id))


def _against_retaking(facts: Facts, kind: ItemKind, item_id: str) -> Iterator[Reason]:
    enrolment = facts.enrolment(kind, item_id)
    if enrolment is not None and not enrolment.status.archivable:
        item = facts.item(kind, item_id)
        yield because(ReasonCode.NOT_ARCHIVABLE, item=item, status=enrolment.status)


def within(facts: Facts, kind: ItemKind, item_id: str) -> list[tuple[ItemKind, str]]:
    """Return what is taken with an item: it itself, and before it the courses known of a plan.

    Rules: X-ARCH-3.
    """
    plan = facts.plan(item_id) if kind is ItemKind.LEARNING_PLAN else None
    courses = sorted(set(plan.courses if plan else ()))
    known = [(ItemKind.COURSE, course) for course in courses if facts.course(course) is not None]
    return [*known, (kind, item_id)]


def _unknown(facts: Facts, kind: ItemKind, item_id: str) -> bool:
    known = {ItemKind.COURSE: facts.course, ItemKind.LEARNING_PLAN: facts.plan}
    return kind in known and known[kind](item_id) is None


def _ever_completed(facts: Facts, kind: ItemKind, item_id: str) -> bool:
    attempts = facts.attempts(kind, item_id)
    return any(each.status is EnrolmentStatus.COMPLETED for each in attempts) or any(
        (each.kind, each.item_id) == (kind, item_id) for each in facts.completions
    )
