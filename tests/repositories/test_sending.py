"""How is a store reached from another process?"""

import copy
import multiprocessing
import os
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from certrules import User
from certrules.errors import StoreError
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import SqlStore, create_schema, open_store

pytestmark = pytest.mark.filterwarnings(  # newer Pythons warn where a process with threads forks
    "ignore:.*fork:DeprecationWarning"
)


def sent(store: SqlStore) -> SqlStore:
    """Return a store as it comes to another process."""
    found = pickle.loads(pickle.dumps(store))  # noqa: S301
    assert isinstance(found, SqlStore)
    return found


def put(store: Store[Transaction], name: str) -> int:
    with store.writing() as work:
        work.users.put([User(name, name)])
    return os.getpid()


def names(store: Store[Transaction]) -> list[str]:
    with store.reading() as view:
        return [user.id for user in view.users.all()]


def test_a_store_is_opened_anew_where_it_arrives(url: str) -> None:
    with closing(open_store(url, create=True, timeout=7)) as store:
        other = sent(store)
        put(other, "ada")
        assert names(store) == ["ada"]
        assert other.timeout == 7
        assert other.engine is not store.engine
        assert sent(store).engine is other.engine is sent(other).engine
        other.close()


@pytest.mark.parametrize("way", ["fork", "spawn", "forkserver"])
def test_another_process_writes_into_the_same_store(url: str, way: str) -> None:
    with closing(open_store(url, create=True)) as store:
        put(store, "ada")
        context = multiprocessing.get_context(way)
        with ProcessPoolExecutor(1, mp_context=context) as executor:
            assert executor.submit(put, store, "bob").result() != os.getpid()
            store.close()  # which must not take away what the other process still writes
            executor.submit(put, store, "eve").result()
        assert names(store) == ["ada", "bob", "eve"]


def test_a_relative_path_leads_to_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(open_store("store.db", create=True)) as store:
        data = pickle.dumps(store)
        put(store, "ada")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with closing(pickle.loads(data)) as other:  # noqa: S301
        assert names(other) == ["ada"]


def test_an_engine_of_the_hosts_own_needs_an_address_to_be_sent(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    engine = create_engine(url)
    create_schema(engine)
    with pytest.raises(StoreError, match=r"engine of the program's own.*give SqlStore the url"):
        pickle.dumps(SqlStore(engine))
    with closing(SqlStore(engine, url=url)) as store, closing(sent(store)) as other:
        put(other, "ada")
        assert names(store) == ["ada"]


def test_what_is_in_memory_is_never_sent(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be sent to another process"):
        pickle.dumps(MemoryStore())
    with pytest.raises(StoreError, match="every change to the copy would be lost"):
        copy.deepcopy(MemoryStore())
    for url in (
        "sqlite:///file:certrules?mode=memory&cache=shared&uri=true",
        "sqlite:///file::memory:?cache=shared&uri=true",
    ):
        engine = create_engine(url, poolclass=StaticPool)
        create_schema(engine)
        with (
            closing(SqlStore(engine, url=url)) as store,
            pytest.raises(StoreError, match="every change would be lost; name a file"),
        ):
            pickle.dumps(store)


def test_a_uri_leads_to_its_file(tmp_path: Path) -> None:
    open_store(tmp_path / "store.db", create=True).close()
    url = f"sqlite:///file:{tmp_path}/store.db?mode=rw&uri=true"
    with closing(open_store(url)) as store, closing(sent(store)) as other:
        put(other, "ada")
        assert names(store) == ["ada"]


def test_a_file_in_use_when_a_process_is_forked_is_not_used_there(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()
    with closing(open_store(tmp_path / "store.db", create=True)) as store:

        def use() -> None:
            with store.reading():
                begun.set()
                go_on.wait(300)

        thread = threading.Thread(target=use)
        thread.start()
        begun.wait(300)
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(1, mp_context=context) as executor:
            answer = executor.submit(put, store, "ada")
            with pytest.raises(StoreError, match=r"in use by another thread.*start processes by"):
                answer.result(30)
        go_on.set()
        thread.join()
        assert names(store) == []
