"""What has happened that somebody may want to hear of?"""

from datetime import datetime
from enum import Enum

from attrs import frozen

__all__ = ["Event", "EventKind"]


class EventKind(Enum):
    """What happened to an award, or to an enrolment for its sake.

    A change is an edit by hand; what is removed by unlinking, unassigning or deleting is gone.

    Rules: DOC-CSV-20, DOC-RENEW-10.
    """

    ISSUED = "award.issued"
    RENEWED = "award.renewed"
    CHANGED = "award.changed"
    REMOVED = "award.removed"
    ENROLLED = "enrolment.created"

    def __str__(self) -> str:
        return self.value


@frozen
class Event:
    """Something that happened to one cycle of an award, at an instant.

    ``item_id`` is the id of the course or learning plan of an enrolment.
    """

    kind: EventKind
    user_id: str
    certification_id: str
    cycle: int
    at: datetime
    item_id: str | None = None
