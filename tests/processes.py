"""Processes that do the same at the same time, or that are killed."""

import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from typing import TypeVar

T = TypeVar("T")

PROCESSES = 8
_FORK = multiprocessing.get_context("fork")
_BARRIERS: list[Barrier] = []


def ready() -> None:
    """Wait until all the processes have come so far."""
    _BARRIERS[-1].wait()


def in_many_processes(work: Callable[[int], T]) -> list[T]:
    """Do the same in every process, given its number; return what each answers."""
    together = _FORK.Barrier(PROCESSES)
    with (
        _forking(),
        ProcessPoolExecutor(PROCESSES, _FORK, _BARRIERS.append, (together,)) as pool,
    ):
        return list(pool.map(work, range(PROCESSES)))


def exit_code(work: Callable[[], object]) -> int | None:
    """Do something in a process of its own; return how that ended: below zero, by which signal."""
    process = _FORK.Process(target=work)
    with _forking():
        process.start()
    process.join()
    return process.exitcode


@contextmanager
def _forking() -> Iterator[None]:
    """Newer Pythons warn if a process with threads forks."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*fork", DeprecationWarning)
        yield
