import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.records.dialect import COLUMN_LIMIT, DELIMITERS
from tests.records.files import FIELDS, HEADER, error_of, opened, text_of


@pytest.mark.rule("INT-06", "DOC-CSV-12", "X-CSV-1")
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_detected_by_the_header(delimiter: str) -> None:
    header = HEADER.replace(",", delimiter)
    row = "ada,SAFE,2021-11-18,1,,manual,".replace(",", delimiter)
    with opened(text_of(row, header=header)) as file:
        assert file.delimiter == delimiter
        assert sum(map(len, file.batches())) == 1


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
        assert list(file.batches()) == []
        assert list(file.key_batches()) == []


def test_blank_rows_before_the_header_are_passed_over() -> None:
    with opened("\n,,,\n" + text_of("ada,SAFE,2021-11-18,1,,manual,")) as file:
        (batch,) = file.batches()
    assert (list(batch.rows), list(batch.lines)) == ([1], [4])


@pytest.mark.parametrize("extra", [1, 50_000])
def test_too_many_columns(extra: int) -> None:
    names = [f"column {number}" for number in range(COLUMN_LIMIT - len(FIELDS) + extra)]
    error = error_of(text_of(header=",".join([*FIELDS, *names])))
    assert (error.code, error.details["limit"]) == ("too_many_columns", COLUMN_LIMIT)


def test_as_many_columns_as_a_spreadsheet_has() -> None:
    names = [f"column {number}" for number in range(COLUMN_LIMIT - len(FIELDS))]
    row = "ada,SAFE,2021-11-18,1,,manual," + "," * len(names)
    with opened(text_of(row, header=",".join([*FIELDS, *names]))) as file:
        assert sum(map(len, file.batches())) == 1


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
