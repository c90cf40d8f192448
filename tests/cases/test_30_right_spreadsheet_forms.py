"""What a spreadsheet leaves in a CSV file: see 30-right-spreadsheet-forms/case.md."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

CASE = Path(__file__).parent / "30-right-spreadsheet-forms"


@pytest.mark.rule("DOC-CSV-12", "INT-06", "X-CSV-1")
def test_the_record_is_imported(run: Run) -> None:
    assert run("load", CASE / "catalog.json", "--store", "s.db").code == 0
    answer = run("import", CASE / "excel.csv", "--store", "s.db", "--zone", "Europe/Rome")
    assert answer.code == 0
    assert "Imported 1 of 1 row" in answer.out
