"""Does ``certrules demo`` tell the whole story, and is every word of it true?"""

import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run

TITLES = ("Load", "Try", "Import:", "Import", "Import", "Where", "And")


def test_the_whole_story_fits_the_screen(run: Run) -> None:
    answer = run("demo")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert max(map(len, lines)) <= 80
    titles = [line for line in lines if line[:2] in {f"{number}." for number in range(1, 8)}]
    assert [title.split()[1] for title in titles] == list(TITLES)
    assert not list(Path.cwd().iterdir())


def test_it_is_the_same_every_time(run: Run) -> None:
    assert run("demo") == run("demo")


def test_it_shows_what_an_import_meets(run: Run) -> None:
    steps = [step["answer"] for step in run("demo", "--format", "json").data["steps"]]
    _, trial, first, again, renewals, standing, history = steps
    assert trial == {**first, "dry_run": True}
    assert first["issued"] == again["unchanged"] == 7
    assert again["imported"] == 0
    assert {fault["code"] for fault in first["faults"]} == {
        "date_spreadsheet",
        "date_impossible",
        "expire_date_not_allowed",
        "unknown_user",
        "inactive_user",
        "unknown_certification",
        "duplicate_rows",
    }
    assert [warning["code"] for warning in first["warnings"]] == ["item_not_assigned"]
    assert [fault["code"] for fault in renewals["faults"]] == ["date_missing_in_zone"]
    assert (renewals["renewed"], renewals["superseded"]) == (1, 1)
    assert {award["status"] for award in standing["awards"]} == {
        "valid",
        "expired",
    }
    assert "grace" not in {award["user"] for award in standing["awards"]}  # issued only later
    assert [award["status"] for award in history["awards"]] == ["archived", "valid"]


def test_the_commands_shown_do_what_is_shown(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("demo", "--keep", "playground").code == 0
    steps = run("demo", "--format", "json").data["steps"]
    monkeypatch.chdir(tmp_path / "playground")
    Path("demo.db").unlink()
    for step in steps:
        words = shlex.split(step["command"])[1:]
        answer = run(*words, "--format", "json")
        assert answer.data == step["answer"]
        assert answer.code == (1 if answer.data.get("refused") else 0)


def test_it_harms_no_store_and_no_file(run: Run, store: Path) -> None:
    answer = run("demo", "--store", store)
    assert answer.code == 2
    assert "needs an empty store" in answer.err
    Path("records.csv").touch()
    answer = run("demo", "--keep", ".")
    assert answer.code == 2
    assert "holds records.csv already" in answer.err
    assert Path("records.csv").read_bytes() == b""


def test_a_fresh_store_can_be_named(run: Run) -> None:
    assert run("demo", "--store", "mine.db").code == 0
    assert run("status", "--store", "mine.db").out.endswith("\n8 awards\n")
