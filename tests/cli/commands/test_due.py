"""``certrules due``, by many at once and stopped half-way."""

import json
import os
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from certrules import Award
from certrules.errors import StoreError
from certrules.model.notices import Notice, NoticeKind
from certrules.repositories.sql import open_store
from certrules.workflows import notifying
from tests.cli.conftest import Run, start

START = datetime(2024, 1, 1, tzinfo=UTC)
OFFSETS = ("90 days before", "2 weeks before", "1 hour after")


@pytest.fixture
def told(tmp_path: Path) -> str:
    entries = [{"id": each, "kind": "expiry", "offset": each} for each in OFFSETS]
    path = tmp_path / "notifications.json"
    path.write_text(json.dumps({"notifications": entries}), encoding="utf-8")
    return str(path)


def words(store: Path, told: str, at: datetime) -> list[str]:
    since = ("--since", START.isoformat(), "--format", "json")
    options = ("--notifications", told, "--zone", "Europe/Rome", "--at", at.isoformat())
    return ["due", "--store", str(store), *options, *since]


@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
@pytest.mark.parametrize(
    ("processes", "many"), [(2, 50), pytest.param(8, 1_500, marks=pytest.mark.slow)]
)
def test_jobs_that_overlap_in_many_processes_tell_everything_once(
    awarded: Path, told: str, processes: int, many: int
) -> None:
    until = START + timedelta(days=400)
    awards = [
        Award(f"u{number}", "k1", START, START + timedelta(days=91 + number % 300))
        for number in range(many)
    ]
    with closing(open_store(awarded)) as store, store.writing() as work:
        work.awards.remove(list(work.awards.select()))
        work.awards.add(awards)
    with ExitStack() as stack:
        jobs = [
            stack.enter_context(
                start(
                    *words(awarded, told, until + timedelta(minutes=number)),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            )
            for number in range(processes)
        ]
        said = [(*job.communicate(timeout=600), job.returncode) for job in jobs]
    assert [(code, err) for _, err, code in said] == [(0, b"")] * processes
    notices: list[Any] = [each for out, _, _ in said for each in json.loads(out)["notices"]]
    assert len(notices) == len(OFFSETS) * len(awards)
    with closing(open_store(awarded)) as store, store.reading() as view:
        entries = [entry for _, entry in view.events.after(0, 10**6)]
    kept = {entry.identity for entry in entries if isinstance(entry, Notice)}
    assert len(kept) == len(entries) == len(notices)


def test_a_job_that_is_stopped_says_what_it_told_before(
    run: Run, awarded: Path, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def due(*_: object, on_created: Any, **__: object) -> None:
        notices: Sequence[Notice] = [Notice("n", NoticeKind.EXPIRY, "1", "k1", 1, START, START)]
        on_created(notices)
        raise StoreError("the store is locked")

    monkeypatch.setattr(notifying, "due", due)
    answer = run(*words(awarded, told, START))
    assert answer.code == 2
    assert "the store is locked; 1 notice went into the outbox before" in answer.out + answer.err


@pytest.mark.parametrize("path", ["pipe", "zero", "large"])
def test_what_is_no_file_of_notifications_is_not_read_on_and_on(
    run: Run, awarded: Path, tmp_path: Path, path: str
) -> None:
    named = {"pipe": tmp_path / "pipe", "zero": Path("/dev/zero"), "large": tmp_path / "large"}
    os.mkfifo(named["pipe"])
    with named["large"].open("wb") as stream:
        stream.truncate(20 << 30)
    answer = run(*words(awarded, str(named[path]), START))
    assert answer.code == 2
    assert ("longer than" if path == "large" else "no regular file") in answer.err


def test_no_catalog_is_read_from_a_pipe_that_nobody_writes_to(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    answer = run("load", pipe, "--store", tmp_path / "new.db")
    assert answer.code == 2
    assert "no regular file" in answer.err


@pytest.mark.rule("DOC-NOTIFY-02")
def test_the_beginning_is_not_after_the_end(run: Run, awarded: Path, told: str) -> None:
    answer = run(*words(awarded, told, START - timedelta(days=1)))
    assert answer.code == 2
    assert "--since is after --at" in answer.err
