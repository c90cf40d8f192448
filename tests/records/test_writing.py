"""Rejected rows, handed back as a file."""

import errno
import io
import os
import resource
import signal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.errors import RecordsFileError
from certrules.model.records import Fault, FaultCode
from certrules.records import RecordsFile, RejectedRow, RejectsWriter, open_records
from certrules.records.writing import replacing
from tests.processes import exit_code
from tests.records.files import FIELDS, HEADER, opened, record, text_of

BAD = "ada,SAFE,11/18/21,1,,manual,"


def rejects(file: RecordsFile) -> bytes:
    target = io.BytesIO()
    with RejectsWriter(target, file) as writer:
        for row in file.records():
            if isinstance(row, RejectedRow):
                writer.write(row.row, row.fields, row.faults)
    return target.getvalue()


def test_rejected_rows_keep_their_columns_and_say_what_is_wrong() -> None:
    file = opened(text_of("ada,SAFE,2021-11-18,1,,manual,", BAD))
    assert rejects(file).decode("utf-8-sig").splitlines() == [
        f"certrules_row,certrules_faults,{HEADER}",
        "2,\"certification_issue_date '11/18/21': spreadsheet date; write 2021-11-18\"," + BAD,
    ]


def test_they_have_the_delimiter_of_the_file_and_a_byte_order_mark() -> None:
    written = rejects(opened(text_of(BAD, header=HEADER).replace(",", ";")))
    assert written.startswith(b"\xef\xbb\xbfcertrules_row;certrules_faults;username;")


def test_several_faults_stand_side_by_side() -> None:
    written = rejects(opened(text_of("ada,,11/18/21,1,,manual,"))).decode()
    assert (
        "certification_code: certification_code is blank; every record must give it | c" in written
    )


def test_a_fault_of_the_whole_row_names_its_value_or_nothing() -> None:
    written = rejects(opened(text_of("x,y", BAD + ",more")))
    lines = written.decode().splitlines()
    assert lines[1].startswith('1,"the row: 2 fields, but the header has 7')
    assert lines[2].startswith("2,\"the row 'more': 8 fields, but")


@pytest.mark.rule("X-CSV-1")
def test_corrected_they_can_be_imported() -> None:
    again = opened(rejects(opened(text_of(BAD))).replace(b"11/18/21", b"2021-11-18"))
    assert [row.username_key for row in again.records()] == ["ada"]


@pytest.mark.parametrize("row", ["x,y", "x", BAD + ",more,and,more"])
def test_ragged_rows_stay_as_ragged_as_they_were(row: str) -> None:
    first = opened(text_of(row))
    again = opened(rejects(first))
    (before,), (after,) = (list(f.records()) for f in (first, again))
    assert isinstance(before, RejectedRow)
    assert isinstance(after, RejectedRow)
    assert after.fields[2:] == before.fields
    assert after.faults[0].code is before.faults[0].code


def test_rejected_again_they_get_no_more_columns() -> None:
    once = rejects(opened(text_of(BAD, "x")))
    assert rejects(opened(once)).decode("utf-8-sig").splitlines()[0].count("certrules_") == 2
    assert len(rejects(opened(once)).splitlines()) == len(once.splitlines())


def test_formulas_are_disarmed_and_come_back() -> None:
    row = ['=HYPERLINK("x")', "+S", "-1", "@x", "\tx", "'=quoted", "\xa0=1"]
    quoted = ",".join('"' + value.replace('"', '""') + '"' for value in row)
    header = HEADER + ",=cmd"
    written = rejects(opened(text_of(quoted + ",=2", header=header)))
    text = written.decode("utf-8-sig")
    assert "\"'=HYPERLINK(\"\"x\"\")\",'+S,'-1,'@x,\"'\tx\",''=quoted,'\xa0=1,'=2" in text
    assert text.splitlines()[0].endswith(",'=cmd")
    again = opened(written)
    assert again.layout.header[-1] == "=cmd"
    (found,) = again.records()
    assert list(found.fields[2:]) == [*row, "=2"]


