"""A store in a host's transaction: kept or dropped together with what the host did."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.orm import Session

from certrules import (
    DOCEBO,
    Assignment,
    Award,
    Certification,
    Completion,
    ItemKind,
    Platform,
    User,
)
from certrules.errors import ConflictError, InvalidValueError, StoreError
from certrules.repositories.sql import JoinedStore, SqlStore, create_schema
from certrules.workflows import awarding
from certrules.workflows.platform import SYSTEM

AT = datetime(2024, 1, 1, tzinfo=UTC)
LATER = datetime(2024, 2, 1, tzinfo=UTC)
ADA = User("1", "ada")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine of a host, with a table of the host's beside those of certrules."""
    made = create_engine(url)
    create_schema(made)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER PRIMARY KEY)"))
    yield made
    made.dispose()


def orders(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM orders")) or 0)


def users(engine: Engine) -> list[str]:
    with SqlStore(engine).reading() as view:
        return [each.id for each in view.users.all()]


def fail(store: JoinedStore) -> None:
    with store.writing() as transaction:
        transaction.users.put([User("2", "bob")])
        raise LookupError


def order(connection: Connection | Session) -> None:
    connection.execute(text("INSERT INTO orders VALUES (1)"))


@pytest.mark.parametrize("kept", [True, False])
def test_what_both_wrote_is_kept_or_dropped_together(engine: Engine, *, kept: bool) -> None:
    with engine.connect() as connection:
        order(connection)
        with JoinedStore(connection).writing() as transaction:
            transaction.users.put([ADA])
        (connection.commit if kept else connection.rollback)()
    assert orders(engine) == kept
    assert users(engine) == (["1"] if kept else [])


@pytest.mark.parametrize("kept", [True, False])
def test_certrules_may_write_before_the_host(engine: Engine, *, kept: bool) -> None:
    with engine.connect() as connection:
        with JoinedStore(connection).writing() as transaction:
            transaction.users.put([ADA])
        order(connection)
        (connection.commit if kept else connection.rollback)()
    assert orders(engine) == kept
    assert users(engine) == (["1"] if kept else [])


@pytest.mark.parametrize("kept", [True, False])
def test_a_session_is_joined_and_flushed_first(engine: Engine, *, kept: bool) -> None:
    with Session(engine) as session:
        order(session)
        with JoinedStore(session).writing() as transaction:
            transaction.users.put([ADA])
        with JoinedStore(session).reading() as view:
            assert view.users.get("1") == ADA
        (session.commit if kept else session.rollback)()
    assert orders(engine) == kept
    assert users(engine) == (["1"] if kept else [])


def test_an_exception_undoes_only_what_was_done_in_the_block(engine: Engine) -> None:
    with engine.connect() as connection:
        order(connection)
        store = JoinedStore(connection)
        with store.writing() as transaction:
            transaction.users.put([ADA])
        with pytest.raises(LookupError):
            fail(store)
        connection.commit()
    assert orders(engine) == 1
    assert users(engine) == ["1"]


def test_blocks_may_stand_in_each_other_and_in_savepoints_of_the_host(engine: Engine) -> None:
    with engine.connect() as connection:
        store, other = JoinedStore(connection), JoinedStore(connection)
        with store.writing() as transaction:
            transaction.users.put([ADA])
            with pytest.raises(LookupError):
                fail(other)
            transaction.users.put([User("3", "cy")])
        savepoint = connection.begin_nested()
        with store.writing() as transaction:
            transaction.users.put([User("4", "di")])
        savepoint.rollback()
        connection.commit()
    assert users(engine) == ["1", "3"]


def test_a_conflict_leaves_the_host_s_transaction_alive(engine: Engine) -> None:
    award = Award("1", "fa", AT, None)
    with engine.connect() as connection:
        order(connection)
        store = JoinedStore(connection)
        with store.writing() as transaction:
            transaction.awards.add([award])
        with pytest.raises(ConflictError), store.writing() as transaction:
            transaction.awards.add([award])
        connection.commit()
    assert orders(engine) == 1


def test_a_view_writes_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        store = JoinedStore(connection)
        with store.reading() as view, pytest.raises(StoreError, match="for reading"):
            view.users.put([ADA])
        connection.commit()
    assert users(engine) == []


def test_workflows_work_in_the_host_s_transaction(engine: Engine) -> None:
    with Session(engine) as session:
        store = JoinedStore(session)
        with store.writing() as transaction:
            transaction.users.put([ADA])
            earning = (Assignment(ItemKind.COURSE, "c1", AT),)
            made = Certification("fa", "First aid", assignments=earning)
            transaction.certifications.put([made])
        acting = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
        done = Completion("1", ItemKind.COURSE, "c1", LATER)
        completed = awarding.complete(acting, done, at=LATER)
        assert completed.decisions["fa"]
        with store.reading() as view:
            assert [award.issued_at for award in view.awards.history("1", "fa")] == [LATER]
        session.rollback()
    assert users(engine) == []


def test_settings_of_the_host_are_as_before(engine: Engine) -> None:
    asked = {
        "postgresql": ("SET TIME ZONE 'Asia/Tokyo'", "SELECT current_setting('TimeZone')"),
        "mysql": ("SET SESSION sql_mode = ''", "SELECT @@SESSION.sql_mode"),
        "mariadb": ("SET SESSION sql_mode = ''", "SELECT @@SESSION.sql_mode"),
        "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys"),
    }
    change, ask = asked[engine.dialect.name]
    with engine.connect() as connection:
        connection.exec_driver_sql(change)
        before = connection.exec_driver_sql(ask).scalar()
        store = JoinedStore(connection)
        last = Award("1", "fa", AT, datetime(9999, 12, 31, 23, tzinfo=UTC))
        with store.writing() as transaction:
            transaction.awards.add([last])
            assert transaction.awards.history("1", "fa") == [last]
        with pytest.raises(ConflictError), store.writing() as transaction:
            transaction.awards.add([last])
        assert connection.exec_driver_sql(ask).scalar() == before


