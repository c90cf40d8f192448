"""External training: what does it earn?"""

from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import AssociationType
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Decision, Granted, Refused, because
from certrules.model.effects import RecordExternalTraining
from certrules.model.facts import Facts
from certrules.model.learning import Completion, ExternalTraining
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import issuing
from certrules.rules.awarding import completing
from certrules.rules.feature import switched_off

__all__ = ["decide_external", "record_external"]


def decide_external(
    facts: Facts,
    training: ExternalTraining,
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy = DOCEBO,
) -> Decision:
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
    completion = Completion(training.user_id, ItemKind.EXTERNAL_TRAINING, training.id, completed_at)
    facts.with_completion(completion)  # raises for that of another user
    certification = facts.certification
    if certification is None:
        return Refused(issuing.objections(facts, policy))
    reasons = [*completing.objections(facts, completion, at, policy)]
    if training.certification_id != certification.id:
        code, item = ReasonCode.EXTERNAL_FOR_OTHER_CERTIFICATION, facts.item(*completion.ref)
        reasons.append(because(code, item=item, **issuing.named(certification)))
    if reasons:
        return Refused(reasons)
    return completing.issue(facts, certification, completion, at=at, zone=zone, policy=policy)


def record_external(
    training: ExternalTraining,
    reported: ExternalTraining | None,
    known: Facts | None,
    *,
    policy: Policy = DOCEBO,
) -> Granted[RecordExternalTraining] | Refused:
    """Decide whether an external training can be reported with the certification chosen for it.

    ``reported`` is the training of that user and id as it was reported before, and ``known`` the
    facts of the certification chosen for it then. If an item carries one at most, what has
    earned one certification is not reported for another: its award must be taken away first. As
    long as it has earned nothing, another may be chosen.

    >>> before = ExternalTraining("ada", "t1", date(2024, 2, 1), "fa")
    >>> source = Source(AssociationType.EXTERNAL_TRAINING, "t1")
    >>> award = Award("ada", "fa", datetime(2024, 2, 1, tzinfo=UTC), None, source=source)
    >>> known = Facts(User("ada", "ada"), Certification("fa", "First aid"), awards=(award,))
    >>> again = ExternalTraining("ada", "t1", date(2024, 2, 1), "other")
    >>> print(*record_external(again, before, known).reasons)
    external training t1 has earned certification First aid: unassign that first (INT-22)

    Rules: DOC-ASSIGN-04, DOC-ASSIGN-09, INT-22.
    """
    if off := switched_off(policy):
        return Refused(off)
    another = reported is not None and reported.certification_id != training.certification_id
    if policy.one_certification_per_item and another and known and _earned(training, known):
        item = known.item(ItemKind.EXTERNAL_TRAINING, training.id)
        other = issuing.named(known.certification) if known.certification else {}
        return Refused((because(ReasonCode.EXTERNAL_EARNED_OTHER, item=item, **other),))
    return Granted((RecordExternalTraining(training),), (because(ReasonCode.EXTERNAL_CHOICE_FREE),))


def _earned(training: ExternalTraining, known: Facts) -> bool:
    source = (AssociationType.EXTERNAL_TRAINING, training.id)
    return any((each.source.type, each.source.item_id) == source for each in known.awards)
