"""Failures: how is an error shown, in one line for people and as data for programs?"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import ENOSPC
from tempfile import gettempdir
from typing import Any

from certrules.cli.output import SHOWN, UnansweredError, shown
from certrules.errors import CertrulesError, JsonError, RecordsFileError

INTERRUPTED = "interrupted"

BUG = "this is a bug of certrules, please report it (CERTRULES_DEBUG=1 shows where it happened)"


class UsageError(Exception):
    """A command line that cannot be carried out."""


@contextmanager
def extra(name: str, what: str, package: str) -> Iterator[None]:
    """Raise UsageError, with what to install, if the block lacks a package of an extra."""
    try:
        yield
    except ImportError as error:
        raise UsageError(f"{what} needs {package}: pip install 'certrules[{name}]'") from error


def explain(error: BaseException) -> dict[str, Any]:
    """Return an error as ``--format json`` shows it; one that nobody foresaw is shown as a bug."""
    failure = _failure(INTERRUPTED, INTERRUPTED) if _interrupted(error) else _explained(error)
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
    return {**failure, "message": failure["message"] + notes}


def lines(failure: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that people read."""
    yield f"certrules: error: {shown(failure['message'])}"
    faults = failure.get("faults", ())
    for fault in faults[:SHOWN]:
        yield f"  {shown(fault['path'])}: {shown(fault['message'])}"
    if len(faults) > SHOWN:
        yield f"  … and {len(faults) - SHOWN:,} more (all with --format json)"


def _interrupted(error: BaseException | None) -> bool:
    """Return whether an error is an interruption, or came of one."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _explained(error: BaseException) -> dict[str, Any]:
    match error:
        case JsonError():
            faults = [{"path": path, "message": text} for path, text in error.faults]
            return _failure(error.code, error.message, **({"faults": faults} if faults else {}))
        case RecordsFileError():
            return _failure(error.code, error.message, **error.details)
        case CertrulesError() | UsageError():
            return _failure(snake(type(error).__name__.removesuffix("Error")), str(error))
        case UnansweredError():
            return _failure("unanswered", f"the answer could not be written: {error.strerror}")
        case OSError():
            where = f"{error.filename}: " if error.filename else "cannot read or write: "
            if error.errno == ENOSPC and not error.filename:
                where = f"{gettempdir()}, of temporary files (or set TMPDIR to another folder): "
            return _failure("system", f"{where}{error.strerror or error}")
        case _:
            return _failure("bug", f"unexpected {type(error).__name__}: {error}; {BUG}")


def _failure(code: str, message: str, **details: object) -> dict[str, Any]:
    return {"code": code, "message": message, **details}


def snake(name: str) -> str:
    """Return the name of a class as JSON has it.

    >>> snake("IssueAward")
    'issue_award'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
