"""Contracts: a store to write to, and errors that must be raised."""
# ruff: noqa: PT017, S101 - by whatever framework

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from certrules.errors import StoreError
from certrules.repositories.protocols import Store, Transaction


class Contract:
    """Promises, a test each, about a store that is fresh for each."""

    store: Store[Transaction]

    def _write(self, change: Callable[[Transaction], object]) -> None:
        with self.store.writing() as work:
            change(work)

    @contextmanager
    def _after(self, change: Callable[[Transaction], object]) -> Iterator[Transaction]:
        """Make a change, and open a view of what was kept."""
        self._write(change)
        with self.store.reading() as view:
            yield view

    def _refused(self, *changes: Callable[[Transaction], object]) -> None:
        """Fail unless a view refuses each change."""
        for change in changes:
            with self.store.reading() as view, raises(StoreError):
                change(view)


@contextmanager
def raises(expected: type[Exception], text: str = "") -> Iterator[None]:
    """Fail unless the block raises an error whose message has a text in it."""
    try:
        yield
    except expected as error:
        assert text in str(error)
    else:
        raise AssertionError(f"{expected.__name__} was not raised")
