"""Courses and plans, and what people do there: how are they kept in a database?"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Select,
    Subquery,
    and_,
    bindparam,
    delete,
    literal_column,
    null,
    or_,
    select,
    union,
    union_all,
)

from certrules import instants
from certrules.model.catalog import ItemKind, ItemRef
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    LearningPlan,
)
from certrules.repositories.sql.mapping import Mapped, Whole, in_order
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

V = TypeVar("V", Course, LearningPlan)

_WINDOW = {"last_day": "window.last_day", "days": "window.days", "days_from": "window.start"}
_COURSES = Whole(
    Mapped(Course, courses, _WINDOW), course_materials, "materials", str, lambda each: (each,)
)
_PLANS = Whole(
    Mapped(LearningPlan, plans, _WINDOW), plan_courses, "courses", str, lambda each: (each,)
)
_ENROLMENTS = Mapped(Enrolment, enrolments)
_COMPLETIONS = Mapped(Completion, completions)
_EXTERNAL = Mapped(ExternalTraining, external_trainings)
_PROGRESS = in_order(*progress.c.keys())
_RESET = delete(progress).where(*(column == bindparam(column.name) for column in progress.c))


def _tagged(whole: Whole[Any], parts: Any, *, is_course: bool) -> Select[Any]:
    """Select courses with their materials, or plans with their courses."""
    which: ColumnElement[int] = literal_column(f"{is_course:d}")
    _, position, held = parts.c
    columns = which.label("is_course"), position, *whole.mapped.columns, held.label("held")
    return select(*columns).outerjoin_from(whole.mapped.table, parts)


_ANY_PLAN = _tagged(_PLANS, plan_courses, is_course=False)
_ANY_COURSE = _tagged(_COURSES, course_materials, is_course=True)


def _related() -> Executable:
    """Select what :meth:`SqlLearning.related` returns of some courses and plans."""
    mine, theirs, held = course_materials, course_materials.alias(), plan_courses.c
    these: BindParameter[str] = bindparam("courses", expanding=True)
    those: BindParameter[str] = bindparam("plans", expanding=True)
    sharing = select(theirs.c.course_id).join(mine, mine.c.material_id == theirs.c.material_id)
    of_plans = union(
        select(plans.c.id).where(plans.c.id.in_(those)),
        select(held.plan_id).where(held.course_id.in_(these)),
    ).subquery()
    of_courses = union(
        select(courses.c.id).where(courses.c.id.in_(these)),
        select(held.course_id).where(held.plan_id.in_(those)),
        sharing.where(mine.c.course_id.in_(these)),
        sharing.join(plan_courses, held.course_id == mine.c.course_id).where(
            held.plan_id.in_(those)
        ),
    ).subquery()
    return union_all(
        _ANY_PLAN.join(of_plans, of_plans.c[0] == plans.c.id),
        _ANY_COURSE.join(of_courses, of_courses.c[0] == courses.c.id),
    )


def _of_user(table: Any, columns: Iterable[Any]) -> Select[Any]:
    """Select a user's rows of items, whose ids are parameters by the name of their kind."""
    of_kinds = (
        and_(table.kind == kind, table.item_id.in_(bindparam(kind.name, expanding=True)))
        for kind in ItemKind
    )
    return select(*columns).where(table.user_id == bindparam("user_id"), or_(*of_kinds))


def _by_kind(items: Iterable[ItemRef]) -> dict[str, list[str]]:
    """Return the ids of items by the name of each kind, empty ones too."""
    return {kind.name: [id_ for one, id_ in items if one is kind] for kind in ItemKind}


def _done(items: Collection[ItemRef]) -> list[Subquery]:
    """Select the completions of items, as recorded and as completed enrolments have them."""
    enrolled = enrolments.c
    attempts = select(*(enrolled[column.name] for column in completions.c)).where(
        enrolled.status == EnrolmentStatus.COMPLETED, enrolled.completed_at.is_not(None)
    )
    both = (completions, select(*completions.c)), (enrolments, attempts)
    return [
        done.where(is_any(table.c.kind, table.c.item_id, items)).subquery() for table, done in both
    ]


def _first_to_last(completion: Completion) -> tuple[str, datetime, str, str]:
    kind, item_id = completion.ref
    return completion.user_id, completion.completed_at, kind.value, item_id


# made once: that takes longer than to ask
_RELATED = _related()
_AS_ATTEMPTS = [
    completions.c.get(each.name, null().label(each.name)) for each in _ENROLMENTS.columns
]
_HISTORY = union_all(
    _of_user(enrolments.c, _ENROLMENTS.columns), _of_user(completions.c, _AS_ATTEMPTS)
)
"""Attempts, and completions as attempts without a number."""


