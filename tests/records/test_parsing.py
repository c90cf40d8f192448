from typing import Any

import pytest

from certrules.model.records import Fault, FaultCode, ImportProfile, Severity
from tests.records.files import HEADER, fault_of, faults_of, opened, rejected, text_of

GOOD = "ada,SAFE,2021-11-18,1,,manual,"
ISSUE, EXPIRE = "certification_issue_date", "certification_expire_date"
STRICT, LENIENT = ImportProfile(strict=True), ImportProfile(lenient=True)

ONE_FAULT: dict[FaultCode, tuple[str, str | None, str]] = {
    FaultCode.TOO_FEW_FIELDS: ("ada,SAFE,2021-11-18,1,,manual", None, ""),
    FaultCode.TOO_MANY_FIELDS: ("ada,SAFE,2021-11-18,1,,manual,,x", None, "x"),
    FaultCode.NUL_CHARACTER: ("a\0da,SAFE,2021-11-18,1,,manual,", "username", "a\0da"),
    FaultCode.MISSING_VALUE: (" ,SAFE,2021-11-18,1,,manual,", "username", ""),
    FaultCode.DATE_SPREADSHEET: ("ada,SAFE,11/18/21,1,,manual,", ISSUE, "11/18/21"),
    FaultCode.DATE_SERIAL: ("ada,SAFE,44518,1,,manual,", ISSUE, "44518"),
    FaultCode.DATE_SLASHES: ("ada,SAFE,2021/11/18,1,,manual,", ISSUE, "2021/11/18"),
    FaultCode.DATE_DASHES: ("ada,SAFE,2021–11–18,1,,manual,", ISSUE, "2021–11–18"),
    FaultCode.DATE_DIGITS: ("ada,SAFE,２０２１-11-18,1,,manual,", ISSUE, "２０２１-11-18"),
    FaultCode.DATE_COMPACT: ("ada,SAFE,20211118,1,,manual,", ISSUE, "20211118"),
    FaultCode.DATE_WITH_TIME: ("ada,SAFE,2021-11-18 9:00,1,,manual,", ISSUE, "2021-11-18 9:00"),
    FaultCode.DATE_IMPOSSIBLE: ("ada,SAFE,2021-02-29,1,,manual,", ISSUE, "2021-02-29"),
    FaultCode.DATE_UNREADABLE: ("ada,SAFE, soon ,1,,manual,", ISSUE, "soon"),
    FaultCode.DATE_MISSING_IN_ZONE: ("ada,SAFE,2011-12-30,1,,manual,", ISSUE, "2011-12-30"),
    FaultCode.DATE_OUT_OF_RANGE: ("ada,SAFE,0001-01-01,1,,manual,", ISSUE, "0001-01-01"),
    FaultCode.ALWAYS_VALID_UNREADABLE: ("ada,SAFE,2021-11-18,yes,,manual,", "always_valid", "yes"),
    FaultCode.TYPE_UNKNOWN: ("ada,SAFE,2021-11-18,1,,corse,C1", "type", "corse"),
    FaultCode.TYPE_NOT_IMPORTABLE: ("ada,SAFE,2021-11-18,1,,transcript,", "type", "transcript"),
    FaultCode.EXPIRE_DATE_NOT_ALLOWED: (
        "ada,SAFE,2021-11-18,1,2022-11-18,manual,",
        EXPIRE,
        "2022-11-18",
    ),
    FaultCode.EXPIRE_DATE_REQUIRED: ("ada,SAFE,2021-11-18,0,,manual,", EXPIRE, ""),
    FaultCode.EXPIRES_BEFORE_ISSUE: (
        "ada,SAFE,2021-11-18,0,2020-11-18,manual,",
        EXPIRE,
        "2020-11-18",
    ),
    FaultCode.CODE_NOT_ALLOWED: ("ada,SAFE,2021-11-18,1,,manual,C1", "code", "C1"),
    FaultCode.CODE_REQUIRED: ("ada,SAFE,2021-11-18,1,,course,", "code", ""),
}
ZONE = "Pacific/Apia"  # skipped a day, and lies east of Greenwich since


