"""The tables of any store: which rows of its other parts does a query find?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from certrules.model.catalog import Certification, Item
from certrules.model.status import status_of
from certrules.model.tables import AwardRow, CertificationRow, Field, TableQuery
from certrules.repositories.protocols import Transaction

__all__ = ["GenericTables", "Known", "known_certifications"]

Known = Mapping[str, tuple[Certification, tuple[Item, ...]]]
"""Certifications by id, each with the items that earn it, in their order."""

_PAGE = 1000
"""The users of how many awards are looked up together."""

_Row = TypeVar("_Row", AwardRow, CertificationRow)


class GenericTables:
    """See :class:`~certrules.repositories.protocols.Tables`.

    It reads users, companies, certifications, items and awards. The catalogue is held meanwhile;
    awards are held only if they are sorted. A store that does better may override any of it.
    """

    def __init__(self, transaction: Transaction) -> None:
        self.transaction: Transaction = transaction

    def awards(self, query: TableQuery) -> Iterator[AwardRow]:
        """Return the awards that a query finds, in its order."""
        return _page(query, self._found_awards(query))

    def certifications(self, query: TableQuery) -> Iterator[CertificationRow]:
        """Return the certifications that a query finds, in its order."""
        return _page(query, self._found_certifications(query))

    def count(self, query: TableQuery) -> int:
        """Return how many rows a query finds, whatever its offset and limit."""
        return sum(1 for _ in self._found(query))

    def groups(self, query: TableQuery) -> Sequence[tuple[Any, ...]]:
        """Return each combination of the group's fields, with the number of its rows last."""
        counts = Counter(tuple(each.of(row) for each in query.group) for row in self._found(query))
        return [(*group, number) for group, number in counts.items()]

    def awarded(self) -> Mapping[str, int]:
        """Return the number of current awards of each certification."""
        current = self.transaction.awards.select(archived=False)
        return Counter(award.certification_id for award in current)

    def _found(self, query: TableQuery) -> Iterator[AwardRow] | Iterator[CertificationRow]:
        if query.table.of_awards:
            return self._found_awards(query)
        return self._found_certifications(query)

    def _found_awards(self, query: TableQuery) -> Iterator[AwardRow]:
        known, scope = self._known(), query.scope
        companies = {each.id: each for each in self.transaction.companies.all()}
        awards = self.transaction.awards.select(user_id=scope.owner_id)
        while page := list(islice(awards, _PAGE)):
            users = self.transaction.users.among({award.user_id for award in page})
            for award in page:
                user = users.get(award.user_id)
                company = companies.get(user.company_id or "") if user else None
                certification = known.get(award.certification_id, (None, ()))
                row = AwardRow(award, status_of(award, query.at), user, company, *certification)
                if scope.company_id in (None, user and user.company_id) and _matches(query, row):
                    yield row

    def _found_certifications(self, query: TableQuery) -> Iterator[CertificationRow]:
        known, awarded = self._known(), self.awarded()
        creators = {one.created_by for one, _ in known.values() if one.created_by is not None}
        users = self.transaction.users.among(creators)
        for id_, (one, items) in known.items():
            row = CertificationRow(one, items, users.get(one.created_by or ""), awarded.get(id_, 0))
            if _matches(query, row):
                yield row

    def _known(self) -> Known:
        certifications = list(self.transaction.certifications.all())
        return known_certifications(certifications, self.transaction.items.all())


def known_certifications(certifications: Sequence[Certification], items: Iterable[Item]) -> Known:
    """Return certifications by id, each with its items; unknown items have an id alone."""
    assigned = {(each.kind, each.item_id) for one in certifications for each in one.assignments}
    known = {key: Item(*key) for key in assigned}
    known.update((key, item) for item in items if (key := (item.kind, item.id)) in assigned)
    return {
        one.id: (one, tuple(known[each.kind, each.item_id] for each in one.assignments))
        for one in certifications
    }


def _matches(query: TableQuery, row: AwardRow | CertificationRow) -> bool:
    texts = [each.of(row) or "" for each in query.table.searched if query.search]
    return all(any(word in text for text in texts) for word in query.search) and all(
        any(_is_among(field.of(row), values) for field, values in each) for each in query.filters
    )


def _is_among(value: object, values: frozenset[str]) -> bool:
    return not values.isdisjoint(value if isinstance(value, tuple) else (value,))


def _page(query: TableQuery, rows: Iterable[_Row]) -> Iterator[_Row]:
    """Return the rows that are wanted; rows come by their ids, and equal ones keep that order."""
    for field, descending in reversed(query.order):
        rows = sorted(rows, key=partial(_place, field), reverse=descending)
    stop = None if query.limit is None else query.offset + query.limit
    return islice(rows, query.offset, stop)


def _place(field: Field, row: AwardRow | CertificationRow) -> Any:
    return field.place(field.of(row))
