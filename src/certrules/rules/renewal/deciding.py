"""May an award be renewed, and by what?"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import evolve

from certrules import instants
from certrules.model.awards import AssociationType, Award
from certrules.model.catalog import Certification, ItemKind
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.facts import Facts
from certrules.model.learning import EnrolmentStatus, EntryPoint, RenewalOption
from certrules.model.policy import DOCEBO, Policy
from certrules.rulebook import Rule
from certrules.rules import criteria, issuing
from certrules.rules.renewal import ways
from certrules.rules.renewal.items import Judged, judge

__all__ = ["controls", "decide"]


def decide(
    facts: Facts, *, at: datetime, plan: str | None = None, policy: Policy = DOCEBO
) -> Granted | Refused:
    """Decide whether the user of the facts may start a renewal at an aware instant.

    The effects of a grant are its :class:`~certrules.model.learning.RenewalOption` values: every
    item by which the renewal can be done, once for each way of taking it. ``plan`` is the learning
    plan from whose page it is asked, if so: only ways through it count then. From everywhere else
    the answer is the same, and the award's expiry does not matter; but it must have been issued.
    Reasons of a grant that begin with ``not by`` tell why other items are no options.

    >>> start = datetime(2023, 1, 1, tzinfo=UTC)
    >>> course = Assignment(ItemKind.COURSE, "c1", start)
    >>> facts = Facts(
    ...     User("ada", "ada"),
    ...     Certification("fa", "First aid", assignments=(course,)),
    ...     awards=(Award("ada", "fa", start, None),),
    ...     courses=(Course("c1"),),
    ... )
    >>> [option.item for option in decide(facts, at=start).effects]
    ['c1']

    Rules: DOC-RENEW-01, DOC-RENEW-02, DOC-RENEW-04, DOC-RENEW-05, DOC-RENEW-07, DOC-RENEW-08,
    DOC-RENEW-14, DOC-RENEW-15, DOC-RENEW-16, ALL-EXP-04, INT-12b, INT-13, INT-19, INT-19b, INT-24,
    X-ARCH-1, X-VALID-2.
    """
    at = instants.utc(at)
    certification = facts.certification
    if certification is None:
        return Refused(issuing.against(facts, inactive=Rule.INT_24))
    judged = judge(facts, certification, plan, at)
    options = tuple(option for item in judged for option in item.options)
    gates = [
        *issuing.against(facts, inactive=Rule.INT_24),
        *_against_platform(certification, policy),
        *_against_award(facts, at),
        *_against_open_renewal(facts),
    ]
    without = _without(judged)
    if gates or not options:
        return Refused((*gates, *(() if options else without)))
    return Granted(options, (*_because(facts, options, at), *_not_by(facts, judged)))


def controls(decision: Granted | Refused) -> tuple[EntryPoint, ...]:
    """Return where the control that starts a renewal is offered: everywhere, or nowhere.

    >>> controls(Refused(()))
    ()

    Rules: DOC-RENEW-04, DOC-RENEW-08, DOC-VIEW-03.
    """
    return tuple(EntryPoint) if decision else ()


def _against_platform(certification: Certification, policy: Policy) -> Iterator[Reason]:
    if not policy.renew_control:
        yield Reason(Rule.ALL_EXP_04, "this platform has no renewal")
    needed = len(criteria.groups(certification, policy))
    if needed > 1:
        text = "a renewal is done by one item, and the certification needs several"
        yield Reason(Rule.INT_32, text, (("needed", needed),))


def _against_award(facts: Facts, at: datetime) -> Iterator[Reason]:
    held = facts.held
    if held is None:
        yield Reason(Rule.DOC_RENEW_01, "the user holds no award to renew")
        return
    if at < held.issued_at:
        issued = (("issued_at", held.issued_at),)
        text = f"the award is issued only later, {instants.written(held.issued_at)}"
        yield Reason(Rule.DOC_RENEW_01, text, issued)
    if facts.renewal is not None:
        return  # its start is what made the course incomplete again
    if held.source.type is AssociationType.COURSE and held.source.item is not None:
        yield from _against_awarding_course(facts, held.source.item)


def _against_awarding_course(facts: Facts, course: str) -> Iterator[Reason]:
    """Yield the reason of a course that is not completed now; what is archived is no status."""
    enrolment = facts.enrolment(ItemKind.COURSE, course)
    if enrolment is None or enrolment.status is not EnrolmentStatus.COMPLETED:
        standing = "not enrolled" if enrolment is None else str(enrolment.status)
        called = facts.item(ItemKind.COURSE, course)
        text = f"{called}, which earned the award, is not completed: {standing.replace('_', ' ')}"
        yield Reason(Rule.DOC_RENEW_02, text, (("item", course), ("status", standing)))


def _against_open_renewal(facts: Facts) -> Iterator[Reason]:
    renewal = facts.renewal
    if renewal is not None:
        called = facts.item(renewal.option.kind, renewal.option.item)
        text = f"a renewal was started already: complete {called}, or cancel it"
        if facts.held is None or facts.held.cycle != renewal.cycle:  # nothing can complete it
            text = "a renewal of an earlier award was started and not completed: cancel it"
        began = (("started_at", renewal.started_at), ("item", renewal.option.item))
        yield Reason(Rule.INT_12b, text, began)


def _without(judged: Sequence[Judged]) -> tuple[Reason, ...]:
    """Return why items are no options, or that there are none, or that all are completed."""
    if not judged:
        return (Reason(Rule.INT_19, "no item is assigned to the certification"),)
    reasons = [reason for item in judged for reason in item.reasons]
    others = [reason for reason in reasons if reason.rule is not Rule.DOC_RENEW_07]
    if len(reasons) - len(others) < len(judged):
        return tuple(reasons)
    every = Reason(Rule.DOC_RENEW_08, "every assigned item was completed, and retakes are off")
    return (every, *others)


def _not_by(facts: Facts, judged: Sequence[Judged]) -> Iterator[Reason]:
    for item in judged:
        called = facts.item(item.kind, item.item)
        for reason in item.reasons:
            yield evolve(reason, text=f"not by {called}: {_shortened(reason.text, str(called))}")


def _shortened(text: str, called: str) -> str:
    return f"it{text.removeprefix(called)}" if text.startswith(f"{called} ") else text


def _because(facts: Facts, options: Sequence[RenewalOption], at: datetime) -> Iterator[Reason]:
    yield Reason(Rule.DOC_RENEW_01, "an award may be renewed at any time")
    yield from _because_of_award(facts.held)
    for option in options:
        if option.plan and ways.closed(facts, option.kind, option.item, None, at):
            called = facts.item(option.kind, option.item)
            plan = facts.item(ItemKind.LEARNING_PLAN, option.plan)
            text = f"the validity period of {plan} comes before that of {called}"
            yield Reason(Rule.INT_13, text, (("item", option.item), ("plan", option.plan)))


def _because_of_award(held: Award | None) -> Iterator[Reason]:
    if held is not None and held.source.type is not AssociationType.COURSE:
        yield Reason(Rule.INT_19, "no course earned the award, so none has to be completed now")
    if held is not None and held.expires_at is None:
        yield Reason(Rule.INT_19b, "an award that never expires may be renewed too")
