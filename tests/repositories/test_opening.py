"""Where no store is, or none that can be used, one sentence says what to do."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    create_engine,
    create_mock_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool, StaticPool

from certrules import Award, User
from certrules.errors import StoreError
from certrules.repositories.memory import MemoryStore
from certrules.repositories.sql import SqlStore, create_schema, dialects, metadata, open_store
from certrules.repositories.sql.tables import SCHEMA_VERSION
from tests.repositories.conftest import SERVERS, empty_database


def refusal(url: object, *, create: bool = False) -> str:
    with pytest.raises(StoreError) as refused:
        open_store(str(url), create=create)
    message = str(refused.value)
    assert "\n" not in message
    assert "secret" not in message
    assert "sqlalche" not in message
    return message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a store."""
    path = tmp_path / "a store.db"
    open_store(str(path), create=True).close()
    return path


def change(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def test_a_store_is_made_once_and_found_again(url: str) -> None:
    with closing(open_store(url, create=True)) as store, store.writing() as work:
        work.users.put([User("7", "ada")])
    for create in (True, False):
        with closing(open_store(url, create=create)) as store, store.reading() as view:
            assert view.users.get("7") == User("7", "ada")


def test_a_store_that_was_half_made_is_completed(path: Path) -> None:
    change(path, "DROP TABLE certrules_awards")
    change(path, "DELETE FROM certrules_schema")
    assert "holds no certrules tables" in refusal(path)
    with closing(open_store(str(path), create=True)) as store, store.reading() as view:
        assert list(view.awards.select()) == []


def test_a_path_names_an_sqlite_file_in_which_readers_and_a_writer_meet(path: Path) -> None:
    assert change(path, "PRAGMA journal_mode") == [("wal",)]


def test_instants_in_sqlite_are_text_that_sorts(path: Path) -> None:
    with closing(open_store(str(path))) as store, store.writing() as work:
        work.awards.add([Award("a", "c", datetime(1, 1, 1, tzinfo=UTC), None)])
    stored = change(path, "SELECT issued_at, typeof(issued_at) FROM certrules_awards")
    assert stored == [("0001-01-01 00:00:00.000000", "text")]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ada:secret@host:port/db", "'postgresql://...' is not the URL of a store"),
        ("://", "is not the URL of a store"),
        ("access://ada:secret@host/db", "access: a store needs SQLite, PostgreSQL or MariaDB"),
        ("oracle://ada:secret@host/db", "oracle: a store needs SQLite, PostgreSQL or MariaDB"),
        ("postgresql://ada:secret@127.0.0.1:1/db", "postgresql://127.0.0.1:1/db cannot be reached"),
        ("postgres://ada:secret@127.0.0.1:1/db", "postgresql://127.0.0.1:1/db cannot be reached"),
        ("mariadb://ada:secret@127.0.0.1:1/db", "mariadb://127.0.0.1:1/db cannot be reached"),
        ("mysql://127.0.0.1:1/db?colour=secret", "cannot be opened with this URL"),
        ("sqlite:///store.db?colour=blue", "does not exist"),
        ("sqlite://", "name a file"),
        ("", "name a file"),
        ("missing.db", "'missing.db' does not exist"),
        ("x" * 5000, "cannot be opened: "),
        ("\ud800", r"'\ud800' does not exist"),
    ],
)
def test_a_url_that_is_none_says_why(url: str, said: str) -> None:
    assert said in refusal(url)


