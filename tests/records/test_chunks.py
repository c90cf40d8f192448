import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.records.chunks import Chunk, blank, chunk_of, line_numbers, without
from tests.records.files import HEADER, opened

FILLED = [["ada", "1"], ["alan", "2"]]


def chunk(table: list[list[str]], counted: int = 0) -> Chunk:
    return chunk_of(table, range(2, 2 + len(table)), counted, width=2, user=0)


def test_even_rows_are_columns_too() -> None:
    found = chunk([[" ada ", "1"], ["alan", "2"]], counted=10)
    assert list(found.rows) == [11, 12]
    assert list(found.lines) == [2, 3]
    assert list(map(tuple, found.columns)) == [(" ada ", "alan"), ("1", "2")]
    assert found.usernames == ["ada", "alan"]
    assert found.ragged == []


@pytest.mark.rule("X-CSV-1")
def test_ragged_rows_are_set_apart() -> None:
    found = chunk([["x"], *FILLED, ["a", "b", "c"]])
    assert (list(found.rows), list(found.lines)) == ([2, 3], [3, 4])
    assert found.ragged == [(1, 2, ["x"]), (4, 5, ["a", "b", "c"])]


@pytest.mark.rule("X-CSV-1")
@pytest.mark.parametrize("empty", [[], [""], ["", ""], [" ", "\t"], ["", "", "", ""]])
def test_blank_rows_are_no_data(empty: list[str]) -> None:
    found = chunk([FILLED[0], empty, FILLED[1]], counted=5)
    assert (list(found.rows), list(found.lines)) == ([6, 7], [2, 4])
    assert list(map(list, zip(*found.columns, strict=True))) == FILLED


def test_a_row_without_username_is_data() -> None:
    assert chunk([["", "1"]]).usernames == [""]


def test_there_may_be_no_even_row_at_all() -> None:
    found = chunk([["x"]])
    assert (list(found.columns), found.usernames) == ([(), ()], [])


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("inner", ["\n", "\r", "\r\n"])
def test_lines_are_counted_through_quoted_line_breaks(end: str, inner: str) -> None:
    row = "ada,S,2021-11-18,1,,manual,"
    rows = [HEADER, row, row.replace("ada", f'"a{inner}{inner}l"'), "", "x", row]
    with opened(end.join(rows)) as file:
        (batch,) = file.batches()
    assert list(batch.lines) == [2, 3, 8]
    assert [(row.row, row.line) for row in batch.rejected] == [(3, 7)]


FIELDS = st.text('a, \r\n"', max_size=4)


@pytest.mark.law
@given(st.lists(st.lists(FIELDS, min_size=1, max_size=3)))
def test_a_row_begins_where_the_one_before_ends(table: list[list[str]]) -> None:
    taken = [1 + len("".join(f",{value}x" for value in row).splitlines()) - 1 for row in table]
    starts = [1 + sum(taken[:index]) for index in range(len(table))]
    assert list(line_numbers(table, 0, sum(taken))) == starts


@pytest.mark.law
@given(st.lists(st.integers()), st.data())
def test_without_leaves_the_others_in_order(values: list[int], data: st.DataObject) -> None:
    places = st.sets(st.integers(0, max(0, len(values) - 1))) if values else st.just(set())
    indices = sorted(data.draw(places))
    kept = [value for place, value in enumerate(values) if place not in indices]
    assert list(without(values, indices)) == kept


@pytest.mark.law
@given(st.lists(st.text()))
def test_blank_is_what_has_nothing_but_blanks(fields: list[str]) -> None:
    assert blank(fields) == (not "".join(fields).strip())
