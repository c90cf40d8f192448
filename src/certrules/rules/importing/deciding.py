"""What does the award that a record describes do to those that its user has?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import evolve, frozen

from certrules.model.awards import Award
from certrules.model.decisions import Reason, because
from certrules.model.events import EventKind
from certrules.model.policy import Duplicates
from certrules.model.reasons import ReasonCode
from certrules.rules.importing.outcomes import Outcome

__all__ = ["Decision", "decide"]


@frozen
class Decision:
    """What a record does to the store: the award to keep, the one to archive, and who is told."""

    outcome: Outcome
    award: Award
    archived: Award | None
    event: EventKind | None
    reasons: tuple[Reason, ...]


def decide(
    candidate: Award, history: Sequence[Award], *, duplicates: Duplicates, at: datetime
) -> Decision:
    """Decide what the award that a record describes does to those its user already has.

    ``history`` is every cycle of the same user and certification, first to last, and ``at`` the
    instant of the import.

    >>> from attrs import evolve
    >>> from datetime import UTC
    >>> old = Award("ada", "first-aid", datetime(2023, 1, 1, tzinfo=UTC), None)
    >>> new = evolve(old, issued_at=datetime(2024, 1, 1, tzinfo=UTC))
    >>> at = datetime(2024, 2, 1, tzinfo=UTC)
    >>> decided = decide(new, [old], duplicates=Duplicates.RENEW, at=at)
    >>> str(decided.outcome), decided.award.cycle, decided.archived == old.archive(at)
    ('renewed', 2, True)

    Rules: DOC-CSV-05, DOC-CSV-17, DOC-CSV-18, DOC-CSV-19, DOC-CSV-20, DOC-RENEW-19, INT-09.
    """
    if not history:
        return _decision(Outcome.ISSUED, candidate, event=EventKind.ISSUED)
    current = None if history[-1].archived else history[-1]
    past = history[:-1] if current else history
    if (current and _agrees(current, candidate)) or any(
        award.identity == candidate.identity for award in past
    ):
        return _decision(Outcome.UNCHANGED, history[-1])
    if current is None:
        new = evolve(candidate, cycle=history[-1].cycle + 1)
        return _decision(Outcome.ISSUED, new, event=EventKind.ISSUED)
    if duplicates is Duplicates.RENEW and candidate.identity != current.identity:
        new = evolve(candidate, cycle=current.cycle + 1)
        return _decision(Outcome.RENEWED, new, current.archive(at), EventKind.RENEWED)
    return _decision(Outcome.UPDATED, _updated(current, candidate))


def _agrees(award: Award, candidate: Award) -> bool:
    return (award.identity, award.basis, award.source) == (
        candidate.identity,
        candidate.basis,
        candidate.source,
    )


def _updated(current: Award, candidate: Award) -> Award:
    return evolve(candidate, cycle=current.cycle, version=current.version + 1)


def _decision(
    outcome: Outcome, award: Award, archived: Award | None = None, event: EventKind | None = None
) -> Decision:
    return Decision(outcome, award, archived, event, _WHY[outcome])


_WHY: Mapping[Outcome, tuple[Reason, ...]] = {
    Outcome.ISSUED: (because(ReasonCode.RECORD_ISSUES),),
    Outcome.RENEWED: (because(ReasonCode.RECORD_RENEWS), because(ReasonCode.RENEWAL_ISSUES)),
    Outcome.UPDATED: (because(ReasonCode.RECORD_UPDATES),),
    Outcome.UNCHANGED: (because(ReasonCode.RECORD_UNCHANGED),),
}
