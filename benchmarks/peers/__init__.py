"""The same work in several hands: each as one who knows that library would write it.

The work: read a file of records; find every fault of every row, and the warnings; find the rows
that give one user the same certification more than once; turn the two dates of each remaining row
into UTC instants, at midnight in ``ZONE``. What comes out are the sound rows as columns or objects,
and the rows with faults. Every peer has ``run(path)``, which is timed, and ``summary(result)``,
which is not: what two peers must agree upon before their times are compared.

The dates are strict, ten characters of ``YYYY-MM-DD``; values are trimmed; usernames are compared
blind to case.
"""

from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

__all__ = ["FLAGS", "TYPES", "ZONE", "ZONE_NAME", "Summary", "midnight", "seconds"]

ZONE_NAME = "Europe/Rome"
ZONE = ZoneInfo(ZONE_NAME)

FLAGS = {"1": True, "true": True, "0": False, "false": False}
TYPES = {
    "manual": "manual",
    "course": "course",
    "learning_plan": "learning_plan",
    "learning plan": "learning_plan",
    "plan": "learning_plan",
    "lp": "learning_plan",
}


class Summary(NamedTuple):
    """What came out: counts, and sums of row numbers and of seconds since 1970."""

    sound: int
    issued: int
    expires: int
    always_valid: int
    faults: int
    faulty_rows: int
    repeated: int
    repeated_rows: int
    warnings: int


def midnight(day: date) -> datetime:
    """Return the first instant of a day, in UTC, as the standard library does it."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def seconds(instant: datetime | None) -> int:
    return 0 if instant is None else int(instant.timestamp())
