"""What does an answer look like, and why is it so?"""

from collections.abc import Iterable
from typing import Any, Literal

from attrs import field, frozen

from certrules.rulebook import Rule

__all__ = ["Granted", "Reason", "Refused"]


@frozen
class Reason:
    """A rule that took part in a decision, what it found, and the facts that decided."""

    rule: Rule
    text: str
    facts: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.text} ({self.rule})"


def _all(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(reasons)


@frozen
class Granted:
    """Yes: what follows from it, and why. True in a condition."""

    effects: tuple[Any, ...] = ()
    reasons: tuple[Reason, ...] = field(default=(), converter=_all)

    def __bool__(self) -> Literal[True]:
        return True


@frozen
class Refused:
    """No: every reason why, not only the first. False in a condition."""

    reasons: tuple[Reason, ...] = field(converter=_all)

    def __bool__(self) -> Literal[False]:
        return False
