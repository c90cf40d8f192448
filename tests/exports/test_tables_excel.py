"""What a workbook holds, read back."""

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from certrules.exports.tables import LONGEST, Cell, write_excel
from certrules.text import strip_controls
from tests.exports.hostile import HOSTILE

LATE = datetime.fromisoformat("2024-02-29T23:59:01")
TEXT = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}t"


def written(headings: Sequence[str], rows: Sequence[Sequence[Cell]], **options: Any) -> bytes:
    target = io.BytesIO()
    assert write_excel(target, headings, rows, title="Issued", **options) == len(rows)
    assert not target.closed
    return target.getvalue()


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return parts.read(name).decode()


@pytest.mark.rule("ALL-MANAGE-04")
def test_every_kind_of_cell_is_written() -> None:
    data = written(
        ["Text", "Number", "Day", "Time", "Nothing"],
        [["a", -3, date(2024, 2, 29), LATE, None], ["", 0, date(1900, 3, 1), LATE, None]],
        note="days of Europe/Rome",
    )
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Issued"]
    assert book.properties.description == "days of Europe/Rome"
    sheet = book["Issued"]
    assert [cell.value for cell in sheet[1]] == ["Text", "Number", "Day", "Time", "Nothing"]
    assert [cell.font.bold for cell in sheet[1]] == [True] * 5
    assert sheet.freeze_panes == "A2"
    values = [cell.value for cell in sheet[2]][:4]
    assert values == ["a", -3, datetime.fromisoformat("2024-02-29"), LATE]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "d", "d", "n"]
    assert sheet.cell(3, 3).value == datetime.fromisoformat("1900-03-01")


@pytest.mark.rule("ALL-MANAGE-04")
def test_a_day_that_excel_does_not_know_is_a_text() -> None:
    early = datetime.fromisoformat("1900-02-28T12:00:00")
    sheet = load_workbook(io.BytesIO(written(["A"], [[date.min], [early], [date.max]])))["Issued"]
    values = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert values == ["0001-01-01", "1900-02-28 12:00:00", datetime.fromisoformat("9999-12-31")]


@pytest.mark.rule("ALL-MANAGE-04")
@pytest.mark.parametrize("text", [*HOSTILE, "\r\na\rb", "a\x00\x1b\x7f\ud800\ufffeb"])
def test_hostile_text_comes_back_as_text(text: str) -> None:
    data = written([text, "B"], [[text, "b"]])
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    for illegal in "\x00\x1b\x7f\ud800\ufffe":
        expected = expected.replace(illegal, "\ufffd")
    if len(expected) > LONGEST:
        expected = expected[: LONGEST - 1] + "…"
    (xml,) = [part(data, "xl/worksheets/sheet1.xml")]
    texts = [element.text or "" for element in ET.fromstring(xml).iter(TEXT)]  # noqa: S314
    decoded = [each.replace("_x005F_", "_") for each in texts]
    assert decoded == [expected, "B", expected, "b"]
    assert "<f>" not in xml
    assert 't="e"' not in xml
    assert "hyperlink" not in xml
    cell = load_workbook(io.BytesIO(data))["Issued"].cell(2, 1)
    assert cell.data_type == "s"
    if text.startswith(("=", "+", "-", "@")):
        assert cell.value == text
        assert cell.quotePrefix


@pytest.mark.rule("ALL-MANAGE-04")
@pytest.mark.parametrize("long", ["a" * LONGEST, "a" * (LONGEST + 1), "\U0001f512" * 20_000])
def test_a_text_is_cut_where_a_cell_ends(long: str) -> None:
    value = load_workbook(io.BytesIO(written(["A"], [[long]])))["Issued"].cell(2, 1).value
    assert isinstance(value, str)
    assert len(value.encode("utf-16-le")) // 2 <= LONGEST
    assert value == long or (value.endswith("…") and long.startswith(value[:-1]))
    assert (value == long) == (len(long.encode("utf-16-le")) // 2 <= LONGEST)


@pytest.mark.rule("ALL-MANAGE-04")
@pytest.mark.parametrize(("rows", "sheets"), [(0, [1]), (3, [4]), (4, [4, 2]), (7, [4, 4, 2])])
def test_what_has_no_room_stands_on_further_sheets(rows: int, sheets: list[int]) -> None:
    data = written(["N"], [[number] for number in range(rows)], sheet=4)
    book = load_workbook(io.BytesIO(data))
    assert [sheet.max_row for sheet in book] == sheets
    assert book.sheetnames == ["Issued", "Issued 2", "Issued 3"][: len(sheets)]
    assert [sheet.cell(1, 1).value for sheet in book] == ["N"] * len(sheets)
    found = [row[0].value for sheet in book for row in sheet.iter_rows(min_row=2)]
    assert found == list(range(rows))


NUMBERS = st.integers(-(2**53), 2**53)  # as a spreadsheet counts


@pytest.mark.law
@pytest.mark.rule("ALL-MANAGE-04")
@given(st.lists(st.tuples(st.text(), NUMBERS | st.none(), st.dates() | st.text())))
def test_every_cell_comes_back_as_it_was(rows: list[tuple[str, int | None, date | str]]) -> None:
    data = written(["A", "B", "C"], rows)
    sheet = load_workbook(io.BytesIO(data))["Issued"]
    found = sheet.iter_rows(min_row=2, max_row=len(rows) + 1, max_col=3, values_only=True)
    for before, after in zip(rows, found, strict=False):
        assert tuple(map(read_again, after)) == tuple(map(shown, before))


def read_again(value: object) -> object:
    return value.replace("_x005F_", "_") if isinstance(value, str) else value


def shown(value: Cell) -> object:
    if isinstance(value, date):
        early = value < date(1900, 3, 1)
        return str(value) if early else datetime.combine(value, time())
    return strip_controls(value) or None if isinstance(value, str) else value


def test_a_stream_may_be_one_that_only_takes() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source:
        with os.fdopen(writing, "wb") as target:
            write_excel(target, ["A"], [["a"]], title="Issued")
        assert load_workbook(io.BytesIO(source.read()))["Issued"].cell(2, 1).value == "a"


def test_a_failure_while_rows_are_read_is_raised_as_it_is() -> None:
    def broken() -> Iterator[list[Cell]]:
        yield ["a"]
        raise ZeroDivisionError

    target = io.BytesIO()
    with pytest.raises(ZeroDivisionError):
        write_excel(target, ["A"], broken(), title="Issued")
    assert not target.getvalue()
