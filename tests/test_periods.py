import csv
import pickle
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules.errors import InvalidValueError, NoSuchDayError, OutOfRangeError
from certrules.periods import MonthEnd, Shifted, Unit, add

with (Path(__file__).parent / "vectors" / "calendar.csv").open(encoding="utf-8", newline="") as f:
    CALENDAR = [tuple(row.values()) for row in csv.DictReader(f)]

CLAMP, NEXT_DAY, END_OF_MONTH, REFUSE = MonthEnd


def day(text: str) -> date:
    return date.fromisoformat(text)


def length(year: int, month: int) -> int:
    """The days of a month, by the rhyme rather than by a library."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return {2: 29 if leap else 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)


def walk(start: date, months: int) -> tuple[int, int]:
    """The year and month reached, one month at a time."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return year, month


def clamped(start: date, months: int) -> date:
    year, month = walk(start, months)
    return date(year, month, min(start.day, length(year, month)))


@pytest.mark.rule("DOC-EXP-01", "DOC-EXP-06", "INT-01")
@pytest.mark.parametrize(("start", "amount", "unit", "result"), CALENDAR)
def test_days_agree_with_another_calendar(start: str, amount: str, unit: str, result: str) -> None:
    assert add(day(start), int(amount), Unit(unit + "s")).day == day(result)


@pytest.mark.rule("DOC-EXP-01")
@pytest.mark.parametrize(
    ("unit", "result"),
    [
        (Unit.DAYS, "2024-03-01"),
        (Unit.WEEKS, "2024-03-13"),
        (Unit.MONTHS, "2024-04-28"),
        (Unit.YEARS, "2026-02-28"),
    ],
)
def test_each_unit_counts_its_own(unit: Unit, result: str) -> None:
    assert add(date(2024, 2, 28), 2, unit) == Shifted(day(result))


# start, months: CLAMP, NEXT_DAY, END_OF_MONTH, what was lost under each
MONTH_ENDS = [
    ("2024-01-31", 1, "2024-02-29", "2024-03-01", "2024-02-29", 31, 31, 31),
    ("2023-01-31", 1, "2023-02-28", "2023-03-01", "2023-02-28", 31, 31, 31),
    ("2024-01-30", 1, "2024-02-29", "2024-03-01", "2024-02-29", 30, 30, 30),
    ("2023-01-30", 1, "2023-02-28", "2023-03-01", "2023-02-28", 30, 30, 30),
    ("2024-01-29", 1, "2024-02-29", "2024-02-29", "2024-02-29", None, None, None),
    ("2023-01-29", 1, "2023-02-28", "2023-03-01", "2023-02-28", 29, 29, 29),
    ("2023-01-28", 1, "2023-02-28", "2023-02-28", "2023-02-28", None, None, None),
    ("2024-01-27", 1, "2024-02-27", "2024-02-27", "2024-02-27", None, None, None),
    ("2024-03-31", 1, "2024-04-30", "2024-05-01", "2024-04-30", 31, 31, 31),
    ("2024-03-31", 2, "2024-05-31", "2024-05-31", "2024-05-31", None, None, None),
    ("2024-03-30", 1, "2024-04-30", "2024-04-30", "2024-04-30", None, None, None),
    ("2024-04-30", 1, "2024-05-30", "2024-05-30", "2024-05-31", None, None, None),
    ("2024-04-30", 2, "2024-06-30", "2024-06-30", "2024-06-30", None, None, None),
    ("2024-04-30", 10, "2025-02-28", "2025-03-01", "2025-02-28", 30, 30, 31),
    ("2024-04-29", 10, "2025-02-28", "2025-03-01", "2025-02-28", 29, 29, 29),
    ("2025-02-28", 1, "2025-03-28", "2025-03-28", "2025-03-31", None, None, None),
    ("2024-02-28", 1, "2024-03-28", "2024-03-28", "2024-03-28", None, None, None),
    ("2024-02-29", 1, "2024-03-29", "2024-03-29", "2024-03-31", None, None, None),
    ("2024-02-29", 12, "2025-02-28", "2025-03-01", "2025-02-28", 29, 29, 31),
    ("2023-02-28", 12, "2024-02-28", "2024-02-28", "2024-02-29", None, None, None),
    ("2024-02-29", 48, "2028-02-29", "2028-02-29", "2028-02-29", None, None, None),
    ("2096-02-29", 48, "2100-02-28", "2100-03-01", "2100-02-28", 29, 29, 31),
    ("1996-02-29", 48, "2000-02-29", "2000-02-29", "2000-02-29", None, None, None),
    ("2023-12-31", 2, "2024-02-29", "2024-03-01", "2024-02-29", 31, 31, 31),
    ("2023-12-31", 1, "2024-01-31", "2024-01-31", "2024-01-31", None, None, None),
]


