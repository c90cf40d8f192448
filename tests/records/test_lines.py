"""The bytes and the lines of a file, and the encoding in which they are written."""

import codecs
import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from certrules.errors import InvalidValueError, RecordsFileError
from certrules.records import Record, RecordsFile, open_records
from certrules.records import lines as subject
from certrules.records.lines import (
    LINE_LIMIT,
    Lines,
    TextSource,
    choose_encoding,
    line_breaks,
    open_source,
)
from tests.records.files import HEADER, error_of, opened, text_of


def lines_of(content: bytes, encoding: str = "utf-8", start: int = 0) -> Lines:
    return Lines(TextSource(io.BytesIO(content)), encoding, start)


def test_a_line_keeps_its_end_as_written() -> None:
    assert list(lines_of(b"a\nb\r\nc\rd")) == ["a\n", "b\r\n", "c\r", "d"]


def test_reading_begins_after_the_mark() -> None:
    assert list(lines_of(b"???a\n", start=3)) == ["a\n"]


def test_only_cr_and_lf_end_a_line() -> None:
    text = "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g"
    assert list(lines_of(text.encode())) == [text]


def test_each_pass_begins_anew() -> None:
    lines = lines_of(b"a\nb\n")
    assert list(zip(lines, lines, strict=True)) == [("a\n", "a\n"), ("b\n", "b\n")]


def test_nul_characters_are_noticed() -> None:
    lines = lines_of(b"a\n\0\n")
    assert not lines.nul_seen
    assert list(lines) == ["a\n", "\0\n"]
    assert lines.nul_seen


@pytest.mark.parametrize("before", ["", "a\n", "a\n" * 40_000])
@pytest.mark.parametrize("after", ["", "\n", "\nb"])
def test_a_line_as_long_as_allowed_is_read(before: str, after: str) -> None:
    text = before + "x" * (LINE_LIMIT - len(after[:1])) + after
    assert "".join(lines_of(text.encode())) == text


@pytest.mark.parametrize("before", ["", "a\n", "a\n" * 40_000])
@pytest.mark.parametrize("after", ["", "\n", "\nb", "x" * 100_000])
def test_a_longer_one_is_an_error_that_names_it(before: str, after: str) -> None:
    text = before + "x" * (LINE_LIMIT + 1) + after
    with pytest.raises(RecordsFileError) as caught:
        list(lines_of(text.encode()))
    assert caught.value.code == "line_too_long"
    assert caught.value.details == {"line": before.count("\n") + 1, "limit": LINE_LIMIT}


TEXTS = st.lists(st.sampled_from(["a", "é", "😀", "\r", "\n", "\r\n", '"', ",", "\u2028"])).map(
    "".join
)


@pytest.mark.law
@given(TEXTS, st.sampled_from(["utf-8", "utf-16-le", "utf-32-be"]), st.integers(1, 9))
def test_lines_are_those_of_the_standard_library(text: str, encoding: str, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "BLOCK", block)
        found = list(lines_of(text.encode(encoding), encoding))
    assert found == io.StringIO(text, newline="").readlines()
    assert line_breaks(text) == sum(line.endswith(("\r", "\n")) for line in found)


MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
ROW = "Zoë,SAFE,2021-11-18,1,,manual,"


def usernames(content: bytes, encoding: str | None = None) -> list[str]:
    with opened(content, encoding=encoding) as file:
        return [row.username for row in file.records() if isinstance(row, Record)]


@pytest.mark.rule("INT-06", "DOC-CSV-12")
@pytest.mark.parametrize("given_one", [None, "windows-1252"])
@pytest.mark.parametrize("encoding", MARKS)
def test_a_byte_order_mark_decides(encoding: str, given_one: str | None) -> None:
    content = MARKS[encoding] + text_of(ROW).encode(encoding)
    assert opened(content, encoding=given_one).encoding == encoding
    assert usernames(content, given_one) == ["Zoë"]


@pytest.mark.rule("INT-06", "DOC-CSV-12")
@pytest.mark.parametrize("encoding", ["windows-1252", "cp850", "utf-16-be", "utf-32-le"])
def test_without_a_mark_the_caller_decides(encoding: str) -> None:
    assert usernames(text_of(ROW).encode(encoding), encoding) == ["Zoë"]


