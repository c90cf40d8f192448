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
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from certrules.model.awards import Status
from certrules.model.people import Scope
from certrules.model.tables import SORTED, Field, Filter, TableQuery, by_status
from certrules.repositories.sql.finding import IDS, KEY, SOURCE, Finding, named, unindexed
from certrules.repositories.sql.tables import awards, certifications, companies, users

FEW = 3_000
"""How many awards are sorted in less time than it takes to come upon them in another order."""

MANY = 100_000
"""How many awards are sorted by expiry, by an index alone, in less time than that."""

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
_STANDING = frozenset(Status) - {Status.ARCHIVED}
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
        few = self._few(query, statuses)
        if few is not None:
            yield few
        elif lead is Field.USERNAME_KEY:
            yield from self._by_user(query)
        elif lead is Field.NAME_KEY:
            yield from self._by_certification(query, descending=descending)
        elif lead is Field.EXPIRES_AT:
            yield from self._by_expiry(query, statuses, descending=descending)
        else:
            yield self._walk(query, *self._finding.order(query, query.order))

    def _few(self, query: TableQuery, statuses: frozenset[Status]) -> Select[Any] | None:
        """Return the statement that sorts what a query finds; None if it finds many."""
        found = [*self._finding.conditions(query)]
        if all(map(_of_status, query.filters)) and statuses != frozenset(Status):
            found.append(_perhaps(statuses, query.at))
        few = FEW * (1 + (query.offset + (query.limit or 0)) // 1000)  # of more, more are sorted
        if self._number(and_(true(), *found), few) == few:
            return None
        order = self._finding.order(query, query.order, by_index=False)
        return select(*self._columns).select_from(SOURCE).where(*found).order_by(*order)

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
        ids = {id_ for (id_,) in rows(_AWARDED) if id_ is not None}
        for found in map(self._finding.ids, query.filters):
            if list(found) == [_CERTIFICATION]:
                ids.intersection_update(found[_CERTIFICATION])
        names = [(named.get(id_, "")[:SORTED], id_) for id_ in ids]
        by_name = groupby(sorted(names, reverse=descending), key=itemgetter(0))
        for _, same in by_name:
            alike = [id_ for _, id_ in same]
            if len(alike) == 1:
                yield self._walk(query, *KEY).where(_CERTIFICATION.in_(alike))
            else:  # several of one name
                of_ids = ((Field.CERTIFICATION_ID, frozenset(alike)),)
                filters = (*query.filters, of_ids)
                yield from self.statements(evolve(query, filters=filters, sort=(), group=()))

    def _by_expiry(
        self, query: TableQuery, statuses: frozenset[Status], *, descending: bool
    ) -> Iterator[Select[Any]]:
        filters = tuple(each for each in query.filters if not _of_status(each))
        of_any, expires = evolve(query, filters=filters), awards.c.expires_at
        for never in (descending, not descending):
            parts = [*self._parts(query, statuses, never=never)]
            merged = len(parts) > 1 or any(few for _, few in parts)
            source = awards if merged and not query.order[1:] else SOURCE
            found = []
            for part, few in parts:
                column = unindexed(expires) if few else expires
                by = [] if never else [column.desc() if descending else column]
                order = self._finding.order(query, query.order[1:], by_index=not few)
                rows = self._walk(of_any, *by, *order, source=source).where(part)
                found.append(rows.where(column.is_(None) if never else column.is_not(None)))
            yield from [self._merged(query, found)] if merged else found

    def _parts(
        self, query: TableQuery, statuses: frozenset[Status], *, never: bool
    ) -> Iterator[tuple[ColumnElement[bool], bool]]:
        """Yield the parts in which awards of some statuses are, and whether a part is sorted.

        No award is in two of them. What is current and what is history is read in the order of an
        index; what is not yet valid or archived later is looked up and sorted, unless it is much.
        """
        archived, expires, at = awards.c.archived_at, awards.c.expires_at, query.at
        begun, future = awards.c.issued_at <= at, awards.c.issued_at > at
        if statuses >= _STANDING:
            yield _CURRENT, False
        else:
            if Status.EXPIRED in statuses and not never:
                yield and_(_CURRENT, begun, expires <= at), False
            if Status.VALID in statuses:
                yield and_(_CURRENT, begun, *([] if never else [expires > at])), False
            if Status.NOT_YET_VALID in statuses:
                few = self._number(future, MANY) < MANY
                yield and_(unindexed(archived).is_(None) if few else _CURRENT, future), few
        if Status.ARCHIVED in statuses:
            yield archived <= at, False
        if (number := self._number(archived > at, MANY)) and statuses & _STANDING:
            status = self._finding.column(query, Field.STATUS)
            yield and_(archived > at, status.in_(sorted(map(str, statuses)))), number < MANY

    def _merged(self, query: TableQuery, parts: Sequence[Select[Any]]) -> Select[Any]:
        """Select the rows of parts, each no more than the page needs, in the order of a query."""
        most = query.offset + (query.limit or 0)
        ids = (part.with_only_columns(*KEY).limit(most).subquery() for part in parts)
        keys = union_all(*map(select, ids)).subquery()
        same = and_(*(keys.c[column.name] == column for column in KEY))
        order = self._finding.order(query, query.order, by_index=False)
        return select(*self._columns).select_from(named(keys.join(awards, same))).order_by(*order)

    def _number(self, found: ColumnElement[bool], most: int) -> int:
        """Return of how many awards something is true, at most so many."""
        rows: Select[Any] = select(literal_column("1")).select_from(awards).where(found).limit(most)
        return int(
            self._finding.session.rows(select(func.count()).select_from(rows.subquery()))[0][0]
        )


def _statuses(query: TableQuery) -> frozenset[Status]:
    """Return which statuses the filters leave."""
    asked = [values for each in query.filters if _of_status(each) for _, values in each]
    return frozenset(each for each in Status if all(str(each) in values for values in asked))


def _of_status(alternatives: Filter) -> bool:
    return [field for field, _ in alternatives] == [Field.STATUS]


def _perhaps(statuses: frozenset[Status], at: datetime) -> ColumnElement[bool]:
    """Return what is true of awards of some statuses, and of few others; an index finds them."""
    archived, issued, expires = awards.c.archived_at, awards.c.issued_at, awards.c.expires_at
    later = archived > at
    found = {
        Status.ARCHIVED: [archived <= at],
        Status.NOT_YET_VALID: [issued > at],
        Status.EXPIRED: [and_(_CURRENT, expires <= at), later],
        Status.VALID: [and_(_CURRENT, expires.is_(None)), and_(_CURRENT, expires > at), later],
    }
    if {Status.EXPIRED, Status.VALID} <= statuses:
        found |= {Status.EXPIRED: [_CURRENT], Status.VALID: [later], Status.NOT_YET_VALID: []}
    return or_(*(way for each in Status if each in statuses for way in found[each]))
