"""The tables of version 1 are made."""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table
from sqlalchemy.schema import CreateIndex, CreateTable

from certrules.repositories.sql.columns import DIGEST, INSTANT, KEY, POSITION, TEXT, WORD
from certrules.repositories.sql.upgrading import downgrade, to_version  # noqa: F401

revision = "certrules_1"
down_revision: None = None
branch_labels: tuple[str, ...] = ("certrules",)
depends_on: None = None

# A line has the columns of a table: ``id:key!`` is part of its key, ``code:key?`` may be NULL, and
# ``course_id:courses!`` refers to courses. Below are its indexes, unique after ``!``.
_TABLES = """
schema version:int!
users id:key! username:text username_key:key first_name:text last_name:text active:bool \
 time_zone:text? group_ids:text? branch_ids:text? company_id:key? first_name_key:text \
 last_name_key:text search_text:text
 by_key username_key
companies id:key! name:text name_key:text account_owner:text? account_owner_key:text
certifications id:key! name:text code:key? description:text validity_amount:int validity_unit:word \
 retake:bool status:word criteria:word? group_ids:text? completion_criteria:text skills:text? \
 badge_image:text? created_by:key? created_at:instant? updated_at:instant? name_key:text \
 search_text:text description_key:text first_skill_key:text
 by_code code
items kind:word! id:key! code:key? name:text name_key:text
 by_code kind code
assignments certification_id:certifications! position:int! kind:word item_id:key \
 assigned_at:instant alternatives:text?
 by_item kind item_id
awards user_id:key! certification_id:key! cycle:int! issued_at:instant expires_at:instant? \
 basis:word source_type:word source_item:key? source_links:text? source_completed_at:instant? \
 archived_at:instant? anchor_day:int? version:int
 by_expiry expires_at
events position:position! kind:word user_id:key certification_id:key cycle:int at:instant \
 item_id:key?
notices digest:digest! position:big? kind:word user_id:key certification_id:key cycle:int \
 notification_id:key of_instant:instant priority:word
 !by_position position
 by_cycle user_id certification_id cycle
cursors name:word! position:big
planned notification_id:key! position:big until:instant since:instant
courses id:key! last_day:word? days:int? days_from:word
course_materials course_id:courses! position:int! material_id:key
 by_material material_id
plans id:key! last_day:word? days:int? days_from:word
plan_courses plan_id:plans! position:int! course_id:key
 by_course course_id
enrolments user_id:key! kind:word! item_id:key! attempt:int! enrolled_at:instant status:word \
 first_access_at:instant? completed_at:instant? archived_at:instant? direct:bool
completions user_id:key! kind:word! item_id:key! completed_at:instant!
 by_item kind item_id completed_at user_id
external_trainings user_id:key! id:key! completed_on:word certification_id:key?
progress user_id:key! course_id:key! material_id:key!
renewals user_id:key! certification_id:key! number:int! cycle:int version:int started_at:instant \
 option_kind:word option_item:key option_plan:key? retake:bool request_key:key? state:word \
 closed_at:instant? open:bool?
 !one_open user_id certification_id open
 !by_key user_id certification_id request_key
 by_certification certification_id
badges id:key! user_id:key certification_id:key cycle:int issued_at:instant expires_at:instant? \
 status_list:int place:int suspended:bool revoked:bool open:bool?
 !by_place status_list place
 !one_open user_id certification_id cycle open
"""

_TYPES: dict[str, Any] = {
    "big": BigInteger,
    "bool": Boolean,
    "digest": DIGEST,
    "instant": INSTANT,
    "int": Integer,
    "key": KEY,
    "position": POSITION,
    "text": TEXT,
    "word": WORD,
}


def _column(written: str) -> Column[Any]:
    name, _, kind = written.partition(":")
    of = kind.rstrip("!?")
    type_ = _TYPES.get(of) or ForeignKey(f"certrules_{of}.id", ondelete="CASCADE")
    key, counted = kind.endswith("!"), of == "position"
    return Column(name, type_, primary_key=key, nullable="?" in kind, autoincrement=counted)


def _made() -> MetaData:
    made, name = MetaData(), ""
    for line in _TABLES.strip().splitlines():
        first, *others = line.split()
        if line.startswith(" "):
            columns = (made.tables[name].c[each] for each in others)
            Index(f"{name}_{first.lstrip('!')}", *columns, unique=first.startswith("!"))
            continue
        name = f"certrules_{first}"
        options: Any = {"mysql_engine": "InnoDB", "mariadb_engine": "InnoDB"}
        if first == "events":
            options["sqlite_autoincrement"] = True
        Table(name, made, *map(_column, others), **options)
    return made


tables: MetaData = _made()
"""The tables of version 1."""


@to_version(1)
def upgrade(_: str | None) -> None:
    """Make the tables."""
    for table in tables.sorted_tables:
        op.execute(CreateTable(table, if_not_exists=True))
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            op.execute(CreateIndex(index, if_not_exists=True))