@pytest.mark.rule("INT-06")
def test_without_both_it_is_utf_8() -> None:
    assert usernames(text_of(ROW).encode()) == ["Zoë"]


@pytest.mark.parametrize(
    "name",
    [
        "nonsense",
        "rot13",
        "base64",
        "hex",
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "utf-7",
        "",
        "x\x00y",
        "é",
    ],
)
def test_a_name_that_is_no_encoding_of_files_is_refused(name: str) -> None:
    error = error_of(text_of(), encoding=name)
    assert error.code == "unknown_encoding"
    assert error.details["encoding"] == name


@pytest.mark.rule("INT-06")
def test_undecodable_bytes_are_told_with_offset_line_and_likely_encodings() -> None:
    content = text_of("ada,SAFE,2021-11-18,1,,manual,", ROW).encode("windows-1252")
    error = error_of(content)
    assert error.code == "undecodable"
    assert error.details["offset"] == content.index(b"\xeb")
    assert error.details["line"] == 3
    assert error.details["byte"] == 0xEB
    assert error.details["likely"] == ("windows-1252", "windows-1250", "windows-1251")
    assert "byte 0xeb" in error.message
    assert "Zoë" in error.message


@pytest.mark.rule("INT-06")
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_recognised_by_its_zeros(encoding: str) -> None:
    error = error_of(text_of("é" * 20).encode(encoding))
    assert (error.code, error.details["likely"]) == ("undecodable", (encoding,))


@pytest.mark.rule("INT-06")
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_of_ascii_without_a_mark_is_recognised_too(encoding: str) -> None:
    error = error_of(text_of().encode(encoding))
    assert error.code == "nul_in_header"
    assert encoding in error.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_encoding_without_byte_order_asks_for_one(encoding: str) -> None:
    error = error_of(text_of().encode(encoding + "-le"), encoding=encoding)
    assert error.code == "undecodable"
    assert f"{encoding}-le" in error.message


def test_a_byte_cut_off_at_the_end_is_undecodable() -> None:
    content = text_of(ROW).encode() + "é".encode()[:1]
    error = error_of(content)
    assert (error.code, error.details["offset"]) == ("undecodable", len(content) - 1)
    assert error.details["line"] == 3


def test_where_nothing_else_fits_no_encoding_is_suggested() -> None:
    error = error_of(text_of().encode() + b"\x81\x98\xa0\xff\x81abc", encoding="shift_jis")
    assert error.details["likely"] == ()
    assert error.message.endswith("name the file's encoding")


@pytest.mark.parametrize("start", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest"])
def test_a_workbook_is_no_csv(start: bytes) -> None:
    error = error_of(start)
    assert error.code == "workbook"
    assert "save it as CSV" in error.message


@pytest.mark.law
@pytest.mark.rule("INT-06")
@given(st.binary(), st.integers(0, 300), st.sampled_from([b"\n", b"\r", b"\r\n"]))
def test_offset_and_line_are_those_of_the_first_bad_byte(
    tail: bytes, lines: int, end: bytes
) -> None:
    good = HEADER.encode() + end + (b"a,b,c" + end) * lines
    content = good + b"\xff" + tail
    error = error_of(content)
    assert (error.code, error.details["offset"]) == ("undecodable", len(good))
    assert error.details["line"] == lines + 2


PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zX", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf")


@pytest.mark.parametrize("start", PACKED)
def test_a_compressed_file_is_to_be_unpacked(start: bytes) -> None:
    with pytest.raises(RecordsFileError, match="unpack it first") as caught:
        choose_encoding(start, "latin-1")
    assert caught.value.code == "compressed"


def test_half_a_character_at_the_end_is_told() -> None:
    error = error_of(text_of().encode("utf-16")[:-1])
    assert error.code == "undecodable"
    assert "within a character of utf-16-le: it is cut off" in error.message


@pytest.mark.law
@given(st.binary(max_size=8), st.none() | st.sampled_from(["utf-8", "latin-1"]))
def test_some_encoding_is_chosen_for_any_bytes(start: bytes, given_one: str | None) -> None:
    assume(not start.startswith((b"PK", b"\xd0", *PACKED)))
    encoding, mark = choose_encoding(start, given_one)
    assert codecs.lookup(encoding)
    assert start[:mark] == MARKS.get(encoding, b"")[:mark]


# bytes

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
