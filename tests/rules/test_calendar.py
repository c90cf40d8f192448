"""Which expiries stand in a calendar."""

from datetime import UTC, date, datetime, timedelta, tzinfo

import pytest
from attrs import evolve

from certrules import Award, Certification
from certrules.model.awards import CalendarEntry, status_of
from certrules.model.tables import AwardRow
from certrules.rules import calendar

T0 = datetime(2024, 3, 1, tzinfo=UTC)
KNOWN = {"fa": Certification("fa", "First aid", "FA"), "b": Certification("b", "Bravery")}


def expiries(awards: list[Award], *, zone: str | tzinfo, at: datetime = T0) -> list[CalendarEntry]:
    rows = (
        AwardRow(each, status_of(each, at), certification=KNOWN.get(each.certification_id))
        for each in awards
    )
    return calendar.expiries(rows, zone=zone)


def until(year: int, certification_id: str = "fa", user_id: str = "ada", **more: object) -> Award:
    return Award(user_id, certification_id, T0, datetime(year, 3, 1, tzinfo=UTC), **more)  # type: ignore[arg-type]


@pytest.mark.rule("INT-01")
def test_an_expiry_takes_the_last_valid_day_in_a_zone() -> None:
    for zone, issued, last in (
        ("UTC", date(2024, 3, 1), date(2026, 2, 28)),
        ("Europe/Rome", date(2024, 3, 1), date(2026, 3, 1)),
        ("America/New_York", date(2024, 2, 29), date(2026, 2, 28)),
    ):
        found = expiries([until(2026, cycle=2, version=5)], zone=zone)
        assert found == [CalendarEntry("ada", "fa", 2, "First aid", "FA", issued, last)]


@pytest.mark.rule("DOC-EXP-04", "DOC-DELETE-03")
def test_what_never_expires_is_archived_or_gone_has_no_day() -> None:
    awards = [
        Award("ada", "fa", T0, None),
        until(2026, archived_at=T0),
        until(2026, "gone"),
    ]
    assert expiries(awards, zone=UTC) == []


@pytest.mark.rule("DOC-REPORT-04", "INT-46")
def test_what_is_archived_later_counts_until_then_if_nothing_follows_it() -> None:
    ends = T0 + timedelta(days=9)
    held, following = until(2025, archived_at=ends), until(2026, cycle=2)
    for at, years in (ends - timedelta.resolution, [2025]), (ends, []):
        assert [each.last_day.year for each in expiries([held], zone=UTC, at=at)] == years
        following = evolve(following, issued_at=ends)
        (found,) = expiries([held, following], zone=UTC, at=at)
        assert found.last_day.year == 2026


def test_the_soonest_comes_first() -> None:
    awards = [until(2027), until(2026, user_id="bob"), until(2026, "b"), until(2025, user_id="eve")]
    found = [(each.last_day.year, each.title) for each in expiries(awards, zone=UTC)]
    assert found == [
        (2025, "First aid"),
        (2026, "Bravery"),
        (2026, "First aid"),
        (2027, "First aid"),
    ]


def test_of_one_certification_the_latest_cycle_counts() -> None:
    earlier, later = until(2026), until(2027, cycle=2)
    for awards in ([earlier, later], [later, earlier]):
        assert [each.cycle for each in expiries(awards, zone=UTC)] == [2]
    endless = Award("ada", "fa", T0, None, cycle=3)
    assert expiries([endless, earlier, later], zone=UTC) == []
