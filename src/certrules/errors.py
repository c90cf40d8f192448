"""Errors: what can a caller of certrules get wrong?

These are mistakes of the calling code or of its configuration. What the domain forbids (a refused
renewal, a bad row of a file) is never an exception: it is a value that carries its reasons.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any


def _brief(value: object) -> str:
    shown = repr(value)
    if isinstance(value, str | bytes) and len(shown) > _SHOWN:
        return f"{shown[: _SHOWN - 1]}…"
    return shown


_SHOWN = 200
"""How many characters of a wrong text a message shows."""


class CertrulesError(Exception):
    """The base of every error that certrules raises on purpose.

    An error that comes from another process, as of a pool, keeps its message and attributes.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self.args), self.__dict__


def _remade(kind: type[CertrulesError], args: tuple[Any, ...]) -> CertrulesError:
    """Return an error of its message, whatever else its class is made of."""
    return kind.__new__(kind, *args)


class InvalidValueError(CertrulesError, ValueError):
    """A value that the named thing cannot have.

    >>> raise InvalidValueError("validity amount", -1, "a whole number, zero or more")
    Traceback (most recent call last):
        ...
    certrules.errors.InvalidValueError: validity amount cannot be -1: expected a whole number, \
zero or more
    """

    def __init__(self, name: str, value: object, expected: str) -> None:
        super().__init__(f"{name} cannot be {_brief(value)}: expected {expected}")
        self.name = name
        self.value = value
        self.expected = expected


class NaiveDatetimeError(CertrulesError, ValueError):
    """An instant without a time zone; certrules never guesses one."""

    def __init__(self, value: datetime, name: str = "instant") -> None:
        super().__init__(f"{name} {value!r} has no time zone: pass an aware datetime")
        self.name = name
        self.value = value


class UnknownZoneError(CertrulesError, ValueError):
    """A time zone that is neither an IANA name nor a fixed offset."""

    def __init__(self, value: object) -> None:
        super().__init__(
            f"{_brief(value)} is not a time zone: use an IANA name such as 'Europe/Rome', "
            "or an offset such as '+05:30'"
        )
        self.value = value


class MissingDayError(CertrulesError, ValueError):
    """A calendar day that a zone skipped whole, so that nothing can happen on it."""

    def __init__(self, day: date, zone: object) -> None:
        super().__init__(f"{day} did not exist in {zone}: clocks there skipped the whole day")
        self.day = day
        self.zone = zone


class NoSuchDayError(CertrulesError, ValueError):
    """A period that ends on a day that its month does not have, if the policy refuses that."""

    def __init__(self, day: date, amount: int, unit: object) -> None:
        super().__init__(f"{day} plus {amount} {unit} falls on a day that its month does not have")
        self.day = day
        self.amount = amount
        self.unit = unit


class OutOfRangeError(CertrulesError, ValueError):
    """A result before the year 1 or after the year 9999, which no date can hold."""

    def __init__(self, value: object, operation: str) -> None:
        super().__init__(f"{value} {operation} is outside the years 1 to 9999")
        self.value = value
        self.operation = operation


class RecordsFileError(CertrulesError):
    """A file of records that cannot be read at all; nothing of it has been used.

    ``code`` is stable, ``message`` says where and how to mend it, ``details`` holds the facts.
    """

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class JsonError(CertrulesError):
    """A JSON text, such as a catalog file, that is wrong somewhere; nothing of it has been used.

    ``code`` is stable; ``faults`` are the first 1,000, each the path of a value and what is wrong.
    """

    def __init__(self, code: str, message: str, faults: Sequence[tuple[str, str]] = ()) -> None:
        first = "".join(f"; the first at {path}: {fault}" for path, fault in faults[:1])
        super().__init__(message + first)
        self.code = code
        self.message = message
        self.faults: tuple[tuple[str, str], ...] = tuple(faults)


class BadgeError(CertrulesError):
    """A token, an image or a status list that is not what it should be; nothing of it was used."""


class NotPermittedError(CertrulesError):
    """Somebody asked for what they may not do; nothing was done.

    ``reasons`` are those of the refusal: who may.
    """

    def __init__(self, reasons: Sequence[object]) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons: tuple[object, ...] = tuple(reasons)


class StoreError(CertrulesError):
    """A store that cannot be opened, read or written; nothing was half done."""


class ConflictError(CertrulesError):
    """Somebody else changed the same award first; load it again and decide anew."""
