"""What does a column show of the facts of a row?"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from attrs import frozen

from certrules import instants
from certrules.errors import OutOfRangeError
from certrules.model.awards import Award
from certrules.model.catalog import Validity
from certrules.model.tables import Case, Fact
from certrules.periods import Unit
from certrules.rules import status

__all__ = [
    "Asked",
    "Column",
    "Moment",
    "day",
    "days_left",
    "expiry",
    "kinds",
    "local_time",
    "name_or_id",
    "plain",
    "validity",
    "word",
]


Asked = Fact | Callable[[datetime], Case]
"""A fact, or what makes one of an instant."""


@frozen
class Moment:
    """When, and by whose clocks, a table is looked at."""

    at: datetime
    zone: tzinfo


def plain(_: Moment, value: Any) -> Any:
    """Show a fact as it is."""
    return value


@frozen
class Column:
    """A column: its name, the facts it needs, what it is sorted by, and what it shows of them.

    What it shows is a text, a number, a day or a local date and time in a zone, a tuple of texts
    for a list, or None for what is not there. A fact that follows from an instant is a function.
    """

    name: str
    facts: tuple[Asked, ...]
    sort: Asked
    show: Callable[..., Any] = plain


def name_or_id(_: Moment, name: str | None, id_: str | None) -> str | None:
    """Show a name, or the id of what has none, or is not in the store."""
    return name or id_


def word(_: Moment, value: str) -> str:
    """Show a kind of source in words."""
    return _spoken(value)


def kinds(_: Moment, values: Sequence[str]) -> tuple[str, ...]:
    """Show kinds of items in words."""
    return tuple(map(_spoken, values))


def _spoken(value: str) -> str:
    return value.replace("_", " ")


def validity(_: Moment, amount: int, unit: str) -> str:
    """Show a validity period as :class:`~certrules.model.catalog.Validity` reads it."""
    return str(Validity(amount, Unit(unit)))


def day(moment: Moment, instant: datetime) -> date:
    """Show the day of an instant."""
    return _local(moment, instant).date()


def expiry(moment: Moment, expires_at: datetime | None) -> date | str:
    """Show the day of an expiry, or that there is none."""
    return "never" if expires_at is None else day(moment, expires_at)


def local_time(moment: Moment, instant: datetime | None) -> datetime | None:
    """Show what the clocks show, to the second."""
    if instant is None:
        return None
    return _local(moment, instant).replace(tzinfo=None, microsecond=0)


def _local(moment: Moment, instant: datetime) -> datetime:
    try:
        return instants.local(instant, moment.zone)
    except OutOfRangeError:  # on the first or the last day that there is
        return instant


def days_left(moment: Moment, issued: datetime, expires: datetime | None) -> int | None:
    """Show in how many days an award must be renewed."""
    award = Award("", "", issued, expires)
    try:
        return status.days_left(award, moment.at, zone=moment.zone)
    except OutOfRangeError:
        return status.days_left(award, moment.at, zone=UTC)
