"""Deciding: what the award of a record changes about those that its user has."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from attrs import evolve

from certrules.model.awards import AssociationType, Award, ExpiryBasis, ExpiryDay, Source, Status
from certrules.model.decisions import Reason, because
from certrules.model.effects import Effect
from certrules.model.learning import Renewal
from certrules.model.notices import EventKind
from certrules.model.policy import DOCEBO, Duplicates, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import consequences, issuing, status
from certrules.rules.feature import switched_off
from certrules.words import Word


class Outcome(Word):
    """What became of a data row; every row has exactly one."""

    ISSUED = "issued"
    RENEWED = "renewed"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    IN_HISTORY = "in_history"


class Decision(NamedTuple):
    """What a record comes to: the award that its user then has, what changes for it, and why.

    ``held`` is the award that they had before.
    """

    outcome: Outcome
    award: Award
    effects: tuple[Effect, ...]
    reasons: tuple[Reason, ...]
    held: Award | None = None


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
    notify: bool = False,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide what the award that a record describes does to those its user already has.

    ``history`` is every cycle of the same user and certification, first to last, ``renewal`` the
    one that is open, and ``at`` the instant of the import. If another award takes the place of the
    one that it was to renew, the renewal is closed; an award that is updated it can still renew.

    An award that is updated in place keeps what it was earned by, unless the record names another
    item, or another type than manual. An older record does not overwrite a newer award, and none
    ends a valid one; as a renewal it does, with a reason that says so. A renewal that begins later
    leaves the held award current until then. ``notify`` says whether an issue calls for notices,
    which would be about the past; a renewal always does.

    >>> from attrs import evolve
    >>> from datetime import UTC
    >>> old = Award("ada", "first-aid", datetime(2023, 1, 1, tzinfo=UTC), None)
    >>> new = evolve(old, issued_at=datetime(2024, 1, 1, tzinfo=UTC))
    >>> at = datetime(2024, 2, 1, tzinfo=UTC)
    >>> decided = decide(new, [old], duplicates=Duplicates.RENEW, at=at)
    >>> str(decided.outcome), decided.award.cycle, decided.effects[0].award == old.archive(at)
    ('renewed', 2, True)

    Rules: DOC-CSV-05, DOC-CSV-17, DOC-CSV-18, DOC-CSV-19, DOC-CSV-20, DOC-RENEW-19, INT-09,
    INT-12b, INT-44, INT-45, INT-46, INT-47, INT-48.
    """
    last = history[-1] if history else None
    if off := switched_off(policy):
        return Decision(Outcome.REFUSED, last or candidate, (), off)
    current = None if last is None or last.archived else last
    past = history[:-1] if current else history
    if current and _agrees(current, candidate):
        return Decision(Outcome.UNCHANGED, current, (), _WHY[Outcome.UNCHANGED], current)
    if last and (same := [award for award in past if award.identity == candidate.identity]):
        # it goes on until the award begins that was issued in advance
        over = last.issued_at <= at or status.status_at(same[-1], at) is Status.ARCHIVED
        outcome = Outcome.IN_HISTORY if current and over else Outcome.UNCHANGED
        return Decision(outcome, last if over else same[-1], (), _WHY[outcome], current)
    if current and (duplicates is Duplicates.REJECT or candidate.identity == current.identity):
        return _update(current, _updated(current, candidate), past, at)
    outcome, event = Outcome.ISSUED, EventKind.ISSUED if notify else EventKind.IMPORTED
    if current:
        outcome, event = Outcome.RENEWED, EventKind.RENEWED
    new = evolve(candidate, cycle=last.cycle + 1) if last else candidate
    effects = (
        *consequences.issued(new, current, renewal, at, event),
        *consequences.rescheduled(past, new, at),
    )
    reasons = *_WHY[outcome], *_notable(current, new, at), *consequences.replaced(renewal)
    return Decision(outcome, new, effects, reasons, current)


def _updated(held: Award, candidate: Award) -> Award:
    """Return what an award becomes if a record updates it."""
    source, version = _source(held, candidate), held.version + 1
    return evolve(candidate, source=source, cycle=held.cycle, version=version)


def _source(held: Award, candidate: Award) -> Source:
    """Return by what a record says that an award was earned: it may say nothing of it."""
    said, kept = candidate.source, held.source
    silent = said.item_id is None and said.type is AssociationType.MANUAL
    return kept if silent or (said.type, said.item_id) == (kept.type, kept.item_id) else said


def _update(held: Award, new: Award, past: Sequence[Award], at: datetime) -> Decision:
    if against := tuple(_objections(held, new, at)):
        return Decision(Outcome.REFUSED, held, (), against, held)
    news = issuing.notify(EventKind.CHANGED, new, at)
    effects = *consequences.edited(new), *consequences.rescheduled(past, new, at, held), news
    reasons = _WHY[Outcome.UPDATED]
    if new.source != held.source:
        before, after = earned_by(held), earned_by(new)
        reasons += (because(ReasonCode.SOURCE_CHANGES, before=before, after=after),)
    return Decision(Outcome.UPDATED, new, effects, reasons, held)


def _objections(held: Award, new: Award, at: datetime) -> Iterator[Reason]:
    """Yield why an award is not updated in place: that would lose a newer, or end a valid one."""
    if new.issued_at < held.issued_at:
        yield because(ReasonCode.OLDER_THAN_AWARD, **_periods(held, new))
    then = status.status_at(new, at)
    if status.status_at(held, at) is Status.VALID and then is not Status.VALID:
        yield because(ReasonCode.ENDS_VALID_AWARD, award_status=then, **_periods(held, new))


def _notable(held: Award | None, new: Award, at: datetime) -> Iterator[Reason]:
    """Yield what is to be said of a renewal by its dates, of which none is refused."""
    if held and new.issued_at < held.issued_at:
        yield because(ReasonCode.GOES_BACK, **_periods(held, new))
    if held and new.issued_at > at:
        yield because(ReasonCode.BEGINS_LATER, issued_at=new.issued_at)


def _periods(held: Award, new: Award) -> dict[str, object]:
    return {
        "issued_at": new.issued_at,
        "expires_at": new.expires_at,
        "held_issued_at": held.issued_at,
        "held_expires_at": held.expires_at,
    }


def earned_by(award: Award) -> str:
    """Return by what an award was earned, with the id of the item if there is one.

    >>> at, course = datetime(2024, 1, 1, tzinfo=UTC), Source(AssociationType.COURSE, "7")
    >>> earned_by(Award("1", "fa", at, None, source=course))
    'course 7'
    """
    kind = str(award.source.type).replace("_", " ")
    return kind if award.source.item_id is None else f"{kind} {award.source.item_id}"


def _agrees(held: Award, candidate: Award) -> bool:
    """Return whether a record says of an award what it is; asked of every row, it makes none."""
    return _SAID(held) == _SAID(candidate) and _source(held, candidate) == held.source


_SAID = attrgetter("issued_at", "expires_at", "basis", "expiry_day")
"""What a record says of an award, beside its source."""


_WHY: Mapping[Outcome, tuple[Reason, ...]] = {
    Outcome.ISSUED: (because(ReasonCode.RECORD_ISSUES),),
    Outcome.RENEWED: (because(ReasonCode.RECORD_RENEWS), because(ReasonCode.RENEWAL_ISSUES)),
    Outcome.UPDATED: (because(ReasonCode.RECORD_UPDATES),),
    Outcome.UNCHANGED: (because(ReasonCode.RECORD_UNCHANGED),),
    Outcome.IN_HISTORY: (because(ReasonCode.IN_HISTORY),),
}
