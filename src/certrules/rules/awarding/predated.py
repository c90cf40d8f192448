"""Predating: who earns a certification by training completed before it existed?"""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification
from certrules.model.decisions import Answer, Decision, Granted, Reason, Refused, because
from certrules.model.facts import Facts
from certrules.model.learning import Completion
from certrules.model.policy import DOCEBO, Policy, PredatedIssue
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import consequences, criteria, issuing, status
from certrules.rules.awarding import completing
from certrules.rules.feature import switched_off


def predatable(certification: Certification, *, policy: Policy = DOCEBO) -> Answer:
    """Decide whether a certification can be issued to anybody for what was completed before.

    >>> print(*predatable(Certification("fa", "First aid")).reasons)
    no item is assigned to the certification (ALL-PREDATE-01)

    Rules: ALL-PREDATE-01, INT-31b.
    """
    if off := switched_off(policy):
        return Refused(off)
    found = issuing.certification_objection(certification), _without_items(certification)
    if reasons := [*filter(None, found)]:
        return Refused(reasons)
    return Granted(reasons=(because(ReasonCode.PREDATING_POSSIBLE),))


def _without_items(certification: Certification) -> Reason | None:
    if certification.assignments:
        return None
    return because(ReasonCode.NO_ITEM_ASSIGNED, Rule.ALL_PREDATE_01)


def predate(
    facts: Facts,
    *,
    since: datetime | None,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether a user is issued a certification for what they completed before it existed.

    What is needed must be complete, also by an enrolment that says so, and the last completion not
    earlier than ``since``, if given. The award counts from now or from that completion, as the
    policy says. An expired award that the user holds is archived at ``at``. What has earned an
    award, archived or not, earns no other; if training opened again when the held award expired,
    only what was completed since counts.

    >>> long_ago, today = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
    >>> track = Assignment(ItemKind.LEARNING_TRACK, "t1", today)
    >>> facts = Facts(
    ...     User("ada", "ada"),
    ...     Certification("fa", "First aid", assignments=(track,)),
    ...     completions=(Completion("ada", ItemKind.LEARNING_TRACK, "t1", long_ago),),
    ... )
    >>> award = predate(facts, since=None, at=today, zone=UTC).effects[0].award
    >>> award.issued_at == today, award.source.completed_at == long_ago
    (True, True)

    Rules: ALL-EXP-02, ALL-PREDATE-01, ALL-PREDATE-04, ALL-PREDATE-05, ALL-PREDATE-06,
    ALL-PREDATE-08, INT-34, INT-35, INT-36, INT-37, INT-37b, INT-43.
    """
    at, since = instants.utc(at, "at"), since and instants.utc(since, "since")
    facts = criteria.with_external(facts, zone=zone, policy=policy)
    certification = facts.certification
    if certification is None:
        return Refused(issuing.objections(facts, policy))
    past = completing.past(facts, at, policy)
    groups = criteria.groups(certification, policy)
    done = [each for group in groups for each in criteria.in_group(group, past)]
    last = max(done, key=criteria.order, default=None)
    found = (
        *issuing.objections(facts, policy),
        _already_held(facts.held, at),
        _without_items(certification),
        *(criteria.missing(facts, each) for each in groups if not criteria.in_group(each, past)),
        _too_early(last, since),
        _earned_before(facts.awards, done),
    )
    reasons = [*filter(None, found)]
    if reasons or last is None:
        return Refused(reasons)
    kind, then = AssociationType(last.kind.value), last.completed_at
    source = Source(kind, last.item_id, completed_at=then)
    begins = at if policy.predated_issue is PredatedIssue.TODAY else then
    award = issuing.stamp(facts, certification, source, issued_at=begins, zone=zone, policy=policy)
    if same := issuing.same_awards(award, facts.awards):
        return Refused(same)
    effects = consequences.issued(award, facts.held, facts.renewal, at)
    why = because(ReasonCode.PREDATED)
    return Granted(effects, (why, *consequences.replaced(facts.renewal)))


def _already_held(held: Award | None, at: datetime) -> Reason | None:
    if held is None or status.expired(held, at):
        return None
    return because(ReasonCode.ALREADY_HELD, cycle=held.cycle, expires_at=held.expires_at)


def _too_early(last: Completion | None, since: datetime | None) -> Reason | None:
    if since is None or last is None or last.completed_at >= instants.utc(since, "since"):
        return None
    done = last.completed_at
    return because(ReasonCode.COMPLETED_TOO_EARLY, completed_at=done, since=since)


def _earned_before(awards: Iterable[Award], done: Sequence[Completion]) -> Reason | None:
    items = {(each.kind.value, each.item_id) for each in done}
    earned = [
        award.source.completed_at or award.issued_at
        for award in awards
        if (award.source.type.value, award.source.item_id) in items
    ]
    if not earned or any(each.completed_at > max(earned) for each in done):
        return None
    return because(ReasonCode.TRAINING_EARNED_BEFORE, completed_at=max(earned))
