"""What does an external training earn?"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.catalog import Certification, ItemKind
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.facts import Facts
from certrules.model.learning import Completion, ExternalTraining
from certrules.model.policy import DOCEBO, Policy
from certrules.rulebook import Rule
from certrules.rules import issuing
from certrules.rules.awarding import earning

__all__ = ["decide_external"]


def decide_external(
    facts: Facts,
    training: ExternalTraining,
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Decide whether an external training earns the certification that was chosen for it.

    The award is issued on the completion date, which becomes an instant in ``zone`` by the policy's
    convention; a day that the zone skipped raises
    :class:`~certrules.errors.MissingDayError`. When the certification was chosen does not matter.

    >>> facts = Facts(User("ada", "ada"), Certification("fa", "First aid"))
    >>> course = ExternalTraining("ada", "t1", date(2024, 2, 1), "fa")
    >>> at = datetime(2024, 3, 1, tzinfo=UTC)
    >>> decided = decide_external(facts, course, at=at, zone="Europe/Rome")
    >>> decided.effects[0].award.issued_at.isoformat()
    '2024-01-31T23:00:00+00:00'

    Rules: DOC-CERT-11, DOC-CERT-12, DOC-ASSIGN-09, DOC-ASSIGN-10, DOC-RENEW-03, ALL-VIS-02.
    """
    completed_at = instants.issue_instant(training.completed_on, zone, policy.issue_date)
    completion = Completion(training.user, ItemKind.EXTERNAL_TRAINING, training.id, completed_at)
    facts.with_completion(completion)  # raises for that of another user
    certification = facts.certification
    if certification is None:
        return Refused(issuing.against(facts))
    reasons = [
        *earning.against(facts, completion, at, policy),
        *_against_choice(facts, training, certification),
    ]
    if reasons:
        return Refused(reasons)
    return earning.issue(
        facts, certification, completion, completed_at, at=at, zone=zone, policy=policy
    )


def _against_choice(
    facts: Facts, training: ExternalTraining, certification: Certification
) -> Iterator[Reason]:
    if training.certification != certification.id:
        called = facts.item(ItemKind.EXTERNAL_TRAINING, training.id)
        text = f"{called} was not reported for certification {certification}"
        yield Reason(Rule.DOC_ASSIGN_09, text, (("certification", training.certification),))
