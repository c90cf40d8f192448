"""Deciding: may an award be renewed, and by what?"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from certrules import instants
from certrules.model.awards import AssociationType, Source
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Answer, Granted, Reason, Refused, because
from certrules.model.facts import Facts
from certrules.model.learning import EnrolmentStatus, EntryPoint, RenewalOption
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import issuing
from certrules.rules.renewal import availability
from certrules.rules.renewal.availability import Judged, judge, several_items
from certrules.rules.renewal.snapshot import facts_as_of


def decide(
    facts: Facts, *, at: datetime, plan_id: str | None = None, policy: Policy = DOCEBO
) -> Answer:
    """Decide whether the user of the facts may start a renewal at an aware instant.

    The options of a grant are every item by which the renewal can be done, once for each route to
    it. ``plan_id`` is the plan from whose page it is asked, if so: then only routes through it
    count. The award must have been issued; its expiry does not matter. What lies after ``at`` has
    not happened, but nothing is offered that has changed since: the award, its renewal, or the
    training to be taken. So :func:`~certrules.rules.renewal.start` grants each option, and nothing
    else. Reasons of a grant whose code begins with ``not_by`` say why other items are no options.

    >>> start = datetime(2023, 1, 1, tzinfo=UTC)
    >>> course = Assignment(ItemKind.COURSE, "c1", start)
    >>> facts = Facts(
    ...     User("ada", "ada"),
    ...     Certification("fa", "First aid", assignments=(course,)),
    ...     awards=(Award("ada", "fa", start, None),),
    ...     courses=(Course("c1"),),
    ... )
    >>> [option.item_id for option in decide(facts, at=start).options]
    ['c1']

    Rules: DOC-RENEW-01, DOC-RENEW-02, DOC-RENEW-04, DOC-RENEW-05, DOC-RENEW-07, DOC-RENEW-08,
    DOC-RENEW-14, DOC-RENEW-15, DOC-RENEW-16, ALL-EXP-04, INT-12b, INT-13, INT-19, INT-19b, INT-24,
    INT-32, INT-46, X-ARCH-1, X-VALID-2.
    """
    at = instants.utc(at, "at")
    then = facts_as_of(facts, at)
    against = tuple(objections(facts, then, at, policy))
    if facts.certification is None:
        return Refused(against)
    judged = judge(facts, then, facts.certification, plan_id, at)
    options = tuple(option for item in judged for option in item.options)
    if against or not options:
        return Refused((*against, *(() if options else _without(judged))))
    reasons = (*_because(then, options, at), *_not_by(then, judged))
    return Granted(reasons=reasons, options=options)


def objections(facts: Facts, then: Facts, at: datetime, policy: Policy) -> Iterator[Reason]:
    """Yield what speaks against a renewal by whatever item; ``then`` are the facts as they stood.

    Rules: DOC-RENEW-01, DOC-RENEW-02, ALL-EXP-04, INT-12b, INT-24, INT-32, INT-46.
    """
    yield from issuing.objections(then, policy, inactive=Rule.INT_24)
    if facts.certification is None:
        return
    if not policy.renew_control:
        yield because(ReasonCode.RENEWAL_DISABLED)
    yield from several_items(facts.certification, policy)
    if then.held is None and facts.held is not None:
        yield because(ReasonCode.ISSUED_LATER, issued_at=facts.held.issued_at)
    elif then.held is None:
        yield because(ReasonCode.NOT_HELD)
    elif facts.held is not None and facts.held.issued_at > at:
        yield because(ReasonCode.NEXT_AWARD_ISSUED, issued_at=facts.held.issued_at)
    elif then.held != facts.held or then.renewal != facts.renewal:
        yield because(ReasonCode.CHANGED_SINCE, at=at)
    elif then.renewal is None:  # a renewal that is open has made the course incomplete again
        yield from _course_objections(then, then.held.source)
    if renewal := then.renewal:
        item = facts.item(*renewal.option.ref)
        completable = then.held is not None and then.held.cycle == renewal.cycle
        code = ReasonCode.RENEWAL_OPEN if completable else ReasonCode.EARLIER_RENEWAL_OPEN
        yield because(code, item=item, started_at=renewal.started_at)


def _course_objections(facts: Facts, source: Source) -> Iterator[Reason]:
    """Yield the reason of an earning course that is not completed now, if a course earned it."""
    if source.item_id is None or not _attended(facts, source):
        return
    item = facts.item(ItemKind.COURSE, source.item_id)
    enrolment = facts.enrolment(ItemKind.COURSE, source.item_id)
    if enrolment is None:
        yield because(ReasonCode.EARNING_COURSE_NOT_ENROLLED, item=item)
    elif enrolment.status is not EnrolmentStatus.COMPLETED:
        stands = enrolment.status
        yield because(ReasonCode.EARNING_COURSE_NOT_COMPLETED, item=item, enrolment_status=stands)


def _attended(facts: Facts, source: Source) -> bool:
    """Return whether a course earned an award, in which the user was ever enrolled here."""
    if source.type is not AssociationType.COURSE or source.item_id is None:
        return False
    return bool(facts.attempts(ItemKind.COURSE, source.item_id))


def controls(decision: Answer) -> tuple[EntryPoint, ...]:
    """Return where the control that starts a renewal is offered: everywhere, or nowhere.

    >>> controls(Refused(()))
    ()

    Rules: DOC-RENEW-04, DOC-RENEW-08, DOC-VIEW-03.
    """
    return tuple(EntryPoint) if decision else ()


def _without(judged: Sequence[Judged]) -> tuple[Reason, ...]:
    """Return why items are no options, or that there are none, or that all are completed."""
    if not judged:
        return (because(ReasonCode.NO_ITEM_ASSIGNED),)
    reasons = list(dict.fromkeys(reason for item in judged for reason in item.reasons))
    others = [reason for reason in reasons if reason.code is not ReasonCode.RETAKES_OFF]
    if len(reasons) - len(others) < len(judged):  # each item has its own of these
        return tuple(reasons)
    return (because(ReasonCode.ALL_COMPLETED), *others)


def _not_by(facts: Facts, judged: Sequence[Judged]) -> Iterator[Reason]:
    for item in judged:
        option = facts.item(*item.item)
        for reason in item.reasons:
            yield because(_NOT_BY[reason.code], reason.rule, **reason.details, option=option)


_NOT_BY = {
    ReasonCode.RETAKES_OFF: ReasonCode.NOT_BY_COMPLETED,
    ReasonCode.TAKEN_ELSEWHERE: ReasonCode.NOT_BY_TAKEN_ELSEWHERE,
    ReasonCode.UNKNOWN_ITEM: ReasonCode.NOT_BY_UNKNOWN,
    ReasonCode.NOT_ARCHIVABLE: ReasonCode.NOT_BY_ARCHIVING,
    ReasonCode.NOT_THROUGH_PLAN: ReasonCode.NOT_BY_PLAN,
    ReasonCode.NOT_ADMITTED: ReasonCode.NOT_BY_ADMISSION,
    ReasonCode.WINDOW_OVER: ReasonCode.NOT_BY_WINDOW,
    ReasonCode.CHANGED_SINCE: ReasonCode.NOT_BY_CHANGED,
}
"""The reason why an item is no option, if others are, by the reason why it does not renew."""


_NOT_ASKED = {
    AssociationType.COURSE: ReasonCode.EARNING_COURSE_NEVER_TAKEN,
    AssociationType.LEARNING_PLAN: ReasonCode.PLAN_EARNED,
}
"""Why no course is asked for that must be completed now, by what earned the award."""


def _because(facts: Facts, options: Sequence[RenewalOption], at: datetime) -> Iterator[Reason]:
    yield because(ReasonCode.RENEWABLE_ANY_TIME)
    held = facts.held
    if held is not None and not _attended(facts, held.source):
        yield because(_NOT_ASKED.get(held.source.type, ReasonCode.NO_COURSE_EARNED))
    if held is not None and held.expires_at is None:
        yield because(ReasonCode.NEVER_EXPIRES)
    for option in options:
        if option.plan_id and availability.closed_reason(facts, option.ref, None, at):
            item = facts.item(*option.ref)
            plan = facts.item(ItemKind.LEARNING_PLAN, option.plan_id)
            yield because(ReasonCode.PLAN_WINDOW_FIRST, item=item, plan=plan)
