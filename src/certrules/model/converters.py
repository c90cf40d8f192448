"""How do values take what callers give: any iterable, any zone?

Functions with types of their own, because those of ``tuple`` and ``frozenset`` are lost on the way
through attrs.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from certrules import instants
from certrules.errors import InvalidValueError

__all__ = ["distinct", "sequence", "utc_or_none"]


def utc_or_none(instant: datetime | None) -> datetime | None:
    """Return an instant in UTC, and None for None."""
    return None if instant is None else instants.utc(instant)


def sequence(ids: Iterable[str]) -> tuple[str, ...]:
    """Return ids in the order in which they are given; InvalidValueError for anything else."""
    return tuple(_several(ids))


def distinct(ids: Iterable[str]) -> frozenset[str]:
    """Return ids in no order, each once; InvalidValueError for anything else."""
    return frozenset(_several(ids))


def _several(ids: Iterable[str]) -> Collection[str]:
    if isinstance(ids, str) or not isinstance(ids, Iterable):  # letters of a text would be ids
        raise InvalidValueError("ids", ids, "several ids, not one")
    found = ids if isinstance(ids, tuple | frozenset) else list(ids)
    for each in found:
        if not isinstance(each, str):
            raise InvalidValueError("id", each, "a text")
    return found
