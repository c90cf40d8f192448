"""Words of a fixed choice, as enums: what is a member as text?"""

from enum import Enum
from typing import TYPE_CHECKING, NoReturn

from certrules.errors import InvalidValueError


class Word(Enum):
    """A member of a fixed choice; as text it is its value, as files, JSON and databases have it.

    >>> class Answer(Word):
    ...     YES = "yes"
    >>> print(Answer.YES, repr(Answer.YES))
    yes <Answer.YES: 'yes'>
    >>> Answer("ja")
    Traceback (most recent call last):
        ...
    certrules.errors.InvalidValueError: Answer cannot be 'ja': expected one of yes
    """

    if not TYPE_CHECKING:  # by identity: Enum's own is slow, and answers are looked up by it
        __hash__ = object.__hash__

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise InvalidValueError(cls.__name__, value, f"one of {', '.join(map(str, cls))}")

    def __str__(self) -> str:
        return str(self.value)
