"""A whole import into SQLite, beside inserting the rows it makes with the driver alone."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.data import CERTIFICATIONS, COURSES, PLANS, USERS
from benchmarks.measuring import Comparison, Job, at_most, pairs
from benchmarks.peers import ZONE
from certrules import (
    DOCEBO,
    SYSTEM,
    Assignment,
    Certification,
    Item,
    ItemKind,
    Platform,
    User,
    open_records,
    open_store,
)
from certrules.workflows import importing

__all__ = ["compare"]

TABLES = ("certrules_awards", "certrules_events")
TRANSACTION = 4096
AT = datetime(2024, 7, 1, tzinfo=UTC)


def compare(path: Path, repetitions: int) -> Iterator[Comparison]:
    with tempfile.TemporaryDirectory() as folder:
        empty, full = Path(folder, "empty.db"), Path(folder, "full.db")
        _make_store(empty)

        def ready() -> Path:
            return Path(shutil.copyfile(empty, Path(folder, "run.db")))

        shutil.copyfile(empty, full)
        _import(full, path)
        awards, events = (_rows(full, table) for table in TABLES)
        peer = Job("sqlite3", lambda db: _insert(db, awards, events), _sums, ready)
        subject = Job("certrules", lambda db: _import(db, path), _sums, ready)
        taken = pairs(peer, subject, max(1, repetitions // 2))
        yield at_most("import into SQLite", "sqlite3.executemany", taken, 2.5)


def _make_store(path: Path) -> None:
    courses = [Item(ItemKind.COURSE, code, code) for code in COURSES]
    plans = [Item(ItemKind.LEARNING_PLAN, code, code) for code in PLANS]
    store = open_store(str(path), create=True)
    with store.writing() as transaction:
        transaction.items.put(courses + plans)
        transaction.users.put(User(f"U{n}", username) for n, username in enumerate(USERS))
        transaction.certifications.put(
            Certification(
                f"C{n}",
                code,
                code,
                assignments=tuple(
                    Assignment(item.kind, item.id, AT)
                    for item in [*courses[4 * n : 4 * n + 4], plans[n]]
                ),
            )
            for n, code in enumerate(CERTIFICATIONS)
        )
    store.close()


def _import(store_path: Path, path: Path) -> Path:
    store = open_store(str(store_path))
    with open_records(path, zone=ZONE) as file:
        importing.run(Platform(store, DOCEBO, ZONE).acting_as(SYSTEM), file, at=AT)
    store.close()
    return store_path


def _rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()


def _insert(path: Path, awards: list[tuple[object, ...]], events: list[tuple[object, ...]]) -> Path:
    """Insert rows as they will stand, in transactions as large and as durable as an import's."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    into_awards, into_events = (
        f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"
        for table, rows in zip(TABLES, (awards, events), strict=True)
    )
    for start in range(0, len(awards), TRANSACTION):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(into_awards, awards[start : start + TRANSACTION])
        connection.executemany(into_events, events[start : start + TRANSACTION])
        connection.execute("COMMIT")
    connection.close()
    return path


def _sums(path: Path) -> tuple[int, ...]:
    """Return how many awards and events a store has, with a sum over what they say."""
    connection = sqlite3.connect(path)
    sums: list[int] = []
    for table in TABLES:
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        text = " || ".join(f"coalesce({name}, '-')" for name in names)
        query = (
            f"SELECT count(*), sum(length({text})), sum(unicode(substr({text}, 5))) FROM {table}"
        )
        sums += connection.execute(query).fetchone()
    connection.close()
    return tuple(sums)
