"""A store in a database: how does each transaction begin and end?"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, make_url, select

from certrules.errors import StoreError
from certrules.repositories import protocols
from certrules.repositories.conflicts import Writers, not_nested
from certrules.repositories.sql import dialects, engines
from certrules.repositories.sql.awards import SqlAwards
from certrules.repositories.sql.badges import SqlBadges
from certrules.repositories.sql.catalog import SqlCertifications, SqlItems
from certrules.repositories.sql.engines import place
from certrules.repositories.sql.learning import SqlLearning
from certrules.repositories.sql.outbox import SqlEvents, SqlNotices
from certrules.repositories.sql.people import SqlCompanies, SqlUsers
from certrules.repositories.sql.renewals import SqlRenewals
from certrules.repositories.sql.selecting import SqlTables
from certrules.repositories.sql.session import Session
from certrules.repositories.sql.tables import SCHEMA_VERSION, metadata, schema
from certrules.repositories.sql.translation import NO_STORE, lacking, translated
from certrules.repositories.stores import GivenStore


class SqlTransaction:
    """One unit of work on a :class:`SqlStore`."""

    def __init__(self, session: Session) -> None:
        self.users: protocols.Users = SqlUsers(session)
        self.companies: protocols.Companies = SqlCompanies(session)
        self.certifications: protocols.Certifications = SqlCertifications(session)
        self.items: protocols.Items = SqlItems(session)
        self.awards: protocols.Awards = SqlAwards(session)
        self.learning: protocols.Learning = SqlLearning(session)
        self.renewals: protocols.Renewals = SqlRenewals(session)
        self.badges: protocols.Badges = SqlBadges(session)
        self.events: protocols.Events = SqlEvents(session)
        self.notices: protocols.Notices = SqlNotices(session)
        self._session = session

    @property
    def connection(self) -> Connection:
        """The connection, by which a host reads its own tables in the same view."""
        return self._session.connection

    @property
    def tables(self) -> protocols.Tables:
        """What people see of it all."""
        return SqlTables(self._session, self)


class SqlStore(GivenStore):
    """A store in a database that a host's engine reaches; :func:`open_store` makes engines.

    Threads and processes may share it. There is one writer at a time: another waits ``timeout``
    seconds, then gets a StoreError. A reader sees the store as it was when its view was opened, and
    waits for nobody.

    Sent to another process, as with a step of a job to a pool of them, a store is opened there anew
    by its ``url``, with the password in it, and all that come there share one engine. An engine of
    the host's own may need more than that: its store can be sent only if the host passes a
    ``url`` that is enough. SQLite in memory cannot be sent.
    """

    def __init__(
        self, engine: Engine, *, timeout: float = 30.0, url: str | URL | None = None
    ) -> None:
        check_engine(engine)
        self.engine = engine
        self.timeout = timeout
        self.url: URL | None = None if url is None else make_url(url)
        self.in_use: set[Connection] = set()  # by transactions that go on at this moment
        self._writers: Writers = set()
        if self.path is not None and not engines.in_memory(engine.url):
            _STORES.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrived, (engines.sent(self.url, place(self.engine.url)), self.timeout)

    @property
    def path(self) -> Path | None:
        """The file of an SQLite store; None for other databases."""
        if self.engine.dialect.name != "sqlite" or not self.engine.url.database:
            return None
        name = self.engine.url.database.removeprefix("file:").partition("?")[0]
        return Path(name).absolute()

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Open one consistent view; writing through it is a StoreError."""
        with self._session(writing=False) as session:
            yield SqlTransaction(session)

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        """Open a transaction: kept whole at the end, dropped whole on any exception."""
        nested = not_nested(self._writers, place(self.engine.url))
        with nested, self._session(writing=True) as session:
            yield SqlTransaction(session)

    def close(self) -> None:
        """Close every connection; the store opens new ones when it is used again."""
        self.engine.dispose()

    @contextmanager
    def _session(self, *, writing: bool) -> Iterator[Session]:
        where = place(self.engine.url)
        _check_forked(self)
        with translated(where, "cannot be opened with this URL"):
            connection = self.engine.connect()
        self.in_use.add(connection)
        try:
            with translated(where):
                dialects.begin(connection, writing=writing, timeout=self.timeout)
                check_version(connection, where, locking=writing)
            session = Session(connection, where, writable=writing)
            try:
                yield session
            finally:
                session.close()
            with translated(where):
                dialects.end(connection)
        finally:
            connection.close()  # which undoes what was not kept
            self.in_use.discard(connection)


def _arrived(url: URL, timeout: float) -> SqlStore:
    return SqlStore(engines.own_engine(url), timeout=timeout, url=url)


# SQLite remembers, process by process, which locks it holds. A forked process takes this memory
# over without the locks: it would take none of its own, and lose what it wrote when its parent lets
# go of the file. So connections that rest are closed before, and a file that another thread was
# using at that moment is not opened in the forked process at all.
_STORES: WeakSet[SqlStore] = WeakSet()
_IN_USE: set[Path | None] = set()
"""What was in use when this process was forked."""


def _check_forked(store: SqlStore) -> None:
    """Raise StoreError for a store whose file cannot be used in this process."""
    if _IN_USE and store.path in _IN_USE:
        raise StoreError(
            f"{str(store.path)!r} was in use by another thread when this process forked, and its "
            "locks would not hold here; start processes by spawn or forkserver"
        )


def _close_resting() -> None:
    for store in list(_STORES):
        store.engine.dispose()


def _take_over() -> None:
    _IN_USE.update(store.path for store in _STORES if store.in_use)


if sys.platform != "win32":
    os.register_at_fork(before=_close_resting, after_in_child=_take_over)


def check_version(
    connection: Connection, where: str, *, locking: bool = False, older: bool = False
) -> int:
    """Return the version of the tables; StoreError unless this certrules has it, or ``older``.

    Every transaction asks first: this fixes what a reader will see, and its lock lets in one writer
    at a time, so that events stand in the order in which they became visible.
    """
    found = select(schema.c.version)
    found = found.with_for_update() if locking else found
    versions: Sequence[int] = connection.scalars(found).all()
    if not versions:
        raise StoreError(f"{where} {NO_STORE}")
    return check_versions(versions, where, older=older)


def check_versions(versions: Sequence[int], where: str, *, older: bool = False) -> int:
    """Return the one version of the tables; StoreError unless it is ours, or it may be older."""
    version = max(versions)
    if len(versions) > 1 or version < 1:
        raise StoreError(
            f"{where} does not say of which one version its tables are: the row of {schema.name} "
            "was changed; restore the store from a backup"
        )
    if version == SCHEMA_VERSION or (older and version < SCHEMA_VERSION):
        return version
    its = f"its tables are of version {version}, and this certrules has {SCHEMA_VERSION}"
    if version < SCHEMA_VERSION:
        raise StoreError(
            f"{where} was made by an older certrules ({its}); nothing in it was changed: make a "
            "backup, then upgrade it by `certrules store upgrade --store URL`, or in Python by "
            "certrules.repositories.sql.upgrade(engine)"
        )
    raise StoreError(f"{where} was made by a newer certrules ({its}); install that one")


def check_tables(there: set[str], where: str) -> None:
    """Raise StoreError if a store of this version has lost a table."""
    if lost := sorted(set(metadata.tables) - there):
        raise StoreError(lacking(where, ", ".join(lost)))


def check_engine(engine: Engine) -> None:
    """Raise StoreError for an engine by which no store can be reached."""
    dialects.check_supported(engine.dialect.name)
    dialects.check_shared(engine.url)
