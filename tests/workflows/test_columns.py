"""A file of records into columns."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules import AssociationType, Certification, Duplicates, User, instants
from certrules.model.records import FaultCode
from certrules.records import RecordsFile, open_records
from certrules.repositories.memory import MemoryStore
from certrules.rules.importing import Outcome
from certrules.workflows import importing
from certrules.workflows.columns import read_columns

HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type,code\n"
)
ZONE = "Europe/Rome"


def opened(*rows: str) -> RecordsFile:
    text = HEADER + "".join(f"{row}\n" for row in rows)
    return open_records(BytesIO(text.encode()), zone=ZONE)


@pytest.mark.rule("DOC-CSV-01", "DOC-TZ-04")
def test_sound_rows_become_columns() -> None:
    columns = read_columns(
        opened("Ada ,FA,2024-01-15,1,,manual,", "bob,FA,2024-07-15,0,2025-07-15,course,C1")
    )
    assert len(columns) == 2
    assert columns.rows == (1, 2)
    assert columns.username_keys == ("ada", "bob")
    assert columns.certification_codes == ("FA", "FA")
    assert columns.issued_at == (
        datetime(2024, 1, 14, 23, tzinfo=UTC),
        datetime(2024, 7, 14, 22, tzinfo=UTC),
    )
    assert columns.always_valid == (True, False)
    assert columns.expires_at == (None, instants.start_of_day(date(2025, 7, 15), ZONE))
    assert columns.types == (AssociationType.MANUAL, AssociationType.COURSE)
    assert columns.codes == ("", "C1")
    assert not columns.rejected
    assert not columns.repeats
    assert not columns.warnings


def test_a_file_without_rows_has_empty_columns() -> None:
    columns = read_columns(opened())
    assert len(columns) == 0
    assert columns.issued_at == ()


@pytest.mark.rule("DOC-CSV-11", "INT-08")
def test_faults_and_warnings_are_beside_the_columns() -> None:
    columns = read_columns(
        opened("ada,FA,11/18/21,1,,manual,", "bob,FA,2024-07-15,0,2024-01-01,manual,")
    )
    assert columns.rows == (2,)
    assert [(row.row, [fault.code for fault in row.faults]) for row in columns.rejected] == [
        (1, [FaultCode.DATE_SPREADSHEET])
    ]
    assert [(w.row, w.code) for w in columns.warnings] == [(2, FaultCode.EXPIRES_BEFORE_ISSUE)]


REPEATED = (
    "ada,FA,2024-01-15,1,,manual,",
    "bob,FA,2024-01-15,1,,manual,",
    "ADA,FA,not a date,1,,manual,",
    "ada,FA,2023-01-15,1,,manual,",
)


@pytest.mark.rule("DOC-CSV-14", "DOC-CSV-15", "INT-07", "INT-07b")
def test_repeated_rows_are_all_left_out_where_repeats_are_refused() -> None:
    columns = read_columns(opened(*REPEATED))
    assert columns.rows == (2,)
    assert list(columns.repeats.values()) == [[1, 3, 4]]
    assert [row.row for row in columns.rejected] == [3]


@pytest.mark.rule("DOC-CSV-16", "DOC-CSV-17")
def test_the_last_of_repeated_rows_counts_where_repeats_are_renewals() -> None:
    columns = read_columns(opened(*REPEATED), duplicates=Duplicates.RENEW)
    assert columns.rows == (2, 4)
    last_is_faulty = read_columns(opened(*REPEATED[:3]), duplicates=Duplicates.RENEW)
    assert last_is_faulty.rows == (2,)


ROWS = st.builds(
    "{},{},{},1,,manual,".format,
    st.sampled_from(["ada", "Ada", "bob", ""]),
    st.sampled_from(["FA", "fa", ""]),
    st.sampled_from(["2024-01-15", "2023-01-15", "15/01/24"]),
)


@pytest.mark.law
@pytest.mark.rule("DOC-CSV-15", "DOC-CSV-16")
@given(rows=st.lists(ROWS, max_size=12), duplicates=st.sampled_from(Duplicates))
def test_the_rows_that_count_are_those_that_an_import_takes(
    rows: list[str], duplicates: Duplicates
) -> None:
    store = MemoryStore()
    with store.writing() as transaction:
        transaction.users.put([User("1", "ada"), User("2", "bob")])
        transaction.certifications.put([Certification(code, code, code) for code in ("FA", "fa")])
    refused: list[int] = []
    report = importing.run(
        store,
        opened(*rows),
        at=datetime(2026, 1, 1, tzinfo=UTC),
        duplicates=duplicates,
        on_refused=lambda row: refused.append(row.row),
    )
    columns = read_columns(opened(*rows), duplicates=duplicates)
    assert len(columns) == report.outcomes[Outcome.ISSUED]
    assert not set(columns.rows) & set(refused)
    assert {row.row for row in columns.rejected} >= set(refused) - {
        row for repeated in columns.repeats.values() for row in repeated
    }
