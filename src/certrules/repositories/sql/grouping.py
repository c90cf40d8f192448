"""Groups of rows, and lists in one column: how are they made and read?"""

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeVar

__all__ = ["grouped", "pack", "unpack"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    """Return the values of each key, in their order.

    >>> grouped([("a", 1), ("b", 2), ("a", 3)])
    {'a': [1, 3], 'b': [2]}
    """
    groups = defaultdict[K, list[V]](list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)


def pack(values: Iterable[Any]) -> str | None:
    """Return a list of text, or of lists of text, as JSON; an empty one as None.

    >>> pack(["b", "a"]), pack([])
    ('["b", "a"]', None)
    """
    listed = list(values)
    return json.dumps(listed, ensure_ascii=False) if listed else None


def unpack(text: str | None) -> list[Any]:
    """Return the list that :func:`pack` made into text."""
    return [] if text is None else list(json.loads(text))
