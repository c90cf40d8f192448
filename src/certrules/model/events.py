"""What has happened that somebody may want to hear of?"""

from datetime import datetime
from enum import Enum

from attrs import frozen

__all__ = ["Event", "EventKind"]


class EventKind(Enum):
    """What happened to an award.

    Rules: DOC-CSV-20.
    """

    ISSUED = "award.issued"
    RENEWED = "award.renewed"

    def __str__(self) -> str:
        return self.value


@frozen
class Event:
    """Something that happened to one cycle of an award, at an instant."""

    kind: EventKind
    user: str
    certification: str
    cycle: int
    at: datetime
