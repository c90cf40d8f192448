"""A store of any older version is upgraded with nothing lost, whatever interrupts it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command, op
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, MetaData, create_engine, event, insert, inspect, select, text
from sqlalchemy.dialects import mysql
from sqlalchemy.pool import NullPool

from certrules import Award
from certrules.errors import StoreError
from certrules.model.awards import ExpiryDay
from certrules.model.notices import Notice
from certrules.repositories.sql import (
    SqlStore,
    add_tables,
    create_schema,
    dialects,
    metadata,
    open_store,
    prefixed,
    upgrade,
)
from certrules.repositories.sql.migrations import version_1
from certrules.repositories.sql.tables import SCHEMA_VERSION, schema
from tests.processes import exit_code, in_many_processes, ready
from tests.repositories.conftest import FROZEN, SERVERS, empty_database
from tests.repositories.test_schema import described

STEPS = list(range(2, SCHEMA_VERSION + 1))
Rows = Mapping[str, list[tuple[Any, ...]]]


def frozen(version: int, folder: Path) -> str:
    """The URL of a copy of the store that was frozen at a version."""
    return f"sqlite:///{shutil.copy(FROZEN / f'store-{version}.db', folder / 'store.db')}"


def fill(engine: Engine) -> None:
    """Make the tables of version 1 by the first step, with all rows of the store frozen then."""
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            version_1.upgrade()
        source = f"sqlite:///file:{FROZEN / 'store-1.db'}?immutable=1&uri=true"
        for table, rows in read(create_engine(source)).items():
            if table != "certrules_schema":
                columns = version_1.tables.tables[table].columns.keys()
                values = [dict(zip(columns, row, strict=True)) for row in rows]
                connection.execute(insert(version_1.tables.tables[table]), values)


def read(engine: Engine, of: MetaData = version_1.tables) -> Rows:
    """Read every row, of the columns that version 1 had."""
    with engine.connect() as connection:
        rows = {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in of.sorted_tables
        }
    engine.dispose()
    return rows


@pytest.fixture(params=["sqlite", *SERVERS])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store of version 1, with rows in every table."""
    if request.param == "sqlite":
        return frozen(1, tmp_path)
    url = empty_database(request.param, "old")
    engine = create_engine(url, poolclass=NullPool)
    fill(engine)
    if request.param == "postgresql":  # rows that bring their number count none
        counted = "SELECT setval('certrules_events_position_seq', max(position))"
        with engine.begin() as connection:
            connection.execute(text(f"{counted} FROM certrules_events"))
    return url


@pytest.fixture
def engine(old: str) -> Iterator[Engine]:
    made = create_engine(old, poolclass=NullPool)
    yield made
    made.dispose()


def check_upgraded(engine: Engine, before: Rows) -> None:
    """Whatever was there is there, as it was; new is the version and what it added."""
    after = {**read(engine), "certrules_schema": before["certrules_schema"]}
    assert after == before
    assert all(before.values()), "no table is empty"
    with engine.connect() as connection:
        assert connection.scalars(select(schema.c.version)).all() == [SCHEMA_VERSION]
        assert differences(engine) == []
    with SqlStore(engine).reading() as view:
        days = {award.expiry_day for award in view.awards.select()}
        assert days == {ExpiryDay.EXCLUSIVE}


def differences(engine: Engine) -> Sequence[object]:
    """What Alembic finds that the tables of a store have otherwise than ``metadata``."""
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))


def found(engine: Engine, schema: str | None = None) -> list[str]:
    """The tables of a database, as those of ``metadata`` are written down."""
    reflected = MetaData()
    reflected.reflect(engine, schema=schema)
    return [line.replace(f"{schema}.", "") for line in described(reflected, [engine.dialect])]


