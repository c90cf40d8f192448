"""Where do the quotes of a row go wrong, when the csv module gives up on it?"""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Protocol, Self

from certrules.errors import RecordsFileError
from certrules.records.lines import line_breaks

__all__ = ["Rows", "explain", "misquoted", "rows_of"]

_QUOTED = re.compile(r'"(?:[^"]|"")*+"')


class Rows(Protocol):
    """What the csv module's reader is: rows, and how many lines they took so far."""

    @property
    def line_num(self) -> int:
        """How many lines have been read."""
        ...

    def __iter__(self) -> Self: ...

    def __next__(self) -> list[str]: ...


def rows_of(lines: Iterable[str], delimiter: str) -> Rows:
    """Return the strict reader of the rows of some lines; it raises csv.Error."""
    return csv.reader(lines, delimiter=delimiter, strict=True)


def explain(lines: Iterable[str], line: int, delimiter: str) -> RecordsFileError:
    """Return the error for lines that csv cannot read, of which the first is a row's beginning."""
    held: list[str] = []

    def noted() -> Iterator[str]:
        for text in lines:
            held.append(text)
            yield text

    try:
        for _ in rows_of(noted(), delimiter):
            line += len(held)
            held.clear()
    except csv.Error:
        pass
    return misquoted("".join(held), line, delimiter)


def misquoted(text: str, line: int, delimiter: str) -> RecordsFileError:
    """Return the error for the raw text of a row, beginning on a line, that csv cannot read.

    >>> print(misquoted('ada,"SAFE"1', line=7, delimiter=","))
    line 7, field 2: '1' follows a closing quote; double every quote inside a quoted field

    Rules: X-CSV-1.
    """
    ends = re.escape(delimiter) + "\r\n"
    unquoted = re.compile(f"[^{ends}]*")
    at = number = 0
    while True:
        number += 1
        here = line + line_breaks(text[:at])
        field = (_QUOTED if text.startswith('"', at) else unquoted).match(text, at)
        if field is None:
            return _unterminated(here, number)
        following = text[field.end() : field.end() + 1]
        if following not in ("", delimiter, "\r", "\n"):
            end = line + line_breaks(text[: field.end()])
            return _stray(end, number, following, here)
        if following != delimiter or len(_value(field[0])) > csv.field_size_limit():
            return _too_long(here, number)
        at = field.end() + 1


def _value(field: str) -> str:
    return field[1:-1].replace('""', '"') if field.startswith('"') else field


def _unterminated(line: int, number: int) -> RecordsFileError:
    return RecordsFileError(
        "unterminated_quote",
        f"line {line}, field {number}: a quote opens here and is never closed; close it, or "
        "double it if it belongs to the value",
        line=line,
        field=number,
    )


def _stray(line: int, number: int, following: str, opened: int) -> RecordsFileError:
    if opened < line:
        return RecordsFileError(
            "text_after_quote",
            f"line {opened}, field {number}: a quote opens here, and the next one, on line "
            f"{line}, is followed by {following!r}; close it on line {opened}, or double every "
            "quote inside a quoted field",
            line=opened,
            field=number,
        )
    return RecordsFileError(
        "text_after_quote",
        f"line {line}, field {number}: {following!r} follows a closing quote; double every quote "
        "inside a quoted field",
        line=line,
        field=number,
    )


def _too_long(line: int, number: int) -> RecordsFileError:
    limit = csv.field_size_limit()
    return RecordsFileError(
        "field_too_long",
        f"line {line}, field {number}: longer than {limit:,} characters; shorten it, or look for "
        "a missing quote",
        line=line,
        field=number,
        limit=limit,
    )
