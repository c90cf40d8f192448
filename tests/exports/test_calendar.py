"""What a calendar holds, read back."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from icalendar import Calendar

from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.exports.calendar import calendar, uid
from certrules.model.awards import CalendarEntry
from tests.exports.hostile import HOSTILE

AT = datetime(2024, 7, 1, 9, 30, 0, 7, tzinfo=UTC)
EXPIRY = CalendarEntry("ada", "fa", 2, "First aid", "FA", date(2024, 2, 29), date(2026, 2, 28))


def read(data: bytes) -> Any:
    return Calendar.from_ical(data)


def name_of(data: bytes) -> str:
    """The name of a calendar as RFC 5545 reads a text; icalendar's versions differ in it."""
    lines = data.replace(b"\r\n ", b"").decode().split("\r\n")
    (escaped,) = (line.partition(":")[2] for line in lines if line.startswith("X-WR-CALNAME:"))
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], escaped)


@pytest.mark.rule("INT-01")
def test_an_expiry_is_an_event_of_one_day() -> None:
    made = read(
        calendar(
            [EXPIRY],
            at=AT.astimezone(timezone(timedelta(hours=9))),
            name="Ada's",
            zone="Europe/Rome",
        )
    )
    assert (made["version"], made["method"], made["x-wr-calname"]) == ("2.0", "PUBLISH", "Ada's")
    (event,) = made.walk("VEVENT")
    assert event["uid"] == uid(EXPIRY)
    assert event["sequence"] == 28_663_770
    assert event["dtstamp"].dt == AT.replace(microsecond=0)
    assert event["dtstart"].dt == date(2026, 2, 28)
    assert "dtend" not in event
    assert event["summary"] == "Last valid day: First aid"
    assert event["description"] == "First aid (FA)\nissued on 2024-02-29"
    assert event["transp"] == "TRANSPARENT"
    assert not event.walk("VALARM")


def test_alarms_come_so_many_days_before() -> None:
    made = read(calendar([EXPIRY], at=AT, name="", zone=UTC, alarms=[30, 0]))
    triggers = [alarm["trigger"].dt for alarm in made.walk("VALARM")]
    assert triggers == [timedelta(days=-30), timedelta(0)]
    for days in (-1, 36_526, 10**12, True, 1.0):
        with pytest.raises(InvalidValueError, match=f"alarm cannot be {days}"):
            calendar([], at=AT, name="", zone=UTC, alarms=[days])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="alarm cannot be 'x'"):
        calendar([], at=AT, name="", zone=UTC, alarms=["x"])  # type: ignore[list-item]


@pytest.mark.rule("INT-01")
def test_the_event_of_a_certification_keeps_its_name_and_no_other_has_it() -> None:
    later = evolve(EXPIRY, cycle=3, title="Other", last_day=date(2030, 1, 1))
    assert uid(later) == uid(EXPIRY) == uid(evolve(EXPIRY))
    others = [
        evolve(EXPIRY, user_id="bob"),
        evolve(EXPIRY, certification_id="fb"),
        evolve(EXPIRY, user_id='ada", "fa'),
    ]
    assert len({uid(each) for each in (EXPIRY, *others)}) == 4


@pytest.mark.rule("INT-01")
def test_of_two_events_of_a_name_the_later_has_the_greater_sequence() -> None:
    history = [(2, AT), (1, AT + timedelta(minutes=1)), (2, AT + timedelta(minutes=2))]
    history += [(2, AT.replace(year=2038, month=7)), (2, AT.replace(year=9999))]
    made = [
        calendar([evolve(EXPIRY, cycle=cycle)], at=at, name="", zone=UTC) for cycle, at in history
    ]
    sequences = [read(data).walk("VEVENT")[0]["sequence"] for data in made]
    assert sequences == sorted(set(sequences))
    assert sequences[-1] < 2**31  # beyond which it is no integer of the format
    before = calendar([EXPIRY], at=AT.replace(year=1969), name="", zone=UTC)
    assert read(before).walk("VEVENT")[0]["sequence"] == 0


@pytest.mark.parametrize("text", [*HOSTILE, "a\x00\x1bb\rc", "a\u202eb\u2066c\u2069"])
def test_hostile_text_comes_back_as_text(text: str) -> None:
    hostile = evolve(EXPIRY, title=text, code=text, user_id=text)
    data = calendar([hostile, EXPIRY], at=AT, name=text, zone=UTC, alarms=[7])
    assert max(map(len, data.split(b"\r\n"))) <= 75
    made = read(data)
    assert [component.name for component in made.subcomponents] == ["VEVENT", "VEVENT"]
    clean = text.replace("\r", "\n")
    for illegal in "\x00\x1b":
        clean = clean.replace(illegal, "\ufffd")
    for turning in "\u061c\u200e\u200f\u202a\u202c\u202e\u2066\u2069":
        clean = clean.replace(turning, "")
    event = made.subcomponents[0]
    assert event["summary"] == f"Last valid day: {clean}"
    assert event["description"] == f"{clean} ({clean})\nissued on 2024-02-29"
    assert name_of(data) == clean


def test_the_last_day_of_all_is_a_day_like_any_other() -> None:
    made = read(calendar([evolve(EXPIRY, last_day=date.max, code=None)], at=AT, name="", zone=UTC))
    assert made.subcomponents[0]["dtstart"].dt == date.max
    assert made.subcomponents[0]["description"] == "First aid\nissued on 2024-02-29"


def test_no_expiry_is_a_calendar_too_and_an_instant_has_a_zone() -> None:
    assert not read(calendar([], at=AT, name="none", zone=UTC)).subcomponents
    with pytest.raises(NaiveDatetimeError):
        calendar([EXPIRY], at=AT.replace(tzinfo=None), name="", zone=UTC)
