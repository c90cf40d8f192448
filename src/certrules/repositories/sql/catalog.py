"""How are certifications, and the learning that earns them, kept in a database?"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from certrules.model.catalog import (
    Assignment,
    Certification,
    CertificationStatus,
    Criteria,
    Item,
    ItemKind,
    ItemRef,
    Validity,
)
from certrules.model.tables import certification_text, folded, sort_key
from certrules.periods import Unit
from certrules.repositories.sql.session import Part, chunks, grouped, is_any, pack, unpack
from certrules.repositories.sql.tables import assignments, certifications, items
from certrules.repositories.sql.translation import readable

__all__ = ["SqlCertifications", "SqlItems"]

_WHOLE = (
    select(*certifications.c, *assignments.c[2:])
    .outerjoin_from(certifications, assignments)
    .order_by(certifications.c.id, assignments.c.position)
)
_DELETE = delete(certifications).where(certifications.c.id == bindparam("key"))
_ITEMS = select(items).order_by(items.c.kind, items.c.id)


class SqlCertifications(Part):
    """See :class:`~certrules.repositories.protocols.Certifications`."""

    def get(self, certification_id: str) -> Certification | None:
        return self.among([certification_id]).get(certification_id)

    def among(self, ids: Collection[str]) -> Mapping[str, Certification]:
        rows = self._session.rows_among(_WHOLE, certifications.c.id, ids)
        return {each.id: each for each in _certifications(rows)}

    def coded(self, codes: Collection[str]) -> Mapping[str, Sequence[Certification]]:
        rows = self._session.rows_among(_WHOLE, certifications.c.code, codes)
        return grouped((each.code, each) for each in _certifications(rows) if each.code)

    def assigned(self, kind: ItemKind, item_id: str) -> Sequence[Certification]:
        of_item = select(assignments.c.certification_id).where(
            assignments.c.kind == kind.value, assignments.c.item_id == item_id
        )
        rows = self._session.rows(_WHOLE.where(certifications.c.id.in_(of_item)))
        return list(_certifications(rows))

    def all(self) -> Iterator[Certification]:
        return _certifications(self._session.rows(_WHOLE))

    def put(self, values: Iterable[Certification]) -> None:
        latest = {value.id: value for value in values}
        instant = self._session.instants()
        self._session.change(_DELETE, [(id_,) for id_ in latest])  # its assignments go with it
        self._session.change(
            insert(certifications),
            [_row(c, instant) for c in latest.values()],
            certifications.c.keys(),
        )
        assigned = [
            (c.id, position, a.kind.value, a.item_id, instant(a.assigned_at), a.group)
            for c in latest.values()
            for position, a in enumerate(c.assignments)
        ]
        self._session.change(insert(assignments), assigned, assignments.c.keys())

    def remove(self, certification_id: str) -> None:
        self._session.change(_DELETE, [(certification_id,)])  # its assignments go with it


def _row(value: Certification, instant: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    criteria = value.criteria and value.criteria.value
    return (
        *(value.id, value.name, value.code, value.description),
        *(value.validity.amount, value.validity.unit.value, value.retake, value.status.value),
        *(criteria, pack(sorted(value.groups)), value.completion_criteria, pack(value.skills)),
        *(value.badge_image, value.created_by),
        *(instant(value.created_at), instant(value.updated_at)),
        *(folded(value.name), certification_text(value)),
        *(sort_key(value.description), sort_key(next(iter(value.skills), ""))),
    )


def _certifications(rows: Iterable[Any]) -> Iterator[Certification]:
    """Yield certifications, of each of which all rows come together: one for each assignment."""
    for _, same in groupby(rows, key=lambda row: row.id):
        first, *others = same
        assigned = [_assignment(row) for row in (first, *others) if row.kind is not None]
        yield _certification(first, assigned)


@readable
def _certification(row: Any, assigned: Iterable[Assignment]) -> Certification:
    named = row.id, row.name, row.code, row.description
    made = row.badge_image, row.created_by, row.created_at, row.updated_at
    return Certification(
        *named,
        Validity(row.validity_amount, Unit(row.validity_unit)),
        row.retake,
        CertificationStatus(row.status),
        tuple(assigned),
        row.criteria and Criteria(row.criteria),
        frozenset(unpack(row.group_ids)),
        row.completion_criteria,
        unpack(row.skills),
        *made,
    )


@readable
def _assignment(row: Any) -> Assignment:
    return Assignment(ItemKind(row.kind), row.item_id, row.assigned_at, row.alternatives)


class SqlItems(Part):
    """See :class:`~certrules.repositories.protocols.Items`."""

    def get(self, kind: ItemKind, item_id: str) -> Item | None:
        statement = _ITEMS.where(items.c.kind == kind.value, items.c.id == item_id)
        return next(map(_item, self._session.rows(statement)), None)

    def among(self, refs: Collection[ItemRef]) -> Mapping[ItemRef, Item]:
        found = (
            item
            for chunk in chunks(refs)
            for item in self._session.rows(_ITEMS.where(is_any(items.c.kind, items.c.id, chunk)))
        )
        return {ItemRef(item.kind, item.id): item for item in map(_item, found)}

    def coded(self, kind: ItemKind, codes: Collection[str]) -> Mapping[str, Sequence[Item]]:
        of_kind = _ITEMS.where(items.c.kind == kind.value)
        rows = self._session.rows_among(of_kind, items.c.code, codes)
        return grouped((row.code, _item(row)) for row in rows)

    def all(self) -> Iterator[Item]:
        return map(_item, self._session.rows(_ITEMS))

    def put(self, values: Iterable[Item]) -> None:
        self._session.put(
            items, ((v.kind.value, v.id, v.code, v.name, folded(v.name)) for v in values)
        )


@readable
def _item(row: Any) -> Item:
    """Return the item of a row."""
    return Item(ItemKind(row.kind), row.id, row.code, row.name)
