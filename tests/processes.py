"""Many processes that do the same at the same time."""

import multiprocessing
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
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
    barrier = _FORK.Barrier(PROCESSES)
    with (
        warnings.catch_warnings(),
        ProcessPoolExecutor(PROCESSES, _FORK, _BARRIERS.append, (barrier,)) as pool,
    ):
        # Newer Pythons warn if a process with threads forks.
        warnings.filterwarnings("ignore", ".*fork", DeprecationWarning)
        return list(pool.map(work, range(PROCESSES)))
