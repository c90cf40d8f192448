"""How far has each kind of work come?"""

from sqlalchemy import select

from certrules.repositories.sql.session import Session
from certrules.repositories.sql.tables import cursors as table

__all__ = ["ACKNOWLEDGED", "cursor", "set_cursor"]

ACKNOWLEDGED = "acknowledged"


def cursor(session: Session, name: str) -> int:
    """Return a position, by name; 0 where there is none."""
    rows = session.rows(select(table.c.position).where(table.c.name == name))
    return rows[0].position if rows else 0


def set_cursor(session: Session, name: str, position: int) -> None:
    """Remember a position, by name."""
    session.put(table, [(name, position)])
