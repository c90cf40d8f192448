"""Words of a fixed choice: each reads as it is written in files, in JSON and in a database."""

import importlib
import pickle
import pkgutil

import pytest

from certrules import model
from certrules.model.reasons import RuleCode
from certrules.words import Word

for module in pkgutil.iter_modules(model.__path__, f"{model.__name__}."):
    importlib.import_module(module.name)


FOUND = {*Word.__subclasses__(), *RuleCode.__subclasses__()} - {RuleCode}
CHOICES = {each for each in FOUND if each.__module__.startswith("certrules.")}  # no test's own


@pytest.mark.parametrize("words", sorted(CHOICES, key=str))
def test_a_word_reads_as_it_is_written_and_stays_itself(words: type[Word]) -> None:
    assert [str(word) for word in words] == [word.value for word in words]
    assert pickle.loads(pickle.dumps(list(words))) == list(words)  # noqa: S301
    assert {word: word for word in words}[words(next(iter(words)).value)] is next(iter(words))
