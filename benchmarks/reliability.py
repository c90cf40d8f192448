"""What holds when imports are killed, and when many write at once: measured, as a table.

``python -m benchmarks.reliability`` prints the table of docs/explanation/reliability.md. It asks
the servers that ``.ci/databases`` starts, too.
"""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from attrs import evolve

from certrules import Award, Certification, User, open_store
from certrules.errors import ConflictError
from tests.processes import PROCESSES, in_many_processes
from tests.repositories.conftest import SERVERS, empty_database

DUPLICATES = ("reject", "renew")
KILLS = 35
"""How often an import is killed, of each kind."""
ROWS = 5_000
"""More than an import keeps in one transaction."""
KNOWN_SINCE = {"archived_at", "at"}
CHANGES = 10
THREADS = 16
DATABASES = {"SQLite": "sqlite", "PostgreSQL": "postgresql", "MariaDB": "mariadb"}
AT = datetime(2024, 1, 1, tzinfo=UTC)
HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type"
)


def table() -> Iterator[str]:
    yield "| What | How often | Outcome |"
    yield "|---|---|---|"
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor() as pool:
        for duplicates, same in zip(
            DUPLICATES, pool.map(partial(kills, Path(name)), DUPLICATES), strict=True
        ):
            what = f"kills of an import, `--duplicates {duplicates}`, then run again"
            yield f"| {what} | {KILLS} | {same} stores identical |"
        for database, kind in DATABASES.items():
            for way in WAYS if kind == "sqlite" or kind in SERVERS else ():
                url = f"{name}/{way}.db" if kind == "sqlite" else empty_database(kind, "updates")
                kept, lost = updates(url, way)
                yield f"| changes of one award by {way}, {database} | {kept} | {lost} lost |"


def kills(folder: Path, duplicates: str, rows: int = ROWS, times: int = KILLS) -> int:
    """Kill an import so many times; return how often the same command then completed it."""
    base, file = prepared(folder, duplicates, rows)
    whole, broken = (folder / f"{duplicates}-{name}.db" for name in ("whole", "broken"))
    copy(base, whole)
    begun = time.monotonic()
    importing(file, whole, duplicates).wait()
    seconds, expected = time.monotonic() - begun, content(whole)
    killed = same = 0
    while killed < times:
        copy(base, broken)
        run = importing(file, broken, duplicates)
        time.sleep(random.uniform(0.2, 1) * seconds)
        run.kill()
        if run.wait() == -signal.SIGKILL:
            killed += 1
            importing(file, broken, duplicates).wait()
            same += content(broken) == expected
        else:  # it ended before
            seconds *= 0.9
    return same


def prepared(folder: Path, duplicates: str, rows: int) -> tuple[Path, Path]:
    """Return a store with one file imported, and another file."""
    base, old, new = (folder / f"{duplicates}{end}" for end in (".db", "-old.csv", "-new.csv"))
    write(old, date(2020, 1, 1), rows)
    write(new, date(2022, 1, 1), rows)
    with closing(open_store(base, create=True)) as store, store.writing() as work:
        work.users.put(User(f"u{number}", f"user{number}") for number in range(rows))
        work.certifications.put([Certification("k", "First aid", "FA")])
    importing(old, base, duplicates).wait()
    return base, new


def write(path: Path, start: date, rows: int) -> None:
    """Write records of many users; one in fifty stands twice, one in thirty cannot be read."""
    with path.open("w", encoding="utf-8") as file:
        print(HEADER, file=file)
        for number in range(rows):
            issued = start + timedelta(days=number % 700)
            user = number - 25 if number % 50 == 49 else number
            day = "someday" if number % 30 == 7 else issued
            print(f"user{user},FA,{day},0,{issued + timedelta(days=365)},manual", file=file)


def copy(base: Path, path: Path) -> None:
    for left in path.parent.glob(f"{path.name}*"):  # a log of what was not yet in the file, too
        left.unlink()
    shutil.copy(base, path)


def words(file: Path, store: Path, duplicates: str) -> list[str]:
    options = "--store", str(store), "--zone", "Europe/Rome", "--duplicates", duplicates
    return ["import", str(file), *options]


def importing(file: Path, store: Path, duplicates: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "certrules", *words(file, store, duplicates)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def content(path: Path) -> dict[str, list[Any]]:
    """Return the rows of every table, but for the instants at which something came to be known."""
    with closing(sqlite3.connect(path)) as file:
        tables = [
            name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {table: rows(file, table) for table in tables}


def rows(file: sqlite3.Connection, table: str) -> list[Any]:
    columns = [column for _, column, *_ in file.execute(f"PRAGMA table_info({table})")]
    shown = (f'"{each}" IS NULL' if each in KNOWN_SINCE else f'"{each}"' for each in columns)
    return sorted(file.execute(f"SELECT {', '.join(shown)} FROM {table}"), key=repr)


def in_threads(work: Callable[[int], int]) -> list[int]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(THREADS)))


WAYS: dict[str, Callable[[Callable[[int], int]], list[int]]] = {
    f"{PROCESSES} processes": in_many_processes,
    f"{THREADS} threads": in_threads,
}


def updates(url: str, way: str, changes: int = CHANGES) -> tuple[int, int]:
    """Return how many changes of one award were kept, and how many of them are lost."""
    with closing(open_store(url, create=True)) as store, store.writing() as work:
        work.awards.add([Award("ada", "fire", AT, None)])
    kept = sum(WAYS[way](partial(change, url, changes)))
    with closing(open_store(url)) as store, store.reading() as view:
        (award,) = view.awards.history("ada", "fire")
    return kept, kept - (award.version - 1)


def change(url: str, changes: int, number: int) -> int:
    """Change one award many times, each time as it was read; begin anew after a conflict."""
    kept = 0
    with closing(open_store(url, timeout=300)) as store:
        while kept < changes:
            with store.reading() as view:
                (seen,) = view.awards.history("ada", "fire")
            expires = AT + timedelta(days=1 + number)
            try:
                with store.writing() as work:
                    work.awards.replace(
                        [evolve(seen, expires_at=expires, version=seen.version + 1)]
                    )
            except ConflictError:
                continue
            kept += 1
    return kept


if __name__ == "__main__":
    for line in table():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
