"""Pages of awards: how are a few rows found without sorting a million?

If a query finds few awards, they are sorted. If it finds many, they are read in the order of an
index until the page is full: by user, by certification, by expiry or by their key.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from attrs import evolve
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)

from certrules.model.awards import Status
from certrules.model.people import Scope
from certrules.model.tables import SORTED, Field, Filter, TableQuery, by_status
from certrules.repositories.sql.finding import IDS, KEY, SOURCE, Finding
from certrules.repositories.sql.tables import awards, certifications, companies, users

__all__ = ["helps", "page"]

FEW = 3_000
"""How many awards are sorted in less time than it takes to come upon them in another order."""

LONGEST = 10_000
"""Up to which row awards are read in the order of an index; a page beyond it is sorted."""

# SQLite, which does not know how long a table is, begins with the users only if their index by id
# is of no use to it.
_BY_USER = (
    users.join(awards, awards.c.user_id == users.c.id.concat(""))
    .outerjoin(companies, companies.c.id == users.c.company_id)
    .outerjoin(certifications, certifications.c.id == awards.c.certification_id)
)
_CURRENT = awards.c.archived_at.is_(None)
_CERTIFICATION = awards.c.certification_id


def _awarded() -> Select[Any]:
    """Select the certifications of awards, each found in their index after the one before."""
    ids = select(func.min(_CERTIFICATION).label("id")).cte("ids", recursive=True)
    after = select(func.min(_CERTIFICATION)).where(ids.c.id < _CERTIFICATION).scalar_subquery()
    return select(ids.union_all(select(after).where(ids.c.id.is_not(None))).c.id)


_AWARDED = _awarded()


def helps(query: TableQuery) -> bool:
    """Return whether :func:`page` finds the rows of a query."""
    if query.limit is None or not 0 < query.limit <= LONGEST - query.offset:
        return False
    if query.search or query.scope != Scope() or not all(map(_is_indexed, query.filters)):
        return False
    fields = [field for field, _ in query.order]
    return fields[:1] in ([Field.USERNAME_KEY], [Field.EXPIRES_AT]) or fields in (
        [],
        [Field.NAME_KEY],
        [Field.STATUS],
    )


def _is_indexed(alternatives: Filter) -> bool:
    fields = [field for field, _ in alternatives]
    return fields == [Field.STATUS] or all(each in IDS for each in fields)


def page(finding: Finding, query: TableQuery, columns: Collection[Any]) -> Sequence[Any]:
    """Return the rows of a page, from statements whose rows follow one another."""
    rows: list[Any] = []
    skipped, wanted = query.offset, query.limit or 0
    for statement in _Pages(finding, columns).statements(query):
        found = finding.session.rows(statement.limit(wanted - len(rows)).offset(skipped or None))
        if found:
            skipped = 0
            rows += found
        elif skipped:
            whole = select(func.count()).select_from(statement.order_by(None).subquery())
            skipped -= finding.session.rows(whole)[0][0]
        if len(rows) == wanted:
            break
    return rows


class _Pages:
    def __init__(self, finding: Finding, columns: Collection[Any]) -> None:
        self._finding = finding
        self._columns = columns

    def statements(self, query: TableQuery) -> Iterator[Select[Any]]:
        """Yield statements whose rows, one after the other, are those of a query in its order."""
        lead, descending = query.order[0] if query.order else (None, False)
        if lead is Field.STATUS:
            for each in sorted(Status, key=str, reverse=descending):
                filters = (*query.filters, by_status(each))
                yield from self.statements(evolve(query, filters=filters, sort=(), group=()))
            return
        if not (statuses := _statuses(query)):
            return
        later = self._is_archived_later(query.at)
        few = self._few(query, None if later else _by_instants(statuses, query.at))
        if few is not None:
            yield few
        elif lead is Field.USERNAME_KEY:
            yield from self._by_user(query)
        elif lead is Field.NAME_KEY:
            yield from self._by_certification(query, descending=descending)
        elif lead is Field.EXPIRES_AT and not later and Status.ARCHIVED not in statuses:
            yield from self._by_expiry(query, statuses, descending=descending)
        else:
            yield self._walk(query, *self._finding.order(query, query.order))

    def _few(
        self, query: TableQuery, by_instants: ColumnElement[bool] | None
    ) -> Select[Any] | None:
        """Return the statement that sorts what a query finds; None if it finds many."""
        of_ids = tuple(each for each in query.filters if not _of_status(each))
        if of_ids or by_instants is None:
            found = self._finding.select(query, *self._columns)
        else:
            found = self._finding.select(evolve(query, filters=()), *self._columns)
            found = found.where(by_instants)
        some = found.with_only_columns(literal_column("1")).limit(FEW).subquery()
        ((number,),) = self._finding.session.rows(select(func.count()).select_from(some))
        return found.order_by(*self._finding.order(query, query.order)) if number < FEW else None

    def _walk(
        self, query: TableQuery, *order: ColumnElement[Any], source: Any = SOURCE
    ) -> Select[Any]:
        """Select rows in an order, looking nothing up by the conditions of the query."""
        conditions = self._finding.conditions(query, by_index=False)
        return select(*self._columns).select_from(source).where(*conditions).order_by(*order)

    def _by_user(self, query: TableQuery) -> Iterator[Select[Any]]:
        _, *order = self._finding.order(query, query.order)  # without: those who are gone, last
        yield self._walk(query, *order, source=_BY_USER)
        others = self._finding.order(query, query.order[1:])
        yield self._walk(query, *others).where(users.c.id.is_(None))

    def _by_certification(self, query: TableQuery, *, descending: bool) -> Iterator[Select[Any]]:
        rows = self._finding.session.rows
        named = dict(map(tuple, rows(select(certifications.c.id, certifications.c.name_key))))
        names = [(named.get(id_, "")[:SORTED], id_) for (id_,) in rows(_AWARDED) if id_ is not None]
        by_name = groupby(sorted(names, reverse=descending), key=itemgetter(0))
        for _, same in by_name:
            ids = [id_ for _, id_ in same]
            if len(ids) == 1:
                yield self._walk(query, *KEY).where(_CERTIFICATION.in_(ids))
            else:  # several of one name
                of_ids = ((Field.CERTIFICATION_ID, frozenset(ids)),)
                filters = (*query.filters, of_ids)
                yield from self.statements(evolve(query, filters=filters, sort=(), group=()))

    def _by_expiry(
        self, query: TableQuery, statuses: Collection[Status], *, descending: bool
    ) -> Iterator[Select[Any]]:
        column, order = awards.c.expires_at, [*self._finding.order(query, query.order[1:])]
        dated = self._walk(query, column.desc() if descending else column, *order)
        if Status.EXPIRED not in statuses:
            dated = dated.where(column > query.at)
        elif len(statuses) == 1:
            dated = dated.where(column <= query.at)
        never = self._walk(query, *order).where(column.is_(None))
        parts = (
            [dated.where(column.is_not(None)), never] if statuses != {Status.EXPIRED} else [dated]
        )
        for each in reversed(parts) if descending else parts:
            yield each.where(_CURRENT)

    def _is_archived_later(self, at: datetime) -> bool:
        later = exists().where(awards.c.archived_at > at)
        return bool(self._finding.session.rows(select(later))[0][0])


def _statuses(query: TableQuery) -> frozenset[Status]:
    """Return which statuses the filters leave."""
    asked = [values for each in query.filters if _of_status(each) for _, values in each]
    return frozenset(each for each in Status if all(str(each) in values for values in asked))


def _of_status(alternatives: Filter) -> bool:
    return [field for field, _ in alternatives] == [Field.STATUS]


def _by_instants(statuses: frozenset[Status], at: datetime) -> ColumnElement[bool] | None:
    """Return what is true of awards of some statuses, if an index finds them by it.

    No award may be archived later than the instant.
    """
    archived, issued, expires = awards.c.archived_at, awards.c.issued_at, awards.c.expires_at
    never, later = and_(_CURRENT, expires.is_(None)), and_(_CURRENT, expires > at)
    return {
        frozenset(Status): true(),
        frozenset(Status) - {Status.ARCHIVED}: _CURRENT,
        frozenset({Status.ARCHIVED}): archived <= at,
        frozenset({Status.EXPIRED}): and_(_CURRENT, expires <= at, issued <= at),
        frozenset({Status.VALID}): or_(and_(never, issued <= at), and_(later, issued <= at)),
    }.get(statuses)
