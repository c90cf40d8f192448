import csv
from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import dateutil.tz
import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules import instants
from certrules.errors import (
    InvalidValueError,
    MissingDayError,
    NaiveDatetimeError,
    OutOfRangeError,
    UnknownZoneError,
)
from certrules.instants import IssueDateConvention

with (Path(__file__).parent / "vectors" / "midnights.csv").open(encoding="utf-8", newline="") as f:
    MIDNIGHTS = [tuple(row.values())[:3] for row in csv.DictReader(f)]

LOCAL, UTC_MIDNIGHT, EXAMPLE = IssueDateConvention
NAIVE = datetime(2024, 7, 1, 9)  # noqa: DTZ001
ROME = ZoneInfo("Europe/Rome")


def at(text: str) -> datetime:
    """An instant, written as in 2024-07-01T09:00:00Z."""
    return datetime.fromisoformat(text).astimezone(UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def plainly(value: object) -> str:
    """Return an id without the backslashes that pytest would not find again."""
    return ascii(value)[:30].replace("\\", "/")


def is_plain_utc(instant: datetime) -> bool:
    return type(instant) is datetime and instant.tzinfo is UTC and instant.fold == 0


class Pytz(tzinfo):
    """A zone as pytz makes them: right when asked, wrong inside a datetime."""

    zone = "Europe/Rome"

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return timedelta(minutes=50)  # the mean time of the 19th century

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None) -> str:
        return "LMT"


class PytzFixed(Pytz):
    """pytz.FixedOffset has no name."""

    zone = None  # type: ignore[assignment]


