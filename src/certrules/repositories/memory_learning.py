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
    EnrolmentStatus,
    ExternalTraining,
    LearningPlan,
    Renewal,
    RenewalState,
)
from certrules.repositories.conflicts import renewal_conflict
from certrules.repositories.memory_state import Part

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
        done = _in_order(user_id, {item: self._recorded(user_id, item) for item in items})
        return enrolments, list(done)

    def put_enrolments(self, enrolments: Iterable[Enrolment]) -> None:
        table = self._scope.change("enrolments")
        for each in enrolments:
            key = each.user_id, each.kind, each.item_id
            table[key] = {**table.get(key, {}), each.attempt: each}

    def completions(
        self, users: Collection[str], items: Collection[ItemRef]
    ) -> Iterator[Completion]:
        wanted = set(items)
        for user in sorted(set(users)):
            yield from _in_order(user, {item: self._completed(user, item) for item in wanted})

    def _completed(self, user_id: str, item: ItemRef) -> Iterator[datetime]:
        yield from self._recorded(user_id, item)
        for attempt in self._scope.see().enrolments.get((user_id, *item), {}).values():
            if attempt.status is EnrolmentStatus.COMPLETED and attempt.completed_at is not None:
                yield attempt.completed_at

    def _recorded(self, user_id: str, item: ItemRef) -> Sequence[datetime]:
        return self._scope.see().completions.get(user_id, {}).get(item, ())

    def completed_by(self, items: Collection[ItemRef], since: datetime) -> Collection[str]:
        since, known = instants.utc(since), self._scope.see()
        return {
            user
            for user in known.completions.keys() | {user for user, _, _ in known.enrolments}
            if any(at >= since for item in items for at in self._completed(user, item))
        } | {
            each.user_id
            for each in self.external(known.externals)
            if each.ref in items and each.completed_on >= since.date()
        }

    def add_completions(self, completions: Iterable[Completion]) -> None:
        table = self._scope.change("completions")
        for each in completions:
            known = table.get(each.user_id, {})
            done = known.get((each.kind, each.item_id), ())
            if each.completed_at not in done:
                in_order = sorted((*done, each.completed_at))
                table[each.user_id] = {**known, (each.kind, each.item_id): in_order}

    def external(self, users: Collection[str]) -> Sequence[ExternalTraining]:
        table = self._scope.see().externals
        found = (table.get(user, {}) for user in sorted(set(users)))
        return [reported[id_] for reported in found for id_ in sorted(reported)]

    def put_external(self, trainings: Iterable[ExternalTraining]) -> None:
        table = self._scope.change("externals")
        for each in trainings:
            table[each.user_id] = {**table.get(each.user_id, {}), each.id: each}

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

    def reopen(self, renewal: Renewal) -> None:
        known = list(self.history(renewal.user_id, renewal.certification_id))
        closed = [(RenewalState.REPLACED, renewal.started_at) == _start(each) for each in known]
        if closed.count(True) != 1 or any(each.state is RenewalState.OPEN for each in known):
            raise renewal_conflict(renewal)
        known[closed.index(True)] = renewal
        self._put(renewal, tuple(known))

    def remove(self, certification_id: str) -> None:
        table = self._scope.change("renewals")
        for pair in [pair for pair in table if pair[1] == certification_id]:
            del table[pair]

    def _put(self, renewal: Renewal, renewals: tuple[Renewal, ...]) -> None:
        self._scope.change("renewals")[renewal.user_id, renewal.certification_id] = renewals


def _start(renewal: Renewal) -> tuple[RenewalState, datetime]:
    return renewal.state, renewal.started_at


def _among(known: Mapping[str, T], ids: Collection[str]) -> list[T]:
    return [known[id_] for id_ in sorted(known.keys() & set(ids))]


def _in_order(user_id: str, done: Mapping[ItemRef, Iterable[datetime]]) -> Iterator[Completion]:
    """Return the completions of some items at some instants, first to last, each once."""
    found = {(at, _by_kind(item)) for item, each in done.items() for at in each}
    return (Completion(user_id, ItemKind(kind), id_, at) for at, (kind, id_) in sorted(found))


def _by_kind(item: ItemRef) -> tuple[str, str]:
    return item.kind.value, item.id


def _same(known: Renewal, renewal: Renewal) -> bool:
    both_open = known.state is renewal.state is RenewalState.OPEN
    return both_open or (renewal.key is not None and known.key == renewal.key)
