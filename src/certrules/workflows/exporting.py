"""Export a table of a store to a file, and a learner's expiries to a calendar."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any, BinaryIO, Protocol

from attrs import frozen

from certrules.exports.calendar import calendar
from certrules.exports.tables import Cell, write_csv, write_excel
from certrules.model.people import Action
from certrules.model.tables import NOT_LATER, AwardRow
from certrules.model.values import checked
from certrules.repositories.protocols import HasTables, HasUsers
from certrules.rules import tables
from certrules.rules.calendar import expiries
from certrules.rules.tables import Table, TableQuery
from certrules.words import Word
from certrules.workflows import facts
from certrules.workflows.platform import Acting, scope_of
from certrules.workflows.reporting import awards

ACTIONS = {
    each: Action.EXPORT_AWARDS if each.of_awards else Action.EXPORT_CERTIFICATIONS for each in Table
}
"""What somebody must be permitted to do, to export a table."""


class ExportFormat(Word):
    """As what a table is exported.

    Rules: ALL-MANAGE-04.
    """

    CSV = "csv"
    EXCEL = "xlsx"


@frozen
class Group:
    """How many rows have one value of the column by which they are grouped, which may be None."""

    value: str | None
    rows: int


@frozen
class Exported:
    """What an export wrote: its columns, how many rows, and how many of each group."""

    columns: tuple[str, ...]
    rows: int
    groups: tuple[Group, ...] = ()


class CalendarParts(HasUsers, HasTables, Protocol):
    """What :func:`expiry_calendar` asks of a store."""


def export(
    acting: Acting[HasTables],
    query: TableQuery,
    target: BinaryIO,
    *,
    as_: ExportFormat,
    zone: str | tzinfo | None = None,
) -> Exported:
    """Write what a query finds to a binary stream, however long it is, without holding it.

    Days and times are those of ``zone``, or else of each user's
    (:meth:`~certrules.workflows.platform.Platform.zone_of`), which the column Time Zone names.
    Lists are written with semicolons between. Raises
    :class:`~certrules.errors.InvalidValueError` for what is no format. Action:
    ``EXPORT_CERTIFICATIONS`` or ``EXPORT_AWARDS``, by the table.

    >>> from io import BytesIO
    >>> from certrules.rules.tables import Table
    >>> query = tables.query(Table.CATALOG, at=datetime(2024, 1, 1, tzinfo=UTC))
    >>> to, system = BytesIO(), Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> export(system, query, to, as_=ExportFormat.CSV).rows
    0
    >>> print(to.getvalue().decode("utf-8-sig").strip())
    Code,Name,Description,Expiry,Awarded To,Assigned

    Rules: ALL-MANAGE-04, ALL-MANAGE-09, ALL-ROLE-04, ALL-ROLE-06, INT-49.
    """
    checked("format", as_, ExportFormat)
    acting.require(ACTIONS[query.table], query.scope)
    with acting.reading() as view:
        groups = tuple(_groups(view, query))
        found = map(_flat, rows(view, query, zone=_zones(acting, query, zone)))
        if as_ is ExportFormat.CSV:
            count = write_csv(target, query.columns, found)
        else:
            title = str(query.table).replace("-", " ").capitalize()
            own = "each user's own time zone, else of "
            where = own * (zone is None and query.table.of_awards) + str(zone or acting.zone)
            note = f"As of {query.at.isoformat()}; days and times of {where}"
            count = write_excel(target, query.columns, found, title=title, note=note)
    return Exported(query.columns, count, groups)


def rows(
    view: HasTables, query: TableQuery, *, zone: str | tzinfo | Callable[[Any], tzinfo]
) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each row that a query finds, in its order, without holding them all.

    ``zone`` is as for :func:`certrules.rules.tables.cells`. The view must stay open meanwhile, and
    may not be asked anything else. A certification is listed from its creation to its deletion,
    whatever its status.

    >>> from certrules.rules.tables import Table
    >>> query = tables.query(Table.ISSUED, at=datetime(2024, 1, 1, tzinfo=UTC))
    >>> with MemoryStore().reading() as view:
    ...     list(rows(view, query, zone=UTC))
    []

    Rules: ALL-CERT-12, ALL-MANAGE-02, ALL-MANAGE-03, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10.
    """
    cells = tables.cells(query, zone=zone)
    if query.table.of_awards:
        return map(cells, view.tables.awards(query))
    return map(cells, view.tables.certifications(query))


def _zones(
    acting: Acting[HasTables], query: TableQuery, zone: str | tzinfo | None
) -> str | tzinfo | Callable[[AwardRow], tzinfo]:
    if zone is None and query.table.of_awards:
        return lambda row: acting.zone_of(row.user)
    return acting.zone if zone is None else zone


def _groups(view: HasTables, query: TableQuery) -> Iterator[Group]:
    def place(group: Sequence[Any]) -> Any:
        pairs = zip(query.group, group, strict=False)
        return [(field.place(value), str(value)) for field, value in pairs]

    if query.group:
        for *values, count in sorted(view.tables.groups(query), key=place):
            yield Group(next(filter(None, reversed(values)), None), count)


def _flat(cells: Sequence[Any]) -> list[Cell]:
    return ["; ".join(cell) if isinstance(cell, tuple) else cell for cell in cells]


def expiry_calendar(
    acting: Acting[CalendarParts],
    user_id: str,
    *,
    at: datetime,
    zone: str | tzinfo | None = None,
    alarms: Sequence[int] = (),
    past: bool = False,
) -> bytes:
    """Return the calendar of when a user's certifications expire, as an iCalendar file.

    Days are those of ``zone``, or else of the user's
    (:meth:`~certrules.workflows.platform.Platform.zone_of`). What begins after ``at`` counts, too,
    unless ``past`` says that ``at`` is past: then it was not there yet. See
    :func:`certrules.rules.calendar.expiries` and :func:`certrules.exports.calendar.calendar`.
    Action: ``VIEW_AWARDS``.

    Rules: ALL-ROLE-05, ALL-ROLE-07, DOC-EXP-04, DOC-REPORT-04, INT-49.
    """
    checked("past", past, bool)
    with acting.reading() as view:
        filters = (NOT_LATER,) * past
        query = TableQuery(Table.ISSUED, at, filters=filters, scope=scope_of(view, user_id))
        rows = awards(acting, view, query)
        known = facts.known_user(view, user_id)
        days = acting.zone_of(known) if zone is None else zone
        found = expiries(rows, zone=days)
    name = f"Certifications of {known.username}"
    return calendar(found, at=at, name=name, zone=days, alarms=alarms)
