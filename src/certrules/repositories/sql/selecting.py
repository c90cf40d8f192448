"""Tables in a database: how are their rows found, sorted and counted?

Awards are the database's work; certifications are few, and found as in every other store.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, or_, select, text

from certrules.model.awards import status_of
from certrules.model.tables import AwardRow, TableQuery
from certrules.repositories.generic_tables import GenericTables, Known, TableParts
from certrules.repositories.sql import paging
from certrules.repositories.sql.awards import AWARDS
from certrules.repositories.sql.finding import Finding
from certrules.repositories.sql.people import COMPANIES, USERS
from certrules.repositories.sql.session import Session
from certrules.repositories.sql.tables import awards

_N_AWARD = len(AWARDS.columns)
_ROW = (*AWARDS.columns, *USERS.columns, *COMPANIES.columns)


class SqlTables(GenericTables):
    """See :class:`~certrules.repositories.protocols.Tables`."""

    def __init__(self, session: Session, transaction: TableParts) -> None:
        super().__init__(transaction)
        self._session = session
        self._finding = Finding(session)

    def awards(self, query: TableQuery) -> Iterator[AwardRow]:
        if paging.helps(query):
            rows = paging.page(self._finding, query, _ROW)
            return _read(rows, self._known_of(rows), query.at)
        found = self._finding.select(query, *_ROW).order_by(
            *self._finding.order(query, query.order)
        )
        statement = found.limit(query.limit).offset(query.offset or None)
        if query.scope.owner_id is None:
            known = self._known()  # before the rows: the connection is busy with them
            return _read(self._session.stream(statement), known, query.at)
        rows = self._session.rows(statement)
        return _read(rows, self._known_of(rows), query.at)

    def _known_of(self, rows: Sequence[Any]) -> Known:
        return self._known({row.certification_id for row in rows})

    def count(self, query: TableQuery) -> int:
        if not query.table.of_awards:
            return super().count(query)
        return int(self._session.rows(self._finding.select(query, func.count()))[0][0])

    def groups(self, query: TableQuery) -> Sequence[tuple[Any, ...]]:
        if not query.table.of_awards:
            return super().groups(query)
        columns = [self._finding.column(query, each) for each in query.group]
        places = (text(str(place)) for place in range(1, len(columns) + 1))
        statement = self._finding.select(query, *columns, func.count()).group_by(*places)
        return [tuple(row) for row in self._session.rows(statement)]

    def awarded(self, *, at: datetime) -> Mapping[str, int]:
        of, archived = awards.c.certification_id, awards.c.archived_at
        number = select(of, func.count(awards.c.user_id.distinct())).group_by(of)
        found = number.where(awards.c.issued_at <= at, or_(archived.is_(None), archived > at))
        return dict(map(tuple, self._session.rows(found)))


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
