"""Optional parts of a store: what takes the place of those that a host leaves out?

A host's store needs the six parts of :class:`~certrules.repositories.protocols.CoreTransaction`;
:func:`with_parts` adds the others. Companies, badges and the outbox are then empty. Events and
notices are forgotten; what somebody would miss later is refused. Tables are made of the other
parts.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from attrs import frozen

from certrules.errors import InvalidValueError, StoreError
from certrules.model.badges import Badge
from certrules.model.notices import Planned
from certrules.model.people import Company
from certrules.repositories import protocols
from certrules.repositories.generic_tables import GenericTables
from certrules.repositories.memory import MemoryCompanies
from certrules.repositories.memory_badges import MemoryBadges
from certrules.repositories.memory_outbox import MemoryEvents, MemoryNotices
from certrules.repositories.memory_state import MemoryScope, MemoryState, opened
from certrules.repositories.protocols import CoreTransaction, Store, Transaction

CORE = tuple(each for each in dir(CoreTransaction) if not each.startswith("_"))
"""The names of the parts that nothing takes the place of."""


def with_parts(store: Store[CoreTransaction]) -> Store[Transaction]:
    """Return a store with every part: its own, and an empty or generic one for each that it lacks.

    It can be sent to another process if the host's store can. Opening it raises
    :class:`~certrules.errors.StoreError` for a part of the six that the host's store lacks.

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
        with self.store.reading() as view, opened(MemoryState(), writable=False) as empty:
            yield _Parts(view, empty)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        with self.store.writing() as transaction, opened(MemoryState(), writable=True) as empty:
            yield _Parts(transaction, empty)


class _Parts:
    """A transaction with the parts of a host's, and those that it lacks."""

    def __init__(self, core: CoreTransaction, empty: MemoryScope) -> None:
        for part in CORE:
            if not hasattr(core, part):
                raise StoreError(f"this store has no {part}: every store needs that part")
        self.users: protocols.Users = core.users
        self.certifications: protocols.Certifications = core.certifications
        self.items: protocols.Items = core.items
        self.awards: protocols.Awards = core.awards
        self.learning: protocols.Learning = core.learning
        self.renewals: protocols.Renewals = core.renewals
        self.companies: protocols.Companies = getattr(core, "companies", None) or _NoCompanies(
            empty
        )
        self.badges: protocols.Badges = getattr(core, "badges", None) or _NoBadges(empty)
        self.events: protocols.Events = getattr(core, "events", None) or MemoryEvents(empty)
        self.notices: protocols.Notices = getattr(core, "notices", None) or _NoNotices(empty)
        self.tables: protocols.Tables = getattr(core, "tables", None) or GenericTables(self)


def _lacks(part: str) -> NoReturn:
    raise StoreError(f"this store has no {part}: give its transactions that part, to keep them")


class _NoCompanies(MemoryCompanies):
    def put(self, companies: Iterable[Company]) -> None:
        if any(True for _ in companies):
            _lacks("companies")


class _NoBadges(MemoryBadges):
    def add(self, badge: Badge) -> None:  # noqa: ARG002
        _lacks("badges")


class _NoNotices(MemoryNotices):
    """What is planned is refused: the same notices would be created again and again."""

    def planned(self) -> Mapping[str, Planned]:
        _lacks("notices")

    def set_planned(self, planned: Mapping[str, Planned]) -> None:  # noqa: ARG002
        _lacks("notices")
