"""What does an imported record mean beside what is stored and the other rows of its file?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from certrules.model.awards import Award
from certrules.model.catalog import Certification, CertificationStatus, Item
from certrules.model.decisions import Reason
from certrules.model.events import EventKind
from certrules.model.people import User
from certrules.model.policy import Duplicates
from certrules.model.records import FaultCode
from certrules.rulebook import Rule

__all__ = [
    "Decision",
    "Key",
    "Outcome",
    "certification_fault",
    "decide",
    "find_repeats",
    "item_fault",
    "item_warning",
    "repeat_outcome",
    "user_fault",
]


class Outcome(Enum):
    """What became of a data row; every row has exactly one."""

    ISSUED = "issued"
    RENEWED = "renewed"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    SUPERSEDED = "superseded"

    if not TYPE_CHECKING:  # by identity: Enum's own is slow, and every row is counted by it
        __hash__ = object.__hash__

    def __str__(self) -> str:
        return self.value


@frozen
class Decision:
    """What a record does to the store: the award to keep, the one to archive, and who is told."""

    outcome: Outcome
    award: Award
    archived: Award | None
    event: EventKind | None
    reasons: tuple[Reason, ...]


Key = tuple[str, str]
"""Whose certification a row is about: a username, blind to case, and a certification code."""


def find_repeats(
    batches: Iterable[tuple[Sequence[int], Sequence[str], Sequence[str]]],
) -> dict[Key, list[int]]:
    """Return the row numbers of every key that stands in more than one row, in file order.

    Dates and items are no part of a key, and neither is whether the row is otherwise sound. A batch
    is row numbers, with the username (in the form that is blind to case) and the certification code
    of each row.

    >>> find_repeats([([1, 2], ["ada", "bob"], ["FA", "FA"]), ([3], ["ada"], ["FA"])])
    {('ada', 'FA'): [1, 3]}

    Rules: DOC-CSV-14, INT-07b.
    """
    first_row: defaultdict[str, dict[str, int]] = defaultdict(dict)  # of a user, by certification
    repeats: dict[Key, list[int]] = {}
    for rows, users, codes in batches:
        firsts = list(map(dict.setdefault, map(first_row.__getitem__, codes), users, rows))
        for place in compress(range(len(rows)), map(ne, firsts, rows)):
            key = users[place], codes[place]
            repeats.setdefault(key, [firsts[place]]).append(rows[place])
    return {key: sorted(found) for key, found in repeats.items()}


def repeat_outcome(row: int, repeats: Sequence[int], duplicates: Duplicates) -> Outcome | None:
    """Return what happens to one of several rows of the same key; None where it counts.

    >>> [str(repeat_outcome(row, [3, 9], Duplicates.RENEW)) for row in (3, 9)]
    ['superseded', 'None']

    Rules: DOC-CSV-15, DOC-CSV-16, DOC-CSV-17, INT-07.
    """
    match duplicates:
        case Duplicates.REJECT:
            return Outcome.REFUSED
        case Duplicates.RENEW:
            return Outcome.SUPERSEDED if row != repeats[-1] else None


def user_fault(users: Sequence[User]) -> FaultCode | None:
    """Return why a username cannot be given a certification, where it cannot.

    Rules: DOC-CERT-13, DOC-CSV-03, DOC-CSV-23, INT-17b.
    """
    match users:
        case []:
            return FaultCode.UNKNOWN_USER
        case [user]:
            return None if user.active else FaultCode.INACTIVE_USER
        case _:
            return FaultCode.AMBIGUOUS_USERNAME


def certification_fault(certifications: Sequence[Certification]) -> FaultCode | None:
    """Return why a code leads to no certification that can be issued, where it does not.

    Rules: DOC-CERT-06, DOC-CSV-04, INT-17b, INT-31b.
    """
    match certifications:
        case []:
            return FaultCode.UNKNOWN_CERTIFICATION
        case [certification]:
            active = certification.status is CertificationStatus.ACTIVE
            return None if active else FaultCode.INACTIVE_CERTIFICATION
        case _:
            return FaultCode.AMBIGUOUS_CERTIFICATION_CODE


def item_fault(items: Sequence[Item]) -> FaultCode | None:
    """Return why a code leads to no single item of the kind that its row names.

    Rules: DOC-CSV-09, INT-05, INT-17b.
    """
    match items:
        case []:
            return FaultCode.UNKNOWN_ITEM
        case [_]:
            return None
        case _:
            return FaultCode.AMBIGUOUS_ITEM_CODE


def item_warning(item: Item, certification: Certification) -> FaultCode | None:
    """Return a warning where an item is not among those that earn the certification.

    Rules: INT-05.
    """
    assigned = any(
        (assignment.kind, assignment.item) == (item.kind, item.id)
        for assignment in certification.assignments
    )
    return None if assigned else FaultCode.ITEM_NOT_ASSIGNED


def decide(
    candidate: Award, history: Sequence[Award], *, duplicates: Duplicates, at: datetime
) -> Decision:
    """Decide what the award that a record describes does to those its user already has.

    ``history`` is every cycle of the same user and certification, first to last, and ``at`` the
    instant of the import.

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
    Outcome.ISSUED: (Reason(Rule.DOC_CSV_05, "the user does not hold the certification"),),
    Outcome.RENEWED: (
        Reason(Rule.DOC_CSV_18, "the user holds it with other dates, and repeats are renewals"),
        Reason(Rule.DOC_CSV_20, "a renewed certification counts as issued"),
    ),
    Outcome.UPDATED: (Reason(Rule.INT_09, "the user holds it, and it is updated in place"),),
    Outcome.UNCHANGED: (Reason(Rule.INT_09, "the store already says what the record says"),),
}
