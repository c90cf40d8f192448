"""The status of an award: which of its instants decides it?"""

from datetime import datetime

from certrules.model.awards import Award
from certrules.words import Word

__all__ = ["DECIDED_BY", "Status", "status_of"]


class Status(Word):
    """The status of an award: derived from an instant, never stored.

    Rules: DOC-CSV-05, DOC-EXP-05.
    """

    NOT_YET_VALID = "not yet valid"
    VALID = "valid"
    EXPIRED = "expired"
    ARCHIVED = "archived"


DECIDED_BY: tuple[tuple[Status, str, bool], ...] = (
    (Status.ARCHIVED, "archived_at", True),
    (Status.NOT_YET_VALID, "issued_at", False),
    (Status.EXPIRED, "expires_at", True),
)
"""Each status, the instant of the award that decides it, and whether that must be reached.

The first that applies is the status; if none does, the award is valid. Memory and databases
evaluate this one table. An instant that is None is never reached.
"""


def status_of(award: Award, at: datetime) -> Status:
    """Return the status of an award at an instant in UTC.

    Rules: DOC-CSV-05, DOC-CSV-07, DOC-EXP-04, INT-01.
    """
    for status, name, reached in DECIDED_BY:
        instant = getattr(award, name)
        if (instant is not None and at >= instant) is reached:
            return status
    return Status.VALID
