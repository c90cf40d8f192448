"""How far has each kind of work come?"""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from certrules.repositories.sql.session import Session
from certrules.repositories.sql.tables import cursors as table

__all__ = ["ACKNOWLEDGED", "PLANNED", "cursor", "set_cursor"]

ACKNOWLEDGED = "acknowledged"
PLANNED = "planned"
_DELETE = delete(table).where(table.c.name == bindparam("of_name"))


def cursor(session: Session, name: str) -> tuple[int, datetime | None]:
    """Return a position and an instant, by name; (0, None) where there is none."""
    rows = session.rows(select(table).where(table.c.name == name))
    return (rows[0].position, rows[0].until) if rows else (0, None)


def set_cursor(session: Session, name: str, position: int, until: datetime | None = None) -> None:
    """Remember a position and an instant, by name."""
    session.change(_DELETE, [(name,)])
    row = name, position, session.instants()(until)
    session.change(insert(table), [row], ["name", "position", "until"])