def test_apostrophes_of_other_files_stay() -> None:
    assert record("'=ada,SAFE,2021-11-18,1,,manual,").username == "'=ada"


def test_a_path_is_written_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    with RejectsWriter(path, opened(text_of())):
        pass
    assert path.read_text("utf-8-sig") == f"certrules_row,certrules_faults,{HEADER}\n"


def test_a_stream_stays_open() -> None:
    target = io.BytesIO()
    RejectsWriter(target, opened(text_of())).close()
    assert target.getvalue().endswith(b",code\r\n")


def failure(path: Path, file: RecordsFile) -> RecordsFileError:
    with pytest.raises(RecordsFileError) as caught:
        RejectsWriter(path, file)
    return caught.value


def test_the_records_themselves_are_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text(text_of(BAD))
    (tmp_path / "link.csv").symlink_to(path)
    with open_records(path, zone="UTC") as file:
        assert failure(path, file).code == "rejects_over_records"
        assert failure(tmp_path / "link.csv", file).code == "rejects_over_records"
        RejectsWriter(tmp_path / "other.csv", file).close()
    assert path.read_text() == text_of(BAD)


@pytest.mark.parametrize("name", ["", "nowhere/rejects.csv", "a\0b"])
def test_a_path_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    error = failure(tmp_path / name, opened(text_of()))
    assert error.code == "unwritable_file"
    assert error.details["path"] == str(tmp_path / name)


FAULT = Fault(FaultCode.DATE_UNREADABLE, 1, 2, "=column", "=value", "=message")
VALUES = st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1)


@pytest.mark.law
@pytest.mark.rule("X-CSV-1")
@given(st.lists(VALUES.filter(lambda row: any(map(str.strip, row)))), st.sampled_from(",;\t|"))
def test_every_row_comes_back_as_it_was(rows: list[list[str]], delimiter: str) -> None:
    target = io.BytesIO()
    header = text_of(header=HEADER.replace(",", delimiter))
    with RejectsWriter(target, opened(header)) as writer:
        for number, row in enumerate(rows, 1):
            writer.write(number, row, [FAULT])
    found = [
        one.fields if isinstance(one, RejectedRow) else FIELDS
        for one in opened(target.getvalue()).records()
    ]
    assert [list(fields[2:]) for fields in found] == rows
    assert all(fields[1] == "=column '=value': =message" for fields in found)


