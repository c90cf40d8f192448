"""Issued and expired on one day: see 07-issue-and-expiry-the-same-day/case.md."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

CASE = Path(__file__).parent / "07-issue-and-expiry-the-same-day"
IMPORT = "import", CASE / "records.csv", "--store", "s.db", "--zone", "Europe/Rome"


@pytest.fixture(autouse=True)
def loaded(run: Run) -> None:
    assert run("load", CASE / "catalog.json", "--store", "s.db").code == 0


@pytest.mark.rule("INT-08", "INT-46")
def test_what_is_never_valid_is_warned_of_and_refused_when_strict(run: Run) -> None:
    warned = run(*IMPORT, "--dry-run")
    assert warned.code == 0
    assert "never valid; check both dates" in " ".join(warned.out.split())
    strict = run(*IMPORT, "--strict", "--format", "json")
    assert strict.code == 1
    assert [fault["code"] for fault in strict.data["faults"]] == ["expires_before_issue"]


@pytest.mark.rule("INT-11", "INT-46")
def test_if_the_expiry_day_is_included_it_is_a_sound_award_of_one_day(run: Run) -> None:
    answer = run(*IMPORT, "--strict", "--expire-at-end-of-day")
    assert answer.code == 0
    assert "Warning" not in answer.out


@pytest.mark.rule("INT-08", "INT-46")
def test_by_hand_it_is_refused(run: Run) -> None:
    words = "award", "--store", "s.db", "--user", "ada", "--certification", "FA"
    dates = "--issued", "2024-03-01", "--expires", "2024-03-01", "--zone", "Europe/Rome"
    answer = run(*words, *dates)
    assert answer.code == 1
    assert "the award would expire as it is issued (INT-08)" in answer.out
