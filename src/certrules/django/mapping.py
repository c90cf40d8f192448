"""Users and courses of a project: read from its own models, and never written."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast, Lower, Trim

from certrules.errors import StoreError
from certrules.model.catalog import Item, ItemKind, ItemRef
from certrules.model.people import User, username_key
from certrules.repositories import protocols
from certrules.repositories.generic_tables import GenericTables
from certrules.repositories.protocols import Transaction
from certrules.repositories.sql.session import chunks, grouped

V = TypeVar("V", User, Item)

_NOT_ASCII = r"[^ -~]"


class _Rows(Generic[V]):
    """The rows of a queryset, as values whose ids are the texts of their primary keys."""

    def __init__(self, rows: QuerySet[Any], read: Callable[[Any], V]) -> None:
        self.rows = rows
        self.read: Callable[[Any], V] = read

    def among(self, ids: Iterable[str]) -> dict[str, V]:
        """Return the values of many ids, absent if there is none."""
        keys = {id_: key for id_ in ids if str(key := self._key(id_)) == id_}
        found = (row for some in chunks(keys.values()) for row in self.rows.filter(pk__in=some))
        return {value.id: value for value in map(self.read, found)}

    def all(self) -> Iterator[V]:
        """Return every value, by id."""
        return map(self.read, self.rows.order_by(Cast("pk", CharField())).iterator(chunk_size=1000))

    def _key(self, id_: str) -> Any:
        """Return the primary key of an id; None if nothing here can have this id."""
        try:
            key = None if "\0" in id_ else self.rows.model._meta.pk.clean(id_, None)
        except ValidationError:
            return None
        return None if isinstance(key, int) and abs(key) >= 2**63 else key


class MappedUsers:
    """See :class:`~certrules.repositories.protocols.Users`."""

    def __init__(self, rows: QuerySet[Any], read: Callable[[Any], User]) -> None:
        self._rows = _Rows(rows, read)

    def get(self, user_id: str) -> User | None:
        return self.among([user_id]).get(user_id)

    def among(self, ids: Collection[str]) -> Mapping[str, User]:
        return self._rows.among(ids)

    def named(self, keys: Collection[str]) -> Mapping[str, Sequence[User]]:
        name = self._rows.rows.model.USERNAME_FIELD
        rows = self._rows.rows.annotate(certrules_key=Lower(Trim(name)))
        near = (Q(certrules_key__in=some) for some in chunks(k for k in keys if "\0" not in k))
        # no database folds as Python does what is not ASCII, so all such names are looked at
        queries = Q(**{f"{name}__regex": _NOT_ASCII}), *near
        found = (self._rows.read(row) for query in queries for row in rows.filter(query))
        users = sorted({user.id: user for user in found}.items())
        named = ((username_key(user.username), user) for _, user in users)
        return grouped((key, user) for key, user in named if key in keys)

    def all(self) -> Iterator[User]:
        return self._rows.all()

    def put(self, users: Iterable[User], /) -> None:
        _refuse(users, "users")


class MappedItems:
    """See :class:`~certrules.repositories.protocols.Items`; courses are those of the project."""

    def __init__(
        self, own: protocols.Items, rows: QuerySet[Any], read: Callable[[Any], Item]
    ) -> None:
        self._own = own
        self._rows = _Rows(rows, read)

    def get(self, kind: ItemKind, item_id: str) -> Item | None:
        ref = ItemRef(kind, item_id)
        return self.among([ref]).get(ref)

    def among(self, refs: Collection[ItemRef]) -> Mapping[ItemRef, Item]:
        others = [ref for ref in refs if ref.kind is not ItemKind.COURSE]
        courses = self._rows.among(id_ for kind, id_ in refs if kind is ItemKind.COURSE)
        return {
            **self._own.among(others),
            **{ItemRef(each.kind, each.id): each for each in courses.values()},
        }

    def coded(self, kind: ItemKind, codes: Collection[str]) -> Mapping[str, Sequence[Item]]:
        if kind is not ItemKind.COURSE:
            return self._own.coded(kind, codes)
        return grouped(
            (each.code, each) for each in self._rows.all() if each.code and each.code in codes
        )

    def all(self) -> Iterator[Item]:
        yield from self._rows.all()
        yield from (each for each in self._own.all() if each.kind is not ItemKind.COURSE)

    def put(self, items: Iterable[Item], /) -> None:
        listed = list(items)
        _refuse((each for each in listed if each.kind is ItemKind.COURSE), "courses")
        self._own.put(listed)


def _refuse(values: Iterable[object], what: str) -> None:
    if any(True for _ in values):
        raise StoreError(f"the {what} are the project's own: add and change them there")


class MappedTransaction:
    """A transaction in which the users and courses are those of the project, if it maps them."""

    def __init__(
        self, own: Transaction, users: protocols.Users | None, items: protocols.Items | None
    ) -> None:
        self.users: protocols.Users = users or own.users
        self.items: protocols.Items = items or own.items
        self.companies: protocols.Companies = own.companies
        self.certifications: protocols.Certifications = own.certifications
        self.awards: protocols.Awards = own.awards
        self.learning: protocols.Learning = own.learning
        self.renewals: protocols.Renewals = own.renewals
        self.badges: protocols.Badges = own.badges
        self.events: protocols.Events = own.events
        self.notices: protocols.Notices = own.notices
        self.tables: protocols.Tables = GenericTables(self)
