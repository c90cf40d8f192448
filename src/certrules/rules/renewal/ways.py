"""Through what can a user take an item now: by itself, or through which learning plan?"""

from datetime import datetime

from certrules import instants
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Reason
from certrules.model.facts import Facts
from certrules.model.learning import Enrolment, LearningPlan, Window, WindowStart
from certrules.rulebook import Rule

__all__ = ["closed", "over", "through"]


def through(facts: Facts, kind: ItemKind, item: str) -> list[str | None]:
    """Return the plans through which a user has an item, by id; None means without a plan.

    A course that stands in plans in which the user is enrolled is taken through these, and by
    itself only where the user is enrolled in it directly as well.

    Rules: DOC-RENEW-15, INT-13, X-VALID-2.
    """
    if kind is not ItemKind.COURSE:
        return [None]
    plans = sorted({plan.id for plan in facts.plans if _has_through(facts, plan, item)})
    enrolment = facts.enrolment(kind, item)
    direct = not plans or (enrolment is not None and enrolment.direct)
    return [*plans, None] if direct else [*plans]


def _has_through(facts: Facts, plan: LearningPlan, course: str) -> bool:
    enrolled = facts.enrolment(ItemKind.LEARNING_PLAN, plan.id) is not None
    return enrolled and course in plan.courses


def closed(
    facts: Facts, kind: ItemKind, item: str, plan: str | None, at: datetime
) -> Reason | None:
    """Return why an item cannot be taken in a way of :func:`through` at an instant, if so.

    The window of the plan has priority, open or over; where the plan sets none, those of the
    courses decide.

    Rules: DOC-RENEW-14, DOC-RENEW-15, DOC-RENEW-16, INT-13.
    """
    through_plan = facts.plan(item if kind is ItemKind.LEARNING_PLAN else plan or "")
    if through_plan is not None and through_plan.window.limited:
        return _plan_closed(facts, through_plan, at)
    if kind is ItemKind.LEARNING_PLAN:
        courses = through_plan.courses if through_plan else ()
    else:
        courses = (item,)
    shut = sorted(course for course in courses if _course_over(facts, course, at))
    return _shut(Rule.DOC_RENEW_14, ItemKind.COURSE, shut[0]) if shut else None


def _plan_closed(facts: Facts, plan: LearningPlan, at: datetime) -> Reason | None:
    if _plan_over(facts, plan, at):
        return _shut(Rule.DOC_RENEW_16, ItemKind.LEARNING_PLAN, plan.id)
    return None


def _shut(rule: Rule, kind: ItemKind, item: str) -> Reason:
    text = f"the validity period of {kind} {item} is over"
    return Reason(rule, text, (("kind", kind), ("item", item)))


def _course_over(facts: Facts, course: str, at: datetime) -> bool:
    known = facts.course(course)
    window = Window() if known is None else known.window
    enrolment = facts.enrolment(ItemKind.COURSE, course)
    access = None if enrolment is None else enrolment.first_access_at
    return over(window, enrolment, access, at)


def _plan_over(facts: Facts, plan: LearningPlan, at: datetime) -> bool:
    enrolment = facts.enrolment(ItemKind.LEARNING_PLAN, plan.id)
    attempts = [each for course in plan.courses for each in facts.attempts(ItemKind.COURSE, course)]
    accesses = [each.first_access_at for each in attempts if each.first_access_at is not None]
    return over(plan.window, enrolment, min(accesses, default=None), at)


def over(
    window: Window, enrolment: Enrolment | None, first_access: datetime | None, at: datetime
) -> bool:
    """Return whether a window's last day, in UTC, is past; days that have not begun never are.

    An access before the enrolment does not let the days begin before it.

    >>> at = datetime(2024, 3, 1, tzinfo=UTC)
    >>> over(Window(date(2024, 2, 29)), None, None, at), over(Window(at.date()), None, None, at)
    (True, False)

    Rules: INT-13b, X-VALID-1.
    """
    today = instants.utc(at).date()
    if window.last_day is not None and today > window.last_day:
        return True
    if window.days is None or enrolment is None:
        return False
    begun = enrolment.enrolled_at
    if window.start is WindowStart.FIRST_ACCESS:
        if first_access is None:
            return False
        begun = max(begun, first_access)
    return (today - begun.date()).days > window.days
