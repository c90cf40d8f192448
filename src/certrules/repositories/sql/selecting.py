"""Tables in a database: how are their rows found, sorted and counted?

Awards are the database's work; certifications are few, and found as in every other store.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select, text, type_coerce

from certrules.model.status import DECIDED_BY, Status, status_of
from certrules.model.tables import SORTED, AwardRow, Field, TableQuery
from certrules.repositories.generic_tables import GenericTables, Known, TableParts
from certrules.repositories.sql.awards import AWARDS
from certrules.repositories.sql.columns import WORD
from certrules.repositories.sql.people import COMPANIES, USERS
from certrules.repositories.sql.session import Session
from certrules.repositories.sql.tables import (
    assignments,
    awards,
    certifications,
    companies,
    items,
    users,
)

__all__ = ["SqlTables"]

_SOURCE = (  # databases leave out what a statement does not use
    awards.outerjoin(users, users.c.id == awards.c.user_id)
    .outerjoin(companies, companies.c.id == users.c.company_id)
    .outerjoin(certifications, certifications.c.id == awards.c.certification_id)
)
_ITEM = (items.c.kind == assignments.c.kind) & (items.c.id == assignments.c.item_id)
_NAME, _CODE = func.nullif(items.c.name_key, ""), func.nullif(items.c.code, "")
_FIRST_TRAINING = (
    select(func.coalesce(_NAME, _CODE, assignments.c.item_id))
    .outerjoin_from(assignments, items, _ITEM)
    .where(assignments.c.certification_id == awards.c.certification_id)
    .where(assignments.c.position == 0)
    .correlate(awards)
    .scalar_subquery()
)
_COLUMNS: Mapping[Field, ColumnElement[Any]] = {
    Field.USER_ID: awards.c.user_id,
    Field.SOURCE_TYPE: type_coerce(awards.c.source_type, WORD),
    Field.ISSUED_AT: awards.c.issued_at,
    Field.EXPIRES_AT: awards.c.expires_at,
    Field.USERNAME_KEY: users.c.username_key,
    Field.FIRST_NAME_KEY: users.c.first_name_key,
    Field.LAST_NAME_KEY: users.c.last_name_key,
    Field.USER_TEXT: users.c.search_text,
    Field.COMPANY_ID: users.c.company_id,
    Field.COMPANY_NAME: companies.c.name,
    Field.COMPANY_KEY: companies.c.name_key,
    Field.ACCOUNT_OWNER_KEY: func.nullif(companies.c.account_owner_key, ""),
    Field.CERTIFICATION_ID: awards.c.certification_id,
    Field.NAME: certifications.c.name,
    Field.NAME_KEY: certifications.c.name_key,
    Field.CODE: certifications.c.code,
    Field.CERTIFICATION_TEXT: certifications.c.search_text,
    Field.FIRST_SKILL_KEY: certifications.c.first_skill_key,
    Field.FIRST_TRAINING_KEY: _FIRST_TRAINING,
}
_OF_ITEMS: Mapping[Field, ColumnElement[Any]] = {
    Field.TRAINING_ID: assignments.c.item_id,
    Field.TRAINING_CODE: items.c.code,
    Field.TRAINING_KEY: items.c.name_key,
}
_KEY = (awards.c.user_id, awards.c.certification_id, awards.c.cycle)
_N_AWARD = len(AWARDS.columns)
_ROW = (*AWARDS.columns, *USERS.columns, *COMPANIES.columns)


class SqlTables(GenericTables):
    """See :class:`~certrules.repositories.protocols.Tables`."""

    def __init__(self, session: Session, transaction: TableParts) -> None:
        super().__init__(transaction)
        self._session = session

    def awards(self, query: TableQuery) -> Iterator[AwardRow]:
        found = self._select(query, *_ROW).order_by(*self._order(query))
        statement = found.limit(query.limit).offset(query.offset or None)
        if query.scope.owner_id is None:
            known = self._known()  # before the rows: the connection is busy with them
            return _read(self._session.stream(statement), known, query.at)
        rows = self._session.rows(statement)  # a few, of a few certifications
        return _read(rows, self._known({row.certification_id for row in rows}), query.at)

    def count(self, query: TableQuery) -> int:
        if not query.table.of_awards:
            return super().count(query)
        return int(self._session.rows(self._select(query, func.count()))[0][0])

    def groups(self, query: TableQuery) -> Sequence[tuple[Any, ...]]:
        if not query.table.of_awards:
            return super().groups(query)
        columns = [self._column(query, each) for each in query.group]
        places = (text(str(place)) for place in range(1, len(columns) + 1))
        statement = self._select(query, *columns, func.count()).group_by(*places)
        return [tuple(row) for row in self._session.rows(statement)]

    def awarded(self) -> Mapping[str, int]:
        of = awards.c.certification_id
        current = select(of, func.count()).where(awards.c.archived_at.is_(None)).group_by(of)
        return dict(map(tuple, self._session.rows(current)))

    def _select(self, query: TableQuery, *columns: ColumnElement[Any]) -> Select[Any]:
        return select(*columns).select_from(_SOURCE).where(*self._conditions(query))

    def _column(self, query: TableQuery, field: Field) -> ColumnElement[Any]:
        if field is not Field.STATUS:
            return _COLUMNS[field]
        cases = ((_reached(name, yes, query.at), str(each)) for each, name, yes in DECIDED_BY)
        return self._session.by_code_point(case(*cases, else_=str(Status.VALID)))

    def _order(self, query: TableQuery) -> Iterator[ColumnElement[Any]]:
        for field, descending in query.order:
            column = self._column(query, field)
            if field is Field.EXPIRES_AT:
                yield from self._session.sorted_none_last(column, descending=descending)
                continue
            if field.is_text:
                column = func.substr(func.coalesce(column, ""), 1, SORTED)
            yield column.desc() if descending else column
        yield from _KEY

    def _conditions(self, query: TableQuery) -> Iterator[ColumnElement[bool]]:
        if query.scope.owner_id is not None:
            yield awards.c.user_id == query.scope.owner_id
        if query.scope.company_id is not None:
            yield users.c.company_id == query.scope.company_id
        for word in query.search:
            texts = (_COLUMNS[each] for each in query.table.searched)
            yield or_(*(self._session.position(each, word) > 0 for each in texts))
        for each in query.filters:
            yield or_(false(), *(self._among(query, *one) for one in each))

    def _among(
        self, query: TableQuery, field: Field, values: Collection[str]
    ) -> ColumnElement[bool]:
        if field is Field.USERNAME_KEY:  # by its index, and the awards by theirs
            found = self._session.rows_among(select(users.c.id), users.c.username_key, values)
            return awards.c.user_id.in_([row.id for row in found])
        if field in _OF_ITEMS:
            joined = select(assignments.c.certification_id).outerjoin(items, _ITEM)
            earned_by = joined.where(_OF_ITEMS[field].in_(values))
            return awards.c.certification_id.in_(earned_by)
        return self._column(query, field).in_(values)


def _reached(name: str, reached: bool, at: datetime) -> ColumnElement[bool]:  # noqa: FBT001
    instant = awards.c[name]
    return instant <= at if reached else or_(instant.is_(None), instant > at)


def _read(rows: Iterable[Any], known: Known, at: datetime) -> Iterator[AwardRow]:
    """Yield rows; users and companies that come again soon are made once."""
    user_of = lru_cache(maxsize=1000)(USERS.read)
    company_of = lru_cache(maxsize=1000)(COMPANIES.read)
    for row in rows:
        award, user, company = AWARDS.read(row[:_N_AWARD]), row[_N_AWARD:-3], row[-3:]
        yield AwardRow(
            award,
            status_of(award, at),
            None if user[0] is None else user_of(user),
            None if company[0] is None else company_of(company),
            *known.get(award.certification_id, (None, ())),
        )
