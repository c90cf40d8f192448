"""The contract fails for a store that breaks a promise."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, get_type_hints

import pytest

from certrules.repositories.memory import MemoryStore, MemoryTransaction
from certrules.repositories.protocols import Transaction
from certrules.testing.contract import Contract, StoreContract
from certrules.testing.learning import LearningContract
from certrules.testing.optional import BadgesContract, OutboxContract


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


class Lax(MemoryStore):
    """Its views let one method write."""

    def __init__(self, part: str, method: str) -> None:
        super().__init__()
        self.part, self.method = part, method

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with super().reading() as view:
            yield Passing(
                view, self.part, Passing(getattr(view, self.part), self.method, self.write)
            )

    def write(self, *args: Any, **kwargs: Any) -> None:
        with self.writing() as work:
            getattr(getattr(work, self.part), self.method)(*args, **kwargs)


class Passing:
    """Another object, but for one attribute."""

    def __init__(self, inner: object, name: str, value: object) -> None:
        self.inner = inner
        setattr(self, name, value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


WRITING: dict[type[Contract], list[str]] = {
    StoreContract: [
        *("users.put", "companies.put", "certifications.put", "items.put", "awards.add"),
        *("awards.replace", "events.add"),
    ],
    LearningContract: [
        *("certifications.remove", "awards.remove", "renewals.add", "renewals.close"),
        *("renewals.remove", "learning.put_courses", "learning.put_plans"),
        *("learning.put_enrolments", "learning.add_completions", "learning.put_external"),
        *("learning.add_progress", "learning.reset_progress"),
    ],
    OutboxContract: [
        *("notices.add", "notices.pass_over", "notices.cancel", "notices.cancel_outdated"),
        *("notices.forget", "notices.set_planned", "events.acknowledge"),
    ],
    BadgesContract: [
        *("badges.add", "badges.suspend", "badges.revoke", "badges.revoke_outdated"),
        "badges.withdraw",
    ],
}


PARTS = {
    name: get_type_hints(each.fget)["return"]
    for kind in Transaction.__mro__
    for name, each in vars(kind).items()
    if isinstance(each, property)
}


def test_every_method_that_writes_is_listed() -> None:
    """They are those that return nothing, and one that returns what it has added."""
    writing = {
        f"{part}.{name}"
        for part, protocol in PARTS.items()
        for name, method in vars(protocol).items()
        if not name.startswith("_") and get_type_hints(method)["return"] is type(None)
    }
    listed = [each for names in WRITING.values() for each in names]
    assert sorted(listed) == sorted({*writing, "notices.add"})


@pytest.mark.parametrize(
    ("contract", "method"),
    [(contract, method) for contract, names in WRITING.items() for method in names],
)
def test_a_view_in_which_a_method_writes_is_found_out(
    contract: type[Contract], method: str
) -> None:
    tests = contract()
    (promise,) = (name for name in dir(contract) if "view_cannot" in name)
    tests.store = MemoryStore()
    getattr(tests, promise)()
    tests.store = Lax(*method.split("."))
    with pytest.raises(AssertionError):
        getattr(tests, promise)()
