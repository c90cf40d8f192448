"""Which items earn a certification, and what a group of them still lacks."""

from datetime import UTC, datetime, timedelta

import pytest

from certrules import Assignment, Completion, Facts, Item, ItemKind, Rule, User
from certrules.model.decisions import Reason
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
                "course Burns (FA-2), course c1 were assigned only when already completed",
            ),
        ),
        ([done("c1", BEGIN), done("c2", BEGIN + TICK)], None),
    ],
    ids=["nothing", "another", "too early", "one of them"],
)
def test_what_a_group_lacks(
    completions: list[Completion], expected: tuple[Rule, str] | None
) -> None:
    reason = expected and Reason(*expected, (("items", ("c1", "c2")),))
    assert criteria.against(FACTS, GROUP, completions) == reason


@pytest.mark.rule("DOC-ASSIGN-07")
def test_only_what_was_completed_was_completed_too_early() -> None:
    early = Reason(
        Rule.DOC_ASSIGN_07,
        "course c1 was assigned only when it was already completed",
        (("items", ("c1",)),),
    )
    assert criteria.against(FACTS, GROUP, [done("c1", BEGIN)]) == early
