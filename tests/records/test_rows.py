"""The rows of a file: delimiter, header, quotes, lines."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.errors import RecordsFileError
from certrules.records.lines import line_breaks
from certrules.records.rows import COLUMN_LIMIT, DELIMITERS, misquoted, read_rows
from tests.records.files import FIELDS, HEADER, error_of, opened, text_of


@pytest.mark.rule("INT-06", "DOC-CSV-12", "X-CSV-1")
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_detected_by_the_header(delimiter: str) -> None:
    header = HEADER.replace(",", delimiter)
    row = "ada,SAFE,2021-11-18,1,,manual,".replace(",", delimiter)
    with opened(text_of(row, header=header)) as file:
        assert file.delimiter == delimiter
        assert len(list(file.records())) == 1


@pytest.mark.rule("INT-06")
def test_the_delimiter_that_finds_most_fields_wins() -> None:
    header = ";".join([*FIELDS, "last, first, middle, title | other | others | more | and more"])
    assert opened(text_of(header=header)).delimiter == ";"


@pytest.mark.rule("INT-06")
def test_what_stands_in_quotes_does_not_count() -> None:
    header = ";".join(f'"{field},x"' for field in FIELDS)
    mapping = {field: f"{field},x" for field in FIELDS}
    assert opened(text_of(header=header), mapping=mapping).delimiter == ";"


@pytest.mark.rule("INT-06", "DOC-CSV-13")
def test_names_of_mapped_columns_count() -> None:
    names = ["user", "cert", "issued", "forever", "kind"]
    mapping = dict(zip((*FIELDS[:4], "type"), names, strict=True))
    assert opened(text_of(header="|".join([*names, "a,b,c"])), mapping=mapping).delimiter == "|"


@pytest.mark.rule("DOC-CSV-12")
@pytest.mark.parametrize("delimiter", ["~", " ", ":", "é", "💠"])
def test_any_character_can_be_named(delimiter: str) -> None:
    header = HEADER.replace(",", delimiter)
    assert opened(text_of(header=header), delimiter=delimiter).delimiter == delimiter


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "\r", "\0"])
def test_what_cannot_divide_is_refused(delimiter: str) -> None:
    error = error_of(text_of(), delimiter=delimiter)
    assert (error.code, error.details["delimiter"]) == ("invalid_delimiter", delimiter)


def test_a_header_that_nothing_divides() -> None:
    assert error_of("username\nada\n").code == "delimiter_not_found"


def test_a_header_that_two_divide_equally_well() -> None:
    error = error_of("a,b;c\n")
    assert error.code == "delimiter_ambiguous"
    assert error.details["delimiters"] == (",", ";")


def test_a_field_too_long_for_any_of_them() -> None:
    assert error_of("x" * 200_000).code == "field_too_long"


@pytest.mark.parametrize("delimiter", [None, ","])
@pytest.mark.parametrize("content", ["", "\n", "\r\n\r\n", "  \n", "\ufeff", "\ufeff\n"])
def test_an_empty_file(content: str, delimiter: str | None) -> None:
    assert error_of(content, delimiter=delimiter).code == "empty_file"


def test_a_file_of_delimiters_only() -> None:
    assert error_of(",,,,\n,,,\n", delimiter=",").code == "empty_file"
    assert error_of(",,,,\n,,,\n").code == "delimiter_not_found"


def test_a_header_alone_is_a_file_of_no_records() -> None:
    with opened(HEADER) as file:
        assert list(file.records()) == []
        assert list(file.keys()) == []


def test_blank_rows_before_the_header_are_passed_over() -> None:
    with opened("\n,,,\n" + text_of("ada,SAFE,2021-11-18,1,,manual,")) as file:
        assert [(row.row, row.line) for row in file.records()] == [(1, 4)]


@pytest.mark.parametrize("extra", [1, 50_000])
def test_too_many_columns(extra: int) -> None:
    names = [f"column {number}" for number in range(COLUMN_LIMIT - len(FIELDS) + extra)]
    error = error_of(text_of(header=",".join([*FIELDS, *names])))
    assert (error.code, error.details["limit"]) == ("too_many_columns", COLUMN_LIMIT)


def test_a_header_of_delimiters_without_end_has_too_many_columns() -> None:
    error = error_of("," * 1_000_000)
    assert (error.code, error.details["columns"]) == ("too_many_columns", 1_000_001)
    assert error.message.startswith("the header has 1,000,001 columns, more than 16,384")


def test_as_many_columns_as_a_spreadsheet_has() -> None:
    names = [f"column {number}" for number in range(COLUMN_LIMIT - len(FIELDS))]
    row = "ada,SAFE,2021-11-18,1,,manual," + "," * len(names)
    with opened(text_of(row, header=",".join([*FIELDS, *names]))) as file:
        assert len(list(file.records())) == 1


def test_a_nul_in_the_header() -> None:
    assert error_of(text_of(header=HEADER + ",x\0")).code == "nul_in_header"


@pytest.mark.law
@pytest.mark.rule("INT-06")
@given(
    st.sampled_from(DELIMITERS),
    st.permutations([*FIELDS, "notes, of; all | kinds\there"]),
)
def test_the_fields_decide_whatever_else_the_header_says(delimiter: str, names: list[str]) -> None:
    header = delimiter.join(f'"{name}"' for name in names)
    assert opened(text_of(header=header)).delimiter == delimiter


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
    assert list(read_rows(['a"b,c""d\n'], ",")) == [(1, ['a"b', 'c""d'])]


def test_lines_that_have_been_mended_meanwhile_are_still_an_error() -> None:
    assert misquoted("a,b\n", 7, ",").details["line"] == 7


@pytest.mark.law
@pytest.mark.rule("X-CSV-1")
@given(st.text('ab",;\n\r\0', max_size=30), st.sampled_from(",;"))
def test_every_refusal_of_the_csv_module_has_its_place(text: str, delimiter: str) -> None:
    lines = text.splitlines(keepends=True)
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as refusal:
        with pytest.raises(RecordsFileError) as caught:
            list(read_rows(lines, delimiter))
        unterminated = "unexpected end of data" in str(refusal)
        assert caught.value.code == ("unterminated_quote" if unterminated else "text_after_quote")
        place = caught.value.details["line"]
        assert isinstance(place, int)
        assert 1 <= place <= len(lines)


@pytest.mark.law
@given(st.text('ab",\n', max_size=30))
def test_any_text_gets_some_explanation(text: str) -> None:
    assert misquoted(text, 1, ",").message.startswith("line ")


@pytest.mark.rule("X-CSV-1")
@pytest.mark.parametrize("empty", ["", '""', ",", ' ,"\t"', ",,,"])
def test_blank_rows_are_no_data(empty: str) -> None:
    lines = ["ada,1\n", f"{empty}\n", ",2\n"]
    assert list(read_rows(lines, ",")) == [(1, ["ada", "1"]), (3, ["", "2"])]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("inner", ["\n", "\r", "\r\n"])
def test_lines_are_counted_through_quoted_line_breaks(end: str, inner: str) -> None:
    row = "ada,S,2021-11-18,1,,manual,"
    rows = [HEADER, row, row.replace("ada", f'"a{inner}{inner}l"'), "", "x", row]
    with opened(end.join(rows)) as file:
        found = list(file.records())
    assert [(row.row, row.line) for row in found] == [(1, 2), (2, 3), (3, 7), (4, 8)]


TEXTS = st.text('a, \r\n"', max_size=4)


@pytest.mark.law
@pytest.mark.rule("X-CSV-2")
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3)), st.sampled_from(["\n", "\r\n"]))
def test_rows_are_those_of_the_csv_module_and_begin_where_one_ends(
    table: list[list[str]], end: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    expected, line = [], 1
    for row in table:
        if "".join(row).strip():
            expected.append((line, row))
        line += 1 + line_breaks(",".join(row))
    lines = io.StringIO(text.getvalue(), newline="").readlines()
    assert list(read_rows(lines, ",")) == expected


def test_text_after_a_quote_of_an_earlier_line_is_told_where_that_opens() -> None:
    error = error_of(text_of('ada,"SA\nFE"x,2021-11-18,1,,manual,'))
    assert (error.code, error.details["line"]) == ("text_after_quote", 2)
    assert "the next one, on line 3, is followed by 'x'" in error.message


def test_a_header_that_is_no_text_is_said_before_its_delimiter_is_chosen() -> None:
    assert error_of(b"usern\xe4me;x\n").code == "undecodable"
    assert error_of("user\0name,x\n").code == "nul_in_header"


def test_a_header_that_goes_on_into_what_is_no_text_is_said_before_its_quotes() -> None:
    assert error_of('username,"type"x;"' + "y\n" * 40_000).code == "text_after_quote"
    assert error_of(b'username,"type"x;"' + b"y\n" * 40_000 + b"\xe4").code == "undecodable"
