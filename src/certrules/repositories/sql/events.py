"""How is what happened kept in a database, in order?"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select

from certrules.model.events import Event, EventKind
from certrules.repositories.sql.session import Session
from certrules.repositories.sql.tables import events as table
from certrules.repositories.sql.translation import readable

__all__ = ["SqlEvents"]

_COLUMNS = ["kind", "user_id", "certification_id", "cycle", "at", "item_id"]


class SqlEvents:
    """See :class:`~certrules.repositories.protocols.Events`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, events: Iterable[Event]) -> None:
        """Append events."""
        instant = self._session.instants()
        rows = [
            (e.kind.value, e.user, e.certification, e.cycle, instant(e.at), e.item) for e in events
        ]
        self._session.change(insert(table), rows, _COLUMNS)

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Event]]:
        """Return at most so many events that stand after a position (0: the beginning)."""
        statement = (
            select(table).where(table.c.position > position).order_by(table.c.position).limit(limit)
        )
        return list(map(_event, self._session.rows(statement)))


@readable
def _event(row: Any) -> tuple[int, Event]:
    position, kind, *rest = row
    return position, Event(EventKind(kind), *rest)
