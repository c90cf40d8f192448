"""A query in people's names: which rows does it ask for, and which cells does it show?"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

from attrs import evolve

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.people import Scope
from certrules.model.tables import NOT_ARCHIVED, Filter, Sort, Table, TableQuery
from certrules.model.values import value
from certrules.rules.tables.columns import LAYOUTS, Layout, named
from certrules.text import folded

_ANYONE = Scope()
_MOST_WORDS = 100
_MOST_VALUES = 30_000  # not every database compares with more


def query(
    table: Table,
    *,
    at: datetime,
    columns: Iterable[str] = (),
    search: str = "",
    filters: Iterable[tuple[str, str]] = (),
    sort: Iterable[str] = (),
    group_by: str | None = None,
    scope: Scope = _ANYONE,
    offset: int = 0,
    limit: int | None = None,
) -> TableQuery:
    """Return the query that somebody means; statuses are those of an aware instant.

    Without ``columns`` all are shown. ``search`` finds rows in which each of its words occurs. If a
    filter is given several times, any of its values will do. ``sort`` names columns, with a hyphen
    before one whose greatest value comes first. The column ``group_by`` comes first, and rows are
    sorted by it. Archived awards are found only by a filter that asks for them. Raises
    :class:`~certrules.errors.InvalidValueError` for a name or a value that the table does not know,
    and for a column named twice.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> query(Table.ISSUED, at=at, columns=["issued-on", "User"]).columns
    ('Issued On', 'User')
    >>> query(Table.CATALOG, at=at, columns=["nme"])
    Traceback (most recent call last):
    certrules.errors.InvalidValueError: column cannot be 'nme': expected one of Code, Name, \
Description, Expiry, Awarded To, Assigned; did you mean Name?

    Rules: ALL-MANAGE-02, ALL-MANAGE-03, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10.
    """
    asked = TableQuery(table, at, scope=scope, offset=offset, limit=limit)
    if not table.of_awards and scope != _ANYONE:
        raise InvalidValueError("scope", scope, "everybody: certifications belong to nobody")
    names, layout = _Names(columns, search, filters, sort, group_by), LAYOUTS[table]
    group = None if names.group_by is None else named("group", names.group_by, layout.groups)
    return evolve(
        asked,
        columns=_columns(names.columns, group, layout),
        search=_words(names.search),
        filters=_filters(names.filters, layout, of_awards=table.of_awards),
        sort=_sort(names.sort, layout),
        group=() if group is None else layout.groups[group],
    )


@value
class _Names:
    """What somebody gives; whether the table knows the names is another question."""

    columns: Iterable[str]
    search: str
    filters: Iterable[tuple[str, str]]
    sort: Iterable[str]
    group_by: str | None


def filters(table: Table) -> tuple[str, ...]:
    """Return the names of the filters of a table.

    >>> filters(Table.CERTIFICATIONS)
    ('Status', 'Expiration')

    Rules: ALL-MANAGE-02, ALL-MANAGE-09.
    """
    return tuple(LAYOUTS[table].filters)


def cells(
    query: TableQuery, *, zone: str | tzinfo | Callable[[Any], tzinfo]
) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function from a row to its cells; their days and times are those of a zone.

    ``zone`` may also be a function from a row to its own zone.

    >>> from certrules.model.tables import AwardRow
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> of_user = query(Table.ISSUED, at=at, columns=["User", "Expiration"])
    >>> cells(of_user, zone=UTC)(AwardRow(Award("7", "fa", at, None), Status.VALID))
    ('7', 'never')

    Rules: ALL-MANAGE-03, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10, DOC-TZ-02, INT-49.
    """
    tz = zone if callable(zone) else instants.time_zone(zone)
    columns = LAYOUTS[query.table].columns
    shown = [(field.read, show) for field, show in map(columns.__getitem__, query.columns)]

    def of_row(row: Any) -> tuple[Any, ...]:
        clock = query.at, tz(row) if callable(tz) else tz
        return tuple(show(read(row), row, clock) for read, show in shown)

    return of_row


def _columns(given: Iterable[str], group: str | None, layout: Layout) -> tuple[str, ...]:
    found = _named_once("columns", "column", list(given), layout)
    first = () if group is None else (group,)
    return *first, *(name for name in found or layout.columns if name not in first)


def _sort(given: Iterable[str], layout: Layout) -> tuple[Sort, ...]:
    names = list(given)
    found = _named_once("sort", "sort", [name.removeprefix("-") for name in names], layout)
    if not found:
        return tuple((field, False) for field in layout.sort)
    descending = (name.startswith("-") for name in names)
    return tuple(zip((layout.columns[name][0] for name in found), descending, strict=True))


def _named_once(what: str, one: str, given: Sequence[str], layout: Layout) -> list[str]:
    found = [named(one, name, layout.columns) for name in given]
    if len(found) > len(set(found)):
        raise InvalidValueError(what, list(given), "each column once")
    return found


def _words(search: str) -> tuple[str, ...]:
    words = dict.fromkeys(folded(_findable(search)).split())
    if len(words) > _MOST_WORDS:
        raise InvalidValueError("number of words to search", len(words), f"{_MOST_WORDS} at most")
    return tuple(words)


def _filters(
    given: Iterable[tuple[str, str]], layout: Layout, *, of_awards: bool
) -> tuple[Filter, ...]:
    values: dict[str, list[str]] = {}
    for name, text in given:
        known = named("filter", name, layout.filters)
        values.setdefault(known, []).append(_findable(text))
    found = tuple(
        tuple((field, frozenset(map(written, values[name]))) for field, written in fields)
        for name, fields in layout.filters.items()
        if name in values
    )
    number = sum(len(some) for each in found for _, some in each)
    if number > _MOST_VALUES:
        raise InvalidValueError(
            "number of values to compare with", number, f"{_MOST_VALUES:,} at most"
        )
    return (*found, NOT_ARCHIVED) if of_awards and "Status" not in values else found


def _findable(text: str) -> str:
    if re.search("[\0\ud800-\udfff]", text):  # which no database holds
        raise InvalidValueError("text to find", text, "no NUL and no half of a character in it")
    return text
