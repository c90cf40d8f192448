"""What does each value of a column mean?

Distinct values are few beside the rows that repeat them, so each is read once and remembered.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

__all__ = ["Meanings"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_REMEMBERED = 1 << 16
_LONGEST = 100


class Meanings(dict[K, V]):
    """What each value of a column means; forgets everything when it knows too much."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[K], V]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, value: K) -> V:
        meaning = self._read(value)
        if len(str(value)) <= _LONGEST:
            self[value] = meaning
        return meaning

    def of(self, values: Iterable[K]) -> list[V]:
        """Return what each value means."""
        if len(self) > _REMEMBERED:
            self.clear()
        return list(map(self.__getitem__, values))
