"""Starting, completing and cancelling a renewal; the table of who may start is another module."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from certrules import (
    ALLBOUND,
    Assignment,
    AssociationType,
    Award,
    Certification,
    CertificationStatus,
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    Facts,
    Granted,
    Item,
    ItemKind,
    LearningPlan,
    Refused,
    Renewal,
    RenewalOption,
    Rule,
    Source,
    Unit,
    User,
    Validity,
    Window,
)
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.model.awards import AwardKey
from certrules.model.catalog import Criteria
from certrules.model.decisions import Answer, Decision
from certrules.model.effects import (
    ArchiveAward,
    ArchiveEnrolment,
    CancelNotices,
    CloseRenewal,
    Enrol,
    IssueAward,
    Notify,
    OpenRenewal,
    ResetMaterials,
)
from certrules.model.learning import EntryPoint, RenewalState, WindowStart
from certrules.model.notices import EventKind
from certrules.model.reasons import ReasonCode
from certrules.rules import renewal
from certrules.rules.renewal.availability import window_end
from certrules.rules.renewal.snapshot import facts_as_of
from certrules.testing import strategies

COURSE, PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
DONE = datetime(2024, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
AT = datetime(2024, 7, 1, tzinfo=UTC)
LATER = datetime(2024, 8, 1, tzinfo=UTC)
ADA = User("ada", "ada")
BY_COURSE = RenewalOption(COURSE, "c1")
AWARD = Award(
    "ada",
    "fa",
    DONE,
    datetime(2025, 2, 1, tzinfo=UTC),
    source=Source(AssociationType.COURSE, "c1"),
)


def first_aid(*items: tuple[ItemKind, str], retake: bool = True, **fields: Any) -> Certification:
    assignments = tuple(Assignment(*item, BEGIN) for item in items or [(COURSE, "c1")])
    validity = Validity(1, Unit.YEARS)
    return Certification(
        "fa", "First aid", validity=validity, retake=retake, assignments=assignments, **fields
    )


def enrolment(
    item_id: str,
    status: EnrolmentStatus = EnrolmentStatus.COMPLETED,
    kind: ItemKind = COURSE,
    **fields: Any,
) -> Enrolment:
    return Enrolment("ada", kind, item_id, BEGIN, status, **fields)


FACTS = Facts(
    ADA,
    first_aid(),
    awards=[AWARD],
    enrolments=[enrolment("c1", completed_at=DONE)],
    courses=[
        Course("c1", ["own", "shared"]),
        Course("c2", ["shared", "other"]),
        Course("c3", ["other"]),
    ],
)
OFF = evolve(FACTS, certification=first_aid((COURSE, "c1"), (COURSE, "c2"), retake=False))


def rules(decided: Decision) -> set[str]:
    assert isinstance(decided, Refused), decided.reasons
    return {reason.rule.id for reason in decided.reasons}


def effects(decided: Decision, *kinds: type) -> list[Any]:
    assert isinstance(decided, Granted), decided.reasons
    return [effect for effect in decided.effects if isinstance(effect, kinds)]


def started(facts: Facts = FACTS, option: RenewalOption = BY_COURSE, **fields: Any) -> Facts:
    """The facts as they are once a renewal has been started."""
    decided = renewal.start(facts, option, **{"at": AT, **fields})
    gone = [each.enrolment for each in effects(decided, ArchiveEnrolment)]
    fresh = [each.enrolment for each in effects(decided, Enrol)]
    replaced = {(each.kind, each.item_id, each.attempt) for each in gone}
    kept = [e for e in facts.enrolments if (e.kind, e.item_id, e.attempt) not in replaced]
    opened = [each.renewal for each in effects(decided, OpenRenewal)]
    return evolve(facts, enrolments=kept + gone + fresh, renewals=[*facts.renewals, *opened])


def completion(item_id: str = "c1", at: datetime = LATER, kind: ItemKind = COURSE) -> Completion:
    return Completion("ada", kind, item_id, at)


def complete(facts: Facts, done: Completion, *, at: datetime = LATER) -> Decision:
    return renewal.complete(facts, done, at=at, zone=UTC)


# May it be started?


@pytest.mark.rule("DOC-RENEW-04", "DOC-RENEW-08", "DOC-VIEW-03")
def test_the_control_is_offered_everywhere_or_nowhere() -> None:
    assert renewal.controls(renewal.decide(FACTS, at=AT)) == tuple(EntryPoint)
    assert renewal.controls(renewal.decide(evolve(FACTS, awards=()), at=AT)) == ()
    assert len(EntryPoint) == 4


@pytest.mark.rule("ALL-EXP-04")
def test_a_platform_may_have_no_renewal() -> None:
    assert rules(renewal.decide(FACTS, at=AT, policy=ALLBOUND)) == {"ALL-EXP-04"}


@pytest.mark.rule("INT-32")
def test_what_needs_several_items_is_not_renewed_by_one() -> None:
    both = first_aid((COURSE, "c1"), (COURSE, "c2"))
    grouped = evolve(
        both,
        assignments=tuple(evolve(each, group=each.item_id) for each in both.assignments),
    )
    assert rules(renewal.decide(evolve(FACTS, certification=grouped), at=AT)) == {"INT-32"}


@pytest.mark.rule("ALL-VIS-02", "ALL-VIS-06", "INT-36")
def test_who_is_outside_the_groups_cannot_renew() -> None:
    facts = evolve(FACTS, certification=first_aid(groups={"crew"}))
    assert rules(renewal.decide(facts, at=AT)) == {"ALL-VIS-02"}
    member = evolve(facts, user=User("ada", "ada", groups={"crew"}))
    assert renewal.decide(member, at=AT)


@pytest.mark.rule("INT-19")
@pytest.mark.parametrize(
    "item",
    [
        (COURSE, "unknown"),
        (PLAN, "unknown"),
        (ItemKind.EXTERNAL_TRAINING, "x1"),
    ],
)
def test_what_cannot_be_taken_does_not_renew(item: tuple[ItemKind, str]) -> None:
    facts = evolve(FACTS, certification=first_aid(item))
    assert rules(renewal.decide(facts, at=AT)) == {"INT-19"}


def test_an_item_assigned_twice_is_one_option() -> None:
    facts = evolve(FACTS, certification=first_aid((COURSE, "c1"), (COURSE, "c1")))
    assert list(options(renewal.decide(facts, at=AT))) == [BY_COURSE]


def test_a_track_can_be_taken() -> None:
    track = (ItemKind.LEARNING_TRACK, "t1")
    facts = evolve(FACTS, certification=first_aid(track))
    assert list(options(renewal.decide(facts, at=AT))) == [RenewalOption(*track)]


@pytest.mark.rule("DOC-RENEW-07")
def test_a_completion_without_an_enrolment_counts_as_completed() -> None:
    facts = evolve(OFF, completions=[completion("c2", DONE)])
    assert "DOC-RENEW-08" in rules(renewal.decide(facts, at=AT))


@pytest.mark.rule("INT-13")
def test_from_the_page_of_a_plan_only_what_it_holds_renews() -> None:
    plans = [LearningPlan("p1", ["c1"]), LearningPlan("p2", ["c2"])]
    enrolled = [enrolment("p1", kind=PLAN), enrolment("p2", kind=PLAN)]
    facts = evolve(FACTS, plans=plans, enrolments=[*FACTS.enrolments, *enrolled])
    assert list(options(renewal.decide(facts, at=AT, plan_id="p1"))) == [
        evolve(BY_COURSE, plan_id="p1")
    ]
    assert rules(renewal.decide(facts, at=AT, plan_id="p2")) == {"INT-13"}


def test_an_assigned_plan_renews_from_its_own_page() -> None:
    facts = evolve(FACTS, certification=first_aid((PLAN, "p1")), plans=[LearningPlan("p1", ["c1"])])
    option = RenewalOption(PLAN, "p1")
    assert list(options(renewal.decide(facts, at=AT, plan_id="p1"))) == [option]
    assert list(options(renewal.decide(facts, at=AT))) == [option]


def test_a_plan_may_hold_itself_and_courses_unknown() -> None:
    plan = LearningPlan("p1", ["p1", "c1", "unknown"])
    enrolled = [*FACTS.enrolments, enrolment("p1", kind=PLAN)]
    facts = evolve(FACTS, certification=first_aid((PLAN, "p1")), plans=[plan], enrolments=enrolled)
    archived = effects(renewal.start(facts, RenewalOption(PLAN, "p1"), at=AT), ArchiveEnrolment)
    assert [each.enrolment.item_id for each in archived] == ["c1"]


@pytest.mark.rule("DOC-RENEW-01", "INT-13", "INT-19", "INT-19b")
def test_a_grant_says_why_and_no_more() -> None:
    def why(facts: Facts) -> set[str]:
        return {reason.rule.id for reason in renewal.decide(facts, at=AT).reasons}

    assert why(FACTS) == {"DOC-RENEW-01"}
    for_ever = Award("ada", "fa", DONE, None)
    assert why(evolve(FACTS, awards=[for_ever])) == {"DOC-RENEW-01", "INT-19", "INT-19b"}
    in_plan = evolve(
        FACTS,
        plans=[LearningPlan("p1", ["c1"])],
        enrolments=[*FACTS.enrolments, enrolment("p1", kind=PLAN)],
    )
    assert why(in_plan) == {"DOC-RENEW-01"}


@pytest.mark.rule("DOC-RENEW-16", "INT-13")
@pytest.mark.parametrize("status", ["waiting", "to_confirm", "suspended", "overbooked"], ids=str)
def test_a_plan_that_does_not_let_its_user_in_is_no_way_and_none_leads_past_it(status: str) -> None:
    taken = enrolment("c1", completed_at=DONE, direct=True)
    in_plan = enrolment("p1", EnrolmentStatus(status), kind=PLAN)
    facts = evolve(FACTS, plans=[LearningPlan("p1", ["c1"])], enrolments=[taken, in_plan])
    asked = renewal.decide(facts, at=AT), renewal.decide(facts, at=AT, plan_id="p1")
    assert [rules(each) for each in asked] == [{"INT-13"}, {"INT-13"}]
    assert rules(renewal.start(facts, BY_COURSE, at=AT)) == {"INT-13"}
    left = evolve(facts, enrolments=[taken])
    assert list(options(renewal.decide(left, at=AT))) == [BY_COURSE]


@pytest.mark.rule("INT-13", "X-ARCH-1")
@pytest.mark.parametrize(("retake", "rule"), [(True, "X-ARCH-1"), (False, "INT-13")])
def test_an_assigned_plan_that_is_suspended_does_not_renew(retake: bool, rule: str) -> None:
    facts = evolve(
        FACTS,
        certification=first_aid((PLAN, "p1"), retake=retake),
        awards=[evolve(AWARD, source=Source(AssociationType.LEARNING_PLAN, "p1"))],
        plans=[LearningPlan("p1", ["c1"])],
        enrolments=[enrolment("p1", EnrolmentStatus.SUSPENDED, kind=PLAN)],
    )
    assert rules(renewal.decide(facts, at=AT)) == {rule}


# Windows


@pytest.mark.rule("INT-13b")
def test_a_window_ends_with_the_last_second_of_its_last_day_in_utc() -> None:
    window = Window(date(2024, 6, 30))
    assert window_end(window, None, None, AT - timedelta(microseconds=1)) is None
    assert window_end(window, None, None, AT) == date(2024, 6, 30)
    rome = datetime(2024, 7, 1, 1, 59, tzinfo=strategies.ZONES[2])
    assert not window_end(window, None, None, rome)


@pytest.mark.rule("X-VALID-1")
@pytest.mark.parametrize(
    ("start", "first_access", "last_day"),
    [
        (WindowStart.ENROLMENT, DONE, date(2024, 1, 11)),
        (WindowStart.FIRST_ACCESS, DONE, date(2024, 2, 11)),
        (WindowStart.FIRST_ACCESS, BEGIN - timedelta(days=9), date(2024, 1, 11)),
    ],
)
def test_days_count_from_the_enrolment_or_the_first_access(
    start: WindowStart, first_access: datetime, last_day: date
) -> None:
    window = Window(days=10, start=start)
    end = datetime(last_day.year, last_day.month, last_day.day, 23, 59, 59, tzinfo=UTC)
    assert not window_end(window, enrolment("c1"), first_access, end)
    assert window_end(window, enrolment("c1"), first_access, end + timedelta(seconds=1)) == last_day


@pytest.mark.rule("X-VALID-1")
def test_days_that_have_not_begun_do_not_end() -> None:
    assert not window_end(Window(days=1), None, None, AT)
    assert not window_end(Window(days=1, start=WindowStart.FIRST_ACCESS), enrolment("c1"), None, AT)


def test_of_a_last_day_and_a_number_of_days_the_earlier_counts() -> None:
    window = Window(date(2024, 6, 30), days=10)
    later = BEGIN + timedelta(days=11)
    assert window_end(window, enrolment("c1"), None, later) == date(2024, 1, 11)
    assert window_end(window, enrolment("c1"), None, AT) == date(2024, 1, 11)
    sooner = Window(date(2024, 1, 1), days=10)
    assert window_end(sooner, enrolment("c1"), None, BEGIN + timedelta(days=1)) == date(2024, 1, 1)


def test_days_of_validity_are_at_least_one() -> None:
    with pytest.raises(InvalidValueError, match="days cannot be 0"):
        Window(days=0)


@pytest.mark.rule("DOC-RENEW-16", "X-VALID-1")
def test_the_days_of_a_plan_begin_with_the_first_access_to_any_of_its_courses() -> None:
    window = Window(days=30, start=WindowStart.FIRST_ACCESS)
    plans = [LearningPlan("p1", ["c1", "c2", "c3"], window)]
    accessed = enrolment("c2", EnrolmentStatus.IN_PROGRESS, first_access_at=DONE)
    facts = evolve(
        FACTS,
        plans=plans,
        enrolments=[*FACTS.enrolments, enrolment("c3"), accessed, enrolment("p1", kind=PLAN)],
    )
    assert renewal.decide(facts, at=DONE + timedelta(days=30))
    assert rules(renewal.decide(facts, at=DONE + timedelta(days=31))) == {"DOC-RENEW-16"}


# Starting


@pytest.mark.rule("DOC-RENEW-06", "DOC-RENEW-09", "INT-12", "X-RENEW-1", "X-RENEW-2")
def test_with_retakes_the_enrolment_is_archived_as_it_was_and_made_anew() -> None:
    decided = renewal.start(FACTS, BY_COURSE, at=AT)
    before = FACTS.enrolments[0]
    assert effects(decided, ArchiveEnrolment) == [ArchiveEnrolment(before.archive(AT))]
    assert before.archive(AT).completed_at == DONE
    assert effects(decided, Enrol) == [
        Enrol(Enrolment("ada", COURSE, "c1", AT, EnrolmentStatus.ENROLLED, attempt=2))
    ]
    (opened,) = effects(decided, OpenRenewal)
    assert opened.renewal == Renewal("ada", "fa", 1, 1, AT, BY_COURSE, retake=True)


@pytest.mark.rule("DOC-RENEW-11", "DOC-RENEW-12", "DOC-RENEW-13", "INT-12d")
def test_all_materials_are_reset_and_shared_ones_in_every_course_that_uses_them() -> None:
    decided = renewal.start(FACTS, BY_COURSE, at=AT)
    assert effects(decided, ResetMaterials) == [
        ResetMaterials("ada", "c1", ("own", "shared")),
        ResetMaterials("ada", "c2", ("shared",)),
    ]
    touched = effects(decided, ArchiveEnrolment, Enrol)
    assert {each.enrolment.item_id for each in touched} == {"c1"}


@pytest.mark.rule("DOC-RENEW-10")
def test_the_user_is_told_of_being_enrolled_again() -> None:
    (news,) = effects(renewal.start(FACTS, BY_COURSE, at=AT), Notify)
    assert (news.event.kind, news.event.item_id, news.event.at) == (EventKind.ENROLLED, "c1", AT)


@pytest.mark.rule("INT-12c")
def test_without_retakes_nothing_is_archived_or_reset() -> None:
    option = RenewalOption(COURSE, "c2")
    decided = renewal.start(OFF, option, at=AT)
    assert [type(each) for each in effects(decided, object)] == [OpenRenewal, Enrol, Notify]
    enrolled = enrolment("c2", EnrolmentStatus.SUSPENDED)
    again = evolve(OFF, enrolments=[*OFF.enrolments, enrolled])
    assert [type(each) for each in effects(renewal.start(again, option, at=AT), object)] == [
        OpenRenewal
    ]


@pytest.mark.rule("X-ARCH-1", "X-ARCH-3")
def test_a_plan_is_renewed_by_its_courses() -> None:
    facts = evolve(
        FACTS,
        certification=first_aid((PLAN, "p1")),
        plans=[LearningPlan("p1", ["c1", "c2", "c3"])],
        enrolments=[
            enrolment("p1", kind=PLAN),
            enrolment("c1"),
            enrolment("c2", EnrolmentStatus.SUSPENDED),
        ],
    )
    decided = renewal.start(facts, RenewalOption(PLAN, "p1"), at=AT)
    assert [each.enrolment.item_id for each in effects(decided, ArchiveEnrolment)] == ["c1"]
    assert [each.enrolment.item_id for each in effects(decided, Enrol)] == ["c1", "c3"]
    assert effects(decided, ResetMaterials) == [
        ResetMaterials("ada", "c1", ("own", "shared")),
        ResetMaterials("ada", "c2", ("other", "shared")),
        ResetMaterials("ada", "c3", ("other",)),
    ]


@pytest.mark.rule("DOC-RENEW-11")
def test_who_is_not_enrolled_in_the_plan_is_enrolled_in_it_and_its_courses() -> None:
    facts = evolve(FACTS, certification=first_aid((PLAN, "p1")), plans=[LearningPlan("p1", ["c2"])])
    decided = renewal.start(facts, RenewalOption(PLAN, "p1"), at=AT)
    enrolled = [each.enrolment for each in effects(decided, Enrol)]
    assert [(each.item_id, each.direct) for each in enrolled] == [("c2", False), ("p1", False)]
    assert [reason.rule.id for reason in decided.reasons] == ["DOC-RENEW-06"]


@pytest.mark.rule("INT-12", "INT-12c")
def test_what_is_said_to_be_reset_is_reset() -> None:
    bare = evolve(
        FACTS,
        certification=first_aid((PLAN, "p1")),
        courses=[Course("c1")],
        plans=[LearningPlan("p1", ["c1"])],
        enrolments=[],
        awards=[evolve(AWARD, source=Source())],
    )
    decided = renewal.start(bare, RenewalOption(PLAN, "p1"), at=AT)
    assert [each.enrolment.item_id for each in effects(decided, Enrol)] == ["c1", "p1"]
    assert [reason.rule.id for reason in decided.reasons] == ["INT-12"]
    off = evolve(bare, certification=first_aid((PLAN, "p1"), retake=False))
    decided = renewal.start(off, RenewalOption(PLAN, "p1"), at=AT)
    assert [each.enrolment.item_id for each in effects(decided, Enrol)] == ["c1", "p1"]
    assert [reason.rule.id for reason in decided.reasons] == ["INT-12c"]


# Time does not run backwards


@pytest.mark.rule("DOC-RENEW-01")
def test_an_award_is_not_renewed_before_it_is_issued() -> None:
    facts = evolve(FACTS, awards=[evolve(AWARD, issued_at=AT)])
    assert rules(renewal.decide(facts, at=AT - TICK)) == {"DOC-RENEW-01"}
    assert rules(renewal.start(facts, BY_COURSE, at=AT - TICK)) == {"DOC-RENEW-01"}
    assert renewal.decide(facts, at=AT)


@pytest.mark.rule("INT-12b")
@pytest.mark.parametrize("retake", [True, False])
def test_by_what_has_an_enrolment_to_come_nothing_is_renewed_before_it(*, retake: bool) -> None:
    coming = Enrolment("ada", COURSE, "c1", LATER)
    manual = evolve(AWARD, source=Source())
    facts = evolve(
        FACTS, certification=first_aid(retake=retake), awards=[manual], enrolments=[coming]
    )
    assert rules(renewal.decide(facts, at=LATER - TICK)) == {"INT-12b"}
    assert rules(renewal.start(facts, BY_COURSE, at=LATER - TICK)) == {"INT-12b"}
    assert renewal.decide(facts, at=LATER)
    assert renewal.start(facts, BY_COURSE, at=LATER)


@pytest.mark.rule("DOC-RENEW-07", "INT-12b")
def test_what_has_changed_of_one_item_refuses_that_item_alone() -> None:
    three = first_aid((COURSE, "c1"), (COURSE, "c2"), (COURSE, "c3"), retake=False)
    facts = evolve(
        OFF,
        certification=three,
        enrolments=[*OFF.enrolments, Enrolment("ada", COURSE, "c2", LATER)],
    )
    second, third = (RenewalOption(COURSE, item) for item in ("c2", "c3"))
    decided = renewal.decide(facts, at=AT)
    assert options(decided) == (third,)
    why = "not by course c2: its training has changed since 2024-07-01 00:00 UTC (INT-12b)"
    assert why in map(str, decided.reasons)
    assert rules(renewal.start(facts, second, at=AT)) == {"INT-12b"}
    assert renewal.start(facts, third, at=AT)
    assert options(renewal.decide(facts, at=LATER)) == (second, third)


@pytest.mark.rule("INT-12b", "INT-13")
@pytest.mark.parametrize("last_day", [date(2024, 5, 1), date(2025, 5, 1)])
def test_an_enrolment_to_come_in_a_plan_neither_opens_nor_shuts_a_way(last_day: date) -> None:
    plans = [LearningPlan("p1", ("c1",), Window(last_day))]
    coming = Enrolment("ada", PLAN, "p1", LATER)
    without = evolve(FACTS, plans=plans)
    facts = evolve(without, enrolments=[*FACTS.enrolments, coming])
    assert renewal.decide(facts, at=AT) == renewal.decide(without, at=AT)
    through = RenewalOption(COURSE, "c1", "p1")
    assert rules(renewal.start(facts, through, at=AT)) == {"INT-13"}


@pytest.mark.rule("DOC-RENEW-02", "INT-12b")
@pytest.mark.parametrize(
    ("accessed", "expected"), [(None, "enrolled"), (AT, "in progress"), (LATER, "enrolled")]
)
def test_what_is_completed_only_later_is_not_completed(
    accessed: datetime | None, expected: str
) -> None:
    later = enrolment("c1", completed_at=LATER, first_access_at=accessed)
    facts = evolve(FACTS, enrolments=[later])
    decided = renewal.decide(facts, at=AT)
    assert rules(decided) == {"DOC-RENEW-02", "INT-12b"}
    assert decided.reasons[0].text.endswith(f"is not completed: {expected}")
    assert renewal.decide(facts, at=LATER)


@pytest.mark.rule("DOC-RENEW-07", "INT-12b")
def test_what_is_completed_only_later_has_changed_until_then() -> None:
    recorded = evolve(OFF, completions=[completion("c2", LATER)])
    enrolled = evolve(OFF, enrolments=[*OFF.enrolments, enrolment("c2", completed_at=LATER)])
    for facts in (recorded, enrolled):
        assert "INT-12b" in rules(renewal.decide(facts, at=LATER - TICK))
        assert rules(renewal.decide(facts, at=LATER)) == {"DOC-RENEW-08"}


RETAKEN = [
    enrolment("c1", completed_at=DONE).archive(LATER),
    evolve(enrolment("c1", EnrolmentStatus.ENROLLED), enrolled_at=LATER, attempt=2),
]
SINCE: list[Facts] = [
    evolve(FACTS, awards=[AWARD.archive(LATER)]),
    evolve(FACTS, enrolments=RETAKEN),
    evolve(FACTS, enrolments=RETAKEN[:1]),
    evolve(FACTS, renewals=[Renewal("ada", "fa", 1, 1, LATER, BY_COURSE)]),
    evolve(FACTS, completions=[Completion("ada", COURSE, "c1", LATER)]),
]


@pytest.mark.rule("INT-12b")
@pytest.mark.parametrize("facts", SINCE)
def test_what_has_changed_since_is_neither_offered_nor_started(facts: Facts) -> None:
    for refused in (renewal.decide(facts, at=AT), renewal.start(facts, BY_COURSE, at=AT)):
        assert rules(refused) == {"INT-12b"}
        assert "has changed since 2024-07-01 00:00 UTC" in refused.reasons[0].text


@pytest.mark.rule("INT-46")
def test_an_award_is_not_renewed_once_the_next_is_issued() -> None:
    following = evolve(AWARD, cycle=2, issued_at=LATER)
    facts = evolve(FACTS, awards=[AWARD.archive(LATER), following])
    asked: list[Callable[[datetime], Decision | Answer]] = [
        lambda at: renewal.decide(facts, at=at),
        lambda at: renewal.start(facts, BY_COURSE, at=at),
    ]
    for ask in asked:
        assert rules(ask(LATER - TICK)) == {"INT-46"}
        assert ask(LATER)


@pytest.mark.rule("INT-12b")
def test_a_renewal_that_is_closed_only_later_is_open() -> None:
    opened = Renewal("ada", "fa", 1, 1, DONE, BY_COURSE)
    facts = evolve(FACTS, renewals=[opened.close(RenewalState.CANCELLED, LATER)])
    assert rules(renewal.decide(facts, at=LATER - TICK)) == {"INT-12b"}
    assert renewal.decide(facts, at=LATER)


@pytest.mark.rule("INT-12b")
def test_the_current_award_is_the_one_held_whatever_was_archived_later() -> None:
    old = evolve(AWARD, cycle=2, issued_at=BEGIN, archived_at=LATER)  # an imported record
    assert facts_as_of(evolve(FACTS, awards=[AWARD, old]), AT).held == AWARD


@pytest.mark.law
@given(strategies.facts(), strategies.moments())
def test_what_stood_at_an_instant_stands_as_it_did(facts: Facts, at: datetime) -> None:
    then = facts_as_of(facts, at)
    assert facts_as_of(then, at) == then
    assert all(each.issued_at <= at for each in then.awards)
    assert all(each.enrolled_at <= at for each in then.enrolments)


@pytest.mark.rule("INT-12b")
@pytest.mark.law
@given(strategies.facts(), strategies.moments())
def test_what_lies_later_offers_nothing_and_may_refuse(facts: Facts, at: datetime) -> None:
    decided = renewal.decide(facts, at=at)
    cut_off = renewal.decide(
        evolve(
            facts,
            enrolments=[each for each in facts.enrolments if each.enrolled_at <= at],
            completions=[each for each in facts.completions if each.completed_at <= at],
            renewals=[each for each in facts.renewals if each.started_at <= at],
        ),
        at=at,
    )
    assert {*options(decided)} <= {*options(cut_off)}
    changed = (ReasonCode.CHANGED_SINCE, ReasonCode.NOT_BY_CHANGED)
    if not any(reason.code in changed for reason in decided.reasons):
        assert decided == cut_off


@pytest.mark.rule("DOC-RENEW-16")
def test_a_reason_is_given_once_and_of_the_item_that_is_asked_about() -> None:
    over = LearningPlan("p1", ("c1", "c2"), Window(date(2024, 1, 2)))
    facts = evolve(
        FACTS,
        certification=first_aid((COURSE, "c1"), (COURSE, "c2"), (COURSE, "c3")),
        enrolments=[*FACTS.enrolments, enrolment("p1", EnrolmentStatus.ENROLLED, PLAN)],
        courses=[Course("c1"), Course("c2"), Course("c3", window=over.window)],
        plans=[over],
    )
    told = [reason.rule.id for reason in renewal.decide(facts, at=AT).reasons]
    assert told == ["DOC-RENEW-16", "DOC-RENEW-14"]
    asked = renewal.start(facts, RenewalOption(COURSE, "c1", "p1"), at=AT)
    assert [reason.rule.id for reason in asked.reasons] == ["DOC-RENEW-16"]


@pytest.mark.rule("INT-32")
def test_a_renewal_is_not_completed_by_one_item_where_several_are_needed_by_now() -> None:
    both = first_aid((COURSE, "c1"), (COURSE, "c2"), criteria=Criteria.ALL)
    begun = evolve(started(), certification=both)
    assert rules(complete(begun, completion())) == {"INT-32"}
    assert renewal.cancel(begun, at=LATER)


@pytest.mark.rule("INT-19")
def test_an_award_by_a_plan_is_not_said_to_be_by_nothing() -> None:
    by_plan = evolve(AWARD, source=Source(AssociationType.LEARNING_PLAN, "p1"))
    decided = renewal.decide(evolve(FACTS, awards=[by_plan]), at=AT)
    assert [each.text for each in decided.reasons if each.rule is Rule.INT_19] == [
        "a learning plan and no course by itself earned the award, so none has to be completed now"
    ]


@pytest.mark.rule("DOC-RENEW-02", "INT-19")
@pytest.mark.parametrize("item", ["c1", "elsewhere", None])
def test_a_course_that_was_never_taken_here_is_not_asked_for(item: str | None) -> None:
    imported = evolve(AWARD, source=Source(AssociationType.COURSE, item))
    decided = renewal.decide(evolve(FACTS, awards=[imported], enrolments=()), at=AT)
    assert list(options(decided)) == [BY_COURSE]
    (reason,) = (each for each in decided.reasons if each.rule is Rule.INT_19)
    assert reason.text == (
        "the user was never enrolled here in the course that earned the award, "
        "so none has to be completed now"
    )


@pytest.mark.rule("DOC-RENEW-02")
def test_a_course_that_was_taken_here_once_is_asked_for() -> None:
    archived = [each.archive(AT) for each in FACTS.enrolments]
    assert rules(renewal.decide(evolve(FACTS, enrolments=archived), at=AT)) == {"DOC-RENEW-02"}


@pytest.mark.rule("INT-19")
def test_what_does_not_exist_is_said_not_to() -> None:
    decided = renewal.decide(evolve(FACTS, courses=()), at=AT)
    assert [str(reason) for reason in decided.reasons] == ["the facts hold no course c1 (INT-19)"]


@pytest.mark.rule("INT-12b")
def test_a_renewal_is_not_completed_before_the_award_is_issued() -> None:
    edited = evolve(started(), awards=[evolve(AWARD, issued_at=LATER)])
    assert rules(complete(edited, completion())) == {"INT-12b"}
    after = LATER + TICK
    assert complete(edited, completion(at=after), at=after)


@pytest.mark.rule("INT-12b")
def test_a_renewal_is_not_cancelled_before_it_is_started() -> None:
    assert rules(renewal.cancel(started(), at=AT - TICK)) == {"INT-12b"}
    assert renewal.cancel(started(), at=AT)


@pytest.mark.rule("DOC-AWARD-02")
def test_a_completion_does_not_renew_into_an_award_of_the_past() -> None:
    past = evolve(AWARD, issued_at=LATER, expires_at=LATER.replace(year=2025), cycle=1)
    history = [past.archive(AT), evolve(AWARD, cycle=2)]
    begun = started(evolve(FACTS, awards=history))
    assert rules(complete(begun, completion())) == {"DOC-AWARD-02"}
    assert complete(begun, completion(at=LATER + TICK), at=LATER + TICK)


@pytest.mark.rule("DOC-CERT-12")
def test_a_completion_that_was_recorded_before_renews_nothing() -> None:
    told = evolve(started(), completions=[completion()])
    assert rules(complete(told, completion())) == {"DOC-CERT-12"}


# What is told, and what is not


@pytest.mark.rule("DOC-RENEW-02", "INT-12b")
def test_after_the_start_only_that_is_told() -> None:
    refused = renewal.decide(started(), at=LATER)
    assert rules(refused) == {"INT-12b"}
    assert "complete course c1" in refused.reasons[0].text


def test_an_item_that_is_no_option_is_told_apart_from_why_it_is_granted() -> None:
    both = evolve(OFF, awards=[evolve(AWARD, source=Source())])
    told = [str(reason) for reason in renewal.decide(both, at=AT).reasons]
    assert told[-1] == ("not by course c1: it was completed, and retakes are off (DOC-RENEW-07)")
    assert not any(each.startswith("not by") for each in told[:-1])


@pytest.mark.rule("INT-13")
def test_of_what_is_not_on_a_plans_page_nothing_else_is_told() -> None:
    facts = evolve(OFF, awards=[evolve(AWARD, source=Source())])
    refused = renewal.decide(facts, at=AT, plan_id="p9")
    assert [reason.rule.id for reason in refused.reasons] == ["INT-13", "INT-13"]


def test_what_is_no_option_is_a_mistake_of_the_caller() -> None:
    text: Any = "c1"
    with pytest.raises(InvalidValueError, match="'c1'"):
        renewal.start(FACTS, text, at=AT)


def test_the_attempts_of_archived_enrolments_are_counted_on() -> None:
    facts = evolve(OFF, enrolments=[enrolment("c2", EnrolmentStatus.ENROLLED).archive(DONE)])
    facts = evolve(facts, awards=[evolve(AWARD, source=Source())])
    (enrolled,) = effects(renewal.start(facts, RenewalOption(COURSE, "c2"), at=AT), Enrol)
    assert enrolled.enrolment.attempt == 2


def test_who_is_enrolled_outside_any_plan_is_enrolled_directly() -> None:
    facts = evolve(OFF, plans=[LearningPlan("p1", ["c2"])])
    (enrolled,) = effects(renewal.start(facts, RenewalOption(COURSE, "c2"), at=AT), Enrol)
    assert enrolled.enrolment.direct
    in_plan = evolve(facts, enrolments=[*OFF.enrolments, enrolment("p1", kind=PLAN)])
    option = RenewalOption(COURSE, "c2", "p1")
    (enrolled,) = effects(renewal.start(in_plan, option, at=AT), Enrol)
    assert not enrolled.enrolment.direct


def test_a_start_is_refused_as_asking_is() -> None:
    refused = renewal.start(evolve(FACTS, awards=()), BY_COURSE, at=AT)
    assert rules(refused) == {"DOC-RENEW-01"}


@pytest.mark.rule("INT-13")
def test_an_option_that_is_not_offered_is_refused() -> None:
    assert rules(renewal.start(FACTS, RenewalOption(COURSE, "c2"), at=AT)) == {"INT-13"}


@pytest.mark.rule("DOC-RENEW-16", "INT-13")
def test_a_renewal_is_not_started_from_a_plan_that_is_over() -> None:
    facts = evolve(
        FACTS,
        plans=[LearningPlan("p1", ["c1"], Window(DONE.date())), LearningPlan("p2", ["c1"])],
        enrolments=[
            *FACTS.enrolments,
            enrolment("p1", kind=PLAN),
            enrolment("p2", kind=PLAN),
        ],
    )
    assert rules(renewal.start(facts, evolve(BY_COURSE, plan_id="p1"), at=AT)) == {"DOC-RENEW-16"}
    assert renewal.start(facts, evolve(BY_COURSE, plan_id="p2"), at=AT)
    assert rules(renewal.start(facts, BY_COURSE, at=AT)) == {"INT-13"}


@pytest.mark.rule("INT-12b")
def test_the_same_request_is_granted_again_without_effect() -> None:
    facts = started(key="k1")
    again = renewal.start(facts, BY_COURSE, at=LATER, key="k1")
    assert again == Granted((), again.reasons)


@pytest.mark.rule("INT-12b")
@pytest.mark.parametrize("state", [RenewalState.CANCELLED, RenewalState.COMPLETED])
def test_the_key_of_a_renewal_that_is_over_starts_nothing(state: RenewalState) -> None:
    facts = started(key="k1")
    over = evolve(facts, renewals=[facts.renewals[0].close(state, LATER)])
    refused = renewal.start(over, BY_COURSE, at=LATER, key="k1")
    assert not refused
    assert [str(reason) for reason in refused.reasons] == [
        f"the renewal of this key was {state} already: start another with a new key (INT-12b)"
    ]


@pytest.mark.parametrize("key", ["", " ", 5, b"k1"])
def test_a_key_is_some_text(key: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"key cannot be .*: expected some text, or None"):
        renewal.start(FACTS, BY_COURSE, at=AT, key=key)


@pytest.mark.parametrize("version", [1, "1.1", (1,), (1, "1"), (1, True), (1, 1, 1), (1.0, 1)])
def test_an_expected_version_is_a_pair_of_numbers(version: Any) -> None:
    with pytest.raises(InvalidValueError, match="expected_version cannot be"):
        renewal.start(FACTS, BY_COURSE, at=AT, expected_version=version)


@pytest.mark.rule("INT-12b")
def test_another_start_is_refused_while_a_renewal_is_open() -> None:
    facts = started(key="k1")
    assert "INT-12b" in rules(renewal.start(facts, BY_COURSE, at=LATER, key="k2"))
    assert "INT-12b" in rules(renewal.start(facts, BY_COURSE, at=LATER))


@pytest.mark.rule("INT-12b")
def test_a_key_is_for_one_option() -> None:
    other = RenewalOption(COURSE, "c2")
    assert rules(renewal.start(started(key="k1"), other, at=LATER, key="k1")) == {"INT-12b"}


@pytest.mark.rule("INT-12b")
def test_an_award_that_has_changed_since_it_was_seen_is_not_renewed() -> None:
    assert renewal.start(FACTS, BY_COURSE, at=AT, expected_version=(1, 1))
    assert rules(renewal.start(FACTS, BY_COURSE, at=AT, expected_version=(1, 2))) == {"INT-12b"}
    nothing = evolve(FACTS, awards=())
    assert rules(renewal.start(nothing, BY_COURSE, at=AT, expected_version=(1, 1))) == {
        "DOC-RENEW-01"
    }


# Completing


@pytest.mark.rule("DOC-RENEW-17", "DOC-RENEW-20", "INT-14", "INT-23")
def test_a_completed_renewal_archives_the_award_with_its_dates_and_issues_the_next() -> None:
    decided = complete(started(), completion())
    (archived,) = effects(decided, ArchiveAward)
    assert archived.award == AWARD.archive(LATER)
    assert (archived.award.issued_at, archived.award.expires_at) == (DONE, AWARD.expires_at)
    (issued,) = effects(decided, IssueAward)
    assert issued.award == Award(
        "ada", "fa", LATER, datetime(2025, 8, 1, tzinfo=UTC), source=AWARD.source, cycle=2
    )
    assert effects(decided, CancelNotices) == [CancelNotices(AwardKey("ada", "fa", 1))]
    (closed,) = effects(decided, CloseRenewal)
    assert (closed.renewal.state, closed.renewal.closed_at) == (RenewalState.COMPLETED, LATER)
    (news,) = effects(decided, Notify)
    assert (news.event.kind, news.event.cycle) == (EventKind.RENEWED, 2)


@pytest.mark.rule("DOC-RENEW-18", "INT-14")
def test_after_the_expiry_too() -> None:
    late = datetime(2026, 3, 1, tzinfo=UTC)
    decided = complete(started(), completion(at=late), at=late)
    (archived,) = effects(decided, ArchiveAward)
    assert archived.award.archived_at == late > archived.award.expires_at


@pytest.mark.rule("INT-14")
def test_the_dates_are_those_of_the_completion_not_of_asking() -> None:
    decided = complete(started(), completion(), at=LATER + timedelta(days=3))
    (issued,) = effects(decided, IssueAward)
    assert issued.award.issued_at == LATER


@pytest.mark.rule("DOC-RENEW-03", "INT-12b")
def test_a_completion_alone_renews_nothing() -> None:
    assert rules(complete(FACTS, completion())) == {"DOC-RENEW-03"}


@pytest.mark.rule("INT-12b")
@pytest.mark.parametrize("state", [RenewalState.COMPLETED, RenewalState.CANCELLED])
def test_a_closed_renewal_is_not_completed(state: RenewalState) -> None:
    facts = started()
    closed = evolve(facts, renewals=[facts.renewals[0].close(state, LATER)])
    assert rules(complete(closed, completion())) == {"DOC-RENEW-03"}


@pytest.mark.rule("INT-12b")
@pytest.mark.parametrize("at", [AT, AT - timedelta(days=1)])
def test_what_was_completed_before_the_start_does_not_renew(at: datetime) -> None:
    assert rules(complete(started(), completion(at=at))) == {"INT-12b"}
    assert complete(started(), completion(at=AT + timedelta(microseconds=1)))


@pytest.mark.rule("INT-12b")
def test_another_item_than_was_chosen_does_not_renew() -> None:
    both = first_aid((COURSE, "c1"), (COURSE, "c2"))
    facts = started(evolve(FACTS, certification=both))
    assert rules(complete(facts, completion("c2"))) == {"INT-12b"}


@pytest.mark.rule("DOC-CERT-12")
def test_a_completion_to_come_renews_nothing() -> None:
    assert rules(complete(started(), completion(at=LATER), at=AT)) == {"DOC-CERT-12"}


@pytest.mark.rule("DOC-RENEW-14")
def test_a_window_that_has_closed_meanwhile_is_judged_at_the_completion() -> None:
    facts = started(evolve(FACTS, courses=[Course("c1", (), Window(AT.date()))]))
    assert rules(complete(facts, completion())) == {"DOC-RENEW-14"}
    in_time = completion(at=AT + timedelta(hours=23))
    assert complete(facts, in_time, at=LATER)


def test_a_retake_begins_the_days_of_validity_anew() -> None:
    window = Window(days=200)
    facts = started(evolve(FACTS, courses=[Course("c1", (), window)]))
    assert complete(facts, completion(at=AT + timedelta(days=150)), at=AT + timedelta(days=151))


@pytest.mark.rule("DOC-CERT-13", "ALL-VIS-02", "DOC-ASSIGN-03", "INT-01c", "INT-24", "INT-31b")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"user": User("ada", "ada", active=False)}, {"DOC-CERT-13"}),
        ({"certification": first_aid(groups={"crew"})}, {"ALL-VIS-02"}),
        ({"certification": first_aid(status=CertificationStatus.INACTIVE)}, {"INT-31b"}),
        ({"certification": first_aid((COURSE, "c2"))}, {"DOC-ASSIGN-03"}),
        ({"certification": None}, {"DOC-DELETE-01"}),
    ],
)
def test_what_has_changed_meanwhile_may_refuse(change: dict[str, Any], expected: set[str]) -> None:
    assert rules(complete(evolve(started(), **change), completion())) == expected


@pytest.mark.rule("INT-01c", "INT-14")
def test_the_definition_counts_as_it_is_at_the_completion() -> None:
    longer = evolve(first_aid(retake=False), validity=Validity(3, Unit.YEARS))
    (issued,) = effects(complete(evolve(started(), certification=longer), completion()), IssueAward)
    assert issued.award.expires_at == datetime(2027, 8, 1, tzinfo=UTC)


@pytest.mark.rule("DOC-ASSIGN-07")
def test_an_item_assigned_anew_after_its_completion_does_not_renew() -> None:
    anew = evolve(first_aid(), assignments=(Assignment(COURSE, "c1", LATER),))
    decided = complete(evolve(started(), certification=anew), completion())
    assert rules(decided) == {"DOC-ASSIGN-07"}


@pytest.mark.rule("INT-12b")
def test_an_award_edited_meanwhile_is_renewed_one_replaced_or_removed_is_not() -> None:
    facts = started()
    edited = evolve(facts, awards=[evolve(AWARD, version=2)])
    (archived,) = effects(complete(edited, completion()), ArchiveAward)
    assert archived.award.version == 3
    imported = evolve(facts, awards=[AWARD.archive(AT), evolve(AWARD, cycle=2)])
    assert rules(complete(imported, completion())) == {"INT-12b"}
    assert rules(complete(evolve(facts, awards=()), completion())) == {"INT-12b"}


@pytest.mark.rule("INT-01", "INT-40")
def test_a_chain_of_renewals_remembers_its_day_and_only_a_chain() -> None:
    leap = datetime(2024, 2, 29, 9, tzinfo=UTC)
    ends = datetime(2027, 2, 28, 9, tzinfo=UTC)
    held = evolve(AWARD, issued_at=leap, expires_at=ends, anchor_day=29)
    facts = evolve(started(), awards=[held])
    (issued,) = effects(complete(facts, completion(at=ends), at=ends), IssueAward)
    assert issued.award.expires_at == datetime(2028, 2, 29, 9, tzinfo=UTC)
    late = datetime(2027, 4, 30, 9, tzinfo=UTC)
    (issued,) = effects(complete(facts, completion(at=late), at=late), IssueAward)
    assert issued.award.expires_at == datetime(2028, 4, 30, 9, tzinfo=UTC)


# Giving up


@pytest.mark.rule("INT-12b", "X-ARCH-2")
def test_a_cancelled_renewal_leaves_what_was_archived_archived() -> None:
    facts = started()
    (closed,) = effects(renewal.cancel(facts, at=LATER), CloseRenewal)
    assert closed.renewal == facts.renewals[0].close(RenewalState.CANCELLED, LATER)
    cancelled = evolve(facts, renewals=[closed.renewal])
    assert rules(renewal.decide(cancelled, at=LATER)) == {"DOC-RENEW-02"}
    assert rules(renewal.cancel(cancelled, at=LATER)) == {"INT-12b"}


# Whatever the facts

FACT_LISTS = [each.name for each in fields(Facts) if each.name not in ("user", "certification")]
EVERY_OPTION = [
    RenewalOption(kind, item, plan)
    for kind, item in strategies.ITEMS
    for plan in (None, *strategies.PLANS, "unknown")
]


@pytest.mark.rule("DOC-TZ-01")
def test_a_naive_instant_is_a_mistake_of_the_caller() -> None:
    naive = AT.replace(tzinfo=None)
    for ask in (
        lambda: renewal.decide(FACTS, at=naive),
        lambda: renewal.start(FACTS, BY_COURSE, at=naive),
        lambda: renewal.cancel(started(), at=naive),
        lambda: complete(started(), completion(), at=naive),
        lambda: completion(at=naive),
    ):
        with pytest.raises(NaiveDatetimeError):
            ask()


def test_facts_of_somebody_else_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(InvalidValueError, match="facts of 'ada' only"):
        FACTS.with_completion(evolve(completion(), user_id="bob"))
    with pytest.raises(InvalidValueError, match="facts of 'fa' only"):
        evolve(FACTS, awards=[evolve(AWARD, certification_id="other")])


@pytest.mark.law
@given(strategies.facts(), strategies.moments(), st.randoms())
def test_renewing_answers_whatever_the_facts(facts: Facts, at: datetime, random: Any) -> None:
    decided = renewal.decide(facts, at=at)
    assert decided or decided.reasons
    lists: dict[str, Any] = {
        name: random.sample(list(getattr(facts, name)), len(getattr(facts, name)))
        for name in FACT_LISTS
    }
    known = facts.certification
    if known is not None:
        mixed = random.sample(known.assignments, len(known.assignments))
        lists["certification"] = evolve(known, assignments=tuple(mixed))
    shuffled = evolve(facts, **lists)
    assert renewal.decide(shuffled, at=at) == decided
    chosen = random.choice(EVERY_OPTION)
    done = Completion(facts.user.id, chosen.kind, chosen.item_id, at)
    questions: list[Callable[[Facts], Decision]] = [
        lambda known: renewal.start(known, chosen, at=at, key="k1"),
        lambda known: complete(known, done, at=at),
        lambda known: renewal.cancel(known, at=at),
    ]
    for ask in questions:
        assert ask(shuffled) == ask(facts)
    facts, shuffled = facts_as_of(facts, at), facts_as_of(shuffled, at)
    for option in options(decided):
        start = renewal.start(facts, option, at=at)
        assert renewal.start(shuffled, option, at=at) == start
        assert {each.award for each in effects(start, ArchiveAward, IssueAward)} == set()


def effects_of(decided: Decision) -> tuple[Any, ...]:
    return (decided.effects, decided.options) if decided else ()


def options(decided: Answer) -> tuple[RenewalOption, ...]:
    return decided.options if decided else ()


@pytest.mark.rule("DOC-RENEW-04")
@pytest.mark.law
@given(strategies.facts(), strategies.moments())
def test_what_is_offered_can_be_started_and_nothing_else(facts: Facts, at: datetime) -> None:
    then = facts_as_of(facts, at)
    for known in (facts, then):
        offered = {*options(renewal.decide(known, at=at))}
        assert {each for each in EVERY_OPTION if renewal.start(known, each, at=at)} == offered
    granted = {*options(renewal.decide(facts, at=at))}
    assert granted <= {*options(renewal.decide(then, at=at))}
    for plan in strategies.PLANS:
        asked = set(options(renewal.decide(facts, at=at, plan_id=plan)))
        through = {each for each in granted if plan in (each.plan_id, each.item_id)}
        assert asked == through


@pytest.mark.law
@given(strategies.facts(), strategies.moments(), st.timedeltas(-DAY, 400 * DAY), st.randoms())
def test_a_started_renewal_is_completed_once_or_refused_for_a_reason(
    facts: Facts, at: datetime, after: timedelta, random: Any
) -> None:
    facts = facts_as_of(facts, at)
    for option in options(renewal.decide(facts, at=at)):
        begun = started(facts, option, at=at)
        done = Completion(facts.user.id, option.kind, option.item_id, at + after)
        decided = complete(begun, done, at=at + after)
        shuffled = random.sample(begun.enrolments, len(begun.enrolments))
        assert complete(evolve(begun, enrolments=shuffled), done, at=at + after) == decided
        if not decided:
            assert decided.reasons
            continue
        (archived,) = effects(decided, ArchiveAward)
        (issued,) = effects(decided, IssueAward)
        assert archived.award.archived_at == issued.award.issued_at == done.completed_at
        assert issued.award.cycle == archived.award.cycle + 1
        (closed,) = effects(decided, CloseRenewal)
        assert not complete(evolve(begun, renewals=[closed.renewal]), done, at=at + after)


CALLED = [Item(kind, item, None, "Some item") for kind, item in strategies.ITEMS]


@pytest.mark.law
@given(strategies.facts(), strategies.completions(), strategies.moments())
def test_names_change_nothing_but_the_words(facts: Facts, done: Completion, at: datetime) -> None:
    named = evolve(facts, items=CALLED)
    decisions: list[Callable[[Facts], Decision]] = [
        lambda known: renewal.decide(known, at=at),
        lambda known: renewal.start(known, BY_COURSE, at=at),
        lambda known: complete(known, done, at=at),
    ]
    for decide in decisions:
        plain, told = decide(facts), decide(named)
        assert [(each.code, each.rule) for each in told.reasons] == [
            (each.code, each.rule) for each in plain.reasons
        ]
        assert bool(told) == bool(plain)
        assert effects_of(told) == effects_of(plain)
        assert not any(re.search(r"\b[cptx]\d", each.text) for each in told.reasons)


@pytest.mark.law
@given(strategies.facts(), strategies.completions(), strategies.moments())
def test_completing_answers_whatever_the_facts(
    facts: Facts, done: Completion, at: datetime
) -> None:
    decided = complete(facts, done, at=at)
    assert decided or decided.reasons


@pytest.mark.rule("DOC-RENEW-15")
@pytest.mark.parametrize(("plan_ends", "possible"), [(LATER, True), (BEGIN, False)])
def test_the_window_of_a_plan_counts_and_that_of_its_course_does_not(
    plan_ends: datetime, *, possible: bool
) -> None:
    windows = [Window(day.date()) for day in (plan_ends, BEGIN if possible else LATER)]
    enrolled = Enrolment("ada", PLAN, "p1", BEGIN)
    facts = evolve(
        FACTS,
        plans=[LearningPlan("p1", ("c1",), windows[0])],
        courses=[Course("c1", window=windows[1])],
        enrolments=[*FACTS.enrolments, enrolled],
    )
    assert bool(renewal.start(facts, RenewalOption(COURSE, "c1", "p1"), at=AT)) is possible
