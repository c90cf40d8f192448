import pytest

from certrules.records import meanings
from certrules.records.meanings import Meanings


def test_each_value_is_read_once() -> None:
    asked: list[str] = []

    def read(text: str) -> str:
        asked.append(text)
        return text.upper()

    known = Meanings(read)
    assert list(known.of(["a", "b", "a"])) == ["A", "B", "A"]
    assert list(known.of(["b"])) == ["B"]
    assert asked == ["a", "b"]


def test_long_values_are_not_remembered() -> None:
    known: Meanings[str, int] = Meanings(len)
    assert list(known.of(["x" * 10_000])) == [10_000]
    assert not known


def test_too_many_values_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanings, "_REMEMBERED", 2)
    known: Meanings[str, int] = Meanings(len)
    assert list(known.of(["a", "bb", "ccc"])) == [1, 2, 3]
    assert list(known.of(["a"])) == [1]
    assert list(known) == ["a"]
