"""What can values be made of? Validators of attrs, which say in words what was expected."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from certrules.errors import InvalidValueError

__all__ = ["instance_of", "one_or_more", "some_text", "some_text_or_none"]

Validator = Callable[[Any, Any, Any], None]


def some_text(_: object, attribute: Any, value: Any) -> None:
    """Raise InvalidValueError for what is no text, or a blank one."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidValueError(attribute.name, value, "some text")


def some_text_or_none(_: object, attribute: Any, value: Any) -> None:
    """Raise InvalidValueError for what is neither None nor a text that is not blank."""
    if value is not None:
        some_text(_, attribute, value)


def one_or_more(_: object, attribute: Any, value: Any) -> None:
    """Raise InvalidValueError for what is no whole number from one on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidValueError(attribute.name, value, "a whole number, one or more")


def instance_of(kind: type[Any]) -> Validator:
    """Return what raises InvalidValueError for what is not of a kind, such as an enum's name."""
    called = f"a member of {kind.__name__}" if issubclass(kind, Enum) else f"a {kind.__name__}"

    def validator(_: object, attribute: Any, value: Any) -> None:
        if not isinstance(value, kind):
            raise InvalidValueError(attribute.name, value, called)

    return validator
