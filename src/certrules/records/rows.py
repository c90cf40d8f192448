"""Rows: the delimiter that divides them, the header, and what a CSV reader cannot read."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from certrules.errors import RecordsFileError
from certrules.model.records import RecordField
from certrules.records.columns import recognised, shortened
from certrules.records.lines import Lines, line_breaks
from certrules.text import restore_formula

DELIMITERS = (",", ";", "\t", "|")
COLUMN_LIMIT = 16_384
"""The most columns that a file may have: those of a spreadsheet."""

_QUOTED = re.compile(r'"(?:[^"]|"")*+"')
_MISQUOTED = ("unterminated_quote", "text_after_quote")
_TOO_LONG = "field_too_long"

LOOKED_AT = 20
"""Among how many lines the header is sought."""

_LONGEST = 10_000
_NO_HEADER = "delimiter_not_found", "delimiter_ambiguous", "text_after_quote"
_OTHER_HEADER = "missing_mandatory_columns", "missing_column"


def read_rows(
    lines: Iterable[str], delimiter: str, *, escaped: bool = False
) -> Iterator[tuple[int, list[str]]]:
    r"""Yield each row that is not blank, with the line on which it begins.

    A row of delimiters alone is blank too: spreadsheets write such rows at the end of a file. The
    lines must be the same at a second iteration. ``escaped`` takes off the apostrophes that
    :class:`~certrules.records.RejectsWriter` adds. Raises
    :class:`~certrules.errors.RecordsFileError` for a row that is no CSV.

    >>> list(read_rows(["username,type\n", ",\n", 'ada,"man\n', 'ual"\n'], ","))
    [(1, ['username', 'type']), (3, ['ada', 'man\nual'])]

    Rules: X-CSV-1, X-CSV-2, INT-15.
    """
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    line = first = lines.first if isinstance(lines, Lines) else 1
    try:
        for read in rows:
            fields = list(map(restore_formula, read)) if escaped else read
            if fields and (fields[0].strip() or any(map(str.strip, fields))):
                yield line, fields
            line = first + rows.line_num
    except csv.Error as error:
        raw = "".join(islice(lines, line - first, rows.line_num))
        raise misquoted(raw, line, delimiter) from error


def choose_delimiter(
    lines: Iterable[str], given: str | None, named: Mapping[RecordField, str]
) -> str:
    """Return the delimiter of a file: the one given, else the one that finds most fields.

    The header decides, read with each of comma, semicolon, tab and vertical bar.
    Raises :class:`~certrules.errors.RecordsFileError` if none of them divides it, or two divide it
    equally well.

    >>> choose_delimiter(["username;type;Name, first"], None, {})
    ';'

    Rules: DOC-CSV-12, INT-06, X-CSV-1.
    """
    if given is not None:
        return _usable(given)
    if all(line.isspace() for line in lines):
        raise _empty()
    headers = {delimiter: _try_header(lines, delimiter) for delimiter in DELIMITERS}
    misread = [error for error in headers.values() if isinstance(error, RecordsFileError)]
    found = {
        delimiter: recognised(header, named)
        for delimiter, header in headers.items()
        if isinstance(header, list) and len(header) > 1
    }
    most = max(found.values(), default=0)
    quotes = [error for error in misread if error.code in _MISQUOTED]
    if quotes and not most:
        raise quotes[0]
    if misread and not found:
        raise _too_wide(lines) or misread[0]
    best = [delimiter for delimiter in found if found[delimiter] == most]
    if len(best) != 1:
        raise _undecided(best)
    return best[0]


def _try_header(lines: Iterable[str], delimiter: str) -> list[str] | RecordsFileError:
    try:
        return _first_row(lines, delimiter)
    except RecordsFileError as error:
        if error.code in (*_MISQUOTED, _TOO_LONG):
            return error
        raise


def _first_row(lines: Iterable[str], delimiter: str) -> list[str]:
    return next((fields for _, fields in read_rows(lines, delimiter)), [])


def _usable(delimiter: str) -> str:
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        said = f"the delimiter cannot be {delimiter!r}; give one character, such as ',' or ';'"
        raise RecordsFileError("invalid_delimiter", said, delimiter=delimiter)
    return delimiter


def _undecided(best: list[str]) -> RecordsFileError:
    if not best:
        said = "no comma, semicolon, tab or vertical bar divides the header"
        return RecordsFileError("delimiter_not_found", f"{said}; say which character does")
    names = " and ".join(map(repr, best))
    said = f"{names} divide the header equally well; say which is the delimiter"
    return RecordsFileError("delimiter_ambiguous", said, delimiters=tuple(best))


def _empty() -> RecordsFileError:
    return RecordsFileError("empty_file", "the file is empty; it needs a header row")


def read_header(lines: Iterable[str], delimiter: str) -> list[str]:
    """Return the first row that is not blank.

    Raises :class:`~certrules.errors.RecordsFileError` if there is none, or if it cannot be the
    header of a file of records.

    Rules: X-CSV-1.
    """
    header = _first_row(lines, delimiter)
    if not header:
        raise _empty()
    if header[0].strip().lower().startswith("sep="):
        said = "the first line says sep=, which is for spreadsheets only"
        mend = "take it out, so that the header comes first"
        raise RecordsFileError("separator_line", f"{said}; {mend}")
    if "\0" in "".join(header):
        said = "the header holds NUL characters"
        mend = "if the file is in UTF-16, name its encoding: utf-16-le or utf-16-be"
        raise RecordsFileError("nul_in_header", f"{said}; {mend}")
    if len(header) > COLUMN_LIMIT:
        raise _too_many(len(header))
    return header


def _too_wide(lines: Iterable[str]) -> RecordsFileError | None:
    """Return the error of a header that is too long because it is delimiters without end."""
    header = next(line for line in lines if not line.isspace())
    columns = 1 + max(header.count(delimiter) for delimiter in DELIMITERS)
    return _too_many(columns) if columns > COLUMN_LIMIT else None


def _too_many(columns: int) -> RecordsFileError:
    said = f"the header has {columns:,} columns, more than {COLUMN_LIMIT:,}"
    mend = "remove those that are not needed"
    return RecordsFileError(
        "too_many_columns", f"{said}; {mend}", columns=columns, limit=COLUMN_LIMIT
    )


def misquoted(text: str, line: int, delimiter: str) -> RecordsFileError:
    """Return the error for the raw text of a row that the csv module cannot read.

    >>> print(misquoted('ada,"SAFE"1', line=7, delimiter=","))
    line 7, field 2: '1' follows a closing quote; double every quote inside a quoted field

    Rules: X-CSV-1.
    """
    unquoted = re.compile(f"[^{re.escape(delimiter)}\r\n]*")
    at = number = 0
    while True:
        number += 1
        field = (_QUOTED if text.startswith('"', at) else unquoted).match(text, at)
        if field is None:
            said = "a quote opens here and is never closed"
            mend = "close it, or double it if it belongs to the value"
            opened = line + line_breaks(text[:at])
            return _at(opened, number, "unterminated_quote", f"{said}; {mend}")
        following = text[field.end() : field.end() + 1]
        if following not in ("", delimiter, "\r", "\n"):
            opened, closed = (line + line_breaks(text[:end]) for end in (at, field.end()))
            return _stray(closed, number, following, opened)
        if following != delimiter or len(_value(field[0])) > csv.field_size_limit():
            limit = csv.field_size_limit()
            said = f"longer than {limit:,} characters; shorten it, or look for a missing quote"
            opened = line + line_breaks(text[:at])
            return _at(opened, number, _TOO_LONG, said, limit=limit)
        at = field.end() + 1


def _value(field: str) -> str:
    return field[1:-1].replace('""', '"') if field.startswith('"') else field


def _stray(line: int, number: int, following: str, opened: int) -> RecordsFileError:
    double = "double every quote inside a quoted field"
    said = f"{following!r} follows a closing quote; {double}"
    if opened < line:
        said = (
            f"a quote opens here, and the next one, on line {line}, is followed by {following!r}; "
            f"close it on line {opened}, or {double}"
        )
    return _at(opened, number, "text_after_quote", said)


def _at(line: int, field: int, code: str, said: str, **details: object) -> RecordsFileError:
    return RecordsFileError(
        code, f"line {line}, field {field}: {said}", line=line, field=field, **details
    )


def explained(
    error: RecordsFileError, lines: Lines, named: Mapping[RecordField, str]
) -> RecordsFileError:
    """Return the error of a header with the line that was taken for it, and the one that looks it.

    Rules: INT-06, X-CSV-1.
    """
    if error.code == "empty_file" and lines.first > 1:
        said = f"nothing stands on line {lines.first:,} or below, where the header should be"
        return RecordsFileError("missing_header_row", said, header_row=lines.first)
    if error.code not in (*_NO_HEADER, *_OTHER_HEADER):
        return error
    (line, text), *later = _some_lines(lines)
    header = next((each for each, row in later if _fields(row, named) > 1), None)
    taken = f"line {line:,}, {shortened(text.strip())}, was taken for the header"
    if header is not None and _fields(text, named) < 2:
        mend = f"give --header-row {header} (in Python, header_row={header})"
        said = f"{taken}, but line {header:,} looks like it; {mend}"
    elif error.code in _NO_HEADER or not _fields(text, named):
        said = f"{error.message}; {taken}"
    else:
        return error
    return RecordsFileError(error.code, said, **error.details, taken_line=line, header_line=header)


def _some_lines(lines: Lines) -> Iterator[tuple[int, str]]:
    """Yield the first lines that are not blank, with their numbers."""
    numbered = islice(enumerate(lines, lines.first), LOOKED_AT)
    return ((number, line) for number, line in numbered if line.strip())


def _fields(line: str, named: Mapping[RecordField, str]) -> int:
    """Return how many fields a line names, if it is a header, with whatever delimiter."""
    rows = (csv.reader([line[:_LONGEST]], delimiter=each) for each in DELIMITERS)
    return max(recognised(next(row, []), named) for row in rows)
