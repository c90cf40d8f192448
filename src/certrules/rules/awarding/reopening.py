"""Reopening: which training is to be taken again, since its award has expired?"""

from collections.abc import Iterator
from datetime import datetime

from certrules.model.awards import Award
from certrules.model.catalog import ItemRef
from certrules.model.decisions import Granted, Reason, Refused, because
from certrules.model.effects import ReopenTraining
from certrules.model.facts import Facts
from certrules.model.learning import EnrolmentStatus
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import criteria, issuing, status

__all__ = ["reopen_training"]


def reopen_training(
    facts: Facts, *, at: datetime, policy: Policy = DOCEBO
) -> Granted[ReopenTraining] | Refused:
    """Decide whether the training of an expired award becomes incomplete, so as to be taken again.

    Reopened are the assigned items that the user completed before the expiry. What was completed
    since stays, so that it does not matter how late or how often this is asked. Items in which the
    user is not enrolled need no reopening. Nothing is reopened for a user who could not be issued
    the certification again.

    >>> facts = Facts(User("ada", "ada"), Certification("fa", "First aid"))
    >>> reopen_training(facts, at=datetime(2024, 1, 1, tzinfo=UTC)).reasons[0].rule
    Rule.INT_34

    Rules: ALL-EXP-03, INT-34.
    """
    reasons = [*issuing.objections(facts, policy), *_reopening_objections(facts.held, at, policy)]
    done = [] if reasons or facts.held is None else _done(facts, facts.held)
    if not done:
        return Refused(reasons or (because(ReasonCode.NO_TRAINING_TO_REOPEN),))
    why = because(ReasonCode.TRAINING_REOPENED)
    return Granted(tuple(ReopenTraining(facts.user.id, *item) for item in done), (why,))


def _reopening_objections(held: Award | None, at: datetime, policy: Policy) -> Iterator[Reason]:
    if not policy.reenable_training_on_expiry:
        yield because(ReasonCode.TRAINING_STAYS_COMPLETE)
    if held is None or not status.expired(held, at):
        yield because(ReasonCode.NO_EXPIRED_AWARD)


def _done(facts: Facts, held: Award) -> list[ItemRef]:
    """Return the assigned items that stand as completed, by nothing that followed the expiry."""
    assignments = facts.certification.assignments if facts.certification else ()
    since = (each for each in facts.all_completions if status.expired(held, each.completed_at))
    items = {each.ref for each in assignments} - {each.ref for each in since}
    return sorted((each for each in items if _completed(facts, each)), key=criteria.item_order)


def _completed(facts: Facts, item: ItemRef) -> bool:
    enrolment = facts.enrolment(*item)
    return enrolment is not None and enrolment.status is EnrolmentStatus.COMPLETED
