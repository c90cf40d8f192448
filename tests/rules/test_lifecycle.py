"""What assigning, unlinking, unassigning and deleting change, and nothing else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules import (
    ALLBOUND,
    Assignment,
    AssociationType,
    Award,
    Certification,
    CertificationStatus,
    Granted,
    ItemKind,
    Renewal,
    RenewalOption,
    Source,
)
from certrules.errors import NaiveDatetimeError
from certrules.model.awards import AwardKey
from certrules.model.decisions import Decision
from certrules.model.effects import (
    AssignItem,
    CancelNotices,
    CloseRenewal,
    RemoveAward,
    RemoveCertification,
    UnassignItem,
)
from certrules.model.learning import RenewalState
from certrules.rules import lifecycle
from certrules.testing import strategies

COURSE = ItemKind.COURSE
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2024, 7, 1, tzinfo=UTC)
ITEM = Assignment(COURSE, "c1", BEGIN)
BY_HAND = Source()
FIRST_AID = Certification("fa", "First aid", assignments=(ITEM,))


def award(user_id: str, source: Source = BY_HAND, **fields: Any) -> Award:
    return Award(user_id, "fa", BEGIN, None, source=source, **fields)


BY_C1 = Source(AssociationType.COURSE, "c1")
OLD = award("ada", BY_C1, archived_at=AT)
NEW = award("ada", BY_C1, cycle=2)
KEPT = [
    award("bob"),
    award("cid", Source(AssociationType.COURSE, "c2")),
    award("dan", Source(AssociationType.LEARNING_PLAN, "c1")),
    award("eve", Source(AssociationType.EXTERNAL_TRAINING, "c1")),
]
OPENED = Renewal("ada", "fa", 2, 1, BEGIN, RenewalOption(COURSE, "c2"))


def rules(decided: Decision) -> list[str]:
    return [reason.rule.id for reason in decided.reasons]


def effects(decided: Decision, *kinds: type) -> list[Any]:
    assert isinstance(decided, Granted), decided.reasons
    return [effect for effect in decided.effects if isinstance(effect, kinds)]


def lost(decided: Decision) -> list[Award]:
    return [effect.award for effect in effects(decided, RemoveAward)]


@pytest.mark.rule("DOC-ASSIGN-01", "DOC-ASSIGN-02")
def test_an_item_is_assigned_beside_others() -> None:
    second = Assignment(COURSE, "c2", AT)
    decided = lifecycle.assign(FIRST_AID, second, [])
    assert effects(decided, object) == [AssignItem("fa", second)]


@pytest.mark.rule("INT-22")
def test_an_item_is_not_assigned_twice() -> None:
    assert rules(lifecycle.assign(FIRST_AID, evolve(ITEM, assigned_at=AT), [])) == ["INT-22"]


@pytest.mark.rule("DOC-ASSIGN-04", "ALL-TRAIN-04", "INT-22", "INT-33")
def test_an_item_earns_one_certification_at_most_unless_the_platform_says_otherwise() -> None:
    fresh = Certification("new", "New", status=CertificationStatus.DRAFT)
    assert rules(lifecycle.assign(fresh, ITEM, [FIRST_AID])) == ["DOC-ASSIGN-04"]
    assert lifecycle.assign(fresh, ITEM, [FIRST_AID], policy=ALLBOUND)
    assert lifecycle.assign(fresh, evolve(ITEM, item_id="c2"), [FIRST_AID, fresh])


@pytest.mark.rule("DOC-ASSIGN-11", "DOC-DELETE-05", "INT-20")
def test_unlinking_removes_what_the_item_earned_and_nothing_else() -> None:
    decided = lifecycle.unlink(FIRST_AID, COURSE, "c1", [NEW, *KEPT, OLD], at=AT)
    assert lost(decided) == [OLD, NEW]
    assert effects(decided, UnassignItem) == [UnassignItem("fa", COURSE, "c1")]
    assert dict(decided.reasons[0].details) == {"awards": 2, "users": 1, "archived": 1}


@pytest.mark.rule("INT-23")
def test_notices_of_lost_awards_are_cancelled() -> None:
    decided = lifecycle.unlink(FIRST_AID, COURSE, "c1", [NEW], at=AT)
    assert effects(decided, CancelNotices) == [CancelNotices(AwardKey("ada", "fa", 2))]


@pytest.mark.parametrize(
    ("renewal", "cancelled"),
    [
        (OPENED, True),
        (evolve(OPENED, user_id="bob", cycle=1, option=RenewalOption(COURSE, "c1")), True),
        (evolve(OPENED, user_id="bob", cycle=1), False),
        (OPENED.close(RenewalState.COMPLETED, BEGIN), False),
    ],
)
def test_unlinking_cancels_open_renewals_by_the_item_or_of_lost_awards(
    renewal: Renewal, cancelled: bool
) -> None:
    decided = lifecycle.unlink(FIRST_AID, COURSE, "c1", [NEW, *KEPT], [renewal], at=AT)
    expected = [CloseRenewal(renewal.close(RenewalState.CANCELLED, AT))] if cancelled else []
    assert effects(decided, CloseRenewal) == expected


@pytest.mark.rule("DOC-ASSIGN-11")
def test_what_is_not_assigned_is_not_unlinked() -> None:
    assert rules(lifecycle.unlink(FIRST_AID, COURSE, "c2", KEPT, at=AT)) == ["DOC-ASSIGN-11"]


@pytest.mark.rule("DOC-AWARD-10", "DOC-DELETE-06", "INT-23")
def test_unassigning_takes_every_cycle_from_one_user_and_none_from_others() -> None:
    decided = lifecycle.unassign("ada", [*KEPT, NEW, OLD], [OPENED], at=AT)
    assert lost(decided) == [OLD, NEW]
    assert effects(decided, CloseRenewal) == [
        CloseRenewal(OPENED.close(RenewalState.CANCELLED, AT))
    ]
    assert rules(lifecycle.unassign("nobody", [NEW], at=AT)) == ["DOC-AWARD-10"]


@pytest.mark.rule("DOC-DELETE-01", "DOC-DELETE-02", "DOC-DELETE-03", "DOC-DELETE-04", "INT-23")
def test_deleting_removes_everything_and_warns() -> None:
    decided = lifecycle.delete(FIRST_AID, [NEW, OLD, *KEPT], [OPENED], at=AT)
    assert {(each.user_id, each.cycle) for each in lost(decided)} == {
        (each.user_id, each.cycle) for each in (NEW, OLD, *KEPT)
    }
    assert effects(decided, RemoveCertification) == [RemoveCertification("fa")]
    assert len(effects(decided, CancelNotices)) == 6
    assert rules(decided) == ["DOC-DELETE-02", "DOC-DELETE-04"]


@pytest.mark.rule("DOC-DELETE-02")
def test_renewals_are_closed_in_the_order_of_their_users_and_beginnings() -> None:
    others = [evolve(OPENED, user_id="bob"), evolve(OPENED, started_at=AT), OPENED]
    closed = effects(lifecycle.delete(FIRST_AID, [], others, at=AT), CloseRenewal)
    found = [(each.renewal.user_id, each.renewal.started_at) for each in closed]
    assert found == [("ada", BEGIN), ("ada", AT), ("bob", BEGIN)]


def test_a_naive_instant_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(NaiveDatetimeError):
        lifecycle.delete(FIRST_AID, [], at=AT.replace(tzinfo=None))


@pytest.mark.law
@pytest.mark.rule("INT-20")
@given(
    strategies.certifications(),
    st.lists(strategies.awards(), max_size=4),
    st.lists(strategies.renewals(), max_size=2),
    st.sampled_from(strategies.ITEMS),
)
def test_unlinking_loses_exactly_what_the_item_earned(
    certification: Certification,
    awards: list[Award],
    renewals: list[Renewal],
    item: tuple[ItemKind, str],
) -> None:
    decided = lifecycle.unlink(certification, *item, awards, renewals, at=AT)
    assigned = item in {(each.kind, each.item_id) for each in certification.assignments}
    assert bool(decided) is assigned
    if decided:
        source = (AssociationType(item[0].value), item[1])
        expected = [each for each in awards if (each.source.type, each.source.item_id) == source]
        assert sorted(map(str, lost(decided))) == sorted(map(str, expected))
