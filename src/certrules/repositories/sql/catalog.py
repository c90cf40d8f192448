"""Certifications, and the items that earn them: how are they kept in a database?"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from sqlalchemy import select

from certrules.model.catalog import Assignment, Certification, Item, ItemKind, ItemRef
from certrules.model.tables import certification_text, sort_key
from certrules.repositories.sql.mapping import Mapped, Whole, in_order
from certrules.repositories.sql.session import Part, chunks, grouped, is_any
from certrules.repositories.sql.tables import assignments, certifications, items
from certrules.text import folded

_ITEMS = Mapped(Item, items, name_key=lambda item: folded(item.name))
_CERTIFICATIONS = Mapped(
    Certification,
    certifications,
    {
        "validity_amount": "validity.amount",
        "validity_unit": "validity.unit",
        "group_ids": "groups",
    },
    name_key=lambda one: folded(one.name),
    search_text=certification_text,
    description_key=lambda one: sort_key(one.description),
    first_skill_key=lambda one: sort_key(next(iter(one.skills), "")),
)
_WHOLE = Whole(
    _CERTIFICATIONS,
    assignments,
    "assignments",
    Assignment,
    attrgetter("kind", "item_id", "assigned_at", "group"),
)


class SqlCertifications(Part):
    """See :class:`~certrules.repositories.protocols.Certifications`."""

    def get(self, certification_id: str) -> Certification | None:
        return self.among([certification_id]).get(certification_id)

    def among(self, ids: Collection[str]) -> Mapping[str, Certification]:
        rows = self._session.rows_among(_WHOLE.select, certifications.c.id, ids)
        return {each.id: each for each in _WHOLE.read(rows)}

    def coded(self, codes: Collection[str]) -> Mapping[str, Sequence[Certification]]:
        rows = self._session.rows_among(_WHOLE.select, certifications.c.code, codes)
        return grouped((each.code, each) for each in _WHOLE.read(rows) if each.code)

    def assigned(self, kind: ItemKind, item_id: str) -> Sequence[Certification]:
        of_item = select(assignments.c.certification_id).where(
            assignments.c.kind == kind, assignments.c.item_id == item_id
        )
        rows = self._session.rows(_WHOLE.select.where(certifications.c.id.in_(of_item)))
        return list(_WHOLE.read(rows))

    def all(self) -> Iterator[Certification]:
        return _WHOLE.read(self._session.rows(_WHOLE.select))

    def put(self, values: Iterable[Certification]) -> None:
        self._session.put_whole(_WHOLE, values)

    def remove(self, certification_id: str) -> None:
        for statement in _WHOLE.deletes:
            self._session.change(statement, [(certification_id,)], in_order("id"))


class SqlItems(Part):
    """See :class:`~certrules.repositories.protocols.Items`."""

    def get(self, kind: ItemKind, item_id: str) -> Item | None:
        return self.among([ItemRef(kind, item_id)]).get(ItemRef(kind, item_id))

    def among(self, refs: Collection[ItemRef]) -> Mapping[ItemRef, Item]:
        found = (
            _ITEMS.read(row)
            for chunk in chunks(refs)
            for row in self._session.rows(
                _ITEMS.select.where(is_any(items.c.kind, items.c.id, chunk))
            )
        )
        return {ItemRef(item.kind, item.id): item for item in found}

    def coded(self, kind: ItemKind, codes: Collection[str]) -> Mapping[str, Sequence[Item]]:
        of_kind = _ITEMS.select.where(items.c.kind == kind).order_by(items.c.id)
        rows = self._session.rows_among(of_kind, items.c.code, codes)
        return grouped((item.code or "", item) for item in map(_ITEMS.read, rows))

    def all(self) -> Iterator[Item]:
        whole = _ITEMS.select.order_by(items.c.kind, items.c.id)
        return map(_ITEMS.read, self._session.rows(whole))

    def put(self, values: Iterable[Item]) -> None:
        self._session.put(items, values, _ITEMS.getters)
