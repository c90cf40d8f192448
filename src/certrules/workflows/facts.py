"""Facts: what does a store know of one user and one certification?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from attrs import frozen

from certrules.errors import InvalidValueError
from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification, Item, ItemKind, ItemRef
from certrules.model.facts import Facts
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    ExternalTraining,
    LearningPlan,
    Renewal,
)
from certrules.model.people import User
from certrules.model.values import checked_id
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import (
    CoreTransaction,
    HasAwards,
    HasCertifications,
    HasItems,
    HasLearning,
    HasRenewals,
    HasUsers,
)
from certrules.rules.criteria import item_order

T = TypeVar("T")
COURSE, PLAN, EXTERNAL = ItemKind.COURSE, ItemKind.LEARNING_PLAN, ItemKind.EXTERNAL_TRAINING


class LearnedParts(HasItems, HasLearning, Protocol):
    """What :func:`of_user` asks of a store."""


class TrainingParts(HasUsers, HasItems, HasAwards, HasLearning, HasRenewals, Protocol):
    """What :func:`of_many` asks of a store."""


def load(
    transaction: CoreTransaction,
    user_id: str,
    certification_id: str,
    *,
    naming: Iterable[ItemRef] = (),
) -> Facts:
    """Return everything that a store knows of one user and one certification.

    ``naming`` are items that are asked about: they are called by their names, assigned or not. Of a
    certification that is gone, only awards and renewals are left. Raises
    :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have.
    """
    user = known_user(transaction, user_id)
    found = transaction.certifications.get(checked_id("certification_id", certification_id))
    awards = transaction.awards.history(user_id, certification_id)
    renewals = transaction.renewals.history(user_id, certification_id)
    if found is None:
        return Facts(user, None, tuple(awards), renewals=renewals)
    starting = _starting(found, awards)
    around = _learned(transaction, user_id, starting, naming)
    return _facts(user, found, awards, renewals, around)


def of_user(
    transaction: LearnedParts,
    user: User,
    certifications: Mapping[str, Certification],
    awards: Iterable[Award],
    renewals: Iterable[Renewal],
    *,
    items: Collection[ItemRef] = (),
) -> tuple[Mapping[str, Facts], "Learned"]:
    """Return what :func:`load` does for many certifications, in no more statements than for one.

    ``awards`` and ``renewals`` are the user's, of these certifications and others. Also returns
    what the user has learned of all of it, and of ``items`` besides.
    """
    held, begun = defaultdict[str, list[Award]](list), defaultdict[str, list[Renewal]](list)
    for award in awards:
        held[award.certification_id].append(award)
    for renewal in renewals:
        begun[renewal.certification_id].append(renewal)
    starting = {id_: _starting(each, held[id_]) for id_, each in certifications.items()}
    wanted = set(items).union(*starting.values())
    everything = _learned(transaction, user.id, wanted)
    with MemoryStore().writing() as loaded:
        loaded.learning.put_courses(everything.courses)
        loaded.learning.put_plans(everything.plans)
        loaded.learning.put_enrolments(everything.enrolments)
        loaded.learning.add_completions(everything.completions)
        loaded.learning.put_external(everything.external)
        loaded.items.put(everything.items.values())
        facts = {
            id_: _facts(user, each, held[id_], begun[id_], _learned(loaded, user.id, starting[id_]))
            for id_, each in certifications.items()
        }
    return facts, everything


def of_many(
    transaction: TrainingParts,
    certification: Certification,
    users: Collection[str],
    items: Collection[ItemRef] = (),
) -> Mapping[str, Facts]:
    """Return, by user, the awards of a certification and the completions of some items.

    With them come the renewal that is open and, if there is an external training among the items,
    those that the user reported. Those whom the store does not have are absent. What else
    :func:`load` returns is left out.
    """
    pairs = [(user, certification.id) for user in users]
    histories, opened = transaction.awards.histories(pairs), transaction.renewals.open_among(pairs)
    done: dict[str, list[Completion]] = defaultdict(list)
    for completion in transaction.learning.completions(users, items):
        done[completion.user_id].append(completion)
    reported: dict[str, list[ExternalTraining]] = defaultdict(list)
    for training in transaction.learning.external(users) if _any_external(items) else ():
        reported[training.user_id].append(training)
    names = tuple(transaction.items.among(items).values())
    return {
        id_: Facts(
            user,
            certification,
            tuple(histories.get((id_, certification.id), ())),
            completions=tuple(done[id_]),
            renewals=tuple(filter(None, [opened.get((id_, certification.id))])),
            items=names,
            external=tuple(reported[id_]),
        )
        for id_, user in sorted(transaction.users.among(users).items())
    }


def known(what: str, found: T | None, id_: str) -> T:
    """Return what a store has found by an id; InvalidValueError if it has found nothing."""
    if found is None:
        raise InvalidValueError(what, id_, f"the id of a {what} in the store")
    return found


def known_user(transaction: HasUsers, user_id: str) -> User:
    """Return the user of an id; InvalidValueError if the store has none."""
    return known("user", transaction.users.get(checked_id("user_id", user_id)), user_id)


def known_certification(transaction: HasCertifications, certification_id: str) -> Certification:
    """Return the certification of an id; InvalidValueError if the store has none."""
    found = transaction.certifications.get(checked_id("certification_id", certification_id))
    return known("certification", found, certification_id)


def known_source(transaction: HasItems, source: Source) -> None:
    """Raise InvalidValueError for an award earned by a course, plan or track that is not there.

    External training takes place elsewhere: the store need not have it.
    """
    listed = AssociationType.COURSE, AssociationType.LEARNING_PLAN, AssociationType.LEARNING_TRACK
    if source.type in listed and source.item_id is not None:
        kind = ItemKind(source.type.value)
        if transaction.items.get(kind, source.item_id) is None:
            raise InvalidValueError(str(kind), source.item_id, "the id of an item in the store")


@frozen
class Learned:
    """What a user has learned of some items, with the courses and plans around them."""

    plans: Sequence[LearningPlan]
    courses: Sequence[Course]
    enrolments: Sequence[Enrolment]
    completions: Sequence[Completion]
    items: Mapping[ItemRef, Item]
    external: Sequence[ExternalTraining]


def _learned(
    transaction: LearnedParts,
    user_id: str,
    items: Collection[ItemRef],
    naming: Iterable[ItemRef] = (),
) -> Learned:
    """Return what a user has learned of items, which plans hold them, and what they share."""
    learning = transaction.learning
    courses, plans = ({id_ for kind, id_ in items if kind is one} for one in (COURSE, PLAN))
    found, defined = learning.related(courses, plans)
    through = {course for plan in found if plan.id in plans for course in plan.courses}
    within = courses | through
    attended = {ItemRef(COURSE, course) for plan in found for course in plan.courses}
    holding = {ItemRef(PLAN, plan.id) for plan in found}
    enrolments, done = learning.history(user_id, {*items, *attended, *holding})
    named = {*naming, *items, *holding, *(ItemRef(COURSE, course) for course in within)}
    known = transaction.items.among(named)
    ordered = {item: known[item] for item in sorted(named & known.keys(), key=item_order)}
    plain = {id_: LearningPlan(id_) for kind, id_ in ordered if kind is PLAN and id_ in plans}
    bare = {id_: Course(id_) for kind, id_ in ordered if kind is COURSE and id_ in within}
    return Learned(
        tuple((plain | {plan.id: plan for plan in found}).values()),
        tuple((bare | {course.id: course for course in defined}).values()),
        enrolments,
        [each for each in done if each.ref in items],
        ordered,
        learning.external([user_id]) if _any_external(items) else (),
    )


def _any_external(items: Iterable[ItemRef]) -> bool:
    return any(kind is EXTERNAL for kind, _ in items)


def _facts(
    user: User,
    certification: Certification,
    awards: Sequence[Award],
    renewals: Sequence[Renewal],
    known: Learned,
) -> Facts:
    learning = known.enrolments, known.completions, known.courses, known.plans
    names = tuple(known.items.values())
    return Facts(user, certification, awards, *learning, renewals, names, known.external)


def _starting(certification: Certification, awards: Iterable[Award]) -> set[ItemRef]:
    """Return the assigned items, and the course that earned an award, assigned or not any more."""
    assigned = {assignment.ref for assignment in certification.assignments}
    return assigned | {
        ItemRef(COURSE, source.item_id)
        for source in (award.source for award in awards if not award.archived)
        if source.type is AssociationType.COURSE and source.item_id is not None
    }
