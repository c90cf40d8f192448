"""The tables of a store as Django's models, made of what ``certrules.repositories.sql`` says.

Read them as you like; write through workflows, which decide, keep the history and fill the outbox.
A table whose key has several columns has a ``row`` besides, since Django's admin needs one.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table
from sqlalchemy.types import TypeEngine

from certrules.django import fields
from certrules.repositories.sql import columns, tables

_TEXTS: Mapping[TypeEngine[Any], Any] = {
    columns.KEY: fields.Key,
    columns.TEXT: fields.Text,
    columns.TEXTS: fields.Text,
    columns.LINKS: fields.Text,
    columns.DIGEST: fields.Digest,
    columns.INSTANT: fields.Instant,
}
_NUMBERS: Mapping[type, Any] = {
    Boolean: models.BooleanField,
    Integer: models.IntegerField,
    BigInteger: models.BigIntegerField,
}
_made: dict[str, type[models.Model]] = {}


def _model(name: str, table: Table, **options: str) -> type[models.Model]:
    keys = [column.name for column in table.primary_key]
    several = len(keys) > 1
    found = [_index(each) for each in sorted(table.indexes, key=lambda each: str(each.name))]
    unique = [each for each in found if isinstance(each, models.UniqueConstraint)]
    if several:
        own_name = f"cr_{table.name.removeprefix('certrules_')}_key"
        unique.append(models.UniqueConstraint(fields=keys, name=own_name))
    meta = {
        "db_table": table.name,
        "indexes": [each for each in found if isinstance(each, models.Index)],
        "constraints": unique,
        **options,
    }
    members: dict[str, Any] = {
        "__module__": __name__,
        "__str__": _shown,
        "Meta": type("Meta", (), meta),
    }
    if several:
        members["row"] = models.BigAutoField(primary_key=True)
    for column in table.c:
        if column.foreign_keys:
            (target,) = (each.column.table.name for each in column.foreign_keys)
            members[column.name.removesuffix("_id")] = models.ForeignKey(
                _made[target], models.CASCADE, db_column=column.name, db_index=False
            )
        else:
            members[column.name] = _field(column, primary_key=column.primary_key and not several)
    _made[table.name] = type(name, (models.Model,), members)
    return _made[table.name]


def _shown(row: Any) -> str:
    """Return what the admin has loaded of a row, or its name, or its key."""
    keys = tables.metadata.tables[row._meta.db_table].primary_key
    key = (str(row.serializable_value(column.name)) for column in keys)
    return str(getattr(row, "shown", None) or getattr(row, "name", None) or ", ".join(key))


def _field(column: Column[Any], *, primary_key: bool) -> Any:
    if column.type is columns.POSITION:
        return models.BigAutoField(primary_key=True)
    kind = _NUMBERS.get(type(column.type)) or _TEXTS.get(column.type, fields.Word)
    return kind(primary_key=primary_key, null=bool(column.nullable))


def _index(index: Index) -> models.Index | models.UniqueConstraint:
    options: dict[str, Any] = {
        "name": f"cr_{str(index.name).removeprefix('certrules_')}"[:30],
        "fields": [column.name for column in index.columns],
    }
    if (where := index.dialect_options["postgresql"]["where"]) is not None:
        options["condition"] = models.Q(**{f"{str(where).split()[0]}__isnull": False})
    return (models.UniqueConstraint if index.unique else models.Index)(**options)


User: type[models.Model] = _model("User", tables.users)
Company: type[models.Model] = _model("Company", tables.companies)
Certification: type[models.Model] = _model("Certification", tables.certifications)
Assignment: type[models.Model] = _model("Assignment", tables.assignments)
Item: type[models.Model] = _model("Item", tables.items)
Award: type[models.Model] = _model("Award", tables.awards)
Renewal: type[models.Model] = _model("Renewal", tables.renewals)
Event: type[models.Model] = _model(
    "Event", tables.events, verbose_name="outbox entry", verbose_name_plural="outbox entries"
)
Notice: type[models.Model] = _model("Notice", tables.notices)
Cursor: type[models.Model] = _model("Cursor", tables.cursors)
Planned: type[models.Model] = _model("Planned", tables.planned)
Course: type[models.Model] = _model("Course", tables.courses)
CourseMaterial: type[models.Model] = _model("CourseMaterial", tables.course_materials)
LearningPlan: type[models.Model] = _model("LearningPlan", tables.plans)
PlanCourse: type[models.Model] = _model("PlanCourse", tables.plan_courses)
Enrolment: type[models.Model] = _model("Enrolment", tables.enrolments)
Completion: type[models.Model] = _model("Completion", tables.completions)
ExternalTraining: type[models.Model] = _model("ExternalTraining", tables.external_trainings)
Progress: type[models.Model] = _model("Progress", tables.progress)
Badge: type[models.Model] = _model("Badge", tables.badges)
