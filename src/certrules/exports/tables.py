"""Tables: as CSV, and as a workbook (the extra ``excel``), where every text stays a text."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from certrules.text import neutralise_formula, quote_cell, strip_controls

Cell = str | int | date | datetime | None
"""A text, a number, a day, a local date and time, or nothing."""


def write_csv(target: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    r"""Write a table to a binary stream, row by row, and return how many rows it had.

    The file is UTF-8 with a byte order mark, by which spreadsheets know it. Commas separate the
    cells, and days and times are ``2024-06-30`` and ``2024-06-30 23:59:59``. A text that a
    spreadsheet might run as a formula gets an apostrophe before it. A text with a comma, semicolon,
    bar or tab is in quotes. Control characters become U+FFFD.

    >>> target = io.BytesIO()
    >>> write_csv(target, ["User", "Issued On"], [["=1+1", date(2024, 6, 30)]])
    1
    >>> target.getvalue().decode("utf-8-sig")
    "User,Issued On\r\n'=1+1,2024-06-30\r\n"

    Rules: ALL-MANAGE-04, X-CSV-1.
    """
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    try:
        text.write(_line(headings))
        count = 0
        for count, row in enumerate(rows, start=1):  # noqa: B007
            text.write(_line(row))
        text.flush()
    finally:
        text.detach()
    return count


def _line(row: Sequence[Cell]) -> str:
    return (",".join(map(_cell, row)) or '""') + "\r\n"  # an empty line would be no row


def _cell(value: Cell) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return quote_cell(neutralise_formula(strip_controls(value)))


SHEET = 1_048_576
"""How many rows a sheet can have, with its headings."""

LONGEST = 32_767
"""How many characters a cell can have, counted as Excel does: in UTF-16."""

_FIRST_DAY = date(1900, 3, 1)  # before it, Excel and the calendar do not agree
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def write_excel(
    target: BinaryIO,
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    title: str,
    note: str = "",
    sheet: int = SHEET,
) -> int:
    """Write a table to a binary stream as a workbook, and return how many rows it had.

    Rows are streamed. If they do not fit on a sheet of ``sheet`` rows, further sheets follow, each
    with the headings. A text is never a formula, an error or a link. A character that XML cannot
    hold becomes U+FFFD, and a text too long for a cell is cut and ends in an ellipsis. Days and
    times are Excel dates, except that those before March 1900 are texts. The ``note`` is in the
    properties of the workbook. After a failure the stream holds no workbook.

    Rules: ALL-MANAGE-04.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    book.properties.title, book.properties.description = strip_controls(title), strip_controls(note)
    count = 0
    for number, page in enumerate(_pages(rows, sheet - 1), start=1):
        name = title if number == 1 else f"{title} {number}"
        count += _write_sheet(book, name, headings, page)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:  # the book would not close it on a failure
        ExcelWriter(book, archive).save()
    return count


def _pages(rows: Iterable[Sequence[Cell]], size: int) -> Iterator[Iterable[Sequence[Cell]]]:
    """Cut rows into pages, to be read in order. No rows make one page."""
    stream = iter(rows)
    yield islice(stream, size)
    for first in stream:
        yield chain([first], islice(stream, size - 1))


def _write_sheet(
    book: Any, title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> int:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(title)
    page.freeze_panes = "A2"
    for place in range(1, len(headings) + 1):
        page.column_dimensions[get_column_letter(place)].width = 20
    top = [_text_cell(page, _legal(heading)) for heading in headings]
    for cell in top:
        cell.font = Font(bold=True)
    count = 0
    try:
        page.append(top)
        for count, row in enumerate(rows, start=1):  # noqa: B007
            page.append([_excel_cell(page, value) for value in row])
    finally:
        page.close()
    return count


def _excel_cell(page: Any, value: Cell) -> Any:
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return str(value) if day < _FIRST_DAY else value
    return _text(page, value) if isinstance(value, str) else value


def _text(page: Any, value: str) -> Any:
    text = _legal(value)
    is_plain = neutralise_formula(text) == text and text not in _ERRORS
    return text if is_plain else _text_cell(page, text)  # a cell of its own takes time


def _text_cell(page: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(page, value=text)
    cell.data_type = "s"
    cell.quotePrefix = neutralise_formula(text) != text  # it stays a text when somebody edits it
    return cell


def _legal(text: str) -> str:
    return _CODE.sub("_x005F_", _cut(strip_controls(text)))


def _cut(text: str) -> str:
    if 2 * len(text) <= LONGEST or len(units := text.encode("utf-16-le")) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - 1)].decode("utf-16-le", errors="ignore") + "…"
