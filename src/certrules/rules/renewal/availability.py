"""Availability: through what can a user take an item now, and which items can renew an award?"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from attrs import frozen

from certrules import instants
from certrules.model.catalog import Certification, Item, ItemKind, ItemRef
from certrules.model.decisions import Reason, because
from certrules.model.facts import Facts
from certrules.model.learning import (
    Course,
    Enrolment,
    EnrolmentStatus,
    LearningPlan,
    RenewalOption,
    Window,
    WindowStart,
)
from certrules.model.policy import Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import criteria
from certrules.rules.renewal.snapshot import changed_since


@frozen
class Judged:
    """What an item is worth: the options by which it renews, or why it does not."""

    item: ItemRef
    options: tuple[RenewalOption, ...] = ()
    reasons: tuple[Reason, ...] = ()


def judge(
    facts: Facts, then: Facts, certification: Certification, plan_id: str | None, at: datetime
) -> list[Judged]:
    """Judge each distinct item of a certification, for a renewal asked from a plan's page or not.

    ``then`` are the facts as they stood: by an item that was taken since, nothing is renewed.
    A plan whose enrolment is suspended or waits for a place is no way, and the user's direct
    enrolment in the course gives none past it.

    Rules: DOC-RENEW-07, DOC-RENEW-14, DOC-RENEW-16, INT-12b, INT-13, INT-19, X-ARCH-1.
    """
    items = sorted({each.ref for each in certification.assignments}, key=criteria.item_order)
    return [_judge(facts, then, item, plan_id, at, retake=certification.retake) for item in items]


def several_items(certification: Certification, policy: Policy) -> Iterator[Reason]:
    """Yield why no item can renew a certification: it takes several together to earn it.

    Rules: INT-32.
    """
    needed = len(criteria.groups(certification, policy))
    if needed > 1:
        yield because(ReasonCode.SEVERAL_ITEMS_NEEDED, needed=needed)


def _judge(
    facts: Facts, then: Facts, item: ItemRef, plan_id: str | None, at: datetime, *, retake: bool
) -> Judged:
    """Judge one item; if it is not taken through the plan, nothing else about it matters."""
    own = item == (ItemKind.LEARNING_PLAN, plan_id)
    asked = [route for route in routes(then, item) if plan_id is None or own or route == plan_id]
    if not asked:
        plan = facts.item(ItemKind.LEARNING_PLAN, plan_id or "")
        why = because(ReasonCode.NOT_THROUGH_PLAN, item=facts.item(*item), plan=plan)
        return Judged(item, reasons=(why,))
    closed = [
        _not_admitted(then, item, route, retake=retake)
        or closed_reason(then, item, route, at)
        or _changed(facts, then, item, route, at)
        for route in asked
    ]
    found = (
        _not_here(then, item),
        _not_archivable(then, item) if retake else _retakes_off(then, item),
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
    done = any(each.status is EnrolmentStatus.COMPLETED for each in attempts)
    if done or any(each.ref == item for each in facts.completions):
        return because(ReasonCode.RETAKES_OFF, item=facts.item(*item))
    return None


def _not_archivable(facts: Facts, item: ItemRef) -> Reason | None:
    enrolment = facts.enrolment(*item)
    if enrolment is None or enrolment.status.archivable:
        return None
    return because(
        ReasonCode.NOT_ARCHIVABLE, item=facts.item(*item), enrolment_status=enrolment.status
    )


def _not_admitted(
    facts: Facts, item: ItemRef, plan_id: str | None, *, retake: bool
) -> Reason | None:
    """Return why a plan is no way to its course, nor to itself: it is suspended or waited for."""
    if item.kind is ItemKind.LEARNING_PLAN and not retake:  # with retakes, X-ARCH-1 says so
        plan_id = item.id
    enrolment = facts.enrolment(ItemKind.LEARNING_PLAN, plan_id or "")
    if enrolment is None or enrolment.status.admitted:
        return None
    plan = facts.item(ItemKind.LEARNING_PLAN, enrolment.item_id)
    status = enrolment.status
    return because(
        ReasonCode.NOT_ADMITTED, item=facts.item(*item), plan=plan, enrolment_status=status
    )


def _changed(
    facts: Facts, then: Facts, item: ItemRef, plan_id: str | None, at: datetime
) -> Reason | None:
    plan = [] if plan_id is None else [ItemRef(ItemKind.LEARNING_PLAN, plan_id)]
    if changed_since(facts, then, [*within(facts, item), *plan]):
        return because(ReasonCode.CHANGED_SINCE, at=at)
    return None


def within(facts: Facts, item: ItemRef) -> list[ItemRef]:
    """Return what is taken with an item: it itself, and before it the courses known of a plan.

    Rules: X-ARCH-3.
    """
    plan = facts.plan(item.id) if item.kind is ItemKind.LEARNING_PLAN else None
    courses = sorted(set(plan.courses if plan else ()))
    known = [ItemRef(ItemKind.COURSE, each) for each in courses if facts.course(each) is not None]
    return [*known, item]


def routes(facts: Facts, item: ItemRef) -> list[str | None]:
    """Return the plans through which a user has an item, by id; None means without a plan.

    A course that stands in plans in which the user is enrolled is taken through these alone, even
    if the user is enrolled in it directly as well.

    Rules: DOC-RENEW-15, INT-13, X-VALID-2.
    """
    if item.kind is not ItemKind.COURSE:
        return [None]
    holding = {plan.id for plan in facts.plans if item.id in plan.courses}
    plans = [each for each in sorted(holding) if facts.enrolment(ItemKind.LEARNING_PLAN, each)]
    return [*plans] if plans else [None]


def closed_reason(facts: Facts, item: ItemRef, plan_id: str | None, at: datetime) -> Reason | None:
    """Return why an item cannot be taken by one of its :func:`routes` at an instant, if so.

    The window of the plan has priority, open or over; if the plan sets none, those of the
    courses decide.

    Rules: DOC-RENEW-14, DOC-RENEW-15, DOC-RENEW-16, INT-13.
    """
    own = item.kind is ItemKind.LEARNING_PLAN
    plan = facts.plan(item.id if own else plan_id or "")
    if plan is not None and plan.window.limited:
        named = facts.item(ItemKind.LEARNING_PLAN, plan.id)
        return _over(Rule.DOC_RENEW_16, named, _plan_ended(facts, plan, at))
    courses = (plan.courses if plan else ()) if own else (item.id,)
    for course in sorted(courses):
        named, last = facts.item(ItemKind.COURSE, course), _course_ended(facts, course, at)
        if reason := _over(Rule.DOC_RENEW_14, named, last):
            return reason
    return None


def _over(rule: Rule, item: Item, last: date | None) -> Reason | None:
    return because(ReasonCode.WINDOW_OVER, rule, item=item, last_day=last) if last else None


def _course_ended(facts: Facts, course_id: str, at: datetime) -> date | None:
    known = facts.course(course_id) or Course(course_id)
    enrolment = facts.enrolment(ItemKind.COURSE, course_id)
    access = enrolment.first_access_at if enrolment else None
    return window_end(known.window, enrolment, access, at)


def _plan_ended(facts: Facts, plan: LearningPlan, at: datetime) -> date | None:
    enrolment = facts.enrolment(ItemKind.LEARNING_PLAN, plan.id)
    attempts = [each for course in plan.courses for each in facts.attempts(ItemKind.COURSE, course)]
    accesses = [each.first_access_at for each in attempts if each.first_access_at is not None]
    return window_end(plan.window, enrolment, min(accesses, default=None), at)


def window_end(
    window: Window, enrolment: Enrolment | None, first_access: datetime | None, at: datetime
) -> date | None:
    """Return a window's last day, in UTC, once it is past; days that have not begun never are.

    An access before the enrolment does not let the days begin before it.

    >>> at = datetime(2024, 3, 1, tzinfo=UTC)
    >>> [window_end(Window(date(2024, *day)), None, None, at) for day in ((2, 29), (3, 1))]
    [datetime.date(2024, 2, 29), None]

    Rules: INT-13b, X-VALID-1.
    """
    today = instants.utc(at, "at").date()
    ends = [] if window.last_day is None or today <= window.last_day else [window.last_day]
    begun = _begun(window, enrolment, first_access)
    if window.days and begun and (today - begun).days > window.days:
        ends.append(begun + timedelta(window.days))
    return min(ends, default=None)


def _begun(
    window: Window, enrolment: Enrolment | None, first_access: datetime | None
) -> date | None:
    if enrolment is None or window.start is WindowStart.ENROLMENT:
        return enrolment.enrolled_at.date() if enrolment else None
    return first_access and max(enrolment.enrolled_at, first_access).date()
