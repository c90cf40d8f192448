"""What becomes of an SQLite file where a process forks?

SQLite remembers, process by process, which locks it holds. A forked process takes this memory over
without the locks: it would take none of its own, and lose what it wrote when its parent lets go of
the file. So connections that rest are closed before, and a file that another thread was using at
that moment is not opened in the forked process at all.
"""

import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

from sqlalchemy import Connection, Engine

from certrules.errors import StoreError

__all__ = ["check", "watch"]


class _Store(Protocol):
    engine: Engine

    @property
    def connections(self) -> Collection[Connection]: ...

    @property
    def path(self) -> Path | None: ...


_STORES: WeakSet[_Store] = WeakSet()
_IN_USE: set[Path | None] = set()
"""What was in use when this process was forked."""


def watch(store: _Store) -> None:
    """See to it that a store in an SQLite file stays whole where this process forks."""
    _STORES.add(store)


def check(store: _Store) -> None:
    """Raise StoreError for a store whose file cannot be used in this process."""
    if _IN_USE and store.path in _IN_USE:
        raise StoreError(
            f"{str(store.path)!r} was in use by another thread when this process forked, and its "
            "locks would not hold here; start processes by spawn or forkserver"
        )


def _close_resting() -> None:
    for store in list(_STORES):
        store.engine.dispose()


def _take_over() -> None:
    _IN_USE.update(store.path for store in _STORES if store.connections)


if sys.platform != "win32":
    os.register_at_fork(before=_close_resting, after_in_child=_take_over)
