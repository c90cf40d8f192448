"""A store of each kind, with a small world in it."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest

from certrules import (
    DOCEBO,
    Assignment,
    Certification,
    Item,
    ItemKind,
    Policy,
    Unit,
    User,
    Validity,
)
from certrules.model.learning import Course, LearningPlan
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import open_store
from certrules.workflows.platform import SYSTEM, Acting, Platform, Principal

T0 = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the small world in it; to copy it takes less time than to make it."""
    path = tmp_path_factory.mktemp("world") / "store.db"
    with closing(open_store(str(path), create=True)) as opened:
        furnish(opened)
    return path


@pytest.fixture(params=["memory", "sqlite"])
def store(request: Any, small_world: Path, tmp_path: Path) -> Iterator[Store[Transaction]]:
    """Ada and Bob; First aid by course A or plan P, which may be retaken; A and X share m2."""
    if request.param == "memory":
        empty = MemoryStore()
        furnish(empty)
        yield empty
        return
    with closing(open_store(str(shutil.copy(small_world, tmp_path / "store.db")))) as opened:
        yield opened


def acting(
    store: Store[Transaction],
    principal: Principal = SYSTEM,
    *,
    policy: Policy = DOCEBO,
    zone: str | tzinfo = UTC,
) -> Acting[Transaction]:
    """Return a store as one principal acts on it: unless a test says otherwise, the host."""
    return Platform(store, policy, zone).acting_as(principal)


def furnish(store: Store[Transaction]) -> None:
    """Put the small world into a store."""
    items = [
        Item(ItemKind.COURSE, "A"),
        Item(ItemKind.COURSE, "B"),
        Item(ItemKind.COURSE, "X"),
        Item(ItemKind.LEARNING_PLAN, "P"),
    ]
    first_aid = Certification(
        "fa",
        "First aid",
        validity=Validity(1, Unit.YEARS),
        retake=True,
        assignments=(
            Assignment(ItemKind.COURSE, "A", T0),
            Assignment(ItemKind.LEARNING_PLAN, "P", T0),
        ),
    )
    conduct = Certification(
        "conduct", "Conduct", assignments=(Assignment(ItemKind.COURSE, "B", T0),)
    )
    with store.writing() as transaction:
        transaction.users.put(
            [
                User("ada", "ada", groups={"crew"}),
                User("bob", "bob", groups={"crew"}, branches={"rome"}),
                User("eve", "eve", active=False, groups={"crew"}),
            ]
        )
        transaction.items.put(items)
        transaction.certifications.put([first_aid, conduct])
        transaction.learning.put_courses(
            [Course("A", ("m1", "m2")), Course("B", ("m3",)), Course("X", ("m2", "m4"))]
        )
        transaction.learning.put_plans([LearningPlan("P", ("B",))])


def day(number: int) -> datetime:
    """Return the instant so many days after the world began."""
    return T0 + timedelta(days=number)
