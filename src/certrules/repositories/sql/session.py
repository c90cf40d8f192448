"""A session: how does a store speak to its database inside one transaction?"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Delete,
    Dialect,
    Executable,
    Insert,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    false,
    func,
    or_,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite

from certrules.errors import StoreError
from certrules.model.catalog import ItemRef
from certrules.repositories.sql.columns import COLLATION, MARIADB
from certrules.repositories.sql.mapping import Getters, Whole
from certrules.repositories.sql.translation import UNREADABLE, translated

K = TypeVar("K", bound=Hashable)

V = TypeVar("V")

_CHUNK = 500
"""How many keys one question names; no database takes any number of parameters."""

_PAGE = 1000
"""How many rows of a long answer are held at a time."""


class Session:
    """One connection in one transaction; no error of the database leaves it untranslated."""

    def __init__(self, connection: Connection, where: str, *, writable: bool) -> None:
        self.connection = connection
        self._where = where
        self._writable = writable
        self._unread: list[CursorResult[Any]] = []
        self.open: bool = True

    def close(self) -> None:
        """End the session: nothing more can be asked, nor read on."""
        self.open = False
        for found in self._unread:
            found.close()

    def rows(self, statement: Executable, **parameters: Any) -> Sequence[Any]:
        """Return every row that a statement selects with these parameters."""
        self._check_open()
        with translated(self._where, "cannot look this up"):
            found = self.connection.execute(statement, parameters)
        with translated(self._where, UNREADABLE):
            return found.all()

    def rows_among(
        self, statement: Select[Any], column: Column[Any], values: Iterable[str]
    ) -> Iterator[Any]:
        """Return the rows in which a column has one of many values."""
        among = statement.where(column.in_(bindparam("among", expanding=True)))
        for chunk in chunks(values):
            yield from self.rows(among, among=chunk)

    def pages(self, statement: Select[Any], *keys: Column[Any]) -> Iterator[Any]:
        """Return rows in the order of their keys, page by page, so that few are held at once."""
        ordered = statement.order_by(*keys).limit(_PAGE)
        page = self.rows(ordered)
        yield from page
        while len(page) == _PAGE:
            last = [getattr(page[-1], key.name) for key in keys]
            page = self.rows(ordered.where(_beyond(keys, last)))
            yield from page

    def stream(self, statement: Select[Any]) -> Iterator[Any]:
        """Return rows as the database finds them, of which few are held at once.

        Until the last one is read, the connection is busy with them.
        """
        self._check_open()
        streaming = {"stream_results": True, "yield_per": _PAGE}
        with translated(self._where, "cannot look this up"):
            found = self.connection.execute(statement, execution_options=streaming)
        self._unread.append(found)
        return self._streamed(found)

    def _streamed(self, found: CursorResult[Any]) -> Iterator[Any]:
        with found, translated(self._where, UNREADABLE):
            for page in found.partitions():
                yield from page
        self._unread.remove(found)

    def position(self, text: ColumnElement[str], part: str) -> ColumnElement[int]:
        """Return the place of a part in a text, counted from 1, or 0 if it is not there."""
        in_postgresql = self.connection.dialect.name == "postgresql"
        return (func.strpos if in_postgresql else func.instr)(text, part)

    def by_code_point(self, text: ColumnElement[str]) -> ColumnElement[str]:
        """Return a text that is no column's, compared as those of columns are."""
        collations = {"sqlite": "BINARY", "postgresql": "C"}
        return text.collate(collations.get(self.connection.dialect.name, COLLATION))

    def sorted_none_last(
        self, column: ColumnElement[Any], *, descending: bool
    ) -> Sequence[ColumnElement[Any]]:
        """Return what to sort by, so that NULL is greater than everything, by an index if any."""
        if self.connection.dialect.name in MARIADB:
            return [key.desc() if descending else key for key in (column.is_(None), column)]
        return [column.desc().nulls_first() if descending else column.asc().nulls_last()]

    def change(
        self, statement: Insert | Update | Delete, values: Iterable[Any], getters: Getters
    ) -> int:
        """Carry out a statement with each value; return how many rows it changed.

        Each parameter of the statement has a getter of its name. Whole columns are converted at a
        time: SQLAlchemy, row by row, would take longer than the database does.
        """
        self._check_open()
        if not self._writable:
            raise StoreError(f"{self._where}: this view is for reading; write in store.writing()")
        given = list(values)
        if not given:
            return 0
        schemas = self.connection.get_execution_options().get("schema_translate_map", {})
        text, parameters = _compiled(self.connection.dialect, statement, schemas.get(None))
        with translated(self._where):
            taken = ((map(getters[name], given), convert) for name, convert in parameters)
            columns = (map(convert, each) if convert else each for each, convert in taken)
            rows = list(zip(*columns, strict=True))
            return self.connection.exec_driver_sql(text, rows).rowcount

    def put(self, table: Table, values: Iterable[Any], getters: Getters) -> None:
        """Add whole rows, or replace those of the same key; of two such values, the last counts.

        Nothing may refer to the table, and it may have no other unique key.
        """
        self.change(_put(table, self.connection.dialect.name), values, getters)

    def put_whole(self, whole: Whole[Any], values: Iterable[Any]) -> None:
        """Add values with their parts, or replace those of the same id."""
        latest = list({value.id: value for value in values}.values())
        for statement in whole.deletes:
            self.change(statement, latest, whole.mapped.getters)
        self.change(whole.mapped.insert, latest, whole.mapped.getters)
        self.change(whole.insert, chain.from_iterable(map(whole.parts, latest)), whole.getters)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Keep all of what a block changes, or nothing; the transaction goes on either way."""
        self._check_open()
        with translated(self._where):
            self.connection.exec_driver_sql("SAVEPOINT certrules")
        try:
            yield
        except Exception:  # an interruption drops the whole transaction, and must not be masked
            with translated(self._where):
                self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT certrules")
            raise
        with translated(self._where):
            self.connection.exec_driver_sql("RELEASE SAVEPOINT certrules")

    def _check_open(self) -> None:
        if not self.open:
            raise StoreError(f"{self._where}: this transaction has ended; open another")


class Part:
    """A part of a transaction: it asks of tables of its own."""

    def __init__(self, session: Session) -> None:
        self._session = session


def chunks(values: Iterable[V]) -> Iterator[list[V]]:
    """Yield no more values at a time than a statement should name."""
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def is_any(kind: Column[Any], id_: Column[Any], items: Iterable[ItemRef]) -> ColumnElement[bool]:
    """Return what is true of rows of any of some items."""
    of_kind = grouped(items).items()
    return or_(false(), *(and_(kind == each.value, id_.in_(ids)) for each, ids in of_kind))


@lru_cache(maxsize=64)
def _put(table: Table, dialect: str) -> Insert:
    keys = [column.name for column in table.primary_key]
    changed = [column.name for column in table.c if not column.primary_key] or keys[:1]
    if dialect in MARIADB:
        into = mysql.insert(table)
        return into.on_duplicate_key_update({name: into.inserted[name] for name in changed})
    fresh = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return fresh.on_conflict_do_update(
        index_elements=keys, set_={name: fresh.excluded[name] for name in changed}
    )


@lru_cache(maxsize=256)
def _compiled(
    dialect: Dialect, statement: Insert | Update | Delete, schema: str | None
) -> tuple[str, Sequence[tuple[str, Callable[[Any], Any] | None]]]:
    """Return a statement's text with unnamed parameters, and the name and conversion of each."""
    style = "format" if dialect.paramstyle == "pyformat" else dialect.paramstyle
    compiled: Any = statement.compile(
        dialect=type(dialect)(paramstyle=style),  # type: ignore[call-arg]
        schema_translate_map={None: schema} if schema else None,
        render_schema_translate=schema is not None,
    )
    types = [
        (name, compiled.binds[name].type.dialect_impl(dialect)) for name in compiled.positiontup
    ]
    return str(compiled), [(name, each.bind_processor(dialect)) for name, each in types]


def _beyond(keys: Sequence[Column[Any]], last: Sequence[Any]) -> ColumnElement[bool]:
    """Return what is true of rows after the last one, so written that every index helps."""
    beyond: ColumnElement[bool] = keys[0] > last[0]
    if len(keys) == 1:
        return beyond
    return and_(keys[0] >= last[0], or_(beyond, _beyond(keys[1:], last[1:])))


def grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    """Return the values of each key, in their order.

    >>> grouped([("a", 1), ("b", 2), ("a", 3)])
    {'a': [1, 3], 'b': [2]}
    """
    groups = defaultdict[K, list[V]](list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)
