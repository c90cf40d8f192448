"""What a CSV file holds, read back."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.exports.tables import Cell, write_csv
from certrules.text import restore_formula, strip_controls
from tests.exports.hostile import HOSTILE

LATE = datetime.fromisoformat("2024-02-29T23:59:01")


def written(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    target = io.BytesIO()
    assert write_csv(target, headings, rows) == len(rows)
    assert not target.closed
    return target.getvalue()


def read(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    limit = csv.field_size_limit(1_000_000)
    try:
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    finally:
        csv.field_size_limit(limit)


@pytest.mark.rule("ALL-MANAGE-04", "X-CSV-1")
def test_every_kind_of_cell_is_written() -> None:
    data = written(
        ["Text", "Number", "Day", "Time", "Nothing"],
        [["a,b", -3, date(2024, 2, 29), LATE, None]],
    )
    assert data.decode("utf-8-sig") == (
        'Text,Number,Day,Time,Nothing\r\n"a,b",-3,2024-02-29,2024-02-29 23:59:01,\r\n'
    )


@pytest.mark.rule("ALL-MANAGE-04")
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_and_is_no_formula(text: str) -> None:
    heading, row = read(written([text, "B"], [[text, "b"]]))
    for cell in (heading[0], row[0]):
        assert not cell.startswith(("\t", "\r", "\n"))
        assert not cell.lstrip("\xa0\u202e\u200b ").startswith(("=", "+", "-", "@", "＝"))
        assert restore_formula(cell) == text
    assert (heading[1], row[1]) == ("B", "b")


def test_half_a_character_does_not_stop_the_file() -> None:
    assert read(written(["A"], [["a\ud800b"]])) == [["A"], ["a\ufffdb"]]


@pytest.mark.rule("ALL-MANAGE-04")
def test_no_control_character_is_written() -> None:
    data = written(["\x00=A"], [["\x00=1\x1b[2J\x85b\r\nc\rd\te"]])
    assert data.decode("utf-8-sig") == '\ufffd=A\r\n"\ufffd=1\ufffd[2J\ufffdb\nc\nd\te"\r\n'


@pytest.mark.rule("X-CSV-1")
@pytest.mark.parametrize("delimiter", ",;|\t")
def test_no_delimiter_of_a_spreadsheet_stands_outside_of_quotes(delimiter: str) -> None:
    data = written(["A"], [[f"a{delimiter}=1"], [f'"{delimiter}=1']])
    assert data.decode("utf-8-sig") == f'A\r\n"a{delimiter}=1"\r\n"""{delimiter}=1"\r\n'


def test_an_empty_row_is_a_row() -> None:
    assert read(written(["A"], [[None], [""], ["a"]])) == [["A"], [""], [""], ["a"]]


@pytest.mark.law
@pytest.mark.rule("ALL-MANAGE-04", "X-CSV-1")
@given(st.lists(st.lists(st.text() | st.integers() | st.dates(), min_size=2, max_size=2)))
def test_every_cell_comes_back_as_it_was(rows: list[list[Cell]]) -> None:
    found = read(written(["A", "B"], rows))[1:]
    assert [list(map(restore_formula, row)) for row in found] == [
        [strip_controls(str(cell)) for cell in row] for row in rows
    ]


def test_rows_are_written_as_they_come_and_the_stream_stays_the_callers() -> None:
    target = io.BytesIO()

    def rows() -> Iterator[list[Cell]]:
        for number in range(100_000):
            if number == 99_999:
                assert len(target.getvalue()) > 400_000
            yield [number]

    assert write_csv(target, ["N"], rows()) == 100_000

    def broken() -> Iterator[list[Cell]]:
        yield ["a"]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_csv(target, ["A"], broken())
    assert not target.closed
