import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.records.splitting import columns_of

LIMIT = csv.field_size_limit()


def lines_of(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_rows_as_wide_as_the_header_become_columns(end: str, *, last: bool) -> None:
    text = end.join(["ada,1", ",2"]) + end * last
    assert columns_of(lines_of(text), ",", 2) == [["ada", ""], ["1", "2"]]


@pytest.mark.parametrize(
    "line", ["ada\n", "ada,1,\n", "\n", '"ada",1\n', "ada,1\r", 'a"da,1\n', f"{'x' * LIMIT},1\n"]
)
def test_whatever_is_not_plain_is_left_to_the_csv_module(line: str) -> None:
    assert columns_of(["ada,1\n", line, "alan,2\n"], ",", 2) is None


def test_many_lines_may_be_longer_than_a_field() -> None:
    assert columns_of([f"{'x' * 1000},1\n"] * 200, ",", 2) == [["x" * 1000] * 200, ["1"] * 200]


VALUES = st.text("ab ,;\0\u2028\x0b", max_size=3)


@pytest.mark.law
@pytest.mark.rule("X-CSV-1")
@given(
    rows=st.lists(st.lists(VALUES, min_size=1, max_size=4), min_size=1),
    delimiter=st.sampled_from(",;"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    width=st.integers(2, 4),
    last=st.booleans(),
)
def test_splitting_agrees_with_the_csv_module(
    rows: list[list[str]], delimiter: str, end: str, width: int, *, last: bool
) -> None:
    lines = lines_of(end.join(map(delimiter.join, rows)) + end * last)
    table = list(csv.reader(lines, delimiter=delimiter, strict=True))
    found = columns_of(lines, delimiter, width) if lines else None
    lone = any(line.endswith("\r") for line in lines)
    plain = lines and not lone and all(len(row) == width for row in table)
    assert found == ([list(column) for column in zip(*table, strict=True)] if plain else None)
