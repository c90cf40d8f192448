from datetime import UTC, date, datetime

import pytest

from certrules.model.awards import AssociationType
from certrules.model.people import username_key
from certrules.model.records import Record
from tests.records.files import opened, text_of

ROWS = [
    " Ada.L , SAFE ,2021-11-18,1,, Manual ,",
    "alan,SAFE,2021-11-18,0,2022-11-18,lp, P1 ",
]


@pytest.mark.rule("DOC-CSV-01", "DOC-CSV-03", "DOC-CSV-04", "INT-15", "X-CSV-2", "X-CSV-3")
def test_a_batch_holds_what_the_rows_say() -> None:
    (batch,) = opened(text_of(*ROWS), zone="-04:00").batches()
    assert len(batch) == 2
    assert list(batch.rows) == [1, 2]
    assert list(batch.lines) == [2, 3]
    assert list(batch.usernames) == ["Ada.L", "alan"]
    assert list(batch.username_keys) == [username_key(" Ada.L "), "alan"]
    assert list(batch.certification_codes) == ["SAFE", "SAFE"]
    assert list(batch.issued_on) == [date(2021, 11, 18)] * 2
    assert list(batch.issued_at) == [datetime(2021, 11, 18, 4, tzinfo=UTC)] * 2
    assert list(batch.always_valid) == [True, False]
    assert list(batch.expires_on) == [None, date(2022, 11, 18)]
    assert list(batch.expires_at) == [None, datetime(2022, 11, 18, 4, tzinfo=UTC)]
    assert list(batch.types) == [AssociationType.MANUAL, AssociationType.LEARNING_PLAN]
    assert list(batch.codes) == ["", "P1"]
    assert [",".join(fields) for fields in batch.fields] == ROWS
    assert [",".join(fields) for fields in batch.fields[1:]] == ROWS[1:]
    assert (list(batch.warnings), list(batch.rejected)) == ([], [])


def test_records_are_values_in_file_order() -> None:
    (batch,) = opened(text_of(*ROWS)).batches()
    day = date(2021, 11, 18)
    assert batch.records() == [
        Record(1, "Ada.L", "SAFE", day, always_valid=True),
        Record(
            2,
            "alan",
            "SAFE",
            day,
            always_valid=False,
            expires_on=date(2022, 11, 18),
            type=AssociationType.LEARNING_PLAN,
            code="P1",
        ),
    ]


def test_a_record_can_be_rejected_for_reasons_outside_the_file() -> None:
    (batch,) = opened(text_of(*ROWS)).batches()
    found = batch.as_rejected(1)
    assert (found.row, found.line, found.key, found.faults) == (2, 3, ("alan", "SAFE"), ())
    assert (found.username_key, found.certification_code) == ("alan", "SAFE")
    assert (found.type, found.code) == (AssociationType.LEARNING_PLAN, "P1")
    assert ",".join(found.fields) == ROWS[1]