def test_parts_go_with_what_they_are_part_of_without_foreign_keys(engine: Engine) -> None:
    several = [Assignment(ItemKind.COURSE, each, AT) for each in ("c1", "c2")]
    with engine.connect() as connection:
        store = JoinedStore(connection)
        for assignments in (several, several[:1]):
            with store.writing() as transaction:
                made = Certification("fa", "First aid", assignments=tuple(assignments))
                transaction.certifications.put([made])
                assert transaction.certifications.get("fa") == made
        with store.writing() as transaction:
            transaction.certifications.remove("fa")
            transaction.certifications.put([Certification("fa", "First aid")])
            assert transaction.certifications.get("fa") == Certification("fa", "First aid")


def test_another_writer_waits_until_the_host_commits(engine: Engine) -> None:
    with engine.connect() as connection:
        with JoinedStore(connection).writing() as transaction:
            transaction.users.put([ADA])
        other = SqlStore(engine, timeout=1.0).writing()
        with pytest.raises(StoreError, match="locked by another writer"):
            other.__enter__()
        connection.commit()
    with SqlStore(engine, timeout=1.0).writing() as transaction:
        assert transaction.users.get("1") == ADA


def test_a_connection_that_commits_by_itself_is_refused_or_begun(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        writing = JoinedStore(connection).writing()
        if engine.dialect.name == "sqlite":
            with writing as transaction:
                transaction.users.put([ADA])
            connection.rollback()
        else:
            with pytest.raises(StoreError, match="commits each statement by itself"):
                writing.__enter__()
    assert users(engine) == []


@pytest.mark.parametrize("host", [None, "sqlite://", 7])
def test_what_is_no_transaction_of_a_host_is_refused(host: object) -> None:
    with pytest.raises(InvalidValueError, match="Connection or a Session"):
        JoinedStore(host)  # type: ignore[arg-type]
