"""Awards: how are they kept in a database, many at a time?"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from heapq import merge
from operator import attrgetter

from sqlalchemy import bindparam, delete, update

from certrules import instants
from certrules.errors import ConflictError
from certrules.model.awards import Award, AwardKey
from certrules.repositories.conflicts import conflict
from certrules.repositories.sql.mapping import Mapped
from certrules.repositories.sql.session import Part, grouped
from certrules.repositories.sql.tables import awards as table

AWARDS = Mapped(
    Award,
    table,
    {
        "source_type": "source.type",
        "source_item": "source.item_id",
        "source_links": "source.links",
        "source_completed_at": "source.completed_at",
    },
)
_KEY = (table.c.user_id, table.c.certification_id, table.c.cycle)
_AS_SEEN = (
    *(column == AWARDS.binds[column.name] for column in _KEY),
    table.c.version == bindparam("seen"),
)
_UPDATE = update(table).where(*_AS_SEEN).values(AWARDS.changes)
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
        rows = self._session.rows_among(AWARDS.select.order_by(*_KEY), table.c.user_id, users)
        return grouped((row[:2], AWARDS.read(row)) for row in rows if row[:2] in wanted)

    def select(
        self,
        *,
        user_id: str | None = None,
        certification_id: str | None = None,
        archived: bool | None = None,
    ) -> Iterator[Award]:
        statement = AWARDS.select
        if user_id is not None:
            statement = statement.where(table.c.user_id == user_id)
        if certification_id is not None:
            statement = statement.where(table.c.certification_id == certification_id)
        if archived is not None:
            statement = statement.where(
                table.c.archived_at.is_not(None) if archived else table.c.archived_at.is_(None)
            )
        return map(AWARDS.read, self._session.pages(statement, *_KEY))

    def expiring(self, first: datetime, last: datetime, *, at: datetime) -> Iterator[Award]:
        within = table.c.expires_at.between(instants.utc(first), instants.utc(last))
        archived, keys = table.c.archived_at, (table.c.expires_at, *_KEY)
        current = (  # each of them is found in an index
            self._session.pages(AWARDS.select.where(within, each), *keys)
            for each in (archived.is_(None), archived > instants.utc(at))
        )
        rows = merge(*current, key=attrgetter(*(key.name for key in keys)))
        return map(AWARDS.read, rows)

    def add(self, awards: Sequence[Award]) -> None:
        with self._conflicts_named(awards, lambda stored, _: stored is None):
            self._session.change(AWARDS.insert, awards, AWARDS.getters)

    def replace(self, awards: Sequence[Award]) -> None:
        before = {"seen": lambda award: award.version - 1}
        with self._conflicts_named(awards, lambda stored, award: stored == award.version - 1):
            if self._session.change(_UPDATE, awards, {**AWARDS.getters, **before}) != len(awards):
                raise ConflictError

    def remove(self, awards: Sequence[Award]) -> None:
        own = {"seen": attrgetter("version")}
        with self._conflicts_named(awards, lambda stored, award: stored == award.version):
            if self._session.change(_DELETE, awards, {**AWARDS.getters, **own}) != len(awards):
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