@pytest.mark.rule("INT-01", "INT-40")
@pytest.mark.parametrize("row", MONTH_ENDS, ids=lambda row: f"{row[0]}+{row[1]}")
def test_month_ends(
    row: tuple[str, int, str, str, str, int | None, int | None, int | None],
) -> None:
    start, months, *days_and_lost = row
    found = [
        add(day(start), months, Unit.MONTHS, policy) for policy in (CLAMP, NEXT_DAY, END_OF_MONTH)
    ]
    assert [*(str(end.day) for end in found), *(end.lost_day for end in found)] == days_and_lost


@pytest.mark.rule("INT-01")
@pytest.mark.parametrize("row", MONTH_ENDS, ids=lambda row: f"{row[0]}+{row[1]}")
def test_refusing_month_ends(row: tuple[str, int, str, str, str, int | None]) -> None:
    start, months, clamp, _, _, lost = row[:6]
    if lost is None:
        assert add(day(start), months, Unit.MONTHS, REFUSE) == Shifted(day(clamp))
    else:
        with pytest.raises(NoSuchDayError, match=f"{start} plus {months} months"):
            add(day(start), months, Unit.MONTHS, REFUSE)


def test_a_refusal_names_the_period_as_it_was_given() -> None:
    with pytest.raises(NoSuchDayError) as caught:
        add(date(2024, 2, 29), 1, Unit.YEARS, REFUSE)
    error = caught.value
    assert (error.day, error.amount, error.unit) == (date(2024, 2, 29), 1, Unit.YEARS)


@pytest.mark.rule("INT-40")
def test_a_year_from_29_february_ends_on_the_28th() -> None:
    end = add(date(2024, 2, 29), 1, Unit.YEARS)
    assert end == Shifted(date(2025, 2, 28), lost_day=29)
    assert end.rounded


def test_a_day_that_its_month_has_is_not_rounded() -> None:
    assert not add(date(2024, 2, 28), 1, Unit.YEARS).rounded


@pytest.mark.parametrize("policy", MonthEnd)
@pytest.mark.parametrize("unit", [Unit.DAYS, Unit.WEEKS])
def test_days_and_weeks_never_round(unit: Unit, policy: MonthEnd) -> None:
    assert add(date(2024, 1, 31), 30, unit, policy, anchor_day=31).lost_day is None


def chain(start: str, amount: int, unit: Unit, links: int, policy: MonthEnd) -> list[str]:
    at, anchor, ends = day(start), None, []
    for _ in range(links):
        end = add(at, amount, unit, policy, anchor_day=anchor)
        at, anchor = end.day, end.lost_day
        ends.append(f"{at:%m-%d}")
    return ends


LEAP, FROM_31, FROM_30 = "2024-02-29", "2023-01-31", "2023-01-30"


@pytest.mark.rule("INT-01", "INT-40")
@pytest.mark.parametrize(
    ("start", "amount", "unit", "policy", "ends"),
    [
        (LEAP, 1, Unit.YEARS, CLAMP, "02-28 02-28 02-28 02-29 02-28"),
        (LEAP, 12, Unit.MONTHS, CLAMP, "02-28 02-28 02-28 02-29 02-28"),
        (LEAP, 1, Unit.YEARS, NEXT_DAY, "03-01 03-01 03-01 02-29 03-01"),
        (LEAP, 1, Unit.YEARS, END_OF_MONTH, "02-28 02-28 02-28 02-29 02-28"),
        (FROM_31, 1, Unit.MONTHS, CLAMP, "02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30"),
        (FROM_31, 1, Unit.MONTHS, NEXT_DAY, "03-01 03-31 05-01 05-31 07-01 07-31 08-31 10-01"),
        (FROM_31, 1, Unit.MONTHS, END_OF_MONTH, "02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30"),
        (FROM_30, 1, Unit.MONTHS, CLAMP, "02-28 03-30 04-30 05-30 06-30"),
        (FROM_30, 1, Unit.MONTHS, NEXT_DAY, "03-01 03-30 04-30 05-30 06-30"),
        (FROM_30, 13, Unit.MONTHS, CLAMP, "02-29 03-30 04-30 05-30 06-30"),
        ("2023-08-31", 6, Unit.MONTHS, CLAMP, "02-29 08-31 02-28 08-31"),
        ("2023-08-31", 6, Unit.MONTHS, NEXT_DAY, "03-01 08-31 03-01 08-31"),
    ],
)
def test_a_chain_of_renewals_remembers_its_first_day(
    start: str, amount: int, unit: Unit, policy: MonthEnd, ends: str
) -> None:
    assert chain(start, amount, unit, len(ends.split()), policy) == ends.split()


