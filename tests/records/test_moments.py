from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules import instants
from certrules.instants import IssueDateConvention
from certrules.model.records import FaultCode, ImportProfile
from certrules.records.moments import Written, expire_dates, issue_dates

LOCAL = IssueDateConvention.LOCAL_MIDNIGHT
USUAL = ImportProfile()
END_OF_DAY = ImportProfile(expire_at_end_of_day=True)


def issue(text: str, zone: str, convention: IssueDateConvention = LOCAL) -> Written:
    return issue_dates(instants.time_zone(zone), convention)[text]


def expire(
    text: str,
    zone: str,
    profile: ImportProfile = USUAL,
    convention: IssueDateConvention = LOCAL,
) -> Written:
    return expire_dates(instants.time_zone(zone), convention, profile)[text]


def at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.rule("DOC-TZ-03", "DOC-TZ-04", "DOC-TZ-05", "INT-10")
@pytest.mark.parametrize(
    ("convention", "instant"),
    [
        (LOCAL, at(2021, 11, 18, 4)),
        (IssueDateConvention.UTC_MIDNIGHT, at(2021, 11, 18)),
        (IssueDateConvention.ARTICLE_EXAMPLE, at(2021, 11, 17, 20)),
    ],
)
def test_both_dates_follow_one_convention(
    convention: IssueDateConvention, instant: datetime
) -> None:
    assert issue(" 2021-11-18 ", "-04:00", convention).instant == instant
    assert expire("2021-11-18", "-04:00", convention=convention).instant == instant


def test_a_blank_date_means_nothing() -> None:
    assert issue(" ", "UTC") == expire(" ", "UTC") == Written(None, None, None)


@pytest.mark.rule("DOC-CSV-05", "DOC-CSV-07")
def test_any_day_is_legal_past_or_future() -> None:
    assert issue("1990-01-01", "UTC").day == date(1990, 1, 1)
    assert expire("2990-01-01", "UTC").day == date(2990, 1, 1)


@pytest.mark.rule("INT-16")
def test_an_unreadable_date_is_the_earliest() -> None:
    found = issue("soon", "UTC")
    assert (found.day, found.instant) == (date.min, None)
    assert found.flaw


@pytest.mark.rule("INT-10b")
@pytest.mark.parametrize("profile", [ImportProfile(), END_OF_DAY])
def test_a_day_that_the_zone_skipped_is_a_flaw(profile: ImportProfile) -> None:
    found = expire("2011-12-30", "Pacific/Apia", profile)
    assert found.flaw
    assert found.flaw.code is FaultCode.DATE_MISSING_IN_ZONE
    assert "Pacific/Apia" in found.flaw.message
    assert (found.day, found.instant) == (date.min, None)


@pytest.mark.rule("INT-10b")
def test_a_day_that_the_zone_skipped_began_in_utc() -> None:
    found = issue("2011-12-30", "Pacific/Apia", IssueDateConvention.UTC_MIDNIGHT)
    assert found.instant == at(2011, 12, 30)


@pytest.mark.rule("DOC-TZ-01")
@pytest.mark.parametrize(
    ("text", "zone", "profile"),
    [
        ("0001-01-01", "Asia/Tokyo", ImportProfile()),
        ("9999-12-31", "UTC", END_OF_DAY),
        ("9999-12-31", "-04:00", END_OF_DAY),
    ],
)
def test_an_instant_outside_the_calendar_is_a_flaw(
    text: str, zone: str, profile: ImportProfile
) -> None:
    flaw = expire(text, zone, profile).flaw
    assert flaw
    assert flaw.code is FaultCode.DATE_OUT_OF_RANGE


@pytest.mark.rule("DOC-TZ-01")
def test_the_last_day_west_of_greenwich_begins_within_the_calendar() -> None:
    assert issue("9999-12-31", "-04:00").instant == at(9999, 12, 31, 4)


@pytest.mark.rule("INT-11", "DOC-TZ-06")
@pytest.mark.parametrize(
    ("convention", "instant"),
    [(LOCAL, at(2024, 3, 31, 22)), (IssueDateConvention.UTC_MIDNIGHT, at(2024, 4, 1))],
)
def test_an_award_may_last_to_the_end_of_its_day(
    convention: IssueDateConvention, instant: datetime
) -> None:
    # clocks in Rome were put forward on that day
    assert expire("2024-03-31", "Europe/Rome", END_OF_DAY, convention).instant == instant


@pytest.mark.rule("INT-11", "INT-10b")
def test_the_end_of_a_day_before_a_missing_one_is_the_start_of_the_next() -> None:
    last = expire("2011-12-29", "Pacific/Apia", END_OF_DAY)
    assert last.instant == issue("2011-12-31", "Pacific/Apia").instant


@pytest.mark.law
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(["+05:30", "Asia/Tokyo"]))
def test_the_end_of_a_day_is_the_start_of_the_next(day: date, zone: str) -> None:
    following = issue((day + timedelta(days=1)).isoformat(), zone)
    assert expire(day.isoformat(), zone, END_OF_DAY).instant == following.instant
