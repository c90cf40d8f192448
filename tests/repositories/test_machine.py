"""Every store does what a model of stores does, and one that does not is found out."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from certrules.repositories.memory import MemoryStore, MemoryTransaction
from certrules.repositories.parts import CORE
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import SqlStore, open_store
from certrules.testing.machine import StoreMachine
from tests.repositories.conftest import SERVERS, emptied

FEW = settings(max_examples=max(settings().max_examples // 20, 5), stateful_step_count=15)
SEARCH = settings(
    max_examples=200,
    stateful_step_count=15,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
)


@pytest.mark.law
@pytest.mark.parametrize("name", ["sqlite", *SERVERS])
def test_a_store_does_what_the_model_does(
    name: str, empty_file: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    class Machine(StoreMachine):
        def new_store(self) -> Store[Transaction]:
            if name == "sqlite":
                return open_store(str(shutil.copy(empty_file, tmp_path / "store.db")))
            return emptied(request.getfixturevalue("stores_on_servers")[name])

        def teardown(self) -> None:
            if name == "sqlite":
                assert isinstance(self.store, SqlStore)
                self.store.close()

    run_state_machine_as_test(Machine, settings=FEW)


class Keeping(MemoryStore):
    """It keeps what was dropped."""

    @contextmanager
    def writing(self) -> Iterator[MemoryTransaction]:
        failure = None
        with super().writing() as work:
            try:
                yield work
            except Exception as error:  # noqa: BLE001 - whatever it is, it is raised below
                failure = error
        if failure:
            raise failure


class Hoarding(MemoryStore):
    """It removes no renewals."""

    @contextmanager
    def writing(self) -> Iterator[MemoryTransaction]:
        with super().writing() as work:
            work.renewals.remove = lambda certification_id: None  # type: ignore[method-assign]
            yield work


class CoreOnly:
    """A transaction that has the six parts of every store."""

    def __init__(self, work: MemoryTransaction) -> None:
        for part in CORE:
            setattr(self, part, getattr(work, part))


class Small(MemoryStore):
    """It has no optional part."""

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with super().reading() as view:
            yield CoreOnly(view)

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with super().writing() as work:
            yield CoreOnly(work)


def machine(store: type[MemoryStore]) -> type[StoreMachine]:
    class Machine(StoreMachine):
        def new_store(self) -> MemoryStore:
            return store()

    return Machine


@pytest.mark.parametrize("store", [Keeping, Hoarding])
def test_a_store_that_does_otherwise_is_found_out(store: type[MemoryStore]) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine(store), settings=SEARCH)


def test_a_store_may_have_the_core_parts_alone() -> None:
    small = machine(Small)
    with pytest.raises(AttributeError):
        run_state_machine_as_test(small, settings=SEARCH)
    small.parts = CORE
    run_state_machine_as_test(small, settings=FEW)


def test_a_machine_needs_a_store() -> None:
    with pytest.raises(NotImplementedError):
        StoreMachine()
