"""A record of long ago, and a newer award: see 04-older-record-over-newer/case.md."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

CASE = Path(__file__).parent / "04-older-record-over-newer"
IMPORT = "import", CASE / "old.csv", "--store", "s.db", "--zone", "Europe/Rome"
AT = "--at", "2026-06-05T00:00:00Z"


@pytest.fixture(autouse=True)
def earned(run: Run) -> None:
    assert run("load", CASE / "catalog.json", "--store", "s.db").code == 0
    done = "complete", "--store", "s.db", "--user", "ada", "--course", "FA-101"
    assert run(*done, "--zone", "Europe/Rome", "--at", "2026-05-01T08:00:00Z").code == 0


def status(run: Run) -> str:
    return run("status", "--store", "s.db", "--user", "ada", "--zone", "Europe/Rome", *AT).out


@pytest.mark.rule("INT-44")
@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--strict",)])
def test_the_newer_award_stands_and_both_periods_are_said(run: Run, more: tuple[str, ...]) -> None:
    before = status(run)
    answer = run(*IMPORT, *AT, *more)
    said = " ".join(answer.out.split())
    assert answer.code == 1
    assert "the user's award is 2026-05-01 to 2027-05-01, and this record, 2019-03-01" in said
    assert "to 2020-03-01, would move its issue back" in said
    assert "it would be expired" in said
    assert "import duplicates as renewals (INT-44)" in said
    data = run(*IMPORT, *AT, *more, "--format", "json").data
    assert [fault["code"] for fault in data["faults"]] == ["older_than_award", "ends_valid_award"]
    assert (data["refused"], data["updated"]) == (1, 0)
    assert status(run) == before


@pytest.mark.rule("DOC-CSV-17", "INT-44")
@pytest.mark.parametrize("more", [("--dry-run",), ()])
def test_as_a_renewal_it_counts_and_the_row_that_went_back_is_listed(
    run: Run, more: tuple[str, ...]
) -> None:
    words = *IMPORT, *AT, "--duplicates", "renew", "--dry-run"
    data = run(*words, "--format", "json").data
    (back,) = data["went_back"]
    assert back["change"].startswith("2026-05-01 to 2027-05-01, course 7, ")
    assert " -> 2019-03-01 to 2020-03-01, manual" in back["change"]
    assert [(each["code"], each["rows"]) for each in data["warnings"]] == [("goes_back", 1)]
    answer = run(*IMPORT, *AT, "--duplicates", "renew", *more)
    assert "row 1, line 2: ada, FA (renewed, back in time)" in answer.out
    assert "-> 2019-03-01 to 2020-03-01" in " ".join(answer.out.split())
