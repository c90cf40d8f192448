from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dateutil.tz
import pendulum
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules import Award, ExpiryBasis, ExpiryDay, Unit, Validity, instants
from certrules.errors import (
    InvalidValueError,
    NaiveDatetimeError,
    OutOfRangeError,
    UnknownZoneError,
)
from certrules.model.awards import Status
from certrules.rules import status, validity

ROME = ZoneInfo("Europe/Rome")
ISSUED = datetime(2024, 1, 31, 9, 30, tzinfo=UTC)
EXPIRES = datetime(2025, 1, 31, 9, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)
AWARD = Award("ada", "first-aid", ISSUED, EXPIRES)
FOR_EVER = evolve(AWARD, expires_at=None)


def expiring(text: str, zone: str = "UTC") -> Award:
    at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return evolve(AWARD, issued_at=datetime(2000, 1, 1, tzinfo=UTC), expires_at=at)


@pytest.mark.rule("DOC-CSV-05", "DOC-CSV-07", "INT-01", "INT-18b")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime.min.replace(tzinfo=UTC), Status.NOT_YET_VALID),
        (ISSUED - TICK, Status.NOT_YET_VALID),
        (ISSUED, Status.VALID),
        (ISSUED + TICK, Status.VALID),
        (EXPIRES - TICK, Status.VALID),
        (EXPIRES, Status.EXPIRED),
        (EXPIRES + TICK, Status.EXPIRED),
        (datetime.max.replace(tzinfo=UTC), Status.EXPIRED),
    ],
)
def test_status_to_the_microsecond(at: datetime, expected: Status) -> None:
    assert status.status_at(AWARD, at) is expected
    assert status.expired(AWARD, at) is (expected is Status.EXPIRED)


@pytest.mark.rule("DOC-EXP-04")
@pytest.mark.parametrize("basis", [ExpiryBasis.DEFINITION, ExpiryBasis.ALWAYS_VALID])
def test_what_never_expires_is_valid_for_ever(basis: ExpiryBasis) -> None:
    award = evolve(FOR_EVER, basis=basis)
    last = datetime.max.replace(tzinfo=UTC)
    assert status.status_at(award, last) is Status.VALID
    assert not status.expired(award, last)
    assert status.days_left(award, last, zone=UTC) is None
    assert status.last_valid_day(award, zone=UTC) is None


@pytest.mark.parametrize("award", [AWARD, FOR_EVER])
def test_an_archived_award_is_history_from_then_on(award: Award) -> None:
    archived = award.archive(ISSUED + timedelta(days=30))
    assert archived.archived_at is not None
    assert status.status_at(archived, archived.archived_at - TICK) is Status.VALID
    assert status.status_at(archived, archived.archived_at) is Status.ARCHIVED
    assert status.status_at(archived, EXPIRES + TICK) is Status.ARCHIVED


def test_an_award_archived_before_its_issue_is_history() -> None:
    archived = AWARD.archive(ISSUED - timedelta(days=1))
    assert status.status_at(archived, ISSUED - timedelta(days=2)) is Status.NOT_YET_VALID
    assert status.status_at(archived, ISSUED - timedelta(hours=1)) is Status.ARCHIVED


@pytest.mark.rule("DOC-CSV-07")
@pytest.mark.parametrize("expires", [ISSUED, ISSUED - timedelta(days=1)])
def test_an_award_that_expires_before_its_issue_is_never_valid(expires: datetime) -> None:
    award = evolve(AWARD, expires_at=expires)
    assert status.status_at(award, ISSUED - TICK) is Status.NOT_YET_VALID
    assert status.status_at(award, ISSUED) is Status.EXPIRED


def test_a_status_in_words() -> None:
    assert [str(one) for one in Status] == ["not yet valid", "valid", "expired", "archived"]


@pytest.mark.parametrize(
    "at",
    [
        pendulum.instance(EXPIRES),
        EXPIRES.astimezone(ROME),
        EXPIRES.astimezone(dateutil.tz.gettz("America/New_York")),
    ],
    ids=["pendulum", "zoneinfo", "dateutil"],
)
def test_an_instant_may_come_in_any_zone(at: datetime) -> None:
    assert status.status_at(AWARD, at) is Status.EXPIRED
    assert status.expired(AWARD, at)
    assert status.days_left(AWARD, at, zone=ROME) == 0


