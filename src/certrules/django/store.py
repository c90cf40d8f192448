"""A store in Django's own connection: what certrules and the project write is kept together.

The queries are those of the SQL store. Django keeps the connection, and alone begins, commits,
rolls back and closes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import OperationalError, connections, transaction
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.pool import NullPool

from certrules.errors import StoreError
from certrules.repositories.sql import JoinedStore
from certrules.repositories.sql.store import SqlTransaction

_DRIVERS = {
    "psycopg": "postgresql+psycopg",
    "psycopg2": "postgresql+psycopg2",
    "sqlite3": "sqlite",
    "MySQLdb": "mariadb+mysqldb",
    "pymysql": "mariadb+pymysql",
}
"""SQLAlchemy's drivers, by the module of Django's connection."""

_OF_DJANGO = (
    *("do_commit", "do_rollback", "do_close"),
    *("do_savepoint", "do_rollback_to_savepoint", "do_release_savepoint"),
)
"""What SQLAlchemy leaves to Django's ``atomic``."""


class DjangoStore:
    """A store in a database of the project, by its alias in ``DATABASES``.

    Outside ``atomic``, each ``writing()`` is a transaction of its own. Inside, it is a savepoint:
    an exception undoes what was done in it, and the project can go on; what the project rolls back
    is gone with the rest. ``on_commit`` is called after each commit of what was written.

    Make the tables by ``manage.py migrate``. The rest is as in
    :class:`~certrules.repositories.sql.JoinedStore`.
    """

    def __init__(
        self, using: str = "default", *, on_commit: Callable[[], object] | None = None
    ) -> None:
        self.using = using
        self.on_commit = on_commit

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Open a view of what the project sees; writing through it is a StoreError."""
        with self._joined() as store, store.reading() as view:
            yield view

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        """Open a transaction or a savepoint: dropped whole on any exception."""
        with self._joined() as store:
            with store.writing() as work:
                yield work
            if self.on_commit:
                transaction.on_commit(self.on_commit, using=self.using, robust=True)

    @contextmanager
    def _joined(self) -> Iterator[JoinedStore]:
        with _atomic(self.using), _engine(self.using).connect() as connection:
            connections[self.using].validate_no_broken_transaction()
            yield JoinedStore(connection)


@contextmanager
def _atomic(using: str) -> Iterator[None]:
    """Enter Django's ``atomic``; StoreError if the database is not there, or locked at the end."""
    atomic = transaction.atomic(using)
    with _translated(using):
        atomic.__enter__()
    try:
        yield
    except BaseException as error:
        with _translated(using):
            atomic.__exit__(type(error), error, error.__traceback__)
        raise
    with _translated(using):
        atomic.__exit__(None, None, None)


@contextmanager
def _translated(using: str) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StoreError(f"database {using!r} cannot be used: {error}") from error


@lru_cache
def _engine(using: str) -> Engine:
    """Return an engine that borrows the connection which Django has in the same thread."""
    wrapper: Any = connections[using]
    driver = type(wrapper.connection).__module__.partition(".")[0]
    if driver not in _DRIVERS:
        raise StoreError(f"{wrapper.vendor}: a store needs SQLite, PostgreSQL or MariaDB")
    at = wrapper.settings_dict
    url = URL.create(_DRIVERS[driver], host=at["HOST"] or None, database=str(at["NAME"]))
    if driver == "sqlite3":  # in memory too: it is nobody else's anyway
        url = url.update_query_dict({"uri": "true"})
    dialect: Any = create_engine(url).dialect
    for name in _OF_DJANGO:
        setattr(dialect, name, lambda *_: None)
    pool = NullPool(lambda: connections[using].connection, dialect=dialect, reset_on_return=None)
    engine = Engine(pool, dialect, url)
    with engine.connect() as connection:
        dialect.initialize(connection)
    return engine
