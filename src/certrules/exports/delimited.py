"""CSV: a table as a file that a spreadsheet opens without running anything in it."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import BinaryIO

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
