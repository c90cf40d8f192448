import copy
import json
import pickle

import pytest

from certrules.errors import InvalidValueError
from certrules.model.notices import EventKind
from certrules.words import Word


class Answer(Word):
    YES = "yes"
    TWO = 2


def test_a_word_is_its_value_as_text() -> None:
    assert [f"{each}" for each in Answer] == ["yes", "2"]
    assert json.dumps({"answer": Answer.YES}, default=str) == '{"answer": "yes"}'


def test_what_is_no_word_is_told_which_there_are() -> None:
    for wrong in ("no", "YES", None, 1):
        with pytest.raises(InvalidValueError, match=r"Answer cannot be .*: expected one of yes, 2"):
            Answer(wrong)


@pytest.mark.parametrize("word", EventKind)
def test_a_word_stays_the_same_member_wherever_it_is_copied(word: EventKind) -> None:
    table = {word: "found"}
    for same in (EventKind(str(word)), copy.deepcopy(word), pickle.loads(pickle.dumps(word))):  # noqa: S301
        assert same is word
        assert table[same] == "found"
