import csv
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import dateutil.tz
import pendulum
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

from certrules import ALLBOUND, DOCEBO, ExpiryDay, MonthEnd, Policy, Rule, Unit, Validity, instants
from certrules.errors import (
    InvalidValueError,
    NaiveDatetimeError,
    NoSuchDayError,
    OutOfRangeError,
    UnknownZoneError,
)
from certrules.rules import validity
from certrules.rules.validity import Expiry

VECTORS = Path(__file__).parent.parent / "vectors" / "validity.csv"
with VECTORS.open(encoding="utf-8", newline="") as f:
    OTHERS = [tuple(row.values()) for row in csv.DictReader(f)]

ROME = ZoneInfo("Europe/Rome")
YEAR, MONTH, DAY = Validity(1, Unit.YEARS), Validity(1, Unit.MONTHS), Validity(1, Unit.DAYS)
INCLUSIVE, EXCLUSIVE = ExpiryDay.INCLUSIVE, ExpiryDay.EXCLUSIVE


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_remembered() -> None:
    validity._known.cache_clear()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def shown(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


ISSUED = at("2024-01-31T09:30:00Z")


@pytest.mark.rule("DOC-EXP-01", "DOC-EXP-06", "INT-01")
@pytest.mark.parametrize(("issued", "text", "expires"), OTHERS)
def test_expiries_agree_with_another_system(issued: str, text: str, expires: str) -> None:
    found = validity.expiry(at(issued), Validity.parse(text), zone=UTC)
    assert found == at(expires)


# issued there, validity, expires there
EXPIRIES = [
    ("Europe/Rome", "2024-01-31T09:30", "1 day", "2024-02-01T09:30"),
    ("Europe/Rome", "2024-01-31T09:30", "2 weeks", "2024-02-14T09:30"),
    ("Europe/Rome", "2024-01-31T09:30", "1 month", "2024-02-29T09:30"),  # N11
    ("Europe/Rome", "2024-02-29T00:00", "1 year", "2025-02-28T00:00"),  # N11
    ("Europe/Rome", "2024-02-29T00:00", "4 years", "2028-02-29T00:00"),
    ("Europe/Rome", "2024-01-15T00:00", "6 months", "2024-07-15T00:00"),  # an hour less of it
    ("Europe/Rome", "2024-03-30T12:00", "1 day", "2024-03-31T12:00"),  # 23 hours
    ("Europe/Rome", "2024-10-26T12:00", "1 day", "2024-10-27T12:00"),  # 25 hours
    ("Europe/Rome", "2024-02-29T02:30", "1 month", "2024-03-29T02:30"),
    ("America/New_York", "2024-08-31T20:30", "6 months", "2025-02-28T20:30"),  # September in UTC
    ("Pacific/Auckland", "2024-03-01T08:00", "1 month", "2024-04-01T08:00"),  # February in UTC
    ("Australia/Lord_Howe", "2024-04-06T12:00", "1 day", "2024-04-07T12:00"),
    ("Asia/Kathmandu", "2024-01-31T23:59", "13 months", "2025-02-28T23:59"),
    ("America/Sao_Paulo", "2018-10-04T00:00", "1 month", "2018-11-04T01:00"),  # no midnight
    ("Europe/Rome", "2024-02-29T02:30", "31 days", "2024-03-31T03:00"),  # no half past two
    ("Pacific/Apia", "2011-11-30T15:00", "1 month", "2011-12-31T00:00"),  # no such day
    ("Pacific/Apia", "2011-12-29T15:00", "1 day", "2011-12-31T00:00"),
    ("America/Havana", "2021-10-07T00:00", "1 month", "2021-11-07T00:00"),  # the earlier midnight
    ("Europe/Rome", "2024-09-27T02:30", "1 month", "2024-10-27T02:30"),  # the earlier of two
    ("Antarctica/Troll", "2024-02-29T01:30", "31 days", "2024-03-31T03:00"),
]


@pytest.mark.rule("DOC-EXP-06", "INT-01", "INT-40")
@pytest.mark.parametrize(("zone", "issued", "text", "expires"), EXPIRIES)
def test_a_period_is_added_to_the_local_day(
    zone: str, issued: str, text: str, expires: str
) -> None:
    found = validity.expiry(shown(issued, zone), Validity.parse(text), zone=zone)
    assert found is not None
    assert found == shown(expires, zone).astimezone(UTC)
    assert (type(found), found.tzinfo) == (datetime, UTC)


@pytest.mark.rule("ALL-EXP-02")
def test_the_period_runs_from_the_day_on_which_the_user_earns_it() -> None:  # N9
    obtained = instants.start_of_day(date(2024, 3, 10), "America/New_York")
    expires = validity.expiry(obtained, Validity(2, Unit.YEARS), zone="America/New_York")
    assert expires == instants.start_of_day(date(2026, 3, 10), "America/New_York")


@pytest.mark.rule("INT-01")
def test_the_zone_decides_the_day() -> None:
    issued = at("2024-02-29T23:30:00Z")  # 1 March in Rome
    assert validity.expiry(issued, YEAR, zone="UTC") == at("2025-02-28T23:30:00Z")
    assert validity.expiry(issued, YEAR, zone="Europe/Rome") == at("2025-02-28T23:30:00Z")
    assert validity.expiry(issued, MONTH, zone="UTC") == at("2024-03-29T23:30:00Z")
    assert validity.expiry(issued, MONTH, zone="Europe/Rome") == at("2024-03-31T22:30:00Z")


@pytest.mark.rule("DOC-EXP-02")
@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("expiry_day", ExpiryDay)
@pytest.mark.parametrize("month_end", MonthEnd)
def test_zero_of_any_unit_never_expires(  # N2
    unit: Unit, expiry_day: ExpiryDay, month_end: MonthEnd
) -> None:
    never = Validity(0, unit)
    found = validity.expiry_details(
        ISSUED, never, zone=ROME, month_end=month_end, expiry_day=expiry_day, anchor_day=31
    )
    assert found == Expiry(None)
    assert not found.rounded
    assert validity.expiry(ISSUED, never, zone=ROME) is None
    assert validity.expiries([ISSUED], never, zone=ROME) == [None]


@pytest.mark.rule("INT-01")
@pytest.mark.parametrize(
    ("zone", "issued", "text", "exclusive", "inclusive"),
    [
        ("Europe/Rome", "2024-01-31T09:30", "1 month", "2024-02-29T09:30", "2024-03-01T00:00"),
        ("Europe/Rome", "2024-01-15T00:00", "1 year", "2025-01-15T00:00", "2025-01-16T00:00"),
        ("Europe/Rome", "2024-01-15T23:59", "1 year", "2025-01-15T23:59", "2025-01-16T00:00"),
        (
            "America/Sao_Paulo",
            "2018-10-03T12:00",
            "1 month",
            "2018-11-03T12:00",
            "2018-11-04T01:00",
        ),
        ("Pacific/Apia", "2011-11-29T12:00", "1 month", "2011-12-29T12:00", "2011-12-31T00:00"),
        ("America/Havana", "2021-10-06T12:00", "1 month", "2021-11-06T12:00", "2021-11-07T00:00"),
    ],
)
def test_the_expiry_day_is_out_or_in(
    zone: str, issued: str, text: str, exclusive: str, inclusive: str
) -> None:
    start, period = shown(issued, zone), Validity.parse(text)
    for expiry_day, expires in ((EXCLUSIVE, exclusive), (INCLUSIVE, inclusive)):
        found = validity.expiry(start, period, zone=zone, expiry_day=expiry_day)
        assert found == shown(expires, zone).astimezone(UTC)
    assert validity.expiry(start, period, zone=zone) == shown(exclusive, zone).astimezone(UTC)


@pytest.mark.rule("INT-01", "INT-40")
@pytest.mark.parametrize(
    ("month_end", "expires", "lost_day"),
    [
        (MonthEnd.CLAMP, "2025-02-28T09:30:00Z", 29),
        (MonthEnd.NEXT_DAY, "2025-03-01T09:30:00Z", 29),
        (MonthEnd.END_OF_MONTH, "2025-02-28T09:30:00Z", 31),
    ],
)
def test_a_rounded_result_says_so(month_end: MonthEnd, expires: str, lost_day: int) -> None:
    issued = at("2024-02-29T09:30:00Z")
    found = validity.expiry_details(issued, YEAR, zone=UTC, month_end=month_end)
    assert found == Expiry(at(expires), lost_day)
    assert found.rounded
    assert validity.expiry(issued, YEAR, zone=UTC, month_end=month_end) == at(expires)
    assert validity.expiries([issued], YEAR, zone=UTC, month_end=month_end) == [at(expires)]


@pytest.mark.rule("INT-01")
def test_a_rounded_result_says_so_though_its_day_is_included() -> None:
    found = validity.expiry_details(ISSUED, MONTH, zone=ROME, expiry_day=INCLUSIVE)
    assert found == Expiry(at("2024-02-29T23:00:00Z"), 31)


@pytest.mark.rule("INT-01")
def test_a_day_that_the_month_has_is_not_rounded() -> None:
    found = validity.expiry_details(ISSUED, YEAR, zone=ROME)
    assert found == Expiry(at("2025-01-31T09:30:00Z"), None)
    assert not found.rounded


@pytest.mark.rule("INT-01")
def test_a_refusing_policy_refuses() -> None:
    with pytest.raises(NoSuchDayError, match="2024-01-31 plus 1 months"):
        validity.expiry(ISSUED, MONTH, zone=ROME, month_end=MonthEnd.REFUSE)


@pytest.mark.rule("INT-01", "INT-40")
def test_a_chain_of_renewals_comes_back_to_29_february() -> None:
    issued, anchor, ends = instants.start_of_day(date(2024, 2, 29), ROME), None, []
    for _ in range(5):
        end = validity.expiry_details(issued, YEAR, zone=ROME, anchor_day=anchor)
        assert end.at is not None
        assert end.at == validity.expiry(issued, YEAR, zone=ROME, anchor_day=anchor)
        issued, anchor = end.at, end.lost_day
        ends.append(instants.local_day(issued, ROME).isoformat())
    assert ends == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"]


@pytest.mark.rule("INT-01")
def test_the_instants_of_an_hour_that_comes_twice_are_not_confused() -> None:
    first = datetime(2024, 10, 27, 2, 30, tzinfo=ROME)
    second = first.replace(fold=1)
    day_after = Validity(1, Unit.DAYS)
    utc_first, utc_second = at("2024-10-27T00:30:00Z"), at("2024-10-27T01:30:00Z")
    # seen in UTC the two are an hour apart, though Python calls them equal in Rome
    expected = [utc_first + timedelta(days=1), utc_second + timedelta(days=1)]
    assert [validity.expiry(one, day_after, zone=UTC) for one in (first, second)] == expected
    assert [validity.expiry(one, day_after, zone=UTC) for one in (second, first)] == expected[::-1]
    assert validity.expiries([first, second], day_after, zone=UTC) == expected


@pytest.mark.rule("DOC-TZ-01")
@pytest.mark.parametrize(
    "issued",
    [pendulum.instance(ISSUED), pendulum.DateTime(2024, 1, 31, 9, 30, tzinfo=UTC)],
    ids=["pendulum", "pendulum in UTC"],
)
@pytest.mark.parametrize(
    "zone", [pendulum.timezone("Europe/Rome"), dateutil.tz.gettz("Europe/Rome")]
)
def test_values_of_other_libraries_are_welcome_and_never_come_back(
    issued: datetime, zone: tzinfo
) -> None:
    expected = at("2024-02-29T09:30:00Z")
    for found in (
        validity.expiry(issued, MONTH, zone=zone),
        validity.expiry_details(issued, MONTH, zone=zone).at,
        *validity.expiries([issued], MONTH, zone=zone),
    ):
        assert found == expected
        assert found is not None
        assert (type(found), found.tzinfo) == (datetime, UTC)


ROME_AND_NOTHING_ELSE = dateutil.tz.tzstr("CET-1CEST,M3.5.0,M10.5.0/3")


@pytest.mark.parametrize("zone", ["Europe/Rome", ROME, pendulum.timezone("Europe/Rome")])
def test_an_answer_given_before_is_given_again(zone: str | tzinfo) -> None:
    first, again = (validity.expiry_details(ISSUED, MONTH, zone=zone) for _ in range(2))
    assert first == Expiry(at("2024-02-29T09:30:00Z"), 31)
    assert first is again


@pytest.mark.parametrize(
    ("issued", "text", "anchor_day", "expires", "lost_day"),
    [
        ("2024-01-31T09:30:00Z", "1 month", None, "2024-02-29T09:30:00Z", 31),
        ("2024-02-29T09:30:00Z", "1 month", 31, "2024-03-31T08:30:00Z", None),
        ("2024-01-31T09:30:00Z", "1 week", None, "2024-02-07T09:30:00Z", None),
    ],
)
def test_a_zone_that_cannot_be_hashed_is_answered_too(
    issued: str, text: str, anchor_day: int | None, expires: str, lost_day: int | None
) -> None:
    found = validity.expiry_details(
        at(issued), Validity.parse(text), zone=ROME_AND_NOTHING_ELSE, anchor_day=anchor_day
    )
    assert found == Expiry(at(expires), lost_day)


def test_answers_are_kept_apart_by_everything_that_was_asked() -> None:
    validity.expiry(ISSUED, MONTH, zone=ROME)
    asked = {
        validity.expiry(ISSUED, MONTH, zone=ROME),
        validity.expiry(ISSUED, MONTH, zone="Pacific/Apia"),
        validity.expiry(ISSUED, YEAR, zone=ROME),
        validity.expiry(ISSUED, DAY, zone=ROME),
        validity.expiry(ISSUED, MONTH, zone=ROME, month_end=MonthEnd.NEXT_DAY),
        validity.expiry(ISSUED, MONTH, zone=ROME, expiry_day=INCLUSIVE),
        validity.expiry(ISSUED - timedelta(days=2), MONTH, zone=ROME),
    }
    assert asked == {
        at("2024-02-29T09:30:00Z"),
        at("2025-01-31T09:30:00Z"),
        at("2024-02-01T09:30:00Z"),
        at("2024-03-01T09:30:00Z"),
        at("2024-02-29T23:00:00Z"),
    }


def test_many_instants_are_answered_in_their_order() -> None:
    issued = [ISSUED, ISSUED - timedelta(days=1), ISSUED]
    found = validity.expiries(iter(issued), YEAR, zone="Europe/Rome", expiry_day=INCLUSIVE)
    assert found == [
        at("2025-01-31T23:00:00Z"),
        at("2025-01-30T23:00:00Z"),
        at("2025-01-31T23:00:00Z"),
    ]
    assert validity.expiries([], YEAR, zone=ROME) == []


NAIVE = ISSUED.replace(tzinfo=None)


@pytest.mark.parametrize("period", [YEAR, Validity.NEVER])
def test_an_instant_without_a_zone_is_an_error(period: Validity) -> None:
    for ask in (validity.expiry, validity.expiry_details):
        with pytest.raises(NaiveDatetimeError):
            ask(NAIVE, period, zone=ROME)
    with pytest.raises(NaiveDatetimeError):
        validity.expiries([ISSUED, NAIVE], period, zone=ROME)


@pytest.mark.parametrize("issued", [date(2024, 1, 31), "2024-01-31", None])
def test_only_a_datetime_is_an_instant(issued: object) -> None:
    with pytest.raises(InvalidValueError, match="expected an aware datetime"):
        validity.expiry(issued, YEAR, zone=ROME)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="expected an aware datetime"):
        validity.expiries([issued], YEAR, zone=ROME)  # type: ignore[list-item]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", None, ["Europe/Rome"]])
