"""Notifications: who is sent what, when, and in which words?"""

from certrules.rules.notifications.planning import due, edited, of_event, passed, withheld
from certrules.rules.notifications.templates import KNOWN, Medium, lint, render, values
from certrules.rules.notifications.timing import moment, reach

__all__ = [
    "KNOWN",
    "Medium",
    "due",
    "edited",
    "lint",
    "moment",
    "of_event",
    "passed",
    "reach",
    "render",
    "values",
    "withheld",
]
