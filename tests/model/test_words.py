"""Words of a fixed choice: each reads as it is written in files, in JSON and in a database."""

import importlib
import pkgutil
from enum import Enum

import pytest

from certrules import model

ENUMS: set[type[Enum]] = {
    value
    for module in pkgutil.iter_modules(model.__path__, f"{model.__name__}.")
    for value in vars(importlib.import_module(module.name)).values()
    if isinstance(value, type)
    and issubclass(value, Enum)
    and value.__module__ == module.name
    and "__str__" in vars(value)
}


@pytest.mark.parametrize("words", sorted(ENUMS, key=str))
def test_a_word_reads_as_it_is_written(words: type[Enum]) -> None:
    assert [str(word) for word in words] == [word.value for word in words]
