"""An expiry in a calendar: of which award, and on which day?"""

from datetime import date

from certrules.model.values import Count, Id, value

__all__ = ["CalendarEntry"]


@value
class CalendarEntry:
    """The last day on which an award is valid, and whose award it is."""

    user_id: Id
    certification_id: Id
    cycle: Count
    title: str
    code: str | None
    issued_on: date
    last_day: date
