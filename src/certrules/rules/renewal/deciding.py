"""May an award be renewed, and by what?"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import evolve

from certrules import instants
from certrules.model.awards import AssociationType, Award
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.facts import Facts
from certrules.model.learning import EnrolmentStatus, EntryPoint, RenewalOption
from certrules.model.policy import DOCEBO, Policy
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
    What lies after ``at`` has not happened for it. Reasons of a grant that begin with ``not by``
    tell why other items are no options.

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
        yield Reason(Rule.ALL_EXP_04, "this platform has no renewal")


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
        return Reason(Rule.DOC_RENEW_01, "the user holds no award to renew")
    text = f"the award is issued only later, {instants.written(later.issued_at)}"
    return Reason(Rule.DOC_RENEW_01, text, (("issued_at", later.issued_at),))


def _against_awarding_course(facts: Facts, course_id: str) -> Iterator[Reason]:
    """Yield the reason of a course that is not completed now; what is archived is no status."""
    enrolment = facts.enrolment(ItemKind.COURSE, course_id)
    if enrolment is None or enrolment.status is not EnrolmentStatus.COMPLETED:
        standing = "not enrolled" if enrolment is None else str(enrolment.status)
        called = facts.item(ItemKind.COURSE, course_id)
        text = f"{called}, which earned the award, is not completed: {standing.replace('_', ' ')}"
        yield Reason(Rule.DOC_RENEW_02, text, (("item", course_id), ("status", standing)))


def _against_open_renewal(facts: Facts) -> Iterator[Reason]:
    renewal = facts.renewal
    if renewal is not None:
        called = facts.item(renewal.option.kind, renewal.option.item_id)
        text = f"a renewal was started already: complete {called}, or cancel it"
        if facts.held is None or facts.held.cycle != renewal.cycle:  # nothing can complete it
            text = "a renewal of an earlier award was started and not completed: cancel it"
        began = (("started_at", renewal.started_at), ("item", renewal.option.item_id))
        yield Reason(Rule.INT_12b, text, began)


def _without(judged: Sequence[Judged]) -> tuple[Reason, ...]:
    """Return why items are no options, or that there are none, or that all are completed."""
    if not judged:
        return (Reason(Rule.INT_19, "no item is assigned to the certification"),)
    reasons = list(dict.fromkeys(reason for item in judged for reason in item.reasons))
    others = [reason for reason in reasons if reason.rule is not Rule.DOC_RENEW_07]
    if len(reasons) - len(others) < len(judged):  # each item has its own of these
        return tuple(reasons)
    every = Reason(Rule.DOC_RENEW_08, "every assigned item was completed, and retakes are off")
    return (every, *others)


def _not_by(facts: Facts, judged: Sequence[Judged]) -> Iterator[Reason]:
    for item in judged:
        called = facts.item(item.kind, item.item_id)
        for reason in item.reasons:
            yield evolve(reason, text=f"not by {called}: {_shortened(reason.text, str(called))}")


def _shortened(text: str, called: str) -> str:
    return f"it{text.removeprefix(called)}" if text.startswith(f"{called} ") else text


def _because(facts: Facts, options: Sequence[RenewalOption], at: datetime) -> Iterator[Reason]:
    yield Reason(Rule.DOC_RENEW_01, "an award may be renewed at any time")
    yield from _because_of_award(facts.held)
    for option in options:
        if option.plan_id and ways.closed(facts, option.kind, option.item_id, None, at):
            called = facts.item(option.kind, option.item_id)
            plan = facts.item(ItemKind.LEARNING_PLAN, option.plan_id)
            text = f"the validity period of {plan} comes before that of {called}"
            yield Reason(Rule.INT_13, text, (("item", option.item_id), ("plan", option.plan_id)))


def _because_of_award(held: Award | None) -> Iterator[Reason]:
    if held is not None and held.source.type is not AssociationType.COURSE:
        plan = held.source.type is AssociationType.LEARNING_PLAN
        earned = "a learning plan and no course by itself" if plan else "no course"
        text = f"{earned} earned the award, so none has to be completed now"
        yield Reason(Rule.INT_19, text)
    if held is not None and held.expires_at is None:
        yield Reason(Rule.INT_19b, "an award that never expires may be renewed too")
