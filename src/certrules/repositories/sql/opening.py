"""Opening: how is a store found by its address, or made there?"""

from contextlib import nullcontext
from os import PathLike, fspath
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, insert, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from certrules.errors import StoreError
from certrules.repositories.sql import dialects
from certrules.repositories.sql.engines import DRIVERS, engine_at, place, tables_there
from certrules.repositories.sql.store import SqlStore, check_engine, check_tables, check_versions
from certrules.repositories.sql.tables import SCHEMA_VERSION, metadata, schema
from certrules.repositories.sql.translation import LOCKED, translated


def open_store(
    url: str | PathLike[str],
    *,
    create: bool = False,
    timeout: float = 30.0,
    password: str | None = None,
) -> SqlStore:
    """Return the store at an SQLAlchemy URL, or in the SQLite file of a path.

    ``create`` makes the tables in a database that is empty, and the file if there is none.
    ``timeout`` is how many seconds a writer waits for another one. ``password`` is that of a
    server, if the URL has none. Raises
    :class:`~certrules.errors.StoreError` if there is no store, or none that this certrules can use.

    >>> open_store("no/such/store.db")
    Traceback (most recent call last):
        ...
    certrules.errors.StoreError: 'no/such/store.db' does not exist; check the path, or load a \
catalog to make a store there
    """
    store = store_at(url, create=create, timeout=timeout, password=password)
    where, path = place(store.engine.url), _file(store.engine.url)
    fresh = path if create and path and not path.exists() else None
    try:
        if create and _has_room(store.engine):
            create_schema(store.engine, timeout=timeout)
        with store.reading(), translated(where):
            _is_store(store.engine, where)
            return store
    except BaseException as error:
        store.close()
        if fresh and isinstance(error, StoreError) and LOCKED not in str(error):
            _remove_empty(fresh)  # such as of a full disk
        raise


def store_at(
    url: str | PathLike[str], *, create: bool = False, timeout: float, password: str | None
) -> SqlStore:
    """Return the store of :func:`open_store`, with no look at what is in the database."""
    address = _address(fspath(url))
    if password and address.host and address.password is None:
        address = address.set(password=password)
    dialects.check_supported(address.get_backend_name())
    dialects.check_shared(address)
    _check_file(address, create=create)
    return SqlStore(engine_at(address), timeout=timeout, url=address)


def create_schema(engine: Engine, *, timeout: float = 30.0) -> None:
    """Make the tables of a store beside whatever a database holds; those there are left alone.

    A host that makes tables with tools of its own, from ``metadata``, calls this once afterwards.
    ``timeout`` is how many seconds to wait for another writer to end. Nothing is made in a database
    that holds a store already: raises :class:`~certrules.errors.StoreError` if its tables are of
    another version, or if one of them is lost.
    """
    check_engine(engine)
    where = place(engine.url)
    with translated(where):
        if _is_store(engine, where):  # found out before anything is changed
            return
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                dialects.write_ahead(connection, round(timeout * 1000))
        with engine.connect() as connection:
            dialects.begin(connection, writing=True, timeout=timeout)
            connection.detach()  # so that every lock ends with it
            dialects.lock_tables(connection)
            if not _is_store(connection, where):  # another has made it meanwhile
                own, _ = tables_there(connection)  # SQLAlchemy itself asks for unprefixed names
                missing = [table for table in metadata.sorted_tables if table.name not in own]
                metadata.create_all(connection, missing, checkfirst=False)
                connection.execute(insert(schema).values(version=SCHEMA_VERSION))
            dialects.end(connection)


def _address(url: str) -> URL:
    if "://" not in url:
        return URL.create("sqlite", database=url)
    try:
        address = make_url(url)
    except (SQLAlchemyError, ValueError):
        scheme = url.partition("://")[0]
        raise StoreError(
            f"'{scheme}://...' is not the URL of a store; write one such as "
            "postgresql://user:password@host/database"
        ) from None
    return address.set(drivername=DRIVERS.get(address.drivername, address.drivername))


def _file(address: URL) -> Path | None:
    """Return the path of an SQLite file, if it is one that is given by its path."""
    if address.get_backend_name() != "sqlite" or "uri" in address.query:
        return None
    return Path(str(address.database))


def _remove_empty(path: Path) -> None:
    """Remove what SQLite leaves of a file in which it could not make even a table."""
    parts = [Path(f"{path}{end}") for end in ("", "-journal", "-wal", "-shm")]
    held = sum(part.stat().st_size for part in (parts[0], parts[2]) if part.exists())
    if held <= _PAGE:
        for part in parts:
            part.unlink(missing_ok=True)


_PAGE = 4096
"""The bytes of a file that has a header and no table yet."""


def _check_file(address: URL, *, create: bool) -> None:
    path = _file(address)
    if path is None:
        return
    with translated(place(address), "cannot be opened"):
        if path.is_dir():
            raise StoreError(f"{place(address)} is a folder; name a file in it")
        if not path.exists() and not create:
            raise StoreError(
                f"{place(address)} does not exist; check the path, or load a catalog to make a "
                "store there"
            )


def _is_store(database: Engine | Connection, where: str) -> bool:
    """Return whether a database holds a store; StoreError if it is of no use to this certrules."""
    there, _ = tables_there(database)
    if schema.name not in there:
        return False
    with nullcontext(database) if isinstance(database, Connection) else database.connect() as asked:
        versions = asked.scalars(select(schema.c.version)).all()
    if not versions:
        return False
    check_versions(versions, where)
    check_tables(there, where)
    return True


def _has_room(engine: Engine) -> bool:
    """Return whether tables are to be made; StoreError in a database of another program."""
    where = place(engine.url)
    with translated(where):
        own, others = tables_there(engine)
        if others and not own:
            raise StoreError(
                f"{where} holds no certrules tables, but those of another program; name a new file "
                "or an empty database (a program may use create_schema to make them there)"
            )
        return not others
