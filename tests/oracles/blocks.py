"""Cases in the words of a page: the full products of a table's blocks, and its rows."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

Given = Mapping[str, str]
Factor = Sequence[Given]
"""Values of one column, or of several columns that depend on each other."""

VECTORS = Path(__file__).parents[1] / "vectors"


class Row(NamedTuple):
    """A row of a table: what it shows, in which case, and what it expects, column by column."""

    shows: str
    case: str
    given: Given
    expected: Given

    def __str__(self) -> str:
        return f"{self.shows}: {self.case}"


def read(name: str) -> list[Row]:
    """The rows of a table; ``given`` holds what differs from the usual case of its page."""
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        return [
            Row(row.pop("shows"), row.pop("case"), words(row.pop("given")), row)
            for row in csv.DictReader(file)
        ]


def words(given: str) -> Given:
    return dict(word.split("=") for word in given.split())


def listed(values: str) -> frozenset[str]:
    return frozenset(filter(None, values.split(";")))


def each(column: str, values: str) -> Factor:
    return [{column: value} for value in values.split()]


def together(columns: str, *rows: str) -> Factor:
    return [dict(zip(columns.split(), row.split(), strict=True)) for row in rows]


def joined(*factors: Factor) -> Factor:
    return list(full(factors))


def full(factors: Iterable[Factor]) -> Iterator[Given]:
    """The full product of some factors; a later one prevails over an earlier one."""
    for parts in product(*factors):
        yield {column: value for part in parts for column, value in part.items()}
