"""Databases with nothing in them: in SQLite, and on each server that the environment names.

``CERTRULES_TEST_POSTGRESQL`` and ``CERTRULES_TEST_MARIADB`` are the URLs of databases beside which
the tests may make more; ``.ci/databases`` starts servers with such databases.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import JoinedStore, SqlStore, metadata, open_store

pytest.register_assert_rewrite(
    "certrules.testing.contract", "certrules.testing.learning", "certrules.testing.optional"
)

FROZEN = Path(__file__).parent / "frozen"
"""Stores of each version, with rows in every table."""

SERVERS = {
    name: make_url(os.environ[variable])
    for name in ("postgresql", "mariadb")
    if (variable := f"CERTRULES_TEST_{name.upper()}") in os.environ
}


def empty_database(name: str, use: str) -> str:
    """Return the URL of an empty database on a server, one for each worker of pytest-xdist."""
    own = f"certrules_{use}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    server = create_engine(SERVERS[name], isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {own}")
        connection.exec_driver_sql(f"CREATE DATABASE {own}")
    server.dispose()
    return SERVERS[name].set(database=own).render_as_string(hide_password=False)


def emptied(store: SqlStore) -> SqlStore:
    """Return a store from whose tables all rows are deleted."""
    with store.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != "certrules_schema":
                connection.execute(table.delete())
    return store


@pytest.fixture(params=["sqlite", *SERVERS])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return empty_database(request.param, "url")


@pytest.fixture(scope="session")
def stores_on_servers() -> Iterator[dict[str, SqlStore]]:
    stores = {name: open_store(empty_database(name, "store"), create=True) for name in SERVERS}
    yield stores
    for store in stores.values():
        store.close()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with an empty store; to copy it takes less time than to make it."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    open_store(str(path), create=True).close()
    return path


@pytest.fixture(params=["memory", "sqlite", *SERVERS])
def store(
    request: pytest.FixtureRequest, empty_file: Path, tmp_path: Path
) -> Iterator[Store[Transaction]]:
    """A store with nothing in it."""
    if request.param == "memory":
        yield MemoryStore()
    elif request.param == "sqlite":
        opened = open_store(str(shutil.copy(empty_file, tmp_path / "store.db")))
        yield opened
        opened.close()
    else:
        yield emptied(request.getfixturevalue("stores_on_servers")[request.param])


@pytest.fixture(params=["sqlite", *SERVERS])
def joined(
    request: pytest.FixtureRequest, empty_file: Path, tmp_path: Path
) -> Iterator[JoinedStore]:
    """A store with nothing in it, in a transaction of a host that is never committed."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{shutil.copy(empty_file, tmp_path / 'store.db')}")
    else:
        engine = request.getfixturevalue("stores_on_servers")[request.param].engine
    with engine.connect() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != "certrules_schema":
                connection.execute(table.delete())
        yield JoinedStore(connection)
        connection.rollback()
    if request.param == "sqlite":
        engine.dispose()
