"""A file of records: what its rows say."""

import gc
import tracemalloc
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules.errors import RecordsFileError, UnknownZoneError
from certrules.instants import IssueDateConvention
from certrules.model.awards import AssociationType, ExpiryDay
from certrules.model.people import username_key
from certrules.model.policy import Policy
from certrules.model.records import Fault, FaultCode, ImportProfile, RecordField, Severity
from certrules.records import Record, RejectedRow, open_records
from certrules.records.reader import BATCH
from tests.records.files import (
    FIELDS,
    HEADER,
    exhaust,
    fault_of,
    faults_of,
    opened,
    read,
    record,
    rejected,
    text_of,
)

GOOD = "ada,SAFE,2021-11-18,1,,manual,"
BAD = "ada,SAFE,soon,1,,manual,"


def test_a_file_says_how_it_is_read() -> None:
    file = opened(text_of(header=HEADER.upper()), zone="Europe/Rome")
    assert file.layout.header == tuple(HEADER.upper().split(","))
    assert file.layout.column(RecordField.TYPE) == "TYPE"
    assert (file.encoding, file.delimiter, file.path) == ("utf-8", ",", None)
    assert str(file.zone) == "Europe/Rome"
    assert file.issue_date is IssueDateConvention.LOCAL_MIDNIGHT


def test_the_text_of_a_field_can_be_asked_for() -> None:
    file = opened(text_of(header=HEADER.removesuffix(",code")))
    assert file.layout.text([" ada ", "SAFE"], RecordField.USERNAME) == "ada"
    assert file.layout.text([" ada ", "SAFE"], RecordField.TYPE) == ""
    assert file.layout.text([" ada ", "SAFE"], RecordField.CODE) == ""


def test_an_unknown_zone_is_the_callers_mistake() -> None:
    with pytest.raises(UnknownZoneError):
        opened(text_of(), zone="../../etc/passwd")


def test_the_source_is_closed_when_opening_fails(tmp_path: Path) -> None:
    (tmp_path / "records.csv").touch()
    with pytest.raises(RecordsFileError, match="empty"):
        open_records(tmp_path / "records.csv", zone="UTC")
    gc.collect()  # a file left open would be a warning, and warnings are errors


@pytest.mark.rule("X-CSV-1")
def test_records_and_rejected_rows_come_in_file_order() -> None:
    found = list(opened(text_of(GOOD, BAD, "x", GOOD)).records())
    assert [type(one) for one in found] == [Record, RejectedRow, RejectedRow, Record]
    assert [one.row for one in found] == [1, 2, 3, 4]


def test_batches_are_no_larger_than_asked() -> None:
    file = opened(text_of(*[GOOD] * (BATCH + 1)))
    assert [len(batch) for batch in file.batches()] == [BATCH, 1]
    assert max(len(batch) for batch in file.batches(rows=100)) == 100


def test_wide_files_are_read_in_fewer_rows() -> None:
    names = ",".join(f"c{number}" for number in range(10_000))
    file = opened(text_of(*[GOOD + "," * 10_000] * 300, header=f"{HEADER},{names}"))
    assert [len(batch) for batch in file.batches()] == [104, 104, 92]


def test_so_are_rows_of_far_too_many_fields() -> None:
    file = opened(text_of(GOOD, *["x" + "," * 600_000] * 3, GOOD, "x" + "," * 2_000_000))
    assert [len(batch) for batch in file.batches()] == [2, 1, 2, 1]


@pytest.mark.rule("INT-07b", "INT-15", "X-CSV-3")
def test_keys_are_read_without_the_rest() -> None:
    rows = [
        GOOD,
        " ADA , SAFE ,,,,,",
        "x",
        ",SAFE,,,,,",
        "ada,,,,,,",
        "a\0,S,,,,,",
        "alan,s,,,,,\0",
    ]
    assert list(opened(text_of(*rows)).keys()) == [
        ("ada", "SAFE"),
        ("ada", "SAFE"),
        ("", ""),
        ("", "SAFE"),
        ("ada", ""),
        ("", "S"),
        ("alan", "s"),
    ]


def test_passes_can_run_side_by_side() -> None:
    file = opened(text_of(*[GOOD] * 10_000))
    pairs = zip(file.records(), file.keys(), strict=True)
    assert sum(row.username_key == key[0] for row, key in pairs) == 10_000


