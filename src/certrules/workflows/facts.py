"""Facts: what does a store know of one user and one certification?"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache

from attrs import evolve

from certrules.errors import InvalidValueError
from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.facts import Facts
from certrules.model.learning import Completion, Course, Enrolment, LearningPlan
from certrules.model.people import User
from certrules.repositories.protocols import Learning, Transaction

__all__ = ["enrolled", "known_certification", "known_source", "known_user", "load", "of_many"]

COURSE, PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN


def load(
    transaction: Transaction,
    user_id: str,
    certification_id: str,
    *,
    naming: Iterable[tuple[ItemKind, str]] = (),
) -> Facts:
    """Return everything that a store knows of one user and one certification.

    ``naming`` are items that are asked about: they are called by their names, assigned or not. Of a
    certification that is gone, only awards and renewals are left. Raises
    :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have.
    """
    person = known_user(transaction, user_id)
    found = transaction.certifications.get(certification_id)
    awards = tuple(transaction.awards.history(user_id, certification_id))
    renewals = tuple(transaction.renewals.history(user_id, certification_id))
    if found is None:
        return Facts(person, None, awards, renewals=renewals)
    items = _by_kind(found, awards)
    find = cache(transaction.items.get)
    plans = [*_plans(transaction.learning, find, items)]
    within = _within(items, plans)
    everything = {**items, COURSE: within, PLAN: {plan.id for plan in plans}}
    named = {*naming, *((kind, id_) for kind, ids in everything.items() for id_ in ids)}
    return Facts(
        person,
        found,
        awards,
        tuple(_enrolments(transaction.learning, user_id, items, plans)),
        tuple(_completions(transaction.learning, user_id, items)),
        tuple(_courses(transaction.learning, find, within)),
        tuple(plans),
        renewals,
        _called(find, named),
    )


def of_many(
    transaction: Transaction, certification: Certification, users: Collection[str]
) -> Mapping[str, Facts]:
    """Return, by user, the awards of a certification and the completions of its items.

    Those whom the store does not have are absent. What else :func:`load` returns is left out.
    """
    histories = transaction.awards.histories([(user, certification.id) for user in users])
    done: dict[str, list[Completion]] = defaultdict(list)
    items = _by_kind(certification, ())
    for kind, ids in items.items():
        for completion in transaction.learning.completions(users, kind, ids):
            done[completion.user_id].append(completion)
    names = _called(transaction.items.get, ((kind, id_) for kind in items for id_ in items[kind]))
    return {
        id_: Facts(
            user,
            certification,
            tuple(histories.get((id_, certification.id), ())),
            completions=tuple(done[id_]),
            items=names,
        )
        for id_, user in sorted(transaction.users.among(users).items())
    }


def enrolled(transaction: Transaction, known: Facts) -> Facts:
    """Return the facts of :func:`of_many` with the enrolments in the assigned items."""
    items = _by_kind(known.certification, ()) if known.certification else {}
    attempts = tuple(_enrolments(transaction.learning, known.user.id, items, ()))
    return evolve(known, enrolments=attempts)


def known_user(transaction: Transaction, user_id: str) -> User:
    """Return the user of an id; InvalidValueError if the store has none."""
    found = transaction.users.get(user_id)
    if found is None:
        raise InvalidValueError("user", user_id, "the id of a user in the store")
    return found


def known_certification(transaction: Transaction, certification_id: str) -> Certification:
    """Return the certification of an id; InvalidValueError if the store has none."""
    found = transaction.certifications.get(certification_id)
    if found is None:
        expected = "the id of a certification in the store"
        raise InvalidValueError("certification", certification_id, expected)
    return found


def known_source(transaction: Transaction, source: Source) -> None:
    """Raise InvalidValueError for an award earned by a course, plan or track that is not there.

    External training takes place elsewhere: the store need not have it.
    """
    if source.type in _LISTED and source.item_id is not None:
        kind = ItemKind(source.type.value)
        if transaction.items.get(kind, source.item_id) is None:
            raise InvalidValueError(str(kind), source.item_id, "the id of an item in the store")


_LISTED = frozenset(
    {AssociationType.COURSE, AssociationType.LEARNING_PLAN, AssociationType.LEARNING_TRACK}
)

_Items = dict[ItemKind, set[str]]

Find = Callable[[ItemKind, str], Item | None]
"""How a store finds an item: nothing of it is asked twice for the same facts."""


def _called(find: Find, named: Iterable[tuple[ItemKind, str]]) -> tuple[Item, ...]:
    """Return those items that a store has, for what people call them."""
    ordered = sorted(named, key=lambda item: (item[0].value, item[1]))
    return tuple(item for item in (find(*each) for each in ordered) if item is not None)


def _by_kind(certification: Certification, awards: Iterable[Award]) -> _Items:
    """Return the assigned items, and the course that earned an award, assigned or not any more."""
    items: _Items = {}
    for assignment in certification.assignments:
        items.setdefault(assignment.kind, set()).add(assignment.item_id)
    for source in (award.source for award in awards if not award.archived):
        if source.type is AssociationType.COURSE and source.item_id is not None:
            items.setdefault(COURSE, set()).add(source.item_id)
    return items


def _plans(learning: Learning, find: Find, items: _Items) -> Iterable[LearningPlan]:
    assigned = items.get(PLAN, set())
    plain = (LearningPlan(item.id) for item in _called(find, ((PLAN, id_) for id_ in assigned)))
    holding = learning.plans_with(items.get(COURSE, ()))
    return {plan.id: plan for plan in (*plain, *learning.plans(assigned), *holding)}.values()


def _within(items: _Items, plans: Iterable[LearningPlan]) -> set[str]:
    """Return the courses among the items, and those of assigned plans."""
    through = items.get(PLAN, set())
    within = {course for plan in plans if plan.id in through for course in plan.courses}
    return items.get(COURSE, set()) | within


def _courses(learning: Learning, find: Find, ids: Collection[str]) -> Iterable[Course]:
    """Return courses, and those that share materials; of some, nothing but the item is known."""
    plain = (Course(item.id) for item in _called(find, ((COURSE, id_) for id_ in ids)))
    defined = learning.courses(ids)
    sharing = learning.courses_with({each for course in defined for each in course.materials})
    return {course.id: course for course in (*plain, *defined, *sharing)}.values()


def _enrolments(
    learning: Learning, user_id: str, items: _Items, plans: Collection[LearningPlan]
) -> Iterator[Enrolment]:
    """Yield a user's attempts; those in all courses of a plan tell when it was first accessed."""
    within = {course for plan in plans for course in plan.courses}
    courses = items.get(COURSE, set()) | within
    wanted = {**items, COURSE: courses, PLAN: {plan.id for plan in plans}}
    for kind, ids in wanted.items():
        yield from learning.enrolments(user_id, kind, ids)


def _completions(learning: Learning, user_id: str, items: _Items) -> Iterator[Completion]:
    for kind, ids in items.items():
        yield from learning.completions((user_id,), kind, ids)
