"""The optional parts of a store: what can a host leave out, and what takes its place?

A host's store needs the six parts of :class:`~certrules.repositories.protocols.CoreTransaction`;
:func:`with_parts` adds the others. Companies, badges and the outbox are then empty: nothing is kept
in them, and whatever needs one says so. Tables are made of the other parts.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NoReturn

from attrs import frozen

from certrules.errors import InvalidValueError, StoreError
from certrules.model.awards import Award
from certrules.model.badges import Badge
from certrules.model.events import Event
from certrules.model.notices import Notice, Planned
from certrules.model.people import Company
from certrules.repositories import protocols
from certrules.repositories.generic_tables import GenericTables
from certrules.repositories.protocols import CoreTransaction, Store, Transaction

__all__ = ["NoBadges", "NoCompanies", "NoEvents", "NoNotices", "with_parts"]

_Cycle = tuple[str, str, int]


def with_parts(store: Store[CoreTransaction]) -> Store[Transaction]:
    """Return a store with every part: its own, and an empty or generic one for each that it lacks.

    It can be sent to another process if the host's store can.

    >>> with with_parts(MemoryStore()).reading() as view:
    ...     view.badges.get("b1"), list(view.companies.all())
    (None, [])
    """
    if not callable(getattr(store, "writing", None)):
        raise InvalidValueError("store", store, "a store with the six core parts")
    return _WithParts(store)


@frozen
class _WithParts:
    store: Store[CoreTransaction]

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        with self.store.reading() as view:
            yield _Parts(view)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        with self.store.writing() as transaction:
            yield _Parts(transaction)


class _Parts:
    """A transaction with the parts of a host's, and those that it lacks."""

    def __init__(self, core: CoreTransaction) -> None:
        self.users: protocols.Users = core.users
        self.certifications: protocols.Certifications = core.certifications
        self.items: protocols.Items = core.items
        self.awards: protocols.Awards = core.awards
        self.learning: protocols.Learning = core.learning
        self.renewals: protocols.Renewals = core.renewals
        self.companies: protocols.Companies = getattr(core, "companies", None) or NoCompanies()
        self.badges: protocols.Badges = getattr(core, "badges", None) or NoBadges()
        self.events: protocols.Events = getattr(core, "events", None) or NoEvents()
        self.notices: protocols.Notices = getattr(core, "notices", None) or NoNotices()
        self.tables: protocols.Tables = getattr(core, "tables", None) or GenericTables(self)


def _lacks(part: str) -> NoReturn:
    raise StoreError(f"this store has no {part}: give its transactions one, to keep them")


class NoCompanies:
    """The companies of a store that has none."""

    def get(self, company_id: str) -> Company | None:  # noqa: ARG002
        return None

    def all(self) -> Iterator[Company]:
        return iter(())

    def put(self, companies: Iterable[Company], /) -> None:
        """Raise StoreError if there is any to put."""
        if any(True for _ in companies):
            _lacks("companies")


class NoBadges:
    """The badges of a store that has none: an award that ends has nothing to revoke."""

    def get(self, badge_id: str) -> Badge | None:  # noqa: ARG002
        return None

    def current(self, user_id: str, certification_id: str, cycle: int) -> Badge | None:  # noqa: ARG002
        return None

    def withdrawn(self, cycles: Iterable[_Cycle]) -> Collection[_Cycle]:  # noqa: ARG002
        return ()

    def listed(self, status_list: int) -> Sequence[Badge]:  # noqa: ARG002
        return ()

    def places(self) -> tuple[int, Collection[int]]:
        return 1, ()

    def add(self, badge: Badge) -> None:  # noqa: ARG002
        _lacks("badges")

    def suspend(self, badge_id: str, *, suspended: bool = True) -> None:
        """Do nothing."""

    def revoke(self, cycles: Iterable[_Cycle]) -> None:
        """Do nothing."""

    def revoke_outdated(self, awards: Iterable[Award]) -> None:
        """Do nothing."""

    def withdraw(self, badge_id: str) -> None:
        """Do nothing."""


class NoEvents:
    """The events of a store without an outbox: nobody reads them, so nothing is kept."""

    def add(self, events: Iterable[Event], /) -> None:
        """Do nothing."""

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Event | Notice]]:  # noqa: ARG002
        return ()

    def acknowledged(self) -> int:
        return 0

    def acknowledge(self, position: int) -> None:
        """Do nothing."""

    def count(self, position: int, at: datetime) -> tuple[int, int]:  # noqa: ARG002
        return 0, 0


class NoNotices:
    """The notices of a store without an outbox: none is kept, and none can be planned."""

    def add(self, notices: Iterable[Notice], /) -> Sequence[Notice]:  # noqa: ARG002
        return ()

    def pass_over(self, notices: Iterable[Notice], /) -> None:
        """Do nothing."""

    def cancel(self, cycles: Iterable[_Cycle]) -> None:
        """Do nothing."""

    def cancel_outdated(self, awards: Iterable[Award]) -> None:
        """Do nothing."""

    def forget(self, cycles: Iterable[_Cycle]) -> None:
        """Do nothing."""

    def planned(self) -> Mapping[str, Planned]:
        """Raise StoreError: notices that nobody keeps would be created again and again."""
        _lacks("notices")

    def set_planned(self, planned: Mapping[str, Planned]) -> None:  # noqa: ARG002
        _lacks("notices")