def made(like: Engine, folder: Path) -> Engine:
    """A new database of the same kind, with the newest tables."""
    name = {"mysql": "mariadb"}.get(like.dialect.name, like.dialect.name)
    url = empty_database(name, "made") if name in SERVERS else f"sqlite:///{folder / 'made.db'}"
    engine = create_engine(url, poolclass=NullPool)
    create_schema(engine)
    return engine


def test_nothing_is_lost(old: str, engine: Engine) -> None:
    before = read(engine)
    assert list(upgrade(engine)) == STEPS
    check_upgraded(engine, before)
    assert upgrade(engine) == {}
    with closing(open_store(old)) as store, store.writing() as work:
        told = work.events.after(0, 1000)
        assert [position for position, _ in told] == list(range(1, 120))
        assert work.notices.add(each for _, each in told if isinstance(each, Notice)) == []
        work.awards.add([Award("u0", "x3", datetime(2026, 1, 1, tzinfo=UTC), None)])


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_the_store_frozen_at_each_version_is_upgraded(version: int, tmp_path: Path) -> None:
    engine = create_engine(frozen(version, tmp_path), poolclass=NullPool)
    before = read(engine)
    assert all(before.values())
    assert list(upgrade(engine)) == STEPS[version - 1 :]
    after = {**read(engine), "certrules_schema": before["certrules_schema"]}
    assert after == before
    assert differences(engine) == []
    with SqlStore(engine).reading() as view:
        days = {award.expiry_day for award in view.awards.select()}
    assert days == ({*ExpiryDay} if version > 1 else {ExpiryDay.EXCLUSIVE})


def killed(url: str, number: int) -> None:
    """Upgrade, in a process that is killed before its so manieth statement."""
    statements = count()

    def watch(*_: object) -> None:
        if next(statements) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = create_engine(url)
    event.listen(engine, "before_cursor_execute", watch)
    event.listen(engine, "commit", watch)
    upgrade(engine)


def test_an_upgrade_that_is_killed_at_any_statement_is_completed(old: str, engine: Engine) -> None:
    before = read(engine)
    for number in count():
        ended = exit_code(partial(killed, old, number))
        if ended == 0 or read(engine)["certrules_schema"] == [(SCHEMA_VERSION,)]:
            break  # perhaps killed after all was kept
        assert ended == -signal.SIGKILL
        if engine.dialect.name in ("sqlite", "postgresql"):  # whose upgrade is one transaction
            assert read(engine) == before
            with pytest.raises(StoreError, match="made by an older certrules"):
                open_store(old)
    assert number > 10
    check_upgraded(engine, before)


def together(url: str, _: int) -> list[int]:
    ready()
    return list(upgrade(create_engine(url, poolclass=NullPool)))


def test_of_many_upgrades_at_once_one_does_it(old: str, engine: Engine) -> None:
    before = read(engine)
    assert sorted(in_many_processes(partial(together, old))) == [*[[]] * 7, STEPS]
    check_upgraded(engine, before)


def test_an_upgrade_waits_for_a_writer_no_longer_than_it_was_told(engine: Engine) -> None:
    before = read(engine)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(select(version_1.tables.tables["certrules_awards"]))
        connection.execute(select(schema).with_for_update())
        with pytest.raises(StoreError, match="is locked by another writer"):
            upgrade(engine, timeout=1)
    assert read(engine) == before
    assert list(upgrade(engine, timeout=1)) == STEPS