@pytest.mark.rule("X-CSV-1", "DOC-CSV-02", "DOC-CSV-11", "INT-16", "INT-10b", "DOC-TZ-01")
@pytest.mark.rule("INT-02", "INT-03", "INT-04", "INT-05", "INT-08")
@pytest.mark.parametrize("code", ONE_FAULT)
def test_each_fault_says_where_it_stands(code: FaultCode) -> None:
    row, column, value = ONE_FAULT[code]
    zone = "Asia/Tokyo" if code is FaultCode.DATE_OUT_OF_RANGE else ZONE
    (fault,) = faults_of(GOOD, "", '"two\nlines",SAFE,2021-11-18,1,,manual,', row, GOOD, zone=zone)
    assert fault.code is code
    assert (fault.row, fault.line, fault.column, fault.value) == (3, 6, column, value)
    assert fault.message
    late = code is FaultCode.EXPIRES_BEFORE_ISSUE
    assert fault.severity is (Severity.WARNING if late else Severity.ERROR)


def test_every_fault_of_a_row_that_needs_no_store_is_among_them() -> None:
    of_the_store = list(FaultCode)[list(FaultCode).index(FaultCode.DUPLICATE_ROWS) :]
    assert [code for code in FaultCode if code not in ONE_FAULT] == of_the_store


@pytest.mark.rule("DOC-CSV-02")
@pytest.mark.parametrize("place", [0, 1, 2, 3, 5])
def test_five_fields_must_be_given(place: int) -> None:
    fields = GOOD.split(",")
    fields[place] = "  "
    fault = fault_of(",".join(fields), FaultCode.MISSING_VALUE)
    assert fault.column == HEADER.split(",")[place]
    assert fault.message.startswith(f"{fault.column} is blank")


def test_a_row_collects_all_its_faults_in_the_order_of_the_fields() -> None:
    row = ",,soon,0,,corse,"
    assert [(fault.column, fault.code) for fault in faults_of(row)] == [
        ("username", FaultCode.MISSING_VALUE),
        ("certification_code", FaultCode.MISSING_VALUE),
        (ISSUE, FaultCode.DATE_UNREADABLE),
        (EXPIRE, FaultCode.EXPIRE_DATE_REQUIRED),
        ("type", FaultCode.TYPE_UNKNOWN),
    ]


def test_a_forbidden_date_may_be_misspelled_besides() -> None:
    assert [fault.code for fault in faults_of("ada,SAFE,2021-11-18,1,11/18/21,manual,")] == [
        FaultCode.EXPIRE_DATE_NOT_ALLOWED,
        FaultCode.DATE_SPREADSHEET,
    ]


def test_a_column_is_named_as_the_file_spells_it() -> None:
    text = text_of("ada,SAFE,soon,1,,manual,", header=HEADER.replace(ISSUE, "Issued"))
    (batch,) = opened(text, mapping={ISSUE: "Issued"}).batches()
    assert [fault.column for fault in batch.rejected[0].faults] == ["Issued"]


@pytest.mark.rule("INT-04", "INT-05")
def test_a_field_without_a_column_is_empty_in_every_row() -> None:
    header = "username,certification_code,certification_issue_date,always_valid,type"
    rows = ["ada,SAFE,2021-11-18,1,manual", "ada,SAFE,2021-11-18,0,course"]
    (batch,) = opened(text_of(*rows, header=header)).batches()
    assert (list(batch.codes), list(batch.expires_on)) == ([""], [None])
    assert [(fault.code, fault.column) for fault in batch.rejected[0].faults] == [
        (FaultCode.EXPIRE_DATE_REQUIRED, None),
        (FaultCode.CODE_REQUIRED, None),
    ]


@pytest.mark.rule("X-CSV-1")
def test_nul_characters_in_any_column_are_faults() -> None:
    text = text_of("a\0da,SAFE,2021-\0,1,,manual,,\0", header=HEADER + ",notes")
    (batch,) = opened(text).batches()
    assert [(fault.code, fault.column, fault.value) for fault in batch.rejected[0].faults] == [
        (FaultCode.NUL_CHARACTER, "username", "a\0da"),
        (FaultCode.NUL_CHARACTER, ISSUE, "2021-\0"),
        (FaultCode.NUL_CHARACTER, "notes", "\0"),
    ]


@pytest.mark.rule("X-CSV-1")
def test_rows_beside_one_with_a_nul_are_records() -> None:
    assert [row.row for row in rejected(GOOD, "a\0da,SAFE,2021-11-18,1,,manual,", GOOD)] == [2]


@pytest.mark.rule("INT-08")
def test_expiring_before_the_issue_is_a_warning_and_an_error_when_strict() -> None:
    row = "ada,SAFE,2021-11-18,0,2021-11-17,manual,"
    warning = fault_of(row, FaultCode.EXPIRES_BEFORE_ISSUE)
    error = fault_of(row, FaultCode.EXPIRES_BEFORE_ISSUE, profile=STRICT)
    assert (warning.severity, error.severity) == (Severity.WARNING, Severity.ERROR)
    assert "2021-11-18" in warning.message
    assert (len(rejected(row)), len(rejected(row, profile=STRICT))) == (0, 1)


