"""Which store does a URL name?"""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager

from certrules.cli.failures import UsageError
from certrules.repositories.protocols import Store

__all__ = ["add_store", "opened"]

PATIENCE = 5.0
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
def opened(url: str, *, create: bool = False) -> Iterator[Store]:
    """Open the store of a URL for the time of a block; a missing one is only made where said."""
    try:
        from certrules.repositories.sql import open_store
    except ImportError as error:
        raise UsageError("a store needs SQLAlchemy: pip install 'certrules[cli]'") from error
    with closing(open_store(url, create=create, timeout=PATIENCE)) as store:
        yield store
