"""Header: what was taken for it, if a file has titles above it."""

import csv
from collections.abc import Iterator, Mapping
from itertools import islice

from certrules.errors import RecordsFileError
from certrules.model.records import RecordField
from certrules.records.columns import recognised, shortened
from certrules.records.lines import Lines
from certrules.records.rows import DELIMITERS

LOOKED_AT = 20
"""Among how many lines the header is sought."""

_LONGEST = 10_000
_NO_HEADER = "delimiter_not_found", "delimiter_ambiguous", "text_after_quote"
_OTHER_HEADER = "missing_mandatory_columns", "missing_column"


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
        mend = f"take out what stands above that, or say that the header row is {header:,}"
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