def test_a_file_that_is_no_store_says_why(tmp_path: Path) -> None:
    text, empty, other = (tmp_path / name for name in ("text.db", "empty.db", "other.db"))
    text.write_text("Name;Code\n" * 1000)
    empty.touch()
    change(other, "CREATE TABLE other (id)")
    for create in (True, False):
        assert f"'{tmp_path}' is a folder" in refusal(tmp_path, create=create)
        assert "'text.db' is not an SQLite database" in refusal(text, create=create).replace(
            f"{tmp_path}/", ""
        )
        assert "holds no certrules tables" in refusal(other, create=create)
    assert "load a catalog into a new file or an empty database" in refusal(other)
    assert "but those of another program; name a new file" in refusal(other, create=True)
    assert "holds no certrules tables" in refusal(empty)
    assert "cannot be opened; check the path" in refusal(tmp_path / "no" / "new.db", create=True)
    assert "cannot be opened with this URL" in refusal(f"sqlite:///{empty}?timeout=soon")
    assert change(other, "SELECT name FROM sqlite_master") == [("other",)]


@pytest.mark.parametrize(
    ("version", "said"),
    [(SCHEMA_VERSION - 1, "made by an older certrules"), (SCHEMA_VERSION + 1, "a newer certrules")],
)
def test_a_store_of_another_version_is_refused_before_anything_is_changed(
    path: Path, version: int, said: str
) -> None:
    change(path, f"UPDATE certrules_schema SET version = {version}")  # noqa: S608
    change(path, "DROP TABLE certrules_progress")
    change(path, "DROP INDEX certrules_awards_by_expiry")
    change(path, "PRAGMA journal_mode = DELETE")
    before = path.read_bytes()
    engine = create_engine(f"sqlite:///{path}")
    for create in (True, False):
        assert said in refusal(path, create=create)
        assert f"its tables are of version {version}" in refusal(path, create=create)
    with pytest.raises(StoreError, match=said):
        create_schema(engine)
    with pytest.raises(StoreError, match=said), SqlStore(engine).writing():
        raise AssertionError
    engine.dispose()
    assert path.read_bytes() == before


def test_a_lost_table_is_named_and_not_made_anew(url: str) -> None:
    open_store(url, create=True).close()
    engine = create_engine(url)
    kept = SqlStore(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE certrules_awards")
    for create in (True, False):
        assert "has lost certrules_awards; restore" in refusal(url, create=create)
    with pytest.raises(StoreError, match="has lost certrules_awards"):
        create_schema(engine)
    with kept.reading() as view, pytest.raises(StoreError, match="has lost certrules_awards"):
        list(view.awards.select())
    assert "certrules_awards" not in inspect(engine).get_table_names()
    engine.dispose()


def test_a_store_that_cannot_be_written_can_be_read(path: Path) -> None:
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    with closing(open_store(url)) as store:
        with store.reading() as view:
            assert list(view.users.all()) == []
        with pytest.raises(StoreError, match="read-only"), store.writing() as work:
            work.users.put([User("7", "ada")])


def test_a_store_in_a_folder_that_cannot_be_written_can_be_read_by_a_url() -> None:
    with TemporaryDirectory() as name:
        folder, path = Path(name), Path(name) / "store.db"
        open_store(path, create=True).close()
        folder.chmod(0o555)
        with as_somebody():
            said = refusal(path)
            open_store(f"sqlite:///file:{path}?immutable=1&uri=true").close()
        folder.chmod(0o755)
    assert "is in a folder that may not be written to" in said
    assert "by the URL sqlite:///file:PATH?immutable=1&uri=true" in said


@contextmanager
def as_somebody() -> Iterator[None]:
    """Run as a user who has no power over the files of others."""
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(uid)


def test_a_writer_waits_no_longer_than_it_was_told(url: str) -> None:
    with (
        closing(open_store(url, create=True)) as patient,
        closing(open_store(url, timeout=0.1)) as hasty,
        patient.writing(),
    ):
        with pytest.raises(StoreError, match="locked by another writer"), hasty.writing():
            raise AssertionError
        with hasty.reading() as view:
            assert list(view.users.all()) == []


def test_a_waiting_writer_asks_so_often_that_nobody_keeps_it_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        closing(open_store(tmp_path / "store.db", create=True)) as store,
        closing(open_store(tmp_path / "store.db", timeout=0.05)) as waiting,
    ):
        pauses: list[float] = []
        monkeypatch.setattr(dialects, "sleep", pauses.append)
        with store.writing(), pytest.raises(StoreError, match="locked"), waiting.writing():
            raise AssertionError
        assert 0 < max(pauses) < 0.05
        with waiting.writing() as work:
            work.users.put([User("7", "ada")])


