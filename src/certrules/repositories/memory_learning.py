"""Learning and renewals: how are they kept in the memory of one process?"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from certrules import instants
from certrules.model.catalog import ItemKind, ItemRef
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    ExternalTraining,
    LearningPlan,
    Renewal,
    RenewalState,
)
from certrules.repositories.conflicts import renewal_conflict
from certrules.repositories.memory_state import Part

__all__ = ["MemoryLearning", "MemoryRenewals"]

T = TypeVar("T")


class MemoryLearning(Part):
    """See :class:`~certrules.repositories.protocols.Learning`."""

    def courses(self, ids: Collection[str]) -> Sequence[Course]:
        return _among(self._scope.see().courses, ids)

    def put_courses(self, courses: Iterable[Course]) -> None:
        self._scope.change("courses").update((course.id, course) for course in courses)

    def plans(self, ids: Collection[str]) -> Sequence[LearningPlan]:
        return _among(self._scope.see().plans, ids)

    def put_plans(self, plans: Iterable[LearningPlan]) -> None:
        self._scope.change("plans").update((plan.id, plan) for plan in plans)

    def related(
        self, courses: Collection[str], plans: Collection[str]
    ) -> tuple[Sequence[LearningPlan], Sequence[Course]]:
        known, asked = self._scope.see(), set(courses)
        within = asked.union(*(plan.courses for plan in self.plans(plans)))
        used = {material for course in self.courses(within) for material in course.materials}
        holding = {id_ for id_, one in known.plans.items() if not asked.isdisjoint(one.courses)}
        sharing = {id_ for id_, one in known.courses.items() if not used.isdisjoint(one.materials)}
        return self.plans(holding.union(plans)), self.courses(within | sharing)

    def history(
        self, user_id: str, items: Collection[ItemRef]
    ) -> tuple[Sequence[Enrolment], Sequence[Completion]]:
        attempts = self._scope.see().enrolments
        enrolments = [
            each
            for item in sorted(set(items), key=_by_kind)
            for _, each in sorted(attempts.get((user_id, *item), {}).items())
        ]
        return enrolments, list(self.completions([user_id], items))

    def put_enrolments(self, enrolments: Iterable[Enrolment]) -> None:
        table = self._scope.change("enrolments")
        for each in enrolments:
            key = each.user_id, each.kind, each.item_id
            table[key] = {**table.get(key, {}), each.attempt: each}

    def completions(
        self, users: Collection[str], items: Collection[ItemRef]
    ) -> Iterator[Completion]:
        by_item = self._scope.see().completions
        wanted = set(items)
        for user in sorted(set(users)):
            known = by_item.get(user, {})
            found = [(at, _by_kind(item)) for item in wanted for at in known.get(item, ())]
            yield from (
                Completion(user, ItemKind(kind), item, at) for at, (kind, item) in sorted(found)
            )

    def completed_since(
        self, kind: ItemKind, item_id: str, since: datetime
    ) -> Iterator[Completion]:
        since = instants.utc(since)
        found = [
            (at, user)
            for user, known in self._scope.see().completions.items()
            for at in known.get((kind, item_id), ())
            if at >= since
        ]
        return (Completion(user, kind, item_id, at) for at, user in sorted(found))

    def add_completions(self, completions: Iterable[Completion]) -> None:
        table = self._scope.change("completions")
        for each in completions:
            known = table.get(each.user_id, {})
            done = known.get((each.kind, each.item_id), ())
            if each.completed_at not in done:
                in_order = sorted((*done, each.completed_at))
                table[each.user_id] = {**known, (each.kind, each.item_id): in_order}

    def external(self, user_id: str, training_id: str) -> ExternalTraining | None:
        return self._scope.see().externals.get((user_id, training_id))

    def put_external(self, trainings: Iterable[ExternalTraining]) -> None:
        self._scope.change("externals").update(
            ((each.user_id, each.id), each) for each in trainings
        )

    def progress(self, user_id: str, course_id: str) -> frozenset[str]:
        return self._scope.see().progress.get((user_id, course_id), frozenset())

    def add_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        done = self.progress(user_id, course_id) | frozenset(materials)
        self._scope.change("progress")[user_id, course_id] = done

    def reset_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        left = self.progress(user_id, course_id) - frozenset(materials)
        self._scope.change("progress")[user_id, course_id] = left


class MemoryRenewals(Part):
    """See :class:`~certrules.repositories.protocols.Renewals`."""

    def history(self, user_id: str, certification_id: str) -> Sequence[Renewal]:
        return self._scope.see().renewals.get((user_id, certification_id), ())

    def of_user(self, user_id: str) -> Sequence[Renewal]:
        table = self._scope.see().renewals
        pairs = sorted(pair for pair in table if pair[0] == user_id)
        return [each for pair in pairs for each in table[pair]]

    def open(self, certification_id: str) -> Sequence[Renewal]:
        table = self._scope.see().renewals
        pairs = sorted(pair for pair in table if pair[1] == certification_id)
        return [*self.open_among(pairs).values()]

    def open_among(self, pairs: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Renewal]:
        table = self._scope.see().renewals
        return {
            pair: each
            for pair in pairs
            for each in table.get(pair, ())
            if each.state is RenewalState.OPEN
        }

    def add(self, renewal: Renewal) -> None:
        known = self.history(renewal.user_id, renewal.certification_id)
        if any(_same(each, renewal) for each in known):
            raise renewal_conflict(renewal)
        self._put(renewal, (*known, renewal))

    def close(self, renewal: Renewal) -> None:
        known = self.history(renewal.user_id, renewal.certification_id)
        if not any(each.state is RenewalState.OPEN for each in known):
            raise renewal_conflict(renewal)
        closed = (renewal if each.state is RenewalState.OPEN else each for each in known)
        self._put(renewal, tuple(closed))

    def remove(self, certification_id: str) -> None:
        table = self._scope.change("renewals")
        for pair in [pair for pair in table if pair[1] == certification_id]:
            del table[pair]

    def _put(self, renewal: Renewal, renewals: tuple[Renewal, ...]) -> None:
        self._scope.change("renewals")[renewal.user_id, renewal.certification_id] = renewals


def _among(known: Mapping[str, T], ids: Collection[str]) -> list[T]:
    return [known[id_] for id_ in sorted(known.keys() & set(ids))]


def _by_kind(item: ItemRef) -> tuple[str, str]:
    return item.kind.value, item.id


def _same(known: Renewal, renewal: Renewal) -> bool:
    both_open = known.state is renewal.state is RenewalState.OPEN
    return both_open or (renewal.key is not None and known.key == renewal.key)
