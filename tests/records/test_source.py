import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from certrules.errors import InvalidValueError, RecordsFileError
from certrules.records import RecordsFile, open_records
from certrules.records.source import open_source
from tests.records.files import text_of

CONTENT = text_of("ada,SAFE,2021-11-18,1,,manual,").encode()


class Pipe(io.RawIOBase):
    """A stream that cannot seek, and that may break."""

    def __init__(self, content: bytes, *, breaks: bool = False) -> None:
        self.rest = io.BytesIO(content)
        self.breaks = breaks

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.breaks and len(buffer):
            raise OSError(5, "Input/output error")
        return self.rest.readinto(buffer)


class Broken(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        if size:
            raise OSError(5, "Input/output error")
        return b""


def count(source: Any) -> int:
    with open_records(source, zone="UTC") as file:
        return len([*file.records(), *file.records()])


def test_a_path_is_opened_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(CONTENT)
    with open_records(path, zone="UTC") as file:
        assert file.path == path
        assert len(list(file.records())) == 1
    with pytest.raises(ValueError, match="closed"):
        list(file.records())


def test_a_path_may_be_text(tmp_path: Path) -> None:
    (tmp_path / "records.csv").write_bytes(CONTENT)
    assert count(str(tmp_path / "records.csv")) == 2


def test_a_stream_of_the_caller_stays_open() -> None:
    stream = io.BytesIO(CONTENT)
    assert count(stream) == 2
    assert not stream.closed


def test_a_stream_begins_where_it_stands() -> None:
    stream = io.BytesIO(b"junk" + CONTENT)
    stream.seek(4)
    assert count(stream) == 2


def test_a_stream_that_cannot_seek_can_be_read_twice_all_the_same() -> None:
    assert count(io.BufferedReader(Pipe(CONTENT))) == 2


def test_a_named_pipe_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[CONTENT])
    writer.start()
    assert count(path) == 2
    writer.join()


@pytest.mark.parametrize("source", [io.StringIO("text"), None, 7, ["rows"]])
def test_anything_else_is_a_mistake_of_the_caller(source: Any) -> None:
    with pytest.raises(InvalidValueError, match="a path or a stream of bytes"):
        open_source(source)


def failure(source: Any) -> RecordsFileError:
    with pytest.raises(RecordsFileError) as caught:
        count(source)
    return caught.value


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    error = failure(tmp_path / "nowhere.csv")
    assert (error.code, error.details["path"]) == ("missing_file", str(tmp_path / "nowhere.csv"))


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert failure(tmp_path).code == "is_a_directory"


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000])
def test_a_path_that_cannot_be_is_unreadable(path: str) -> None:
    assert failure(path).code == "unreadable_file"


def test_a_path_through_a_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "records.csv").write_bytes(CONTENT)
    error = failure(tmp_path / "records.csv" / "inner.csv")
    assert (error.code, error.details["reason"]) == ("unreadable_file", "Not a directory")


def test_a_stream_that_breaks_is_unreadable() -> None:
    error = failure(Broken(CONTENT))
    assert (error.code, error.details["reason"]) == ("unreadable_file", "Input/output error")


def test_so_is_one_that_breaks_while_it_is_copied() -> None:
    assert failure(io.BufferedReader(Pipe(CONTENT, breaks=True))).code == "unreadable_file"


@pytest.mark.parametrize("change", [b"more", b""], ids=["longer", "as long"])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, change: bytes) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(CONTENT)
    os.utime(path, ns=(0, 0))
    with open_records(path, zone="UTC") as file:
        assert count_rows(file) == 1
        path.write_bytes(CONTENT + change)
        with pytest.raises(RecordsFileError, match="was changed while it was read") as caught:
            count_rows(file)
    assert caught.value.code == "changed_file"
    assert caught.value.details["path"] == str(path)


def test_a_file_that_another_replaces_is_read_to_its_end(tmp_path: Path) -> None:
    path, other = tmp_path / "records.csv", tmp_path / "other.csv"
    path.write_bytes(CONTENT)
    other.write_bytes(b"other")
    with open_records(path, zone="UTC") as file:
        other.replace(path)
        assert count_rows(file) == 1


def count_rows(file: RecordsFile) -> int:
    return len(list(file.records()))
