"""Badges: how are they kept in a database, each bit of a status list given out once?"""

from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, bindparam, false, func, null, or_, select, true, update

from certrules.errors import ConflictError
from certrules.model.awards import Award, AwardKey
from certrules.model.badges import Badge
from certrules.repositories.conflicts import badge_conflict
from certrules.repositories.sql.mapping import Mapped, in_order
from certrules.repositories.sql.session import Part
from certrules.repositories.sql.tables import badges as table

_BADGES = Mapped(
    Badge,
    table,
    {"place": "index"},
    open=lambda badge: not badge.revoked or badge.withdrawn or None,
)
_SELECT = _BADGES.select.add_columns(table.c.open)
_CHANGE = update(table).where(table.c.id == bindparam("id"))
_SUSPEND = _CHANGE.values(suspended=true())
_RESUME = _CHANGE.values(suspended=false())
_WITHDRAW = _CHANGE.where(table.c.open.is_(True)).values(revoked=true())
_CYCLE = (table.c.user_id, table.c.certification_id, table.c.cycle)
_REVOKE = (
    update(table)
    .where(*(column == bindparam(column.name) for column in _CYCLE), table.c.open.is_(True))
    .values(revoked=true(), open=null())
)
_REVOKE_OUTDATED = _REVOKE.where(
    or_(
        table.c.issued_at != bindparam("issued_at"),
        table.c.expires_at.is_distinct_from(bindparam("expires_at")),
    )
)
_OF_AWARD = {name: attrgetter(name) for name in (*AwardKey._fields, "issued_at", "expires_at")}


class SqlBadges(Part):
    """See :class:`~certrules.repositories.protocols.Badges`."""

    def get(self, badge_id: str) -> Badge | None:
        return self._first(_SELECT.where(table.c.id == badge_id))

    def current(self, user_id: str, certification_id: str, cycle: int) -> Badge | None:
        key = zip(_CYCLE, (user_id, certification_id, cycle), strict=True)
        of_cycle = (column == each for column, each in key)
        return self._first(_SELECT.where(*of_cycle, table.c.open.is_(True)))

    def withdrawn(self, cycles: Iterable[tuple[str, str, int]]) -> Collection[tuple[str, str, int]]:
        wanted = set(cycles)
        withdrawn = _SELECT.where(table.c.revoked.is_(True), table.c.open.is_(True))
        users = {user for user, _, _ in wanted}
        found = self._session.rows_among(withdrawn, table.c.user_id, users)
        return wanted & {(row.user_id, row.certification_id, row.cycle) for row in found}

    def listed(self, status_list: int) -> Sequence[Badge]:
        listed = _SELECT.where(table.c.status_list == status_list)
        return list(map(_read, self._session.rows(listed.order_by(table.c.place))))

    def places(self) -> tuple[int, Collection[int]]:
        ((found,),) = self._session.rows(select(func.max(table.c.status_list)))
        latest = found or 1
        used = self._session.rows(select(table.c.place).where(table.c.status_list == latest))
        return latest, {index for (index,) in used}

    def add(self, badge: Badge) -> None:
        try:
            with self._session.whole():
                self._session.change(_BADGES.insert, [badge], _BADGES.getters)
        except ConflictError:
            raise badge_conflict(badge) from None

    def suspend(self, badge_id: str, *, suspended: bool = True) -> None:
        self._session.change(_SUSPEND if suspended else _RESUME, [(badge_id,)], in_order("id"))

    def revoke(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        self._session.change(_REVOKE, cycles, in_order(*AwardKey._fields))

    def revoke_outdated(self, awards: Iterable[Award]) -> None:
        self._session.change(_REVOKE_OUTDATED, awards, _OF_AWARD)

    def withdraw(self, badge_id: str) -> None:
        self._session.change(_WITHDRAW, [(badge_id,)], in_order("id"))

    def _first(self, statement: Select[Any]) -> Badge | None:
        return next(map(_read, self._session.rows(statement)), None)


def _read(row: Any) -> Badge:
    *values, is_open = row
    return _BADGES.read(values, withdrawn=bool(row.revoked and is_open))
