"""Availability: through what can a user take an item now, by itself or through which plan?"""

from datetime import date, datetime, timedelta

from certrules import instants
from certrules.model.catalog import Item, ItemKind, ItemRef
from certrules.model.decisions import Reason, because
from certrules.model.facts import Facts
from certrules.model.learning import Course, Enrolment, LearningPlan, Window, WindowStart
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule

__all__ = ["closed_reason", "routes", "window_end"]


def routes(facts: Facts, item: ItemRef) -> list[str | None]:
    """Return the plans through which a user has an item, by id; None means without a plan.

    A course that stands in plans in which the user is enrolled is taken through these, and by
    itself only if the user is enrolled in it directly as well.

    Rules: DOC-RENEW-15, INT-13, X-VALID-2.
    """
    if item.kind is not ItemKind.COURSE:
        return [None]
    plans = sorted({plan.id for plan in facts.plans if _has_through(facts, plan, item.id)})
    enrolment = facts.enrolment(*item)
    direct = not plans or (enrolment is not None and enrolment.direct)
    return [*plans, None] if direct else [*plans]


def _has_through(facts: Facts, plan: LearningPlan, course_id: str) -> bool:
    enrolled = facts.enrolment(ItemKind.LEARNING_PLAN, plan.id) is not None
    return enrolled and course_id in plan.courses


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
