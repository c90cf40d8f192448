"""Of every credential one bit, given out once."""
# ruff: noqa: S311 - what is drawn here is to be the same at every run

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.badges import statuslist, structure, tokens
from certrules.badges.statuslist import SIZE
from certrules.errors import BadgeError, InvalidValueError
from tests.badges.samples import ISSUER, LISTS, SINCE, UNTIL


@pytest.mark.law
@given(st.sets(st.integers(0, SIZE - 1), max_size=50), st.integers(0, SIZE - 1))
def test_what_is_set_is_read_and_nothing_else(marked: set[int], other: int) -> None:
    bits = statuslist.decode(statuslist.encode(marked))
    assert all(statuslist.is_set(bits, index) for index in marked)
    assert statuslist.is_set(bits, other) is (other in marked)


def test_the_first_bit_is_the_highest_of_the_first_byte() -> None:
    bits = statuslist.decode(statuslist.encode([0, 15]))
    assert bits[:3] == b"\x80\x01\x00"
    assert len(bits) == SIZE // 8


@pytest.mark.rule("INT-38")
def test_a_list_is_the_same_for_the_same_bits() -> None:
    assert statuslist.encode([7]) == statuslist.encode({7}) != statuslist.encode([8])


@pytest.mark.parametrize("index", [-1, SIZE])
def test_an_index_outside_the_list(index: int) -> None:
    with pytest.raises(InvalidValueError, match="index"):
        statuslist.encode([index])
    with pytest.raises(BadgeError, match="no bit"):
        statuslist.is_set(bytes(SIZE // 8), index)


def packed(data: bytes) -> str:
    return "u" + tokens.encoded(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("H4sI", "prefix u"),
        ("", "prefix u"),
        (None, "prefix u"),
        ("u****", "not base64url"),
        (packed(b"no gzip"), "not gzip"),
        (packed(gzip.compress(bytes(SIZE // 8))[:-9]), "cut off"),
        (packed(gzip.compress(bytes(SIZE // 8)) + b"more"), "follows it"),
        (packed(gzip.compress(bytes(SIZE // 8 - 1))), "fewer than 131,072"),
        (packed(gzip.compress(bytes(statuslist.LARGEST // 8 + 1))), "more than 16,777,216"),
    ],
    ids=["prefix", "empty", "none", "base64url", "gzip", "cut", "more", "small", "large"],
)
def test_what_is_no_list(text: Any, message: str) -> None:
    with pytest.raises(BadgeError, match=message):
        statuslist.decode(text)


@pytest.mark.law
@given(st.integers(0, 63), st.sets(st.integers(0, 63), max_size=63))
def test_an_index_that_is_allotted_was_free(seed: int, taken: set[int]) -> None:
    index = statuslist.allot(taken, Random(seed).randrange, size=64)
    assert index is not None
    assert 0 <= index < 64
    assert index not in taken


def test_every_free_index_can_be_drawn_and_a_full_list_has_none() -> None:
    draws: list[Callable[[int], int]] = [lambda _: 0, lambda _: 1, lambda free: free - 1]
    drawn = {statuslist.allot({1}, draw, size=4) for draw in draws}
    assert drawn == {0, 2, 3}
    assert statuslist.allot(range(4), Random(1).randrange, size=4) is None


@pytest.mark.parametrize("drawn", [-1, 3])
def test_a_draw_is_among_what_is_free(drawn: int) -> None:
    with pytest.raises(InvalidValueError, match="draw"):
        statuslist.allot({1}, lambda _: drawn, size=4)


def test_a_list_has_a_purpose_that_is_known() -> None:
    url = LISTS["revocation"]
    with pytest.raises(InvalidValueError, match="purpose"):
        statuslist.entry(url, "refresh", 1)
    with pytest.raises(InvalidValueError, match="purpose"):
        statuslist.list_credential(url, "refresh", [], issuer=ISSUER, at=SINCE, until=UNTIL)


@pytest.mark.parametrize(
    "url", ["", "status/1", "ftp://x.example/1", "https://x.example/a b", "https://x#1", 7]
)
def test_a_list_is_at_a_url(url: Any) -> None:
    with pytest.raises(InvalidValueError, match="status list"):
        statuslist.entry(url, "revocation", 1)
    with pytest.raises(InvalidValueError, match="status list"):
        statuslist.list_credential(url, "revocation", [], issuer=ISSUER, at=SINCE, until=UNTIL)


@pytest.mark.parametrize("index", [-1, statuslist.LARGEST, 1.0, True, "1", None])
def test_an_index_is_a_whole_number(index: Any) -> None:
    with pytest.raises(InvalidValueError, match="index"):
        statuslist.entry(LISTS["revocation"], "revocation", index)


@pytest.mark.parametrize("until", [SINCE, SINCE - timedelta(days=1), SINCE + timedelta.resolution])
def test_a_list_ends_after_it_begins(until: datetime) -> None:
    with pytest.raises(InvalidValueError, match="until"):
        statuslist.list_credential(
            LISTS["revocation"], "revocation", [], issuer=ISSUER, at=SINCE, until=until
        )


def test_a_published_list_is_one() -> None:
    made = statuslist.list_credential(
        LISTS["revocation"], "revocation", [7], issuer=ISSUER, at=SINCE, until=UNTIL
    )
    structure.check_list(made)