def test_an_exception_keeps_what_a_path_held(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text("of yesterday")
    with pytest.raises(RecordsFileError), RejectsWriter(path, opened(text_of(BAD))):
        opened("")
    assert path.read_text() == "of yesterday"
    assert list(tmp_path.iterdir()) == [path]


def test_a_path_is_replaced_where_a_link_leads(tmp_path: Path) -> None:
    path, link = tmp_path / "rejects.csv", tmp_path / "link.csv"
    path.write_text("of yesterday")
    path.chmod(0o640)
    link.symlink_to(path)
    RejectsWriter(link, opened(text_of())).close()
    assert link.is_symlink()
    assert path.read_text("utf-8-sig").startswith("certrules_row,")
    assert path.stat().st_mode & 0o777 == 0o640


def test_the_file_behind_a_stream_of_records_is_never_overwritten(tmp_path: Path) -> None:
    path, hard = tmp_path / "records.csv", tmp_path / "hard.csv"
    path.write_text(text_of(BAD))
    hard.hardlink_to(path)
    with path.open("rb") as stream, open_records(stream, zone="UTC") as file:
        assert failure(path, file).code == "rejects_over_records"
        assert failure(hard, file).code == "rejects_over_records"


def test_a_block_that_ends_well_replaces_the_file(tmp_path: Path) -> None:
    path, link = tmp_path / "out", tmp_path / "link"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to(path)
    with replacing(link) as stream:
        stream.write(b"after")
        assert path.read_text() == "before"
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("after", 0o640)
    assert link.is_symlink()
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_being_written_is_no_more_public_than_what_it_replaces(tmp_path: Path) -> None:
    path = tmp_path / "out"
    for mode in (0o600, 0o440):
        path.write_text("before")
        path.chmod(mode)
        with replacing(path):
            (part,) = tmp_path.glob(".certrules-*.part")
            assert not part.stat().st_mode & 0o777 & ~mode
        assert path.stat().st_mode & 0o777 == mode


def test_a_failure_leaves_it_and_is_told_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("before")
    with pytest.raises(FileNotFoundError, match=r"another$|another'$"), replacing(path):
        (tmp_path / "another").read_text()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_of_the_file_names_it_as_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "out"
    with pytest.raises(FileNotFoundError) as error, replacing(path):
        pass
    assert error.value.filename == str(path)


def test_nothing_is_written_through_a_link_that_somebody_has_planted(tmp_path: Path) -> None:
    path, victim = tmp_path / "out", tmp_path / "victim"
    victim.write_text("theirs")
    for name in (f"out.{os.getpid()}.part", "out.part", ".certrules-0.part"):
        (tmp_path / name).symlink_to(victim)
    with replacing(path) as stream:
        stream.write(b"ours")
        (part,) = (each for each in tmp_path.glob(".certrules-*.part") if not each.is_symlink())
        assert len(part.name) > 40  # nobody guesses it
    assert (path.read_text(), victim.read_text()) == ("ours", "theirs")
    assert not path.is_symlink()


def test_two_writers_of_one_path_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with replacing(path) as first:
        first.write(b"first")
        with replacing(path) as second:
            second.write(b"second")
        assert path.read_text() == "second"
        first.write(b", and more")
    assert path.read_text() == "first, and more"
    assert list(tmp_path.iterdir()) == [path]


def killed(path: Path) -> None:
    with replacing(path) as stream:
        stream.write(b"half")
        stream.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_writer_has_left_is_removed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("before")
    assert exit_code(partial(killed, path)) == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 2
    assert path.read_text() == "before"
    with replacing(tmp_path / "another") as stream:
        stream.write(b"new")
    assert {each.name for each in tmp_path.iterdir()} == {"out", "another"}


def test_a_file_that_another_takes_for_one_left_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[int] = []

    def lock(file: int, **_: bool) -> None:
        if not locked:
            next(tmp_path.glob(".certrules-*.part")).unlink()
        locked.append(file)

    monkeypatch.setattr("certrules.records.writing._lock", lock)
    with replacing(tmp_path / "out") as stream:
        stream.write(b"new")
    assert (tmp_path / "out").read_text() == "new"
    assert len(locked) == 2


def test_a_drive_without_locks_can_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lock(*_: object, **__: bool) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("certrules.records.writing._lock", lock)
    with replacing(tmp_path / "first") as first:
        first.write(b"first")
        with replacing(tmp_path / "second") as second:
            second.write(b"second")
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        "first": "first",
        "second": "second",
    }


def too_long(path: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        with replacing(path) as stream:
            stream.write(b"x" * 100_000)
    except OSError as error:
        os._exit(3 if error.filename == str(path) else 4)


def test_a_disk_without_room_names_the_file_and_leaves_it(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("before")
    assert exit_code(partial(too_long, path)) == 3
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    with (
        pytest.raises(OSError, match="No space left") as error,
        replacing(Path("/dev/full")) as file,
    ):
        file.write(b"x" * 100_000)
    assert error.value.filename == "/dev/full"


def test_a_device_is_written_to_where_it_is() -> None:
    with replacing(Path("/dev/null")) as stream:
        stream.write(b"gone")
    assert not Path("/dev/null").is_file()


def test_closing_again_does_nothing() -> None:
    target = io.BytesIO()
    writer = RejectsWriter(target, opened(text_of(BAD)))
    writer.close()
    written = target.getvalue()
    writer.close()
    assert target.getvalue() == written
