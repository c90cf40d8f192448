"""Events: what has happened to an award, for the outbox."""

from datetime import datetime

from certrules.model.awards import AwardKey
from certrules.model.values import Count, Id, value
from certrules.words import Word

__all__ = ["Event", "EventKind"]


class EventKind(Word):
    """What happened to an award, or to an enrolment for its sake.

    A change is an edit by hand; what is removed by unlinking, unassigning or deleting is gone.

    Rules: DOC-CSV-20, DOC-RENEW-10.
    """

    ISSUED = "award.issued"
    RENEWED = "award.renewed"
    CHANGED = "award.changed"
    REMOVED = "award.removed"
    ENROLLED = "enrolment.created"


@value
class Event:
    """Something that happened to one cycle of an award, at an instant.

    ``item_id`` is the id of the course or learning plan of an enrolment.
    """

    kind: EventKind
    user_id: Id
    certification_id: Id
    cycle: Count
    at: datetime
    item_id: Id | None = None

    @property
    def key(self) -> AwardKey:
        """The cycle of the award that it is about."""
        return AwardKey(self.user_id, self.certification_id, self.cycle)
