"""What does a query ask of a store, and which cells follow from the facts that it finds?"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

from attrs import field, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.people import Target
from certrules.model.tables import (
    Ahead,
    AllOf,
    AnyOf,
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
from certrules.rules.tables.showing import Column, Moment

__all__ = ["TableQuery", "columns", "filters", "groups", "selection", "shown"]

_EVERYBODYS = Target()


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)


@frozen
class TableQuery:
    """What somebody wants to see of a table.

    ``columns`` are all, where none is named. ``search`` finds rows in which each of its words
    occurs; for a filter that is given several times, any of its values will do. ``sort`` names
    columns, the first one first, with a hyphen before one whose greatest value comes first. A
    ``group_by`` column comes first, and so do its values. ``scope`` says whose awards: one user's,
    those of one company's people, or everybody's.

    Rules: ALL-MANAGE-02, ALL-MANAGE-09.
    """

    table: Table
    columns: tuple[str, ...] = field(default=(), converter=_names)
    search: str = ""
    filters: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs)
    sort: tuple[str, ...] = field(default=(), converter=_names)
    group_by: str | None = None
    scope: Target = _EVERYBODYS
    offset: int = 0
    limit: int | None = None


def columns(query: TableQuery) -> tuple[Column, ...]:
    """Return the columns that a query shows, in its order.

    Raises :class:`~certrules.errors.InvalidValueError` for one that the table does not have.

    >>> [column.name for column in columns(TableQuery(Table.ISSUED, ["issued-on", "User"]))]
    ['Issued On', 'User']
    >>> columns(TableQuery(Table.CATALOG, ["nme"]))
    Traceback (most recent call last):
    certrules.errors.InvalidValueError: column cannot be 'nme': expected one of Code, Name, \
Description, Expiry, Awarded To, Assigned; did you mean Name?

    Rules: ALL-MANAGE-03, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10.
    """
    known = _bynamed(query.table)
    chosen = [known[named("column", name, known)] for name in query.columns or known]
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
    table = LAYOUTS[query.table]
    facts = [fact for column in columns(query) for fact in column.facts]
    return Selection(
        table.rows,
        facts,
        AllOf(_where(query, table, instants.utc(at))),
        (*map(Order, _group(query, table)), *_order(query, table)),
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
    where = AllOf(_where(query, table, instants.utc(at)))
    return Selection(table.rows, _group(query, table), where)


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
    for word in folded(query.search).split():
        yield AnyOf([Contains(fact, word) for fact in table.searched])
    given: dict[str, list[Condition]] = {}
    for name, value in query.filters:
        known = named("filter", name, table.filters)
        given.setdefault(known, []).append(table.filters[known](value, at))
    yield from map(AnyOf, given.values())
    if table.rows is Rows.AWARDS and "Status" not in given:
        yield Ahead(Fact.ARCHIVED_AT, at)


def _scoped(scope: Target, table: Layout) -> Iterable[Condition]:
    if table.rows is not Rows.AWARDS and scope != _EVERYBODYS:
        raise InvalidValueError("scope", scope, "everybody: certifications belong to nobody")
    if scope.owner is not None:
        yield OneOf(Fact.USER, {scope.owner})
    if scope.company is not None:
        yield OneOf(Fact.COMPANY, {scope.company})


def _group(query: TableQuery, table: Layout) -> tuple[Fact, ...]:
    if query.group_by is None:
        return ()
    return table.groups[named("group", query.group_by, table.groups)]


def _order(query: TableQuery, table: Layout) -> Iterable[Order]:
    if not query.sort:
        yield from map(Order, table.sort)
    known = _bynamed(query.table)
    sortable = {name: column.sort for name, column in known.items() if column.sort}
    for name in query.sort:
        descending = name.startswith("-")
        fact = sortable[named("sort", name.removeprefix("-"), sortable)]
        yield Order(fact, descending)


def _bynamed(table: Table) -> dict[str, Column]:
    return {column.name: column for column in LAYOUTS[table].columns}