@pytest.mark.rule("INT-08")
def test_expiring_on_the_day_of_issue_is_legal() -> None:
    assert faults_of("ada,SAFE,2021-11-18,0,2021-11-18,manual,", profile=STRICT) == []


@pytest.mark.rule("INT-04")
@pytest.mark.parametrize("expire", ["2022-11-18", "2020-11-18", "11/18/21", "soon"])
def test_lenient_ignores_the_expire_date_of_an_always_valid_record(expire: str) -> None:
    file = opened(text_of(f"ada,SAFE,2021-11-18,1,{expire},manual,"), profile=LENIENT)
    (batch,) = file.batches()
    assert (list(batch.expires_on), list(batch.expires_at)) == ([None], [None])
    assert [(fault.code, fault.severity) for fault in batch.warnings] == [
        (FaultCode.EXPIRE_DATE_NOT_ALLOWED, Severity.WARNING)
    ]


@pytest.mark.rule("INT-04")
def test_lenient_still_refuses_what_else_is_wrong() -> None:
    row = "ada,SAFE,soon,1,2022-11-18,manual,"
    (found,) = rejected(row, profile=LENIENT)
    assert [fault.severity for fault in found.faults] == [Severity.ERROR, Severity.WARNING]


@pytest.mark.rule("INT-11")
def test_a_record_may_last_to_the_end_of_its_day() -> None:
    profile = ImportProfile(expire_at_end_of_day=True)
    text = text_of("ada,SAFE,2021-11-18,0,2021-11-18,manual,")
    (batch,) = opened(text, profile=profile).batches()
    assert batch.issued_at[0].isoformat() == "2021-11-18T00:00:00+00:00"
    assert [at and at.isoformat() for at in batch.expires_at] == ["2021-11-19T00:00:00+00:00"]


@pytest.mark.rule("DOC-CSV-02", "DOC-CSV-07")
def test_a_blank_issue_date_is_missing_whatever_the_expire_date() -> None:
    found = faults_of("ada,SAFE, ,0,2021-11-18,manual,", "ada,SAFE,0001-01-01,1,soon,manual,")
    assert [(fault.row, fault.code) for fault in found] == [
        (1, FaultCode.MISSING_VALUE),
        (2, FaultCode.EXPIRE_DATE_NOT_ALLOWED),
        (2, FaultCode.DATE_UNREADABLE),
    ]


def only(row: str) -> Any:
    (found,) = rejected(row)
    return found


@pytest.mark.rule("INT-07b", "INT-15")
def test_a_rejected_row_tells_what_could_be_read() -> None:
    found = only(" Ada , SAFE ,soon,1,,course, C1 ")
    assert found.key == (found.username_key, found.certification_code) == ("ada", "SAFE")
    assert (str(found.type), found.code) == ("course", "C1")
    assert found.fields == [" Ada ", " SAFE ", "soon", "1", "", "course", " C1 "]


@pytest.mark.rule("INT-07b")
@pytest.mark.parametrize(
    "row", [",SAFE,2021-11-18,1,,manual,", "ada,,2021-11-18,1,,manual,", "a\0,S,2021-11-18,1,,x,"]
)
def test_a_row_that_does_not_say_whose_it_is_has_no_key(row: str) -> None:
    assert only(row).key is None


def test_a_ragged_row_says_nothing() -> None:
    found = only("ada,SAFE")
    assert (found.key, found.username_key, found.type, found.code) == (None, "", None, "")


def test_rejected_rows_come_in_file_order() -> None:
    rows = ["x", "ada,SAFE,soon,1,,manual,", "x,y", "ada,,2021-11-18,1,,manual,"]
    assert [row.row for row in rejected(*rows)] == [1, 2, 3, 4]


def test_long_values_are_whole_in_the_fault_and_short_in_its_message() -> None:
    fault = fault_of(f"ada,SAFE,2021-11-18,1,,{'x' * 100_000},", FaultCode.TYPE_UNKNOWN)
    assert (len(fault.value), len(fault.message) < 200) == (100_000, True)


def test_faults_are_values() -> None:
    def read() -> list[Fault]:
        return faults_of("ada,SAFE,soon,1,,manual,")

    assert read() == read()
