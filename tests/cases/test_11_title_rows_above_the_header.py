"""A report with its title above the header: see 11-title-rows-above-the-header/case.md."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

CASE = Path(__file__).parent / "11-title-rows-above-the-header"
IMPORT = "import", CASE / "report.csv", "--store", "s.db", "--zone", "UTC"


@pytest.fixture(autouse=True)
def loaded(run: Run) -> None:
    assert run("load", CASE / "catalog.json", "--store", "s.db").code == 0


@pytest.mark.rule("INT-06", "X-CSV-1")
@pytest.mark.parametrize("more", [(), ("--delimiter", "comma"), ("--header-row", "2")])
def test_the_error_says_what_was_taken_for_the_header_and_what_looks_like_it(
    run: Run, more: tuple[str, ...]
) -> None:
    answer = run(*IMPORT, *more)
    line, text = (2, "Generated 2026-01-01") if "2" in more else (1, "Certifications report")
    assert answer.code == 2
    assert (
        f"line {line}, '{text}', was taken for the header, but line 4 looks like it; " in answer.err
    )
    assert "give --header-row 4 (in Python, header_row=4)" in answer.err


@pytest.mark.rule("INT-06")
@pytest.mark.parametrize("pad", [",,,,,", ";", ', "all" of it', ""])
def test_whatever_divides_the_title(run: Run, pad: str) -> None:
    text = (CASE / "report.csv").read_text("utf-8").replace(" report\n", f" report{pad}\n")
    Path("report.csv").write_text(text, "utf-8")
    answer = run("import", "report.csv", "--store", "s.db", "--zone", "UTC")
    assert "was taken for the header, but line 4 looks like it" in answer.err


@pytest.mark.rule("INT-06", "X-CSV-1")
def test_named_as_the_header_row_it_is_the_header(run: Run) -> None:
    answer = run(*IMPORT, "--header-row", "4", "--format", "json")
    assert (answer.data["issued"], answer.data["refused"]) == (1, 1)
    assert {(fault["row"], fault["line"]) for fault in answer.data["faults"]} == {(2, 6)}


@pytest.mark.rule("X-CSV-1")
def test_a_row_below_is_misquoted_on_its_own_line(run: Run) -> None:
    text = (CASE / "report.csv").read_text("utf-8").replace("Total,", 'Total,"1"x')
    Path("report.csv").write_text(text, "utf-8")
    words = "import", "report.csv", "--store", "s.db", "--zone", "UTC", "--header-row", "4"
    assert "line 6, field 2: 'x' follows a closing quote" in run(*words).err


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("0", "header_row cannot be 0"),
        ("7", "nothing stands on line 7 or below"),
        ("x", "--header"),
    ],
)
def test_a_row_that_cannot_be_the_header(run: Run, row: str, said: str) -> None:
    answer = run(*IMPORT, "--header-row", row)
    assert answer.code == 2
    assert said in answer.err


def test_what_nothing_divides_is_quoted(run: Run) -> None:
    Path("notes.csv").write_text("Dear all\nhere are the records\n", "utf-8")
    answer = run("import", "notes.csv", "--store", "s.db", "--zone", "UTC")
    assert "say which character does; line 1, 'Dear all', was taken for the header" in answer.err