def test_a_writer_in_memory_waits_no_longer_than_it_was_told() -> None:
    store = MemoryStore(timeout=0.01)
    refused = pytest.raises(StoreError, match="another writer")
    with ThreadPoolExecutor(1) as others, store.writing(), refused:
        others.submit(store.writing().__enter__).result()


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("postgresql://ada:secret@host/db", "psycopg", "certrules[postgresql]"),
        ("mariadb://ada:secret@host/db", "pymysql", "certrules[mariadb]"),
        ("mysql://ada:secret@host/db", "pymysql", "certrules[mariadb]"),
        ("mysql+mysqldb://ada:secret@host/db", "MySQLdb", "write mariadb://, and pip install"),
        ("postgresql+foo://ada:secret@host/db", "foo", "write postgresql://, and pip install"),
        ("sqlite+foo:///:memory:?uri=true", "foo", "write sqlite://, which needs none"),
    ],
)
def test_a_missing_driver_names_the_extra(
    url: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    message = refusal(url)
    assert f"needs the module {module!r}" in message
    assert extra in message


def test_text_that_a_database_cannot_hold_is_refused(url: str) -> None:
    with closing(open_store(url, create=True)) as store:
        with pytest.raises(StoreError, match="cannot hold this value"), store.writing() as work:
            work.learning.add_progress("7", "c1", {"lone \ud800"})
        with store.reading() as view:
            assert view.learning.progress("7", "c1") == set()


def test_text_longer_than_its_column_is_not_cut(url: str) -> None:
    long = User("a" * 100_000, "ada")
    with closing(open_store(url, create=True)) as store:
        try:
            with store.writing() as work:
                work.users.put([long])
            kept = [long]
        except StoreError:
            kept = []
        with store.reading() as view:
            assert list(view.users.all()) == kept


def test_a_host_can_bring_its_engine_and_tables(url: str) -> None:
    engine = create_engine(url)
    own = MetaData()
    Table("own", own, Column("id", Integer, primary_key=True))
    own.create_all(engine)
    metadata.create_all(engine)
    with pytest.raises(StoreError, match="holds no certrules tables"), SqlStore(engine).reading():
        raise AssertionError
    create_schema(engine)
    create_schema(engine)
    with SqlStore(engine).writing() as work:
        work.users.put([User("7", "ada")])
    with SqlStore(engine).reading() as view:
        assert view.users.get("7") == User("7", "ada")
    assert set(inspect(engine).get_table_names()) == {"own", *metadata.tables}
    engine.dispose()


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN IMMEDIATE"])
def test_a_host_may_begin_sqlite_transactions_itself(begin: str, path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    create_schema(engine)
    with SqlStore(engine).writing() as work:
        work.users.put([User("7", "ada")])
    with SqlStore(engine).reading() as view:
        assert view.users.get("7") == User("7", "ada")
    engine.dispose()


def test_an_engine_on_memory_is_refused() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    for use in (SqlStore, create_schema):
        with pytest.raises(StoreError, match="nothing that connections share"):
            use(engine)
    engine.dispose()


@pytest.mark.parametrize("room", [1_000, 5_000, 50_000])
def test_a_disk_without_room_for_a_store_is_left_as_it_was(tmp_path: Path, room: int) -> None:
    path = tmp_path / "store.db"
    code = (
        "import resource, signal, sys; from certrules import open_store; "
        "from certrules.errors import StoreError; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        "try: open_store(sys.argv[1], create=True)\n"
        "except StoreError as error: sys.exit(str(error))"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=False)
    assert (done.returncode, b"store.db" in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
    open_store(path, create=True).close()


def test_what_another_has_in_a_file_is_not_removed_if_there_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"")
    with pytest.raises(StoreError):
        open_store(path)
    path.write_text("no database")
    with pytest.raises(StoreError):
        open_store(path, create=True)
    assert path.read_text() == "no database"


def test_a_store_is_found_by_a_path_of_any_type(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "store.db", create=True)) as store, store.reading() as view:
        assert list(view.users.all()) == []


@pytest.mark.parametrize("name", ["sqlite", *SERVERS])
def test_a_lost_connection_says_so_and_how_to_go_on(name: str, tmp_path: Path) -> None:
    url = str(tmp_path / "lost.db") if name == "sqlite" else empty_database(name, "lost")
    with closing(open_store(url, create=True)) as store:
        connections: list[Any] = []
        event.listen(store.engine, "begin", connections.append)

        def write() -> None:
            with store.writing() as work:
                work.users.put([User("7", "ada")])
                if name == "sqlite":
                    connections[-1].connection.driver_connection.close()
                else:
                    disconnect_others(url)
                work.users.put([User("8", "bob")])

        with pytest.raises(StoreError) as lost:
            write()
        assert ("lost.db" if name == "sqlite" else f"{name}://") in str(lost.value)
        assert "lost the connection" in str(lost.value)
        assert "what was not yet committed is undone" in str(lost.value)
        with store.writing() as work:
            assert list(work.users.all()) == []


def disconnect_others(url: str) -> None:
    """End all other connections to a database on a server."""
    server = create_engine(make_url(url), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        if server.dialect.name == "postgresql":
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return
        found = connection.exec_driver_sql(
            "SELECT id FROM information_schema.processlist "
            "WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        )
        for (each,) in found.all():
            connection.exec_driver_sql(f"KILL {each}")


@pytest.mark.parametrize("name", ["sqlite", *SERVERS])
def test_a_password_need_not_be_in_the_url(name: str, tmp_path: Path) -> None:
    own = f"sqlite:///{tmp_path / 'own.db'}"
    whole = make_url(own if name == "sqlite" else empty_database(name, "password"))
    bare = whole._replace(password=None).render_as_string(hide_password=False)
    given = "of no use" if name == "sqlite" else whole.password and str(whole.password)
    open_store(bare, create=True, password=given).close()
    wrong = "postgresql://ada@127.0.0.1:1/db"
    with pytest.raises(StoreError) as refused:
        open_store(wrong, password="secret")  # noqa: S106
    assert "secret" not in str(refused.value)


def test_a_host_s_own_errors_pass_through(path: Path) -> None:
    with closing(open_store(str(path))) as store:
        with pytest.raises(ZeroDivisionError), store.reading():
            _ = 1 // 0
        with pytest.raises(IntegrityError), store.writing():
            raise IntegrityError("theirs", None, Exception())


def test_an_engine_of_another_database_is_refused() -> None:
    engine = create_mock_engine("oracle://", lambda *_: None)
    with pytest.raises(StoreError, match="oracle: a store needs"):
        SqlStore(engine)  # type: ignore[arg-type]


def test_what_others_wrote_into_a_store_is_refused_in_a_sentence(path: Path) -> None:
    with closing(open_store(str(path))) as store, store.writing() as work:
        work.awards.add([Award("a", "c", datetime(2024, 1, 1, tzinfo=UTC), None)])
    for damage in ("basis = 'x'", "issued_at = 'today'", "version = 1, source_links = '{'"):
        change(path, f"UPDATE certrules_awards SET {damage}")  # noqa: S608
        with (
            closing(open_store(str(path))) as store,
            store.reading() as view,
            pytest.raises(StoreError, match=r"cannot be read|cannot look this up"),
        ):
            view.awards.history("a", "c")
