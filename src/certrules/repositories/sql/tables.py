"""The tables of a store, as they stand in every database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    text,
)

from certrules.model.awards import AssociationType, ExpiryBasis, ExpiryDay
from certrules.model.catalog import CertificationStatus, Criteria, ItemKind
from certrules.model.learning import EnrolmentStatus, RenewalState, WindowStart
from certrules.model.notices import EventKind, NoticeKind, Priority
from certrules.periods import Unit
from certrules.repositories.sql.columns import (
    DAY,
    DIGEST,
    INSTANT,
    KEY,
    LINKS,
    POSITION,
    TEXT,
    TEXTS,
    WORD,
    words,
)

SCHEMA_VERSION = 2
"""The shape of the tables below; a store of another shape is refused, or upgraded on command."""

metadata: MetaData = MetaData()
"""Every table, for hosts that make their schema with tools of their own.

Whatever changes here changes ``certrules.django.migrations`` too: tests/django/test_models.py says
what is missing there.
"""


def _table(name: str, *columns: Any, **options: Any) -> Table:
    return Table(
        f"certrules_{name}",
        metadata,
        *columns,
        mysql_engine="InnoDB",
        mariadb_engine="InnoDB",
        **options,
    )


def _windowed() -> Sequence[Column[Any]]:
    return (
        Column("id", KEY, primary_key=True),
        Column("last_day", DAY),
        Column("days", Integer),
        Column("days_from", words(WindowStart), nullable=False),
    )


schema: Table = _table("schema", Column("version", Integer, primary_key=True, autoincrement=False))

users: Table = _table(
    "users",
    Column("id", KEY, primary_key=True),
    Column("username", TEXT, nullable=False),
    Column("username_key", KEY, nullable=False),
    Column("first_name", TEXT, nullable=False),
    Column("last_name", TEXT, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("time_zone", TEXT),
    Column("group_ids", TEXTS),
    Column("branch_ids", TEXTS),
    Column("company_id", KEY),
    Column("first_name_key", TEXT, nullable=False),
    Column("last_name_key", TEXT, nullable=False),
    Column("search_text", TEXT, nullable=False),
    Index("certrules_users_by_key", "username_key"),
)

companies: Table = _table(
    "companies",
    Column("id", KEY, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("name_key", TEXT, nullable=False),
    Column("account_owner", TEXT),
    Column("account_owner_key", TEXT, nullable=False),
)

certifications: Table = _table(
    "certifications",
    Column("id", KEY, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("code", KEY),
    Column("description", TEXT, nullable=False),
    Column("validity_amount", Integer, nullable=False),
    Column("validity_unit", words(Unit), nullable=False),
    Column("retake", Boolean, nullable=False),
    Column("status", words(CertificationStatus), nullable=False),
    Column("criteria", words(Criteria)),
    Column("group_ids", TEXTS),
    Column("completion_criteria", TEXT, nullable=False),
    Column("skills", TEXTS),
    Column("badge_image", TEXT),
    Column("created_by", KEY),
    Column("created_at", INSTANT),
    Column("updated_at", INSTANT),
    Column("name_key", TEXT, nullable=False),
    Column("search_text", TEXT, nullable=False),
    Column("description_key", TEXT, nullable=False),
    Column("first_skill_key", TEXT, nullable=False),
    Index("certrules_certifications_by_code", "code"),
)

items: Table = _table(
    "items",
    Column("kind", words(ItemKind), primary_key=True),
    Column("id", KEY, primary_key=True),
    Column("code", KEY),
    Column("name", TEXT, nullable=False),
    Column("name_key", TEXT, nullable=False),
    Index("certrules_items_by_code", "kind", "code"),
)

assignments: Table = _table(
    "assignments",
    Column(
        "certification_id", ForeignKey(certifications.c.id, ondelete="CASCADE"), primary_key=True
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", words(ItemKind), nullable=False),
    Column("item_id", KEY, nullable=False),
    Column("assigned_at", INSTANT, nullable=False),
    Column("alternatives", TEXT),
    Index("certrules_assignments_by_item", "kind", "item_id"),
)

# Pages of awards are read in the order of an index: by user, by certification, or by expiry, those
# that are history apart; by issue, those are found that are not yet valid. In each index the key
# follows, by which equal awards are sorted, and then what else says the status of an award, so that
# those of another status are passed over without a look at their rows.
_AWARD_KEY = ("user_id", "certification_id", "cycle")

# History outlives what it names, and a host may keep people and catalogue in tables of its own:
# awards and events refer to both by id alone.
awards: Table = _table(
    "awards",
    Column("user_id", KEY, primary_key=True),
    Column("certification_id", KEY, primary_key=True),
    Column("cycle", Integer, primary_key=True, autoincrement=False),
    Column("issued_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT),
    Column("basis", words(ExpiryBasis), nullable=False),
    Column("source_type", words(AssociationType), nullable=False),
    Column("source_item", KEY),
    Column("source_links", LINKS),
    Column("source_completed_at", INSTANT),
    Column("archived_at", INSTANT),
    Column("anchor_day", Integer),
    Column("version", Integer, nullable=False),
    Column("expiry_day", words(ExpiryDay), nullable=False),
    Index("certrules_awards_by_expiry", "archived_at", "expires_at", *_AWARD_KEY, "issued_at"),
    Index(
        "certrules_awards_by_certification",
        "certification_id",
        "user_id",
        "cycle",
        "archived_at",
        "issued_at",
        "expires_at",
    ),
    Index("certrules_awards_by_issue", "issued_at", "expires_at", *_AWARD_KEY, "archived_at"),
    Index(
        "certrules_awards_of_history",
        "expires_at",
        *_AWARD_KEY,
        "archived_at",
        sqlite_where=text("archived_at IS NOT NULL"),
        postgresql_where=text("archived_at IS NOT NULL"),
    ),
)

events: Table = _table(
    "events",
    Column("position", POSITION, primary_key=True, autoincrement=True),
    Column("kind", words((*EventKind, *NoticeKind)), nullable=False),
    Column("user_id", KEY, nullable=False),
    Column("certification_id", KEY, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("item_id", KEY),
    Index("certrules_events_by_user", "user_id"),
    sqlite_autoincrement=True,
)

# A notice is an event that is sent to somebody: this has the columns that an event lacks.
notices: Table = _table(
    "notices",
    Column("digest", DIGEST, primary_key=True),  # of the identity, which no index could hold
    Column("position", BigInteger),  # NULL if it was passed over
    Column("kind", words(NoticeKind), nullable=False),
    Column("user_id", KEY, nullable=False),
    Column("certification_id", KEY, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("notification_id", KEY, nullable=False),
    Column("of_instant", INSTANT, nullable=False),
    Column("priority", words(Priority), nullable=False),
    Index("certrules_notices_by_position", "position", unique=True),
    Index("certrules_notices_by_cycle", "user_id", "certification_id", "cycle"),
)

cursors: Table = _table(
    "cursors",
    Column("name", WORD, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

planned: Table = _table(
    "planned",
    Column("notification_id", KEY, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("until", INSTANT, nullable=False),
    Column("since", INSTANT, nullable=False),
)

courses: Table = _table("courses", *_windowed())

course_materials: Table = _table(
    "course_materials",
    Column("course_id", ForeignKey(courses.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("material_id", KEY, nullable=False),
    Index("certrules_course_materials_by_material", "material_id"),
)

plans: Table = _table("plans", *_windowed())

plan_courses: Table = _table(
    "plan_courses",
    Column("plan_id", ForeignKey(plans.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("course_id", KEY, nullable=False),
    Index("certrules_plan_courses_by_course", "course_id"),
)

enrolments: Table = _table(
    "enrolments",
    Column("user_id", KEY, primary_key=True),
    Column("kind", words(ItemKind), primary_key=True),
    Column("item_id", KEY, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("enrolled_at", INSTANT, nullable=False),
    Column("status", words(EnrolmentStatus), nullable=False),
    Column("first_access_at", INSTANT),
    Column("completed_at", INSTANT),
    Column("archived_at", INSTANT),
    Column("direct", Boolean, nullable=False),
)

completions: Table = _table(
    "completions",
    Column("user_id", KEY, primary_key=True),
    Column("kind", words(ItemKind), primary_key=True),
    Column("item_id", KEY, primary_key=True),
    Column("completed_at", INSTANT, primary_key=True),
    Index("certrules_completions_by_item", "kind", "item_id", "completed_at", "user_id"),
)

external_trainings: Table = _table(
    "external_trainings",
    Column("user_id", KEY, primary_key=True),
    Column("id", KEY, primary_key=True),
    Column("completed_on", DAY, nullable=False),
    Column("certification_id", KEY),
)

progress: Table = _table(
    "progress",
    Column("user_id", KEY, primary_key=True),
    Column("course_id", KEY, primary_key=True),
    Column("material_id", KEY, primary_key=True),
)

# Of the renewals of one user's certification one may be open and one may have a certain key: a
# unique key that ends in NULL binds nothing, in every database.
renewals: Table = _table(
    "renewals",
    Column("user_id", KEY, primary_key=True),
    Column("certification_id", KEY, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("cycle", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("option_kind", words(ItemKind), nullable=False),
    Column("option_item", KEY, nullable=False),
    Column("option_plan", KEY),
    Column("retake", Boolean, nullable=False),
    Column("request_key", KEY),
    Column("state", words(RenewalState), nullable=False),
    Column("closed_at", INSTANT),
    Column("open", Boolean),  # true or NULL
    Index("certrules_renewals_one_open", "user_id", "certification_id", "open", unique=True),
    Index("certrules_renewals_by_key", "user_id", "certification_id", "request_key", unique=True),
    Index("certrules_renewals_by_certification", "certification_id"),
)

# Of the badges of one cycle one may be open: not revoked, or revoked by hand and so withdrawn.
badges: Table = _table(
    "badges",
    Column("id", KEY, primary_key=True),
    Column("user_id", KEY, nullable=False),
    Column("certification_id", KEY, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("issued_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT),
    Column("status_list", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("open", Boolean),  # true or NULL
    Index("certrules_badges_by_place", "status_list", "place", unique=True),
    Index("certrules_badges_one_open", "user_id", "certification_id", "cycle", "open", unique=True),
)


def add_tables(to: MetaData) -> None:
    """Add every table to a host's metadata, with columns of SQLAlchemy's own types.

    The host's Alembic then writes them into a migration that needs nothing of certrules, and the
    host's own tables may refer to them.

    >>> host = MetaData()
    >>> add_tables(host)
    >>> host.tables["certrules_awards"].c.issued_at.type
    DateTime(timezone=True)
    """
    for table in metadata.sorted_tables:
        for column in table.to_metadata(to).columns:
            column.type = getattr(column.type, "kept", column.type)
