"""How many statements does a database get? Round trips are what most of the time goes to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import event

from certrules import (
    DOCEBO,
    SYSTEM,
    Actor,
    Assignment,
    Certification,
    Completion,
    Course,
    Granted,
    Item,
    ItemKind,
    LearningPlan,
    Platform,
    Unit,
    User,
    Validity,
)
from certrules.repositories.protocols import Transaction
from certrules.repositories.sql import SqlStore, open_store
from certrules.workflows import awarding, renewal, reporting
from certrules.workflows.platform import Acting

COURSE = ItemKind.COURSE
AT = datetime(2024, 1, 1, tzinfo=UTC)
COUNT = 26


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """Return a store of certifications, each earned by a course; a plan holds two of these."""
    store = open_store(tmp_path / "store.db", create=True)
    year = Validity(1, Unit.YEARS)
    with store.writing() as transaction:
        transaction.users.put([User("1", "ada")])
        courses = [Item(COURSE, f"c{n}", f"C{n}", f"Course {n}") for n in range(COUNT)]
        transaction.items.put([*courses, Item(ItemKind.LEARNING_PLAN, "p1", "P", "Plan")])
        transaction.learning.put_courses(Course(each.id, (f"m{each.id}",)) for each in courses)
        transaction.learning.put_plans([LearningPlan("p1", ("c0", "c1"))])
        transaction.certifications.put(
            Certification(
                f"k{each.id}",
                each.name,
                validity=year,
                retake=True,
                assignments=(Assignment(COURSE, each.id, AT),),
            )
            for each in courses
        )
    yield store
    store.close()


@pytest.fixture
def acting(store: SqlStore) -> Acting[Transaction]:
    return Platform(store, DOCEBO, UTC).acting_as(SYSTEM)


@contextmanager
def counted(store: SqlStore) -> Iterator[Callable[[], int]]:
    """Count what reads or writes tables: the version check is among it, BEGIN and such are not."""
    said: list[str] = []

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement.split(maxsplit=1)[0])

    event.listen(store.engine, "before_cursor_execute", executed)
    yield lambda: sum(each in ("SELECT", "INSERT", "UPDATE", "DELETE") for each in said)
    event.remove(store.engine, "before_cursor_execute", executed)


def complete(acting: Acting[Transaction], number: int, days: int) -> awarding.Completed:
    at = AT + timedelta(days=days)
    return awarding.complete(acting, Completion("1", COURSE, f"c{number}", at), at=at)


def test_a_completion_issues_in_twelve_statements(
    store: SqlStore, acting: Acting[Transaction]
) -> None:
    with counted(store) as statements:
        assert complete(acting, 0, 1).decisions["kc0"]
    assert statements() <= 12


def test_a_renewal_starts_in_twelve_statements_and_ends_in_seventeen(
    store: SqlStore, acting: Acting[Transaction]
) -> None:
    complete(acting, 0, 1)
    at = AT + timedelta(days=2)
    with counted(store) as statements:
        answer = renewal.decide(acting, "1", "kc0", at=at)
    assert statements() <= 8
    assert isinstance(answer, Granted)
    with counted(store) as statements:
        assert renewal.start(acting, "1", "kc0", answer.options[0], at=at)
    assert statements() <= 12
    with counted(store) as statements:
        assert complete(acting, 0, 3).decisions["kc0"]
    assert statements() <= 17


def test_a_learner_starts_a_renewal_in_twelve_statements_too(
    store: SqlStore, acting: Acting[Transaction]
) -> None:
    complete(acting, 0, 1)
    learner, at = evolve(acting, principal=Actor("1")), AT + timedelta(days=2)
    answer = renewal.decide(learner, "1", "kc0", at=at)
    assert isinstance(answer, Granted)
    with counted(store) as statements:
        assert renewal.start(learner, "1", "kc0", answer.options[0], at=at)
    assert statements() <= 12


def test_a_list_of_many_awards_takes_eight_statements(
    store: SqlStore, acting: Acting[Transaction]
) -> None:
    for number in range(COUNT):
        complete(acting, number, 1)
    with counted(store) as statements:
        listed = reporting.learner(acting, "1", at=AT + timedelta(days=2))
    assert len(listed) == COUNT
    assert statements() <= 8
