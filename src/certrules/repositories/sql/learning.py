"""How are courses and plans, and what people do there, kept in a database?"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby, zip_longest
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    insert,
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


def _whole(table: Table, parts: Table, *, is_course: bool) -> Select[Any]:
    """Select courses with their materials, or plans with their courses."""
    which: ColumnElement[int] = literal_column(f"{is_course:d}")
    _, position, held = parts.c
    columns = which.label("is_course"), *table.c, position, held.label("held")
    return select(*columns).outerjoin_from(table, parts)


_PLANS = _whole(plans, plan_courses, is_course=False)
_COURSES = _whole(courses, course_materials, is_course=True)


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
        _PLANS.join(of_plans, of_plans.c[0] == plans.c.id),
        _COURSES.join(of_courses, of_courses.c[0] == courses.c.id),
    )


def _of_user(table: Any, columns: Iterable[Any]) -> Select[Any]:
    """Select a user's rows of items, whose ids are parameters by the name of their kind."""
    of_kinds = (
        and_(table.kind == kind.value, table.item_id.in_(bindparam(kind.name, expanding=True)))
        for kind in ItemKind
    )
    return select(*columns).where(table.user_id == bindparam("user_id"), or_(*of_kinds))


def _by_kind(items: Iterable[ItemRef]) -> dict[str, list[str]]:
    """Return the ids of items by the name of each kind, empty ones too."""
    return {kind.name: [id_ for one, id_ in items if one is kind] for kind in ItemKind}


# made once: that takes longer than to ask
_RELATED = _related()
_AS_ATTEMPTS = [completions.c.get(each.name, null().label(each.name)) for each in enrolments.c]
_HISTORY = union_all(_of_user(enrolments.c, enrolments.c), _of_user(completions.c, _AS_ATTEMPTS))
"""Attempts, and completions as attempts without a number."""


class SqlLearning(Part):
    """See :class:`~certrules.repositories.protocols.Learning`."""

    def courses(self, ids: Collection[str]) -> Sequence[Course]:
        some = (_COURSES.where(courses.c.id.in_(each)) for each in chunks(ids))
        return self._whole(map(self._session.rows, some))[1]

    def put_courses(self, values: Iterable[Course]) -> None:
        self._put(courses, course_materials, {each.id: (each, each.materials) for each in values})

    def plans(self, ids: Collection[str]) -> Sequence[LearningPlan]:
        some = (_PLANS.where(plans.c.id.in_(each)) for each in chunks(ids))
        return self._whole(map(self._session.rows, some))[0]

    def put_plans(self, values: Iterable[LearningPlan]) -> None:
        self._put(plans, plan_courses, {each.id: (each, each.courses) for each in values})

    def related(
        self, courses: Collection[str], plans: Collection[str]
    ) -> tuple[Sequence[LearningPlan], Sequence[Course]]:
        some = zip_longest(chunks(courses), chunks(plans), fillvalue=())
        return self._whole(
            self._session.rows(_RELATED, courses=ids, plans=within) for ids, within in some
        )

    def history(
        self, user_id: str, items: Collection[ItemRef]
    ) -> tuple[Sequence[Enrolment], Sequence[Completion]]:
        rows = [
            row
            for some in chunks(dict.fromkeys(items))
            for row in self._session.rows(_HISTORY, user_id=user_id, **_by_kind(some))
        ]
        attempts = [_enrolment(row) for row in rows if row.attempt is not None]
        done = [_completion((*row[:3], row.completed_at)) for row in rows if row.attempt is None]
        return (
            sorted(attempts, key=lambda each: (each.kind.value, each.item_id, each.attempt)),
            sorted(done, key=lambda each: (each.completed_at, each.kind.value, each.item_id)),
        )

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

    @staticmethod
    def _whole(
        answers: Iterable[Sequence[Any]],
    ) -> tuple[Sequence[LearningPlan], Sequence[Course]]:
        """Return plans with their courses, and courses with their materials, each by id."""
        found: tuple[dict[str, Any], dict[str, Any]] = {}, {}
        for answer in answers:
            rows = sorted(answer, key=_in_order)
            for (is_course, id_, *window), same in groupby(rows, key=lambda row: row[:-2]):
                held = tuple(row.held for row in same if row.held is not None)
                make = Course if is_course else LearningPlan
                found[is_course][id_] = make(id_, held, _window(*window))
        plans, courses = ([known[id_] for id_ in sorted(known)] for known in found)
        return plans, courses

    def _put(
        self, table: Table, parts: Table, latest: dict[str, tuple[Any, Sequence[str]]]
    ) -> None:
        gone = delete(table).where(table.c.id == bindparam("key"))
        self._session.change(gone, [(id_,) for id_ in latest])  # what it held goes with it
        rows = [(id_, *_window_row(value.window)) for id_, (value, _) in latest.items()]
        self._session.change(insert(table), rows, table.c.keys())
        held = [(id_, *each) for id_, (_, listed) in latest.items() for each in enumerate(listed)]
        self._session.change(insert(parts), held, parts.c.keys())


def _in_order(row: Any) -> tuple[int, str, int]:
    return row.is_course, row.id, row.position or 0


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
