"""Which character stands between the fields of a file, and which row is its header?"""

import csv
from collections.abc import Iterable, Iterator, Mapping

from certrules.errors import RecordsFileError
from certrules.model.records import RecordField
from certrules.records.chunks import blank
from certrules.records.columns import recognised
from certrules.records.quoting import explain, rows_of

__all__ = ["DELIMITERS", "choose_delimiter", "next_row", "read_header"]

DELIMITERS = (",", ";", "\t", "|")
COLUMN_LIMIT = 16_384
"""The most columns that a file may have: those of a spreadsheet."""


def next_row(rows: Iterator[list[str]]) -> list[str] | None:
    """Return the next row that is not blank."""
    return next((fields for fields in rows if not blank(fields)), None)


def choose_delimiter(
    lines: Iterable[str], given: str | None, named: Mapping[RecordField, str]
) -> str:
    """Return the delimiter of a file: the one given, else the one that finds most fields.

    The header decides, read with each of comma, semicolon, tab and vertical bar.
    Raises :class:`~certrules.errors.RecordsFileError` where none of them divides it or two divide
    it equally well.

    >>> choose_delimiter(["username;type;Name, first"], None, {})
    ';'

    Rules: DOC-CSV-12, INT-06, X-CSV-1.
    """
    if given is not None:
        return _usable(given)
    if all(line.isspace() for line in lines):
        raise _empty()
    found: dict[str, int] = {}
    misread: list[RecordsFileError] = []
    for delimiter in DELIMITERS:
        try:
            header = next_row(rows_of(lines, delimiter)) or []
        except csv.Error:
            misread.append(explain(lines, 1, delimiter))
        else:
            if len(header) > 1:
                found[delimiter] = recognised(header, named)
    most = max(found.values(), default=0)
    best = [delimiter for delimiter in found if found[delimiter] == most]
    quotes = [error for error in misread if error.code != "field_too_long"]
    if quotes and not most:
        raise quotes[0]
    if misread and not found:
        raise misread[0]
    if len(best) != 1:
        raise _undecided(best)
    return best[0]


def _usable(delimiter: str) -> str:
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise RecordsFileError(
            "invalid_delimiter",
            f"the delimiter cannot be {delimiter!r}; give one character, such as ',' or ';'",
            delimiter=delimiter,
        )
    return delimiter


def _undecided(best: list[str]) -> RecordsFileError:
    if not best:
        return RecordsFileError(
            "delimiter_not_found",
            "no comma, semicolon, tab or vertical bar divides the header; say which character does",
        )
    names = " and ".join(map(repr, best))
    return RecordsFileError(
        "delimiter_ambiguous",
        f"{names} divide the header equally well; say which is the delimiter",
        delimiters=tuple(best),
    )


def _empty() -> RecordsFileError:
    return RecordsFileError("empty_file", "the file is empty; it needs a header row")


def read_header(lines: Iterable[str], delimiter: str) -> list[str]:
    """Return the first row that is not blank.

    Raises :class:`~certrules.errors.RecordsFileError` where there is none, or where it cannot be
    the header of a file of records.

    Rules: X-CSV-1.
    """
    try:
        header = next_row(rows_of(lines, delimiter))
    except csv.Error as error:
        raise explain(lines, 1, delimiter) from error
    if header is None:
        raise _empty()
    if header[0].strip().lower().startswith("sep="):
        raise RecordsFileError(
            "separator_line",
            "the first line says sep=, which is for spreadsheets only; take it out, so that the "
            "header comes first",
        )
    if "\0" in "".join(header):
        raise RecordsFileError(
            "nul_in_header",
            "the header holds NUL characters; if the file is in UTF-16, name its encoding: "
            "utf-16-le or utf-16-be",
        )
    if len(header) > COLUMN_LIMIT:
        raise RecordsFileError(
            "too_many_columns",
            f"the header has {len(header):,} columns, more than {COLUMN_LIMIT:,}; remove those "
            "that are not needed",
            columns=len(header),
            limit=COLUMN_LIMIT,
        )
    return header