@pytest.mark.rule("INT-01")
def test_the_second_of_two_equal_clock_readings_is_later() -> None:
    first = datetime(2024, 10, 27, 2, 30, tzinfo=ROME)
    award = evolve(AWARD, expires_at=first + timedelta(minutes=15))  # 02:45, the first time
    assert status.status_at(award, first) is Status.VALID
    assert status.status_at(award, first.replace(fold=1)) is Status.EXPIRED


@pytest.mark.parametrize("award", [AWARD, FOR_EVER, AWARD.archive(EXPIRES)])
def test_an_instant_without_a_zone_is_an_error(award: Award) -> None:
    naive = ISSUED.replace(tzinfo=None)
    with pytest.raises(NaiveDatetimeError):
        status.status_at(award, naive)
    with pytest.raises(NaiveDatetimeError):
        status.expired(award, naive)
    with pytest.raises(NaiveDatetimeError):
        status.days_left(award, naive, zone=UTC)


@pytest.mark.rule("DOC-EXP-05")
def test_the_last_day_that_there_is_counts_as_in_utc() -> None:
    award = evolve(AWARD, expires_at=datetime(9999, 12, 31, 23, tzinfo=UTC))
    at = datetime(9999, 12, 30, 1, tzinfo=UTC)
    for zone in ("UTC", "Europe/Rome", "Asia/Tokyo"):
        assert status.days_left(award, at, zone=zone) == 1


@pytest.mark.parametrize("award", [AWARD, FOR_EVER])
def test_an_unknown_zone_is_an_error(award: Award) -> None:
    with pytest.raises(UnknownZoneError):
        status.days_left(award, ISSUED, zone="Mars")
    with pytest.raises(UnknownZoneError):
        status.last_valid_day(award, zone="../../etc/passwd")


# expires there, seen there
DAYS_LEFT = [
    ("UTC", "2025-01-31T09:30", "2025-01-31T00:00", 0),
    ("UTC", "2025-01-31T09:30", "2025-01-31T23:59:59.999999", 0),
    ("UTC", "2025-01-31T09:30", "2025-01-30T23:59:59.999999", 1),
    ("UTC", "2025-01-31T09:30", "2025-02-01T00:00", -1),
    ("UTC", "2025-03-01T00:00", "2024-02-29T12:00", 366),
    ("Europe/Rome", "2024-04-01T00:00", "2024-03-30T23:59:59.999999", 2),
    ("Europe/Rome", "2024-04-01T00:00", "2024-03-31T00:00", 1),  # a day of 23 hours
    ("Europe/Rome", "2024-10-28T00:00", "2024-10-27T00:00", 1),  # a day of 25 hours
    ("Europe/Rome", "2024-10-28T00:00", "2024-10-27T23:59:59.999999", 1),
    ("America/New_York", "2025-01-31T20:00", "2025-01-31T19:00", 0),  # the next day in UTC
    ("America/New_York", "2025-01-31T20:00", "2025-01-30T23:30", 1),
    ("Asia/Tokyo", "2025-01-31T00:00", "2025-01-30T23:59:59.999999", 1),
    ("America/Sao_Paulo", "2018-11-04T01:00", "2018-11-03T23:59:59.999999", 1),  # no midnight
    ("America/Havana", "2021-11-07T00:00", "2021-11-06T23:59:59.999999", 1),
    ("Australia/Lord_Howe", "2024-04-07T01:45", "2024-04-07T00:00", 0),
    ("Pacific/Apia", "2011-12-31T00:00", "2011-12-29T23:59:59.999999", 2),  # by the calendar
    ("Pacific/Kwajalein", "1993-08-22T00:00", "1993-08-20T12:00", 2),
]


