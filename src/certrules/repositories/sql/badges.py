"""How are badges kept in a database, each bit of a status list given out once?"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from attrs import evolve
from sqlalchemy import bindparam, func, insert, or_, select, update

from certrules.errors import ConflictError
from certrules.model.awards import Award
from certrules.model.badges import Badge
from certrules.repositories.conflicts import badge_conflict
from certrules.repositories.sql.session import Part
from certrules.repositories.sql.tables import badges as table
from certrules.repositories.sql.translation import readable

__all__ = ["SqlBadges"]

_SELECT = select(table)
_SUSPEND = update(table).where(table.c.id == bindparam("of_badge"))
_WITHDRAW = update(table).where(
    table.c.id == bindparam("of_badge"), table.c.open == bindparam("still_open")
)
_REVOKE = update(table).where(
    table.c.user_id == bindparam("of_user"),
    table.c.certification_id == bindparam("of_certification"),
    table.c.cycle == bindparam("of_cycle"),
    table.c.open == bindparam("still_open"),
)
_REVOKE_OUTDATED = _REVOKE.where(
    or_(
        table.c.issued_at != bindparam("begins"),
        table.c.expires_at.is_distinct_from(bindparam("ends")),
    )
)


class SqlBadges(Part):
    """See :class:`~certrules.repositories.protocols.Badges`."""

    def get(self, badge_id: str) -> Badge | None:
        return self._first(_SELECT.where(table.c.id == badge_id))

    def current(self, user_id: str, certification_id: str, cycle: int) -> Badge | None:
        return self._first(
            _SELECT.where(
                table.c.user_id == user_id,
                table.c.certification_id == certification_id,
                table.c.cycle == cycle,
                table.c.open.is_(True),
            )
        )

    def withdrawn(self, cycles: Iterable[tuple[str, str, int]]) -> Collection[tuple[str, str, int]]:
        wanted = set(cycles)
        withdrawn = _SELECT.where(table.c.revoked.is_(True), table.c.open.is_(True))
        users = {user for user, _, _ in wanted}
        found = self._session.rows_among(withdrawn, table.c.user_id, users)
        return wanted & {(row.user_id, row.certification_id, row.cycle) for row in found}

    def listed(self, status_list: int) -> Sequence[Badge]:
        listed = _SELECT.where(table.c.status_list == status_list)
        return list(map(_badge, self._session.rows(listed.order_by(table.c.place))))

    def places(self) -> tuple[int, Collection[int]]:
        ((found,),) = self._session.rows(select(func.max(table.c.status_list)))
        latest = found or 1
        used = self._session.rows(select(table.c.place).where(table.c.status_list == latest))
        return latest, {index for (index,) in used}

    def add(self, badge: Badge) -> None:
        instant = self._session.instants()
        is_open = not badge.revoked or badge.withdrawn or None
        row = (
            *(badge.id, badge.user_id, badge.certification_id, badge.cycle),
            *(instant(badge.issued_at), instant(badge.expires_at), badge.status_list, badge.index),
            *(badge.suspended, badge.revoked, is_open),
        )
        try:
            with self._session.whole():
                self._session.change(insert(table), [row], table.c.keys())
        except ConflictError:
            raise badge_conflict(badge) from None

    def suspend(self, badge_id: str, *, suspended: bool = True) -> None:
        self._session.change(_SUSPEND, [(suspended, badge_id)], ["suspended"])

    def revoke(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        rows = [(True, None, *cycle, True) for cycle in cycles]
        self._session.change(_REVOKE, rows, ["revoked", "open"])

    def revoke_outdated(self, awards: Iterable[Award]) -> None:
        instant = self._session.instants()
        rows = [
            (True, None, *each.key, True, instant(each.issued_at), instant(each.expires_at))
            for each in awards
        ]
        self._session.change(_REVOKE_OUTDATED, rows, ["revoked", "open"])

    def withdraw(self, badge_id: str) -> None:
        self._session.change(_WITHDRAW, [(True, badge_id, True)], ["revoked"])

    def _first(self, statement: Any) -> Badge | None:
        return next(map(_badge, self._session.rows(statement)), None)


@readable
def _badge(row: Any) -> Badge:
    *values, is_open = row
    badge = Badge(*values)
    return evolve(badge, withdrawn=True) if badge.revoked and is_open else badge
