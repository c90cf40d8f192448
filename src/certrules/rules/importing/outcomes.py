"""What becomes of a data row?"""

from enum import Enum
from typing import TYPE_CHECKING

__all__ = ["Outcome"]


class Outcome(Enum):
    """What became of a data row; every row has exactly one."""

    ISSUED = "issued"
    RENEWED = "renewed"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    SUPERSEDED = "superseded"

    if not TYPE_CHECKING:  # by identity: Enum's own is slow, and every row is counted by it
        __hash__ = object.__hash__

    def __str__(self) -> str:
        return self.value
