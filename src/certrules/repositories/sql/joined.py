"""A store in the transaction of a host: what certrules and the host write is kept together."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from sqlalchemy import Connection, Engine, false, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as HostSession

from certrules.errors import InvalidValueError
from certrules.repositories.sql import dialects
from certrules.repositories.sql.engines import place
from certrules.repositories.sql.session import Session
from certrules.repositories.sql.store import SqlTransaction, check_engine, check_version
from certrules.repositories.sql.tables import schema
from certrules.repositories.sql.translation import translated
from certrules.repositories.stores import GivenStore


class JoinedStore(GivenStore):
    """A store in a transaction that the host has open, by its connection or session.

    Nothing is committed here: the host commits, and what certrules did is kept with what the host
    did, or rolls back, and both are gone. Each ``writing()`` is a savepoint of that transaction: an
    exception undoes what was done in it, and the host can go on. A session is flushed first, so
    that the database has what the host added to it.

    Views and transactions see what the host has not yet committed, at the isolation that the host
    has chosen. Only one transaction writes to a store at a time: once ``writing()`` was entered,
    others wait until the host commits or rolls back. If another committed in between, at an
    isolation that does not show it, what contradicts it is a ConflictError: roll back, and do the
    whole again. On SQLite, a host whose transaction began by reading gets one too if another wrote
    meanwhile; ``BEGIN IMMEDIATE`` prevents it.

    >>> from sqlalchemy import create_engine
    >>> from certrules.repositories.sql import SqlStore, create_schema
    >>> engine = create_engine("sqlite:///host.db")
    >>> create_schema(engine)
    >>> with engine.connect() as connection:
    ...     with JoinedStore(connection).writing() as transaction:
    ...         transaction.users.put([User("1", "ada")])
    ...     connection.rollback()
    >>> with SqlStore(engine).reading() as view:
    ...     print(view.users.get("1"))
    None
    """

    def __init__(self, host: Connection | HostSession) -> None:
        if not isinstance(host, Connection | HostSession):
            raise InvalidValueError("host", host, "a Connection or a Session of SQLAlchemy")
        self.host = host
        engine = host.engine if isinstance(host, Connection) else host.get_bind().engine
        check_engine(engine)
        self.engine: Engine = engine

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Open a view of what the host sees; writing through it is a StoreError."""
        with self._session(writing=False) as session:
            yield SqlTransaction(session)

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        """Open a savepoint: dropped whole on any exception, else kept if the host commits."""
        with self._session(writing=True) as session:
            yield SqlTransaction(session)

    @contextmanager
    def _session(self, *, writing: bool) -> Iterator[Session]:
        where = place(self.engine.url)
        with translated(where):
            connection = self._connection()
            dialects.begin_joined(connection, writing=writing)
            savepoint = connection.begin_nested()
        try:
            with dialects.own_settings(connection):
                with translated(where):
                    if writing and connection.dialect.name == "sqlite":  # else nothing is locked
                        connection.execute(update(schema).where(false()).values(version=0))
                    check_version(connection, where, locking=writing)
                with closing(Session(connection, where, writable=writing)) as session:
                    yield session
            with translated(where):
                savepoint.commit()
        except BaseException:
            with suppress(SQLAlchemyError):  # a connection that is lost has undone everything
                savepoint.rollback()
            raise

    def _connection(self) -> Connection:
        if isinstance(self.host, Connection):
            return self.host
        self.host.flush()
        return self.host.connection()