@pytest.mark.rule("INT-01")
@pytest.mark.parametrize(
    ("start", "anchor", "policy", "result"),
    [
        ("2025-02-28", 31, CLAMP, "2025-03-31"),
        ("2025-02-28", 30, CLAMP, "2025-03-30"),
        ("2025-02-28", 28, CLAMP, "2025-03-28"),
        ("2025-02-28", 1, CLAMP, "2025-03-28"),
        ("2025-02-27", 31, CLAMP, "2025-03-27"),  # not moved by a shorter month
        ("2024-02-28", 31, CLAMP, "2024-03-28"),
        ("2025-01-31", 29, CLAMP, "2025-02-28"),
        ("2025-04-30", 31, REFUSE, "2025-05-31"),
        ("2025-02-28", 30, END_OF_MONTH, "2025-03-30"),  # it began on a 30th, not at a month end
        ("2025-02-28", 31, END_OF_MONTH, "2025-03-31"),
        ("2025-02-28", 28, END_OF_MONTH, "2025-03-31"),
        ("2025-03-01", 31, NEXT_DAY, "2025-03-31"),  # meant 28 February
        ("2025-03-01", 29, NEXT_DAY, "2025-03-29"),
        ("2025-03-01", 28, NEXT_DAY, "2025-04-01"),
        ("2025-03-01", None, NEXT_DAY, "2025-04-01"),
        ("2025-03-01", 31, CLAMP, "2025-04-01"),
        ("2025-03-02", 31, NEXT_DAY, "2025-04-02"),
        ("2025-01-01", 31, NEXT_DAY, "2025-02-01"),  # December lacks no day
        ("0001-01-01", 31, NEXT_DAY, "0001-02-01"),
        ("2025-05-01", 31, NEXT_DAY, "2025-05-31"),
        ("2025-05-01", 30, NEXT_DAY, "2025-06-01"),
    ],
)
def test_an_anchor_counts_only_where_a_shorter_month_moved_the_start(
    start: str, anchor: int | None, policy: MonthEnd, result: str
) -> None:
    assert str(add(day(start), 1, Unit.MONTHS, policy, anchor_day=anchor).day) == result


@pytest.mark.rule("INT-01")
def test_an_anchor_that_is_lost_again_is_remembered() -> None:
    for policy in (CLAMP, END_OF_MONTH):
        end = add(date(2025, 2, 28), 1, Unit.YEARS, policy, anchor_day=30)
        assert end == Shifted(date(2026, 2, 28), lost_day=30)


@pytest.mark.parametrize(
    ("start", "amount", "unit"),
    [
        ("9999-12-31", 1, Unit.DAYS),
        ("9999-12-25", 1, Unit.WEEKS),
        ("9999-12-01", 1, Unit.MONTHS),
        ("9999-12-31", 1, Unit.MONTHS),
        ("9999-01-01", 1, Unit.YEARS),
        ("9996-02-29", 4, Unit.YEARS),
        ("0001-01-01", -1, Unit.DAYS),
        ("0001-01-07", -1, Unit.WEEKS),
        ("0001-01-31", -1, Unit.MONTHS),
        ("0001-12-31", -1, Unit.YEARS),
        *(("2024-01-31", amount, unit) for amount in (10**9, 10**12, 10**30) for unit in Unit),
        *(("2024-01-01", amount, unit) for amount in (10**9, 10**12, 10**30) for unit in Unit),
    ],
)
def test_beyond_the_calendar_is_an_error_that_names_it(start: str, amount: int, unit: Unit) -> None:
    with pytest.raises(OutOfRangeError) as caught:
        add(day(start), amount, unit)
    assert str(caught.value) == f"{start} plus {amount} {unit} is outside the years 1 to 9999"
    assert caught.value.value == day(start)


