"""What holds when imports are killed, and when many write at once: measured, as a table.

``python -m benchmarks.reliability`` prints the table of docs/explanation/reliability.md. It asks
the servers that ``.ci/databases`` starts, too.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from attrs import evolve

from certrules import Award, Certification, User, open_store
from certrules.errors import ConflictError

KILLS = 20
ROWS = 3_000
WRITERS: dict[str, tuple[int, Callable[[int], Executor]]] = {
    "8 processes": (8, partial(ProcessPoolExecutor, mp_context=get_context("spawn"))),
    "16 threads": (16, ThreadPoolExecutor),
}
CHANGES = 25
AT = datetime(2024, 1, 1, tzinfo=UTC)
HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type"
)


def kills(folder: Path) -> tuple[int, int]:
    """Return how many imports were killed, and how many were then completed as if they were not."""
    base, file = folder / "base.db", folder / "records.csv"
    rows = (f"user{n},FA,2022-01-01,0,2023-01-{n % 28 + 1:02},manual" for n in range(ROWS))
    file.write_text("\n".join([HEADER, *rows]) + "\n")
    with closing(open_store(base, create=True)) as store, store.writing() as work:
        work.users.put(User(f"u{n}", f"user{n}") for n in range(ROWS))
        work.certifications.put([Certification("k", "First aid", "FA")])
    whole, begun = folder / "whole.db", time.monotonic()
    shutil.copy(base, whole)
    importing(file, whole).wait()
    seconds, expected = time.monotonic() - begun, content(whole)
    killed = same = 0
    while killed < KILLS:
        broken = folder / f"broken-{time.monotonic_ns()}.db"
        shutil.copy(base, broken)
        run = importing(file, broken)
        time.sleep(random.uniform(0.3, 1) * seconds)
        run.kill()
        killed += run.wait() == -signal.SIGKILL
        importing(file, broken).wait()
        same += run.returncode == -signal.SIGKILL and content(broken) == expected
    return killed, same


def importing(file: Path, store: Path) -> subprocess.Popen[bytes]:
    words = "import", str(file), "--store", str(store), "--zone", "UTC"
    return subprocess.Popen([sys.executable, "-m", "certrules", *words], stdout=subprocess.DEVNULL)


def content(path: Path) -> object:
    with closing(open_store(path)) as store, store.reading() as view:
        return list(view.awards.select()), len(view.events.after(0, 10 * ROWS))


def updates(url: str, way: str) -> tuple[int, int]:
    """Return how many changes of one award were kept, and how many of them are lost."""
    number, executor = WRITERS[way]
    with closing(open_store(url, create=True, timeout=300)) as store:
        with store.writing() as work:
            work.awards.add([Award("ada", way, AT, None)])
        with executor(number) as pool:
            kept = sum(pool.map(partial(change, url, way), range(number)))
        with store.reading() as view:
            (award,) = view.awards.history("ada", way)
    return kept, kept - (award.version - 1)


def change(url: str, way: str, number: int) -> int:
    """Change one award many times, each time as it was read; begin anew after a conflict."""
    kept = 0
    with closing(open_store(url, timeout=300)) as store:
        while kept < CHANGES:
            with store.reading() as view:
                (seen,) = view.awards.history("ada", way)
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


def table() -> Iterator[str]:
    yield "| What | How often | Outcome |\n|---|---|---|"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        killed, same = kills(folder)
        yield f"| imports killed at random, then run again | {killed} | {same} identical |"
        urls = {"SQLite": str(folder / "updates.db")}
        for server in ("PostgreSQL", "MariaDB"):
            if url := os.environ.get(f"CERTRULES_TEST_{server.upper()}"):
                urls[server] = url
        for database, url in urls.items():
            for way in WRITERS:
                kept, lost = updates(url, way)
                yield f"| changes of one award by {way}, {database} | {kept} | {lost} lost |"


if __name__ == "__main__":
    for line in table():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
