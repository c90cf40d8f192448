"""How are courses and plans, and what people do there, kept in a database?"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Select, Table, bindparam, delete, insert, select

from certrules import instants
from certrules.model.catalog import ItemKind
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
from certrules.repositories.sql.grouping import grouped
from certrules.repositories.sql.session import Session
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


class SqlLearning:
    """See :class:`~certrules.repositories.protocols.Learning`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def courses(self, ids: Collection[str]) -> Sequence[Course]:
        """Return the courses of many ids, by id; absent if there is none."""
        return self._whole(courses, course_materials.c.material_id, ids, Course)

    def courses_with(self, materials: Collection[str]) -> Sequence[Course]:
        """Return the courses that use any of some training materials, by id."""
        return self.courses(self._holders(course_materials.c.material_id, materials))

    def put_courses(self, values: Iterable[Course]) -> None:
        """Add courses, or replace those of the same id."""
        latest = {value.id: value for value in values}
        parts = {id_: course.materials for id_, course in latest.items()}
        self._put(courses, course_materials, latest, parts)

    def plans(self, ids: Collection[str]) -> Sequence[LearningPlan]:
        """Return the learning plans of many ids, by id; absent if there is none."""
        return self._whole(plans, plan_courses.c.course_id, ids, LearningPlan)

    def plans_with(self, courses: Collection[str]) -> Sequence[LearningPlan]:
        """Return the learning plans that hold any of some courses, by id."""
        return self.plans(self._holders(plan_courses.c.course_id, courses))

    def put_plans(self, values: Iterable[LearningPlan]) -> None:
        """Add learning plans, or replace those of the same id."""
        latest = {value.id: value for value in values}
        parts = {id_: plan.courses for id_, plan in latest.items()}
        self._put(plans, plan_courses, latest, parts)

    def enrolments(
        self, user_id: str, kind: ItemKind, items: Collection[str]
    ) -> Sequence[Enrolment]:
        """Return a user's attempts at items of a kind, archived ones too, by item and attempt."""
        table = enrolments.c
        theirs = select(enrolments).where(table.user_id == user_id, table.kind == kind.value)
        rows = self._among(theirs, table.item_id, items)
        return sorted(map(_enrolment, rows), key=lambda found: (found.item_id, found.attempt))

    def put_enrolments(self, values: Iterable[Enrolment]) -> None:
        """Add attempts, or replace those of the same user, kind, item and number."""
        instant = self._session.instants()
        self._replace(enrolments, (_enrolment_row(value, instant) for value in values))

    def completions(
        self, users: Collection[str], kind: ItemKind, items: Collection[str]
    ) -> Iterator[Completion]:
        """Return completions of items of a kind by many users, each user's in one go."""
        table = completions.c
        of_items = (
            select(completions)
            .where(table.kind == kind.value, table.item_id.in_(sorted(items)))
            .order_by(table.user_id, table.completed_at, table.item_id)
        )
        return map(_completion, self._among(of_items, table.user_id, users))

    def completed_since(
        self, kind: ItemKind, item_id: str, since: datetime
    ) -> Iterator[Completion]:
        """Return the completions of an item from an instant on, by instant and user."""
        table = completions.c
        of_item = select(completions).where(
            table.kind == kind.value,
            table.item_id == item_id,
            table.completed_at >= instants.utc(since),
        )
        return map(_completion, self._session.pages(of_item, table.completed_at, table.user_id))

    def add_completions(self, values: Iterable[Completion]) -> None:
        """Add completions; one that is there already is left as it is."""
        instant = self._session.instants()
        rows = ((v.user_id, v.kind.value, v.item_id, instant(v.completed_at)) for v in values)
        self._replace(completions, rows)

    def external(self, user_id: str, training_id: str) -> ExternalTraining | None:
        """Return an external training that a user has reported."""
        table = external_trainings.c
        of_user = select(external_trainings).where(
            table.user_id == user_id, table.id == training_id
        )
        return next(map(_external, self._session.rows(of_user)), None)

    def put_external(self, trainings: Iterable[ExternalTraining]) -> None:
        """Add external trainings, or replace those of the same user and id."""
        rows = (
            (v.user_id, v.id, v.completed_on.isoformat(), v.certification_id) for v in trainings
        )
        self._replace(external_trainings, rows)

    def progress(self, user_id: str, course_id: str) -> frozenset[str]:
        """Return the training materials of a course that a user has completed."""
        table = progress.c
        done = select(table.material_id).where(
            table.user_id == user_id, table.course_id == course_id
        )
        return frozenset(row.material_id for row in self._session.rows(done))

    def add_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        """Make training materials of a course complete for a user."""
        self._replace(progress, ((user_id, course_id, material) for material in materials))

    def reset_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        """Make training materials of a course incomplete for a user."""
        self._delete(progress, [(user_id, course_id, material) for material in materials])

    def _whole(
        self, table: Table, part: Column[Any], ids: Collection[str], make: Callable[..., Any]
    ) -> list[Any]:
        """Return courses with their materials, or plans with their courses."""
        owner = part.table.c[0]
        in_order: Any = select(owner, part).order_by(part.table.c.position)
        parts = grouped((row[0], row[1]) for row in self._among(in_order, owner, ids))
        rows = sorted(map(tuple, self._among(select(table), table.c.id, ids)))
        return [make(id_, parts.get(id_, ()), _window(*rest)) for id_, *rest in rows]

    def _holders(self, part: Column[Any], parts: Collection[str]) -> set[str]:
        """Return the ids of what holds any of some parts."""
        return {row[0] for row in self._among(select(part.table.c[0]), part, parts)}

    def _put(self, table: Table, part_table: Table, latest: Any, parts: Any) -> None:
        rows = ((id_, *_window_row(value.window)) for id_, value in latest.items())
        self._replace(table, rows)  # what it held goes with it
        held = [
            (id_, position, part)
            for id_, listed in parts.items()
            for position, part in enumerate(listed)
        ]
        self._session.change(insert(part_table), held, part_table.c.keys())

    def _among(
        self, statement: Select[Any], column: Column[Any], values: Iterable[str]
    ) -> Iterator[Any]:
        return self._session.rows_among(statement, column, sorted(set(values)))

    def _replace(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put rows in the place of those of the same key; of two such rows, the last one counts."""
        keys = len(table.primary_key)
        latest = {row[:keys]: row for row in rows}
        self._delete(table, list(latest))
        self._session.change(insert(table), list(latest.values()), table.c.keys())

    def _delete(self, table: Table, keys: Sequence[tuple[Any, ...]]) -> None:
        same = (key == bindparam(f"its_{key.name}") for key in table.primary_key)
        self._session.change(delete(table).where(*same), keys)


def _window_row(window: Window) -> tuple[Any, ...]:
    last_day = window.last_day and window.last_day.isoformat()
    return last_day, window.days, window.start.value


@readable
def _window(last_day: str | None, days: int | None, start: str) -> Window:
    day = None if last_day is None else date.fromisoformat(last_day)
    return Window(day, days, WindowStart(start))


def _enrolment_row(value: Enrolment, instant: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    return (
        value.user_id,
        value.kind.value,
        value.item_id,
        value.attempt,
        instant(value.enrolled_at),
        value.status.value,
        instant(value.first_access_at),
        instant(value.completed_at),
        instant(value.archived_at),
        value.direct,
    )


@readable
def _enrolment(row: Any) -> Enrolment:
    user, kind, item, attempt, enrolled_at, status, *rest = row
    first_access_at, completed_at, archived_at, direct = rest
    return Enrolment(
        user,
        ItemKind(kind),
        item,
        enrolled_at,
        EnrolmentStatus(status),
        first_access_at,
        completed_at,
        archived_at,
        attempt,
        direct,
    )


@readable
def _completion(row: Any) -> Completion:
    user, kind, item, completed_at = row
    return Completion(user, ItemKind(kind), item, completed_at)


@readable
def _external(row: Any) -> ExternalTraining:
    user, id_, completed_on, certification = row
    return ExternalTraining(user, id_, date.fromisoformat(completed_on), certification)
