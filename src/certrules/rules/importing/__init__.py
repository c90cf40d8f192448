"""What does an imported record mean beside what is stored and the other rows of its file?"""

from certrules.rules.importing.deciding import Decision, decide
from certrules.rules.importing.matching import (
    certification_fault,
    item_fault,
    item_warning,
    membership_fault,
    user_fault,
)
from certrules.rules.importing.outcomes import Outcome
from certrules.rules.importing.repeats import find_repeats, repeat_outcome

__all__ = [
    "Decision",
    "Outcome",
    "certification_fault",
    "decide",
    "find_repeats",
    "item_fault",
    "item_warning",
    "membership_fault",
    "repeat_outcome",
    "user_fault",
]