@pytest.mark.parametrize("period", [YEAR, Validity.NEVER])
def test_an_unknown_zone_is_an_error(zone: object, period: Validity) -> None:
    with pytest.raises(UnknownZoneError):
        validity.expiry(ISSUED, period, zone=zone)  # type: ignore[arg-type]
    with pytest.raises(UnknownZoneError):
        validity.expiries([], period, zone=zone)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["month_end", "expiry_day"])
@pytest.mark.parametrize("value", ["clamp", "inclusive", None, ["exclusive"]])
def test_an_unknown_policy_is_an_error(name: str, value: object) -> None:
    kind = {"month_end": "MonthEnd", "expiry_day": "ExpiryDay"}[name]
    with pytest.raises(InvalidValueError) as caught:
        validity.expiry(ISSUED, YEAR, zone=ROME, **{name: value})  # type: ignore[arg-type]
    error = caught.value
    assert (error.name, error.value, error.expected) == (name, value, f"a certrules.{kind}")


@pytest.mark.parametrize("anchor_day", [0, 32, -1])
def test_an_impossible_anchor_is_an_error(anchor_day: int) -> None:
    with pytest.raises(InvalidValueError, match="anchor_day cannot be"):
        validity.expiry(ISSUED, DAY, zone=ROME, anchor_day=anchor_day)


