"""The tables of each version are written down: whoever changes them moves the version.

To write down those of a new version: ``python -m tests.repositories.test_schema``.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData
from sqlalchemy.dialects import mysql, postgresql, sqlite

from certrules.repositories.sql import metadata
from certrules.repositories.sql.migrations import version_1
from certrules.repositories.sql.tables import SCHEMA_VERSION

DIALECTS = (sqlite.dialect(), postgresql.dialect(), mysql.dialect())  # type: ignore[no-untyped-call]
WRITTEN = Path(__file__).parent / f"schema-{SCHEMA_VERSION}.txt"


def described(of: MetaData = metadata, dialects: Sequence[Any] = DIALECTS) -> Iterator[str]:
    """Yield a line for each table, column, key and index, in any database."""
    for table in sorted(of.tables.values(), key=lambda table: table.name):
        yield table.name
        yield from (f"  {column_of(column, dialects)}" for column in table.columns)
        yield f"  key {names(table.primary_key)}"
        for foreign in sorted(table.foreign_keys, key=lambda each: each.parent.name):
            told = f"on delete {foreign.ondelete}" if foreign.ondelete else ""
            yield f"  {foreign.parent.name} refers to {foreign.target_fullname} {told}".rstrip()
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            only = index.dialect_options["sqlite"]["where"]
            where = "" if only is None else f" where {only}"
            yield f"  {'unique ' if index.unique else ''}index {index.name} {names(index)}{where}"
        yield from (f"  {name} {value}" for name, value in sorted(table.kwargs.items()))


def column_of(column: Column[object], dialects: Sequence[Any]) -> str:
    types = dict.fromkeys(column.type.compile(dialect) for dialect in dialects)
    return f"{column.name} {' | '.join(types)}{'' if column.nullable else ' not null'}"


def names(of: object) -> str:
    return ", ".join(column.name for column in of.columns)  # type: ignore[attr-defined]


def test_the_version_moves_with_the_tables() -> None:
    assert WRITTEN.exists(), "write down the tables of this version; see the top of this file"
    found = list(described())
    assert WRITTEN.read_text().splitlines() == found, "move SCHEMA_VERSION, and write them down"


def test_the_first_step_makes_the_tables_of_the_first_release() -> None:
    written = WRITTEN.with_name("schema-1.txt").read_text()
    assert written.splitlines() == list(described(version_1.tables))


if __name__ == "__main__":
    WRITTEN.write_text("".join(f"{line}\n" for line in described()))
