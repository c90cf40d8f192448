"""An expiry in a calendar: of which award, and on which day?"""

from datetime import date

from attrs import frozen

__all__ = ["Expiry"]


@frozen
class Expiry:
    """The last day on which an award is valid, and whose award it is."""

    user_id: str
    certification_id: str
    cycle: int
    title: str
    code: str | None
    issued_on: date
    last_day: date
