"""Two renewals of one version of an award at once: exactly one succeeds."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from attrs import evolve

from certrules import Award, ExpiryBasis, ItemKind
from certrules.errors import ConflictError
from certrules.model.catalog import ItemRef
from certrules.model.learning import Completion, RenewalOption
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import SqlStore, open_store
from certrules.workflows import awarding, lifecycle, renewal
from tests.processes import PROCESSES, in_many_processes, ready
from tests.repositories.conftest import SERVERS, empty_database
from tests.workflows.conftest import acting, day, furnish

AT_ONCE = 8
DONE = Completion("ada", ItemKind.COURSE, "A", day(10))
AGAIN = Completion("ada", ItemKind.COURSE, "A", day(110))


@pytest.fixture(params=["memory", "sqlite", *SERVERS])
def patient(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store[Transaction]]:
    if request.param == "memory":
        store = MemoryStore(timeout=300)
        furnish(store)
        yield store
    else:
        with opened(request.param, tmp_path) as shared:
            yield shared


@pytest.fixture(params=["sqlite", *SERVERS])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """A store that processes share."""
    with opened(request.param, tmp_path) as store:
        yield store


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[SqlStore]:
    url = empty_database(kind, "conflicts") if kind in SERVERS else str(folder / "store.db")
    with closing(open_store(url, create=True, timeout=300)) as store:
        furnish(store)
        yield store


def start(store: Store[Transaction], number: int, seen: tuple[int, int] = (1, 1)) -> bool:
    option = RenewalOption(ItemKind.COURSE, "A")
    key = f"request {number}"
    return bool(
        renewal.start(
            acting(store), "ada", "fa", option, at=day(100), key=key, expected_version=seen
        )
    )


def complete(store: Store[Transaction], number: int) -> bool:
    return bool(awarding.complete(acting(store), AGAIN, at=day(111)).decisions["fa"])


def at_once(work: Callable[[int], bool]) -> list[bool]:
    barrier = Barrier(AT_ONCE)

    def run(number: int) -> bool:
        barrier.wait(300)
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as executor:
        return list(executor.map(run, range(AT_ONCE)))


def check(store: Store[Transaction]) -> None:
    with store.reading() as view:
        old, new = view.awards.history("ada", "fa")
        assert (old.cycle, old.archived, new.cycle, new.archived) == (1, True, 2, False)
        assert len(view.renewals.history("ada", "fa")) == 1
        assert len(view.learning.history("ada", [ItemRef(ItemKind.COURSE, "A")])[0]) == 2
        assert len(view.events.after(0, 100)) == 3


def edit_or_unassign(seen: Award, store: Store[Transaction], number: int) -> bool:
    if number == 0:
        return bool(lifecycle.unassign(acting(store), "ada", "fa", at=day(20)))
    changed = evolve(seen, expires_at=day(50 + number), basis=ExpiryBasis.DATE)
    try:
        return bool(awarding.edit(acting(store), changed, at=day(20)))
    except ConflictError:
        return False


def check_race(
    store: Store[Transaction],
    run: Callable[[Callable[[Store[Transaction], int], bool]], list[bool]],
) -> None:
    """Let one unassign and others edit what all have seen; no edit may come after the end."""
    awarding.complete(acting(store), DONE, at=day(10))
    with store.reading() as view:
        (seen,) = view.awards.history("ada", "fa")
        before = len(view.events.after(0, 100))
    unassigned, *edits = run(partial(edit_or_unassign, seen))
    assert unassigned
    assert sum(edits) <= 1
    with store.reading() as view:
        assert not list(view.awards.select(archived=False))
        assert len(view.events.after(0, 100)) - before == 1 + sum(edits)
    with pytest.raises(ConflictError):
        awarding.edit(acting(store), evolve(seen, expires_at=None), at=day(20))


@pytest.mark.rule("DOC-AWARD-09", "DOC-AWARD-10")
def test_an_edit_that_races_with_unassigning_is_carried_out_or_a_conflict(
    patient: Store[Transaction],
) -> None:
    check_race(patient, lambda work: at_once(partial(work, patient)))


@pytest.mark.rule("DOC-AWARD-09", "DOC-AWARD-10")
def test_processes_that_edit_and_unassign_are_carried_out_or_a_conflict(shared: SqlStore) -> None:
    check_race(shared, partial(in_processes, shared))


@pytest.mark.rule("INT-12b")
def test_of_eight_threads_one_starts_and_one_completes(patient: Store[Transaction]) -> None:
    awarding.complete(acting(patient), DONE, at=day(10))
    assert sorted(at_once(partial(start, patient))) == [False] * 7 + [True]
    assert sorted(at_once(partial(complete, patient))) == [False] * 7 + [True]
    check(patient)


def in_processes(store: SqlStore, work: Callable[[Store[Transaction], int], bool]) -> list[bool]:
    assert store.url is not None
    url = store.url.render_as_string(hide_password=False)
    return in_many_processes(partial(in_process, url, work))


def in_process(url: str, work: Callable[[Store[Transaction], int], bool], number: int) -> bool:
    with closing(open_store(url, timeout=300)) as store:
        ready()
        return work(store, number)


@pytest.mark.rule("INT-12b")
def test_of_eight_processes_one_starts_and_one_completes(shared: SqlStore) -> None:
    awarding.complete(acting(shared), DONE, at=day(10))
    started = in_processes(shared, start)
    completed = in_processes(shared, complete)
    assert sorted(started) == sorted(completed) == [False] * (PROCESSES - 1) + [True]
    check(shared)


@pytest.mark.rule("INT-12b")
def test_the_same_request_eight_times_at_once_is_one_renewal(patient: Store[Transaction]) -> None:
    awarding.complete(acting(patient), DONE, at=day(10))
    assert at_once(lambda _: start(patient, 0)) == [True] * AT_ONCE
    with patient.reading() as view:
        assert len(view.renewals.history("ada", "fa")) == 1
        assert len(view.events.after(0, 100)) == 2
