"""What does any completion need to earn an award, and what follows when it does?"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification
from certrules.model.decisions import Granted, Reason, Refused, because
from certrules.model.effects import IssueAward
from certrules.model.events import EventKind
from certrules.model.facts import Facts
from certrules.model.learning import Completion
from certrules.model.policy import Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import issuing, status
from certrules.rules.awarding import recording

__all__ = ["against", "issue", "reopened"]


def against(facts: Facts, completion: Completion, at: datetime, policy: Policy) -> Iterator[Reason]:
    """Yield why a completion earns nothing, given the facts without it.

    Rules: DOC-CERT-12, DOC-CERT-13, DOC-RENEW-03, ALL-VIS-02, INT-19c, INT-31b.
    """
    yield from issuing.against(facts)
    yield from _against_holding(facts, completion, at, policy)
    yield from issuing.against_told(facts, completion)
    attempts = facts.attempts(completion.kind, completion.item_id)
    yield from recording.against(completion, attempts, facts.completions, at)


def reopened(held: Award, completion: Completion, policy: Policy) -> bool:
    """Return whether training was open again, so that only what followed the expiry counts.

    Rules: INT-35.
    """
    expired = status.expired(held, completion.completed_at)
    return policy.reenable_training_on_expiry and expired


def _against_holding(
    facts: Facts, completion: Completion, at: datetime, policy: Policy
) -> Iterator[Reason]:
    held = facts.held
    if held is not None and not reopened(held, completion, policy):
        known: dict[str, object] = {"cycle": held.cycle, "expires_at": held.expires_at}
        if facts.renewal is not None:
            item = facts.item(facts.renewal.option.kind, facts.renewal.option.item_id)
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
) -> Granted | Refused:
    """Issue what the last completion has earned, unless there is an award of these very dates.

    Rules: DOC-AWARD-02, INT-14b, INT-35.
    """
    source = Source(AssociationType(last.kind.value), last.item_id)
    award = issuing.stamp(
        facts, certification, source, issued_at=last.completed_at, zone=zone, policy=policy
    )
    if same := tuple(issuing.against_same(award, facts.awards)):
        return Refused(same)
    item = facts.item(last.kind, last.item_id)
    reasons = [because(ReasonCode.EARNED, item=item, issued_at=award.issued_at)]
    if facts.held:
        reasons.append(because(ReasonCode.EXPIRED_EARNED_AGAIN, cycle=facts.held.cycle))
    news = issuing.notify(EventKind.ISSUED, award, at)
    return Granted((*issuing.archive(facts.held, at), IssueAward(award), news), reasons)
