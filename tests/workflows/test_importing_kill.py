"""An import killed at any moment is completed by the same command, nothing lost or doubled."""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from certrules import Award, Certification, User
from certrules.catalogs import Catalog
from certrules.cli import main
from certrules.model.events import Event
from certrules.repositories.sql import open_store
from certrules.workflows import administering

KILLS = 11
ROWS = 4_000
HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type"
)


def write(path: Path, start: date) -> Path:
    """Write records of many users; one in fifty stands twice, one in thirty cannot be read."""
    with path.open("w", encoding="utf-8") as file:
        print(HEADER, file=file)
        for number in range(ROWS):
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
        events = [event for _, event in view.events.after(0, 10 * ROWS) if isinstance(event, Event)]
    now = awards[0].issued_at
    return (
        [evolve(award, archived_at=award.archived_at and now) for award in awards],
        [evolve(event, at=now) for event in events],
    )


def kill(file: Path, store: Path, duplicates: str, after: float) -> bool:
    """Start an import and kill it after so many seconds; say whether that was before its end."""
    command = [sys.executable, "-m", "certrules", *words(file, store, duplicates)]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    started.kill()
    return started.wait() == -signal.SIGKILL


@pytest.mark.rule("INT-09")
@pytest.mark.parametrize("duplicates", ["reject", "renew"])
def test_an_import_killed_at_any_moment_is_completed_by_the_same_command(
    tmp_path: Path, duplicates: str
) -> None:
    base, whole, broken = (tmp_path / name for name in ("base.db", "whole.db", "broken.db"))
    users = tuple(User(f"u{number}", f"user{number}") for number in range(ROWS))
    with closing(open_store(str(base), create=True)) as store:
        administering.load(store, Catalog(users, (), (Certification("k", "First aid", "FA"),)))
    assert main(words(write(tmp_path / "old.csv", date(2020, 1, 1)), base, duplicates)) == 1

    file = write(tmp_path / "new.csv", date(2022, 1, 1))
    shutil.copy(base, whole)
    started = time.monotonic()
    command = [sys.executable, "-m", "certrules", *words(file, whole, duplicates)]
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 1
    seconds = time.monotonic() - started
    expected = content(whole)
    assert expected != content(base)

    killed = 0
    while killed < KILLS:
        shutil.copy(base, broken)
        if kill(file, broken, duplicates, random.uniform(0.2, 1.0) * seconds):  # noqa: S311
            killed += 1
        else:  # other work slowed down the import that was measured
            seconds *= 0.9
        assert main(words(file, broken, duplicates)) == 1
        assert content(broken) == expected
        for left in tmp_path.glob("broken.db*"):
            left.unlink()
