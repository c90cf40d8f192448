"""What does any completion need to earn an award, and what follows when it does?"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.effects import IssueAward
from certrules.model.events import EventKind
from certrules.model.facts import Facts
from certrules.model.learning import Completion
from certrules.model.policy import Policy
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
        cycle = (("cycle", held.cycle), ("expires_at", held.expires_at))
        yield Reason(Rule.DOC_RENEW_03, _not_renewed(facts, held, at, policy), cycle)


def _not_renewed(facts: Facts, held: Award, at: datetime, policy: Policy) -> str:
    """Return how an award stands that a completion does not renew, and what would."""
    if facts.renewal is not None:
        option = facts.renewal.option
        return (
            f"its renewal was started by {facts.item(option.kind, option.item_id)}: complete that"
        )
    if held.expires_at is None or not status.expired(held, at):
        return "the user holds the certification, and completing an item does not renew it"
    text = f"the award expired on {instants.written(held.expires_at)}, and completing an item"
    return f"{text} does not renew it" + (": start its renewal" if policy.renew_control else "")


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
    text = f"{facts.item(last.kind, last.item_id)} was completed"
    reasons = [Reason(Rule.INT_14b, text, (("issued_at", award.issued_at),))]
    if facts.held:
        text = "training was open again after the expiry, and the expired award is archived"
        reasons.append(Reason(Rule.INT_35, text))
    news = issuing.notify(EventKind.ISSUED, award, at)
    return Granted((*issuing.archive(facts.held, at), IssueAward(award), news), reasons)
