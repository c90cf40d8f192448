"""Completing: what does a completion earn?"""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification, ItemKind
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.facts import Facts
from certrules.model.learning import Completion
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import consequences, criteria, issuing, status
from certrules.rules.awarding import recording


def decide(
    facts: Facts,
    completion: Completion,
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether a completion that is new earns its user the certification of the facts.

    The award is issued at the completion, or at a later one that was needed as well; what was
    completed last has earned it, in whatever order it was reported. What lies after ``at`` has not
    happened: no such completion counts. ``zone`` is the one in whose calendar the expiry is
    counted, and an external training completed. If a renewal is open, ask
    :func:`certrules.rules.renewal.complete` instead: here, who holds an award is refused, unless
    it has expired and training was open again. Then it is archived at ``at`` with its own dates.
    If the facts have the completion already, ask :func:`~certrules.rules.awarding.evaluate`.

    >>> start, done = (datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2))
    >>> first_aid = Certification(
    ...     "fa", "First aid", assignments=(Assignment(ItemKind.COURSE, "c1", start),)
    ... )
    >>> facts = Facts(User("ada", "ada"), first_aid)
    >>> decided = decide(facts, Completion("ada", ItemKind.COURSE, "c1", done), at=done, zone=UTC)
    >>> decided.effects[0].award.issued_at == done
    True

    Rules: DOC-CERT-11, DOC-CERT-12, DOC-ASSIGN-03, DOC-ASSIGN-07, DOC-ASSIGN-08, DOC-RENEW-03,
    ALL-CERT-11, ALL-EXP-04, ALL-TRAIN-03, ALL-TRAIN-05, ALL-TRAIN-06, ALL-VIS-02, INT-14b,
    INT-19c, INT-35, INT-36, INT-37b, INT-43.
    """
    facts = criteria.with_external(facts, zone=zone, policy=policy)
    facts.with_completion(completion)  # raises for that of another user
    reasons = new_objections(facts, completion, at)
    return earn(facts, completion, reasons, at=at, zone=zone, policy=policy)


def earn(
    facts: Facts,
    completion: Completion,
    against: Iterable[Reason] = (),
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy,
) -> Decision:
    """Decide what a completion earns, new or known, given what else speaks against it.

    Rules: DOC-ASSIGN-03, DOC-ASSIGN-07, ALL-TRAIN-03, INT-14b, INT-37b.
    """
    certification = facts.certification
    if certification is None:
        return Refused(issuing.objections(facts, policy))
    needed = _needed(facts, certification, completion, at, policy)
    reasons = [
        *objections(facts, completion, at, policy),
        *against,
        *_criteria_objections(facts, certification, completion, needed),
    ]
    if reasons:
        return Refused(reasons)
    counting = (criteria.counting(group, done) for group, done in needed)
    last = max((min(each, key=criteria.order) for each in counting), key=criteria.order)
    return issue(facts, certification, last, at=at, zone=zone, policy=policy)


Needed = list[tuple[criteria.Group, list[Completion]]]
"""Each group of items with the completions that may meet it."""


def _needed(
    facts: Facts,
    certification: Certification,
    completion: Completion,
    at: datetime,
    policy: Policy,
) -> Needed:
    others = past(facts, at, policy)
    return [
        (group, [completion] if criteria.assigned(group, completion) else others)
        for group in criteria.groups(certification, policy)
    ]


def past(facts: Facts, at: datetime, policy: Policy) -> list[Completion]:
    """Return what was completed by an instant, and since training opened again, if it did.

    Rules: INT-34, INT-35.
    """
    held, at = facts.held, instants.utc(at, "at")
    known = [each for each in facts.all_completions if each.completed_at <= at]
    if held is not None and policy.reenable_training_on_expiry and status.expired(held, at):
        known = [each for each in known if status.expired(held, each.completed_at)]
    return known


def _criteria_objections(
    facts: Facts, certification: Certification, completion: Completion, needed: Needed
) -> Iterator[Reason]:
    if not any(criteria.assigned(group, completion) for group, _ in needed):
        item = facts.item(*completion.ref)
        yield because(ReasonCode.ITEM_NOT_ASSIGNED, item=item, **issuing.named(certification))
    else:
        yield from filter(None, (criteria.objection(facts, group, done) for group, done in needed))


def new_objections(facts: Facts, completion: Completion, at: datetime) -> Iterator[Reason]:
    """Yield why a completion is none that is new and can be true, given the facts without it.

    Rules: DOC-CERT-12.
    """
    if repeated := issuing.repetition(facts, completion):
        yield repeated
    attempts = facts.attempts(*completion.ref)
    yield from recording.objections(completion, attempts, facts.completions, at)


def objections(
    facts: Facts, completion: Completion, at: datetime, policy: Policy
) -> Iterator[Reason]:
    """Yield why a user earns nothing by a completion, whichever item it is of.

    Rules: DOC-CERT-13, DOC-RENEW-03, ALL-VIS-02, INT-19c, INT-31b.
    """
    yield from issuing.objections(facts, policy)
    yield from _holding_objections(facts, completion, at, policy)


def reopened(held: Award, completion: Completion, policy: Policy) -> bool:
    """Return whether training was open again, so that only what followed the expiry counts.

    Rules: INT-35.
    """
    expired = status.expired(held, completion.completed_at)
    return policy.reenable_training_on_expiry and expired


def _holding_objections(
    facts: Facts, completion: Completion, at: datetime, policy: Policy
) -> Iterator[Reason]:
    held = facts.held
    if held is not None and not reopened(held, completion, policy):
        known: dict[str, object] = {"cycle": held.cycle, "expires_at": held.expires_at}
        if facts.renewal is not None:
            item = facts.item(*facts.renewal.option.ref)
            yield because(ReasonCode.RENEWAL_OPEN, Rule.DOC_RENEW_03, item=item, **known)
        elif not status.expired(held, at):
            yield because(ReasonCode.COMPLETION_RENEWS_NOTHING, **known)
        elif policy.renew_control:
            yield because(ReasonCode.EXPIRED_NEEDS_RENEWAL, **known)
        else:
            yield because(ReasonCode.EXPIRED_NOT_RENEWABLE, **known)


def issue(
    facts: Facts,
    certification: Certification,
    last: Completion,
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy,
) -> Decision:
    """Issue what the last completion has earned, unless an award of it, or of its dates, exists.

    Rules: DOC-ASSIGN-10, DOC-AWARD-02, INT-14b, INT-35.
    """
    source = Source(AssociationType(last.kind.value), last.item_id)
    done, item = last.completed_at, facts.item(*last.ref)
    award = issuing.stamp(facts, certification, source, issued_at=done, zone=zone, policy=policy)
    if same := issuing.same_awards(award, facts.awards):
        return Refused(same)
    if earned := [each.cycle for each in facts.awards if _earned(each, last)]:
        return Refused((because(ReasonCode.AWARD_OF_COMPLETION, item=item, cycle=min(earned)),))
    elsewhere = last.kind is ItemKind.EXTERNAL_TRAINING
    rule = Rule.DOC_ASSIGN_10 if elsewhere else Rule.INT_14b
    reasons = [because(ReasonCode.EARNED, rule, item=item, issued_at=award.issued_at)]
    if facts.held:
        reasons.append(because(ReasonCode.EXPIRED_EARNED_AGAIN, cycle=facts.held.cycle))
    reasons += consequences.replaced(facts.renewal)
    return Granted(consequences.issued(award, facts.held, facts.renewal, at), reasons)


def _earned(award: Award, completion: Completion) -> bool:
    source, done = award.source, award.source.completed_at or award.issued_at
    earned = source.type.value, source.item_id, done
    return earned == (completion.kind.value, completion.item_id, completion.completed_at)
