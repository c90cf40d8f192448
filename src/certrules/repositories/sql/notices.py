"""How is each notice kept once in a database, in order among the events?"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from certrules.model.awards import Award
from certrules.model.notices import Notice, NoticeKind, Planned
from certrules.repositories.sql.events import COLUMNS, acknowledged, last_position
from certrules.repositories.sql.session import Part
from certrules.repositories.sql.tables import events
from certrules.repositories.sql.tables import notices as table
from certrules.repositories.sql.tables import planned as planned_table

__all__ = ["SqlNotices"]

_NAMES = [column.name for column in table.c]
_OF_AWARDS = (NoticeKind.ISSUED, NoticeKind.EXPIRY)
_TOLD = select(table).where(table.c.kind.in_(bindparam("kinds", expanding=True)))
_DELETE = delete(table).where(table.c.digest == bindparam("of_digest"))
_FORGET = update(table).values(digest=bindparam("to")).where(table.c.digest == bindparam("of"))
_DELETE_EVENT = delete(events).where(events.c.position == bindparam("at_position"))


class SqlNotices(Part):
    """See :class:`~certrules.repositories.protocols.Notices`."""

    def add(self, notices: Iterable[Notice]) -> Sequence[Notice]:
        by_digest = self._unknown(notices)
        self._append(by_digest)
        return list(by_digest.values())

    def pass_over(self, notices: Iterable[Notice]) -> None:
        unknown = self._unknown(notices)
        self._remember(unknown, dict.fromkeys(unknown))

    def _unknown(self, notices: Iterable[Notice]) -> dict[str, Notice]:
        by_digest = {_digest(notice): notice for notice in notices}
        for row in self._session.rows_among(select(table.c.digest), table.c.digest, [*by_digest]):
            del by_digest[row.digest]
        return by_digest

    def _append(self, by_digest: dict[str, Notice]) -> None:
        """Append to the outbox, whose positions the one writer that there is can then read."""
        if not by_digest:
            return
        instant = self._session.instants()
        before = last_position(self._session)
        entries = [
            (n.kind.value, *_cycle(n), instant(n.due_at), n.item_id) for n in by_digest.values()
        ]
        self._session.change(insert(events), entries, COLUMNS)
        after = select(events.c.position).where(events.c.position > before)
        positions = self._session.rows(after.order_by(events.c.position))
        places = zip(by_digest, positions, strict=True)
        self._remember(by_digest, {digest: position for digest, (position,) in places})

    def _remember(
        self, by_digest: Mapping[str, Notice], positions: Mapping[str, int | None]
    ) -> None:
        instant = self._session.instants()
        rows = [
            (
                *(digest, positions[digest], n.kind.value, *_cycle(n)),
                *(n.notification_id, instant(n.of), n.priority.value),
            )
            for digest, n in by_digest.items()
        ]
        self._session.change(insert(table), rows, _NAMES)

    def cancel(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        self._take_back(self._of(cycles, NoticeKind.EXPIRY))

    def cancel_outdated(self, awards: Iterable[Award]) -> None:
        expiries = {_cycle(each): each.expires_at for each in awards}
        told = self._of(expiries, NoticeKind.EXPIRY)
        self._take_back([row for row in told if row.of_instant != expiries[_cycle(row)]])

    def forget(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        told = self._take_back(self._of(cycles, *_OF_AWARDS))
        rows = [(f"forgotten {row.position}", row.digest) for row in told]
        self._session.change(_FORGET, rows)

    def _of(self, cycles: Iterable[tuple[str, str, int]], *kinds: NoticeKind) -> list[Any]:
        wanted = set(cycles)
        of_kind = _TOLD.params(kinds=[kind.value for kind in kinds])
        found = self._session.rows_among(of_kind, table.c.user_id, {user for user, _, _ in wanted})
        return [row for row in found if _cycle(row) in wanted]

    def _take_back(self, rows: Sequence[Any]) -> list[Any]:
        """Take back what is not acknowledged, and return the rest."""
        if not rows:
            return []
        last = acknowledged(self._session)
        told = [row for row in rows if row.position is not None and row.position <= last]
        kept = {row.digest for row in told}
        pending = [row for row in rows if row.digest not in kept]
        self._session.change(_DELETE, [(row.digest,) for row in pending])
        positions = [(row.position,) for row in pending if row.position is not None]
        self._session.change(_DELETE_EVENT, positions)
        return told

    def planned(self) -> Mapping[str, Planned]:
        rows = self._session.rows(select(planned_table))
        return {row.notification_id: Planned(row.position, row.until, row.since) for row in rows}

    def set_planned(self, planned: Mapping[str, Planned]) -> None:
        instant = self._session.instants()
        rows = (
            (id_, each.position, instant(each.until), instant(each.since))
            for id_, each in planned.items()
        )
        self._session.put(planned_table, rows)


def _cycle(row: Any) -> tuple[str, str, int]:
    return row.user_id, row.certification_id, row.cycle


def _digest(notice: Notice) -> str:
    """Return what stands for the identity of a notice in an index."""
    return sha256(json.dumps(notice.identity, default=datetime.isoformat).encode()).hexdigest()
