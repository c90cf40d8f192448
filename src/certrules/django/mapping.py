"""Users and courses of a project, read from its own models for a composite store."""

from collections.abc import Callable, Collection, Iterable
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower, Trim

from certrules.model.catalog import Item, ItemKind, ItemRef
from certrules.model.people import User
from certrules.repositories.composite import keys

V = TypeVar("V", User, Item)

_NOT_ASCII = r"[^ -~]"


class _Rows(Generic[V]):
    """The rows of a queryset, as values whose ids are the texts of their primary keys."""

    def __init__(self, rows: QuerySet[Any], read: Callable[[Any], V]) -> None:
        self._rows = rows
        self._read: Callable[[Any], V] = read

    def all(self) -> Iterable[V]:
        return map(self._read, self._rows.iterator(chunk_size=1000))

    def _of(self, ids: Iterable[str]) -> Iterable[V]:
        return map(self._read, self._rows.filter(pk__in=keys(ids, self._key)))

    def _key(self, id_: str) -> Any:
        try:
            return self._rows.model._meta.pk.clean(id_, None)
        except ValidationError as error:
            raise ValueError(id_) from error


class UserRows(_Rows[User]):
    """See :class:`~certrules.repositories.composite.HostUsers`."""

    def among(self, ids: Collection[str], /) -> Iterable[User]:
        return self._of(ids)

    def named(self, keys: Collection[str], /) -> Iterable[User]:
        name = self._rows.model.USERNAME_FIELD
        rows = self._rows.annotate(certrules_key=Lower(Trim(name)))
        # no database folds as Python does what is not ASCII, so all such names are looked at
        near = Q(certrules_key__in=keys) | Q(**{f"{name}__regex": _NOT_ASCII})
        return map(self._read, rows.filter(near))


class CourseRows(_Rows[Item]):
    """See :class:`~certrules.repositories.composite.HostItems`."""

    def among(self, refs: Collection[ItemRef], /) -> Iterable[Item]:
        return self._of(ref.id for ref in refs)

    def coded(self, kind: ItemKind, codes: Collection[str], /) -> Iterable[Item]:  # noqa: ARG002
        return self.all()
