"""May an award be renewed, and by what?"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from certrules import instants
from certrules.model.awards import AssociationType, Award
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Granted, Reason, Refused, because
from certrules.model.facts import Facts
from certrules.model.learning import EnrolmentStatus, EntryPoint, RenewalOption
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import issuing
from certrules.rules.renewal import ways
from certrules.rules.renewal.items import Judged, against_several, judge
from certrules.rules.renewal.standing import as_of

__all__ = ["controls", "decide", "gates"]


def decide(
    facts: Facts, *, at: datetime, plan_id: str | None = None, policy: Policy = DOCEBO
) -> Granted | Refused:
    """Decide whether the user of the facts may start a renewal at an aware instant.

    The effects of a grant are its :class:`~certrules.model.learning.RenewalOption` values: every
    item by which the renewal can be done, once for each way of taking it. ``plan_id`` is the plan
    from whose page it is asked, if so: only ways through it count then. From everywhere else
    the answer is the same, and the award's expiry does not matter; but it must have been issued.
    What lies after ``at`` has not happened for it. Reasons of a grant whose code begins
    with ``not_by`` say why other items are no options.

    >>> start = datetime(2023, 1, 1, tzinfo=UTC)
    >>> course = Assignment(ItemKind.COURSE, "c1", start)
    >>> facts = Facts(
    ...     User("ada", "ada"),
    ...     Certification("fa", "First aid", assignments=(course,)),
    ...     awards=(Award("ada", "fa", start, None),),
    ...     courses=(Course("c1"),),
    ... )
    >>> [option.item_id for option in decide(facts, at=start).effects]
    ['c1']

    Rules: DOC-RENEW-01, DOC-RENEW-02, DOC-RENEW-04, DOC-RENEW-05, DOC-RENEW-07, DOC-RENEW-08,
    DOC-RENEW-14, DOC-RENEW-15, DOC-RENEW-16, ALL-EXP-04, INT-12b, INT-13, INT-19, INT-19b, INT-24,
    INT-32, X-ARCH-1, X-VALID-2.
    """
    at = instants.utc(at)
    then = as_of(facts, at)
    against = tuple(gates(facts, then, policy))
    if facts.certification is None:
        return Refused(against)
    judged = judge(then, facts.certification, plan_id, at)
    options = tuple(option for item in judged for option in item.options)
    if against or not options:
        return Refused((*against, *(() if options else _without(judged))))
    return Granted(options, (*_because(then, options, at), *_not_by(then, judged)))


def gates(facts: Facts, then: Facts, policy: Policy) -> Iterator[Reason]:
    """Yield what speaks against a renewal by whatever item; ``then`` are the facts as they stood.

    Rules: DOC-RENEW-01, DOC-RENEW-02, ALL-EXP-04, INT-12b, INT-24, INT-32.
    """
    yield from issuing.against(then, inactive=Rule.INT_24)
    if facts.certification is not None:
        yield from _against_platform(policy)
        yield from against_several(facts.certification, policy)
        yield from _against_award(then, facts.held)
        yield from _against_open_renewal(then)


def controls(decision: Granted | Refused) -> tuple[EntryPoint, ...]:
    """Return where the control that starts a renewal is offered: everywhere, or nowhere.

    >>> controls(Refused(()))
    ()

    Rules: DOC-RENEW-04, DOC-RENEW-08, DOC-VIEW-03.
    """
    return tuple(EntryPoint) if decision else ()


def _against_platform(policy: Policy) -> Iterator[Reason]:
    if not policy.renew_control:
        yield because(ReasonCode.RENEWAL_DISABLED)


def _against_award(facts: Facts, later: Award | None) -> Iterator[Reason]:
    held = facts.held
    if held is None:
        yield _held_by_none(later)
        return
    if facts.renewal is not None:
        return  # its start is what made the course incomplete again
    if held.source.type is AssociationType.COURSE and held.source.item_id is not None:
        yield from _against_awarding_course(facts, held.source.item_id)


def _held_by_none(later: Award | None) -> Reason:
    if later is None:
        return because(ReasonCode.NOT_HELD)
    return because(ReasonCode.ISSUED_LATER, issued_at=later.issued_at)


def _against_awarding_course(facts: Facts, course_id: str) -> Iterator[Reason]:
    """Yield the reason of a course that is not completed now; what is archived is no status."""
    enrolment = facts.enrolment(ItemKind.COURSE, course_id)
    item = facts.item(ItemKind.COURSE, course_id)
    if enrolment is None:
        yield because(ReasonCode.EARNING_COURSE_NOT_ENROLLED, item=item)
    elif enrolment.status is not EnrolmentStatus.COMPLETED:
        stands = enrolment.status
        yield because(ReasonCode.EARNING_COURSE_NOT_COMPLETED, item=item, status=stands)


def _against_open_renewal(facts: Facts) -> Iterator[Reason]:
    renewal = facts.renewal
    if renewal is not None:
        item = facts.item(renewal.option.kind, renewal.option.item_id)
        completable = facts.held is not None and facts.held.cycle == renewal.cycle
        code = ReasonCode.RENEWAL_OPEN if completable else ReasonCode.EARLIER_RENEWAL_OPEN
        yield because(code, item=item, started_at=renewal.started_at)


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
        option = facts.item(item.kind, item.item_id)
        for reason in item.reasons:
            yield because(_NOT_BY[reason.code], reason.rule, **reason.details, option=option)


_NOT_BY = {
    ReasonCode.RETAKES_OFF: ReasonCode.NOT_BY_COMPLETED,
    ReasonCode.TAKEN_ELSEWHERE: ReasonCode.NOT_BY_TAKEN_ELSEWHERE,
    ReasonCode.UNKNOWN_ITEM: ReasonCode.NOT_BY_UNKNOWN,
    ReasonCode.NOT_ARCHIVABLE: ReasonCode.NOT_BY_ARCHIVING,
    ReasonCode.NOT_THROUGH_PLAN: ReasonCode.NOT_BY_PLAN,
    ReasonCode.WINDOW_OVER: ReasonCode.NOT_BY_WINDOW,
}
"""The reason why an item is no option, if others are, by the reason why it does not renew."""


def _because(facts: Facts, options: Sequence[RenewalOption], at: datetime) -> Iterator[Reason]:
    yield because(ReasonCode.RENEWABLE_ANY_TIME)
    yield from _because_of_award(facts.held)
    for option in options:
        if option.plan_id and ways.closed(facts, option.kind, option.item_id, None, at):
            item = facts.item(option.kind, option.item_id)
            plan = facts.item(ItemKind.LEARNING_PLAN, option.plan_id)
            yield because(ReasonCode.PLAN_WINDOW_FIRST, item=item, plan=plan)


def _because_of_award(held: Award | None) -> Iterator[Reason]:
    if held is not None and held.source.type is not AssociationType.COURSE:
        plan = held.source.type is AssociationType.LEARNING_PLAN
        yield because(ReasonCode.PLAN_EARNED if plan else ReasonCode.NO_COURSE_EARNED)
    if held is not None and held.expires_at is None:
        yield because(ReasonCode.NEVER_EXPIRES)
