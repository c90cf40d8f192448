"""What does a calendar say of an award that expires?"""

from datetime import date

from attrs import frozen

__all__ = ["Expiry"]


@frozen
class Expiry:
    """The last day on which an award is valid, and of which award."""

    user: str
    certification: str
    cycle: int
    title: str
    code: str | None
    issued_on: date
    last_day: date
