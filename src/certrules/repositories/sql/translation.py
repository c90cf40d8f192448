"""Errors of the database: what went wrong, in one sentence that a person can act on?"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError, SAWarning, SQLAlchemyError

from certrules.errors import CertrulesError, ConflictError, StoreError

P = ParamSpec("P")
T = TypeVar("T")

_CONFLICT = "another writer changed the same rows first; load them again and decide anew"
LOCKED = "is locked by another writer; wait for it to end, then try again"
NO_STORE = (
    "holds no certrules tables; check its name, or load a catalog into a new file or an empty "
    "database to make a store"
)
UNREADABLE = "has a row that cannot be read (mend it, or restore a backup)"
_READ_ONLY = "is read-only; allow writing to it, or take another store"
_READ_ONLY_FOLDER = (
    "is in a folder that may not be written to; allow it, or read the file, if nobody changes it, "
    "by the URL sqlite:///file:PATH?immutable=1&uri=true"
)
_LOST = (
    "lost the connection ({said}); what was not yet committed is undone: check that the server "
    "runs, then do the same again"
)
_NO_ROOM = "has no room left on its disk; make some, then try again"
_REFUSED = "refuses this user or password; check the user and the password of the URL"
_UNREACHABLE = "cannot be reached ({said}); check that the server runs, and its address"

_MEANINGS = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_CANTOPEN": "cannot be opened; check the path, and that its folder may be written to",
    "SQLITE_CORRUPT": "is damaged; restore it from a backup",
    "SQLITE_FULL": _NO_ROOM,
    "SQLITE_NOTADB": "is not an SQLite database; check the path",
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_READONLY_CANTINIT": _READ_ONLY_FOLDER,
    "SQLITE_READONLY_DIRECTORY": _READ_ONLY_FOLDER,
    # PostgreSQL, by SQLSTATE
    "25006": _READ_ONLY,
    "28000": _REFUSED,
    "28P01": _REFUSED,
    "3D000": "does not exist; check the name of the database",
    "42P01": NO_STORE,
    "53100": _NO_ROOM,
    "55P03": LOCKED,
    "57P01": _LOST,
    "57P02": _LOST,
    # MariaDB, by number
    "1021": _NO_ROOM,
    "1044": _REFUSED,
    "1045": _REFUSED,
    "1049": "does not exist; check the name of the database",
    "1114": _NO_ROOM,
    "1146": NO_STORE,
    "1205": LOCKED,
    "1290": _READ_ONLY,
    "1792": _READ_ONLY,
    "2002": _UNREACHABLE,
    "2003": _UNREACHABLE,
    "2006": _LOST,
    "2013": _LOST,
}
_TABLE = re.compile(r"\bcertrules_\w+")
_CONFLICTS = {
    "SQLITE_BUSY_SNAPSHOT",
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
def translated(where: str, refusal: str = "cannot hold this value") -> Iterator[None]:
    """Turn every error of the database, the driver and SQLAlchemy into a StoreError.

    If the database says that two transactions met, it is a ConflictError. ``refusal`` is said if
    the driver did not even ask the database.
    """
    try:
        yield
    except CertrulesError:
        raise
    except DBAPIError as error:
        raise _meaning(where, error.orig, lost=error.connection_invalidated) from None
    except SQLAlchemyError as error:
        raise StoreError(f"{where} cannot be used: {_first_line(error)}") from None
    except (OSError, OverflowError, SAWarning, TypeError, ValueError) as error:
        raise StoreError(f"{where} {refusal}: {_first_line(error)}") from None


def lacking(where: str, tables: str) -> str:
    """Return what is wrong with a store that has lost some of its tables."""
    return f"{where} has lost {tables}; restore the store from a backup"


def readable(make: Callable[P, T]) -> Callable[P, T]:
    """Decorate what makes a value of a row; a row that certrules did not write is a StoreError."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return make(*args, **kwargs)
        except (TypeError, ValueError) as error:
            raise StoreError(
                f"a row of this store cannot be read ({error}); mend it, or restore a backup"
            ) from None

    return made


def _meaning(where: str, error: BaseException | None, *, lost: bool) -> CertrulesError:
    if lost:
        return StoreError(f"{where} {_LOST.format(said=_first_line(error))}")
    code = _code(error)
    if code in _CONFLICTS:
        return ConflictError(f"{where}: {_CONFLICT}")
    tables = _TABLE.findall(_first_line(error))  # after a database of such a name
    if _MEANINGS.get(code) is NO_STORE and tables and tables[-1] != "certrules_schema":
        return StoreError(lacking(where, tables[-1]))
    primary = "_".join(code.split("_")[:2])  # SQLITE_BUSY_SNAPSHOT is SQLITE_BUSY
    meaning = _MEANINGS.get(code) or _MEANINGS.get(primary, "answered with an error: {said}")
    return StoreError(f"{where} {meaning.format(said=_first_line(error))}")


def _code(error: Any) -> str:
    """Return SQLite's name, MariaDB's number or PostgreSQL's SQLSTATE of an error."""
    if "no such table" in str(error):  # SQLite has no code for it
        return "42P01"
    if error.args and isinstance(error.args[0], int):
        return str(error.args[0])  # more exact than the SQLSTATE beside it
    for name in ("sqlite_errorname", "sqlstate", "pgcode"):
        if code := getattr(error, name, None):
            return str(code)
    return "2003"  # PostgreSQL's driver has no code if it did not get through


def _first_line(error: BaseException | None) -> str:
    said = error if isinstance(error, OSError) or not error or not error.args else error.args[-1]
    return str(said).strip().partition("\n")[0]
