"""The contract fails for a store that breaks a promise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
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
        "renewals.reopen",
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


class Altered(MemoryStore):
    """One of its methods does something else, given what it should do and its arguments."""

    def __init__(self, method: str, instead: Callable[..., Any]) -> None:
        super().__init__()
        self.part, self.method = method.split(".")
        self.instead = instead

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with super().reading() as view:
            yield self.altered(view)

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with super().writing() as work:
            yield self.altered(work)

    def altered(self, work: MemoryTransaction) -> Passing:
        part = getattr(work, self.part)
        method = partial(self.instead, work, getattr(part, self.method))
        return Passing(work, self.part, Passing(part, self.method, method))


def backwards(_: Transaction, method: Callable[..., Any], *args: Any) -> Any:
    found = method(*args)
    if isinstance(found, tuple):  # attempts, and completions
        return found[0], found[1][::-1]
    return iter([*found][::-1])


def by_time(_: Transaction, method: Callable[..., Any], *args: Any) -> Any:
    return iter(sorted(method(*args), key=lambda each: (each.completed_at, each.user_id)))


def twice(_: Transaction, method: Callable[..., Any], *args: Any) -> Any:
    return (each for each in method(*args) for _ in range(2))


def attempts_backwards(_: Transaction, method: Callable[..., Any], *args: Any) -> Any:
    attempts, done = method(*args)
    return attempts[::-1], done


def remove_open(work: Transaction, method: Callable[[str], None], id_: str) -> None:
    """Leave the renewals that are closed."""
    found = {(each.user_id, id_) for each in work.renewals.open(id_)}
    kept = [
        each
        for user_id, _ in found
        for each in work.renewals.history(user_id, id_)
        if each.closed_at
    ]
    method(id_)
    for each in kept:
        work.renewals.add(each)


def remove_closed(work: Transaction, method: Callable[[str], None], id_: str) -> None:
    """Leave the renewals that are open."""
    kept = work.renewals.open(id_)
    method(id_)
    for each in kept:
        work.renewals.add(each)


@pytest.mark.parametrize(
    ("method", "instead", "promise"),
    [
        ("renewals.remove", remove_open, "test_renewals_of_a_certification_are_removed"),
        ("renewals.remove", remove_closed, "test_renewals_of_a_certification_are_removed"),
        ("learning.completions", backwards, "test_a_completion_is_added_once"),
        ("learning.completions", by_time, "test_a_completion_is_added_once"),
        ("learning.completions", twice, "test_a_completion_is_added_once"),
        ("learning.history", backwards, "test_items_of_several_kinds_are_asked_about_at_once"),
        ("learning.history", attempts_backwards, "test_attempts_are_kept_side_by_side"),
    ],
)
def test_a_store_that_answers_otherwise_is_found_out(
    method: str, instead: Callable[..., Any], promise: str
) -> None:
    contract = LearningContract()
    contract.store = MemoryStore()
    getattr(contract, promise)()
    contract.store = Altered(method, instead)
    with pytest.raises(AssertionError):
        getattr(contract, promise)()


class ReadOnly:
    """A part of a store that has no method that writes."""

    def __init__(self, part: Any) -> None:
        self.get, self.among, self.named, self.all = part.get, part.among, part.named, part.all


class ReadingUsers(MemoryStore):
    """A store whose users are somebody else's: its part of users has no ``put``."""

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with super().reading() as view:
            yield Passing(view, "users", ReadOnly(view.users))

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with super().writing() as work:
            yield Passing(work, "users", ReadOnly(work.users))


class TestStoresThatOnlyReadUsers(StoreContract, LearningContract):
    @pytest.fixture(autouse=True)
    def fresh(self) -> None:
        self.store = ReadingUsers()

    def giving(self, work: Any) -> Transaction:
        return work.inner  # type: ignore[no-any-return]


def test_rows_must_be_given_where_the_store_reads_them() -> None:
    contract = StoreContract()
    contract.store = ReadingUsers()
    with pytest.raises(AttributeError):
        contract.test_users_come_back_as_they_were()
