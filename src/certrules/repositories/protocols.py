"""What must a store be able to do?

A host implements these on its own database, or takes :mod:`certrules.repositories.memory` or
:mod:`certrules.repositories.sql`. ``certrules.testing`` checks any of them against one contract.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from certrules.model.awards import Award
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.events import Event
from certrules.model.people import User

__all__ = ["Awards", "Certifications", "Events", "Items", "Store", "Transaction", "Users"]


class Users(Protocol):
    """The people that can hold a certification."""

    def get(self, user: str) -> User | None:
        """Return the user of an id."""
        ...

    def named(self, keys: Collection[str]) -> Mapping[str, Sequence[User]]:
        """Return the users of each :func:`~certrules.model.people.username_key`, absent if none."""
        ...

    def all(self) -> Iterator[User]:
        """Return every user, by id."""
        ...

    def put(self, users: Iterable[User]) -> None:
        """Add users, or replace those of the same id."""
        ...


class Certifications(Protocol):
    """The certifications, with what earns them."""

    def get(self, certification: str) -> Certification | None:
        """Return the certification of an id."""
        ...

    def coded(self, codes: Collection[str]) -> Mapping[str, Sequence[Certification]]:
        """Return the certifications of each code, absent if none."""
        ...

    def all(self) -> Iterator[Certification]:
        """Return every certification, by id."""
        ...

    def put(self, certifications: Iterable[Certification]) -> None:
        """Add certifications, or replace those of the same id."""
        ...


class Items(Protocol):
    """Courses, learning plans, tracks and external activities."""

    def get(self, kind: ItemKind, item: str) -> Item | None:
        """Return the item of a kind and id."""
        ...

    def coded(self, kind: ItemKind, codes: Collection[str]) -> Mapping[str, Sequence[Item]]:
        """Return the items of a kind for each code, absent if none."""
        ...

    def all(self) -> Iterator[Item]:
        """Return every item, by kind and id."""
        ...

    def put(self, items: Iterable[Item]) -> None:
        """Add items, or replace those of the same kind and id."""
        ...


class Awards(Protocol):
    """Every award ever made: one row for each cycle of a user's certification."""

    def history(self, user: str, certification: str) -> Sequence[Award]:
        """Return the cycles of one user's certification, first to last."""
        ...

    def histories(
        self, pairs: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Award]]:
        """Return :meth:`history` for many (user, certification) pairs, absent if none."""
        ...

    def select(
        self,
        *,
        user: str | None = None,
        certification: str | None = None,
        archived: bool | None = None,
    ) -> Iterator[Award]:
        """Return awards by user, certification and cycle, without holding them all."""
        ...

    def add(self, awards: Sequence[Award]) -> None:
        """Add new cycles; ConflictError where a user's certification has that cycle already."""
        ...

    def replace(self, awards: Sequence[Award]) -> None:
        """Replace cycles; ConflictError unless each stored version is the one before its own."""
        ...


class Events(Protocol):
    """What happened, in order, kept until the host has read it."""

    def add(self, events: Iterable[Event]) -> None:
        """Append events."""
        ...

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Event]]:
        """Return at most so many events that stand after a position (0: the beginning)."""
        ...


class Transaction(Protocol):
    """One unit of work: all of it is kept, or none."""

    @property
    def users(self) -> Users:
        """The people."""
        ...

    @property
    def certifications(self) -> Certifications:
        """The definitions."""
        ...

    @property
    def items(self) -> Items:
        """The learning that earns them."""
        ...

    @property
    def awards(self) -> Awards:
        """The awards."""
        ...

    @property
    def events(self) -> Events:
        """The outbox."""
        ...


class Store(Protocol):
    """Where everything is kept."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """Open one consistent view; writing through it is a StoreError."""
        ...

    def writing(self) -> AbstractContextManager[Transaction]:
        """Open a transaction: kept whole at the end, dropped whole on any exception."""
        ...