def test_a_reader_on_a_server_keeps_an_upgrade_waiting_no_longer(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":  # where readers keep nobody waiting
        reading = create_engine(engine.url, isolation_level="AUTOCOMMIT")
    else:
        reading = engine
    before = read(engine)
    with reading.connect() as connection:
        connection.execute(select(version_1.tables.tables["certrules_awards"])).all()
        if reading is engine:
            with pytest.raises(StoreError, match="is locked by another writer"):
                upgrade(engine, timeout=1)
    assert list(upgrade(engine)) == STEPS
    check_upgraded(engine, before)
    reading.dispose()


def test_an_upgrade_waits_for_another_no_longer_than_it_was_told(engine: Engine) -> None:
    with engine.connect() as connection:
        dialects.begin(connection, writing=True, timeout=1)
        dialects.lock_tables(connection)
        with pytest.raises(StoreError, match="is locked by another writer"):
            upgrade(engine, timeout=1)
    assert list(upgrade(engine, timeout=1)) == STEPS


def test_threads_may_upgrade_several_stores_at_once(tmp_path: Path) -> None:
    engines = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        engines.append(create_engine(frozen(1, tmp_path / name), poolclass=NullPool))
    one, other = engines
    before = read(one)
    meanwhile: list[Any] = []
    with ThreadPoolExecutor(1) as pool:

        def watch(*arguments: Any) -> None:
            if "ALTER TABLE" in arguments[2] and not meanwhile:
                meanwhile.append(pool.submit(upgrade, other))
                wait(meanwhile, timeout=0.5)

        event.listen(one, "before_cursor_execute", watch)
        assert list(upgrade(one)) == list(meanwhile[0].result()) == STEPS
    for engine in engines:
        check_upgraded(engine, before)


def test_a_dry_run_changes_nothing(engine: Engine) -> None:
    before, tables = read(engine), found(engine)
    would = upgrade(engine, dry_run=True)
    assert (read(engine), found(engine)) == (before, tables)
    assert upgrade(engine) == would
    assert all(text.endswith(".") for text in would.values())


def test_an_older_store_says_how_it_is_upgraded(old: str, engine: Engine) -> None:
    for refused in (
        lambda: open_store(old),
        lambda: create_schema(engine),
        SqlStore(engine).writing().__enter__,
    ):
        with pytest.raises(StoreError, match="certrules store upgrade --store URL"):
            refused()


def test_a_newer_store_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(schema.update().values(version=SCHEMA_VERSION + 1))
    before, tables = read(engine), found(engine)
    with pytest.raises(StoreError, match="made by a newer certrules"):
        upgrade(engine)
    assert (read(engine), found(engine)) == (before, tables)


def test_no_store_is_no_older_one(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with pytest.raises(StoreError, match="holds no certrules tables"):
        upgrade(engine)
    assert inspect(engine).get_table_names() == []


@pytest.mark.parametrize("table", ["certrules_awards", "certrules_renewals"])
def test_a_lost_table_is_named(engine: Engine, table: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {table}"))
    with pytest.raises(StoreError, match=f"has lost {table}; restore"):
        upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(select(schema.c.version)) == 1


@pytest.mark.parametrize("versions", [[0], [-1], [1, 2]])
def test_a_store_that_says_no_version_is_refused(engine: Engine, versions: list[int]) -> None:
    with engine.begin() as connection:
        connection.execute(schema.delete())
        connection.execute(schema.insert(), [{"version": each} for each in versions])
    for refused in (upgrade, create_schema, lambda it: SqlStore(it).reading().__enter__()):
        with pytest.raises(StoreError, match="does not say of which one version"):
            refused(engine)


def test_tables_that_were_made_and_those_that_were_upgraded_are_the_same(
    engine: Engine, tmp_path: Path
) -> None:
    upgrade(engine)
    newest = made(engine, tmp_path)
    assert found(engine) == found(newest)
    assert differences(newest) == []


@pytest.mark.parametrize("way", ["prefix", "schema"])
def test_tables_of_another_name_or_schema_are_upgraded(way: str, url: str, tmp_path: Path) -> None:
    engine = host = create_engine(url, poolclass=NullPool)
    name = None
    if way == "prefix":
        host = prefixed(engine, "lms_")
    else:
        name = "certrules_other"
        if engine.dialect.name == "sqlite":
            other = f"ATTACH '{tmp_path / 'other.db'}' AS {name}"
            event.listen(engine, "connect", lambda driver, _: driver.execute(other))
        else:
            with engine.begin() as connection:
                connection.execute(text(f"DROP SCHEMA IF EXISTS {name}"))
                connection.execute(text(f"CREATE SCHEMA {name}"))
        host = engine.execution_options(schema_translate_map={None: name})
    fill(host)
    before = read(host)
    assert list(upgrade(host)) == STEPS
    assert read(host) == {**before, "certrules_schema": [(SCHEMA_VERSION,)]}
    with SqlStore(host).reading() as view:
        assert sum(1 for _ in view.awards.select()) == len(before["certrules_awards"])
    tables = [line.replace("lms_", "certrules_") for line in found(engine, name)]
    assert sorted(tables) == sorted(found(made(engine, tmp_path)))
    assert not [each for each in inspect(engine).get_table_names() if each.startswith("certrules")]


ENV = """
from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, dialect_name="postgresql", literal_binds=context.is_offline_mode()
)
with context.begin_transaction():
    context.run_migrations()
"""


@pytest.fixture
def host(tmp_path: Path) -> Config:
    """The Alembic of a host, to which the steps of certrules are a branch."""
    (tmp_path / "env.py").write_text(ENV)
    config = Config()
    config.set_main_option("script_location", str(tmp_path))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "certrules.repositories.sql:migrations")
    return config


def run(host: Config, engine: Engine, to: str = "head") -> None:
    with engine.connect() as connection:
        host.attributes["connection"] = connection
        (command.downgrade if to == "base" else command.upgrade)(host, f"certrules@{to}")


def test_a_host_s_alembic_upgrades_a_store(engine: Engine, host: Config) -> None:
    before = read(engine)
    run(host, engine)
    check_upgraded(engine, before)
    assert upgrade(engine) == {}


@pytest.mark.parametrize("there", [True, False])
def test_a_host_s_alembic_makes_the_tables_unless_they_are_there(
    url: str, host: Config, there: bool
) -> None:
    engine = create_engine(url, poolclass=NullPool)
    if there:
        create_schema(engine)
    run(host, engine)
    assert [each for each in differences(engine) if "alembic_version" not in repr(each)] == []
    with SqlStore(engine).reading() as view:
        assert list(view.users.all()) == []
    with pytest.raises(StoreError, match="restore the store's backup"):
        run(host, engine, to="base")


def test_a_host_s_alembic_writes_the_steps_as_sql(host: Config) -> None:
    host.attributes["connection"], host.output_buffer = None, StringIO()
    command.upgrade(host, "certrules@head", sql=True)
    written = host.output_buffer.getvalue()
    assert written.index("INSERT INTO certrules_schema (version) VALUES (1)") > 0
    assert written.index("UPDATE certrules_schema SET version=2;") > 0


def test_a_host_s_alembic_writes_a_migration_that_needs_nothing_of_certrules(url: str) -> None:
    engine, target = create_engine(url, poolclass=NullPool), MetaData()
    add_tables(target)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        written = produce_migrations(context, target)
        assert written.upgrade_ops
        code = render_python_code(written.upgrade_ops)
        assert "certrules." not in code
        with Operations.context(context):
            names = {"op": op, "sa": sqlalchemy, "mysql": mysql}
            exec(f"if True:\n    {code}", names)  # noqa: S102
        assert compare_metadata(context, target) == []
    create_schema(engine)
    assert differences(engine) == []
    with SqlStore(engine).reading() as view:
        assert list(view.users.all()) == []


def test_a_store_is_used_without_alembic(tmp_path: Path) -> None:
    code = (
        "import sys; from certrules import User, open_store;"
        f"store = open_store({str(tmp_path / 'store.db')!r}, create=True);"
        "work = store.writing(); work.__enter__().users.put([User('7', 'ada')]);"
        "work.__exit__(None, None, None); assert 'sqlalchemy' in sys.modules;"
        "assert not {each for each in sys.modules if each.startswith(('alembic', 'mako'))}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
