"""A store in memory: how is everything kept in one process?

For tests, for trying things out, and for hosts that keep things elsewhere. It promises what every
store promises, so that a program can change its store and not notice.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any, Generic, NoReturn, TypeVar

from certrules import instants
from certrules.errors import StoreError
from certrules.model.awards import Award
from certrules.model.catalog import Certification, Item, ItemKind, ItemRef
from certrules.model.people import Company, User
from certrules.repositories import protocols
from certrules.repositories.conflicts import Writers, conflict, not_nested
from certrules.repositories.generic_tables import GenericTables
from certrules.repositories.memory_badges import MemoryBadges
from certrules.repositories.memory_learning import MemoryLearning, MemoryRenewals
from certrules.repositories.memory_outbox import MemoryEvents, MemoryNotices
from certrules.repositories.memory_state import MemoryScope, MemoryState, Part, opened
from certrules.repositories.stores import GivenStore
from certrules.repositories.zones import zones_checked


class MemoryStore(GivenStore):
    """A store that lives as long as its process; threads may share it, other processes cannot.

    One writer at a time: a second one waits ``timeout`` seconds, then gets a StoreError. A reader
    sees the store as it was when its view was opened, and waits for nobody.

    >>> store = MemoryStore()
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("7", "Ada")])
    >>> with store.reading() as view:
    ...     view.users.get("7").username
    'Ada'
    """

    def __init__(self, *, timeout: float = 30.0) -> None:
        self._state = MemoryState()
        self._writer = Lock()
        self._writers: Writers = set()
        self._timeout = timeout

    def __reduce__(self) -> NoReturn:
        raise StoreError(
            "memory: this store cannot be sent to another process or copied, since every change to "
            "the copy would be lost; take a store in a file or a database, or threads"
        )

    @contextmanager
    def reading(self) -> Iterator["MemoryTransaction"]:
        """Open one consistent view; writing through it is a StoreError."""
        with opened(self._state, writable=False) as scope:
            yield MemoryTransaction(scope)

    @contextmanager
    def writing(self) -> Iterator["MemoryTransaction"]:
        """Open a transaction: kept whole at the end, dropped whole on any exception."""
        with not_nested(self._writers, "memory"):
            if not self._writer.acquire(timeout=self._timeout):
                says = f"another writer held the store for {self._timeout:g} s; try again later"
                raise StoreError(f"memory: {says}")
            try:
                with opened(self._state, writable=True) as scope:
                    yield MemoryTransaction(scope)
                self._state = scope.state
            finally:
                self._writer.release()


class MemoryTransaction:
    """One unit of work on a :class:`MemoryStore`."""

    def __init__(self, scope: MemoryScope) -> None:
        self.users: protocols.Users = _Users(scope)
        self.companies: protocols.Companies = MemoryCompanies(scope)
        self.certifications: protocols.Certifications = _Certifications(scope)
        self.items: protocols.Items = _Items(scope)
        self.awards: protocols.Awards = _Awards(scope)
        self.learning: protocols.Learning = MemoryLearning(scope)
        self.renewals: protocols.Renewals = MemoryRenewals(scope)
        self.badges: protocols.Badges = MemoryBadges(scope)
        self.events: protocols.Events = MemoryEvents(scope)
        self.notices: protocols.Notices = MemoryNotices(scope)

    @property
    def tables(self) -> protocols.Tables:
        """What people see of it all."""
        return GenericTables(self)


V = TypeVar("V")

_Pair = tuple[str, str]
_Allowed = Callable[[Award | None, Award], bool]


class _Keyed(Part, Generic[V]):
    """Values that are found by the parts of their ids."""

    table: str

    def all(self) -> Iterator[V]:
        values: Iterator[V] = self._seen.all()
        return values

    def put(self, values: Iterable[V]) -> None:
        self._scope.change(self.table).put(values)

    @property
    def _seen(self) -> Any:
        return getattr(self._scope.see(), self.table)


class _ById(_Keyed[V]):
    """Values that are found by an id."""

    def get(self, id_: str) -> V | None:
        found: V | None = self._seen.get(id_)
        return found

    def among(self, ids: Collection[str]) -> Mapping[str, V]:
        return {id_: found for id_ in ids if (found := self.get(id_))}


class _Users(_ById[User]):
    table = "users"

    def named(self, keys: Collection[str]) -> Mapping[str, Sequence[User]]:
        return self._scope.see().users.keyed((key,) for key in keys)

    def put(self, values: Iterable[User]) -> None:
        super().put(zones_checked(values))


class MemoryCompanies(_ById[Company]):
    """See :class:`~certrules.repositories.protocols.Companies`."""

    table = "companies"


class _Certifications(_ById[Certification]):
    table = "certifications"

    def coded(self, codes: Collection[str]) -> Mapping[str, Sequence[Certification]]:
        return self._scope.see().certifications.keyed((code,) for code in codes)

    def assigned(self, kind: ItemKind, item_id: str) -> Sequence[Certification]:
        item = ItemRef(kind, item_id)
        return [each for each in self.all() if any(one.ref == item for one in each.assignments)]

    def remove(self, certification_id: str) -> None:
        self._scope.change("certifications").remove(certification_id)


class _Items(_Keyed[Item]):
    table = "items"

    def get(self, kind: ItemKind, item_id: str) -> Item | None:
        return self._scope.see().items.get(kind.value, item_id)

    def among(self, refs: Collection[ItemRef]) -> Mapping[ItemRef, Item]:
        return {ref: found for ref in refs if (found := self.get(*ref))}

    def coded(self, kind: ItemKind, codes: Collection[str]) -> Mapping[str, Sequence[Item]]:
        return self._scope.see().items.keyed((kind.value, code) for code in codes)


class _Awards(Part):
    def history(self, user_id: str, certification_id: str) -> Sequence[Award]:
        return self._scope.see().awards.get((user_id, certification_id), ())

    def histories(self, pairs: Collection[_Pair]) -> Mapping[_Pair, Sequence[Award]]:
        awards = self._scope.see().awards
        return {pair: awards[pair] for pair in pairs if pair in awards}

    def select(
        self,
        *,
        user_id: str | None = None,
        certification_id: str | None = None,
        archived: bool | None = None,
    ) -> Iterator[Award]:
        awards = self._scope.see().awards
        pairs = [
            pair
            for pair in awards
            if user_id in (None, pair[0]) and certification_id in (None, pair[1])
        ]
        return (
            award
            for pair in sorted(pairs)
            for award in awards[pair]
            if archived in (None, award.archived)
        )

    def expiring(self, first: datetime, last: datetime, *, at: datetime) -> Iterator[Award]:
        first, last, at = instants.utc(first), instants.utc(last), instants.utc(at)
        found = [
            (award.expires_at, *award.key, award)
            for cycles in self._scope.see().awards.values()
            for award in cycles
            if award.expires_at and first <= award.expires_at <= last
            if award.archived_at is None or award.archived_at > at
        ]
        return (award for *_, award in sorted(found, key=lambda each: each[:4]))

    def add(self, awards: Sequence[Award]) -> None:
        self._change(awards, lambda kept, _: kept is None)

    def replace(self, awards: Sequence[Award]) -> None:
        def as_seen(kept: Award | None, new: Award) -> bool:
            return kept is not None and kept.version == new.version - 1

        self._change(awards, as_seen)

    def remove(self, awards: Sequence[Award]) -> None:
        def as_seen(kept: Award | None, seen: Award) -> bool:
            return kept is not None and kept.version == seen.version

        self._change(awards, as_seen, removing=True)

    def _change(
        self, awards: Sequence[Award], allowed: _Allowed, *, removing: bool = False
    ) -> None:
        table: dict[_Pair, tuple[Award, ...]] = self._scope.change("awards")
        changed: dict[_Pair, tuple[Award, ...]] = {}
        for award in awards:
            pair = award.user_id, award.certification_id
            cycles = changed[pair] if pair in changed else table.get(pair, ())
            kept = next((each for each in cycles if each.cycle == award.cycle), None)
            if not allowed(kept, award):
                raise conflict(award)
            others = tuple(each for each in cycles if each is not kept)
            changed[pair] = others if removing else _in_order(*others, award)
        table.update(changed)
        for pair in changed.keys() if removing else ():
            if not table[pair]:
                del table[pair]


def _in_order(*cycles: Award) -> tuple[Award, ...]:
    return cycles if len(cycles) == 1 else tuple(sorted(cycles, key=lambda each: each.cycle))
