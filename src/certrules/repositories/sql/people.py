"""Users and companies: how are they kept in a database?"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from certrules.model.people import Company, User, username_key
from certrules.model.tables import sort_key, user_text
from certrules.repositories.sql.mapping import Mapped
from certrules.repositories.sql.session import Part, grouped
from certrules.repositories.sql.tables import companies, users
from certrules.repositories.zones import zones_checked
from certrules.text import folded

USERS = Mapped(
    User,
    users,
    {"group_ids": "groups", "branch_ids": "branches"},
    username_key=lambda user: username_key(user.username),
    first_name_key=lambda user: folded(user.first_name),
    last_name_key=lambda user: folded(user.last_name),
    search_text=user_text,
)
COMPANIES = Mapped(
    Company,
    companies,
    name_key=lambda company: folded(company.name),
    account_owner_key=lambda company: sort_key(company.account_owner or ""),
)


class SqlUsers(Part):
    """See :class:`~certrules.repositories.protocols.Users`."""

    def get(self, user_id: str) -> User | None:
        return self.among([user_id]).get(user_id)

    def among(self, ids: Collection[str]) -> Mapping[str, User]:
        rows = self._session.rows_among(USERS.select, users.c.id, ids)
        return {user.id: user for user in map(USERS.read, rows)}

    def named(self, keys: Collection[str]) -> Mapping[str, Sequence[User]]:
        ordered = USERS.select.order_by(users.c.id)
        rows = self._session.rows_among(ordered, users.c.username_key, keys)
        return grouped((username_key(user.username), user) for user in map(USERS.read, rows))

    def all(self) -> Iterator[User]:
        return map(USERS.read, self._session.pages(USERS.select, users.c.id))

    def put(self, values: Iterable[User]) -> None:
        self._session.put(users, zones_checked(values), USERS.getters)


class SqlCompanies(Part):
    """See :class:`~certrules.repositories.protocols.Companies`."""

    def get(self, company_id: str) -> Company | None:
        rows = self._session.rows(COMPANIES.select.where(companies.c.id == company_id))
        return next(map(COMPANIES.read, rows), None)

    def all(self) -> Iterator[Company]:
        return map(COMPANIES.read, self._session.pages(COMPANIES.select, companies.c.id))

    def put(self, values: Iterable[Company]) -> None:
        self._session.put(companies, values, COMPANIES.getters)
