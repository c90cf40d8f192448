"""Which tables hold a store, and how does each database spell their columns?

Text is compared by code point everywhere: blind to nothing, spaces at the end included. Instants
are UTC, in a form that people and SQL can read and compare.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

__all__ = [
    "COLLATION",
    "SCHEMA_VERSION",
    "assignments",
    "awards",
    "badges",
    "certifications",
    "companies",
    "completions",
    "course_materials",
    "courses",
    "cursors",
    "enrolments",
    "events",
    "external_trainings",
    "items",
    "metadata",
    "notices",
    "plan_courses",
    "planned",
    "plans",
    "progress",
    "renewals",
    "schema",
    "users",
]

SCHEMA_VERSION = 1
"""The shape of the tables below; a store of another shape is refused."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime in UTC, kept with its microseconds; equal values are converted once."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = DateTime(timezone=True)
    cache_ok: bool | None = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Return the type of the column: MariaDB keeps microseconds only when asked."""
        fine = mysql.DATETIME(fsp=6) if dialect.name in _MARIADB else self.impl_instance
        return dialect.type_descriptor(fine)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the driver takes: only PostgreSQL's knows zones."""
        if value is None or dialect.name == "postgresql":
            return value
        return value.replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return a conversion to UTC of what was fetched, which remembers the latest results."""
        fetched = self.impl_instance.dialect_impl(dialect).result_processor(dialect, coltype)
        return lru_cache(maxsize=10_000)(lambda value: _utc(fetched(value) if fetched else value))


def _utc(value: datetime | None) -> datetime | None:
    """Return an instant with UTC for its zone, as which a naive one was stored."""
    if value is None:
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


_MARIADB = ("mysql", "mariadb")
COLLATION = "utf8mb4_nopad_bin"
"""How MariaDB compares text."""

_BINARY = {"charset": "utf8mb4", "collation": COLLATION}

_KEY = (
    String()
    .with_variant(String(collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(255, **_BINARY), *_MARIADB)
)
_TEXT = (
    Text()
    .with_variant(Text(collation="C"), "postgresql")
    .with_variant(mysql.LONGTEXT(**_BINARY), *_MARIADB)
)
_WORD = String(32).with_variant(mysql.VARCHAR(32, **_BINARY), *_MARIADB)
_DIGEST = String(64).with_variant(mysql.VARCHAR(64, **_BINARY), *_MARIADB)
_POSITION = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up INTEGER alone

metadata: MetaData = MetaData()
"""Every table, for hosts that make their schema with tools of their own."""


def _table(name: str, *columns: Any, **options: Any) -> Table:
    return Table(
        f"certrules_{name}",
        metadata,
        *columns,
        mysql_engine="InnoDB",
        mariadb_engine="InnoDB",
        **options,
    )


schema: Table = _table("schema", Column("version", Integer, primary_key=True, autoincrement=False))

users: Table = _table(
    "users",
    Column("id", _KEY, primary_key=True),
    Column("username", _TEXT, nullable=False),
    Column("username_key", _KEY, nullable=False),
    Column("first_name", _TEXT, nullable=False),
    Column("last_name", _TEXT, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("time_zone", _TEXT),
    Column("group_ids", _TEXT),  # lists are JSON
    Column("branch_ids", _TEXT),
    Column("company_id", _KEY),
    Column("first_name_key", _TEXT, nullable=False),
    Column("last_name_key", _TEXT, nullable=False),
    Column("search_text", _TEXT, nullable=False),
    Index("certrules_users_by_key", "username_key"),
)

companies: Table = _table(
    "companies",
    Column("id", _KEY, primary_key=True),
    Column("name", _TEXT, nullable=False),
    Column("name_key", _TEXT, nullable=False),
    Column("account_owner", _TEXT),
    Column("account_owner_key", _TEXT, nullable=False),
)

certifications: Table = _table(
    "certifications",
    Column("id", _KEY, primary_key=True),
    Column("name", _TEXT, nullable=False),
    Column("code", _KEY),
    Column("description", _TEXT, nullable=False),
    Column("validity_amount", Integer, nullable=False),
    Column("validity_unit", _WORD, nullable=False),
    Column("retake", Boolean, nullable=False),
    Column("status", _WORD, nullable=False),
    Column("criteria", _WORD),
    Column("group_ids", _TEXT),
    Column("completion_criteria", _TEXT, nullable=False),
    Column("skills", _TEXT),
    Column("badge_image", _TEXT),
    Column("created_by", _KEY),
    Column("created_at", Instant),
    Column("updated_at", Instant),
    Column("name_key", _TEXT, nullable=False),
    Column("search_text", _TEXT, nullable=False),
    Column("description_key", _TEXT, nullable=False),
    Column("first_skill_key", _TEXT, nullable=False),
    Index("certrules_certifications_by_code", "code"),
)

items: Table = _table(
    "items",
    Column("kind", _WORD, primary_key=True),
    Column("id", _KEY, primary_key=True),
    Column("code", _KEY),
    Column("name", _TEXT, nullable=False),
    Column("name_key", _TEXT, nullable=False),
    Index("certrules_items_by_code", "kind", "code"),
)

assignments: Table = _table(
    "assignments",
    Column(
        "certification_id", ForeignKey(certifications.c.id, ondelete="CASCADE"), primary_key=True
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", _WORD, nullable=False),
    Column("item_id", _KEY, nullable=False),
    Column("assigned_at", Instant, nullable=False),
    Column("alternatives", _TEXT),
    Index("certrules_assignments_by_item", "kind", "item_id"),
)

# History outlives what it names, and a host may keep people and catalogue in tables of its own:
# awards and events refer to both by id alone.
awards: Table = _table(
    "awards",
    Column("user_id", _KEY, primary_key=True),
    Column("certification_id", _KEY, primary_key=True),
    Column("cycle", Integer, primary_key=True, autoincrement=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("basis", _WORD, nullable=False),
    Column("source_type", _WORD, nullable=False),
    Column("source_item", _KEY),
    Column("source_links", _TEXT),
    Column("source_completed_at", Instant),
    Column("archived_at", Instant),
    Column("anchor_day", Integer),
    Column("version", Integer, nullable=False),
    Index("certrules_awards_by_expiry", "expires_at"),
)

events: Table = _table(
    "events",
    Column("position", _POSITION, primary_key=True, autoincrement=True),
    Column("kind", _WORD, nullable=False),
    Column("user_id", _KEY, nullable=False),
    Column("certification_id", _KEY, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("item_id", _KEY),
    sqlite_autoincrement=True,
)

# A notice is an event that is told to somebody: what an event has no column for stands here.
notices: Table = _table(
    "notices",
    Column("digest", _DIGEST, primary_key=True),  # of the identity, which no index could hold
    Column("position", BigInteger),  # none where it was passed over
    Column("kind", _WORD, nullable=False),
    Column("user_id", _KEY, nullable=False),
    Column("certification_id", _KEY, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("notification_id", _KEY, nullable=False),
    Column("of_instant", Instant, nullable=False),
    Column("priority", _WORD, nullable=False),
    Index("certrules_notices_by_position", "position", unique=True),
    Index("certrules_notices_by_cycle", "user_id", "certification_id", "cycle"),
)

cursors: Table = _table(
    "cursors",
    Column("name", _WORD, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

planned: Table = _table(
    "planned",
    Column("notification_id", _KEY, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("until", Instant, nullable=False),
    Column("since", Instant, nullable=False),
)

courses: Table = _table(
    "courses",
    Column("id", _KEY, primary_key=True),
    Column("last_day", _WORD),  # days are YYYY-MM-DD
    Column("days", Integer),
    Column("days_from", _WORD, nullable=False),
)

course_materials: Table = _table(
    "course_materials",
    Column("course_id", ForeignKey(courses.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("material_id", _KEY, nullable=False),
    Index("certrules_course_materials_by_material", "material_id"),
)

plans: Table = _table(
    "plans",
    Column("id", _KEY, primary_key=True),
    Column("last_day", _WORD),
    Column("days", Integer),
    Column("days_from", _WORD, nullable=False),
)

plan_courses: Table = _table(
    "plan_courses",
    Column("plan_id", ForeignKey(plans.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("course_id", _KEY, nullable=False),
    Index("certrules_plan_courses_by_course", "course_id"),
)

enrolments: Table = _table(
    "enrolments",
    Column("user_id", _KEY, primary_key=True),
    Column("kind", _WORD, primary_key=True),
    Column("item_id", _KEY, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("enrolled_at", Instant, nullable=False),
    Column("status", _WORD, nullable=False),
    Column("first_access_at", Instant),
    Column("completed_at", Instant),
    Column("archived_at", Instant),
    Column("direct", Boolean, nullable=False),
)

completions: Table = _table(
    "completions",
    Column("user_id", _KEY, primary_key=True),
    Column("kind", _WORD, primary_key=True),
    Column("item_id", _KEY, primary_key=True),
    Column("completed_at", Instant, primary_key=True),
    Index("certrules_completions_by_item", "kind", "item_id", "completed_at", "user_id"),
)

external_trainings: Table = _table(
    "external_trainings",
    Column("user_id", _KEY, primary_key=True),
    Column("id", _KEY, primary_key=True),
    Column("completed_on", _WORD, nullable=False),
    Column("certification_id", _KEY),
)

progress: Table = _table(
    "progress",
    Column("user_id", _KEY, primary_key=True),
    Column("course_id", _KEY, primary_key=True),
    Column("material_id", _KEY, primary_key=True),
)

# Of the renewals of one user's certification one may be open and one may have a certain key: a
# unique key that ends in NULL binds nothing, in every database.
renewals: Table = _table(
    "renewals",
    Column("user_id", _KEY, primary_key=True),
    Column("certification_id", _KEY, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("cycle", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("option_kind", _WORD, nullable=False),
    Column("option_item", _KEY, nullable=False),
    Column("option_plan", _KEY),
    Column("retake", Boolean, nullable=False),
    Column("request_key", _KEY),
    Column("state", _WORD, nullable=False),
    Column("closed_at", Instant),
    Column("open", Boolean),  # true or NULL
    Index("certrules_renewals_one_open", "user_id", "certification_id", "open", unique=True),
    Index("certrules_renewals_by_key", "user_id", "certification_id", "request_key", unique=True),
    Index("certrules_renewals_by_certification", "certification_id"),
)

# Of the badges of one cycle one may be open: not revoked, or revoked by hand and so withdrawn.
badges: Table = _table(
    "badges",
    Column("id", _KEY, primary_key=True),
    Column("user_id", _KEY, nullable=False),
    Column("certification_id", _KEY, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("status_list", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("open", Boolean),  # true or NULL
    Index("certrules_badges_by_place", "status_list", "place", unique=True),
    Index("certrules_badges_one_open", "user_id", "certification_id", "cycle", "open", unique=True),
)
