"""Does a block raise what it must?"""
# ruff: noqa: PT017, S101 - by whatever framework

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["raises"]


@contextmanager
def raises(expected: type[Exception], text: str = "") -> Iterator[None]:
    """Fail unless the block raises an error whose message has a text in it."""
    try:
        yield
    except expected as error:
        assert text in str(error)
    else:
        raise AssertionError(f"{expected.__name__} was not raised")
