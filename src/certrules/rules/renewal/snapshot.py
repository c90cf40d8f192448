"""Snapshot: what had happened by an instant, and which training has changed since?"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import evolve

from certrules import instants
from certrules.model.awards import Award
from certrules.model.catalog import ItemRef
from certrules.model.facts import Facts
from certrules.model.learning import Enrolment, EnrolmentStatus, Renewal, RenewalState
from certrules.model.values import checked
from certrules.rules import status


def facts_as_of(facts: Facts, at: datetime) -> Facts:
    """Return facts as they stood at an aware instant: what lies after it has not happened.

    A later completion becomes in progress (or enrolled, if the item was never opened); a later
    archiving or closing is removed.

    >>> first, second = (datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2))
    >>> done = Enrolment("ada", ItemKind.COURSE, "c1", first, EnrolmentStatus.COMPLETED,
    ...                  completed_at=second)
    >>> facts = Facts(User("ada", "ada"), None, enrolments=(done,))
    >>> str(facts_as_of(facts, first).enrolments[0].status), facts_as_of(facts, second) == facts
    ('enrolled', True)

    Rules: INT-12b.
    """
    at = instants.utc(at, "at")
    return evolve(
        checked("facts", facts, Facts),
        awards=_awards(facts.awards, at),
        enrolments=[_enrolment(each, at) for each in facts.enrolments if each.enrolled_at <= at],
        completions=[each for each in facts.completions if each.completed_at <= at],
        renewals=[_renewal(each, at) for each in facts.renewals if each.started_at <= at],
    )


def _later(instant: datetime | None, at: datetime) -> bool:
    return instant is not None and instant > at


def _awards(awards: Iterable[Award], at: datetime) -> Sequence[Award]:
    """Return the awards that were issued by then; of those archived later one was current."""
    issued = [each for each in awards if each.issued_at <= at]
    current = (each for each in issued if not each.archived or _later(each.archived_at, at))
    held = max(
        current, key=lambda each: (not each.archived, each.issued_at, each.cycle), default=None
    )
    return [(status.as_of(each, at) or each) if each is held else each for each in issued]


def _enrolment(enrolment: Enrolment, at: datetime) -> Enrolment:
    if _later(enrolment.archived_at, at):
        enrolment = evolve(enrolment, archived_at=None)
    if _later(enrolment.first_access_at, at):
        enrolment = evolve(enrolment, first_access_at=None)
    if not _later(enrolment.completed_at, at):
        return enrolment
    accessed = enrolment.first_access_at is not None
    before = EnrolmentStatus.IN_PROGRESS if accessed else EnrolmentStatus.ENROLLED
    completed = enrolment.status is EnrolmentStatus.COMPLETED
    return evolve(enrolment, status=before if completed else enrolment.status, completed_at=None)


def _renewal(renewal: Renewal, at: datetime) -> Renewal:
    if _later(renewal.closed_at, at):
        return evolve(renewal, state=RenewalState.OPEN, closed_at=None)
    return renewal


def changed_since(facts: Facts, then: Facts, taken: Iterable[ItemRef]) -> bool:
    """Return whether any of some items was enrolled in, left or completed since.

    ``then`` are the facts as they stood.

    Rules: INT-12b.
    """
    return any(_training(then, each) != _training(facts, each) for each in taken)


def _training(facts: Facts, item: ItemRef) -> tuple[object, object]:
    """Return what is known of an item: every attempt, and every completion."""
    return list(facts.attempts(*item)), [each for each in facts.completions if each.ref == item]
