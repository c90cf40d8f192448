"""Evaluating: which award is due for what is known, and not yet issued?"""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from functools import partial

from attrs import evolve

from certrules import instants
from certrules.model.catalog import Certification
from certrules.model.decisions import Decision, Refused, because
from certrules.model.facts import Facts
from certrules.model.learning import Completion, Renewal
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import criteria, issuing, renewal
from certrules.rules.awarding import completing, external


def evaluate(
    facts: Facts, *, at: datetime, zone: str | tzinfo, policy: Policy = DOCEBO
) -> Decision:
    """Decide which award is due to the user of the facts for what they have completed by ``at``.

    This is :func:`~certrules.rules.awarding.decide` for a host that keeps completions itself, and
    asks afterwards: each known completion is decided as if it were new, first to last, until one
    earns an award. So are completed enrolments, and external trainings, assigned or chosen. If a
    renewal is open, the question is which completion completes it.

    What has an award earns no other: asked again once the award is issued, nothing is due, unless
    training opened again when it expired, and was completed since. An award that was taken away is
    due again.

    A refusal says what is missing, or why the last completion earns nothing.

    >>> start, done = (datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2))
    >>> course = Assignment(ItemKind.COURSE, "c1", start)
    >>> facts = Facts(
    ...     User("ada", "ada"),
    ...     Certification("fa", "First aid", assignments=(course,)),
    ...     completions=(Completion("ada", ItemKind.COURSE, "c1", done),),
    ... )
    >>> evaluate(facts, at=done, zone=UTC).effects[0].award.issued_at == done
    True

    Rules: DOC-CERT-11, DOC-CERT-12, DOC-ASSIGN-07, DOC-ASSIGN-09, DOC-RENEW-03, INT-12b, INT-35,
    INT-43.
    """
    at, facts = instants.utc(at, "at"), criteria.with_external(facts, zone=zone, policy=policy)
    past = {each for each in facts.all_completions if each.completed_at <= at}
    known = sorted(past, key=criteria.order)
    if facts.certification is None:
        return Refused(issuing.objections(facts, policy))
    if facts.renewal is None:
        answers = [
            _earned(facts, facts.certification, known, at, zone, policy),
            *_chosen(facts, facts.certification, at, zone, policy),
        ]
    else:
        answers = [_renewed(facts, facts.renewal, known, at, zone, policy)]
    return next((each for each in answers if each), answers[-1])


def concerned(facts: Facts) -> bool:
    """Return whether anything is known for which an award of the certification might be due.

    Rules: DOC-CERT-12.
    """
    assignments = facts.certification.assignments if facts.certification else ()
    done = {each.ref for each in facts.all_completions} | {each.ref for each in facts.external}
    chosen = {each.certification_id for each in facts.external}
    return (
        facts.renewal is not None
        or any(each.ref in done for each in assignments)
        or (facts.certification is not None and facts.certification.id in chosen)
    )


def _chosen(
    facts: Facts, certification: Certification, at: datetime, zone: str | tzinfo, policy: Policy
) -> Iterator[Decision]:
    """Yield what each external training earns that is chosen, and not assigned."""
    for training in sorted(facts.external, key=lambda each: (each.completed_on, each.id)):
        chosen = training.certification_id == certification.id
        done = criteria.external(training, zone=zone, policy=policy)
        if chosen and done.completed_at <= at and not criteria.attached(certification, training):
            yield external.earn_external(
                facts, certification, training, at=at, zone=zone, policy=policy
            )


def _earned(
    facts: Facts,
    certification: Certification,
    known: Sequence[Completion],
    at: datetime,
    zone: str | tzinfo,
    policy: Policy,
) -> Decision:
    """Decide what the first completion earns that earns anything."""
    groups, held = criteria.groups(certification, policy), facts.held
    done = [each for each in known if any(criteria.assigned(group, each) for group in groups)]
    earn = partial(completing.earn, facts, at=at, zone=zone, policy=policy)
    if held is not None and done:
        last = done[-1]
        done = [each for each in done if completing.reopened(held, each, policy)]
        if not done:
            return earn(last)  # which says what would renew it
    unmet = (criteria.objection(facts, group, done) for group in groups)
    reasons = [*issuing.objections(facts, policy), *filter(None, unmet)]
    if reasons or not done:
        return Refused(reasons or [because(ReasonCode.NO_ITEM_ASSIGNED, Rule.DOC_ASSIGN_03)])
    counting = [each for each in done if any(criteria.counting(group, [each]) for group in groups)]
    answer: Decision = Refused(())
    for each in counting:
        if answer := earn(each):
            break
    return answer


def _renewed(
    facts: Facts,
    opened: Renewal,
    known: Sequence[Completion],
    at: datetime,
    zone: str | tzinfo,
    policy: Policy,
) -> Decision:
    """Decide whether a completion completes the renewal that is open."""
    item, began = facts.item(*opened.option.ref), opened.started_at
    reasons = [*issuing.objections(facts, policy)]
    answer: Decision = Refused(
        [*reasons, because(ReasonCode.RENEWAL_OPEN, item=item, started_at=began)]
    )
    for done in known:
        if done.ref == opened.option.ref and done.completed_at > began and not answer:
            others = [each for each in facts.completions if each != done]
            without = evolve(facts, completions=others)
            answer = renewal.complete(without, done, at=at, zone=zone, policy=policy)
    return answer
