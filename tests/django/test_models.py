"""Django's models and migrations: the tables of the SQL store, and nothing else?"""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from sqlalchemy import Connection, Table, inspect

from certrules import Assignment, Award, Certification, ItemKind
from certrules.django import models
from certrules.django.store import DjangoStore, _engine
from certrules.repositories.sql import metadata

AT = datetime(2024, 2, 29, 22, 30, 15, 123456, tzinfo=UTC)


def shape(table: Table) -> tuple[dict[str, bool], set[tuple[str, ...]], set[tuple[str, ...]]]:
    """Return the columns, which may be NULL, and those of unique and of other indexes."""
    keys = {tuple(column.name for column in table.primary_key)}
    found = {(each.unique, tuple(c.name for c in each.columns)) for each in table.indexes}
    return (
        {column.name: bool(column.nullable) for column in table.c},
        keys | {columns for unique, columns in found if unique},
        {columns for unique, columns in found if not unique},
    )


def made(connection: Connection, name: str) -> Any:
    asked = inspect(connection)
    columns = {each["name"]: each["nullable"] for each in asked.get_columns(name)}
    row = columns.pop("row", None)
    indexes = asked.get_indexes(name)
    unique: set[tuple[Any, ...]] = {
        tuple(each["column_names"]) for each in asked.get_unique_constraints(name)
    }
    unique |= {tuple(each["column_names"]) for each in indexes if each["unique"]}
    if row is None:
        unique.add(tuple(asked.get_pk_constraint(name)["constrained_columns"]))
    others = {tuple(each["column_names"]) for each in indexes if not each["unique"]}
    return columns, unique, others


def test_migrations_make_the_tables_of_the_sql_store(using: str) -> None:
    connections[using].ensure_connection()
    with _engine(using).connect() as connection:
        for table in metadata.sorted_tables:
            assert made(connection, table.name) == shape(table), table.name


def test_no_migration_is_missing(databases: None) -> None:
    call_command("makemigrations", "certrules", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("alias", ["using", "other"])
def test_models_read_what_the_store_wrote(
    alias: str, request: pytest.FixtureRequest, using: str
) -> None:
    alias = request.getfixturevalue("using") if alias == "using" else alias
    earning = (Assignment(ItemKind.COURSE, "c1", AT),)
    with DjangoStore(alias).writing() as work:
        work.certifications.put([Certification("fa", "First aid", assignments=earning)])
        work.awards.add([Award("1", "fa", AT, None)])
    (award,) = models.Award._default_manager.using(alias).all()
    assert (award.user_id, award.issued_at, award.expires_at) == ("1", AT, None)  # type: ignore[attr-defined]
    assert models.Award._default_manager.using(alias).filter(issued_at__lte=AT).count() == 1
    (assigned,) = models.Assignment._default_manager.using(alias).all()
    assert assigned.certification.name == "First aid"  # type: ignore[attr-defined]