class SqlLearning(Part):
    """See :class:`~certrules.repositories.protocols.Learning`."""

    def courses(self, ids: Collection[str]) -> Sequence[Course]:
        return self._among(_COURSES, ids)

    def put_courses(self, values: Iterable[Course]) -> None:
        self._session.put_whole(_COURSES, values)

    def plans(self, ids: Collection[str]) -> Sequence[LearningPlan]:
        return self._among(_PLANS, ids)

    def put_plans(self, values: Iterable[LearningPlan]) -> None:
        self._session.put_whole(_PLANS, values)

    def _among(self, whole: Whole[V], ids: Collection[str]) -> Sequence[V]:
        wanted = sorted(set(ids))
        rows = self._session.rows_among(whole.select, whole.mapped.table.c.id, wanted)
        return list(whole.read(rows))

    def related(
        self, courses: Collection[str], plans: Collection[str]
    ) -> tuple[Sequence[LearningPlan], Sequence[Course]]:
        found_plans: dict[str, LearningPlan] = {}
        found_courses: dict[str, Course] = {}
        for some, within in zip_longest(chunks(courses), chunks(plans), fillvalue=()):
            rows = sorted(self._session.rows(_RELATED, courses=some, plans=within), key=_in_order)
            of_plans, of_courses = ([row[2:] for row in rows if row[0] == n] for n in (0, 1))
            found_plans.update((each.id, each) for each in _PLANS.read(of_plans))
            found_courses.update((each.id, each) for each in _COURSES.read(of_courses))
        return _by_id(found_plans), _by_id(found_courses)

    def history(
        self, user_id: str, items: Collection[ItemRef]
    ) -> tuple[Sequence[Enrolment], Sequence[Completion]]:
        rows = [
            row
            for some in chunks(dict.fromkeys(items))
            for row in self._session.rows(_HISTORY, user_id=user_id, **_by_kind(some))
        ]
        attempts = [_ENROLMENTS.read(row) for row in rows if row.attempt is not None]
        done = [
            _COMPLETIONS.read((*row[:3], row.completed_at)) for row in rows if row.attempt is None
        ]
        return (
            sorted(attempts, key=lambda each: (each.kind.value, each.item_id, each.attempt)),
            sorted(done, key=_first_to_last),
        )

    def put_enrolments(self, values: Iterable[Enrolment]) -> None:
        self._session.put(enrolments, values, _ENROLMENTS.getters)

    def completions(
        self, users: Collection[str], items: Collection[ItemRef]
    ) -> Iterator[Completion]:
        for some in chunks(sorted(set(users)) if items else []):
            found = (select(*table.c).where(table.c.user_id.in_(some)) for table in _done(items))
            rows = self._session.rows(union(*found))
            yield from sorted(map(_COMPLETIONS.read, rows), key=_first_to_last)

    def completed_by(self, items: Collection[ItemRef], since: datetime) -> Collection[str]:
        since = instants.utc(since)
        found = [
            select(table.c.user_id).where(table.c.completed_at >= since) for table in _done(items)
        ]
        ids = {id_ for kind, id_ in items if kind is ItemKind.EXTERNAL_TRAINING}
        if ids:
            table = external_trainings.c
            on = table.completed_on >= since.date()
            found.append(select(table.user_id).where(table.id.in_(ids), on))
        return {row.user_id for row in self._session.rows(union(*found))} if items else set()

    def add_completions(self, values: Iterable[Completion]) -> None:
        self._session.put(completions, values, _COMPLETIONS.getters)

    def external(self, users: Collection[str]) -> Sequence[ExternalTraining]:
        column = external_trainings.c.user_id
        found = self._session.rows_among(_EXTERNAL.select, column, sorted(set(users)))
        return sorted(map(_EXTERNAL.read, found), key=lambda each: (each.user_id, each.id))

    def put_external(self, trainings: Iterable[ExternalTraining]) -> None:
        self._session.put(external_trainings, trainings, _EXTERNAL.getters)

    def progress(self, user_id: str, course_id: str) -> frozenset[str]:
        table = progress.c
        done = select(table.material_id).where(
            table.user_id == user_id, table.course_id == course_id
        )
        return frozenset(row.material_id for row in self._session.rows(done))

    def add_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        rows = ((user_id, course_id, material) for material in materials)
        self._session.put(progress, rows, _PROGRESS)

    def reset_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        rows = [(user_id, course_id, material) for material in materials]
        self._session.change(_RESET, rows, _PROGRESS)


def _in_order(row: Any) -> tuple[int, str, int]:
    return row.is_course, row.id, row.position or 0


def _by_id(found: dict[str, V]) -> Sequence[V]:
    return [found[id_] for id_ in sorted(found)]
