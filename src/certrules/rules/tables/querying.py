"""What may somebody ask to see of a table?"""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import Attribute, field, frozen
from attrs.validators import optional

from certrules.errors import InvalidValueError
from certrules.model.people import Target
from certrules.rules.tables.layouts import Table

__all__ = ["TableQuery"]


def _columns(names: Iterable[str]) -> tuple[str, ...]:
    return _names("columns", names)


def _sort(names: Iterable[str]) -> tuple[str, ...]:
    return _names("sort", names)


def _names(what: str, names: Iterable[str]) -> tuple[str, ...]:
    found = None if isinstance(names, str) else _several(names)
    if found is None or not all(isinstance(name, str) for name in found):
        raise InvalidValueError(what, names, "a list of the names of columns")
    return found


def _filters(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    found = _several(pairs)
    if found is None or not all(map(_is_pair, found)):
        raise InvalidValueError("filters", pairs, "a list of pairs, each a name and a value")
    return tuple((name, value) for name, value in found)


def _several(values: object) -> tuple[Any, ...] | None:
    return tuple(values) if isinstance(values, Iterable) else None


def _is_pair(pair: object) -> bool:
    if not isinstance(pair, tuple | list):
        return False
    return len(pair) == 2 and all(isinstance(each, str) for each in pair)


def _kind(_: object, attribute: "Attribute[Any]", value: object) -> None:
    kind, expected = _KINDS[attribute.name]
    if not isinstance(value, kind):
        raise InvalidValueError(attribute.name, value, expected)


def _rows(_: object, attribute: "Attribute[Any]", number: object) -> None:
    if type(number) is not int or not 0 <= number <= _MOST_ROWS:
        raise InvalidValueError(attribute.name, number, "a number of rows, zero or more")


_KINDS: Mapping[str, tuple[Any, str]] = {
    "table": (Table, "a Table"),
    "search": (str, "words to search"),
    "group_by": (str | None, "the name of a column, or None"),
    "scope": (Target, "a Target"),
}
_MOST_ROWS = 10**18


@frozen
class TableQuery:
    """What somebody wants to see of a table.

    ``columns`` are all, where none is named. ``search`` finds rows in which each of its words
    occurs; for a filter that is given several times, any of its values will do. ``sort`` names
    columns, the first one first, with a hyphen before one whose greatest value comes first. A
    ``group_by`` column comes first, and so do its values. ``scope`` says whose awards: one user's,
    those of one company's people, or everybody's.

    Raises :class:`~certrules.errors.InvalidValueError` for what is no such thing at all; whether
    the table knows a name or a value is for those to say who answer the query.

    >>> TableQuery(Table.ISSUED, limit=-1)
    Traceback (most recent call last):
    certrules.errors.InvalidValueError: limit cannot be -1: expected a number of rows, zero or more

    Rules: ALL-MANAGE-02, ALL-MANAGE-09.
    """

    table: Table = field(validator=_kind)
    columns: tuple[str, ...] = field(default=(), converter=_columns)
    search: str = field(default="", validator=_kind)
    filters: tuple[tuple[str, str], ...] = field(default=(), converter=_filters)
    sort: tuple[str, ...] = field(default=(), converter=_sort)
    group_by: str | None = field(default=None, validator=_kind)
    scope: Target = field(default=Target(), validator=_kind)
    offset: int = field(default=0, validator=_rows)
    limit: int | None = field(default=None, validator=optional(_rows))
