"""How is what happened and what is told kept in a database, in order?"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select

from certrules import instants
from certrules.model.events import Event, EventKind
from certrules.model.notices import Notice, NoticeKind, Priority
from certrules.repositories.sql.session import Part, Session
from certrules.repositories.sql.tables import cursors, notices
from certrules.repositories.sql.tables import events as table
from certrules.repositories.sql.translation import readable

__all__ = ["COLUMNS", "SqlEvents", "acknowledged", "last_position"]

_ACKNOWLEDGED = "acknowledged"
COLUMNS = ["kind", "user_id", "certification_id", "cycle", "at", "item_id"]
_JOINED = table.outerjoin(notices, notices.c.position == table.c.position)
_OUTBOX = (
    select(table, notices.c.notification_id, notices.c.of_instant, notices.c.priority)
    .select_from(_JOINED)
    .order_by(table.c.position)
)


class SqlEvents(Part):
    """See :class:`~certrules.repositories.protocols.Events`."""

    def add(self, events: Iterable[Event]) -> None:
        instant = self._session.instants()
        rows = [
            (e.kind.value, e.user_id, e.certification_id, e.cycle, instant(e.at), e.item_id)
            for e in events
        ]
        self._session.change(insert(table), rows, COLUMNS)

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Event | Notice]]:
        statement = _OUTBOX.where(table.c.position > position).limit(limit)
        return list(map(_entry, self._session.rows(statement)))

    def acknowledged(self) -> int:
        return acknowledged(self._session)

    def acknowledge(self, position: int) -> None:
        reached = max(min(position, last_position(self._session)), self.acknowledged())
        self._session.put(cursors, [(_ACKNOWLEDGED, reached)])

    def count(self, position: int, at: datetime) -> tuple[int, int]:
        pending = select(func.count()).select_from(_JOINED).where(table.c.position > position)
        ((count,),) = self._session.rows(pending)
        ((late,),) = self._session.rows(pending.where(or_(*_late(instants.utc(at)))))
        return count, late


def _late(at: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield what is true of the notices of each priority that were to be sent before an instant."""
    earliest = datetime.min.replace(tzinfo=UTC)
    for priority in Priority:
        limit = max(at, earliest + priority.within) - priority.within
        yield and_(notices.c.priority == priority.value, table.c.at < limit)


def acknowledged(session: Session) -> int:
    """Return the position up to which everything was acknowledged; 0 where nothing was."""
    rows = session.rows(select(cursors.c.position).where(cursors.c.name == _ACKNOWLEDGED))
    return rows[0].position if rows else 0


def last_position(session: Session) -> int:
    """Return the position of the last entry; 0 where there is none."""
    ((position,),) = session.rows(select(func.max(table.c.position)))
    return position or 0


@readable
def _entry(row: Any) -> tuple[int, Event | Notice]:
    position, kind, user, certification, cycle, at, item, notification, of, priority = row
    about = user, certification, cycle
    if notification is None:
        return position, Event(EventKind(kind), *about, at, item)
    told = Notice(notification, NoticeKind(kind), *about, of, at, item or "", Priority(priority))
    return position, told
