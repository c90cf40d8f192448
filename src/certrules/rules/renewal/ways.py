"""Through what can a user take an item now: by itself, or through which learning plan?"""

from datetime import date, datetime, timedelta

from certrules import instants
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Reason, because
from certrules.model.facts import Facts
from certrules.model.learning import Course, Enrolment, LearningPlan, Window, WindowStart
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule

__all__ = ["closed", "ended", "through"]


def through(facts: Facts, kind: ItemKind, item_id: str) -> list[str | None]:
    """Return the plans through which a user has an item, by id; None means without a plan.

    A course that stands in plans in which the user is enrolled is taken through these, and by
    itself only where the user is enrolled in it directly as well.

    Rules: DOC-RENEW-15, INT-13, X-VALID-2.
    """
    if kind is not ItemKind.COURSE:
        return [None]
    plans = sorted({plan.id for plan in facts.plans if _has_through(facts, plan, item_id)})
    enrolment = facts.enrolment(kind, item_id)
    direct = not plans or (enrolment is not None and enrolment.direct)
    return [*plans, None] if direct else [*plans]


def _has_through(facts: Facts, plan: LearningPlan, course_id: str) -> bool:
    enrolled = facts.enrolment(ItemKind.LEARNING_PLAN, plan.id) is not None
    return enrolled and course_id in plan.courses


def closed(
    facts: Facts, kind: ItemKind, item_id: str, plan_id: str | None, at: datetime
) -> Reason | None:
    """Return why an item cannot be taken in a way of :func:`through` at an instant, if so.

    The window of the plan has priority, open or over; where the plan sets none, those of the
    courses decide.

    Rules: DOC-RENEW-14, DOC-RENEW-15, DOC-RENEW-16, INT-13.
    """
    through_plan = facts.plan(item_id if kind is ItemKind.LEARNING_PLAN else plan_id or "")
    if through_plan is not None and through_plan.window.limited:
        return _plan_closed(facts, through_plan, at)
    if kind is ItemKind.LEARNING_PLAN:
        courses = through_plan.courses if through_plan else ()
    else:
        courses = (item_id,)
    for course in sorted(courses):
        if last := _course_ended(facts, course, at):
            return _shut(facts, Rule.DOC_RENEW_14, ItemKind.COURSE, course, last)
    return None


def _plan_closed(facts: Facts, plan: LearningPlan, at: datetime) -> Reason | None:
    if last := _plan_ended(facts, plan, at):
        return _shut(facts, Rule.DOC_RENEW_16, ItemKind.LEARNING_PLAN, plan.id, last)
    return None


def _shut(facts: Facts, rule: Rule, kind: ItemKind, item_id: str, last: date) -> Reason:
    item = facts.item(kind, item_id)
    return because(ReasonCode.WINDOW_OVER, rule, item=item, last_day=last)


def _course_ended(facts: Facts, course_id: str, at: datetime) -> date | None:
    known = facts.course(course_id) or Course(course_id)
    enrolment = facts.enrolment(ItemKind.COURSE, course_id)
    access = enrolment.first_access_at if enrolment else None
    return ended(known.window, enrolment, access, at)


def _plan_ended(facts: Facts, plan: LearningPlan, at: datetime) -> date | None:
    enrolment = facts.enrolment(ItemKind.LEARNING_PLAN, plan.id)
    attempts = [each for course in plan.courses for each in facts.attempts(ItemKind.COURSE, course)]
    accesses = [each.first_access_at for each in attempts if each.first_access_at is not None]
    return ended(plan.window, enrolment, min(accesses, default=None), at)


def ended(
    window: Window, enrolment: Enrolment | None, first_access: datetime | None, at: datetime
) -> date | None:
    """Return a window's last day, in UTC, once it is past; days that have not begun never are.

    An access before the enrolment does not let the days begin before it.

    >>> at = datetime(2024, 3, 1, tzinfo=UTC)
    >>> ended(Window(date(2024, 2, 29)), None, None, at), ended(Window(at.date()), None, None, at)
    (datetime.date(2024, 2, 29), None)

    Rules: INT-13b, X-VALID-1.
    """
    today = instants.utc(at).date()
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
