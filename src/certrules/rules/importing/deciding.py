"""Deciding: what the award of a record changes about those that its user has."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from attrs import evolve

from certrules.model.awards import Award, ExpiryBasis, ExpiryDay, Source
from certrules.model.decisions import Reason, because
from certrules.model.effects import Effect
from certrules.model.events import EventKind
from certrules.model.learning import Renewal
from certrules.model.policy import DOCEBO, Duplicates, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import consequences, issuing
from certrules.rules.feature import switched_off
from certrules.words import Word

__all__ = ["Decision", "Outcome", "award_of", "decide"]


class Outcome(Word):
    """What became of a data row; every row has exactly one."""

    ISSUED = "issued"
    RENEWED = "renewed"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class Decision(NamedTuple):
    """What a record comes to: the award that its user then has, what changes for it, and why."""

    outcome: Outcome
    award: Award
    effects: tuple[Effect, ...]
    reasons: tuple[Reason, ...]


def award_of(
    user_id: str,
    certification_id: str,
    source: Source,
    issued_at: datetime,
    expires_at: datetime | None,
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE,
) -> Award:
    """Return the award that a record describes; its expiry is the record's, whatever is defined.

    Rules: DOC-CSV-06, DOC-CSV-07.
    """
    dates = user_id, certification_id, issued_at, expires_at
    if expires_at is None:
        return Award(*dates, ExpiryBasis.ALWAYS_VALID, source)
    return Award(*dates, ExpiryBasis.DATE, source, expiry_day=expiry_day)


def decide(
    candidate: Award,
    history: Sequence[Award],
    renewal: Renewal | None = None,
    *,
    duplicates: Duplicates,
    at: datetime,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide what the award that a record describes does to those its user already has.

    ``history`` is every cycle of the same user and certification, first to last, ``renewal`` the
    one that is open, and ``at`` the instant of the import. If another award takes the place of the
    one that it was to renew, the renewal is closed; an award that is updated it can still renew.

    >>> from attrs import evolve
    >>> from datetime import UTC
    >>> old = Award("ada", "first-aid", datetime(2023, 1, 1, tzinfo=UTC), None)
    >>> new = evolve(old, issued_at=datetime(2024, 1, 1, tzinfo=UTC))
    >>> at = datetime(2024, 2, 1, tzinfo=UTC)
    >>> decided = decide(new, [old], duplicates=Duplicates.RENEW, at=at)
    >>> str(decided.outcome), decided.award.cycle, decided.effects[0].award == old.archive(at)
    ('renewed', 2, True)

    Rules: DOC-CSV-05, DOC-CSV-17, DOC-CSV-18, DOC-CSV-19, DOC-CSV-20, DOC-RENEW-19, INT-09,
    INT-12b.
    """
    last = history[-1] if history else None
    if off := switched_off(policy):
        return Decision(Outcome.REFUSED, last or candidate, (), off)
    current = None if last is None or last.archived else last
    past = history[:-1] if current else history
    if last and (
        (current and _agrees(current, candidate))
        or any(award.identity == candidate.identity for award in past)
    ):
        return Decision(Outcome.UNCHANGED, last, (), _WHY[Outcome.UNCHANGED])
    if current and (duplicates is Duplicates.REJECT or candidate.identity == current.identity):
        new = evolve(candidate, cycle=current.cycle, version=current.version + 1)
        news = issuing.notify(EventKind.CHANGED, new, at)
        effects: tuple[Effect, ...] = *consequences.edited(new), news
        return Decision(Outcome.UPDATED, new, effects, _WHY[Outcome.UPDATED])
    outcome, event = Outcome.ISSUED, EventKind.ISSUED
    if current:
        outcome, event = Outcome.RENEWED, EventKind.RENEWED
    new = evolve(candidate, cycle=last.cycle + 1) if last else candidate
    effects = consequences.issued(new, current, renewal, at, event)
    return Decision(outcome, new, effects, _WHY[outcome] + consequences.replaced(renewal))


def _agrees(award: Award, candidate: Award) -> bool:
    return all(getattr(award, name) == getattr(candidate, name) for name in _SAID)


_SAID = ("identity", "basis", "source", "expiry_day")
"""What a record says of an award."""


_WHY: Mapping[Outcome, tuple[Reason, ...]] = {
    Outcome.ISSUED: (because(ReasonCode.RECORD_ISSUES),),
    Outcome.RENEWED: (because(ReasonCode.RECORD_RENEWS), because(ReasonCode.RENEWAL_ISSUES)),
    Outcome.UPDATED: (because(ReasonCode.RECORD_UPDATES),),
    Outcome.UNCHANGED: (because(ReasonCode.RECORD_UNCHANGED),),
}
