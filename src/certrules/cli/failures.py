"""Failures: how is an error shown, in one line for people and as data for programs?"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import Factory, evolve, frozen

from certrules.cli.output import SHOWN, UnansweredError, shown
from certrules.errors import CatalogError, CertrulesError, RecordsFileError

__all__ = ["INTERRUPTED", "Failure", "UsageError", "explain", "extra", "snake"]

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


@frozen
class Failure:
    """Why nothing was done."""

    code: str
    message: str
    details: Mapping[str, Any] = Factory(dict)
    faults: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--format json`` shows it."""
        shown = {"code": self.code, "message": self.message, **self.details}
        if self.faults:
            shown["faults"] = [{"path": path, "message": text} for path, text in self.faults]
        return shown

    def lines(self) -> Iterator[str]:
        """Yield the lines that people read."""
        yield f"certrules: error: {shown(self.message)}"
        for path, text in self.faults[:SHOWN]:
            yield f"  {shown(path)}: {shown(text)}"
        if len(self.faults) > SHOWN:
            yield f"  … and {len(self.faults) - SHOWN:,} more (all with --format json)"


def explain(error: BaseException) -> Failure:
    """Return how to show an error; one that nobody foresaw is shown as a bug."""
    failure = Failure(INTERRUPTED, INTERRUPTED) if _interrupted(error) else _failure(error)
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
    return evolve(failure, message=failure.message + notes)


def _interrupted(error: BaseException | None) -> bool:
    """Return whether an error is an interruption, or came of one."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _failure(error: BaseException) -> Failure:
    match error:
        case CatalogError():
            return Failure(error.code, error.message, faults=error.faults)
        case RecordsFileError():
            return Failure(error.code, error.message, error.details)
        case CertrulesError() | UsageError():
            return Failure(snake(type(error).__name__.removesuffix("Error")), str(error))
        case UnansweredError():
            return Failure("unanswered", f"the answer could not be written: {error.strerror}")
        case OSError():
            where = f"{error.filename}: " if error.filename else "cannot read or write: "
            return Failure("system", f"{where}{error.strerror or error}")
        case _:
            return Failure("bug", f"unexpected {type(error).__name__}: {error}; {BUG}")


def snake(name: str) -> str:
    """Return the name of a class as JSON has it.

    >>> snake("IssueAward")
    'issue_award'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