@pytest.mark.parametrize(
    ("issued", "text", "zone", "message"),
    [
        ("9999-12-31T12:00:00Z", "1 day", "UTC", "9999-12-31 plus 1 days is"),
        ("9998-12-31T12:00:00Z", "1 year", "UTC", ""),
        ("9999-01-01T12:00:00Z", "1 year", "UTC", "9999-01-01 plus 1 years is"),
        ("9999-12-31T23:30:00Z", "1 day", "Asia/Tokyo", "9999-12-31 23:30:00.* in Asia/Tokyo is"),
        ("2024-01-31T12:00:00Z", "999999999 weeks", "UTC", "2024-01-31 plus 999999999 weeks is"),
        ("9999-12-30T20:00:00Z", "1 day", "-12:00", ""),
        ("9999-12-31T02:00:00Z", "1 day", "-12:00", "9999-12-31 14:00:00 in UTC-12:00 is"),
        ("0001-01-01T00:00:00Z", "1 day", "America/Lima", "0001-01-01 00:00:00.* in America/Lima"),
    ],
)
def test_the_ends_of_the_calendar(issued: str, text: str, zone: str, message: str) -> None:
    if not message:
        assert validity.expiry(at(issued), Validity.parse(text), zone=zone) is not None
    else:
        with pytest.raises(OutOfRangeError, match=message):
            validity.expiry(at(issued), Validity.parse(text), zone=zone)


