"""What went wrong in the database, in one sentence that a person can act on?"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from certrules.errors import CertrulesError, ConflictError, StoreError

__all__ = ["NO_STORE", "translated"]

_CONFLICT = "another writer changed the same rows first; load them again and decide anew"
_LOCKED = "is locked by another writer; wait for it to end, then try again"
NO_STORE = "holds no certrules tables; check its name, or make a store there first"
_READ_ONLY = "is read-only; allow writing to it, or take another store"
_REFUSED = "refuses this user or password; check the user and the password of the URL"

_MEANINGS = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_CANTOPEN": "cannot be opened; check the path, and that its folder may be written to",
    "SQLITE_CORRUPT": "is damaged; restore it from a backup",
    "SQLITE_FULL": "has no room left on its disk; make some, then try again",
    "SQLITE_NOTADB": "is not an SQLite database; check the path",
    "SQLITE_READONLY": _READ_ONLY,
    # PostgreSQL, by SQLSTATE
    "25006": _READ_ONLY,
    "28000": _REFUSED,
    "28P01": _REFUSED,
    "3D000": "does not exist; check the name of the database",
    "42P01": NO_STORE,
    "55P03": _LOCKED,
    # MariaDB, by number
    "1044": _REFUSED,
    "1045": _REFUSED,
    "1049": "does not exist; check the name of the database",
    "1146": NO_STORE,
    "1205": _LOCKED,
    "1290": _READ_ONLY,
    "1792": _READ_ONLY,
}
_CONFLICTS = {
    "SQLITE_CONSTRAINT_PRIMARYKEY",
    "SQLITE_CONSTRAINT_UNIQUE",
    "23505",  # PostgreSQL: a key that is taken
    "40001",
    "40P01",
    "1020",
    "1062",  # MariaDB: a key that is taken
    "1213",
}


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn every error of the database, the driver and SQLAlchemy into a StoreError.

    Where the database says that two transactions met, it is a ConflictError.
    """
    try:
        yield
    except DBAPIError as error:
        raise _meaning(where, error.orig) from None
    except SQLAlchemyError as error:
        raise StoreError(f"{where} cannot be used: {_first_line(error)}") from None
    except (OverflowError, UnicodeError, ValueError) as error:
        if isinstance(error, CertrulesError):
            raise
        raise StoreError(f"{where} cannot hold this value: {_first_line(error)}") from None


def _meaning(where: str, error: BaseException | None) -> CertrulesError:
    code = _code(error)
    if code in _CONFLICTS:
        return ConflictError(f"{where}: {_CONFLICT}")
    primary = "_".join(code.split("_")[:2])  # SQLITE_BUSY_SNAPSHOT is SQLITE_BUSY
    said = _MEANINGS.get(primary, f"answered with an error: {_first_line(error)}")
    return StoreError(f"{where} {said}")


def _code(error: Any) -> str:
    """Return SQLite's name, MariaDB's number or PostgreSQL's SQLSTATE of an error."""
    if "no such table" in str(error):  # SQLite has no code for it
        return "42P01"
    if error.args and isinstance(error.args[0], int):
        return str(error.args[0])  # more exact than the SQLSTATE beside it
    return str(
        getattr(error, "sqlite_errorname", None)
        or getattr(error, "sqlstate", None)
        or getattr(error, "pgcode", None)  # psycopg 2
    )


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0]
