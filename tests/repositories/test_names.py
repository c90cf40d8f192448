"""Tables in another schema, and with another prefix: made, read and written there alone."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, inspect

from certrules import User
from certrules.errors import InvalidValueError, StoreError
from certrules.repositories.sql import JoinedStore, SqlStore, create_schema, prefixed
from certrules.testing.contract import StoreContract
from certrules.testing.learning import LearningContract
from certrules.testing.optional import BadgesContract, OutboxContract
from tests.repositories.conftest import SERVERS, empty_database


def attach(path: str, connection: Any, _: object) -> None:
    connection.execute(f"ATTACH DATABASE '{path}' AS learning")


def elsewhere(name: str, use: str, folder: Path) -> Engine:
    """Return an engine of an empty database, on which tables have another schema and prefix."""
    schema = "learning"
    if name == "sqlite":
        engine = create_engine(f"sqlite:///{folder / 'store.db'}")
        event.listen(engine, "connect", partial(attach, str(folder / "learning.db")))
    else:
        engine = create_engine(empty_database(name, use))
        if name == "mariadb":  # to which a schema is a database
            schema = str(create_engine(empty_database(name, f"{use}_other")).url.database)
        else:
            with engine.begin() as connection:
                connection.exec_driver_sql("CREATE SCHEMA learning")
    return prefixed(engine.execution_options(schema_translate_map={None: schema}), "lms_")


@pytest.fixture(scope="module", params=["sqlite", *SERVERS])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine whose store stays empty."""
    made = elsewhere(request.param, "names", tmp_path_factory.mktemp("names"))
    create_schema(made)
    return made


class TestJoinedStoresElsewhere(StoreContract, LearningContract, OutboxContract, BadgesContract):
    @pytest.fixture(autouse=True)
    def fresh(self, engine: Engine) -> Iterator[None]:
        with engine.connect() as connection:
            self.store = JoinedStore(connection)
            yield
            connection.rollback()


@pytest.mark.parametrize("name", ["sqlite", *SERVERS])
def test_a_store_is_made_and_kept_elsewhere(name: str, tmp_path: Path) -> None:
    engine = elsewhere(name, "kept", tmp_path)
    create_schema(engine)
    create_schema(engine)  # finds that it is there
    with SqlStore(engine).writing() as transaction:
        transaction.users.put([User("1", "ada")])
    with SqlStore(engine).reading() as view:
        assert view.users.get("1") == User("1", "ada")
    tables = inspect(engine)
    schema = engine.get_execution_options()["schema_translate_map"][None]
    assert "lms_users" in tables.get_table_names(schema)
    assert not tables.get_table_names()
    engine.dispose()


@pytest.mark.parametrize("name", ["sqlite", *SERVERS])
def test_stores_of_several_prefixes_share_a_database(name: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    engine = create_engine(url if name == "sqlite" else empty_database(name, "prefixes"))
    stores = [SqlStore(each) for each in (engine, *(prefixed(engine, p) for p in ("a_", "b_")))]
    for number, store in enumerate(stores):
        create_schema(store.engine)
        with store.writing() as transaction:
            transaction.users.put([User(str(number), "ada")])
    for number, store in enumerate(stores):
        with store.reading() as view:
            assert [user.id for user in view.users.all()] == [str(number)]
    engine.dispose()


def test_a_store_without_its_prefix_is_not_found(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'store.db'}")
    create_schema(engine)
    with pytest.raises(StoreError, match="holds no certrules tables"):
        SqlStore(prefixed(engine, "lms_")).reading().__enter__()
    engine.dispose()


@pytest.mark.parametrize("prefix", ["", "1a_", "a b", "a;", "Ä", "A_", "x" * 21, None, 'a"'])
def test_what_is_no_prefix_is_refused(prefix: Any) -> None:
    with pytest.raises(InvalidValueError, match="prefix cannot be"):
        prefixed(create_engine("sqlite:///store.db"), prefix)
