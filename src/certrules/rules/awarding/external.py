"""External training: what does it earn?"""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from certrules.model.awards import AssociationType
from certrules.model.catalog import Certification, Item
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.effects import RecordExternalTraining
from certrules.model.facts import Facts
from certrules.model.learning import ExternalTraining
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked
from certrules.rules import criteria, issuing
from certrules.rules.awarding import completing
from certrules.rules.feature import switched_off


def decide_external(
    facts: Facts,
    training: ExternalTraining,
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether an external training earns a certification, assigned to it or chosen for it.

    It is completed on its date, which becomes an instant in ``zone`` by the policy's convention; on
    a day that the zone skipped, at the first instant after the gap. A training that is assigned
    is an item like any other, whatever was chosen: it earns what that completion earns. If it is
    only chosen, it earns the certification by itself, issued on that date; when it was chosen does
    not matter.

    >>> facts = Facts(User("ada", "ada"), Certification("fa", "First aid"))
    >>> course = ExternalTraining("ada", "t1", date(2024, 2, 1), "fa")
    >>> at = datetime(2024, 3, 1, tzinfo=UTC)
    >>> decided = decide_external(facts, course, at=at, zone="Europe/Rome")
    >>> decided.effects[0].award.issued_at.isoformat()
    '2024-01-31T23:00:00+00:00'

    Rules: DOC-CERT-11, DOC-CERT-12, DOC-ASSIGN-09, DOC-ASSIGN-10, DOC-RENEW-03, ALL-VIS-02, INT-43.
    """
    facts = checked("facts", facts, Facts)
    completion = criteria.external(training, zone=zone, policy=policy)
    certification = facts.certification
    if certification is None or criteria.attached(certification, training):
        return completing.decide(facts, completion, at=at, zone=zone, policy=policy)
    known = facts.with_completion(completion)  # raises for that of another user
    facts = known if training in facts.external else facts
    reasons = completing.new_objections(facts, completion, at)
    return earn_external(facts, certification, training, reasons, at=at, zone=zone, policy=policy)


def earn_external(
    facts: Facts,
    certification: Certification,
    training: ExternalTraining,
    against: Iterable[Reason] = (),
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy,
) -> Decision:
    """Decide what a training that is not assigned earns, given what else speaks against it.

    ``certification`` is that of the facts.

    Rules: DOC-ASSIGN-09, DOC-ASSIGN-10.
    """
    completion = criteria.external(training, zone=zone, policy=policy)
    reasons = [*completing.objections(facts, completion, at, policy), *against]
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
    assigned: Iterable[Certification] = (),
    *,
    policy: Policy = DOCEBO,
) -> Granted[RecordExternalTraining] | Refused:
    """Decide whether an external training can be reported with the certification chosen for it.

    ``reported`` is the training of that user and id as it was reported before, ``known`` the
    facts of the certification chosen for it then, and ``assigned`` the certifications of which it
    is an item. If an item carries one at most, none can be chosen beside these; and what has earned
    one certification by a choice is not reported for another: its award must be taken away first.
    As long as it has earned nothing, another may be chosen.

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
    reasons = [*_of_others(training, reported, known, assigned)]
    if reasons and policy.one_certification_per_item:
        return Refused(reasons)
    return Granted((RecordExternalTraining(training),), (because(ReasonCode.EXTERNAL_CHOICE_FREE),))


def _of_others(
    training: ExternalTraining,
    reported: ExternalTraining | None,
    known: Facts | None,
    assigned: Iterable[Certification],
) -> Iterator[Reason]:
    """Yield which other certifications a training earns, or has earned by a choice."""
    chosen, others = training.certification_id, sorted(assigned, key=lambda each: each.id)
    for other in others:
        if chosen not in (None, other.id):
            named = issuing.named(other)
            yield because(ReasonCode.ITEM_EARNS_OTHER, item=Item(*training.ref), **named)
    another = reported is not None and reported.certification_id != chosen
    if another and known and known.certification not in others and _earned(training, known):
        item = known.item(*training.ref)
        named = issuing.named(known.certification) if known.certification else {}
        yield because(ReasonCode.EXTERNAL_EARNED_OTHER, item=item, **named)


def _earned(training: ExternalTraining, known: Facts) -> bool:
    source = (AssociationType.EXTERNAL_TRAINING, training.id)
    return any((each.source.type, each.source.item_id) == source for each in known.awards)
