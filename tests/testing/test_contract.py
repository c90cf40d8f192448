"""The contract fails for a store that breaks a promise."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from certrules.repositories.memory import MemoryStore, MemoryTransaction
from certrules.testing.contract import StoreContract


class Careless(MemoryStore):
    """It lets views write, and keeps what failed."""

    @contextmanager
    def reading(self) -> Iterator[MemoryTransaction]:
        with super().writing() as work:
            yield work

    @contextmanager
    def writing(self) -> Iterator[MemoryTransaction]:
        failure = None
        with super().writing() as work:
            try:
                yield work
            except ZeroDivisionError as error:
                failure = error
        if failure:
            raise failure


@pytest.mark.parametrize(
    "promise", ["test_a_view_cannot_write", "test_nothing_is_kept_of_a_transaction_that_fails"]
)
def test_a_broken_promise_fails_its_test(promise: str) -> None:
    contract = StoreContract()
    contract.store = Careless()
    with pytest.raises(AssertionError):
        getattr(contract, promise)()
    contract.store = MemoryStore()
    getattr(contract, promise)()
