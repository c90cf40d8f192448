"""Engines: how is a database reached, from this process and from others?"""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import NoSuchModuleError, SAWarning

from certrules.errors import InvalidValueError, StoreError
from certrules.repositories.sql.tables import metadata
from certrules.repositories.sql.translation import translated

DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mariadb": "mariadb+pymysql",
    "mysql": "mariadb+pymysql",
}
"""The driver of URLs that name none."""


def place(url: URL) -> str:
    """Return the place of a store, in words that hold no password."""
    if url.get_backend_name() == "sqlite":
        return repr(url.database or ":memory:")
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{url.host or ''}{port}/{url.database or ''}"


def engine_at(url: URL) -> Engine:
    """Return a new engine; StoreError if none can be made."""
    try:
        with translated(place(url), "cannot be opened with this URL"), catch_warnings():
            simplefilter("error", SAWarning)  # an option that would be ignored
            try:
                return create_engine(url)
            except NoSuchModuleError:
                raise ImportError(name=url.get_driver_name()) from None
    except ImportError as error:
        module = error.name or url.get_driver_name()  # psycopg does not name what it lacks
        raise StoreError(f"{place(url)} needs the module {module!r}; {_advice(url)}") from None


def _advice(url: URL) -> str:
    """Return how to get a driver that works."""
    name = {"mysql": "mariadb"}.get(url.get_backend_name(), url.get_backend_name())
    if name == "sqlite":
        return "write sqlite://, which needs none"
    install = f"pip install 'certrules[{name}]'"
    return install if url.drivername in DRIVERS.values() else f"write {name}://, and {install}"


def own_engine(url: URL) -> Engine:
    """Return the one engine of this process for stores that came here from others."""
    return _engine_of(os.getpid(), url)


@lru_cache(maxsize=16)
def _engine_of(_process: int, url: URL) -> Engine:
    return engine_at(url)  # a forked process must not use the connections of its parent


def sent(url: URL | None, where: str) -> URL:
    """Return by which URL another process reaches the same database; StoreError if by none."""
    if url is None:
        raise StoreError(
            f"{where} is reached by an engine of the program's own, which cannot be sent to "
            "another process; give SqlStore the url by which it is reached there, or take threads"
        )
    if in_memory(url):
        raise StoreError(
            f"{where} is in the memory of this process and cannot be sent to another, where every "
            "change would be lost; name a file, or take threads"
        )
    if url.get_backend_name() == "sqlite" and "uri" not in url.query:
        return url.set(database=str(Path(str(url.database)).absolute()))
    return url


def prefixed(engine: Engine, prefix: str) -> Engine:
    """Return an engine on which the tables of certrules begin with a prefix of the host's.

    It reaches the same database by the same pool. Make the tables through it, and open every store,
    connection and session through it. For another schema, use SQLAlchemy's own
    ``engine.execution_options(schema_translate_map={None: "learning"})``. Raises
    :class:`~certrules.errors.InvalidValueError` unless the prefix is lower-case letters, digits
    and underscores, at most 20.

    >>> from sqlalchemy import create_engine, inspect
    >>> from certrules.repositories.sql import create_schema
    >>> engine = create_engine("sqlite:///host.db")
    >>> create_schema(prefixed(engine, "lms_"))
    >>> "lms_awards" in inspect(engine).get_table_names()
    True
    """
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
        expected = "a letter, then lower-case letters, digits and underscores, at most 20"
        raise InvalidValueError("prefix", prefix, expected)

    def rename(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> tuple[str, Any]:
        return _OWN.sub(prefix, statement), parameters

    renamed = engine.execution_options(certrules_prefix=prefix)
    event.listen(renamed, "before_cursor_execute", rename, retval=True)
    return renamed


_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,19}", re.ASCII)
_NAMES = {*metadata.tables, *(str(i.name) for t in metadata.tables.values() for i in t.indexes)}
_OWN = re.compile(rf"\bcertrules_(?=({'|'.join(n.removeprefix('certrules_') for n in _NAMES)})\b)")


def tables_there(database: Engine | Connection) -> tuple[set[str], bool]:
    """Return which tables of certrules are there, by their usual names, and if there are others."""
    prefix = database.get_execution_options().get("certrules_prefix", "certrules_")
    there = inspect(database).get_table_names(schema_of(database))
    found = {"certrules_" + name.removeprefix(prefix) for name in there if name.startswith(prefix)}
    own = found & set(metadata.tables)
    return own, len(own) < len(there)


def schema_of(database: Engine | Connection) -> str | None:
    """Return the schema into which a host has moved the tables; None is the database's own."""
    schema: str | None = database.get_execution_options().get("schema_translate_map", {}).get(None)
    return schema


def in_memory(url: URL) -> bool:
    """Return whether an SQLite database ends with the process that made it."""
    if url.get_backend_name() != "sqlite":
        return False
    return ":memory:" in (url.database or ":memory:") or url.query.get("mode") == "memory"


def changes(engine: Engine) -> set[Connection]:
    """Return the connections that will have kept a change of the store, from now on."""
    changed: set[Connection] = set()
    kept: set[Connection] = set()

    def executed(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and cursor.rowcount:
            changed.add(connection)

    def committed(connection: Connection) -> None:
        kept.update(changed & {connection})

    event.listen(engine, "after_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    return kept
