import gc
import tracemalloc
from io import BytesIO
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from attrs import astuple
from hypothesis import given
from hypothesis import strategies as st

from certrules.errors import RecordsFileError, UnknownZoneError
from certrules.instants import IssueDateConvention
from certrules.model.records import Record, RecordField
from certrules.records import RecordsFile, RejectedRow, open_records
from certrules.records.reading import BATCH
from tests.records.files import FIELDS, HEADER, exhaust, opened, text_of

GOOD = "ada,SAFE,2021-11-18,1,,manual,"
BAD = "ada,SAFE,soon,1,,manual,"


def test_a_file_says_how_it_is_read() -> None:
    file = opened(text_of(header=HEADER.upper()), zone="Europe/Rome")
    assert file.header == tuple(HEADER.upper().split(","))
    assert file.columns[RecordField.TYPE] == "TYPE"
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
    (found,) = opened(text_of(*rows)).key_batches()
    assert list(found.rows) == [1, 2, 7]
    assert list(found.username_keys) == ["ada", "ada", "alan"]
    assert list(found.certification_codes) == ["SAFE", "SAFE", "s"]


def test_passes_can_run_side_by_side() -> None:
    file = opened(text_of(*[GOOD] * 10_000))
    pairs = zip(file.batches(rows=7), file.key_batches(), strict=False)
    assert all(batch.username_keys[:7] == keys.username_keys[:7] for batch, keys in pairs)
    assert sum(map(len, file.batches())) == 10_000


def test_what_is_no_csv_is_told_on_reaching_it() -> None:
    file = opened(text_of(*[GOOD] * 3, '"x"y'))
    batches = file.batches(rows=2)
    assert len(next(batches)) == 2
    with pytest.raises(RecordsFileError, match="line 5, field 1"):
        next(batches)
    with pytest.raises(RecordsFileError, match="line 5, field 1"):
        exhaust(file.key_batches())


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
        assert sum(map(len, file.batches(rows=256))) == count
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


def whole(file: RecordsFile, rows: int) -> Any:
    """All that a pass hands out, whatever the batches."""
    columns: list[list[object]] = [[] for _ in range(15)]
    for batch in file.batches(rows=rows):
        for column, values in zip(columns, astuple(batch, recurse=False), strict=True):
            column.extend(values)
    return columns


@pytest.mark.law
@given(st.lists(ROW | RAGGED), st.integers(1, 9), st.sampled_from(["\n", "\r", "\r\n"]))
def test_the_size_of_batches_changes_nothing(rows: list[list[str]], size: int, end: str) -> None:
    content = quoted(rows, end)
    assert whole(opened(content), size) == whole(opened(content), BATCH)


@pytest.mark.law
@pytest.mark.rule("INT-07b")
@given(st.lists(ROW | RAGGED))
def test_both_passes_agree_on_the_keys(rows: list[list[str]]) -> None:
    file = opened(quoted(rows, "\n"))
    cheap = [pair for found in file.key_batches() for pair in zip(*found, strict=True)]
    full: list[tuple[int, str, str]] = []
    for batch in file.batches():
        full += zip(batch.rows, batch.username_keys, batch.certification_codes, strict=True)
        full += [(row.row, *row.key) for row in batch.rejected if row.key]
    assert cheap == sorted(full)


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
            exhaust(file.key_batches())
            exhaust(file.batches())
    except RecordsFileError:
        assert content or not before
