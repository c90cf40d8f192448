"""Tables of any store: which rows of its other parts does a query find?"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Protocol

from certrules.model.awards import Award, Status, status_of
from certrules.model.catalog import Certification, Item
from certrules.model.tables import AwardRow, CertificationRow, Field, TableQuery
from certrules.repositories.protocols import (
    HasAwards,
    HasCertifications,
    HasCompanies,
    HasItems,
    HasUsers,
)

Known = Mapping[str, tuple[Certification, tuple[Item, ...]]]
"""Certifications by id, each with the items that earn it, in their order."""

_HAD = Status.VALID, Status.EXPIRED

_PAGE = 1000
"""The users of how many awards are looked up together."""


class TableParts(HasUsers, HasCompanies, HasCertifications, HasItems, HasAwards, Protocol):
    """The parts of which :class:`GenericTables` are made."""


class GenericTables:
    """See :class:`~certrules.repositories.protocols.Tables`.

    The certifications are held meanwhile; awards are held only if they are sorted. A store that
    does better may override any of it.
    """

    def __init__(self, transaction: TableParts) -> None:
        self.transaction: TableParts = transaction

    def awards(self, query: TableQuery) -> Iterator[AwardRow]:
        return _page(query, self._found(query))

    def certifications(self, query: TableQuery) -> Iterator[CertificationRow]:
        return _page(query, self._found(query))

    def count(self, query: TableQuery) -> int:
        return sum(1 for _ in self._found(query))

    def groups(self, query: TableQuery) -> Sequence[tuple[Any, ...]]:
        counts = Counter(tuple(each.of(row) for each in query.group) for row in self._found(query))
        return [(*group, number) for group, number in counts.items()]

    def awarded(self, *, at: datetime) -> Mapping[str, int]:
        """Return how many users have each certification at an instant, valid or expired."""
        awards = self.transaction.awards.select()
        have = {award.key[:2] for award in awards if status_of(award, at) in _HAD}
        return Counter(certification for _, certification in have)

    def _found(self, query: TableQuery) -> Iterator[Any]:
        rows = self._awards(query) if query.table.of_awards else self._certifications(query.at)
        return (row for row in rows if _matches(query, row))

    def named(self, awards: Iterator[Award], at: datetime) -> Iterator[AwardRow]:
        """Yield rows of awards, in their order, with all names and the status at an instant."""
        known, of_users = self._known(), self.transaction.users
        companies = {each.id: each for each in self.transaction.companies.all()}
        while page := list(islice(awards, _PAGE)):
            users = of_users.among({award.user_id for award in page})
            for award in page:
                user = users.get(award.user_id)
                company = companies.get(user.company_id or "") if user else None
                certification = known.get(award.certification_id, (None, ()))
                yield AwardRow(award, status_of(award, at), user, company, *certification)

    def _awards(self, query: TableQuery) -> Iterator[AwardRow]:
        scope = query.scope
        rows = self.named(self.transaction.awards.select(user_id=scope.owner_id), query.at)
        return (row for row in rows if scope.company_id in (None, row.user and row.user.company_id))

    def _certifications(self, at: datetime) -> Iterator[CertificationRow]:
        known, awarded = self._known(), self.awarded(at=at)
        creators = {one.created_by for one, _ in known.values() if one.created_by is not None}
        users = self.transaction.users.among(creators)
        for id_, (one, items) in known.items():
            creator = users.get(one.created_by or "")
            yield CertificationRow(one, items, creator, awarded.get(id_, 0))

    def _known(self, ids: Collection[str] | None = None) -> Known:
        """Return certifications with their items: all, or some; unknown items have an id alone."""
        catalog = self.transaction.certifications
        found = list(catalog.all() if ids is None else catalog.among(ids).values())
        refs = {each.ref for one in found for each in one.assignments}
        items = {ref: Item(*ref) for ref in refs} | {**self.transaction.items.among(refs)}
        return {one.id: (one, tuple(items[each.ref] for each in one.assignments)) for one in found}


def _matches(query: TableQuery, row: AwardRow | CertificationRow) -> bool:
    texts = [each.of(row) or "" for each in query.table.searched if query.search]
    return all(any(word in text for text in texts) for word in query.search) and all(
        any(_is_among(field.of(row), values) for field, values in each) for each in query.filters
    )


def _is_among(value: object, values: frozenset[str]) -> bool:
    return not values.isdisjoint(value if isinstance(value, tuple) else (value,))


def _page(query: TableQuery, rows: Iterable[Any]) -> Iterator[Any]:
    """Return the rows that are wanted; rows come by their ids, and equal ones keep that order."""
    for field, descending in reversed(query.order):
        rows = sorted(rows, key=partial(_place, field), reverse=descending)
        if field is Field.USERNAME_KEY:
            rows.sort(key=lambda row: row.user is None)
    stop = None if query.limit is None else query.offset + query.limit
    return islice(rows, query.offset, stop)


def _place(field: Field, row: AwardRow | CertificationRow) -> Any:
    return field.place(field.of(row))
