"""A store in Django's connection: kept or dropped together with what the project did."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from django.db import connections, transaction

from certrules import (
    DOCEBO,
    SYSTEM,
    Assignment,
    Award,
    Certification,
    Completion,
    ItemKind,
    Platform,
    User,
)
from certrules.django import store as stores
from certrules.django.store import DjangoStore
from certrules.errors import ConflictError, StoreError
from certrules.testing.contract import StoreContract
from certrules.testing.learning import LearningContract
from certrules.testing.optional import BadgesContract, OutboxContract
from certrules.workflows import awarding
from tests.django.school.models import Course

AT = datetime(2024, 1, 1, tzinfo=UTC)
LATER = datetime(2024, 2, 1, tzinfo=UTC)
ADA = User("1", "ada")


class TestOutsideTransactions(StoreContract, LearningContract, OutboxContract, BadgesContract):
    @pytest.fixture(autouse=True)
    def fresh(self, store: DjangoStore) -> None:
        self.store = store


class TestInsideATransaction(StoreContract, LearningContract, OutboxContract, BadgesContract):
    @pytest.fixture(autouse=True)
    def fresh(self, inside: DjangoStore) -> None:
        self.store = inside


def users(using: str) -> list[str]:
    with DjangoStore(using).reading() as view:
        return [each.id for each in view.users.all()]


def courses(using: str) -> int:
    count = Course.objects.using(using).count()
    Course.objects.using(using).all().delete()
    return count


def fail(store: DjangoStore) -> None:
    with store.writing() as work:
        work.users.put([User("2", "bob")])
        raise LookupError


def teach(using: str) -> None:
    Course.objects.using(using).create(title="First aid", slug="c1")


def furnish(store: DjangoStore) -> None:
    with store.writing() as work:
        work.users.put([ADA])
        earning = (Assignment(ItemKind.COURSE, "c1", AT),)
        work.certifications.put([Certification("fa", "First aid", assignments=earning)])


def complete(store: DjangoStore) -> None:
    acting = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    completed = awarding.complete(acting, Completion("1", ItemKind.COURSE, "c1", LATER), at=LATER)
    assert completed.decisions["fa"]


@pytest.mark.parametrize("kept", [True, False])
def test_an_award_is_kept_or_dropped_with_what_the_project_wrote(
    using: str, store: DjangoStore, *, kept: bool
) -> None:
    furnish(store)
    with transaction.atomic(using):
        teach(using)
        complete(store)
        transaction.set_rollback(not kept, using)
    with store.reading() as view:
        assert len(view.awards.history("1", "fa")) == kept
        assert len(view.events.after(0, 10)) == kept
    assert courses(using) == kept


def test_an_exception_undoes_only_what_was_done_in_the_block(
    using: str, store: DjangoStore
) -> None:
    with transaction.atomic(using):
        teach(using)
        with store.writing() as work:
            work.users.put([ADA])
            with pytest.raises(LookupError):
                fail(store)
        with pytest.raises(LookupError):
            fail(store)
    assert users(using) == ["1"]
    assert courses(using) == 1


def test_what_was_done_in_an_inner_atomic_is_dropped_with_it(
    using: str, store: DjangoStore
) -> None:
    with transaction.atomic(using):
        with store.writing() as work:
            work.users.put([ADA])
        with transaction.atomic(using):
            with store.writing() as work:
                work.users.put([User("2", "bob")])
            transaction.set_rollback(True, using)
        with store.reading() as view:
            assert view.users.get("2") is None
    assert users(using) == ["1"]


def test_a_conflict_leaves_the_transaction_of_the_project_alive(
    using: str, store: DjangoStore
) -> None:
    award = Award("1", "fa", AT, None)
    with transaction.atomic(using):
        teach(using)
        with store.writing() as work:
            work.awards.add([award])
        with pytest.raises(ConflictError), store.writing() as work:
            work.awards.add([award])
    assert courses(using) == 1


def test_a_transaction_that_will_be_rolled_back_is_not_used(using: str, store: DjangoStore) -> None:
    with transaction.atomic(using):
        transaction.set_rollback(True, using)
        with pytest.raises(transaction.TransactionManagementError):
            store.writing().__enter__()
    assert users(using) == []


def test_a_view_writes_nothing(using: str, store: DjangoStore) -> None:
    with store.reading() as view, pytest.raises(StoreError, match="for reading"):
        view.users.put([ADA])
    assert users(using) == []


def test_each_database_has_its_own_store(using: str) -> None:
    with transaction.atomic(using), transaction.atomic("other"):
        with DjangoStore("other").writing() as work:
            work.users.put([ADA])
        with DjangoStore(using).writing() as work:
            work.users.put([User("2", "bob")])
        transaction.set_rollback(True, "other")
    assert (users(using), users("other")) == (["2"], [])


def test_another_thread_has_its_own_connection(using: str, store: DjangoStore) -> None:
    seen = []

    def look() -> None:
        seen.append(users(using))
        connections[using].close()

    with store.writing() as work:
        work.users.put([ADA])
        looking = Thread(target=look)
        looking.start()
        looking.join()
    assert seen == [[]]
    assert users(using) == ["1"]


def test_a_connection_that_was_closed_is_opened_again(using: str, store: DjangoStore) -> None:
    furnish(store)
    connections[using].close()
    assert users(using) == ["1"]


def test_settings_of_the_connection_are_as_before(using: str, store: DjangoStore) -> None:
    change, ask = {
        "postgresql": ("SET TIME ZONE 'Asia/Tokyo'", "SHOW TIME ZONE"),
        "mariadb": ("SET SESSION sql_mode = 'ANSI_QUOTES'", "SELECT @@SESSION.sql_mode"),
        "default": ("PRAGMA foreign_keys = ON", "PRAGMA foreign_keys"),
    }[using]
    last = Award("1", "fa", AT, datetime(9999, 12, 31, 23, tzinfo=UTC))
    with connections[using].cursor() as cursor:
        cursor.execute(change)
        cursor.execute(ask)
        before = cursor.fetchall()
        with store.writing() as work:
            work.awards.add([last])
            assert work.awards.history("1", "fa") == [last]
        with pytest.raises(ConflictError), store.writing() as work:
            work.awards.add([last])
        cursor.execute(ask)
        assert cursor.fetchall() == before
    connections[using].close()


def test_a_database_that_is_not_there_is_an_error_of_the_store(
    databases: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections["other"].close()
    nowhere = str(tmp_path / "no" / "such.db")
    monkeypatch.setitem(connections["other"].settings_dict, "NAME", nowhere)
    with pytest.raises(StoreError, match="'other' cannot be used: unable to open"):
        DjangoStore("other").reading().__enter__()


def test_a_database_that_is_locked_at_the_end_is_an_error_of_the_store(
    databases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = connections["other"]
    own.close()
    monkeypatch.setitem(own.settings_dict["OPTIONS"], "timeout", 0)
    with closing(sqlite3.connect(own.settings_dict["NAME"])) as reader:
        writing = DjangoStore("other").writing()
        writing.__enter__().users.put([ADA])
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM certrules_users").fetchall()
        with pytest.raises(StoreError, match="'other' cannot be used: database is locked"):
            writing.__exit__(None, None, None)
    own.close()
    assert users("other") == []


def test_another_database_is_refused(
    using: str, store: DjangoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores._engine.cache_clear()
    monkeypatch.setattr(stores, "_DRIVERS", {})
    with pytest.raises(StoreError, match="needs SQLite, PostgreSQL or MariaDB"):
        store.reading().__enter__()
