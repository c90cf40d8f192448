"""Who earns a certification by training that was completed before it existed?"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification
from certrules.model.decisions import Granted, Reason, Refused, because
from certrules.model.effects import IssueAward
from certrules.model.events import EventKind
from certrules.model.facts import Facts
from certrules.model.learning import Completion
from certrules.model.policy import DOCEBO, Policy, PredatedIssue
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import criteria, issuing, status

__all__ = ["predatable", "predate"]


def predatable(certification: Certification) -> Granted | Refused:
    """Decide whether a certification can be issued to anybody for what was completed before.

    >>> print(*predatable(Certification("fa", "First aid")).reasons)
    no item is assigned to the certification (ALL-PREDATE-01)

    Rules: ALL-PREDATE-01, INT-31b.
    """
    reasons = [*issuing.against_status(certification), *_against_none(certification)]
    if reasons:
        return Refused(reasons)
    return Granted(reasons=(because(ReasonCode.PREDATING_POSSIBLE),))


def _against_none(certification: Certification) -> Iterator[Reason]:
    if not certification.assignments:
        yield because(ReasonCode.NO_ITEM_ASSIGNED, Rule.ALL_PREDATE_01)


def predate(
    facts: Facts,
    *,
    since: datetime | None,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Decide whether a user is issued a certification for what they completed before it existed.

    ``since`` is the first instant of a chosen day, or None for all time since the training was
    created. What was needed must be complete, and its last completion not earlier than that. The
    award counts from now or from that completion, as the policy says. An expired award that the
    user holds is archived at ``at``; and what has earned an award, archived or not, earns no other:
    something must have been completed since.

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
    ALL-PREDATE-08, INT-36, INT-37, INT-37b.
    """
    at = instants.utc(at)
    certification = facts.certification
    if certification is None:
        return Refused(issuing.against(facts))
    past = [each for each in facts.all_completions if each.completed_at <= at]
    groups = criteria.groups(certification, policy)
    done = [each for group in groups for each in criteria.in_group(group, past)]
    reasons = [
        *issuing.against(facts),
        *_against_valid(facts.held, at),
        *_against_none(certification),
        *_against_training(facts, groups, past),
        *_against_early(done, since),
        *_against_earned(facts.awards, done),
    ]
    if reasons:
        return Refused(reasons)
    award = _award(facts, certification, done, at, zone, policy)
    if same := tuple(issuing.against_same(award, facts.awards)):
        return Refused(same)
    why = because(ReasonCode.PREDATED)
    news = issuing.notify(EventKind.ISSUED, award, at)
    return Granted((*issuing.archive(facts.held, at), IssueAward(award), news), (why,))


def _last(done: Sequence[Completion]) -> Completion:
    return max(done, key=criteria.order)


def _award(
    facts: Facts,
    certification: Certification,
    done: Sequence[Completion],
    at: datetime,
    zone: str | tzinfo,
    policy: Policy,
) -> Award:
    last = _last(done)
    kind = AssociationType(last.kind.value)
    source = Source(kind, last.item_id, completed_at=last.completed_at)
    today = policy.predated_issue is PredatedIssue.TODAY
    issued_at = at if today else last.completed_at
    return issuing.stamp(
        facts, certification, source, issued_at=issued_at, zone=zone, policy=policy
    )


def _against_valid(held: Award | None, at: datetime) -> Iterator[Reason]:
    if held is not None and not status.expired(held, at):
        cycle, expires_at = held.cycle, held.expires_at
        yield because(ReasonCode.ALREADY_HELD, cycle=cycle, expires_at=expires_at)


def _against_training(
    facts: Facts, groups: Sequence[criteria.Group], past: Sequence[Completion]
) -> Iterator[Reason]:
    lacking = (group for group in groups if not criteria.in_group(group, past))
    yield from (criteria.missing(facts, group) for group in lacking)


def _against_early(done: Sequence[Completion], since: datetime | None) -> Iterator[Reason]:
    if since is None or not done:
        return
    last = _last(done).completed_at
    if last < instants.utc(since):
        yield because(ReasonCode.COMPLETED_TOO_EARLY, completed_at=last, since=since)


def _against_earned(awards: Iterable[Award], done: Sequence[Completion]) -> Iterator[Reason]:
    items = {(each.kind.value, each.item_id) for each in done}
    earned = [
        award.source.completed_at or award.issued_at
        for award in awards
        if (award.source.type.value, award.source.item_id) in items
    ]
    if earned and _last(done).completed_at <= max(earned):
        yield because(ReasonCode.TRAINING_EARNED_BEFORE, completed_at=max(earned))
