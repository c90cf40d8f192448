"""What does a query ask of a store, and which cells follow from the facts that it finds?"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.people import Target
from certrules.model.tables import (
    Ahead,
    AllOf,
    AnyOf,
    Case,
    Condition,
    Contains,
    Fact,
    OneOf,
    Order,
    Rows,
    Selection,
    folded,
)
from certrules.rules.tables.layouts import LAYOUTS, Layout, Table
from certrules.rules.tables.naming import listed, named
from certrules.rules.tables.querying import TableQuery
from certrules.rules.tables.showing import Asked, Column, Moment

__all__ = ["columns", "filters", "groups", "selection", "shown"]

_EVERYBODYS = Target()
_MOST_WORDS = 100


def columns(query: TableQuery) -> tuple[Column, ...]:
    """Return the columns that a query shows, in its order.

    Raises :class:`~certrules.errors.InvalidValueError` for one that the table does not have, and
    for one that is named twice.

    >>> [column.name for column in columns(TableQuery(Table.ISSUED, ["issued-on", "User"]))]
    ['Issued On', 'User']
    >>> columns(TableQuery(Table.CATALOG, ["nme"]))
    Traceback (most recent call last):
    certrules.errors.InvalidValueError: column cannot be 'nme': expected one of Code, Name, \
Description, Expiry, Awarded To, Assigned; did you mean Name?

    Rules: ALL-MANAGE-03, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10.
    """
    known = _bynamed(query.table)
    names = [named("column", name, known) for name in query.columns or known]
    _once("columns", query.columns, names)
    chosen = [known[name] for name in names]
    if query.group_by is not None:
        first = known[named("group", query.group_by, LAYOUTS[query.table].groups)]
        chosen = [first, *(column for column in chosen if column is not first)]
    return tuple(chosen)


def filters(table: Table) -> tuple[str, ...]:
    """Return the names of the filters of a table.

    >>> filters(Table.CERTIFICATIONS)
    ('Status', 'Expiration')

    Rules: ALL-MANAGE-02, ALL-MANAGE-09.
    """
    return tuple(LAYOUTS[table].filters)


def selection(query: TableQuery, *, at: datetime) -> Selection:
    """Return what a query asks of a store, for the status that awards have at an aware instant.

    The facts are those of :func:`columns`, one column's after the other's. Archived awards are
    shown only to a filter that asks for them. Raises
    :class:`~certrules.errors.InvalidValueError` for a name or a value that the table does not know.

    >>> query = TableQuery(Table.CERTIFICATIONS, ["Certification"], filters=[("status", "active")])
    >>> selection(query, at=datetime(2024, 1, 1, tzinfo=UTC)).facts
    (<Fact.NAME: 'name'>,)

    Rules: ALL-MANAGE-02, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10.
    """
    table, at = LAYOUTS[query.table], instants.utc(at)
    return Selection(
        table.rows,
        _facts((asked for column in columns(query) for asked in column.facts), at),
        AllOf(_where(query, table, at)),
        (*map(Order, _facts(_group(query, table), at)), *_order(query, table, at)),
        query.offset,
        query.limit,
    )


def groups(query: TableQuery, *, at: datetime) -> Selection:
    """Return what a query with ``group_by`` asks of a store to learn how large each group is.

    The last fact of each group is its name, which is None for what has none.

    Rules: ALL-MANAGE-09.
    """
    table = LAYOUTS[query.table]
    if query.group_by is None:
        raise InvalidValueError("group", None, listed(table.groups))
    at = instants.utc(at)
    facts = _facts(_group(query, table), at)
    return Selection(table.rows, facts, AllOf(_where(query, table, at)))


def shown(
    query: TableQuery, *, at: datetime, zone: str | tzinfo
) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Return a function from the facts of a row to its cells: days and times are those of a zone.

    >>> user = TableQuery(Table.ISSUED, ["User", "Expiration"])
    >>> cells = shown(user, at=datetime(2024, 1, 1, tzinfo=UTC), zone=UTC)
    >>> cells(["ada", "7", None])
    ('ada', 'never')

    Rules: ALL-MANAGE-03, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10, DOC-TZ-02.
    """
    moment = Moment(instants.utc(at), instants.time_zone(zone))
    places, start = [], 0
    for column in columns(query):
        places.append((column.show, slice(start, start + len(column.facts))))
        start += len(column.facts)
    return lambda facts: tuple(show(moment, *facts[place]) for show, place in places)


def _where(query: TableQuery, table: Layout, at: datetime) -> Iterable[Condition]:
    yield from _scoped(query.scope, table)
    for word in _words(query.search):
        yield AnyOf(Contains(fact, word) for fact in table.searched)
    given: dict[str, list[str]] = {}
    for name, value in query.filters:
        given.setdefault(named("filter", name, table.filters), []).append(value)
    for name, values in given.items():
        yield table.filters[name](values, at)
    if table.rows is Rows.AWARDS and "Status" not in given:
        yield Ahead(Fact.ARCHIVED_AT, at)


def _scoped(scope: Target, table: Layout) -> Iterable[Condition]:
    if table.rows is not Rows.AWARDS and scope != _EVERYBODYS:
        raise InvalidValueError("scope", scope, "everybody: certifications belong to nobody")
    if scope.owner is not None:
        yield OneOf(Fact.USER, {scope.owner})
    if scope.company_id is not None:
        yield OneOf(Fact.COMPANY, {scope.company_id})


def _words(search: str) -> Iterable[str]:
    words = dict.fromkeys(folded(search).split())
    if len(words) > _MOST_WORDS:
        raise InvalidValueError("number of words to search", len(words), f"{_MOST_WORDS} at most")
    return words


def _group(query: TableQuery, table: Layout) -> tuple[Asked, ...]:
    if query.group_by is None:
        return ()
    return table.groups[named("group", query.group_by, table.groups)]


def _order(query: TableQuery, table: Layout, at: datetime) -> Iterable[Order]:
    if not query.sort:
        return map(Order, table.sort)
    known = _bynamed(query.table)
    names = [named("sort", name.removeprefix("-"), known) for name in query.sort]
    _once("sort", query.sort, names)
    facts = _facts((known[name].sort for name in names), at)
    return map(Order, facts, (name.startswith("-") for name in query.sort))


def _once(what: str, given: Sequence[str], names: Sequence[str]) -> None:
    if len(names) > len(set(names)):
        raise InvalidValueError(what, list(given), "each column once")


def _facts(asked: Iterable[Asked], at: datetime) -> list[Fact | Case]:
    return [each if isinstance(each, Fact) else each(at) for each in asked]


def _bynamed(table: Table) -> dict[str, Column]:
    return {column.name: column for column in LAYOUTS[table].columns}
