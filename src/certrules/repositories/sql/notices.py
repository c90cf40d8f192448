"""How is each notice kept once in a database, in order among the events?"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, delete, insert, select, update

from certrules.model.notices import Notice, NoticeKind, Planned
from certrules.repositories.sql.cursors import ACKNOWLEDGED, PLANNED, cursor, set_cursor
from certrules.repositories.sql.events import COLUMNS, last_position
from certrules.repositories.sql.session import Session
from certrules.repositories.sql.tables import events
from certrules.repositories.sql.tables import notices as table

__all__ = ["SqlNotices"]

_NAMES = [column.name for column in table.c]
_TOLD = select(table).join(events, events.c.position == table.c.position)
_DELETE = delete(table).where(table.c.digest == bindparam("of_digest"))
_FORGET = update(table).values(digest=bindparam("to")).where(table.c.digest == bindparam("of"))
_DELETE_EVENT = delete(events).where(events.c.position == bindparam("at_position"))

_Place = tuple[str, int]
"""The digest of a notice and its position in the outbox."""


class SqlNotices:
    """See :class:`~certrules.repositories.protocols.Notices`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, notices: Iterable[Notice]) -> Sequence[Notice]:
        """Append those notices whose identity was never there, and return them."""
        by_digest = {_digest(notice): notice for notice in notices}
        for row in self._session.rows_among(select(table.c.digest), table.c.digest, [*by_digest]):
            del by_digest[row.digest]
        self._append(by_digest)
        return list(by_digest.values())

    def _append(self, by_digest: dict[str, Notice]) -> None:
        """Append to the outbox, whose positions the one writer that there is can then read."""
        instant = self._session.instants()
        before = last_position(self._session)
        entries = [
            (n.kind.value, n.user, n.certification, n.cycle, instant(n.due_at), n.item)
            for n in by_digest.values()
        ]
        self._session.change(insert(events), entries, COLUMNS)
        after = select(events.c.position).where(events.c.position > before)
        positions = self._session.rows(after.order_by(events.c.position))
        rows = [
            (
                digest,
                position,
                n.user,
                n.certification,
                n.cycle,
                n.notification,
                instant(n.of),
                n.priority.value,
            )
            for (digest, n), (position,) in zip(by_digest.items(), positions, strict=True)
        ]
        self._session.change(insert(table), rows, _NAMES)

    def cancel(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        """Take back the notices of some cycles' expiries; those acknowledged stay."""
        self._take_back(self._of(cycles, NoticeKind.EXPIRY))

    def forget(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        """Take back notices of awards that are no more; those acknowledged no longer count."""
        told = self._take_back(self._of(cycles, NoticeKind.ISSUED, NoticeKind.EXPIRY))
        self._session.change(_FORGET, [(f"forgotten {at}", digest) for digest, at in told])

    def _of(self, cycles: Iterable[tuple[str, str, int]], *kinds: NoticeKind) -> list[_Place]:
        wanted = set(cycles)
        of_kind = _TOLD.where(events.c.kind.in_([kind.value for kind in kinds]))
        users = {user for user, _, _ in wanted}
        return [
            (row.digest, row.position)
            for row in self._session.rows_among(of_kind, table.c.user_id, users)
            if (row.user_id, row.certification_id, row.cycle) in wanted
        ]

    def _take_back(self, places: list[_Place]) -> list[_Place]:
        """Take back what is not acknowledged, and return the rest."""
        acknowledged, _ = cursor(self._session, ACKNOWLEDGED)
        pending = [place for place in places if place[1] > acknowledged]
        self._session.change(_DELETE, [(digest,) for digest, _ in pending])
        self._session.change(_DELETE_EVENT, [(position,) for _, position in pending])
        return [place for place in places if place[1] <= acknowledged]

    def planned(self) -> Planned | None:
        """Return how far notices are planned; None where nobody ever asked for any."""
        position, until = cursor(self._session, PLANNED)
        return None if until is None else Planned(position, until)

    def set_planned(self, planned: Planned) -> None:
        """Remember how far notices are planned."""
        set_cursor(self._session, PLANNED, planned.position, planned.until)


def _digest(notice: Notice) -> str:
    """Return what stands for the identity of a notice in an index."""
    return sha256(json.dumps(notice.identity, default=datetime.isoformat).encode()).hexdigest()