class Nameless(tzinfo):
    """A zone as dateutil makes them: no name, no hash, and one answer for a time in a gap."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, name: str) -> None:
        self.real = ZoneInfo(name)

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        if dt is None:
            return None
        offsets = [dt.replace(tzinfo=self.real, fold=fold).utcoffset() for fold in (0, 1)]
        before, after = (offset or timedelta(0) for offset in offsets)
        return after if before < after or dt.fold else before

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return None

    def fromutc(self, dt: datetime) -> datetime:
        return self.real.fromutc(dt.replace(tzinfo=self.real)).replace(tzinfo=self)


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_remembered() -> None:
    instants._zone_named.cache_clear()


# Which day begins when?


@pytest.mark.rule("DOC-TZ-04", "INT-10b")
def test_midnights_agree_with_other_systems() -> None:
    found = {
        (zone, written, begins): instants.start_of_day(day(written), zone)
        for zone, written, begins in MIDNIGHTS
        if (zone, written) != ("Pacific/Apia", "2011-12-30")
    }
    assert {row: instant for row, instant in found.items() if instant != at(row[2])} == {}
    assert all(map(is_plain_utc, found.values()))


@pytest.mark.rule("INT-10b")
@pytest.mark.parametrize(
    ("zone", "written", "begins", "clock"),
    [
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "01:00"),  # N1f
        ("Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z", "01:00"),
        ("America/Asuncion", "2023-10-01", "2023-10-01T04:00:00Z", "01:00"),
        ("Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00Z", "01:00"),
        ("Atlantic/Azores", "2024-03-31", "2024-03-31T01:00:00Z", "01:00"),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z", "00:30"),  # 23:30 became 00:30
        ("America/Havana", "2021-11-07", "2021-11-07T04:00:00Z", "00:00"),  # midnight came twice
        ("Asia/Beirut", "2023-10-29", "2023-10-28T22:00:00Z", "00:00"),  # 23:00 came twice
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z", "00:00"),  # 00:01 was 23:01
        ("America/Asuncion", "2024-03-24", "2024-03-24T04:00:00Z", "00:00"),  # 23:00 came twice
        ("Australia/Lord_Howe", "2024-04-07", "2024-04-06T13:00:00Z", "00:00"),
        ("Australia/Lord_Howe", "2024-04-08", "2024-04-07T13:30:00Z", "00:00"),
        ("Antarctica/Troll", "2024-03-31", "2024-03-31T00:00:00Z", "00:00"),
        ("Antarctica/Troll", "2024-04-01", "2024-03-31T22:00:00Z", "00:00"),
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "00:00"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "00:00"),
        ("Pacific/Kwajalein", "1993-08-20", "1993-08-20T12:00:00Z", "00:00"),
        ("Pacific/Kwajalein", "1993-08-22", "1993-08-21T12:00:00Z", "00:00"),
        ("Pacific/Kwajalein", "1969-09-30", "1969-09-29T13:00:00Z", "00:00"),  # a day of 47 hours
        ("Africa/Monrovia", "1972-01-07", "1972-01-07T00:44:30Z", "00:44:30"),  # to the second
        ("Asia/Kathmandu", "1986-01-01", "1985-12-31T18:30:00Z", "00:15"),
        ("+05:30", "2021-11-18", "2021-11-17T18:30:00Z", "00:00"),  # N1d
        ("America/New_York", "2021-11-18", "2021-11-18T05:00:00Z", "00:00"),  # N1d
        ("America/New_York", "2021-11-07", "2021-11-07T04:00:00Z", "00:00"),  # N1e
        ("America/New_York", "2021-11-08", "2021-11-08T05:00:00Z", "00:00"),  # N1e
    ],
)
def test_the_first_instant_of_a_day(zone: str, written: str, begins: str, clock: str) -> None:
    first = instants.start_of_day(day(written), zone)
    assert first == at(begins)
    assert instants.local(first, zone).time() == time.fromisoformat(clock)


@pytest.mark.rule("INT-10b")
@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Pacific/Apia", "2011-12-30"),
        ("Pacific/Kwajalein", "1993-08-21"),
        ("Pacific/Kiritimati", "1994-12-31"),
        ("Asia/Manila", "1844-12-31"),
    ],
)
def test_a_day_that_a_zone_skipped_is_an_error(zone: str, written: str) -> None:
    with pytest.raises(MissingDayError) as caught:
        instants.start_of_day(day(written), zone)
    assert (caught.value.day, caught.value.zone) == (day(written), zone)
    with pytest.raises(MissingDayError, match=f"{written} did not exist in {zone}"):
        instants.starts_of_day([day(written)], zone)


@pytest.mark.parametrize("value", [datetime(2024, 7, 1, tzinfo=UTC), "2024-07-01", None, 5])
def test_only_a_day_begins(value: object) -> None:
    with pytest.raises(InvalidValueError, match="expected a date without a time") as caught:
        instants.start_of_day(value, ROME)  # type: ignore[arg-type]
    assert (caught.value.name, caught.value.value) == ("day", value)


def test_days_at_the_ends_of_the_calendar() -> None:
    assert instants.start_of_day(date.max, "-12:00") == at("9999-12-31T12:00:00Z")
    with pytest.raises(OutOfRangeError, match=r"0001-01-01 00:00:00 in UTC\+14:00 is outside"):
        instants.start_of_day(date.min, "+14:00")


# What does a written date stand for?


@pytest.mark.rule("DOC-TZ-05", "INT-10")
def test_the_articles_own_example() -> None:  # N1
    found = instants.issue_instant(date(2021, 11, 18), "-04:00", EXAMPLE)
    assert found == datetime(2021, 11, 17, 20, tzinfo=UTC)
    assert is_plain_utc(found)


@pytest.mark.rule("DOC-TZ-03", "DOC-TZ-04", "DOC-TZ-05", "INT-10")
@pytest.mark.parametrize(
    ("zone", "convention", "instant"),
    [
        ("-04:00", LOCAL, "2021-11-18T04:00:00Z"),  # N1a
        ("-04:00", UTC_MIDNIGHT, "2021-11-18T00:00:00Z"),
        ("-04:00", EXAMPLE, "2021-11-17T20:00:00Z"),
        ("+04:00", LOCAL, "2021-11-17T20:00:00Z"),  # N1b: the printed number, honestly
        ("Etc/GMT-4", LOCAL, "2021-11-17T20:00:00Z"),  # N1b
        ("+04:00", UTC_MIDNIGHT, "2021-11-18T00:00:00Z"),
        ("+04:00", EXAMPLE, "2021-11-18T04:00:00Z"),
        ("Etc/GMT-4", EXAMPLE, "2021-11-18T04:00:00Z"),
        ("America/New_York", EXAMPLE, "2021-11-17T19:00:00Z"),
        ("UTC", LOCAL, "2021-11-18T00:00:00Z"),
        ("UTC", EXAMPLE, "2021-11-18T00:00:00Z"),
    ],
)
def test_conventions(zone: str, convention: IssueDateConvention, instant: str) -> None:
    found = instants.issue_instant(date(2021, 11, 18), zone, convention)
    assert found == at(instant)
    assert is_plain_utc(found)
    assert instants.issue_instants([date(2021, 11, 18)] * 2, zone, convention) == [found] * 2


@pytest.mark.rule("DOC-TZ-02")
def test_midnight_utc_is_the_evening_before_in_new_york() -> None:  # N1c
    seen = instants.local(at("2021-11-18T00:00:00Z"), "-04:00")
    assert seen.replace(tzinfo=None).isoformat() == "2021-11-17T20:00:00"
    assert instants.local_day(at("2021-11-18T00:00:00Z"), "-04:00") == date(2021, 11, 17)
    assert instants.local_day(at("2021-11-18T00:00:00Z"), "+04:00") == date(2021, 11, 18)


def test_a_day_that_a_zone_skipped_exists_in_utc() -> None:
    missing = date(2011, 12, 30)
    utc_midnight = instants.issue_instant(missing, "Pacific/Apia", UTC_MIDNIGHT)
    assert utc_midnight == at("2011-12-30T00:00:00Z")
    with pytest.raises(MissingDayError):
        instants.issue_instant(missing, "Pacific/Apia", LOCAL)


@pytest.mark.parametrize("convention", IssueDateConvention)
def test_every_convention_refuses_an_unknown_zone_and_a_time(
    convention: IssueDateConvention,
) -> None:
    with pytest.raises(UnknownZoneError):
        instants.issue_instant(date(2024, 1, 1), "Mars", convention)
    with pytest.raises(InvalidValueError, match="day cannot be"):
        instants.issue_instant(datetime(2024, 1, 1, tzinfo=UTC), ROME, convention)


def test_an_unknown_convention_is_an_error() -> None:
    with pytest.raises(InvalidValueError, match="convention cannot be 'noon': expected an Issue"):
        instants.issue_instant(date(2024, 1, 1), ROME, "noon")  # type: ignore[arg-type]


def test_a_convention_reads_as_it_is_written_on_the_command_line() -> None:
    found = [str(convention) for convention in IssueDateConvention]
    assert found == ["local-midnight", "utc-midnight", "article-example"]


@pytest.mark.rule("DOC-TZ-06", "INT-11")
@pytest.mark.parametrize(
    ("zone", "convention", "begins", "over"),
    [
        ("Europe/Rome", LOCAL, "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"),  # 25 hours
        ("Europe/Rome", UTC_MIDNIGHT, "2024-10-27T00:00:00Z", "2024-10-28T00:00:00Z"),
        ("-04:00", EXAMPLE, "2024-10-26T20:00:00Z", "2024-10-27T20:00:00Z"),
    ],
)
def test_an_expiry_date_follows_the_issue_date(
    zone: str, convention: IssueDateConvention, begins: str, over: str
) -> None:
    written = date(2024, 10, 27)
    assert instants.expiry_instant(written, zone, convention) == at(begins)
    assert instants.expiry_instant(written, zone, convention) == instants.issue_instant(
        written, zone, convention
    )
    assert instants.expiry_instant(written, zone, convention, end_of_day=True) == at(over)


@pytest.mark.rule("INT-11")
def test_the_day_before_a_skipped_one_ends_where_the_next_begins() -> None:
    over = instants.expiry_instant(date(2011, 12, 29), "Pacific/Apia", LOCAL, end_of_day=True)
    assert over == at("2011-12-30T10:00:00Z")
    with pytest.raises(MissingDayError, match="2011-12-30"):
        instants.expiry_instant(date(2011, 12, 30), "Pacific/Apia", LOCAL, end_of_day=True)


def test_the_last_day_of_the_calendar_never_ends() -> None:
    last = instants.expiry_instant(date.max, UTC, LOCAL)
    assert last == at("9999-12-31T00:00:00Z")
    with pytest.raises(OutOfRangeError, match="9999-12-31 to the end of the day is outside"):
        instants.expiry_instant(date.max, UTC, LOCAL, end_of_day=True)


# Which instant do clocks show?


@pytest.mark.rule("INT-01", "INT-10b")
@pytest.mark.parametrize(
    ("zone", "shown", "instant"),
    [
        ("Europe/Rome", "2024-03-31T01:59:59.999999", "2024-03-31T00:59:59.999999Z"),
        ("Europe/Rome", "2024-03-31T02:00:00", "2024-03-31T01:00:00Z"),
        ("Europe/Rome", "2024-03-31T02:30:00.000001", "2024-03-31T01:00:00Z"),
        ("Europe/Rome", "2024-03-31T02:59:59.999999", "2024-03-31T01:00:00Z"),
        ("Europe/Rome", "2024-03-31T03:00:00", "2024-03-31T01:00:00Z"),
        ("Europe/Rome", "2024-10-27T01:59:59", "2024-10-26T23:59:59Z"),
        ("Europe/Rome", "2024-10-27T02:30:00", "2024-10-27T00:30:00Z"),
        ("Europe/Rome", "2024-10-27T02:59:59.999999", "2024-10-27T00:59:59.999999Z"),
        ("Europe/Rome", "2024-10-27T03:00:00", "2024-10-27T02:00:00Z"),
        ("Australia/Lord_Howe", "2024-10-06T02:15:00", "2024-10-05T15:30:00Z"),
        ("Australia/Lord_Howe", "2024-04-07T01:45:00", "2024-04-06T14:45:00Z"),
        ("Antarctica/Troll", "2024-03-31T01:30:00", "2024-03-31T01:00:00Z"),  # two hours skipped
        ("Antarctica/Troll", "2024-03-31T02:59:00", "2024-03-31T01:00:00Z"),
        ("Antarctica/Troll", "2024-10-27T01:30:00", "2024-10-26T23:30:00Z"),
        ("Pacific/Apia", "2011-12-30T00:00:00", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-30T15:45:10", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-30T23:59:59.999999", "2011-12-30T10:00:00Z"),
        ("Pacific/Kwajalein", "1993-08-21T12:00:00", "1993-08-21T12:00:00Z"),
        ("Pacific/Kwajalein", "1969-09-30T12:00:00", "1969-09-30T01:00:00Z"),
        ("Africa/Monrovia", "1972-01-07T00:30:00", "1972-01-07T00:44:30Z"),
        ("UTC", "2024-03-31T02:30:00", "2024-03-31T02:30:00Z"),
        ("+05:30", "2024-03-31T02:30:00", "2024-03-30T21:00:00Z"),
    ],
)
def test_a_clock_that_skips_or_repeats(zone: str, shown: str, instant: str) -> None:
    wall = datetime.fromisoformat(shown)
    for clock in (wall.time(), wall.time().replace(fold=1)):
        found = instants.at_local(wall.date(), clock, zone)
        assert found == at(instant)
        assert is_plain_utc(found)


def test_a_clock_beyond_the_calendar_is_an_error() -> None:
    with pytest.raises(OutOfRangeError, match="9999-12-31 23:00:00 in UTC-04:00 is outside"):
        instants.at_local(date.max, time(23), "-04:00")
    with pytest.raises(OutOfRangeError, match="0001-01-01 00:00:00 in Asia/Tokyo is outside"):
        instants.at_local(date.min, time.min, "Asia/Tokyo")


# What is a time zone?


@pytest.mark.rule("INT-10b")
@pytest.mark.parametrize(
    ("name", "offset"),
    [
        ("+05:30", timedelta(hours=5, minutes=30)),
        ("-03:30", -timedelta(hours=3, minutes=30)),
        ("+0545", timedelta(hours=5, minutes=45)),
        ("UTC+14:00", timedelta(hours=14)),
        ("GMT-0400", -timedelta(hours=4)),
        ("-00:00", timedelta(0)),
        ("+23:59", timedelta(hours=23, minutes=59)),
    ],
)
def test_a_fixed_offset(name: str, offset: timedelta) -> None:
    assert instants.time_zone(name) == timezone(offset)
    assert type(instants.time_zone(name)) is timezone


@pytest.mark.rule("INT-10b")
def test_a_name_is_that_zone_and_a_zone_itself() -> None:
    assert instants.time_zone("Europe/Rome") is ROME
    assert instants.time_zone(ROME) is ROME
    assert instants.time_zone(UTC) is UTC
    assert instants.time_zone("UTC") is ZoneInfo("UTC")
    assert instants.time_zone("Etc/GMT+4") is ZoneInfo("Etc/GMT+4")
    own = timezone(timedelta(hours=1), "Rome")
    assert instants.time_zone(own) is own


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        "America",
        "europe/atlantis",
        "Europe/Rome ",
        "Europe/Rome\n",
        "/etc/localtime",
        "../../etc/passwd",
        "../../../../../../etc/passwd",
        "Europe/../Europe/Rome",
        "Europe\\Rome",
        "C:\\Windows",
        "+25:00",
        "+24:00",
        "+05:60",
        "+5",
        "05:30",
        "+05:30\n",
        "+05:30:00",
        "+٠٥:٣٠",
        "\u221204:00",
        "UTC+4",
        "x" * 100_000,
        "a/" * 5_000,
        "a/" * 250 + "b",  # as many packages within each other as exhausted the stack
        "a." * 250 + "b",
        "Europe\0Rome",
        "\0",
        "\ud800",
        "zone.tab",
        "tzdata.zi",
        "localtime",
        "posixrules",
        "Factory",
        "right/UTC",
        "right/Europe/Rome",
        b"Europe/Rome",
        None,
        5,
        1.5,
        ["Europe/Rome"],
        {"zone": "UTC"},
        timedelta(hours=1),
    ],
    ids=plainly,
)
def test_an_unknown_zone_is_an_error_that_names_it(name: object) -> None:
    with pytest.raises(UnknownZoneError) as caught:
        instants.time_zone(name)  # type: ignore[arg-type]
    assert caught.value.value is name
    shown = repr(name) if len(repr(name)) <= 200 else f"{repr(name)[:199]}…"
    assert str(caught.value).startswith(f"{shown} is not a time zone")


FOREIGN_ROMES = {
    "pendulum": pendulum.timezone("Europe/Rome"),
    "pytz": Pytz(),
    "dateutil": dateutil.tz.gettz("Europe/Rome"),
    "nameless": Nameless("Europe/Rome"),
}
FOREIGN_HOURS = {
    "pendulum": pendulum.timezone(7200),
    "dateutil": dateutil.tz.tzoffset(None, 7200),
}


@pytest.mark.rule("INT-10b")
@pytest.mark.parametrize("library", FOREIGN_ROMES)
@pytest.mark.parametrize(
    ("written", "begins"),
    [
        ("2024-01-01", "2023-12-31T23:00:00Z"),
        ("2024-03-31", "2024-03-30T23:00:00Z"),
        ("2024-07-01", "2024-06-30T22:00:00Z"),
    ],
)
def test_a_zone_of_another_library(library: str, written: str, begins: str) -> None:
    zone = FOREIGN_ROMES[library]
    assert isinstance(zone, tzinfo)
    assert instants.start_of_day(day(written), zone) == at(begins)
    assert instants.local_day(at(begins), zone) == day(written)


def test_a_foreign_zone_that_names_itself_becomes_the_standard_one() -> None:
    assert instants.time_zone(pendulum.timezone("Europe/Rome")) is ROME
    assert instants.time_zone(Pytz()) is ROME
    assert instants.time_zone(pendulum.UTC) is ZoneInfo("UTC")


def test_a_foreign_offset_becomes_the_standard_one() -> None:
    for zone in FOREIGN_HOURS.values():
        found = instants.time_zone(zone)
        assert type(found) is timezone
        assert found == timezone(timedelta(hours=2))
    assert instants.time_zone(PytzFixed()) == timezone(timedelta(minutes=50))
    assert instants.time_zone(dateutil.tz.UTC) == UTC


def test_a_foreign_zone_with_an_unknown_name_is_an_error() -> None:
    class Martian(Pytz):
        zone = "Mars/Olympus"

    with pytest.raises(UnknownZoneError, match="'Mars/Olympus' is not a time zone"):
        instants.time_zone(Martian())


@pytest.mark.rule("INT-10b")
@pytest.mark.parametrize(
    ("name", "written", "begins"),
    [
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
        ("America/Havana", "2021-11-07", "2021-11-07T04:00:00Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
    ],
)
def test_odd_midnights_are_right_in_zones_of_other_libraries(
    name: str, written: str, begins: str
) -> None:
    for zone in (dateutil.tz.gettz(name), Nameless(name)):
        assert isinstance(zone, tzinfo)
        assert instants.start_of_day(day(written), zone) == at(begins)
        assert instants.starts_of_day([day(written)], zone) == [at(begins)]


def test_a_zone_that_says_nothing_of_itself_is_used_as_it_is() -> None:
    zone = Nameless("Pacific/Apia")
    assert instants.time_zone(zone) is zone
    with pytest.raises(MissingDayError):
        instants.start_of_day(date(2011, 12, 30), zone)


@pytest.mark.rule("X-TZ-1", "DOC-TZ-02", "INT-10b")
@pytest.mark.parametrize(
    ("own", "users_choose", "zone"),
    [
        ("Asia/Tokyo", True, "Asia/Tokyo"),
        ("Asia/Tokyo", False, "Europe/Rome"),
        (None, True, "Europe/Rome"),
        (None, False, "Europe/Rome"),
        (ZoneInfo("Asia/Tokyo"), True, "Asia/Tokyo"),
    ],
)
def test_the_zone_that_counts_for_a_user(
    own: str | tzinfo | None, users_choose: bool, zone: str
) -> None:
    found = instants.effective_zone(own, "Europe/Rome", users_choose=users_choose)
    assert found is ZoneInfo(zone)


def test_a_zone_that_a_user_cannot_mean_is_an_error() -> None:
    with pytest.raises(UnknownZoneError):
        instants.effective_zone("", "Europe/Rome", users_choose=True)


# What is an instant?


@pytest.mark.rule("DOC-TZ-01")
@pytest.mark.parametrize(
    "value",
    [
        datetime(2024, 7, 1, 9, tzinfo=ROME),
        datetime(2024, 7, 1, 12, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(2024, 7, 1, 7, tzinfo=UTC),
        datetime(2024, 7, 1, 7, tzinfo=ZoneInfo("UTC")),
        pendulum.datetime(2024, 7, 1, 9, tz="Europe/Rome"),
        pendulum.datetime(2024, 7, 1, 7),
        pendulum.DateTime(2024, 7, 1, 7, tzinfo=UTC),
        datetime(2024, 7, 1, 9, tzinfo=dateutil.tz.gettz("Europe/Rome")),
        datetime(2024, 7, 1, 7, tzinfo=dateutil.tz.UTC),
    ],
    ids=repr,
)
def test_an_instant_leaves_in_utc_whatever_it_came_in(value: datetime) -> None:
    found = instants.utc(value)
    assert found == at("2024-07-01T07:00:00Z")
    assert is_plain_utc(found)


def test_an_instant_in_utc_is_itself() -> None:
    instant = at("2024-07-01T07:00:00Z")
    assert instants.utc(instant) is instant


@pytest.mark.rule("DOC-TZ-01")
def test_an_hour_that_comes_twice_is_two_instants() -> None:
    first = datetime(2024, 10, 27, 2, 30, tzinfo=ROME)
    second = first.replace(fold=1)
    assert instants.utc(first) == at("2024-10-27T00:30:00Z")
    assert instants.utc(second) == at("2024-10-27T01:30:00Z")
    assert is_plain_utc(instants.utc(second))


@pytest.mark.parametrize(
    "call",
    [
        lambda: instants.utc(NAIVE),
        lambda: instants.local(NAIVE, ROME),
        lambda: instants.local_day(NAIVE, ROME),
        lambda: instants.distance(NAIVE, at("2024-07-01T07:00:00Z")),
        lambda: instants.distance(at("2024-07-01T07:00:00Z"), NAIVE),
        lambda: instants.parse("2024-07-01T09:00:00"),
    ],
)
def test_an_instant_without_a_zone_is_an_error(call: Callable[[], object]) -> None:
    with pytest.raises(NaiveDatetimeError) as caught:
        call()
    assert caught.value.value == NAIVE


def test_a_zone_that_knows_no_offset_is_as_good_as_none() -> None:
    class Nowhere(Pytz):
        def utcoffset(self, dt: datetime | None) -> None:
            return None

    with pytest.raises(NaiveDatetimeError):
        instants.utc(NAIVE.replace(tzinfo=Nowhere()))


@pytest.mark.parametrize("value", [date(2024, 7, 1), "2024-07-01T09:00:00Z", None, 0])
def test_only_a_datetime_is_an_instant(value: object) -> None:
    with pytest.raises(InvalidValueError, match="expected an aware datetime") as caught:
        instants.utc(value)  # type: ignore[arg-type]
    assert (caught.value.name, caught.value.value) == ("instant", value)


EAST, WEST = timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))
FIRST, LAST = datetime.min, datetime.max  # noqa: DTZ901


@pytest.mark.parametrize("zone", [EAST, dateutil.tz.tzoffset(None, 3600)])
def test_before_the_year_1(zone: tzinfo) -> None:
    with pytest.raises(OutOfRangeError, match=r"0001-01-01 00:00:00.* in UTC is outside"):
        instants.utc(FIRST.replace(tzinfo=zone))


def test_after_the_year_9999() -> None:
    with pytest.raises(OutOfRangeError, match=r"9999-12-31 23:59:59.* in UTC is outside"):
        instants.utc(LAST.replace(tzinfo=WEST))


@pytest.mark.parametrize("zone", [WEST, ZoneInfo("America/New_York"), "America/New_York"])
def test_a_clock_that_shows_the_year_0(zone: str | tzinfo) -> None:
    first = FIRST.replace(tzinfo=UTC)
    with pytest.raises(OutOfRangeError, match="is outside the years 1 to 9999") as caught:
        instants.local(first, zone)
    assert caught.value.value == first
    assert caught.value.operation == f"in {instants.time_zone(zone)}"
    assert instants.local_or_utc(first, zone) == first
    assert instants.local_or_utc(first, zone).tzinfo is UTC


@pytest.mark.parametrize("zone", [EAST, ROME, dateutil.tz.gettz("Europe/Rome")])
def test_a_clock_that_shows_the_year_10000(zone: tzinfo) -> None:
    last = LAST.replace(tzinfo=UTC)
    with pytest.raises(OutOfRangeError, match=r"9999-12-31 23:59:59\.999999") as caught:
        instants.local_day(last, zone)
    assert caught.value.value == last


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-07-01T09:00:00+02:00", "2024-07-01T07:00:00Z"),
        ("2024-07-01T09:00:00Z", "2024-07-01T09:00:00Z"),
        ("2024-07-01 09:00:00.000001-03:30", "2024-07-01T12:30:00.000001Z"),
        ("20240701T090000Z", "2024-07-01T09:00:00Z"),
    ],
)
def test_reading_an_instant(text: str, instant: str) -> None:
    assert instants.parse(text) == at(instant)
    assert is_plain_utc(instants.parse(text))


@pytest.mark.parametrize("text", ["", "soon", "2024-02-30T00:00:00Z", "01/07/2024", None, 5])
def test_what_is_no_instant(text: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        instants.parse(text)  # type: ignore[arg-type]
    assert (caught.value.name, caught.value.value) == ("instant", text)
    assert caught.value.expected == "ISO 8601, e.g. 2024-07-01T09:00:00Z"


def test_an_instant_out_of_range_says_so() -> None:
    with pytest.raises(OutOfRangeError):
        instants.parse("0001-01-01T00:00:00+01:00")


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("P1Y", 12, 0),
        ("P18M", 18, 0),
        ("P1Y6M", 18, 0),
        ("P2W", 0, 14),
        ("P90D", 0, 90),
        ("P400D", 0, 400),
        ("P0D", 0, 0),
        ("P1Y2M3D", 14, 3),
    ],
)
def test_reading_a_duration(text: str, months: int, days: int) -> None:
    assert instants.parse_duration(text) == (months, days)


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1", "1Y", "p1y", "P1Y ", "P1D\n", "P-1Y", "-P1Y", "P1.5Y", "P1,5M"),
        *("PT24H", "P1DT24H", "PT0S", "P1YT", "P1W2D", "P1M1Y", "P1Y1Y", "P\u0661Y", "P1X"),
        *("P1M/P2M", "P1Y/2024-01-01", "P2024-01-01", "P99999999999Y", "P9999999999999999999D"),
        *(None, 5, b"P1Y"),
    ],
    ids=plainly,
)
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        instants.parse_duration(text)  # type: ignore[arg-type]
    error = caught.value
    assert (error.name, error.value) == ("duration", text)
    assert error.expected == (
        "an ISO 8601 duration of whole days, weeks, months or years, e.g. P18M"
    )


@pytest.mark.parametrize(
    ("instant", "locale", "words"),
    [
        ("2025-04-01T00:00:00Z", "en", "in 3 months"),
        ("2024-12-30T00:00:00Z", "en", "2 days ago"),
        ("2024-01-01T00:00:00Z", "it", "1 anno fa"),
        ("2025-01-15T00:00:00Z", "de", "in 2 Wochen"),
    ],
)
def test_a_distance_in_words(instant: str, locale: str, words: str) -> None:
    assert instants.distance(at(instant), at("2025-01-01T00:00:00Z"), locale=locale) == words


def test_a_distance_is_in_english_unless_asked() -> None:
    assert instants.distance(at("2026-01-01T00:00:00Z"), at("2025-01-01T00:00:00Z")) == "in 1 year"


@pytest.mark.parametrize("locale", ["tlh", "", "../..", "__pycache__", "\0"], ids=plainly)
def test_a_language_that_nobody_speaks(locale: str) -> None:
    now = at("2025-01-01T00:00:00Z")
    with pytest.raises(InvalidValueError) as caught:
        instants.distance(now, now, locale=locale)
    error = caught.value
    assert (error.name, error.value) == ("locale", locale)
    assert error.expected == "a language that pendulum speaks"


def test_many_days_are_answered_in_their_order() -> None:
    days: Iterable[date] = iter([date(2024, 7, 1), date(2024, 1, 1), date(2024, 7, 1)])
    found = instants.starts_of_day(days, "Europe/Rome")
    assert [start.isoformat()[:13] for start in found] == [
        "2024-06-30T22",
        "2023-12-31T23",
        "2024-06-30T22",
    ]
    assert instants.starts_of_day([], "Europe/Rome") == []


def test_an_unknown_zone_is_an_error_even_for_no_days() -> None:
    with pytest.raises(UnknownZoneError):
        instants.starts_of_day([], "Mars")


# Laws


ZONES = sorted(
    name for name in available_timezones() if name not in {"Factory", "localtime", "posixrules"}
)
SPAN = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@cache
def changes(zone: str) -> list[date]:
    """The days on which the clocks of a zone were changed, as seen from UTC."""
    tz = ZoneInfo(zone)
    step = timedelta(days=7)
    found, low = [], SPAN[0]
    while low < SPAN[1]:
        if low.astimezone(tz).utcoffset() != (low + step).astimezone(tz).utcoffset():
            was = low.astimezone(tz).utcoffset()
            hours = range(7 * 24 + 1)
            change = bisect_left(
                hours,
                True,
                key=lambda n, low=low, was=was: (  # type: ignore[misc]
                    (low + timedelta(hours=n)).astimezone(tz).utcoffset() != was
                ),
            )
            found.append((low + timedelta(hours=change)).date())
        low += step
    return found


@st.composite
def zones_and_days(draw: st.DrawFn) -> tuple[str, date]:
    """Any zone and any day, half of the time one about which its clocks change."""
    zone = draw(st.sampled_from(ZONES))
    near_a_change = draw(st.booleans())
    if near_a_change and (odd := changes(zone)):
        return zone, draw(st.sampled_from(odd)) + timedelta(days=draw(st.integers(-1, 1)))
    return zone, draw(st.dates(SPAN[0].date(), SPAN[1].date()))


def first_instant_by_search(wanted: date, zone: str) -> datetime | None:
    """Look at every minute near a day, then at every second of the one before the first hit."""
    tz = ZoneInfo(zone)
    noon = datetime.combine(wanted, time(12), UTC)
    minutes = (noon + timedelta(minutes=n) for n in range(-28 * 60, 16 * 60))
    found = next((at for at in minutes if at.astimezone(tz).date() == wanted), None)
    if found is None:
        return None
    seconds = (found - timedelta(seconds=n) for n in range(60))
    return min(at for at in seconds if at.astimezone(tz).date() == wanted)


@pytest.mark.law
@pytest.mark.rule("DOC-TZ-04", "INT-10b")
@given(zones_and_days())
def test_a_day_starts_at_the_least_instant_of_that_date(zone_and_day: tuple[str, date]) -> None:
    zone, wanted = zone_and_day
    least = first_instant_by_search(wanted, zone)
    if least is None:
        with pytest.raises(MissingDayError):
            instants.start_of_day(wanted, zone)
    else:
        assert instants.start_of_day(wanted, zone) == least


@pytest.mark.law
@pytest.mark.rule("INT-01")
@given(zones_and_days(), st.times())
def test_no_earlier_instant_shows_a_clock_reading(
    zone_and_day: tuple[str, date], clock: time
) -> None:
    zone, shown = zone_and_day
    tz = ZoneInfo(zone)
    found = instants.at_local(shown, clock, zone)
    wall = datetime.combine(shown, clock)
    read = found.astimezone(tz).replace(tzinfo=None)
    if read.replace(fold=0) == wall:
        for fold in (0, 1):
            assert found <= wall.replace(tzinfo=tz, fold=fold).astimezone(UTC)
    else:  # skipped: just before, the clocks had not come to it
        assert read > wall
        before = found - timedelta(microseconds=1)
        assert before.astimezone(tz).replace(tzinfo=None) < wall


@pytest.mark.law
@given(zones_and_days(), st.lists(st.integers(-3, 3)))
def test_many_days_are_answered_as_one(zone_and_day: tuple[str, date], shifts: list[int]) -> None:
    zone, middle = zone_and_day
    days = [middle + timedelta(days=shift) for shift in shifts]
    for convention in (UTC_MIDNIGHT, EXAMPLE):
        assert instants.issue_instants(days, zone, convention) == [
            instants.issue_instant(one, zone, convention) for one in days
        ]
    try:
        alone = [instants.start_of_day(one, zone) for one in days]
    except MissingDayError:
        with pytest.raises(MissingDayError):
            instants.starts_of_day(days, zone)
    else:
        assert instants.starts_of_day(days, zone) == alone


@pytest.mark.law
@pytest.mark.rule("DOC-TZ-01", "DOC-TZ-02")
@given(zones_and_days(), st.times(), st.integers(0, 1))
def test_shown_and_read_back_an_instant_is_the_same(
    zone_and_day: tuple[str, date], clock: time, fold: int
) -> None:
    zone, shown = zone_and_day
    instant = datetime.combine(shown, clock, ZoneInfo(zone)).replace(fold=fold).astimezone(UTC)
    assert instants.utc(instants.local(instant, zone)) == instant
    assert instants.parse(instants.local(instant, UTC).isoformat()) == instant
    assert instants.local_day(instant, zone) == instants.local(instant, zone).date()
    assert instants.local_or_utc(instant, zone).isoformat() == (
        instants.local(instant, zone).isoformat()
    )


@pytest.mark.law
@given(st.text() | st.from_regex(r"P(\d*[YMWDTHS]){0,4}", fullmatch=True))
def test_a_duration_is_read_or_refused(text: str) -> None:
    try:
        months, days = instants.parse_duration(text)
    except InvalidValueError:
        return
    assert months >= 0
    assert days >= 0
    assert text.startswith("P")


@pytest.mark.law
@given(st.text() | st.sampled_from(ZONES) | st.from_regex(r"(UTC|GMT)?[+-]\d\d:?\d\d"))
def test_a_zone_is_known_or_refused(name: str) -> None:
    try:
        zone = instants.time_zone(name)
    except UnknownZoneError as error:
        assert error.value == name  # noqa: PT017
    else:
        assert type(zone) in (ZoneInfo, timezone)


@pytest.mark.rule("DOC-TZ-01")
def test_what_is_no_aware_instant_is_called_by_the_name_of_the_argument() -> None:
    with pytest.raises(
        InvalidValueError, match=r"^since cannot be 'x': expected an aware datetime"
    ):
        instants.utc("x", "since")  # type: ignore[arg-type]
    with pytest.raises(NaiveDatetimeError, match=r"^since datetime") as naive:
        instants.utc(datetime(2024, 7, 1), "since")  # noqa: DTZ001
    assert naive.value.name == "since"
    with pytest.raises(NaiveDatetimeError, match=r"^instant datetime"):
        instants.utc(datetime(2024, 7, 1))  # noqa: DTZ001
