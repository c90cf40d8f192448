"""Which store does a URL name?"""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from certrules.cli.failures import UsageError
from certrules.cli.output import CARRIED_OUT

if TYPE_CHECKING:
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
        from certrules.repositories.sql.engines import changes
    except ImportError as error:
        raise UsageError("a store needs SQLAlchemy: pip install 'certrules[cli]'") from error
    with closing(open_store(url, create=create, timeout=patience or PATIENCE)) as store:
        kept = changes(store.engine)
        try:
            yield store
        finally:
            CARRIED_OUT.set(CARRIED_OUT.get() or bool(kept))