def test_what_is_no_csv_is_told_on_reaching_it() -> None:
    file = opened(text_of(*[GOOD] * 3, '"x"y'))
    batches = file.batches(rows=2)
    assert len(next(batches)) == 2
    with pytest.raises(RecordsFileError, match="line 5, field 1"):
        next(batches)
    with pytest.raises(RecordsFileError, match="line 5, field 1"):
        exhaust(file.keys())


def test_a_huge_file_of_one_line_is_one_error_soon_and_in_little_memory() -> None:
    class Endless(BytesIO):
        """A line of 200 MB that is made as it is read."""

        offset = 0

        def seek(self, offset: int, whence: int = 0, /) -> int:
            self.offset = offset
            return offset

        def tell(self) -> int:
            return 0

        def read(self, size: int | None = -1, /) -> bytes:
            return b"x" * min(size or 0, 200_000_000 - self.offset)

    tracemalloc.start()
    begun = process_time()
    with pytest.raises(RecordsFileError) as caught:
        open_records(Endless(), zone="UTC")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code == "line_too_long"
    assert process_time() - begun < 10
    assert peak < 50_000_000


def peak_of(count: int) -> int:
    class Rows(BytesIO):
        """So many sound rows, made as they are read."""

        offset = 0

        row = b"somebody,SAFE,2021-11-18,1,,manual,     \n"

        def seek(self, offset: int, whence: int = 0, /) -> int:
            self.offset = offset
            return offset

        def tell(self) -> int:
            return 0

        def read(self, size: int | None = -1, /) -> bytes:
            head = HEADER.encode() + b"\n"
            size = min(size or 0, len(head) + count * len(self.row) - self.offset)
            if self.offset < len(head):
                return head[self.offset :][:size]
            skipped = (self.offset - len(head)) % len(self.row)
            return (self.row * (size // len(self.row) + 2))[skipped:][:size]

    tracemalloc.start()
    with open_records(Rows(), zone="UTC") as file:
        assert sum(1 for _ in file.records()) == count
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_sound_rows() -> None:
    assert peak_of(40_000) < 1.2 * peak_of(4_000)


VALUES: dict[str, st.SearchStrategy[str]] = {
    "username": st.sampled_from(["ada", " Ada", "alan", "", "a\0b", "two\nlines", '"'])
    | st.text(max_size=3),
    "certification_code": st.sampled_from(["SAFE", "safe", " SAFE ", ""]),
    "certification_issue_date": st.sampled_from(["2021-11-18", "11/18/21", "0001-01-01", ""]),
    "always_valid": st.sampled_from(["1", "0", "TRUE", "maybe", ""]),
    "certification_expire_date": st.sampled_from(["", "2022-11-18", "2020-11-18", "soon"]),
    "type": st.sampled_from(["manual", "course", "lp", "transcript", ""]),
    "code": st.sampled_from(["", "C1", " "]),
}
ROW = st.tuples(*VALUES.values()).map(list)
RAGGED = st.lists(st.text("a ,", max_size=2), max_size=9)


def quoted(rows: list[list[str]], end: str) -> str:
    lines = (
        ",".join('"' + value.replace('"', '""') + '"' if value else "" for value in row)
        for row in [list(FIELDS), *rows]
    )
    return end.join(lines) + end


@pytest.mark.law
@given(st.lists(ROW | RAGGED), st.integers(1, 9), st.sampled_from(["\n", "\r", "\r\n"]))
def test_the_size_of_batches_changes_nothing(rows: list[list[str]], size: int, end: str) -> None:
    file = opened(quoted(rows, end))
    assert [row for batch in file.batches(rows=size) for row in batch] == list(file.records())


@pytest.mark.law
@pytest.mark.rule("INT-07b")
@given(st.lists(ROW | RAGGED))
def test_both_passes_agree_on_the_keys(rows: list[list[str]]) -> None:
    file = opened(quoted(rows, "\n"))
    keys = [(row.username_key, row.certification_code) for row in file.records()]
    assert list(file.keys()) == keys


@pytest.mark.law
@pytest.mark.rule("X-CSV-1")
@given(st.lists(ROW | RAGGED))
def test_every_data_row_is_a_record_or_rejected(rows: list[list[str]]) -> None:
    data = [row for row in rows if "".join(row).strip()]
    found = list(opened(quoted(rows, "\n")).records())
    assert [one.row for one in found] == list(range(1, len(data) + 1))
    for one, row in zip(found, data, strict=True):
        if isinstance(one, RejectedRow):
            assert one.fields == row
            assert one.faults
        else:
            assert one.username == row[0].strip()


@pytest.mark.law
@given(
    st.binary() | st.text('ada,;\t|"\r\n \0\ufeff2021-11').map(str.encode),
    st.sampled_from([b"", HEADER.encode() + b"\n"]),
)
def test_no_bytes_do_harm(content: bytes, before: bytes) -> None:
    try:
        with opened(before + content) as file:
            exhaust(file.keys())
            exhaust(file.records())
    except RecordsFileError:
        assert content or not before


ROWS = [
    " Ada.L , SAFE ,2021-11-18,1,, Manual ,",
    "alan,SAFE,2021-11-18,0,2022-11-18,lp, P1 ",
]


@pytest.mark.rule("DOC-CSV-01", "DOC-CSV-03", "DOC-CSV-04", "INT-15", "X-CSV-2", "X-CSV-3")
def test_a_record_holds_what_its_row_says() -> None:
    day, instant = date(2021, 11, 18), datetime(2021, 11, 18, 4, tzinfo=UTC)
    ada, alan = read(*ROWS, zone="-04:00")
    assert ada == Record(
        1,
        2,
        ROWS[0].split(","),
        "Ada.L",
        username_key(" Ada.L "),
        "SAFE",
        day,
        instant,
        always_valid=True,
        expires_on=None,
        expires_at=None,
        type=AssociationType.MANUAL,
        code=None,
    )
    assert alan == Record(
        2,
        3,
        ROWS[1].split(","),
        "alan",
        "alan",
        "SAFE",
        day,
        instant,
        always_valid=False,
        expires_on=date(2022, 11, 18),
        expires_at=datetime(2022, 11, 18, 4, tzinfo=UTC),
        type=AssociationType.LEARNING_PLAN,
        code="P1",
    )


def test_a_record_can_be_rejected_for_reasons_outside_the_file() -> None:
    found, faults = record(ROWS[1]), tuple(faults_of(BAD))
    assert found.reject(faults) == RejectedRow(
        1, 2, ROWS[1].split(","), faults, "alan", "SAFE", AssociationType.LEARNING_PLAN, "P1"
    )


GOOD = "ada,SAFE,2021-11-18,1,,manual,"
ISSUE, EXPIRE = "certification_issue_date", "certification_expire_date"
STRICT, LENIENT = ImportProfile(strict=True), ImportProfile(lenient=True)
INCLUSIVE = ImportProfile(expire_at_end_of_day=True)
EXCLUSIVE = ImportProfile(expire_at_end_of_day=False)
LOCAL = IssueDateConvention.LOCAL_MIDNIGHT
OTHER = Policy(issue_date=IssueDateConvention.UTC_MIDNIGHT, expiry_day=ExpiryDay.INCLUSIVE)

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
    (found,) = opened(text, mapping={ISSUE: "Issued"}).records()
    assert isinstance(found, RejectedRow)
    assert [fault.column for fault in found.faults] == ["Issued"]


@pytest.mark.rule("INT-04", "INT-05")
def test_a_field_without_a_column_is_empty_in_every_row() -> None:
    header = "username,certification_code,certification_issue_date,always_valid,type"
    rows = ["ada,SAFE,2021-11-18,1,manual", "ada,SAFE,2021-11-18,0,course"]
    sound, found = opened(text_of(*rows, header=header)).records()
    assert isinstance(sound, Record)
    assert (sound.code, sound.expires_on) == (None, None)
    assert isinstance(found, RejectedRow)
    assert [(fault.code, fault.column) for fault in found.faults] == [
        (FaultCode.EXPIRE_DATE_REQUIRED, None),
        (FaultCode.CODE_REQUIRED, None),
    ]


@pytest.mark.rule("X-CSV-1")
def test_nul_characters_in_any_column_are_faults() -> None:
    text = text_of("a\0da,SAFE,2021-\0,1,,manual,,\0", header=HEADER + ",notes")
    (found,) = opened(text).records()
    assert isinstance(found, RejectedRow)
    assert [(fault.code, fault.column, fault.value) for fault in found.faults] == [
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


@pytest.mark.rule("INT-08", "INT-46")
def test_expiring_on_the_day_of_issue_is_never_valid_unless_that_day_is_included() -> None:
    row = "ada,SAFE,2021-11-18,0,2021-11-18,manual,"
    warning = fault_of(row, FaultCode.EXPIRES_BEFORE_ISSUE)
    error = fault_of(row, FaultCode.EXPIRES_BEFORE_ISSUE, profile=STRICT)
    assert (warning.severity, error.severity) == (Severity.WARNING, Severity.ERROR)
    assert "never valid" in warning.message
    included = evolve(STRICT, expire_at_end_of_day=True)
    assert faults_of(row, profile=included) == []
    before = "ada,SAFE,2021-11-18,0,2021-11-17,manual,"
    assert fault_of(before, FaultCode.EXPIRES_BEFORE_ISSUE, profile=included).message


@pytest.mark.rule("INT-04")
@pytest.mark.parametrize("expire", ["2022-11-18", "2020-11-18", "11/18/21", "soon"])
def test_lenient_ignores_the_expire_date_of_an_always_valid_record(expire: str) -> None:
    found = record(f"ada,SAFE,2021-11-18,1,{expire},manual,", profile=LENIENT)
    assert (found.expires_on, found.expires_at) == (None, None)
    assert [(fault.code, fault.severity) for fault in found.warnings] == [
        (FaultCode.EXPIRE_DATE_NOT_ALLOWED, Severity.WARNING)
    ]


@pytest.mark.rule("INT-04")
def test_lenient_still_refuses_what_else_is_wrong() -> None:
    row = "ada,SAFE,soon,1,2022-11-18,manual,"
    (found,) = rejected(row, profile=LENIENT)
    assert [fault.severity for fault in found.faults] == [Severity.ERROR, Severity.WARNING]


@pytest.mark.rule("INT-10", "INT-11")
@pytest.mark.parametrize(
    ("options", "issued", "expires"),
    [
        ({}, "2021-11-18T04", "2021-11-18T04"),
        ({"policy": OTHER}, "2021-11-18T00", "2021-11-19T00"),
        ({"policy": OTHER, "issue_date": LOCAL}, "2021-11-18T04", "2021-11-19T04"),
        ({"policy": OTHER, "profile": EXCLUSIVE}, "2021-11-18T00", "2021-11-18T00"),
        ({"profile": INCLUSIVE}, "2021-11-18T04", "2021-11-19T04"),
    ],
)
def test_dates_follow_the_policy_unless_the_file_has_its_own_way(
    options: dict[str, Any], issued: str, expires: str
) -> None:
    found = record("ada,SAFE,2021-11-18,0,2021-11-18,manual,", zone="-04:00", **options)
    assert found.expires_at
    assert found.issued_at.isoformat().startswith(issued)
    assert found.expires_at.isoformat().startswith(expires)


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
    assert (found.username_key, found.certification_code) == ("ada", "SAFE")
    assert (str(found.type), found.code) == ("course", "C1")
    assert found.fields == [" Ada ", " SAFE ", "soon", "1", "", "course", " C1 "]


@pytest.mark.rule("INT-07b")
@pytest.mark.parametrize(
    "row", [",SAFE,2021-11-18,1,,manual,", "ada,,2021-11-18,1,,manual,", "a\0,S,2021-11-18,1,,x,"]
)
def test_a_name_that_cannot_be_read_is_empty(row: str) -> None:
    found = only(row)
    assert "" in (found.username_key, found.certification_code)


@pytest.mark.rule("X-CSV-1")
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x", "1 field, but the header has 7; add those"),
        ("x,y", "2 fields, but the header has 7; add those"),
        ("a,b,c,d,e,f,g,h", "8 fields, but the header has 7; remove some"),
    ],
)
def test_a_ragged_row_counts_its_fields(row: str, said: str) -> None:
    assert only(row).faults[0].message.startswith(said)


@pytest.mark.rule("X-CSV-1")
def test_rows_of_delimiters_that_spreadsheets_add_at_the_end_are_no_data() -> None:
    assert [row.row for row in read(GOOD, ",,,,,,", " , ,\t,,,,", ",")] == [1]


def test_a_ragged_row_says_nothing() -> None:
    found = only("ada,SAFE")
    assert (found.username_key, found.certification_code) == ("", "")
    assert (found.type, found.code) == (None, None)


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
