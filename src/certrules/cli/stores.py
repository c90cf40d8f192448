"""Which store does a URL name?"""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from certrules.cli.failures import UsageError
from certrules.cli.output import CARRIED_OUT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from certrules.repositories.sql import SqlStore

__all__ = ["add_store", "opened"]

PATIENCE = 30.0
"""How many seconds to wait for another writer."""


def add_store(parser: argparse._ActionsContainer, *, required: bool = True) -> None:
    """Add the option that names the store."""
    parser.add_argument(
        "--store",
        metavar="URL",
        required=required,
        help="where everything is kept: an SQLite file, or a database's URL",
    )


@contextmanager
def opened(
    url: str, *, create: bool = False, patience: float | None = None
) -> "Iterator[SqlStore]":
    """Open the store of a URL for the time of a block; a missing one is only made where said.

    ``patience`` is how many seconds to wait for another writer, each time.
    """
    if not url.strip():
        raise UsageError("--store is empty; name an SQLite file, or a database's URL")
    try:
        from certrules.repositories.sql import open_store
    except ImportError as error:
        raise UsageError("a store needs SQLAlchemy: pip install 'certrules[cli]'") from error
    with closing(open_store(url, create=create, timeout=patience or PATIENCE)) as store:
        kept = _changes(store)
        try:
            yield store
        finally:
            CARRIED_OUT.set(CARRIED_OUT.get() or bool(kept))


def _changes(store: "SqlStore") -> "set[Connection]":
    """Return the connections that will have kept a change of the store."""
    from sqlalchemy import event

    changed: set[Connection] = set()
    kept: set[Connection] = set()

    def executed(connection: "Connection", cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and cursor.rowcount:
            changed.add(connection)

    def committed(connection: "Connection") -> None:
        kept.update(changed & {connection})

    event.listen(store.engine, "after_cursor_execute", executed)
    event.listen(store.engine, "commit", committed)
    return kept
