"""Queries in a database: which columns, conditions and order do they stand for?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Select,
    case,
    false,
    func,
    or_,
    select,
    type_coerce,
)

from certrules.model.awards import DECIDED_BY, Status
from certrules.model.tables import SORTED, Field, Filter, Sort, TableQuery
from certrules.repositories.sql.columns import WORD
from certrules.repositories.sql.session import Session
from certrules.repositories.sql.tables import (
    assignments,
    awards,
    certifications,
    companies,
    items,
    users,
)


def named(found: FromClause) -> FromClause:
    """Return awards beside their users, companies and certifications, if there are such.

    Databases leave out what a statement does not use.
    """
    return (
        found.outerjoin(users, users.c.id == awards.c.user_id)
        .outerjoin(companies, companies.c.id == users.c.company_id)
        .outerjoin(certifications, certifications.c.id == awards.c.certification_id)
    )


SOURCE: FromClause = named(awards)
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
_OF_ITEMS = select(assignments.c.certification_id).outerjoin(items, _ITEM)
_USERS, _CERTIFICATIONS = awards.c.user_id, awards.c.certification_id
IDS: Mapping[Field, tuple[Column[Any], Select[Any] | None, Any]] = {
    Field.USER_ID: (_USERS, None, None),
    Field.USERNAME_KEY: (_USERS, select(users.c.id), users.c.username_key),
    Field.CERTIFICATION_ID: (_CERTIFICATIONS, None, None),
    Field.NAME_KEY: (_CERTIFICATIONS, select(certifications.c.id), certifications.c.name_key),
    Field.CODE: (_CERTIFICATIONS, select(certifications.c.id), certifications.c.code),
    Field.TRAINING_ID: (_CERTIFICATIONS, _OF_ITEMS, assignments.c.item_id),
    Field.TRAINING_CODE: (_CERTIFICATIONS, _OF_ITEMS, items.c.code),
    Field.TRAINING_KEY: (_CERTIFICATIONS, _OF_ITEMS, items.c.name_key),
}
"""Of which ids a filter by a field is: those in an index of awards, and how they are looked up."""
KEY = (awards.c.user_id, awards.c.certification_id, awards.c.cycle)


class Finding:
    """What queries on awards are to one transaction."""

    def __init__(self, session: Session) -> None:
        self.session: Session = session

    def select(self, query: TableQuery, *columns: ColumnElement[Any]) -> Select[Any]:
        """Select what a query finds, in no order."""
        return select(*columns).select_from(SOURCE).where(*self.conditions(query))

    def column(self, query: TableQuery, field: Field) -> ColumnElement[Any]:
        """Return what a field is in the database."""
        if field is not Field.STATUS:
            return _COLUMNS[field]
        cases = ((_reached(name, yes, query.at), str(each)) for each, name, yes in DECIDED_BY)
        return self.session.by_code_point(case(*cases, else_=str(Status.VALID)))

    def order(
        self, query: TableQuery, fields: Iterable[Sort], *, by_index: bool = True
    ) -> Iterator[ColumnElement[Any]]:
        """Yield what rows are sorted by, fields, then the key of each award; by an index if any."""
        for field, descending in fields:
            column = self.column(query, field)
            column = column if by_index else unindexed(column)
            if field is Field.EXPIRES_AT:
                yield from self.session.sorted_none_last(column, descending=descending)
                continue
            if field is Field.USERNAME_KEY:
                yield users.c.id.is_(None)
            if field.is_text:
                column = func.substr(func.coalesce(column, ""), 1, SORTED)
            yield column.desc() if descending else column
        yield from KEY if by_index else map(unindexed, KEY)

    def conditions(
        self, query: TableQuery, *, by_index: bool = True
    ) -> Iterator[ColumnElement[bool]]:
        """Yield what is true of the rows of a query; an index of ids is used only if it may be."""
        if query.scope.owner_id is not None:
            yield awards.c.user_id == query.scope.owner_id
        if query.scope.company_id is not None:
            yield users.c.company_id == query.scope.company_id
        for word in query.search:
            texts = (_COLUMNS[each] for each in query.table.searched)
            yield or_(*(self.session.position(each, word) > 0 for each in texts))
        for each in query.filters:
            yield or_(false(), *self._alternatives(query, each, by_index=by_index))

    def _alternatives(
        self, query: TableQuery, alternatives: Filter, *, by_index: bool
    ) -> Iterator[ColumnElement[bool]]:
        for field, values in alternatives:
            if field not in IDS:
                yield self.column(query, field).in_(values)
        for column, some in self.ids(alternatives).items():
            yield (column if by_index else unindexed(column)).in_(sorted(some))

    def ids(self, alternatives: Filter) -> Mapping[Column[Any], Collection[str]]:
        """Return which ids the alternatives that :data:`IDS` has leave, by their column."""
        ids = defaultdict[Column[Any], set[str]](set)
        for field, values in alternatives:
            if field not in IDS:
                continue
            column, found_by, key = IDS[field]
            if found_by is None:
                ids[column].update(values)
            else:
                rows = self.session.rows_among(found_by, key, values)
                ids[column].update(id_ for (id_,) in rows)
        return ids


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return what a column holds, as no index has it."""
    return func.coalesce(column, column)


def _reached(name: str, reached: bool, at: datetime) -> ColumnElement[bool]:  # noqa: FBT001
    instant = awards.c[name]
    return instant <= at if reached else or_(instant.is_(None), instant > at)
