"""Upgrading: how do the tables of an older store become those of this certrules?

One row says the version of a store: the one of ``certrules_schema``, which every transaction reads.
Each step is a revision of Alembic that is passed over if that row says that it was taken, and that
writes the row last. So it does not matter who runs the steps, :func:`upgrade` or a host's Alembic,
nor what Alembic remembers in a table of its own.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from threading import Lock
from typing import Any, Never

from sqlalchemy import Connection, Engine, func, insert, select, update

from certrules.errors import StoreError
from certrules.repositories.sql import dialects
from certrules.repositories.sql.engines import place, schema_of, tables_there
from certrules.repositories.sql.store import check_engine, check_tables, check_version
from certrules.repositories.sql.tables import SCHEMA_VERSION, schema
from certrules.repositories.sql.translation import translated

_ONE_AT_A_TIME = Lock()
"""In one process: Alembic's ``op`` belongs to a single connection."""


def upgrade(engine: Engine, *, timeout: float = 30.0, dry_run: bool = False) -> Mapping[int, str]:
    """Upgrade a store to this certrules, and return what was done: a sentence for each version.

    Nothing is done if the store is of this version, or if this is a ``dry_run``, which returns what
    would be done. ``timeout`` is how many seconds to wait for others that use the store. On SQLite
    and PostgreSQL the upgrade is one transaction: if it is stopped, the store is as before. MariaDB
    keeps each statement at once: if it is stopped there, upgrade again, which goes on. Raises
    :class:`~certrules.errors.StoreError` if there is no store, or one of a newer certrules.

    >>> from sqlalchemy import create_engine
    >>> from certrules.repositories.sql import create_schema, upgrade
    >>> engine = create_engine("sqlite:///host.db")
    >>> create_schema(engine)
    >>> upgrade(engine)
    {}
    """
    check_engine(engine)
    where = place(engine.url)
    with translated(where), engine.connect() as connection:
        dialects.begin(connection, writing=not dry_run, timeout=timeout)
        connection.detach()  # so that every lock ends with it
        if not dry_run:
            dialects.lock_tables(connection)
        found = check_version(connection, where, locking=not dry_run, older=True)
        steps = {number: _step(number) for number in range(found + 1, SCHEMA_VERSION + 1)}
        if steps and not dry_run:
            _take(steps, connection)
            check_tables(tables_there(connection)[0], where)
        dialects.end(connection)
    return {number: str(step.__doc__).strip() for number, step in steps.items()}


def _step(number: int) -> Any:
    return import_module(f"certrules.repositories.sql.migrations.version_{number}")


def _take(steps: Mapping[int, Any], connection: Connection) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with _ONE_AT_A_TIME, Operations.context(MigrationContext.configure(connection)):
        for step in steps.values():
            step.upgrade()


def to_version(number: int) -> Callable[[Callable[[str | None], None]], Callable[[], None]]:
    """Decorate the change of the tables to a version, which is told their schema.

    The change is made in a transaction, if the database has such. MariaDB keeps each statement: so
    each can be repeated.
    """

    def decorate(change: Callable[[str | None], None]) -> Callable[[], None]:
        def step() -> None:
            from alembic import op

            connection, inside = op.get_bind(), None
            if not op.get_context().as_sql:
                dialects.begin_joined(connection, writing=True)
                if _version(connection) >= number:
                    return
                inside = schema_of(connection)
            change(inside)
            op.execute((insert if number == 1 else update)(schema).values(version=number))

        return step

    return decorate


def _version(connection: Connection) -> int:
    there, _ = tables_there(connection)
    if schema.name not in there:
        return 0
    return connection.scalar(select(func.max(schema.c.version))) or 0


def downgrade() -> Never:
    """Raise StoreError: what a newer version keeps has no place in an older one."""
    raise StoreError("certrules makes no tables of an older version; restore the store's backup")
