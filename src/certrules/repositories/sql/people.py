"""How are people kept in a database?"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from certrules.model.people import Company, User, username_key
from certrules.model.tables import folded, sort_key, user_text
from certrules.repositories.sql.session import Part, grouped, pack, unpack
from certrules.repositories.sql.tables import companies
from certrules.repositories.sql.tables import users as table
from certrules.repositories.sql.translation import readable
from certrules.repositories.zones import zones_checked

__all__ = ["USER", "SqlCompanies", "SqlUsers", "read_user"]

USER = table.c[:10]
"""The columns that make a user; the others are for searching and sorting."""

_SELECT = select(*USER)


class SqlUsers(Part):
    """See :class:`~certrules.repositories.protocols.Users`."""

    def get(self, user_id: str) -> User | None:
        rows = self._session.rows(_SELECT.where(table.c.id == user_id))
        return read_user(rows[0]) if rows else None

    def among(self, ids: Collection[str]) -> Mapping[str, User]:
        return {
            row.id: read_user(row) for row in self._session.rows_among(_SELECT, table.c.id, ids)
        }

    def named(self, keys: Collection[str]) -> Mapping[str, Sequence[User]]:
        rows = self._session.rows_among(_SELECT.order_by(table.c.id), table.c.username_key, keys)
        return grouped((row.username_key, read_user(row)) for row in rows)

    def all(self) -> Iterator[User]:
        return map(read_user, self._session.pages(_SELECT, table.c.id))

    def put(self, users: Iterable[User]) -> None:
        self._session.put(table, map(_row, zones_checked(users)))


def _row(user: User) -> tuple[Any, ...]:
    return (
        *(user.id, user.username, username_key(user.username), user.first_name, user.last_name),
        *(user.active, user.time_zone, pack(sorted(user.groups)), pack(sorted(user.branches))),
        *(user.company_id, folded(user.first_name), folded(user.last_name), user_text(user)),
    )


@readable
def read_user(row: Any) -> User:
    """Return the user of a row of the columns of ``USER``."""
    id_, username, _, first_name, last_name, active, time_zone, groups, branches, company = row
    belongs = unpack(groups), unpack(branches)
    return User(id_, username, first_name, last_name, active, time_zone, *belongs, company)


_COMPANIES = select(companies).order_by(companies.c.id)


class SqlCompanies(Part):
    """See :class:`~certrules.repositories.protocols.Companies`."""

    def get(self, company_id: str) -> Company | None:
        rows = self._session.rows(_COMPANIES.where(companies.c.id == company_id))
        return _company(rows[0]) if rows else None

    def all(self) -> Iterator[Company]:
        return map(_company, self._session.rows(_COMPANIES))

    def put(self, values: Iterable[Company]) -> None:
        rows = (
            (v.id, v.name, folded(v.name), v.account_owner, sort_key(v.account_owner or ""))
            for v in values
        )
        self._session.put(companies, rows)


@readable
def _company(row: Any) -> Company:
    return Company(row.id, row.name, row.account_owner)
