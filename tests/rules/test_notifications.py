"""Each notice once per award, kind and cycle, whenever and however often it is asked for."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules import ALLBOUND, DOCEBO, Award, Granted, Refused, instants
from certrules.errors import NaiveDatetimeError, OutOfRangeError
from certrules.model.decisions import Answer, because
from certrules.model.notices import (
    Event,
    EventKind,
    Notice,
    NoticeKind,
    Notification,
    NotRenewable,
    Offset,
    OffsetUnit,
    Priority,
)
from certrules.model.reasons import ReasonCode
from certrules.rules import notifications
from certrules.testing import strategies

ROME = ZoneInfo("Europe/Rome")
HOURS, DAYS, WEEKS = OffsetUnit
ISSUED = datetime(2024, 1, 1, tzinfo=UTC)
EXPIRES = datetime(2025, 6, 30, tzinfo=UTC)
AWARD = Award("ada", "fa", ISSUED, EXPIRES)
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
LAST = datetime(2100, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def telling(amount: int = 0, unit: OffsetUnit = DAYS, name: str = "") -> Notification:
    return Notification(name or f"{amount} {unit}", NoticeKind.EXPIRY, Offset(amount, unit))


def due(
    *awards: Award,
    told: list[Notification],
    since: datetime = FIRST,
    until: datetime = LAST,
    zone: str | tzinfo = UTC,
) -> list[Notice]:
    return notifications.due(awards, told, since, until, zone=zone)


def moments(notices: list[Notice]) -> list[datetime]:
    return [notice.due_at for notice in notices]


@pytest.mark.rule("DOC-NOTIFY-04", "INT-25", "X-NOTIFY-3")
@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        (-2, WEEKS, "2025-06-16T00:00:00+00:00"),
        (-30, DAYS, "2025-05-31T00:00:00+00:00"),
        (-36, HOURS, "2025-06-28T12:00:00+00:00"),
        (0, WEEKS, "2025-06-30T00:00:00+00:00"),
        (1, HOURS, "2025-06-30T01:00:00+00:00"),
        (3, DAYS, "2025-07-03T00:00:00+00:00"),
    ],
)
def test_in_utc_every_offset_is_exact(amount: int, unit: OffsetUnit, expected: str) -> None:
    found = notifications.moment(EXPIRES, Offset(amount, unit), zone=UTC)
    assert found.isoformat() == expected
    assert found.tzinfo is UTC


@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
@pytest.mark.parametrize("changed", [date(2025, 3, 30), date(2025, 10, 26)])
def test_days_and_weeks_keep_to_the_calendar_and_hours_to_the_clock(changed: date) -> None:
    """On both days, and in the week before, the clocks of Rome change."""
    midnight = instants.start_of_day(changed + timedelta(days=1), ROME)
    for offset in (Offset(-7, DAYS), Offset(-1, WEEKS)):
        found = notifications.moment(midnight, offset, zone=ROME)
        assert found == instants.start_of_day(changed - timedelta(days=6), ROME)
        assert found != midnight - timedelta(days=7)
    hours = notifications.moment(midnight, Offset(-168, HOURS), zone=ROME)
    assert hours == midnight - timedelta(hours=168)


@pytest.mark.rule("DOC-NOTIFY-04")
def test_at_a_doubled_hour_the_notice_of_the_expiry_is_not_an_hour_early() -> None:
    second = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)  # 02:30 in Rome, for the second time
    assert notifications.moment(second, Offset(0, DAYS), zone=ROME) == second


@pytest.mark.parametrize(
    "offset", [Offset(999_999, OffsetUnit.WEEKS), Offset(-999_999, OffsetUnit.WEEKS)]
)
def test_a_moment_that_no_date_can_hold_is_a_mistake_alone_and_no_notice_among_others(
    offset: Offset,
) -> None:
    with pytest.raises(OutOfRangeError):
        notifications.moment(EXPIRES, offset, zone=UTC)
    told = [Notification("far", NoticeKind.EXPIRY, offset), telling()]
    assert [notice.notification_id for notice in due(AWARD, told=told)] == ["0 days"]


def test_an_expiry_that_stands_for_never_has_no_notice_after_it() -> None:
    end = datetime(9999, 12, 31, 23, tzinfo=UTC)
    told = [telling(1), telling(-1), telling(-1, HOURS)]
    found = due(evolve(AWARD, expires_at=end), told=told, until=datetime.max.replace(tzinfo=UTC))
    assert [notice.notification_id for notice in found] == ["-1 days", "-1 hours"]
    assert not due(evolve(AWARD, expires_at=end), told=[telling(-1)], until=end, zone="+14:00")


@pytest.mark.rule("DOC-NOTIFY-01", "DOC-NOTIFY-04", "INT-25")
def test_the_interval_takes_in_its_first_instant_and_not_its_last() -> None:
    told = [telling()]
    assert moments(due(AWARD, told=told, since=EXPIRES, until=EXPIRES + MICROSECOND)) == [EXPIRES]
    assert not due(AWARD, told=told, since=EXPIRES - MICROSECOND, until=EXPIRES)
    assert not due(AWARD, told=told, since=EXPIRES + MICROSECOND)


def test_an_interval_that_ends_before_it_begins_is_empty() -> None:
    assert not due(AWARD, told=[telling()], since=LAST, until=FIRST)
    assert not due(AWARD, told=[telling()], since=EXPIRES, until=EXPIRES)


def test_a_notice_says_what_it_tells_and_when() -> None:
    told = [evolve(telling(-2, WEEKS, "soon"), priority=Priority.HIGH)]
    assert due(AWARD, told=told) == [
        Notice(
            notification_id="soon",
            kind=NoticeKind.EXPIRY,
            user_id="ada",
            certification_id="fa",
            cycle=1,
            of=EXPIRES,
            due_at=EXPIRES - timedelta(days=14),
            priority=Priority.HIGH,
        )
    ]


@pytest.mark.rule("DOC-NOTIFY-07", "INT-23")
@pytest.mark.parametrize(
    "award", [evolve(AWARD, expires_at=None), AWARD.archive(ISSUED), AWARD.archive(LAST)]
)
def test_what_never_expires_or_is_archived_is_not_told_of(award: Award) -> None:
    assert not due(award, told=[telling(), telling(-1), telling(1)])


@pytest.mark.rule("INT-23", "INT-46")
def test_before_a_gap_an_expiry_is_told_of_until_the_next_award_begins() -> None:
    told, later = [telling(days) for days in (-9, 0, 3, 4)], EXPIRES + timedelta(days=4)
    until = later - MICROSECOND
    for begins, moments_told in (
        (EXPIRES, []),
        (EXPIRES + MICROSECOND, []),  # by until, it is history
        (until, []),
        (later, [-9, 0, 3]),
        (LAST, [-9, 0, 3]),
    ):
        held = AWARD.archive(begins)
        found = [notice.notification_id for notice in due(held, told=told, until=until)]
        assert found == [f"{days} days" for days in moments_told]
        passed = notifications.passed(held, told, at=until, zone=UTC)
        assert [each.notification_id for each in passed] == found
    assert due(AWARD.archive(EXPIRES), told=told, until=EXPIRES - MICROSECOND) == []


@pytest.mark.rule("DOC-NOTIFY-02", "ALL-NOTIFY-03")
def test_without_a_notification_of_the_expiry_nothing_is_told() -> None:
    assert not due(AWARD, told=[])
    assert not due(AWARD, told=[*ALLBOUND.notifications])
    assert not DOCEBO.notifications


@pytest.mark.rule("INT-25")
def test_nobody_is_reminded_before_the_award_was_issued() -> None:
    week = evolve(AWARD, expires_at=ISSUED + timedelta(days=7))
    told = [telling(-30), telling(-7), telling(-1)]
    assert [notice.notification_id for notice in due(week, told=told)] == ["-7 days", "-1 days"]


@pytest.mark.rule("INT-25")
def test_notices_come_in_the_order_in_which_they_are_due_each_once() -> None:
    earlier = evolve(AWARD, user_id="bob", expires_at=EXPIRES - timedelta(days=1))
    told = [telling(), telling(-1), telling(-1, name="other"), telling()]
    found = due(AWARD, earlier, AWARD, told=told)
    assert [(notice.user_id, notice.notification_id) for notice in found] == [
        ("bob", "-1 days"),
        ("bob", "other"),
        ("ada", "-1 days"),
        ("ada", "other"),
        ("bob", "0 days"),
        ("ada", "0 days"),
    ]


@pytest.mark.rule("INT-25")
def test_each_cycle_is_told_of_for_itself() -> None:
    renewed = evolve(AWARD, cycle=2, expires_at=EXPIRES + timedelta(days=365))
    first, second = (
        due(AWARD, told=[telling()]),
        due(AWARD.archive(EXPIRES), renewed, told=[telling()]),
    )
    assert [notice.cycle for notice in first + second] == [1, 2]
    assert first[0].identity != second[0].identity


def test_naive_instants_are_mistakes_of_the_caller() -> None:
    naive = FIRST.replace(tzinfo=None)
    for since, until in ((naive, LAST), (FIRST, naive)):
        with pytest.raises(NaiveDatetimeError):
            due(AWARD, told=[], since=since, until=until)
        with pytest.raises(NaiveDatetimeError):
            notifications.reach([], since, until)
    with pytest.raises(NaiveDatetimeError):
        notifications.edited(None, AWARD, [], at=naive, zone=UTC)


# What an event calls for


@pytest.mark.rule("DOC-NOTIFY-01", "DOC-NOTIFY-05", "DOC-NOTIFY-06", "ALL-NOTIFY-01")
@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (EventKind.ISSUED, NoticeKind.ISSUED),
        (EventKind.RENEWED, NoticeKind.ISSUED),
        (EventKind.ENROLLED, NoticeKind.ENROLLED),
    ],
)
def test_an_event_calls_for_the_notices_of_its_kind(event: EventKind, kind: NoticeKind) -> None:
    told = [evolve(telling(), id=str(each), kind=each) for each in NoticeKind]
    at = datetime(2024, 7, 1, 2, tzinfo=ROME)
    item = "c1" if event is EventKind.ENROLLED else None
    (found,) = notifications.of_event(Event(event, "ada", "fa", 3, at, item), told)
    assert (found.kind, found.notification_id) == (kind, str(kind))
    assert (found.user_id, found.certification_id, found.cycle, found.item_id) == (
        "ada",
        "fa",
        3,
        item or "",
    )
    assert found.due_at == found.of == at
    assert found.of.tzinfo is UTC


@pytest.mark.rule("DOC-NOTIFY-02")
def test_learners_hear_of_an_event_only_where_it_was_set_up() -> None:
    for kind in EventKind:
        assert not notifications.of_event(Event(kind, "ada", "fa", 1, ISSUED), [telling()])


@pytest.mark.rule("ALL-NOTIFY-01")
def test_allbound_tells_of_every_issue_by_itself() -> None:
    event = Event(EventKind.ISSUED, "ada", "fa", 1, ISSUED)
    twice = [*ALLBOUND.notifications, *ALLBOUND.notifications]
    assert [notice.notification_id for notice in notifications.of_event(event, twice)] == ["issued"]


@pytest.mark.rule("DOC-NOTIFY-05")
def test_an_event_told_again_is_the_same_and_another_enrolment_another() -> None:
    told = [Notification("n", NoticeKind.ENROLLED)]
    event = Event(EventKind.ENROLLED, "ada", "fa", 1, ISSUED, "c1")
    again = evolve(event, at=ISSUED.astimezone(ROME))
    others = [evolve(event, at=LAST), evolve(event, item_id="c2"), evolve(event, cycle=2)]
    identity, same, *different = [
        notifications.of_event(each, told)[0].identity for each in (event, again, *others)
    ]
    assert identity == same
    assert len({identity, *different}) == 4


# What an edit calls for


REMINDERS = [telling(-90), telling(-60), telling(-30), telling(0), telling(7)]


def edited(before: Award | None, after: Award, at: datetime) -> list[str]:
    found = notifications.edited(before, after, REMINDERS, at=at, zone=UTC)
    return [notice.notification_id for notice in found]


@pytest.mark.rule("INT-25")
@pytest.mark.parametrize(
    ("days", "told"),
    [
        (100, []),
        (90, ["-90 days"]),
        (89, ["-90 days"]),
        (60, ["-60 days"]),
        (1, ["-30 days"]),
        (0, ["0 days"]),
        (-6, ["0 days"]),
        (-7, ["7 days"]),
        (-400, ["7 days"]),
    ],
)
def test_an_edit_tells_the_latest_of_what_it_put_into_the_past(days: int, told: list[str]) -> None:
    later = evolve(AWARD, issued_at=FIRST, expires_at=EXPIRES + timedelta(days=days))
    assert edited(evolve(AWARD, expires_at=LAST), later, EXPIRES) == told
    assert edited(None, later, EXPIRES) == told


@pytest.mark.rule("INT-48")
@pytest.mark.parametrize(("days", "told"), [(60, ["-60 days"]), (59, [])])
def test_nothing_is_told_of_before_an_award_was_recorded(days: int, told: list[str]) -> None:
    at = EXPIRES - timedelta(days=45)
    found = notifications.edited(
        None, AWARD, REMINDERS, at=at, zone=UTC, recorded_at=EXPIRES - timedelta(days=days)
    )
    assert [each.notification_id for each in found] == told


@pytest.mark.rule("INT-48")
def test_a_notice_is_withheld_from_those_who_could_not_renew_if_its_notification_says_so() -> None:
    told = telling(-30)
    quiet = evolve(told, not_renewable=NotRenewable.NOT_SENT)
    left = Refused((because(ReasonCode.NOT_HELD), because(ReasonCode.RENEWAL_OPEN)))
    begun = Refused((because(ReasonCode.RENEWAL_OPEN),))
    answers: list[Answer] = [left, begun, Granted()]
    assert [notifications.withheld(told, each) for each in answers] == [False, False, False]
    assert [notifications.withheld(quiet, each) for each in answers] == [True, False, False]


@pytest.mark.rule("INT-23", "INT-25")
def test_an_edit_that_leaves_the_expiry_or_takes_it_away_tells_nothing() -> None:
    assert not edited(AWARD, evolve(AWARD, version=2), LAST)
    assert not edited(AWARD, evolve(AWARD, expires_at=None), LAST)
    assert not edited(None, AWARD.archive(EXPIRES), LAST)


@pytest.mark.rule("INT-25")
def test_a_moved_expiry_is_other_news_and_moved_back_it_is_old() -> None:
    told = [telling()]
    moved = evolve(AWARD, expires_at=EXPIRES + timedelta(days=1), version=2)
    back = evolve(AWARD, version=3)
    before, after, again = (due(award, told=told)[0].identity for award in (AWARD, moved, back))
    assert before == again != after


@pytest.mark.rule("INT-25")
def test_every_moment_that_has_come_has_passed() -> None:
    found = notifications.passed(AWARD, REMINDERS, at=EXPIRES - timedelta(days=60), zone=UTC)
    assert [notice.notification_id for notice in found] == ["-90 days", "-60 days"]
    assert not notifications.passed(AWARD.archive(EXPIRES), REMINDERS, at=LAST, zone=UTC)


# Which expiries a store looks at


@pytest.mark.rule("DOC-NOTIFY-04")
def test_nothing_is_looked_for_where_nothing_can_be_due() -> None:
    assert notifications.reach([Notification("n", NoticeKind.ISSUED)], FIRST, LAST) is None
    assert notifications.reach([telling()], LAST, LAST) is None
    assert notifications.reach([telling()], LAST, FIRST) is None


@pytest.mark.rule("DOC-NOTIFY-04")
def test_the_reach_ends_where_time_does() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert notifications.reach([telling(-1), telling(1)], first, last) == (first, last)


UNITS = st.sampled_from(OffsetUnit)
OFFSETS = st.builds(Offset, st.integers(-60, 60), UNITS)
TOLD = st.lists(OFFSETS, max_size=4).map(
    lambda offsets: [
        Notification(str(number), NoticeKind.EXPIRY, offset)
        for number, offset in enumerate(offsets)
    ]
)
HELD = st.lists(
    st.tuples(strategies.awards(), st.sampled_from(["u1", "u2"]), st.booleans()).map(
        lambda drawn: evolve(
            drawn[0], user_id=drawn[1], archived_at=drawn[0].issued_at if drawn[2] else None
        )
    ),
    max_size=4,
)
ZONES = st.sampled_from(["UTC", "Europe/Rome", "Pacific/Apia", "America/Sao_Paulo", "+05:30"])
CUTS = st.lists(strategies.moments(), min_size=2, max_size=6).map(
    lambda drawn: sorted(instants.utc(cut) for cut in drawn)
)


@pytest.mark.law
@pytest.mark.rule("INT-25")
@given(HELD, TOLD, CUTS, ZONES)
def test_however_an_interval_is_split_each_notice_comes_once(
    awards: list[Award], told: list[Notification], cuts: list[datetime], zone: str
) -> None:
    whole = due(*awards, told=told, since=cuts[0], until=cuts[-1], zone=zone)
    parts = [
        notice
        for since, until in pairwise(cuts)
        for notice in due(*awards, told=told, since=since, until=until, zone=zone)
    ]
    assert parts == whole
    assert len({notice.identity for notice in whole}) == len(whole)


@pytest.mark.law
@pytest.mark.rule("INT-25")
@given(HELD, TOLD, CUTS, ZONES)
def test_however_awards_are_batched_the_notices_are_the_same(
    awards: list[Award], told: list[Notification], cuts: list[datetime], zone: str
) -> None:
    whole = due(*awards, told=told, since=cuts[0], until=cuts[-1], zone=zone)
    batches = [
        notice
        for award in [*awards, *awards[:1]]
        for notice in due(award, told=told, since=cuts[0], until=cuts[-1], zone=zone)
    ]
    assert {each.identity for each in batches} >= {each.identity for each in whole}
    assert set(batches) >= set(whole)


def told_once(
    awards: list[Award], told: list[Notification], clock: list[datetime], zone: str
) -> Iterator[Notice]:
    """A job run at the hours of a clock that may be set back, with its memory."""
    planned = clock[0]
    for now in clock:
        yield from due(*awards, told=told, since=planned, until=now, zone=zone)
        planned = max(planned, now)


@pytest.mark.law
@pytest.mark.rule("INT-25")
@given(HELD, TOLD, st.lists(strategies.moments(), min_size=1, max_size=6), ZONES)
def test_a_clock_set_back_tells_nothing_twice_and_loses_nothing(
    awards: list[Award], told: list[Notification], clock: list[datetime], zone: str
) -> None:
    found = list(told_once(awards, told, clock, zone))
    assert found == due(*awards, told=told, since=clock[0], until=max(clock), zone=zone)


@pytest.mark.law
@pytest.mark.rule("DOC-NOTIFY-04")
@given(HELD, TOLD, CUTS, ZONES)
def test_what_is_due_lies_within_reach(
    awards: list[Award], told: list[Notification], cuts: list[datetime], zone: str
) -> None:
    reach = notifications.reach(told, cuts[0], cuts[-1])
    found = due(*awards, told=told, since=cuts[0], until=cuts[-1], zone=zone)
    assert reach is not None or not found
    if reach is not None:
        assert all(reach[0] <= notice.of <= reach[1] for notice in found)


@pytest.mark.law
@pytest.mark.rule("INT-23", "INT-25")
@given(st.none() | strategies.awards(), strategies.awards(), TOLD, strategies.moments(), ZONES)
def test_an_edit_tells_one_thing_at_most_and_never_what_is_to_come(
    before: Award | None, after: Award, told: list[Notification], at: datetime, zone: str
) -> None:
    found = notifications.edited(before, after, told, at=at, zone=zone)
    to_come = due(after, told=told, since=at + MICROSECOND, zone=zone)
    assert len(found) <= 1
    assert not {each.identity for each in found} & {each.identity for each in to_come}
