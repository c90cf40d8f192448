"""Which rows of a file are data, where do they stand, and are they as wide as the header?"""

from collections.abc import Sequence
from itertools import compress
from operator import not_
from typing import TypeVar

from attrs import evolve, frozen

from certrules.records.lines import line_breaks

__all__ = ["Chunk", "blank", "chunk_of", "even_chunk", "line_numbers", "without"]

T = TypeVar("T")


@frozen
class Chunk:
    """Some data rows of a file: those as wide as the header, as columns, and the ragged ones.

    ``usernames`` are one of the columns, trimmed.
    """

    rows: Sequence[int]
    lines: Sequence[int]
    columns: Sequence[Sequence[str]]
    usernames: Sequence[str]
    ragged: Sequence[tuple[int, int, list[str]]] = ()


def blank(fields: Sequence[str]) -> bool:
    """Return whether a row holds nothing at all, so that it is no data.

    >>> blank([]), blank(["", " "]), blank(["", "0"])
    (True, True, False)
    """
    return not any(map(str.strip, fields))


def even_chunk(
    columns: Sequence[Sequence[str]], lines: Sequence[int], counted: int, user: int
) -> Chunk | None:
    """Return rows that all are as wide as the header, or None where some of them are blank.

    ``counted`` is how many rows were counted before them, ``user`` the place of the username.
    """
    usernames = list(map(str.strip, columns[user]))
    if "" in usernames:
        nameless = compress(zip(*columns, strict=True), map(not_, usernames))
        if any(map(blank, nameless)):
            return None
    rows = range(counted + 1, counted + 1 + len(usernames))
    return Chunk(rows, lines, columns, usernames)


def chunk_of(
    table: Sequence[list[str]], lines: Sequence[int], counted: int, width: int, user: int
) -> Chunk:
    """Return the data rows among some rows, when so many were counted before them.

    ``width`` is that of the header, ``user`` the place of the username.

    Rules: X-CSV-1, X-CSV-2, INT-15.
    """
    widths = list(map(len, table))
    ragged: list[int] = []
    if widths.count(width) < len(table):
        ragged = [index for index, wide in enumerate(widths) if wide != width]
    columns = list(zip(*without(table, ragged), strict=True)) or [()] * width
    even = even_chunk(columns, without(lines, ragged), counted, user)
    if even is None or any(blank(table[index]) for index in ragged):
        data = [index for index, fields in enumerate(table) if not blank(fields)]
        table, lines = [table[index] for index in data], [lines[index] for index in data]
        return chunk_of(table, lines, counted, width, user)
    rows = range(counted + 1, counted + 1 + len(table))
    return evolve(
        even,
        rows=without(rows, ragged),
        ragged=[(rows[index], lines[index], table[index]) for index in ragged],
    )


def without(column: Sequence[T], indices: Sequence[int]) -> Sequence[T]:
    """Return a column without some of its places, given in order.

    >>> without("abcde", [1, 3])
    ['a', 'c', 'e']
    """
    if not indices:
        return column
    kept = list(column)
    for index in reversed(indices):
        del kept[index]
    return kept


def line_numbers(table: Sequence[list[str]], before: int, after: int) -> Sequence[int]:
    r"""Return the line on which each row begins; the rows are those between two counts of lines.

    >>> line_numbers([["ada", "two\nlines"], ["alan", "one"]], before=1, after=4)
    [2, 4]
    """
    if after - before == len(table):
        return range(before + 1, after + 1)
    numbers, line = [], before + 1
    for fields in table:
        numbers.append(line)
        line += 1 + line_breaks(",".join(fields))
    return numbers
