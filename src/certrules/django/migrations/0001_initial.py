"""The tables of version 2, in fewer words than Django's own: a line has the columns of a table.

``id:key!`` is the primary key, ``code:key?`` may be NULL, ``plan:LearningPlan`` is a foreign key.
Other arguments are indexes: unique after ``!``, and after ``if`` of rows in which a column is set.
"""

from typing import Any, ClassVar

from django.db import migrations, models

from certrules.django.fields import Digest, Instant, Key, Text, Word

_KINDS: dict[str, Any] = {
    "auto": models.BigAutoField,
    "big": models.BigIntegerField,
    "bool": models.BooleanField,
    "digest": Digest,
    "instant": Instant,
    "int": models.IntegerField,
    "key": Key,
    "text": Text,
    "word": Word,
}


def _table(name: str, table: str, columns: str, **indexes: str) -> migrations.CreateModel:
    made = [_index(f"cr_{key}", fields) for key, fields in indexes.items()]
    options = {
        "db_table": f"certrules_{table}",
        "indexes": [each for each in made if isinstance(each, models.Index)],
        "constraints": [each for each in made if isinstance(each, models.UniqueConstraint)],
    }
    return migrations.CreateModel(name, [_field(each) for each in columns.split()], options)


def _field(column: str) -> tuple[str, Any]:
    name, _, kind = column.partition(":")
    word = kind.rstrip("!?")
    if word not in _KINDS:
        to, column = f"certrules.{word}", f"{name}_id"
        return name, models.ForeignKey(to, models.CASCADE, db_column=column, db_index=False)
    key = kind.endswith("!") or word == "auto"
    return name, _KINDS[word](primary_key=key, null=kind.endswith("?"), serialize=not key)


def _index(name: str, fields: str) -> models.Index | models.UniqueConstraint:
    listed, _, condition = fields.partition(" if ")
    if listed.startswith("!"):
        return models.UniqueConstraint(fields=listed[1:].split(), name=name)
    only = models.Q(**{f"{condition}__isnull": False}) if condition else None
    return models.Index(fields=listed.split(), name=name, condition=only)


_TABLES = (
    _table(
        "User",
        "users",
        "id:key! username:text username_key:key first_name:text last_name:text active:bool "
        "time_zone:text? group_ids:text? branch_ids:text? company_id:key? first_name_key:text "
        "last_name_key:text search_text:text",
        users_by_key="username_key",
    ),
    _table(
        "Company",
        "companies",
        "id:key! name:text name_key:text account_owner:text? account_owner_key:text",
    ),
    _table(
        "Certification",
        "certifications",
        "id:key! name:text code:key? description:text validity_amount:int validity_unit:word "
        "retake:bool status:word criteria:word? group_ids:text? completion_criteria:text "
        "skills:text? badge_image:text? created_by:key? created_at:instant? updated_at:instant? "
        "name_key:text search_text:text description_key:text first_skill_key:text",
        certifications_by_code="code",
    ),
    _table(
        "Assignment",
        "assignments",
        "row:auto certification:Certification position:int kind:word item_id:key "
        "assigned_at:instant alternatives:text?",
        assignments_key="!certification_id position",
        assignments_by_item="kind item_id",
    ),
    _table(
        "Item",
        "items",
        "row:auto kind:word id:key code:key? name:text name_key:text",
        items_key="!kind id",
        items_by_code="kind code",
    ),
    _table(
        "Award",
        "awards",
        "row:auto user_id:key certification_id:key cycle:int issued_at:instant "
        "expires_at:instant? basis:word source_type:word source_item:key? source_links:text? "
        "source_completed_at:instant? archived_at:instant? anchor_day:int? version:int "
        "expiry_day:word",
        awards_key="!user_id certification_id cycle",
        awards_by_certification="certification_id user_id cycle archived_at issued_at expires_at",
        awards_by_expiry="archived_at expires_at user_id certification_id cycle issued_at",
        awards_by_issue="issued_at expires_at user_id certification_id cycle archived_at",
        awards_of_history="expires_at user_id certification_id cycle archived_at if archived_at",
    ),
    _table(
        "Renewal",
        "renewals",
        "row:auto user_id:key certification_id:key number:int cycle:int version:int "
        "started_at:instant option_kind:word option_item:key option_plan:key? retake:bool "
        "request_key:key? state:word closed_at:instant? open:bool?",
        renewals_by_key="!user_id certification_id request_key",
        renewals_one_open="!user_id certification_id open",
        renewals_key="!user_id certification_id number",
        renewals_by_certification="certification_id",
    ),
    _table(
        "Event",
        "events",
        "position:auto kind:word user_id:key certification_id:key cycle:int at:instant "
        "item_id:key?",
        events_by_user="user_id",
    ),
    _table(
        "Notice",
        "notices",
        "digest:digest! position:big? kind:word user_id:key certification_id:key cycle:int "
        "notification_id:key of_instant:instant priority:word",
        notices_by_position="!position",
        notices_by_cycle="user_id certification_id cycle",
    ),
    _table(
        "Cursor",
        "cursors",
        "name:word! position:big",
    ),
    _table(
        "Planned",
        "planned",
        "notification_id:key! position:big until:instant since:instant",
    ),
    _table(
        "Course",
        "courses",
        "id:key! last_day:word? days:int? days_from:word",
    ),
    _table(
        "CourseMaterial",
        "course_materials",
        "row:auto course:Course position:int material_id:key",
        course_materials_key="!course_id position",
        course_materials_by_materia="material_id",
    ),
    _table(
        "LearningPlan",
        "plans",
        "id:key! last_day:word? days:int? days_from:word",
    ),
    _table(
        "PlanCourse",
        "plan_courses",
        "row:auto plan:LearningPlan position:int course_id:key",
        plan_courses_key="!plan_id position",
        plan_courses_by_course="course_id",
    ),
    _table(
        "Enrolment",
        "enrolments",
        "row:auto user_id:key kind:word item_id:key attempt:int enrolled_at:instant status:word "
        "first_access_at:instant? completed_at:instant? archived_at:instant? direct:bool",
        enrolments_key="!user_id kind item_id attempt",
    ),
    _table(
        "Completion",
        "completions",
        "row:auto user_id:key kind:word item_id:key completed_at:instant",
        completions_key="!user_id kind item_id completed_at",
        completions_by_item="kind item_id completed_at user_id",
    ),
    _table(
        "ExternalTraining",
        "external_trainings",
        "row:auto user_id:key id:key completed_on:word certification_id:key?",
        external_trainings_key="!user_id id",
    ),
    _table(
        "Progress",
        "progress",
        "row:auto user_id:key course_id:key material_id:key",
        progress_key="!user_id course_id material_id",
    ),
    _table(
        "Badge",
        "badges",
        "id:key! user_id:key certification_id:key cycle:int issued_at:instant "
        "expires_at:instant? status_list:int place:int suspended:bool revoked:bool open:bool?",
        badges_by_place="!status_list place",
        badges_one_open="!user_id certification_id cycle open",
    ),
)


class Migration(migrations.Migration):
    """Make the tables, and say of which version they are."""

    initial: ClassVar[bool] = True
    operations: ClassVar[list[Any]] = [
        migrations.RunSQL(
            "CREATE TABLE certrules_schema (version integer NOT NULL PRIMARY KEY)",
            "DROP TABLE certrules_schema",
        ),
        migrations.RunSQL("INSERT INTO certrules_schema VALUES (2)", migrations.RunSQL.noop),
        *_TABLES,
        migrations.AlterModelOptions(
            "event", {"verbose_name": "outbox entry", "verbose_name_plural": "outbox entries"}
        ),
    ]
