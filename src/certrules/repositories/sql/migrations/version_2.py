"""Awards say whether the day of their expiry is included; more is found by indexes."""

from alembic import op
from sqlalchemy import Column, MetaData, text

from certrules.repositories.sql.columns import WORD
from certrules.repositories.sql.migrations.version_1 import tables
from certrules.repositories.sql.upgrading import downgrade, to_version  # noqa: F401

revision = "certrules_2"
down_revision = "certrules_1"
branch_labels: None = None
depends_on: None = None

_AWARDS = "certrules_awards"
_KEY = ("user_id", "certification_id", "cycle")
_INDEXES = {
    "awards_by_expiry": ("archived_at", "expires_at", *_KEY, "issued_at"),
    "awards_by_certification": (
        "certification_id",
        "user_id",
        "cycle",
        "archived_at",
        "issued_at",
        "expires_at",
    ),
    "awards_by_issue": ("issued_at", "expires_at", *_KEY, "archived_at"),
    "events_by_user": ("user_id",),
}
_HISTORY = text("archived_at IS NOT NULL")


@to_version(2)
def upgrade(schema: str | None) -> None:
    """Let every award expire at the very instant, as all of version 1 do, and make the indexes."""
    expiry_day = Column("expiry_day", WORD, nullable=False, server_default="exclusive")
    awards = tables.tables[_AWARDS].to_metadata(MetaData(schema=schema))
    awards.append_column(expiry_day)
    awards.indexes.clear()
    repeated = None if op.get_context().dialect.name == "sqlite" else True
    op.add_column(_AWARDS, expiry_day, schema=schema, if_not_exists=repeated)
    op.drop_index("certrules_awards_by_expiry", _AWARDS, schema=schema, if_exists=True)
    with op.batch_alter_table(_AWARDS, schema=schema, copy_from=awards) as batch:
        batch.alter_column(
            "expiry_day", existing_type=WORD, existing_nullable=False, server_default=None
        )
    for name, columns in _INDEXES.items():
        table = f"certrules_{name.partition('_')[0]}"
        op.create_index(f"certrules_{name}", table, columns, schema=schema, if_not_exists=True)
    op.create_index(
        "certrules_awards_of_history",
        _AWARDS,
        ("expires_at", *_KEY, "archived_at"),
        schema=schema,
        if_not_exists=True,
        sqlite_where=_HISTORY,
        postgresql_where=_HISTORY,
    )
