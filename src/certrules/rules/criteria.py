"""Criteria: which items earn a certification, any, all, or one of each group?"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, tzinfo

from attrs import evolve

from certrules import instants
from certrules.errors import MissingDayError, OutOfRangeError
from certrules.model.catalog import Assignment, Certification, Criteria, Item, ItemRef
from certrules.model.decisions import Reason, because
from certrules.model.facts import Facts
from certrules.model.learning import Completion, ExternalTraining
from certrules.model.policy import Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked

Group = Sequence[Assignment]
"""Items of which one is enough."""


def groups(certification: Certification, policy: Policy) -> list[Group]:
    """Return the groups of items of a certification: one of each is needed.

    Items that are alternatives form one group, and an item that is needed in any case is a group of
    its own. An item assigned twice stands twice in its group, and either counts. The order is that
    of the items, however they are listed.

    >>> start = datetime(2024, 1, 1, tzinfo=UTC)
    >>> kinds = ItemKind.LEARNING_TRACK, ItemKind.EXTERNAL_TRAINING
    >>> both = tuple(Assignment(kind, "t1", start) for kind in kinds)
    >>> first_aid = Certification("fa", "First aid", assignments=both)
    >>> len(groups(first_aid, DOCEBO)), len(groups(first_aid, ALLBOUND))
    (1, 2)

    Rules: DOC-ASSIGN-02, DOC-ASSIGN-03, ALL-TRAIN-01, ALL-TRAIN-02, ALL-TRAIN-03, INT-32.
    """
    criteria = certification.criteria or policy.criteria
    found: dict[object, list[Assignment]] = {}
    for each in certification.assignments:
        alone = each.ref if criteria is Criteria.ALL else None
        found.setdefault(alone if each.group is None else each.group, []).append(each)
    return sorted(found.values(), key=lambda group: sorted(item_order(each.ref) for each in group))


def item_order(item: ItemRef) -> tuple[str, str]:
    """Return what items are put in order by."""
    return item.kind.value, item.id


def assigned(group: Group, completion: Completion) -> list[datetime]:
    """Return since when the item of a completion stands in a group; nothing if it does not."""
    return [each.assigned_at for each in group if each.ref == completion.ref]


def in_group(group: Group, completions: Iterable[Completion]) -> list[Completion]:
    """Return the completions of a group's items."""
    return [each for each in completions if assigned(group, each)]


def counting(group: Group, completions: Iterable[Completion]) -> list[Completion]:
    """Return the completions that meet a group: of an item, strictly after it was assigned.

    Whether the user had been enrolled before that does not matter.

    >>> start = datetime(2024, 1, 1, tzinfo=UTC)
    >>> group = [Assignment(ItemKind.COURSE, "c1", start)]
    >>> counting(group, [Completion("ada", ItemKind.COURSE, "c1", start)])
    []

    Rules: DOC-ASSIGN-07, DOC-ASSIGN-08, ALL-TRAIN-06, INT-21.
    """
    return [
        each for each in completions if any(each.completed_at > at for at in assigned(group, each))
    ]


def order(completion: Completion) -> tuple[datetime, str, str]:
    """Return what completions are put in order by: their instants, and then their items.

    Rules: INT-37b.
    """
    return completion.completed_at, completion.kind.value, completion.item_id


def attached(certification: Certification, training: ExternalTraining) -> bool:
    """Return whether an external training is an item of a certification.

    Rules: INT-43.
    """
    return any(each.ref == training.ref for each in certification.assignments)


def with_external(facts: Facts, *, zone: str | tzinfo, policy: Policy) -> Facts:
    """Return facts in which an external training that is assigned is a completion of its item.

    Rules: INT-43.
    """
    facts, zone = checked("facts", facts, Facts), instants.time_zone(zone)
    checked("policy", policy, Policy)
    done = [
        external(each, zone=zone, policy=policy)
        for each in facts.external
        if facts.certification is not None and attached(facts.certification, each)
    ]
    return evolve(facts, completions=(*facts.completions, *done)) if done else facts


def external(training: ExternalTraining, *, zone: str | tzinfo, policy: Policy) -> Completion:
    """Return an external training as a completion: its date as an instant in ``zone``.

    If the zone skipped that day, it is completed at the first instant after the gap; if the day
    begins beyond the calendar in the zone, as it begins in UTC.

    >>> skipped = ExternalTraining("ada", "t1", date(2011, 12, 30))
    >>> external(skipped, zone="Pacific/Apia", policy=DOCEBO).completed_at.isoformat()
    '2011-12-30T10:00:00+00:00'

    Rules: DOC-ASSIGN-10, INT-10b.
    """
    day = training.completed_on
    try:
        completed_at = instants.issue_instant(day, zone, policy.issue_date)
    except MissingDayError:
        completed_at = instants.at_local(day, time.min, zone)
    except OutOfRangeError:
        completed_at = instants.start_of_day(day, UTC)
    return Completion(training.user_id, *training.ref, completed_at)


def objection(facts: Facts, group: Group, completions: Sequence[Completion]) -> Reason | None:
    """Return why completions do not meet a group, if they do not.

    Rules: DOC-ASSIGN-07, ALL-TRAIN-03, ALL-TRAIN-06.
    """
    if not in_group(group, completions):
        return missing(facts, group)
    if counting(group, completions):
        return None
    completed = [each for each in group if any(each.ref == done.ref for done in completions)]
    return because(ReasonCode.COMPLETION_BEFORE_ASSIGNMENT, items=_named(facts, completed))


def missing(facts: Facts, group: Group) -> Reason:
    """Return the reason of a group of whose items none is completed.

    Rules: ALL-TRAIN-03.
    """
    return because(ReasonCode.NOT_COMPLETED, items=_named(facts, group))


def _named(facts: Facts, group: Group) -> tuple[Item, ...]:
    items = sorted({each.ref for each in group}, key=item_order)  # several may be called the same
    return tuple(sorted((facts.item(*each) for each in items), key=str))
