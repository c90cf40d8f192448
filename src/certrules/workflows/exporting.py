"""Export a table of a store to a file, and a learner's expiries to a calendar."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any, BinaryIO

from attrs import frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.exports.calendar import calendar
from certrules.exports.delimited import Cell, write_csv
from certrules.exports.excel import write_excel
from certrules.model.people import Action
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import tables
from certrules.rules.calendar import expiries
from certrules.rules.tables import Table, TableQuery
from certrules.words import Word
from certrules.workflows import facts
from certrules.workflows.actors import SYSTEM, Asking, permit, permit_for

__all__ = ["ACTIONS", "ExportFormat", "Exported", "Group", "expiry_calendar", "export", "rows"]


ACTIONS = {
    Table.CERTIFICATIONS: Action.EXPORT_CERTIFICATIONS,
    Table.CATALOG: Action.EXPORT_CERTIFICATIONS,
    Table.ISSUED: Action.EXPORT_AWARDS,
    Table.AWARDED_USERS: Action.EXPORT_AWARDS,
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


def export(
    store: Store,
    query: TableQuery,
    target: BinaryIO,
    *,
    as_: ExportFormat,
    at: datetime,
    zone: str | tzinfo,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Exported:
    """Write what a query finds to a binary stream, however long it is, without holding it.

    Statuses are those of the aware instant ``at``; days and times are those of ``zone``. Lists are
    written with semicolons between. Raises :class:`~certrules.errors.InvalidValueError` for a name
    or value that the table does not know, and :class:`~certrules.errors.NotPermittedError`.

    >>> from io import BytesIO
    >>> from certrules.repositories.memory import MemoryStore
    >>> from certrules.rules.tables import Table, TableQuery
    >>> query, to, at = TableQuery(Table.CATALOG), BytesIO(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> export(MemoryStore(), query, to, as_=ExportFormat.CSV, at=at, zone=UTC).rows
    0
    >>> print(to.getvalue().decode("utf-8-sig").strip())
    Code,Name,Description,Expiry,Awarded To,Assigned

    Rules: ALL-MANAGE-04, ALL-MANAGE-09, ALL-ROLE-04, ALL-ROLE-06.
    """
    if not isinstance(as_, ExportFormat):
        raise InvalidValueError("format", as_, "a certrules.workflows.exporting.ExportFormat")
    permit(actor, ACTIONS[query.table], query.scope, policy=policy)
    headings = tuple(column.name for column in tables.columns(query))
    with store.reading() as view:
        groups = _groups(view, query, at)
        found = map(_flat, rows(view, query, at=at, zone=zone))
        if as_ is ExportFormat.CSV:
            count = write_csv(target, headings, found)
        else:
            title = str(query.table).replace("-", " ").capitalize()
            note = f"As of {instants.utc(at).isoformat()}; days and times of {zone}"
            count = write_excel(target, headings, found, title=title, note=note)
    return Exported(headings, count, groups)


def rows(
    view: Transaction, query: TableQuery, *, at: datetime, zone: str | tzinfo
) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each row that a query finds, in its order, without holding them all.

    The view must stay open meanwhile, and may not be asked anything else. A certification is listed
    from its creation to its deletion, whatever its status.

    >>> from certrules.repositories.memory import MemoryStore
    >>> from certrules.rules.tables import Table, TableQuery
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> with MemoryStore().reading() as view:
    ...     list(rows(view, TableQuery(Table.ISSUED), at=at, zone=UTC))
    []

    Rules: ALL-CERT-12, ALL-MANAGE-02, ALL-MANAGE-03, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10.
    """
    found = view.tables.rows(tables.selection(query, at=at))
    return map(tables.shown(query, at=at, zone=zone), found)


def _groups(view: Transaction, query: TableQuery, at: datetime) -> tuple[Group, ...]:
    if query.group_by is None:
        return ()
    found = view.tables.groups(tables.groups(query, at=at))
    return tuple(Group(next(filter(None, reversed(facts)), None), count) for *facts, count in found)


def _flat(cells: Sequence[Any]) -> list[Cell]:
    return ["; ".join(cell) if isinstance(cell, tuple) else cell for cell in cells]


def expiry_calendar(
    store: Store,
    user_id: str,
    *,
    at: datetime,
    zone: str | tzinfo,
    alarms: Sequence[int] = (),
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> bytes:
    """Return the calendar of when a user's certifications expire, as an iCalendar file.

    See :func:`certrules.rules.calendar.expiries` and :func:`certrules.exports.calendar.calendar`.
    Raises :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have, and
    :class:`~certrules.errors.NotPermittedError`.

    Rules: ALL-ROLE-05, ALL-ROLE-07, DOC-EXP-04.
    """
    permit_for(actor, Action.VIEW_AWARDS, store, user_id, policy=policy)
    with store.reading() as view:
        known = facts.known_user(view, user_id)
        awards = list(view.awards.select(user_id=user_id, archived=False))
        ids = {award.certification_id for award in awards}
        certifications = {id_: one for id_ in ids if (one := view.certifications.get(id_))}
    found = expiries(awards, certifications, zone=zone)
    return calendar(found, at=at, name=f"Certifications of {known.username}", alarms=alarms)
