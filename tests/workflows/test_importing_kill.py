"""An import killed at any moment is completed by the same command, nothing lost or doubled."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import partial, partialmethod
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Engine, event

from certrules import Award, Certification, User
from certrules.catalogs import Catalog
from certrules.cli import main
from certrules.model.notices import Event
from certrules.records import RecordsFile
from certrules.repositories.sql import open_store
from certrules.workflows import catalog
from tests.processes import exit_code
from tests.workflows.conftest import acting

HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type"
)


def write(path: Path, start: date, rows: int) -> Path:
    """Write records of many users; one in fifty stands twice, one in thirty cannot be read."""
    with path.open("w", encoding="utf-8") as file:
        print(HEADER, file=file)
        for number in range(rows):
            issued = start + timedelta(days=number % 700)
            user = number - 25 if number % 50 == 49 else number
            day = "someday" if number % 30 == 7 else issued
            print(f"user{user},FA,{day},0,{issued + timedelta(days=365)},manual", file=file)
    return path


def words(file: Path, store: Path, duplicates: str) -> list[str]:
    return [
        *("import", str(file), "--store", str(store), "--zone", "Europe/Rome"),
        *("--duplicates", duplicates),
    ]


def content(path: Path) -> tuple[Sequence[Award], Sequence[Event]]:
    """Return all that a store knows, but for the instants at which it came to know it."""
    with closing(open_store(str(path))) as store, store.reading() as view:
        awards = list(view.awards.select())
        events = [event for _, event in view.events.after(0, 10**6) if isinstance(event, Event)]
    now = awards[0].issued_at
    return (
        [evolve(award, archived_at=award.archived_at and now) for award in awards],
        [evolve(event, at=now) for event in events],
    )


def prepared(folder: Path, duplicates: str, rows: int) -> tuple[Path, Path]:
    """Return a store with one file imported, and another file."""
    base = folder / "base.db"
    users = tuple(User(f"u{number}", f"user{number}") for number in range(rows))
    with closing(open_store(str(base), create=True)) as store:
        catalog.load(acting(store), Catalog(users, (), (Certification("k", "First aid", "FA"),)))
    old = write(folder / "old.csv", date(2020, 1, 1), rows)
    assert main(words(old, base, duplicates)) == 1
    return base, write(folder / "new.csv", date(2022, 1, 1), rows)


def copied(base: Path, name: str) -> Path:
    for left in base.parent.glob(f"{name}*"):
        left.unlink()
    return Path(shutil.copy(base, base.parent / name))


def killed_before(statement: int, words: list[str]) -> int:
    """Import, killed before the database is given so many statements."""
    given = count(1)

    def kill(*_: Any) -> None:
        if next(given) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", kill)
    return main(words)


@pytest.mark.rule("INT-09")
@pytest.mark.parametrize("duplicates", ["reject", "renew"])
def test_an_import_killed_before_any_statement_is_completed_by_the_same_command(
    tmp_path: Path, duplicates: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordsFile, "batches", partialmethod(RecordsFile.batches, 100))
    base, file = prepared(tmp_path, duplicates, 300)
    whole = copied(base, "whole.db")
    assert main(words(file, whole, duplicates)) == 1
    expected, before = content(whole), content(base)
    seen = []
    for statement in count(1, 15):
        broken = copied(base, "broken.db")
        ended = exit_code(partial(killed_before, statement, words(file, broken, duplicates)))
        seen.append(content(broken))
        assert main(words(file, broken, duplicates)) == 1
        assert content(broken) == expected
        if ended != -signal.SIGKILL:
            break
    assert seen[0] == before
    assert seen[-1] == expected
    assert any(each not in (before, expected) for each in seen)


def killed_after(seconds: float, words: list[str]) -> bool:
    """Import, killed after so many seconds; say whether that was before its end."""
    command = [sys.executable, "-m", "certrules", *words]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    started.kill()
    return started.wait() == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.rule("INT-09")
@pytest.mark.parametrize("duplicates", ["reject", "renew"])
def test_an_import_killed_at_any_moment_is_completed_by_the_same_command(
    tmp_path: Path, duplicates: str
) -> None:
    base, file = prepared(tmp_path, duplicates, 10_000)
    whole = copied(base, "whole.db")
    started = time.monotonic()
    command = [sys.executable, "-m", "certrules", *words(file, whole, duplicates)]
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 1
    seconds = time.monotonic() - started
    expected = content(whole)
    assert expected != content(base)
    killed = 0
    while killed < 11:
        broken = copied(base, "broken.db")
        if killed_after(random.uniform(0.2, 1.0) * seconds, words(file, broken, duplicates)):  # noqa: S311
            killed += 1
        else:  # other work slowed down the import that was measured
            seconds *= 0.9
        assert main(words(file, broken, duplicates)) == 1
        assert content(broken) == expected
