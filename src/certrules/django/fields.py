"""Column types as Django's fields: the database makes the columns that the SQL store expects."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.timezone import get_default_timezone, is_aware
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.types import TypeEngine

from certrules.repositories.sql import columns

_DIALECTS: Mapping[str, Any] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
    "mysql": mysql.dialect(is_mariadb=True),
}

if TYPE_CHECKING:  # a field of Django's takes no types when it runs
    _TextField = models.TextField[str | None, str | None]
    _DateTimeField = models.DateTimeField[datetime | None, datetime | None]
else:
    _TextField, _DateTimeField = models.TextField, models.DateTimeField


class Text(_TextField):
    """A text, compared by code point."""

    kept: TypeEngine[Any] = columns.TEXT

    def db_type(self, connection: Any) -> str | None:
        """Return the type as the SQL store has it; None for a database that it does not support."""
        dialect = _DIALECTS.get(connection.vendor)
        return None if dialect is None else self.kept.compile(dialect)


class Key(Text):
    """An id or a code."""

    kept: TypeEngine[Any] = columns.KEY


class Word(Text):
    """A member of an enum, or a day."""

    kept: TypeEngine[Any] = columns.WORD


class Digest(Text):
    """A hash."""

    kept: TypeEngine[Any] = columns.DIGEST


class Instant(_DateTimeField):
    """An instant in UTC.

    On SQLite it is a text: a column that is declared as a date would be converted by Django's
    connection before the SQL store sees it.
    """

    def db_type(self, connection: Any) -> str | None:
        """Return the type as Django has it, but on SQLite."""
        return "text" if connection.vendor == "sqlite" else super().db_type(connection)

    def from_db_value(self, value: datetime | None, _: Any, connection: Any) -> datetime | None:
        """Return an aware instant, whatever time zones the settings have."""
        if value is None or (is_aware(value) and connection.vendor == "postgresql"):
            return value
        zone: tzinfo = get_default_timezone() if connection.vendor == "postgresql" else UTC
        return value.replace(tzinfo=zone)
