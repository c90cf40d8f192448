import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.records.quoting import explain, misquoted, rows_of
from tests.records.files import error_of, text_of

LIMIT = csv.field_size_limit()


def where(content: str) -> tuple[str, object, object]:
    error = error_of(content)
    return error.code, error.details.get("line"), error.details.get("field")


@pytest.mark.rule("X-CSV-1")
def test_an_unterminated_quote_is_told_where_it_opens() -> None:
    good = 'a,"b\nc",d,e,f,g,h'
    assert where(text_of(good, 'x,"y\nz",p,"q,r,s', "more", "lines")) == (
        "unterminated_quote",
        5,
        4,
    )


@pytest.mark.rule("X-CSV-1")
def test_so_is_one_that_swallows_more_than_a_field_may_hold() -> None:
    row = "ada,SAFE,2021-11-18,1,,manual,"
    assert where(text_of(row, 'ada,"SAFE', *[row] * 20_000)) == ("unterminated_quote", 3, 2)


@pytest.mark.rule("X-CSV-1")
def test_a_header_with_a_given_delimiter() -> None:
    error = error_of('username,"type"x\n', delimiter=",")
    assert (error.code, error.details["line"]) == ("text_after_quote", 1)


@pytest.mark.rule("X-CSV-1")
def test_an_unterminated_quote_in_the_header() -> None:
    assert where('username,"certification_code;kind\nada,x\n') == ("unterminated_quote", 1, 2)


@pytest.mark.rule("X-CSV-1")
def test_text_after_a_closing_quote_is_told_with_its_place() -> None:
    error = error_of(text_of("a,b,c,d,e,f,g", '"two\nlines","b"c,d'))
    assert (error.code, error.details["line"]) == ("text_after_quote", 4)
    assert error.details["field"] == 2
    assert "'c' follows a closing quote" in error.message


@pytest.mark.parametrize("value", ["x" * (LIMIT + 1), '"' + "x" * (LIMIT + 1) + '"'])
@pytest.mark.parametrize("rest", [",d", ""])
def test_a_field_longer_than_the_csv_module_allows(value: str, rest: str) -> None:
    assert where(text_of('"a""b",b', f"a,{value}{rest}")) == ("field_too_long", 3, 2)


def test_doubled_quotes_count_once() -> None:
    value = '"' + '""' * LIMIT + '"'
    assert where(text_of(f'{value},"b"c')) == ("text_after_quote", 2, 2)


def test_a_field_of_that_length_is_read() -> None:
    assert error_of(text_of("x" * LIMIT, '"open')).code == "unterminated_quote"


def test_a_quote_inside_an_unquoted_field_is_a_character() -> None:
    assert list(rows_of(['a"b,c""d\n'], ",")) == [['a"b', 'c""d']]


def test_lines_that_have_been_mended_meanwhile_are_still_an_error() -> None:
    assert explain(["a,b\n"], 7, ",").details["line"] == 8


@pytest.mark.law
@pytest.mark.rule("X-CSV-1")
@given(st.text('ab",;\n\r\0', max_size=30), st.sampled_from(",;"))
def test_every_refusal_of_the_csv_module_has_its_place(text: str, delimiter: str) -> None:
    lines = text.splitlines(keepends=True)
    try:
        list(rows_of(lines, delimiter))
    except csv.Error as refusal:
        error = explain(lines, 1, delimiter)
        expected = "unexpected end of data" in str(refusal)
        assert (error.code == "unterminated_quote") == expected
        assert (error.code == "text_after_quote") != expected
        place = error.details["line"]
        assert isinstance(place, int)
        assert 1 <= place <= len(lines)


@pytest.mark.law
@given(st.text('ab",\n', max_size=30))
def test_any_text_gets_some_explanation(text: str) -> None:
    assert misquoted(text, 1, ",").message.startswith("line ")
