"""Processes that share a store neither lose nor double each other's work."""

from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import pytest
from attrs import evolve

from benchmarks.reliability import WAYS, updates
from certrules import Award, User
from certrules.errors import ConflictError
from certrules.repositories.sql import open_store
from tests.processes import PROCESSES, in_many_processes, ready

AWARD = Award("ada", "fire", datetime(2024, 1, 1, tzinfo=UTC), None)


def renew(url: str, _number: int) -> str:
    with closing(open_store(url, timeout=300)) as store:
        with store.reading() as view:
            (seen,) = view.awards.history("ada", "fire")
        ready()
        try:
            with store.writing() as work:
                work.awards.replace([seen.archive(seen.issued_at)])
                work.awards.add([evolve(seen, cycle=2)])
        except ConflictError:
            return "conflict"
        return "renewed"


def test_of_processes_that_renew_the_same_version_one_succeeds(url: str) -> None:
    with closing(open_store(url, create=True)) as store:
        with store.writing() as work:
            work.awards.add([AWARD])
        said = in_many_processes(partial(renew, url))
        assert sorted(said) == ["conflict"] * (PROCESSES - 1) + ["renewed"]
        with store.reading() as view:
            assert [award.version for award in view.awards.select()] == [2, 1]


@pytest.mark.parametrize("way", WAYS)
def test_no_change_is_lost(url: str, way: str) -> None:
    kept, lost = updates(url, way, changes=1)
    assert way.startswith(f"{kept} ")
    assert lost == 0


def make(url: str, number: int) -> None:
    ready()
    with closing(open_store(url, create=True, timeout=300)) as store, store.writing() as work:
        work.users.put([User(str(number), "ada")])


def test_processes_may_make_the_same_store(url: str) -> None:
    in_many_processes(partial(make, url))
    with closing(open_store(url)) as store, store.reading() as view:
        assert len(list(view.users.all())) == PROCESSES
