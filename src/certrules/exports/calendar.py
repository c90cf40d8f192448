"""Calendars: expiries as an iCalendar file. Needs the extra ``ical``."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID, uuid5

from certrules.errors import InvalidValueError
from certrules.instants import time_zone, utc
from certrules.model.awards import CalendarEntry
from certrules.text import strip_controls

LONGEST = 36_525
"""The most days before an expiry that an alarm may be: a hundred years."""

_NAMESPACE = UUID("6f3c1f0e-6d0b-5c53-9d0a-2f2c8f6f9a51")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 2**31 - 1
"""The greatest integer that the format knows."""
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of the text around them."""


def uid(expiry: CalendarEntry) -> str:
    """Return the id of an expiry's event, always the same for a user and a certification.

    So a renewal moves the event that a calendar has already, and leaves no stale one beside it.

    Rules: INT-01.
    """
    named = json.dumps([expiry.user_id, expiry.certification_id])
    return f"{uuid5(_NAMESPACE, named)}@certrules"


def _sequence(at: datetime) -> int:
    """Return a number that grows with each later file: the whole minutes since 1970."""
    return min(max((at - _BEGINNING) // timedelta(minutes=1), 0), _LAST)


def calendar(
    expiries: Iterable[CalendarEntry],
    *,
    at: datetime,
    name: str,
    zone: str | tzinfo,
    alarms: Sequence[int] = (),
) -> bytes:
    """Return an iCalendar file (RFC 5545) with an all-day event for each expiry.

    ``at`` is the aware instant of writing, and ``zone`` that of the days, which the description of
    the calendar names. Each event keeps its :func:`uid`, is stamped with ``at``
    and has the minutes from 1970 to ``at`` as its sequence, so that a program replaces the events
    of an earlier file, whatever changed since. Events leave the time of the day free. ``alarms``
    are the numbers of days before an event on which the program reminds of it. An expiry that no
    longer exists has no event: a subscribed calendar drops it by itself, and whoever imported the
    file deletes it.

    Raises :class:`~certrules.errors.InvalidValueError` for an alarm that is no whole number, is
    after the event, or is more than a century before it.

    Rules: INT-01, INT-49.
    """
    from icalendar import Calendar, vText

    for days in alarms:
        if type(days) is not int or not 0 <= days <= LONGEST:
            raise InvalidValueError("alarm", days, f"a number of days before, 0 to {LONGEST}")
    made = Calendar()
    made.add("prodid", "-//certrules//certrules//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", vText(_plain(name)))  # unlike others, no text by itself
    made.add("x-wr-caldesc", vText(f"Days are those of {time_zone(zone)}."))
    for expiry in expiries:
        made.add_component(_event(expiry, utc(at), alarms))
    return bytes(made.to_ical())


def _plain(text: str) -> str:
    return _TURNING.sub("", strip_controls(text))


def _event(expiry: CalendarEntry, at: datetime, alarms: Sequence[int]) -> Any:
    from icalendar import Event

    title = _plain(expiry.title)
    code = f" ({_plain(expiry.code)})" if expiry.code else ""
    event = Event()
    event.add("uid", uid(expiry))
    event.add("sequence", _sequence(at))
    event.add("dtstamp", at.replace(microsecond=0))
    event.add("dtstart", expiry.last_day)
    event.add("summary", f"Last valid day: {title}")
    event.add("description", f"{title}{code}\nissued on {expiry.issued_on}")
    event.add("transp", "TRANSPARENT")
    for days in alarms:
        event.add_component(_alarm(title, days))
    return event


def _alarm(title: str, days: int) -> Any:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"{title} must be renewed")
    alarm.add("trigger", timedelta(days=-days))
    return alarm
