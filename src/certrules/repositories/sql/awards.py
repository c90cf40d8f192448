"""How are awards kept in a database, many at a time?"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from attrs import astuple
from sqlalchemy import bindparam, delete, insert, select, update

from certrules import instants
from certrules.errors import ConflictError
from certrules.model.awards import (
    AssociationType,
    Award,
    AwardKey,
    ExpiryBasis,
    ExternalLink,
    Source,
)
from certrules.repositories.conflicts import conflict
from certrules.repositories.sql.session import Part, grouped, pack, unpack
from certrules.repositories.sql.tables import awards as table
from certrules.repositories.sql.translation import readable

__all__ = ["SqlAwards", "read_award"]

_KEY = (table.c.user_id, table.c.certification_id, table.c.cycle)
_KEYS = [column.name for column in _KEY]
_REST = [column.name for column in table.c if not column.primary_key]
_SELECT = select(table)
_INSERT = insert(table)
_AS_SEEN = (
    table.c.user_id == bindparam("of_user"),
    table.c.certification_id == bindparam("of_certification"),
    table.c.cycle == bindparam("of_cycle"),
    table.c.version == bindparam("seen"),
)
_UPDATE = update(table).where(*_AS_SEEN)
_DELETE = delete(table).where(*_AS_SEEN)


class SqlAwards(Part):
    """See :class:`~certrules.repositories.protocols.Awards`."""

    def history(self, user_id: str, certification_id: str) -> Sequence[Award]:
        return list(self.select(user_id=user_id, certification_id=certification_id))

    def histories(
        self, pairs: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Award]]:
        wanted = set(pairs)
        users = {user for user, _ in wanted}  # in every database, the quickest way to the pairs
        rows = self._session.rows_among(_SELECT.order_by(*_KEY), table.c.user_id, users)
        return grouped((row[:2], read_award(row)) for row in rows if row[:2] in wanted)

    def select(
        self,
        *,
        user_id: str | None = None,
        certification_id: str | None = None,
        archived: bool | None = None,
    ) -> Iterator[Award]:
        statement = _SELECT
        if user_id is not None:
            statement = statement.where(table.c.user_id == user_id)
        if certification_id is not None:
            statement = statement.where(table.c.certification_id == certification_id)
        if archived is not None:
            statement = statement.where(
                table.c.archived_at.is_not(None) if archived else table.c.archived_at.is_(None)
            )
        return map(read_award, self._session.pages(statement, *_KEY))

    def expiring(self, first: datetime, last: datetime) -> Iterator[Award]:
        statement = _SELECT.where(
            table.c.expires_at >= instants.utc(first),
            table.c.expires_at <= instants.utc(last),
            table.c.archived_at.is_(None),
        )
        return map(read_award, self._session.pages(statement, table.c.expires_at, *_KEY))

    def add(self, awards: Sequence[Award]) -> None:
        instant = self._session.instants()
        rows = [(*award.key, *_values(award, instant)) for award in awards]
        with self._conflicts_named(awards, lambda stored, _: stored is None):
            self._session.change(_INSERT, rows, _KEYS + _REST)

    def replace(self, awards: Sequence[Award]) -> None:
        instant = self._session.instants()
        rows = [(*_values(award, instant), *award.key, award.version - 1) for award in awards]
        with self._conflicts_named(awards, lambda stored, award: stored == award.version - 1):
            if self._session.change(_UPDATE, rows, _REST) != len(rows):
                raise ConflictError

    def remove(self, awards: Sequence[Award]) -> None:
        rows = [(*award.key, award.version) for award in awards]
        with self._conflicts_named(awards, lambda stored, award: stored == award.version):
            if self._session.change(_DELETE, rows) != len(rows):
                raise ConflictError

    @contextmanager
    def _conflicts_named(
        self, awards: Sequence[Award], allowed: Callable[[int | None, Award], bool]
    ) -> Iterator[None]:
        """Change all awards or none; in a conflict, name the first that is not allowed."""
        try:
            with self._session.whole() if awards else nullcontext():
                yield
        except ConflictError:
            stored = self.histories({(award.user_id, award.certification_id) for award in awards})
            versions = {each.key: each.version for cycles in stored.values() for each in cycles}
            refused = (a for a in awards if not allowed(_seen(versions, a), a))
            raise conflict(next(refused, awards[-1])) from None


def _seen(versions: dict[AwardKey, int], award: Award) -> int | None:
    """Return the version that an award would find, and leave its own in that place."""
    found = versions.get(award.key)
    versions[award.key] = award.version
    return found


def _values(award: Award, instant: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    source = award.source
    links = pack(map(astuple, source.links)) if source.links else None
    return (
        *(instant(award.issued_at), instant(award.expires_at), award.basis.value),
        *(source.type.value, source.item_id, links, instant(source.completed_at)),
        *(instant(award.archived_at), award.anchor_day, award.version),
    )


@readable
def read_award(row: Any) -> Award:
    """Return the award of a row of all columns."""
    user, certification, cycle, issued_at, expires_at, basis, type_, item, links, *rest = row
    completed_at, archived_at, anchor_day, version = rest
    linked = tuple(ExternalLink(*link) for link in unpack(links))
    source = Source(AssociationType(type_), item, linked, completed_at)
    earned = issued_at, expires_at, ExpiryBasis(basis), source
    return Award(user, certification, *earned, cycle, archived_at, anchor_day, version)
