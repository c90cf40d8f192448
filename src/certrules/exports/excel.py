"""How does a table become a workbook in which every text is a text? (The ``excel`` extra.)

openpyxl makes the workbook: its sheets, styles and properties. The cells are written into them
here, because it takes several times as long to make an object of each.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain, islice
from typing import IO, BinaryIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from attrs import frozen

from certrules.cells import clean, escaped
from certrules.exports.delimited import Cell

__all__ = ["LONGEST", "SHEET", "write_excel"]

SHEET = 1_048_576
"""How many rows a sheet can have, headings and all."""

LONGEST = 32_767
"""How many characters a cell can have, counted as Excel does: in UTF-16."""

_DAY_ZERO = datetime.fromisoformat("1899-12-30")
_FIRST_DAY = "1900-03-01"  # before it, Excel and the calendar do not agree
_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SHEETS = "xl/worksheets/"
_NO_ROWS = re.compile(b"<sheetData ?/>|<sheetData></sheetData>")


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

    Rows pass through, few at a time; what does not fit on one sheet stands on further ones, each
    with the headings. A text is never a formula, an error or a link: what XML cannot hold is
    U+FFFD, and a text longer than a cell is cut and ends in an ellipsis. Days and times are dates
    of Excel's, those before March 1900 texts. The ``note`` is in the properties of the workbook.
    ``sheet`` is how many rows a sheet may have. What a failure leaves in the stream is no workbook.

    Rules: ALL-MANAGE-04.
    """
    parts, styles = _workbook([title], len(headings), note)
    top, bottom = _NO_ROWS.split(parts[f"{_SHEETS}sheet1.xml"])
    names, count = [], 0
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for number, page in enumerate(_pages(rows, sheet - 1), start=1):
            names.append(title if number == 1 else f"{title} {number}")
            with archive.open(f"{_SHEETS}sheet{number}.xml", "w", force_zip64=True) as stream:
                stream.write(top + b"<sheetData>")
                count += _write_rows(stream, headings, page, styles)
                stream.write(b"</sheetData>" + bottom)
        parts, _ = _workbook(names, len(headings), note)
        for name in parts.keys() - archive.namelist():
            archive.writestr(name, parts[name])
    return count


def _pages(rows: Iterable[Sequence[Cell]], size: int) -> Iterator[Iterable[Sequence[Cell]]]:
    """Cut rows into pages, which are read one after the other; no rows are one page."""
    stream = iter(rows)
    yield islice(stream, size)
    for first in stream:
        yield chain([first], islice(stream, size - 1))


@frozen
class _Styles:
    """The numbers that the styles of cells have in a workbook."""

    heading: int
    quoted: int
    day: int
    time: int


def _workbook(names: Sequence[str], columns: int, note: str) -> tuple[Mapping[str, bytes], _Styles]:
    """Return the parts of a workbook without rows, and the styles that it has for them."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.title, book.properties.description = clean(names[0]), clean(note)
    for name in names:
        page = book.create_sheet(name)
        page.freeze_panes = "A2"
        for place in range(1, columns + 1):
            page.column_dimensions[get_column_letter(place)].width = 20
    heading, quoted, day, time = (WriteOnlyCell(book.worksheets[0]) for _ in range(4))
    heading.font = Font(bold=True)
    quoted.quotePrefix = True
    day.number_format, time.number_format = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
    styles = _Styles(heading.style_id, quoted.style_id, day.style_id, time.style_id)
    book.save(saved := io.BytesIO())
    with ZipFile(saved) as archive:
        return {name: archive.read(name) for name in archive.namelist()}, styles


def _write_rows(
    stream: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Cell]], styles: _Styles
) -> int:
    from openpyxl.utils import get_column_letter

    letters = [get_column_letter(place) for place in range(1, len(headings) + 1)]
    cell = _writer(styles)
    stream.write(_row(1, letters, [_text(each, styles.heading) for each in headings]))
    count = 0
    for count, row in enumerate(rows, start=1):
        stream.write(_row(count + 1, letters, map(cell, row)))
    return count


def _row(number: int, letters: Sequence[str], cells: Iterable[str | None]) -> bytes:
    placed = zip(letters, cells, strict=True)
    written = [f'<c r="{letter}{number}"{cell}</c>' for letter, cell in placed if cell]
    return f'<row r="{number}">{"".join(written)}</row>'.encode()


def _writer(styles: _Styles) -> Callable[[Cell], str | None]:
    """Return what writes the inside of a cell; equal days and times are written once."""

    @lru_cache(maxsize=10_000)
    def moment(value: date) -> str:
        if value.isoformat() < _FIRST_DAY:
            return _text(str(value))
        since = datetime.fromisoformat(value.isoformat()) - _DAY_ZERO
        style = styles.time if isinstance(value, datetime) else styles.day
        return f' s="{style}"><v>{since / timedelta(days=1)}</v>'

    def cell(value: Cell) -> str | None:
        if isinstance(value, str):
            return _text(value, 0 if escaped(value) == value else styles.quoted) if value else None
        if isinstance(value, date):
            return moment(value)
        return None if value is None else f"><v>{value}</v>"

    return cell


def _text(value: str, style: int = 0) -> str:
    legal = escape(_CODE.sub("_x005F_", _cut(clean(value))))
    return f' s="{style}" t="inlineStr"><is><t xml:space="preserve">{legal}</t></is>'


def _cut(text: str) -> str:
    if 2 * len(text) <= LONGEST or len(units := text.encode("utf-16-le")) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - 1)].decode("utf-16-le", errors="ignore") + "…"
