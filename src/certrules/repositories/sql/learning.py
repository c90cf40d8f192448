"""How are courses and plans, and what people do there, kept in a database?"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby, zip_longest
from typing import Any

from sqlalchemy import Select, Table, bindparam, delete, insert, select, union

from certrules import instants
from certrules.model.catalog import ItemKind, ItemRef
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    LearningPlan,
    Window,
    WindowStart,
)
from certrules.repositories.sql.session import Part, chunks, is_any
from certrules.repositories.sql.tables import (
    completions,
    course_materials,
    courses,
    enrolments,
    external_trainings,
    plan_courses,
    plans,
    progress,
)
from certrules.repositories.sql.translation import readable

__all__ = ["SqlLearning"]

_RESET = delete(progress).where(
    *(key == bindparam(f"its_{key.name}") for key in progress.primary_key)
)


class SqlLearning(Part):
    """See :class:`~certrules.repositories.protocols.Learning`."""

    def courses(self, ids: Collection[str], *, sharing: bool = False) -> Sequence[Course]:
        mine, theirs = course_materials, course_materials.alias()
        same = select(theirs.c.course_id).join(mine, mine.c.material_id == theirs.c.material_id)
        wanted = (
            [_with_id(courses, some), same.where(mine.c.course_id.in_(some if sharing else []))]
            for some in chunks(ids)
        )
        return self._whole(courses, course_materials, wanted, Course)

    def put_courses(self, values: Iterable[Course]) -> None:
        self._put(courses, course_materials, {each.id: (each, each.materials) for each in values})

    def plans(
        self, ids: Collection[str], *, holding: Collection[str] = ()
    ) -> Sequence[LearningPlan]:
        holds = select(plan_courses.c.plan_id)
        wanted = (
            [_with_id(plans, some), holds.where(plan_courses.c.course_id.in_(held))]
            for some, held in zip_longest(chunks(ids), chunks(holding), fillvalue=())
        )
        return self._whole(plans, plan_courses, wanted, LearningPlan)

    def put_plans(self, values: Iterable[LearningPlan]) -> None:
        self._put(plans, plan_courses, {each.id: (each, each.courses) for each in values})

    def enrolments(self, user_id: str, items: Collection[ItemRef]) -> Sequence[Enrolment]:
        table = enrolments.c
        theirs = select(enrolments).where(table.user_id == user_id)
        rows = (
            row
            for some in chunks(dict.fromkeys(items))
            for row in self._session.rows(theirs.where(is_any(table.kind, table.item_id, some)))
        )
        return sorted(map(_enrolment, rows), key=lambda e: (e.kind.value, e.item_id, e.attempt))

    def put_enrolments(self, values: Iterable[Enrolment]) -> None:
        instant = self._session.instants()
        self._session.put(enrolments, (_enrolment_row(value, instant) for value in values))

    def completions(
        self, users: Collection[str], items: Collection[ItemRef]
    ) -> Iterator[Completion]:
        table = completions.c
        of_items = (
            select(completions)
            .where(is_any(table.kind, table.item_id, items))
            .order_by(table.user_id, table.completed_at, table.kind, table.item_id)
        )
        wanted = sorted(set(users)) if items else []
        return map(_completion, self._session.rows_among(of_items, table.user_id, wanted))

    def completed_since(
        self, kind: ItemKind, item_id: str, since: datetime
    ) -> Iterator[Completion]:
        table = completions.c
        of_item = select(completions).where(
            table.kind == kind.value,
            table.item_id == item_id,
            table.completed_at >= instants.utc(since),
        )
        return map(_completion, self._session.pages(of_item, table.completed_at, table.user_id))

    def add_completions(self, values: Iterable[Completion]) -> None:
        instant = self._session.instants()
        rows = ((v.user_id, v.kind.value, v.item_id, instant(v.completed_at)) for v in values)
        self._session.put(completions, rows)

    def external(self, user_id: str, training_id: str) -> ExternalTraining | None:
        table = external_trainings.c
        of_user = select(external_trainings).where(
            table.user_id == user_id, table.id == training_id
        )
        return next(map(_external, self._session.rows(of_user)), None)

    def put_external(self, trainings: Iterable[ExternalTraining]) -> None:
        rows = (
            (v.user_id, v.id, v.completed_on.isoformat(), v.certification_id) for v in trainings
        )
        self._session.put(external_trainings, rows)

    def progress(self, user_id: str, course_id: str) -> frozenset[str]:
        table = progress.c
        done = select(table.material_id).where(
            table.user_id == user_id, table.course_id == course_id
        )
        return frozenset(row.material_id for row in self._session.rows(done))

    def add_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        self._session.put(progress, ((user_id, course_id, material) for material in materials))

    def reset_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        rows = [(user_id, course_id, material) for material in materials]
        self._session.change(_RESET, rows)

    def _whole(
        self,
        table: Table,
        parts: Table,
        wanted: Iterable[Sequence[Select[Any]]],
        make: Callable[..., Any],
    ) -> list[Any]:
        """Return courses with their materials, or plans with their courses, by ids selected."""
        whole = select(*table.c, parts.c[2]).outerjoin_from(table, parts)
        in_order = whole.order_by(table.c.id, parts.c.position)
        found: dict[str, Any] = {}
        for selects in wanted:
            ids = union(*selects).subquery()
            rows = self._session.rows(in_order.join(ids, ids.c[0] == table.c.id))
            for (id_, *window), same in groupby(rows, key=lambda row: tuple(row[:-1])):
                held = tuple(part for *_, part in same if part is not None)
                found[id_] = make(id_, held, _window(*window))
        return [found[id_] for id_ in sorted(found)]

    def _put(
        self, table: Table, parts: Table, latest: dict[str, tuple[Any, Sequence[str]]]
    ) -> None:
        gone = delete(table).where(table.c.id == bindparam("key"))
        self._session.change(gone, [(id_,) for id_ in latest])  # what it held goes with it
        rows = [(id_, *_window_row(value.window)) for id_, (value, _) in latest.items()]
        self._session.change(insert(table), rows, table.c.keys())
        held = [(id_, *each) for id_, (_, listed) in latest.items() for each in enumerate(listed)]
        self._session.change(insert(parts), held, parts.c.keys())


def _with_id(table: Table, ids: Collection[str]) -> Select[Any]:
    return select(table.c.id).where(table.c.id.in_(ids))


def _window_row(window: Window) -> tuple[Any, ...]:
    last_day = window.last_day and window.last_day.isoformat()
    return last_day, window.days, window.start.value


@readable
def _window(last_day: str | None, days: int | None, start: str) -> Window:
    day = None if last_day is None else date.fromisoformat(last_day)
    return Window(day, days, WindowStart(start))


def _enrolment_row(value: Enrolment, instant: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    times = value.first_access_at, value.completed_at, value.archived_at
    return (
        *(value.user_id, value.kind.value, value.item_id, value.attempt),
        *(instant(value.enrolled_at), value.status.value, *map(instant, times), value.direct),
    )


@readable
def _enrolment(row: Any) -> Enrolment:
    user, kind, item, attempt, enrolled_at, status, accessed_at, *rest = row
    completed_at, archived_at, direct = rest
    later = EnrolmentStatus(status), accessed_at, completed_at, archived_at
    return Enrolment(user, ItemKind(kind), item, enrolled_at, *later, attempt, direct)


@readable
def _completion(row: Any) -> Completion:
    user, kind, item, completed_at = row
    return Completion(user, ItemKind(kind), item, completed_at)


@readable
def _external(row: Any) -> ExternalTraining:
    user, id_, completed_on, certification = row
    return ExternalTraining(user, id_, date.fromisoformat(completed_on), certification)
