import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.errors import RecordsFileError
from certrules.records import lines as subject
from certrules.records.lines import LINE_LIMIT, Lines, line_breaks
from certrules.records.source import Source


def lines_of(content: bytes, encoding: str = "utf-8", start: int = 0) -> Lines:
    return Lines(Source(io.BytesIO(content)), encoding, start)


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
