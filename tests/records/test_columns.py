from collections.abc import Mapping
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.model.records import Fault, FaultCode, RecordField, Severity
from certrules.records.columns import CellFault, map_columns, read_mapping, shortened
from tests.records.files import FIELDS, HEADER, error_of, opened, text_of

USERNAME, CODE = RecordField.USERNAME, RecordField.CODE


def columns_of(header: str, mapping: Mapping[str, str] | None = None) -> dict[str, str]:
    layout = opened(text_of(header=header), mapping=mapping or {}).layout
    return {str(field): layout.header[place] for field, place in layout.places.items()}


@pytest.mark.rule("DOC-CSV-01", "INT-17")
def test_columns_of_the_same_name_are_mapped_unasked() -> None:
    assert columns_of(HEADER) == {field: field for field in FIELDS}


@pytest.mark.rule("INT-17")
def test_case_blanks_and_hyphens_are_forgiven() -> None:
    header = " UserName ,Certification Code,certification-issue-date,Always_Valid,TYPE"
    assert columns_of(header)["certification_code"] == "Certification Code"
    assert columns_of(header)["username"] == " UserName "


@pytest.mark.rule("DOC-CSV-02")
def test_two_fields_need_no_column() -> None:
    assert len(columns_of(",".join((*FIELDS[:4], "type")))) == 5


@pytest.mark.rule("INT-17")
def test_other_columns_are_ignored_even_if_they_have_one_name() -> None:
    assert len(columns_of(HEADER + ",notes,notes,,")) == 7


@pytest.mark.rule("DOC-CSV-13")
def test_a_field_is_read_from_the_column_mapped_to_it() -> None:
    header = HEADER.replace("username", "E-mail")
    assert columns_of(header, {"username": "E-mail"})["username"] == "E-mail"
    assert columns_of(header, {"Username": " e mail "})["username"] == "E-mail"


@pytest.mark.rule("DOC-CSV-13")
def test_a_column_mapped_to_one_field_is_not_taken_for_another() -> None:
    header = "username,code,certification_issue_date,always_valid,type"
    found = columns_of(header, {"certification_code": "code"})
    assert (found["certification_code"], "code" in found) == ("code", False)


@pytest.mark.rule("DOC-CSV-13")
def test_the_column_spelled_exactly_so_is_meant() -> None:
    header = HEADER.replace("username", "user,User")
    assert columns_of(header, {"username": "User"})["username"] == "User"


@pytest.mark.rule("INT-17", "DOC-CSV-02")
def test_missing_mandatory_columns_are_all_named_with_suggestions() -> None:
    error = error_of(text_of(header="user;certification;issue date;type"))
    assert error.code == "missing_mandatory_columns"
    assert error.details["missing"] == FIELDS[:4]
    assert error.details["suggestions"] == {
        "username": ("user",),
        "certification_code": ("certification",),
        "certification_issue_date": ("certification", "issue date"),
        "always_valid": (),
    }
    assert "username (did you mean 'user'?)" in error.message


@pytest.mark.rule("INT-17")
def test_a_field_mapped_twice() -> None:
    error = error_of(text_of(), mapping=[("username", "a"), ("USERNAME", "b")])
    assert (error.code, error.details["columns"]) == ("field_mapped_twice", ("a", "b"))


@pytest.mark.rule("INT-17")
def test_a_column_mapped_twice() -> None:
    error = error_of(text_of(), mapping=[("username", "type"), ("code", "type")])
    assert (error.code, error.details["fields"]) == ("column_mapped_twice", ("username", "code"))


@pytest.mark.rule("INT-17")
def test_an_unknown_field() -> None:
    error = error_of(text_of(), mapping={"usrname": "x"})
    assert (error.code, error.details["suggestions"]) == ("unknown_field", ("username",))
    assert "did you mean 'username'?" in error.message


@pytest.mark.rule("INT-17")
def test_a_mapped_column_that_is_not_there() -> None:
    error = error_of(text_of(), mapping={"username": "user name!"})
    assert (error.code, error.details["column"]) == ("missing_column", "user name!")
    assert error.details["suggestions"] == ("username",)


@pytest.mark.parametrize(
    ("header", "mapping"),
    [
        (HEADER + ",username", {}),
        (HEADER + ",User-Name,user name", {"username": "USER_NAME"}),
        (HEADER.replace("username", "user,user"), {"username": "user"}),
    ],
)
@pytest.mark.rule("INT-17")
def test_two_columns_of_the_same_name(header: str, mapping: dict[str, str]) -> None:
    assert error_of(text_of(header=header), mapping=mapping).code == "duplicate_column"


def test_a_mapping_may_be_a_dict_or_pairs() -> None:
    assert read_mapping({"username": "a", "code": "b"}) == {USERNAME: "a", CODE: "b"}
    assert read_mapping([("username", "a"), ("code", "b")]) == {USERNAME: "a", CODE: "b"}


def test_suggestions_stay_fast_in_a_wide_file() -> None:
    names = [f"usernam {number}" * 20 for number in range(16_000)]
    begun = process_time()
    assert error_of(text_of(header=";".join(names))).code == "missing_mandatory_columns"
    assert process_time() - begun < 5


@pytest.mark.law
@pytest.mark.rule("DOC-CSV-13", "INT-17")
@given(st.permutations(FIELDS))
def test_the_order_of_columns_does_not_matter(names: list[str]) -> None:
    columns = map_columns(names, {})
    assert [names[columns[field]] for field in RecordField] == list(FIELDS)


def test_long_values_are_shortened() -> None:
    assert len(shortened("x" * 131_072)) == 62


def test_values_of_the_limit_are_shown_whole() -> None:
    assert shortened("x" * 60) == repr("x" * 60)


def test_the_fault_of_a_cell_becomes_that_of_a_row() -> None:
    fault = CellFault(FaultCode.DATE_UNREADABLE, "not a date", Severity.WARNING)
    assert fault.at(3, 5, "Issued", "soon") == Fault(
        FaultCode.DATE_UNREADABLE, 3, 5, "Issued", "soon", "not a date", Severity.WARNING
    )
