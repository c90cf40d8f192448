"""Which store does a URL name?"""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from certrules.cli.failures import UsageError
from certrules.repositories.protocols import Store

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
    url: str, *, create: bool = False, spare: str | None = None, patience: float | None = None
) -> Iterator[Store]:
    """Open the store of a URL for the time of a block; a missing one is only made where said.

    ``spare`` is a file that is about to be written: it must be none of the store's own.
    ``patience`` is how many seconds to wait for another writer, each time.
    """
    if not url.strip():
        raise UsageError("--store is empty; name an SQLite file, or a database's URL")
    try:
        from certrules.repositories.sql import open_store
    except ImportError as error:
        raise UsageError("a store needs SQLAlchemy: pip install 'certrules[cli]'") from error
    with closing(open_store(url, create=create, timeout=patience or PATIENCE)) as store:
        if spare is not None and store.path is not None:
            _refuse_own(store.path, Path(spare))
        yield store


def _refuse_own(store: Path, out: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        own = Path(f"{store}{suffix}")
        if own.resolve() == out.resolve() or (own.exists() and out.exists() and own.samefile(out)):
            raise UsageError(f"{out} belongs to the store itself; name another file to write")