def test_the_last_and_the_first_day_can_be_reached() -> None:
    assert add(date(9999, 12, 30), 1, Unit.DAYS).day == date.max
    assert add(date(9998, 12, 31), 1, Unit.YEARS).day == date.max
    assert add(date(1, 1, 8), -1, Unit.WEEKS).day == date.min
    assert add(date(1, 2, 1), -1, Unit.MONTHS).day == date.min


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("start", datetime(2024, 1, 31, tzinfo=UTC), "a date without a time"),
        ("start", "2024-01-31", "a date without a time"),
        ("start", None, "a date without a time"),
        ("amount", 1.5, "a whole number"),
        ("amount", True, "a whole number"),
        ("amount", "1", "a whole number"),
        ("unit", "months", "a certrules.Unit"),
        ("unit", None, "a certrules.Unit"),
        ("month_end", "clamp", "a certrules.MonthEnd"),
        ("anchor_day", 0, "a day of the month, 1 to 31"),
        ("anchor_day", 32, "a day of the month, 1 to 31"),
        ("anchor_day", "31", "a day of the month, 1 to 31"),
    ],
)
def test_a_wrong_argument_is_an_error_that_names_it(
    name: str, value: object, expected: str
) -> None:
    arguments = {"start": date(2024, 1, 1), "amount": 1, "unit": Unit.DAYS, name: value}
    with pytest.raises(InvalidValueError) as caught:
        add(**arguments)  # type: ignore[arg-type]
    error = caught.value
    assert (error.name, error.value, error.expected) == (name, value, expected)


def test_the_ends_of_the_month_are_anchors() -> None:
    assert add(date(2024, 2, 29), 1, Unit.MONTHS, anchor_day=1).day == date(2024, 3, 29)
    assert add(date(2024, 2, 29), 1, Unit.MONTHS, anchor_day=31).day == date(2024, 3, 31)


@pytest.mark.parametrize("start", [pendulum.Date(2024, 1, 15), pendulum.Date(2024, 1, 31)])
@pytest.mark.parametrize("policy", [CLAMP, NEXT_DAY, END_OF_MONTH])
@pytest.mark.parametrize("unit", Unit)
def test_a_day_of_another_library_is_welcome_and_never_comes_back(
    unit: Unit, policy: MonthEnd, start: date
) -> None:
    end = add(start, 1, unit, policy).day
    assert type(end) is date
    assert end == add(date(start.year, start.month, start.day), 1, unit, policy).day


@pytest.mark.parametrize("kind", [Unit, MonthEnd])
def test_units_and_policies_survive_a_journey(kind: type[Unit] | type[MonthEnd]) -> None:
    members = set(kind)
    assert set(pickle.loads(pickle.dumps(list(kind)))) == members  # noqa: S301
    assert {kind(member.value) for member in kind} == members


def test_a_unit_reads_as_a_word() -> None:
    assert [str(unit) for unit in Unit] == ["days", "weeks", "months", "years"]


DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
MONTHS = st.integers(0, 600)


@pytest.mark.law
@given(DAYS, MONTHS)
def test_clamping_agrees_with_walking_month_by_month(start: date, months: int) -> None:
    assert add(start, months, Unit.MONTHS).day == clamped(start, months)


@pytest.mark.law
@given(DAYS, st.integers(0, 50))
def test_a_year_is_twelve_months(start: date, years: int) -> None:
    for policy in (CLAMP, NEXT_DAY, END_OF_MONTH):
        assert add(start, years, Unit.YEARS, policy) == add(start, 12 * years, Unit.MONTHS, policy)


@pytest.mark.law
@given(DAYS, st.integers(-5000, 5000))
def test_a_week_is_seven_days(start: date, weeks: int) -> None:
    end = add(start, weeks, Unit.WEEKS)
    assert end == add(start, 7 * weeks, Unit.DAYS) == Shifted(start + timedelta(weeks=weeks))


@pytest.mark.law
@given(DAYS, MONTHS)
def test_policies_differ_only_where_the_month_is_too_short(start: date, months: int) -> None:
    clamp, following = (add(start, months, Unit.MONTHS, policy) for policy in (CLAMP, NEXT_DAY))
    assert clamp.lost_day == following.lost_day
    assert following.day - clamp.day == timedelta(days=1 if clamp.rounded else 0)
    year, month = walk(start, months)
    at_end = start.day == length(start.year, start.month)
    end = add(start, months, Unit.MONTHS, END_OF_MONTH).day
    assert end == (date(year, month, length(year, month)) if at_end else clamp.day)


@pytest.mark.law
@given(DAYS, st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_a_chain_ends_where_one_long_period_does(start: date, months: list[int]) -> None:
    for policy in (CLAMP, NEXT_DAY):  # END_OF_MONTH takes a 28 February, once reached, for an end
        at, anchor = start, None
        for count in months:
            end = add(at, count, Unit.MONTHS, policy, anchor_day=anchor)
            at, anchor = end.day, end.lost_day
        assert at == add(start, sum(months), Unit.MONTHS, policy).day
