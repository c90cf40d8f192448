"""Importing: what a record means beside what is stored and the other rows of its file."""

from certrules.rules.importing.changes import change, period, remarks
from certrules.rules.importing.deciding import Decision, Outcome, award_of, decide
from certrules.rules.importing.matching import (
    certification_fault,
    item_fault,
    item_warning,
    membership_fault,
    message,
    user_fault,
)
from certrules.rules.importing.repeats import find_repeats, repeat_outcome

__all__ = [
    "Decision",
    "Outcome",
    "award_of",
    "certification_fault",
    "change",
    "decide",
    "find_repeats",
    "item_fault",
    "item_warning",
    "membership_fault",
    "message",
    "period",
    "remarks",
    "repeat_outcome",
    "user_fault",
]
