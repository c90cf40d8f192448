"""Which facts can stand together, and which contradict each other?"""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve

from certrules import (
    Award,
    Certification,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    Facts,
    Item,
    ItemKind,
    LearningPlan,
    Renewal,
    RenewalOption,
    User,
    Window,
)
from certrules.errors import InvalidValueError
from certrules.model.learning import RenewalState

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
OVER = Window(date(2024, 6, 30))
AWARD = Award("ada", "fa", BEGIN, None)
ATTEMPT = Enrolment("ada", ItemKind.COURSE, "c1", BEGIN)
BEGUN = Renewal("ada", "fa", 1, 1, BEGIN, RenewalOption(ItemKind.COURSE, "c1"))
KEYED = evolve(BEGUN, key="k1")
REPORTED = ExternalTraining("ada", "x1", BEGIN.date())


def facts(**fields: Any) -> Facts:
    return Facts(User("ada", "ada"), Certification("fa", "First aid"), **fields)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("courses", Course("c1"), Course("c1", window=OVER)),
        ("plans", LearningPlan("p1"), LearningPlan("p1", window=OVER)),
        ("items", Item(ItemKind.COURSE, "c1"), Item(ItemKind.COURSE, "c1", "FA")),
        ("enrolments", ATTEMPT, evolve(ATTEMPT, status=EnrolmentStatus.COMPLETED)),
        ("awards", AWARD, evolve(AWARD, archived_at=BEGIN)),
        ("awards", AWARD, evolve(AWARD, cycle=2)),
        ("renewals", BEGUN, evolve(BEGUN, cycle=2)),
        ("renewals", KEYED.close(RenewalState.CANCELLED, BEGIN), evolve(KEYED, cycle=2)),
        ("external", REPORTED, evolve(REPORTED, certification_id="fa")),
    ],
)
def test_facts_that_contradict_each_other_are_a_mistake_of_the_caller(
    name: str, first: object, second: object
) -> None:
    for given in ([first, second], [second, first]):
        with pytest.raises(InvalidValueError, match="one account of it"):
            facts(**{name: given})
    assert facts(**{name: [first, first]}) == facts(**{name: (first,)})


def test_items_of_different_kinds_may_have_one_id() -> None:
    plan = evolve(ATTEMPT, kind=ItemKind.LEARNING_PLAN)
    assert len(facts(enrolments=[ATTEMPT, plan, evolve(ATTEMPT, attempt=2)]).enrolments) == 3
