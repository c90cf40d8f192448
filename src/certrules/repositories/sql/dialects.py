"""Transactions: how does each database begin a view, and let in one writer at a time?"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from types import MappingProxyType
from typing import Any

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from certrules.errors import StoreError
from certrules.repositories.sql.engines import place
from certrules.repositories.sql.translation import LOCKED

ASKING = 0.005
"""The seconds after which a writer asks again whether another has ended."""


_WAITING = "certrules_milliseconds"


def begin(connection: Connection, *, writing: bool, timeout: float) -> None:
    """Begin a transaction, one that waits at most so many seconds for another to end."""
    _BEGIN[connection.dialect.name](connection, writing, round(timeout * 1000))


def end(connection: Connection) -> None:
    """Keep what the transaction did."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("COMMIT")
    connection.commit()


def lock_tables(connection: Connection) -> None:
    """Wait until nobody else makes or upgrades tables; others wait until this session ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('certrules'))")
    elif connection.dialect.name != "sqlite":  # whose writers are alone anyway
        taken = connection.exec_driver_sql(
            "SELECT GET_LOCK('certrules', @@SESSION.innodb_lock_wait_timeout)"
        )
        if not taken.scalar():
            raise StoreError(f"{place(connection.engine.url)} {LOCKED}")


def check_supported(dialect: str) -> None:
    """Raise StoreError for a database that can hold no store."""
    if dialect not in _BEGIN:
        raise StoreError(
            f"{dialect}: a store needs SQLite, PostgreSQL or MariaDB; take one of them"
        )


def check_shared(address: URL) -> None:
    """Raise StoreError for a database that one connection has to itself."""
    in_memory = address.database in (None, "", ":memory:") and "uri" not in address.query
    if address.get_backend_name() == "sqlite" and in_memory:
        raise StoreError(
            "SQLite in memory is nothing that connections share; name a file, or take a MemoryStore"
        )


def outside_transactions(connection: Connection, milliseconds: int) -> None:
    """Let nobody but certrules begin a transaction on an SQLite connection; wait so long for it."""
    # Left alone, the driver begins transactions by rules of its own, and all as readers.
    connection.execution_options(isolation_level="AUTOCOMMIT")
    connection.begin()
    driver = connection.connection.dbapi_connection
    if driver is not None and driver.in_transaction:  # a host's listener has begun one
        connection.exec_driver_sql("ROLLBACK")
    if connection.info.get(_WAITING) != milliseconds:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("PRAGMA cache_size = -32768")  # KiB: imports touch many pages
        connection.info[_WAITING] = milliseconds  # for as long as the connection lasts


def _begin_sqlite(connection: Connection, writing: bool, milliseconds: int) -> None:  # noqa: FBT001
    outside_transactions(connection, milliseconds)
    if writing:
        _begin_writing(connection, milliseconds)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection, milliseconds: int) -> None:
    """Wait until no other writes, at most so long.

    SQLite itself asks ever more seldom: a process that begins one transaction right after another
    would keep all others waiting until it has ended.
    """
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        _ask_again(connection, "BEGIN IMMEDIATE", milliseconds)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")


def write_ahead(connection: Connection, milliseconds: int) -> None:
    """Let readers of an SQLite file wait for nobody; wait at most so long for other processes.

    SQLite itself does not wait if several change this at once.
    """
    outside_transactions(connection, milliseconds)
    _ask_again(connection, "PRAGMA journal_mode = WAL", milliseconds)


def _ask_again(connection: Connection, statement: str, milliseconds: int) -> None:
    deadline = monotonic() + milliseconds / 1000
    while not _done(connection, statement, last=monotonic() >= deadline):
        sleep(ASKING)


def _done(connection: Connection, statement: str, *, last: bool) -> bool:
    try:
        connection.exec_driver_sql(statement)
    except OperationalError as error:
        if last or getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY":
            raise
        return False
    return True


def _begin_postgresql(connection: Connection, writing: bool, milliseconds: int) -> None:  # noqa: FBT001
    connection.execution_options(
        isolation_level="READ COMMITTED" if writing else "REPEATABLE READ",
        postgresql_readonly=not writing,
    )
    # In another zone the first and the last day of the calendar could not be read.
    connection.exec_driver_sql(
        f"SELECT set_config('lock_timeout', '{milliseconds}', true),"
        " set_config('TimeZone', 'UTC', true)"
    )


def _begin_mariadb(connection: Connection, writing: bool, milliseconds: int) -> None:  # noqa: FBT001
    connection.execution_options(isolation_level="READ COMMITTED" if writing else "REPEATABLE READ")
    # Without the mode, a text too long for its column would be cut in silence.
    seconds = max(1, milliseconds // 1000)
    connection.exec_driver_sql(
        f"SET SESSION innodb_lock_wait_timeout = {seconds}, SESSION lock_wait_timeout = {seconds},"
        " SESSION sql_mode = 'STRICT_ALL_TABLES'"
    )
    if not writing:
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def begin_joined(connection: Connection, *, writing: bool) -> None:
    """Begin what a host has not begun: on SQLite, its driver begins only at the first change."""
    if not connection.in_transaction():
        connection.begin()
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        if not driver.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
    elif driver.get_autocommit() if hasattr(driver, "get_autocommit") else driver.autocommit:
        raise StoreError(
            f"{place(connection.engine.url)}: the connection commits each statement by itself; "
            "give certrules one that is not in autocommit"
        )


@contextmanager
def own_settings(connection: Connection) -> Iterator[None]:
    """Let a host's transaction read and write as certrules does, for the time of a block."""
    if connection.dialect.name not in _SETTINGS:
        yield
        return
    ask, change, own = _SETTINGS[connection.dialect.name]
    before: str = connection.exec_driver_sql(ask).scalar_one()
    connection.exec_driver_sql(change, (own(before),))
    try:
        yield
    finally:
        with suppress(DBAPIError):  # PostgreSQL refuses, and puts it back with the savepoint
            connection.exec_driver_sql(change, (before,))


_SQL_MODE = "SELECT @@SESSION.sql_mode", "SET SESSION sql_mode = %s", "{},STRICT_ALL_TABLES".format
_SETTINGS: Mapping[str, tuple[str, str, Callable[[str], str]]] = {
    "postgresql": (
        "SELECT current_setting('TimeZone')",
        "SELECT set_config('TimeZone', %s, true)",
        lambda _: "UTC",
    ),
    "mariadb": _SQL_MODE,
    "mysql": _SQL_MODE,
}
"""What of a host's settings certrules needs otherwise: how to ask for it, change it, and to what.

With another zone, PostgreSQL's driver could not read the first and the last day of the calendar;
without the mode, MariaDB would cut a text too long for its column in silence.
"""

_BEGIN: Mapping[str, Callable[[Connection, bool, int], None]] = MappingProxyType(
    {
        "sqlite": _begin_sqlite,
        "postgresql": _begin_postgresql,
        "mariadb": _begin_mariadb,
        "mysql": _begin_mariadb,
    }
)