@pytest.mark.rule("DOC-EXP-05")
def test_days_left_beyond_the_calendar_of_a_zone_are_those_of_utc() -> None:
    last = datetime(9999, 12, 31, 23, tzinfo=UTC)
    award = Award("ada", "first-aid", datetime(1, 1, 1, tzinfo=UTC), last)
    for at, days in (last - timedelta(days=3), 3), (last, 0):
        assert status.days_left(award, at, zone="Asia/Tokyo") == days
    assert status.days_left(award, datetime(1, 1, 1, tzinfo=UTC), zone="America/New_York") == (
        status.days_left(award, datetime(1, 1, 1, tzinfo=UTC), zone=UTC)
    )


@pytest.mark.rule("DOC-EXP-05", "DOC-TZ-02", "INT-01b")
@pytest.mark.parametrize(("zone", "expires", "seen", "days"), DAYS_LEFT)
def test_days_left_are_days_of_the_viewers_calendar(
    zone: str, expires: str, seen: str, days: int
) -> None:
    at = datetime.fromisoformat(seen).replace(tzinfo=ZoneInfo(zone))
    assert status.days_left(expiring(expires, zone), at, zone=zone) == days


@pytest.mark.rule("DOC-TZ-02", "INT-01b")
def test_two_viewers_may_count_differently() -> None:
    award = expiring("2025-01-31T02:00")
    at = datetime(2025, 1, 30, 12, tzinfo=UTC)
    assert status.days_left(award, at, zone="Europe/Rome") == 1
    assert status.days_left(award, at, zone="America/New_York") == 0


@pytest.mark.rule("INT-01")
@pytest.mark.parametrize(
    ("zone", "expires", "last"),
    [
        ("UTC", "2025-01-31T09:30", "2025-01-31"),
        ("UTC", "2025-01-31T00:00:00.000001", "2025-01-31"),
        ("UTC", "2025-01-31T00:00", "2025-01-30"),
        ("Europe/Rome", "2025-01-31T00:00", "2025-01-30"),
        ("America/Sao_Paulo", "2018-11-04T01:00", "2018-11-03"),  # the day began at one
        ("Pacific/Apia", "2011-12-31T00:00", "2011-12-29"),
    ],
)
def test_the_last_valid_day(zone: str, expires: str, last: str) -> None:
    assert status.last_valid_day(expiring(expires, zone), zone=zone) == date.fromisoformat(last)


@pytest.mark.rule("INT-01")
def test_the_last_valid_day_is_the_viewers() -> None:
    award = expiring("2025-01-31T00:00")
    assert status.last_valid_day(award, zone="UTC") == date(2025, 1, 30)
    assert status.last_valid_day(award, zone="Asia/Tokyo") == date(2025, 1, 31)


def test_the_last_valid_day_beyond_the_calendar_of_a_zone_is_that_of_utc() -> None:
    award = evolve(AWARD, expires_at=datetime(9999, 12, 31, 23, tzinfo=UTC))
    assert status.last_valid_day(award, zone="Asia/Tokyo") == date(9999, 12, 31)


def test_before_the_calendar_no_day_was_valid() -> None:
    award = evolve(AWARD, expires_at=datetime(1, 1, 1, tzinfo=UTC))
    with pytest.raises(OutOfRangeError, match=r"0001-01-01 .* minus a microsecond") as caught:
        status.last_valid_day(award, zone=UTC)
    assert caught.value.value == award.expires_at


@pytest.mark.rule("INT-01")
def test_an_included_day_is_the_last_valid_one() -> None:
    expires = validity.expiry(
        ISSUED, Validity(1, Unit.YEARS), zone=ROME, expiry_day=ExpiryDay.INCLUSIVE
    )
    award = evolve(AWARD, expires_at=expires)
    assert status.last_valid_day(award, zone=ROME) == date(2025, 1, 31)


# Laws


