from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from certrules import (
    Assignment,
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    Facts,
    Item,
    ItemKind,
    LearningPlan,
    User,
    Window,
)
from certrules.errors import InvalidValueError
from certrules.model.learning import Renewal, RenewalOption, RenewalState

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2024, 7, 1, tzinfo=UTC)
COURSE = ItemKind.COURSE


@pytest.mark.rule("X-STATUS-1", "X-RENEW-3")
def test_the_seven_statuses_of_an_enrolment_and_none_of_being_expired() -> None:
    assert {str(status) for status in EnrolmentStatus} == {
        "enrolled",
        "in_progress",
        "completed",
        "waiting",
        "to_confirm",
        "suspended",
        "overbooked",
    }


@pytest.mark.rule("X-ARCH-1")
def test_what_can_be_archived() -> None:
    archivable = [str(status) for status in EnrolmentStatus if status.archivable]
    assert archivable == ["enrolled", "in_progress", "completed"]


@pytest.mark.rule("X-ARCH-2", "X-RENEW-1")
def test_an_enrolment_is_archived_just_as_it_was() -> None:
    before = Enrolment("ada", COURSE, "c1", BEGIN, EnrolmentStatus.COMPLETED, completed_at=BEGIN)
    after = before.archive(AT)
    assert (after.archived, after.archived_at) == (True, AT)
    assert (after.status, after.completed_at) == (before.status, before.completed_at)
    assert not before.archived


def test_a_renewal_is_closed_once_for_all() -> None:
    opened = Renewal("ada", "fa", 1, 1, BEGIN, RenewalOption(COURSE, "c1"))
    closed = opened.close(RenewalState.CANCELLED, AT)
    assert (closed.state, closed.closed_at) == (RenewalState.CANCELLED, AT)


def test_facts_know_what_is_current_and_what_was_completed() -> None:
    past = Enrolment("ada", COURSE, "c1", BEGIN, EnrolmentStatus.COMPLETED, completed_at=BEGIN)
    now = Enrolment("ada", COURSE, "c1", AT, attempt=2)
    reported = Completion("ada", COURSE, "c2", AT)
    facts = Facts(
        User("ada", "ada"), None, enrolments=[now, past.archive(AT)], completions=[reported]
    )
    assert facts.enrolment(COURSE, "c1") == now
    assert facts.attempts(COURSE, "c1") == (now, past.archive(AT))
    assert facts.all_completions == (reported, Completion("ada", COURSE, "c1", BEGIN))
    assert (facts.held, facts.next_cycle, facts.renewal) == (None, 1, None)


@pytest.mark.rule("X-VALID-1")
@pytest.mark.parametrize(
    "fields",
    [
        {"last_day": AT},
        {"last_day": "2024-07-01"},
        {"days": 2.5},
        {"days": True},
        {"days": "2"},
        {"days": 0},
        {"days": 10**12},
        {"start": "enrolment"},
    ],
)
def test_a_window_ends_on_a_day_or_after_whole_days(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError):
        Window(**fields)


@pytest.mark.parametrize(
    "make",
    [
        lambda kind: Item(kind, "c1"),
        lambda kind: Assignment(kind, "c1", AT),
        lambda kind: Completion("ada", kind, "c1", AT),
        lambda kind: Enrolment("ada", kind, "c1", AT),
        lambda kind: RenewalOption(kind, "c1"),
    ],
)
def test_a_kind_of_item_is_one_and_not_its_name(make: Callable[[Any], object]) -> None:
    assert make(COURSE)
    with pytest.raises(InvalidValueError, match="'course'"):
        make("course")


def test_ids_are_several_and_not_one_text() -> None:
    with pytest.raises(InvalidValueError, match="'c1'"):
        LearningPlan("p1", "c1")
    assert LearningPlan("p1", ["c1"]).courses == ("c1",)


@pytest.mark.parametrize("courses", [{"c1", None}, 5, ["c1", 2]])
def test_ids_are_texts(courses: Any) -> None:
    with pytest.raises(InvalidValueError):
        LearningPlan("p1", courses)


def test_a_plan_holds_each_course_once_and_a_course_may_have_its_id() -> None:
    with pytest.raises(InvalidValueError, match="each once, not 'c2' again"):
        LearningPlan("p1", ["c2", "c1", "c2"])
    assert LearningPlan("17", ["17"]).courses == ("17",)


ENROLMENT = Enrolment("ada", COURSE, "c1", BEGIN)
RENEWAL = Renewal("ada", "fa", 1, 1, BEGIN, RenewalOption(COURSE, "c1"))
EXTERNAL = ExternalTraining("ada", "x1", BEGIN.date())


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (ENROLMENT, {"status": "completed"}),
        (ENROLMENT, {"attempt": 0}),
        (ENROLMENT, {"attempt": True}),
        (ENROLMENT, {"attempt": "1"}),
        (ENROLMENT, {"user_id": ""}),
        (ENROLMENT, {"item_id": None}),
        (ENROLMENT, {"completed_at": BEGIN - timedelta(microseconds=1)}),
        (ENROLMENT, {"archived_at": BEGIN - timedelta(microseconds=1)}),
        (Completion("ada", COURSE, "c1", AT), {"user_id": " "}),
        (Completion("ada", COURSE, "c1", AT), {"item_id": ""}),
        (RENEWAL.option, {"item_id": ""}),
        (RENEWAL.option, {"plan_id": 5}),
        (RENEWAL, {"cycle": 0}),
        (RENEWAL, {"version": None}),
        (RENEWAL, {"option": "c1"}),
        (RENEWAL, {"key": " "}),
        (RENEWAL, {"state": "open"}),
        (EXTERNAL, {"id": ""}),
        (EXTERNAL, {"user_id": None}),
        (EXTERNAL, {"certification_id": ""}),
        (EXTERNAL, {"completed_on": BEGIN}),
        (EXTERNAL, {"completed_on": "2024-01-01"}),
        (Course("c1"), {"id": ""}),
        (Course("c1"), {"window": 5}),
        (LearningPlan("p1"), {"id": None}),
        (LearningPlan("p1"), {"window": None}),
        (Assignment(COURSE, "c1", AT), {"item_id": ""}),
        (Assignment(COURSE, "c1", AT), {"group": 5}),
    ],
)
def test_what_a_value_cannot_be_is_refused_at_once(value: Any, fields: dict[str, Any]) -> None:
    ((name, wrong),) = fields.items()
    with pytest.raises(InvalidValueError) as caught:
        evolve(value, **fields)
    assert (caught.value.name, caught.value.value) == (name, wrong)


def test_an_enrolment_may_be_completed_and_archived_in_the_instant_in_which_it_begins() -> None:
    assert evolve(ENROLMENT, completed_at=BEGIN).archive(BEGIN).archived
