"""How does an answer look, on a terminal and elsewhere?"""

import json
import sys
from collections.abc import Sequence
from io import StringIO

import pytest

from certrules.cli.output import Cell, Column, Output, counted, progress, shown


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def xterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")


COLUMNS = (Column("name", shrinks=True), Column("status"), Column("days", right=True))


def table(rows: Sequence[Sequence[Cell]], stream: StringIO) -> list[str]:
    Output(stream=stream).table(COLUMNS, rows)
    return stream.getvalue().splitlines()


def test_cells_are_aligned() -> None:
    assert table([("ada", "valid", "7"), ("bob", "expired", "-12")], StringIO()) == [
        "name  status   days",
        "───────────────────",
        "ada   valid       7",
        "bob   expired   -12",
    ]


def test_long_cells_are_shortened_to_the_screen_and_no_line_wraps() -> None:
    lines = table([("a" * 90, "valid", "7"), ("ada", "valid", "")], StringIO())
    assert lines[2].startswith("aaaa")
    assert "…" in lines[2]
    assert max(map(len, lines)) == 40


def test_a_narrow_screen_shows_every_name_and_date_in_lists(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "a-name-of-thirty-six-letters-in-full"
    columns = (*COLUMNS, Column("issued"))
    rows = [(name, "valid", "7", "2024-07-01"), ("ada", "not yet valid", "", "2025-07-01")]
    monkeypatch.setenv("COLUMNS", "45")
    wide, narrow = StringIO(), StringIO()
    assert Output(stream=wide).table(columns, rows) == 2
    assert wide.getvalue().splitlines()[2] == f"{name[:11]}…  valid             7  2024-07-01"
    monkeypatch.setenv("COLUMNS", "44")
    assert Output(stream=narrow).table(columns, rows) == 2
    assert narrow.getvalue().splitlines() == [
        f"name    {name}",
        "status  valid",
        "days    7",
        "issued  2024-07-01",
        "",
        "name    ada",
        "status  not yet valid",
        "issued  2025-07-01",
    ]


def test_a_name_longer_than_a_narrow_screen_is_folded() -> None:
    lines = table([("a" * 40, "not yet valid", "7" * 14)], StringIO())
    assert lines[:2] == [f"name    {'a' * 32}", f"        {'a' * 8}"]


def test_a_long_table_repeats_its_heading() -> None:
    rows = [("ada", "valid", "7")] * 600
    stream = StringIO()
    assert Output(stream=stream).table(COLUMNS, iter(rows)) == 600
    lines = stream.getvalue().splitlines()
    assert [index for index, line in enumerate(lines) if line.startswith("name")] == [0, 502]
    assert len(lines) == 604


def test_a_table_without_rows_is_its_heading() -> None:
    assert table([], StringIO()) == ["name  status  days", "──────────────────"]


def test_wide_letters_count_twice_and_accents_not_at_all() -> None:
    lines = table([("日本", "valid", "7"), ("e\u0301a", "valid", "7")], StringIO())
    assert lines[2:] == ["日本  valid      7", "e\u0301a    valid      7"]


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    row = [("ada", ("valid", "green"), "7")]
    plain = table(row, StringIO())
    assert not any("\x1b" in line for line in plain)
    coloured = table(row, Terminal())
    assert "\x1b[32mvalid" in coloured[2]
    monkeypatch.setenv("NO_COLOR", "1")
    assert table(row, Terminal()) == plain


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    with progress("importing") as show:
        assert show is None
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("importing") as show:
        assert show
        show(500, 1000)
    assert "importing" in terminal.getvalue()


def test_what_a_terminal_would_obey_is_escaped() -> None:
    hostile = "\x1b[2Jada\u202e\n"
    for stream in (StringIO(), Terminal()):
        out = Output(stream=stream)
        out.line(hostile)
        out.paragraph(hostile)
        out.table(COLUMNS, [(hostile, hostile, "7")])
        assert "\x1b[2J" not in stream.getvalue()
        assert stream.getvalue().count(r"\x1b[2Jada\u202e\n") == 3
    assert shown("\x1b[2Jada\u202e\n") == r"\x1b[2Jada\u202e\n"
    assert shown("José 日本") == "José 日本"


def test_numbers_with_their_nouns() -> None:
    assert [counted(number, "row") for number in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert counted(2, "date is", "dates are") == "2 dates are"


@pytest.mark.parametrize("entries", [[], [{"a": 1}], [{"a": 1}, {"b": "é"}]])
def test_a_stream_of_json_is_json(entries: list[dict[str, object]]) -> None:
    stream = StringIO()
    Output(as_json=True, stream=stream).data_stream({"at": "x", "zone": None}, "awards", entries)
    assert json.loads(stream.getvalue()) == {"at": "x", "zone": None, "awards": entries}


def test_a_heading_is_never_cut() -> None:
    stream = StringIO()
    columns = (
        Column("certification", shrinks=True),
        Column("issued"),
        Column("note", shrinks=True),
    )
    Output(stream=stream).table(columns, [("c" * 60, "2024-01-01", "n" * 60)])
    heading, _, row = stream.getvalue().splitlines()
    assert heading.split() == ["certification", "issued", "note"]
    assert len(row) <= 40