def test_an_award_cannot_be_valid_to_the_end_of_the_last_day() -> None:
    issued = at("9998-12-31T12:00:00Z")
    with pytest.raises(OutOfRangeError, match="9999-12-31 plus 1 days"):
        validity.expiry(issued, YEAR, zone=UTC, expiry_day=INCLUSIVE)


@pytest.mark.rule("ALL-EXP-01")
@pytest.mark.parametrize("text", ["1 year", "2 years", "3 years", "never"])
def test_allbounds_four_validities(text: str) -> None:
    decision = validity.allowed(Validity.parse(text), ALLBOUND)
    assert decision
    assert [reason.rule for reason in decision.reasons] == [Rule.ALL_EXP_01]
    assert str(decision.reasons[0]) == (
        f"{text} is one of: 1 year, 2 years, 3 years, never (ALL-EXP-01)"
    )


@pytest.mark.rule("ALL-EXP-01")
@pytest.mark.parametrize("text", ["4 years", "1 month", "12 months", "1 day", "3 weeks"])
def test_allbound_has_no_other(text: str) -> None:
    decision = validity.allowed(Validity.parse(text), ALLBOUND)
    assert not decision
    (reason,) = decision.reasons
    assert str(reason) == f"{text} is not one of: 1 year, 2 years, 3 years, never (ALL-EXP-01)"
    assert reason.details["validity"] == Validity.parse(text)


