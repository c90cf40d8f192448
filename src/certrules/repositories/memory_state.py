"""What a store in memory keeps, and what one of its transactions sees of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field

from certrules.errors import StoreError
from certrules.model.awards import Award
from certrules.model.badges import Badge
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.learning import Course, Enrolment, ExternalTraining, LearningPlan, Renewal
from certrules.model.notices import Event, Notice, NoticeIdentity, Planned
from certrules.model.people import Company, User, username_key

V = TypeVar("V")
_Key = tuple[str | None, ...]
_Pair = tuple[str, str]
_Cycle = tuple[str, str, int]


@define
class Indexed(Generic[V]):
    """Values by their id, and ids by a second key, which several values may share."""

    id_of: Callable[[V], tuple[str, ...]]
    key_of: Callable[[V], _Key]
    rows: dict[tuple[str, ...], V] = field(factory=dict)
    ids: dict[_Key, frozenset[tuple[str, ...]]] = field(factory=dict)

    def copy(self) -> "Indexed[V]":
        return evolve(self, rows=self.rows.copy(), ids=self.ids.copy())

    def put(self, values: Iterable[V]) -> None:
        for value in values:
            id_, key = self.id_of(value), self.key_of(value)
            if id_ in self.rows:
                self.ids[self.key_of(self.rows[id_])] -= {id_}
            self.rows[id_] = value
            self.ids[key] = self.ids.get(key, frozenset()) | {id_}

    def remove(self, *id_: str) -> None:
        if id_ in self.rows:
            self.ids[self.key_of(self.rows.pop(id_))] -= {id_}

    def get(self, *id_: str) -> V | None:
        return self.rows.get(id_)

    def all(self) -> Iterator[V]:
        return iter([self.rows[id_] for id_ in sorted(self.rows)])

    def keyed(self, keys: Iterable[_Key]) -> dict[str, Sequence[V]]:
        """Return the values of each key that has any, by the key's last part."""
        found = {key: sorted(ids) for key in keys if (ids := self.ids.get(key))}
        return {key[-1] or "": [self.rows[id_] for id_ in ids] for key, ids in found.items()}


@define
class MemoryState:
    """Everything that is kept."""

    users: Indexed[User] = field(
        factory=lambda: Indexed(lambda u: (u.id,), lambda u: (username_key(u.username),))
    )
    certifications: Indexed[Certification] = field(
        factory=lambda: Indexed(lambda c: (c.id,), lambda c: (c.code,))
    )
    items: Indexed[Item] = field(
        factory=lambda: Indexed(lambda i: (i.kind.value, i.id), lambda i: (i.kind.value, i.code))
    )
    companies: Indexed[Company] = field(
        factory=lambda: Indexed(lambda c: (c.id,), lambda c: (c.name,))
    )
    awards: dict[_Pair, tuple[Award, ...]] = field(factory=dict)
    courses: dict[str, Course] = field(factory=dict)
    plans: dict[str, LearningPlan] = field(factory=dict)
    enrolments: dict[tuple[str, ItemKind, str], dict[int, Enrolment]] = field(factory=dict)
    completions: dict[str, dict[tuple[ItemKind, str], list[datetime]]] = field(factory=dict)
    externals: dict[str, dict[str, ExternalTraining]] = field(factory=dict)
    progress: dict[_Pair, frozenset[str]] = field(factory=dict)
    renewals: dict[_Pair, tuple[Renewal, ...]] = field(factory=dict)
    badges: dict[str, Badge] = field(factory=dict)
    badge_places: dict[tuple[int, int], str] = field(factory=dict)
    badge_cycles: dict[tuple[str, str, int], str] = field(factory=dict)  # of those not revoked
    events: list[Event | Notice | None] = field(factory=list)  # None: taken back
    notices: dict[_Cycle, dict[NoticeIdentity, tuple[Notice, int | None]]] = field(factory=dict)
    planned: dict[str, Planned] = field(factory=dict)
    cursors: dict[str, int] = field(factory=dict)


class MemoryScope:
    """What one transaction sees: all that is kept, each field copied before its first change."""

    def __init__(self, state: MemoryState, *, writable: bool) -> None:
        self.state: MemoryState = state
        self.open = True
        self._writable = writable
        self._own: set[str] = set()

    def see(self) -> MemoryState:
        """Return what is kept, to be read."""
        if not self.open:
            raise StoreError("memory: this transaction has ended; open another")
        return self.state

    def change(self, name: str) -> Any:
        """Return a field to be changed, of which this transaction has a copy to itself."""
        state = self.see()
        if not self._writable:
            raise StoreError("memory: this view is for reading; write in store.writing()")
        if name not in self._own:
            copied = getattr(state, name).copy()
            self.state = evolve(state, **{name: copied})
            self._own.add(name)
        return getattr(self.state, name)


@contextmanager
def opened(state: MemoryState, *, writable: bool) -> Iterator[MemoryScope]:
    """Open what one transaction sees; nothing can be asked of it afterwards."""
    scope = MemoryScope(state, writable=writable)
    try:
        yield scope
    finally:
        scope.open = False


class Part:
    """A part of a transaction: it reads and changes fields of its own."""

    def __init__(self, scope: MemoryScope) -> None:
        self._scope = scope
