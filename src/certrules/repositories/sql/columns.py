"""Column types: how does each database spell a column, and what does Python see of it?

Text is compared by code point everywhere: blind to nothing, spaces at the end included. Instants
are UTC, in a form that people and SQL can read and compare.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from certrules.model.awards import ExternalLink
from certrules.words import Word

MARIADB = ("mysql", "mariadb")
COLLATION = "utf8mb4_nopad_bin"
"""How MariaDB compares text."""

_BINARY = {"charset": "utf8mb4", "collation": COLLATION}

KEY = (
    String()
    .with_variant(String(collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(255, **_BINARY), *MARIADB)
)
TEXT = (
    Text()
    .with_variant(Text(collation="C"), "postgresql")
    .with_variant(mysql.LONGTEXT(**_BINARY), *MARIADB)
)
WORD = String(32).with_variant(mysql.VARCHAR(32, **_BINARY), *MARIADB)
DIGEST = String(64).with_variant(mysql.VARCHAR(64, **_BINARY), *MARIADB)
POSITION = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up INTEGER alone


class _Converted(TypeDecorator[Any]):
    """Values that are converted both ways; the latest are remembered, since many are equal."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok: bool | None = True

    def __init__(
        self, kept: TypeEngine[Any], write: Callable[[Any], Any], read: Callable[[Any], Any]
    ) -> None:
        super().__init__()
        self.kept = self.impl = kept
        self.write: Callable[[Any], Any] = write
        self.read: Callable[[Any], Any] = read

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return self.write(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return self.read(value)

    def bind_processor(self, dialect: Dialect) -> Any:
        return lru_cache(maxsize=10_000)(super().bind_processor(dialect))  # type: ignore[arg-type]

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        read = super().result_processor(dialect, coltype)
        return lru_cache(maxsize=10_000)(read)  # type: ignore[arg-type]


class _Instant(_Converted):
    """An aware datetime in UTC, kept with its microseconds."""

    cache_ok: bool | None = True

    def __init__(self) -> None:
        kept = DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), *MARIADB)
        super().__init__(kept, _naive, _aware)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return what the driver takes: only PostgreSQL's knows zones."""
        return value if dialect.name == "postgresql" else self.write(value)


def _naive(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC).replace(tzinfo=None)


def _aware(instant: datetime | None) -> datetime | None:
    if instant is None:
        return None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def words(members: Iterable[Word]) -> TypeEngine[Any]:
    """Return the type of a column of some members of enums."""
    of_text = {str(member): member for member in members}

    def read(text: str | None) -> Word | None:
        if text is not None and text not in of_text:
            raise ValueError(f"{text!r} is none of {', '.join(of_text)}")
        return None if text is None else of_text[text]

    return _Converted(WORD, lambda member: member and str(member), read)


def _packed(values: Iterable[Any]) -> str | None:
    listed = sorted(values) if isinstance(values, frozenset) else list(values)
    return json.dumps(listed, ensure_ascii=False) if listed else None


def _unpacked(text: str | None) -> tuple[Any, ...]:
    return () if text is None else tuple(json.loads(text))


INSTANT = _Instant()
DAY = _Converted(
    WORD, lambda day: day and day.isoformat(), lambda text: text and date.fromisoformat(text)
)
TEXTS = _Converted(TEXT, _packed, _unpacked)
"""Texts in their order, or sorted if they are a set, as a list in JSON; NULL if there are none."""
LINKS = _Converted(
    TEXT,
    lambda links: _packed((link.provider, link.url) for link in links),
    lambda text: tuple(ExternalLink(*link) for link in _unpacked(text)),
)
"""Links to external certifications, each as a list of its texts."""