@pytest.mark.rule("ALL-EXP-01", "DOC-EXP-02")
@pytest.mark.parametrize("unit", Unit)
def test_allbound_takes_zero_of_any_unit_for_never(unit: Unit) -> None:
    decision = validity.allowed(Validity(0, unit), ALLBOUND)
    assert decision
    assert decision.reasons[0].details["validity"] == Validity(0, unit)


@pytest.mark.rule("DOC-EXP-01")
@pytest.mark.parametrize("text", ["never", "1 year", "18 months", "5 weeks", "1000 days"])
def test_docebo_has_any(text: str) -> None:
    decision = validity.allowed(Validity.parse(text), DOCEBO)
    assert decision
    (reason,) = decision.reasons
    assert str(reason) == f"{text} is a whole number of calendar units (DOC-EXP-01)"
    assert reason.details["validity"] == Validity.parse(text)


def test_a_platform_of_ones_own() -> None:
    monthly = Policy(validities=(MONTH,))
    assert validity.allowed(MONTH, monthly)
    assert not validity.allowed(Validity.NEVER, monthly)


# Laws


ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Rome",
        "America/New_York",
        "America/Sao_Paulo",
        "America/Havana",
        "Asia/Beirut",
        "America/Asuncion",
        "Australia/Lord_Howe",
        "Atlantic/Azores",
        "Pacific/Kwajalein",
        "Pacific/Apia",
        "Antarctica/Troll",
        "Asia/Kathmandu",
        "+05:30",
    ]
)
INSTANTS = st.datetimes(
    datetime(1950, 1, 1),  # noqa: DTZ001
    datetime(2150, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
VALIDITIES = st.builds(Validity, st.integers(1, 120), st.sampled_from(Unit))
POLICIES = st.sampled_from([MonthEnd.CLAMP, MonthEnd.NEXT_DAY, MonthEnd.END_OF_MONTH])
EXPIRY_DAYS = st.sampled_from(ExpiryDay)


def ends(
    issued: datetime,
    period: Validity,
    zone: str,
    expiry_day: ExpiryDay = EXCLUSIVE,
    month_end: MonthEnd = MonthEnd.CLAMP,
) -> datetime:
    found = validity.expiry(issued, period, zone=zone, expiry_day=expiry_day, month_end=month_end)
    assert found is not None
    return found


def overlapping(issued: datetime, zone: str) -> bool:
    """Whether the clocks of a zone show this reading at another instant too."""
    wall = instants.local(issued, zone)
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


@pytest.mark.law
@pytest.mark.rule("DOC-EXP-06", "INT-01")
@given(INSTANTS, VALIDITIES, ZONES)
def test_clamping_agrees_with_relativedelta_on_the_local_day(
    issued: datetime, period: Validity, zone: str
) -> None:
    amount, unit = period.amount, period.unit
    tz = instants.time_zone(zone)
    steps: dict[Unit, relativedelta] = {
        Unit.DAYS: relativedelta(days=amount),
        Unit.WEEKS: relativedelta(weeks=amount),
        Unit.MONTHS: relativedelta(months=amount),
        Unit.YEARS: relativedelta(years=amount),
    }
    wall = issued.astimezone(tz).replace(tzinfo=None, fold=0) + steps[unit]
    found = ends(issued, period, zone).astimezone(tz).replace(tzinfo=None, fold=0)
    assert found == wall or (found > wall and not dateutil.tz.datetime_exists(wall, tz))


@pytest.mark.law
@pytest.mark.rule("INT-01")
@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=70)), VALIDITIES, ZONES, EXPIRY_DAYS)
def test_issued_later_expires_no_earlier(
    issued: datetime, later: timedelta, period: Validity, zone: str, expiry_day: ExpiryDay
) -> None:
    assume(not overlapping(issued, zone))
    assume(not overlapping(issued + later, zone))
    assert ends(issued, period, zone, expiry_day) <= ends(issued + later, period, zone, expiry_day)