INSTANTS = st.datetimes(
    datetime(1950, 1, 1),  # noqa: DTZ001
    datetime(2150, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
ZONES = st.sampled_from(
    ["UTC", "Europe/Rome", "America/New_York", "Asia/Tokyo", "America/Sao_Paulo", "+05:30"]
)
AWARDS = st.builds(Award, st.just("ada"), st.just("first-aid"), INSTANTS, st.none() | INSTANTS)


@pytest.mark.law
@pytest.mark.rule("INT-01")
@given(AWARDS, st.lists(INSTANTS, min_size=2))
def test_status_only_moves_on(award: Award, seen: list[datetime]) -> None:
    order = [Status.NOT_YET_VALID, Status.VALID, Status.EXPIRED]
    stages = [order.index(status.status_at(award, at)) for at in sorted(seen)]
    assert stages == sorted(stages)


@pytest.mark.law
@pytest.mark.rule("INT-01", "INT-18b")
@given(AWARDS, INSTANTS)
def test_an_award_is_valid_in_a_half_open_interval(award: Award, at: datetime) -> None:
    within = award.issued_at <= at and (award.expires_at is None or at < award.expires_at)
    assert (status.status_at(award, at) is Status.VALID) is within


@pytest.mark.law
@pytest.mark.rule("DOC-EXP-05", "INT-01b")
@given(AWARDS, st.dates(date(1950, 1, 1), date(2149, 1, 1)), ZONES)
def test_the_days_left_are_one_fewer_each_day(award: Award, today: date, zone: str) -> None:
    start, next_start = instants.starts_of_day([today, today + timedelta(days=1)], zone)
    left = status.days_left(award, start, zone=zone)
    tomorrow = status.days_left(award, next_start, zone=zone)
    assert status.days_left(award, next_start - TICK, zone=zone) == left
    assert (left is None) is (tomorrow is None) is (award.expires_at is None)
    if left is not None:
        assert tomorrow == left - 1


@pytest.mark.law
@pytest.mark.rule("INT-01", "INT-01b")
@given(AWARDS, ZONES)
def test_no_day_is_left_at_the_end(award: Award, zone: str) -> None:
    if award.expires_at is not None:
        assert status.days_left(award, award.expires_at, zone=zone) == 0
        last = status.last_valid_day(award, zone=zone)
        assert last == instants.local_day(award.expires_at - TICK, zone)


@pytest.mark.rule("INT-49")
@pytest.mark.rule("INT-01")
@pytest.mark.parametrize("zone", ["Europe/Zurich", "America/New_York", "Pacific/Apia"])
def test_an_expiry_date_is_the_day_that_was_written_and_no_day_is_left_on_it(zone: str) -> None:
    written = date(2021, 12, 31)
    included = instants.start_of_day(written + timedelta(days=1), zone)
    until = instants.start_of_day(written, zone)
    issued = instants.start_of_day(date(2018, 5, 1), zone)
    through = Award("ada", "dp", issued, included, expiry_day=ExpiryDay.INCLUSIVE)
    plain = Award("ada", "dp", issued, until)
    noon = until + timedelta(hours=12)
    for award in through, plain:
        assert status.expiry_date(award, zone=zone) == written
        assert status.days_left(award, noon, zone=zone) == 0
        assert status.days_left(award, noon - timedelta(days=1), zone=zone) == 1
        assert status.days_left(award, noon + timedelta(days=1), zone=zone) == -1
    assert status.last_valid_day(through, zone=zone) == written
    assert status.last_valid_day(plain, zone=zone) == written - timedelta(days=1)
    assert status.expired(plain, noon)
    assert not status.expired(through, noon)


def test_an_award_that_never_expires_has_no_expiry_date() -> None:
    for expiry_day in ExpiryDay:
        award = Award("ada", "dp", ISSUED, None, expiry_day=expiry_day)
        assert status.expiry_date(award, zone="Asia/Tokyo") is None
        assert status.days_left(award, ISSUED, zone="Asia/Tokyo") is None


@pytest.mark.parametrize("wrong", [None, "ada", Validity.NEVER, ("ada", "fa")])
def test_what_is_no_award_has_no_status(wrong: Any) -> None:
    for ask in (
        lambda: status.status_at(wrong, ISSUED),
        lambda: status.as_of(wrong, ISSUED),
        lambda: status.expired(wrong, ISSUED),
        lambda: status.days_left(wrong, ISSUED, zone=UTC),
        lambda: status.expiry_date(wrong, zone=UTC),
        lambda: status.last_valid_day(wrong, zone=UTC),
    ):
        with pytest.raises(InvalidValueError, match=r"award cannot be .*: expected an Award"):
            ask()
