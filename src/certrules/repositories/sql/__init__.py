"""A store in SQLite, PostgreSQL or MariaDB: how is it opened or made? (The ``sql`` extra.)

:func:`open_store` opens a store by its address. A host that has an engine of its own makes the
tables with :func:`create_schema`, or from ``metadata`` with its own tools, and passes the engine to
:class:`SqlStore`. To work in a transaction that the host has open, it passes the connection or
session to :class:`JoinedStore`. :func:`upgrade` upgrades a store that an older certrules made.

Every instant of the years 1 to 9999 is kept with its microseconds, and read back in UTC (MariaDB's
own documentation promises the years from 1000 on). Text is any Unicode, except that PostgreSQL has
no NUL character, and that ids, codes and usernames have at most 255 characters in MariaDB. What a
database cannot hold is a StoreError, and nothing is cut.
"""

from certrules.repositories.sql.engines import prefixed
from certrules.repositories.sql.joined import JoinedStore
from certrules.repositories.sql.opening import create_schema, open_store
from certrules.repositories.sql.store import SqlStore
from certrules.repositories.sql.tables import add_tables, metadata
from certrules.repositories.sql.upgrading import upgrade

__all__ = [
    "JoinedStore",
    "SqlStore",
    "add_tables",
    "create_schema",
    "metadata",
    "open_store",
    "prefixed",
    "upgrade",
]
