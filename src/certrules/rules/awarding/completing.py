"""What does a completion earn?"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification, ItemKind
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.effects import IssueAward
from certrules.model.events import EventKind
from certrules.model.facts import Facts
from certrules.model.learning import Completion, ExternalTraining
from certrules.model.policy import DOCEBO, Policy
from certrules.rulebook import Rule
from certrules.rules import criteria, issuing, status
from certrules.rules.awarding import recording

__all__ = ["carrying", "decide", "decide_external"]


def carrying(
    certifications: Iterable[Certification], kind: ItemKind, item: str
) -> list[Certification]:
    """Return the certifications that an item can earn, by id: each is decided for itself.

    >>> assignment = Assignment(ItemKind.COURSE, "c1", datetime(2024, 1, 1, tzinfo=UTC))
    >>> first_aid = Certification("fa", "First aid", assignments=(assignment,))
    >>> [each.id for each in carrying([first_aid], ItemKind.COURSE, "c1")]
    ['fa']

    Rules: DOC-ASSIGN-05, ALL-TRAIN-04, INT-33.
    """
    found = (
        certification
        for certification in certifications
        if any((each.kind, each.item) == (kind, item) for each in certification.assignments)
    )
    return sorted(found, key=lambda certification: certification.id)


def decide(
    facts: Facts,
    completion: Completion,
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Decide whether a completion earns its user the certification of the facts.

    ``at`` is the aware instant of asking, ``zone`` the one in whose calendar the expiry is
    reckoned. The award is issued at the completion, or at a later one that was needed as well. The
    effects are an :class:`~certrules.model.effects.IssueAward` and its news. Where a renewal is
    open, ask :func:`certrules.rules.renewal.complete` instead: here, whoever holds an award is
    refused, unless it has expired and training was open again. Then it is archived at ``at`` with
    its own dates, since nobody has two current awards of a certification. A completion that is
    among those of the facts already earns nothing again.

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
    INT-19c, INT-35, INT-36.
    """
    known = facts.with_completion(completion)
    certification = facts.certification
    if certification is None:
        return Refused(issuing.against(facts))
    needed = _needed(known, certification, completion, policy)
    reasons = [*_against(facts, completion, at, policy), *_against_criteria(completion, needed)]
    if reasons:
        return Refused(reasons)
    firsts = (_first(criteria.counting(group, done)) for group, done in needed)
    award = _stamp(facts, certification, completion, max(firsts), zone, policy)
    return _issued(facts, award, at)


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
        *_against(facts, completion, at, policy),
        *_against_choice(training, certification),
    ]
    if reasons:
        return Refused(reasons)
    award = _stamp(facts, certification, completion, completed_at, zone, policy)
    return _issued(facts, award, at)


Needed = list[tuple[criteria.Group, list[Completion]]]
"""Each group of items with the completions that may meet it."""


def _needed(
    facts: Facts, certification: Certification, completion: Completion, policy: Policy
) -> Needed:
    held = facts.held
    others: Sequence[Completion] = facts.all_completions
    if held is not None and _reopened(held, completion, policy):
        others = [each for each in others if status.expired(held, each.completed_at)]
    return [
        (group, [completion] if criteria.assigned(group, completion) else [*others])
        for group in criteria.groups(certification, policy)
    ]


def _reopened(held: Award, completion: Completion, policy: Policy) -> bool:
    """Return whether training was open again, so that only what followed the expiry counts."""
    expired = status.expired(held, completion.completed_at)
    return policy.reenable_training_on_expiry and expired


def _against(
    facts: Facts, completion: Completion, at: datetime, policy: Policy
) -> Iterator[Reason]:
    """Yield why a completion earns nothing, given the facts without it."""
    yield from issuing.against(facts)
    yield from _against_holding(facts, completion, policy)
    yield from issuing.against_told(facts, completion)
    yield from recording.against(completion, facts.attempts(completion.kind, completion.item), at)


def _against_holding(facts: Facts, completion: Completion, policy: Policy) -> Iterator[Reason]:
    held = facts.held
    if held is not None and not _reopened(held, completion, policy):
        text = "the user holds the certification, and completing an item does not renew it"
        cycle = (("cycle", held.cycle), ("expires_at", held.expires_at))
        yield Reason(Rule.DOC_RENEW_03, text, cycle)


def _against_criteria(completion: Completion, needed: Needed) -> Iterator[Reason]:
    if not any(criteria.assigned(group, completion) for group, _ in needed):
        text = f"{completion.kind} {completion.item} is not assigned to the certification"
        yield Reason(Rule.DOC_ASSIGN_03, text, (("item", completion.item),))
    else:
        yield from filter(None, (criteria.against(group, done) for group, done in needed))


def _against_choice(training: ExternalTraining, certification: Certification) -> Iterator[Reason]:
    if training.certification != certification.id:
        text = f"external training {training.id} was not reported for {certification.id}"
        yield Reason(Rule.DOC_ASSIGN_09, text, (("certification", training.certification),))


def _first(completions: Iterable[Completion]) -> datetime:
    return min(each.completed_at for each in completions)


def _stamp(
    facts: Facts,
    certification: Certification,
    completion: Completion,
    issued_at: datetime,
    zone: str | tzinfo,
    policy: Policy,
) -> Award:
    source = Source(AssociationType(completion.kind.value), completion.item)
    return issuing.stamp(
        facts, certification, source, issued_at=issued_at, zone=zone, policy=policy
    )


def _issued(facts: Facts, award: Award, at: datetime) -> Granted:
    text = f"{award.source.type} {award.source.item} was completed"
    reasons = [Reason(Rule.INT_14b, text, (("issued_at", award.issued_at),))]
    if facts.held:
        text = "training was open again after the expiry, and the expired award is archived"
        reasons.append(Reason(Rule.INT_35, text))
    news = issuing.notify(EventKind.ISSUED, award, at)
    return Granted((*issuing.archive(facts.held, at), IssueAward(award), news), reasons)
