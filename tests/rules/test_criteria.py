"""Which items earn a certification, and what a group of them still lacks."""

from datetime import UTC, datetime, timedelta

import pytest

from certrules import Assignment, Completion, Facts, Item, ItemKind, Rule, User
from certrules.model.decisions import because
from certrules.model.reasons import ReasonCode
from certrules.rules import criteria

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
FACTS = Facts(User("ada", "ada"), None, items=[Item(ItemKind.COURSE, "c2", "FA-2", "Burns")])
GROUP = [Assignment(ItemKind.COURSE, item, BEGIN) for item in ("c2", "c1")]


def done(item_id: str, at: datetime) -> Completion:
    return Completion("ada", ItemKind.COURSE, item_id, at)


@pytest.mark.rule("ALL-TRAIN-03", "ALL-TRAIN-06", "DOC-ASSIGN-07")
@pytest.mark.parametrize(
    ("completions", "expected"),
    [
        ([], (Rule.ALL_TRAIN_03, "none of course Burns (FA-2), course c1 is completed")),
        (
            [done("c3", BEGIN + TICK)],
            (Rule.ALL_TRAIN_03, "none of course Burns (FA-2), course c1 is completed"),
        ),
        (
            [done("c1", BEGIN), done("c2", BEGIN - TICK)],
            (
                Rule.DOC_ASSIGN_07,
                "course Burns (FA-2), course c1 were assigned only after they were completed",
            ),
        ),
        ([done("c1", BEGIN), done("c2", BEGIN + TICK)], None),
    ],
    ids=["nothing", "another", "too early", "one of them"],
)
def test_what_a_group_lacks(
    completions: list[Completion], expected: tuple[Rule, str] | None
) -> None:
    reason = criteria.objection(FACTS, GROUP, completions)
    assert (reason and (reason.rule, reason.text)) == expected


@pytest.mark.rule("DOC-ASSIGN-07")
def test_only_what_was_completed_was_completed_too_early() -> None:
    early = criteria.objection(FACTS, GROUP, [done("c1", BEGIN)])
    assert early == because(
        ReasonCode.COMPLETION_BEFORE_ASSIGNMENT, items=(Item(ItemKind.COURSE, "c1"),)
    )