@pytest.mark.law
@pytest.mark.rule("DOC-EXP-01")
@given(INSTANTS, VALIDITIES, st.integers(0, 50), ZONES, EXPIRY_DAYS, POLICIES)
def test_a_longer_validity_expires_no_earlier(
    issued: datetime,
    period: Validity,
    more: int,
    zone: str,
    expiry_day: ExpiryDay,
    month_end: MonthEnd,
) -> None:
    longer = Validity(period.amount + more, period.unit)
    assert ends(issued, period, zone, expiry_day, month_end) <= ends(
        issued, longer, zone, expiry_day, month_end
    )


@pytest.mark.law
@pytest.mark.rule("INT-01")
@given(INSTANTS, VALIDITIES, ZONES, EXPIRY_DAYS, POLICIES)
def test_an_award_is_valid_for_a_while(
    issued: datetime, period: Validity, zone: str, expiry_day: ExpiryDay, month_end: MonthEnd
) -> None:
    assume(not overlapping(issued, zone))
    assert ends(issued, period, zone, expiry_day, month_end) > issued


@pytest.mark.law
@pytest.mark.rule("INT-01")
@given(INSTANTS, VALIDITIES, ZONES, POLICIES)
def test_an_included_day_lasts_to_its_end(
    issued: datetime, period: Validity, zone: str, month_end: MonthEnd
) -> None:
    out = ends(issued, period, zone, EXCLUSIVE, month_end)
    included = ends(issued, period, zone, INCLUSIVE, month_end)
    assert out <= included
    assert included == instants.at_local(instants.local_day(included, zone), time.min, zone)


@pytest.mark.law
@given(st.lists(INSTANTS), VALIDITIES, ZONES, EXPIRY_DAYS, POLICIES)
def test_many_are_answered_as_one(
    issued: list[datetime],
    period: Validity,
    zone: str,
    expiry_day: ExpiryDay,
    month_end: MonthEnd,
) -> None:
    together = validity.expiries(
        issued, period, zone=zone, expiry_day=expiry_day, month_end=month_end
    )
    assert together == [ends(one, period, zone, expiry_day, month_end) for one in issued]


@pytest.mark.rule("INT-01", "INT-11", "DOC-TZ-06")
def test_a_written_expiry_day_counts_as_the_policy_says() -> None:
    day, inclusive = date(2026, 6, 30), attrs.evolve(DOCEBO, expiry_day=INCLUSIVE)
    assert validity.written_expiry(day, zone=ROME, policy=DOCEBO) == datetime(
        2026, 6, 29, 22, tzinfo=UTC
    )
    assert validity.written_expiry(day, zone=ROME, policy=inclusive) == datetime(
        2026, 6, 30, 22, tzinfo=UTC
    )
