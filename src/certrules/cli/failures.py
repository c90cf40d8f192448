"""How is an error told: in one line for people, and as data for programs?"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import Factory, evolve, frozen

from certrules.cli.output import UnansweredError, shown
from certrules.errors import CatalogError, CertrulesError, RecordsFileError

__all__ = ["INTERRUPTED", "Failure", "UsageError", "explain"]

INTERRUPTED = "interrupted"

SHOWN_FAULTS = 20

BUG = (
    "unexpected {type}: {error}; this is a bug of certrules, please report it "
    "(CERTRULES_DEBUG=1 shows where it happened)"
)


class UsageError(Exception):
    """A command line that cannot be carried out."""


@frozen
class Failure:
    """Why nothing was done."""

    code: str
    message: str
    facts: Mapping[str, Any] = Factory(dict)
    faults: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what ``--format json`` says of it."""
        told = {"code": self.code, "message": self.message, **self.facts}
        if self.faults:
            told["faults"] = [{"path": path, "message": text} for path, text in self.faults]
        return told

    def lines(self) -> Iterator[str]:
        """Return what people read of it."""
        yield f"certrules: error: {shown(self.message)}"
        for path, text in self.faults[:SHOWN_FAULTS]:
            yield f"  {shown(path)}: {shown(text)}"
        if len(self.faults) > SHOWN_FAULTS:
            yield f"  … and {len(self.faults) - SHOWN_FAULTS:,} more (all with --format json)"


def explain(error: BaseException) -> Failure:
    """Return what to tell of an error; one that nobody foresaw is told as a bug."""
    failure = Failure(INTERRUPTED, INTERRUPTED) if _interrupted(error) else _failure(error)
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", ()))
    return evolve(failure, message=failure.message + notes)


def _interrupted(error: BaseException | None) -> bool:
    """Return whether an error is an interruption, or came while one was cleaned up after."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _failure(error: BaseException) -> Failure:
    match error:
        case CatalogError():
            return Failure(error.code, error.message, faults=error.faults)
        case RecordsFileError():
            facts = {name: _plain(value) for name, value in error.details.items()}
            return Failure(error.code, error.message, facts)
        case CertrulesError() | UsageError():
            return Failure(_code(error), str(error))
        case UnansweredError():
            return Failure("unanswered", f"the answer could not be written: {error.strerror}")
        case OSError():
            where = f"{error.filename}: " if error.filename else "cannot read or write: "
            return Failure("system", f"{where}{error.strerror or error}")
        case _:
            return Failure("bug", BUG.format(type=type(error).__name__, error=error))


def _code(error: Exception) -> str:
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _plain(value: object) -> object:
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    return list(map(_plain, value)) if isinstance(value, tuple | list) else str(value)
