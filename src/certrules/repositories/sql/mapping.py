"""Rows and values: how does each become the other?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

from attrs import fields
from sqlalchemy import (
    BindParameter,
    Column,
    Delete,
    Insert,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    select,
)

from certrules.repositories.sql.translation import readable

V = TypeVar("V")
Getters = Mapping[str, Callable[[Any], Any]]
"""What each column or parameter of a statement takes from a value."""

_Binds = Mapping[str, BindParameter[Any]]


class Mapped(Generic[V]):
    """The columns of a table that hold values of a class.

    A column holds the field of its own name, or the one at its path in ``paths``, such as
    ``"source.type"``; the columns of an inner value stand side by side, in the order of its fields.
    A column in ``derived`` is written, for searching and sorting, and never read.
    """

    def __init__(
        self,
        kind: type[V],
        table: Table,
        paths: Mapping[str, str] | None = None,
        **derived: Callable[[V], Any],
    ) -> None:
        self._kind: Any = kind
        self.table: Table = table
        known = fields(kind)  # type: ignore[arg-type]
        held = _held([each.name for each in known], table, paths or {})
        self.columns: Sequence[Column[Any]] = [table.c[name] for name in held]
        self.getters: Getters = {n: attrgetter(path) for n, path in held.items()} | derived
        self.binds: _Binds = {n: bindparam(n, type_=table.c[n].type) for n in self.getters}
        self.changes: _Binds = {n: b for n, b in self.binds.items() if not table.c[n].primary_key}
        self.select: Select[Any] = select(*self.columns)
        self.insert: Insert = insert(table).values(self.binds)
        outer = [_outer(path) for path in held.values()]
        self._inner: list[tuple[int, int, Any]] = [
            (outer.index(each.name), outer.index(each.name) + outer.count(each.name), each.type)
            for each in known
            if each.name in outer and each.name not in held.values()
        ]
        absent = (n for n, each in enumerate(known) if each.name not in outer)
        self._named = list(dict.fromkeys(outer))[next(absent, len(outer)) :]

    @readable
    def read(self, row: Sequence[Any], **others: Any) -> V:
        """Return the value of a row of ``columns``, and of fields that stand elsewhere."""
        for first, after, kind in reversed(self._inner):
            row = (*row[:first], kind(*row[first:after]), *row[after:])
        if self._named:
            others.update(zip(self._named, row[-len(self._named) :], strict=True))
            row = row[: -len(self._named)]
        made: V = self._kind(*row, **others)
        return made


def _held(names: Sequence[str], table: Table, paths: Mapping[str, str]) -> Mapping[str, str]:
    """Return the path to the field of each column that holds one, in the order of the fields."""
    found = {column.name: paths.get(column.name, column.name) for column in table.c}
    held = [(name, path) for name, path in found.items() if _outer(path) in names]
    return dict(sorted(held, key=lambda each: names.index(_outer(each[1]))))


def _outer(path: str) -> str:
    return path.partition(".")[0]


class Whole(Generic[V]):
    """Values with parts that stand in a table of their own, in their order."""

    def __init__(
        self,
        mapped: Mapped[V],
        parts: Table,
        field: str,
        make: Callable[..., Any],
        take: Callable[[Any], tuple[Any, ...]],
    ) -> None:
        self.mapped: Mapped[V] = mapped
        self._field, self._make, self._take = field, make, take
        self.getters: Getters = in_order(*parts.c.keys())
        first = next(iter(parts.c))
        self.deletes: Sequence[Delete] = (  # parts first: a host's SQLite may not follow keys
            delete(parts).where(first == mapped.binds["id"]),
            delete(mapped.table).where(mapped.table.c.id == mapped.binds["id"]),
        )
        self.insert: Insert = insert(parts)
        self.select: Select[Any] = (
            select(*mapped.columns, *parts.c[2:])
            .outerjoin_from(mapped.table, parts)
            .order_by(mapped.table.c.id, parts.c.position)
        )

    def parts(self, value: V) -> Iterator[tuple[Any, ...]]:
        """Yield the row of each part of a value."""
        for position, part in enumerate(getattr(value, self._field)):
            yield (value.id, position, *self._take(part))  # type: ignore[attr-defined]

    def read(self, rows: Iterable[Any]) -> Iterator[V]:
        """Yield the values of rows of ``select``, one row for each part."""
        width = len(self.mapped.columns)
        for row, same in groupby(rows, key=lambda row: tuple(row[:width])):
            yield self._value(row, [each[width:] for each in same])

    @readable
    def _value(self, row: Sequence[Any], parts: Iterable[Sequence[Any]]) -> V:
        made = [self._make(*part) for part in parts if part[0] is not None]
        return self.mapped.read(row, **{self._field: made})


def in_order(*names: str) -> Getters:
    """Return what takes each of some columns or parameters from a tuple, in this order."""
    return {name: itemgetter(place) for place, name in enumerate(names)}
