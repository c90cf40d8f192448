"""Two files in the wrong order: see 05-wrong-order-cannot-be-mended/case.md."""

from pathlib import Path

import pytest

from tests.cli.conftest import Answer, Run

CASE = Path(__file__).parent / "05-wrong-order-cannot-be-mended"


@pytest.mark.rule("INT-44", "INT-45")
def test_what_is_in_history_already_is_said_to_be(run: Run) -> None:
    assert run("load", CASE / "catalog.json", "--store", "s.db").code == 0

    def read(name: str, *more: str) -> Answer:
        words = "import", CASE / name, "--store", "s.db", "--zone", "Europe/Rome"
        return run(*words, "--at", "2026-11-01T00:00:00Z", *more)

    assert "1  issued" in read("new.csv").out
    assert "is older than the award that it replaces, 2026-03-01 to 2028-03-01" in " ".join(
        read("old.csv", "--duplicates", "renew").out.split()
    )
    for more in ((), ("--duplicates", "renew"), ("--dry-run",)):
        answer = read("new.csv", *more)
        said = " ".join(answer.out.split())
        assert "1 in_history in the history already; another award is current" in said
        assert "the current award is 2018-03-03 to 2019-03-03; if that is wrong, unassign" in said
        data = read("new.csv", *more, "--format", "json").data
        assert (data["in_history"], data["unchanged"], data["imported"]) == (1, 0, 0)
        assert [(each["code"], each["rule"]) for each in data["warnings"]] == [
            ("in_history", "INT-45")
        ]

    assert (
        run("unassign", "--store", "s.db", "--user", "ada", "--certification", "FA", "--yes").code
        == 0
    )
    assert "1  issued" in read("new.csv").out
