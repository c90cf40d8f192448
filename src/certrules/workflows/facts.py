"""What does a store know of one user and one certification?"""

from collections.abc import Collection, Iterable, Iterator

from certrules.errors import InvalidValueError
from certrules.model.awards import AssociationType, Award
from certrules.model.catalog import Certification, ItemKind
from certrules.model.facts import Facts
from certrules.model.learning import Completion, Course, Enrolment, LearningPlan
from certrules.model.people import User
from certrules.repositories.protocols import Learning, Transaction

__all__ = ["known_certification", "known_user", "load"]


def load(transaction: Transaction, user: str, certification: str) -> Facts:
    """Return everything that a store knows of one user and one certification.

    Of a certification that is gone, only awards and renewals are left. Raises
    :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have.
    """
    person = known_user(transaction, user)
    found = transaction.certifications.get(certification)
    awards = tuple(transaction.awards.history(user, certification))
    renewals = tuple(transaction.renewals.history(user, certification))
    if found is None:
        return Facts(person, None, awards, renewals=renewals)
    items = _by_kind(found, awards)
    plans = [*_plans(transaction, items)]
    return Facts(
        person,
        found,
        awards,
        tuple(_enrolments(transaction.learning, user, items, plans)),
        tuple(_completions(transaction.learning, user, items)),
        tuple(_courses(transaction, items, plans)),
        tuple(plans),
        renewals,
    )


def known_user(transaction: Transaction, user: str) -> User:
    """Return the user of an id; InvalidValueError where the store has none."""
    found = transaction.users.get(user)
    if found is None:
        raise InvalidValueError("user", user, "the id of a user in the store")
    return found


def known_certification(transaction: Transaction, certification: str) -> Certification:
    """Return the certification of an id; InvalidValueError where the store has none."""
    found = transaction.certifications.get(certification)
    if found is None:
        expected = "the id of a certification in the store"
        raise InvalidValueError("certification", certification, expected)
    return found


_Items = dict[ItemKind, set[str]]


def _by_kind(certification: Certification, awards: Iterable[Award]) -> _Items:
    """Return the assigned items, and the course that earned an award, assigned or not any more."""
    items: _Items = {}
    for assignment in certification.assignments:
        items.setdefault(assignment.kind, set()).add(assignment.item)
    for source in (award.source for award in awards if not award.archived):
        if source.type is AssociationType.COURSE and source.item is not None:
            items.setdefault(ItemKind.COURSE, set()).add(source.item)
    return items


def _plans(transaction: Transaction, items: _Items) -> Iterable[LearningPlan]:
    assigned = items.get(ItemKind.LEARNING_PLAN, set())
    plain = (LearningPlan(id_) for id_ in _known(transaction, ItemKind.LEARNING_PLAN, assigned))
    defined = transaction.learning.plans(assigned)
    holding = transaction.learning.plans_with(items.get(ItemKind.COURSE, ()))
    return {plan.id: plan for plan in (*plain, *defined, *holding)}.values()


def _courses(
    transaction: Transaction, items: _Items, plans: Iterable[LearningPlan]
) -> Iterable[Course]:
    """Return the courses among the items, those of assigned plans, and those that share."""
    through = items.get(ItemKind.LEARNING_PLAN, set())
    within = {course for plan in plans if plan.id in through for course in plan.courses}
    ids = items.get(ItemKind.COURSE, set()) | within
    plain = (Course(id_) for id_ in _known(transaction, ItemKind.COURSE, ids))
    defined = transaction.learning.courses(ids)
    sharing = transaction.learning.courses_with(
        {material for course in defined for material in course.materials}
    )
    return {course.id: course for course in (*plain, *defined, *sharing)}.values()


def _known(transaction: Transaction, kind: ItemKind, ids: Iterable[str]) -> Iterator[str]:
    """Yield the ids of items: what they consist of need not be defined for them to be there."""
    return (id_ for id_ in sorted(ids) if transaction.items.get(kind, id_) is not None)


def _enrolments(
    learning: Learning, user: str, items: _Items, plans: Collection[LearningPlan]
) -> Iterator[Enrolment]:
    """Yield a user's attempts; those in all courses of a plan tell when it was first accessed."""
    within = {course for plan in plans for course in plan.courses}
    wanted = {
        **items,
        ItemKind.COURSE: items.get(ItemKind.COURSE, set()) | within,
        ItemKind.LEARNING_PLAN: {plan.id for plan in plans},
    }
    for kind, ids in wanted.items():
        yield from learning.enrolments(user, kind, ids)


def _completions(learning: Learning, user: str, items: _Items) -> Iterator[Completion]:
    for kind, ids in items.items():
        yield from learning.completions((user,), kind, ids)
