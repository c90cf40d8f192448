"""What a store can hold: texts that have a form in UTF-8, and whole numbers of 64 bits."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from attrs import fields, has

from certrules.errors import StoreError

__all__ = ["holdable"]

V = TypeVar("V")

_LIMIT = 2**63


def holdable(values: Iterable[V]) -> list[V]:
    """Return values to keep; raise StoreError for one that databases refuse.

    >>> holdable(["Zoë"])
    ['Zoë']
    >>> holdable([2**63])
    Traceback (most recent call last):
        ...
    certrules.errors.StoreError: memory cannot hold this value: 9223372036854775808 has over 64 bits
    """
    found = list(values)
    for value in found:
        _check(value)
    return found


def _check(value: Any) -> None:
    if isinstance(value, str):
        if not value.isascii():
            _check_text(value)
    elif isinstance(value, int):
        if not -_LIMIT <= value < _LIMIT:
            raise StoreError(f"memory cannot hold this value: {value} has over 64 bits")
    else:
        kind: Any = type(value)
        for each in value if isinstance(value, tuple | frozenset) else _parts(kind)(value):
            if each is not None and not (isinstance(each, str) and each.isascii()):  # as most are
                _check(each)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise StoreError(f"memory cannot hold this value: {error}") from None


@lru_cache(maxsize=100)
def _parts(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the fields of values of a class, and nothing of any other."""
    return attrgetter(*(each.name for each in fields(kind))) if has(kind) else lambda _: ()
