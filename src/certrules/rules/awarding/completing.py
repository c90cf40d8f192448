"""What does a completion earn?"""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from certrules.model.catalog import Certification
from certrules.model.decisions import Granted, Reason, Refused, because
from certrules.model.facts import Facts
from certrules.model.learning import Completion
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import criteria, issuing, status
from certrules.rules.awarding import earning

__all__ = ["decide"]


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
    reckoned. The award is issued at the completion, or at a later one that was needed as well, and
    what was completed last is what earned it, in whatever order it was reported. The effects are an
    :class:`~certrules.model.effects.IssueAward` and its news. Where a renewal is open, ask
    :func:`certrules.rules.renewal.complete` instead: here, whoever holds an award is refused,
    unless it has expired and training was open again. Then it is archived at ``at`` with its own
    dates, since nobody has two current awards of a certification. A completion that is among those
    of the facts already earns nothing again; nor does one whose award would have the very dates of
    an archived one, since two records of history would be the same.

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
    INT-19c, INT-35, INT-36, INT-37b.
    """
    known = facts.with_completion(completion)
    certification = facts.certification
    if certification is None:
        return Refused(issuing.against(facts))
    needed = _needed(known, certification, completion, policy)
    reasons = [
        *earning.against(facts, completion, at, policy),
        *_against_criteria(facts, certification, completion, needed),
    ]
    if reasons:
        return Refused(reasons)
    last = max((_first(group, done) for group, done in needed), key=criteria.order)
    return earning.issue(facts, certification, last, at=at, zone=zone, policy=policy)


Needed = list[tuple[criteria.Group, list[Completion]]]
"""Each group of items with the completions that may meet it."""


def _needed(
    facts: Facts, certification: Certification, completion: Completion, policy: Policy
) -> Needed:
    held = facts.held
    others: Sequence[Completion] = facts.all_completions
    if held is not None and earning.reopened(held, completion, policy):
        others = [each for each in others if status.expired(held, each.completed_at)]
    return [
        (group, [completion] if criteria.assigned(group, completion) else [*others])
        for group in criteria.groups(certification, policy)
    ]


def _against_criteria(
    facts: Facts, certification: Certification, completion: Completion, needed: Needed
) -> Iterator[Reason]:
    if not any(criteria.assigned(group, completion) for group, _ in needed):
        item = facts.item(completion.kind, completion.item_id)
        yield because(ReasonCode.ITEM_NOT_ASSIGNED, item=item, **issuing.named(certification))
    else:
        yield from filter(None, (criteria.against(facts, group, done) for group, done in needed))


def _first(group: criteria.Group, done: Sequence[Completion]) -> Completion:
    return min(criteria.counting(group, done), key=criteria.order)
