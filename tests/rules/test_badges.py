"""Where a badge stands at each instant."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from certrules import Award, Granted
from certrules.model.badges import Badge, BadgeState
from certrules.model.effects import (
    CancelNotices,
    IssueBadge,
    RevokeBadge,
    RevokeOutdatedBadge,
    SuspendBadge,
    WithdrawBadge,
)
from certrules.rules import badges

ISSUED, EXPIRES = datetime(2024, 1, 10, tzinfo=UTC), datetime(2025, 1, 10, tzinfo=UTC)
LATER, TICK = ISSUED + timedelta(days=10), timedelta(microseconds=1)


@pytest.mark.rule("INT-38", "INT-42")
@pytest.mark.parametrize(
    ("changes", "at", "state"),
    [
        ({}, ISSUED - TICK, BadgeState.NOT_YET_VALID),
        ({}, ISSUED, BadgeState.VALID),
        ({}, EXPIRES - TICK, BadgeState.VALID),
        ({}, EXPIRES, BadgeState.EXPIRED),
        ({"suspended": True}, LATER, BadgeState.SUSPENDED),
        ({"suspended": True}, EXPIRES, BadgeState.EXPIRED),
        ({"suspended": True, "revoked": True}, LATER, BadgeState.REVOKED),
        ({"revoked": True}, EXPIRES, BadgeState.REVOKED),
    ],
)
def test_where_a_badge_stands(changes: dict[str, bool], at: datetime, state: BadgeState) -> None:
    badge = Badge("b", "ada", "fa", 1, ISSUED, EXPIRES, 1, 7, **changes)
    assert badges.state_at(badge, at) is state


@pytest.mark.rule("INT-42")
def test_a_badge_is_replaced_only_by_a_later_award_and_not_if_anything_else_ended_it() -> None:
    badge = evolve(BADGE, revoked=True)
    old, new = AWARD.archive(LATER), evolve(AWARD, issued_at=LATER, cycle=3)
    edited = evolve(old, expires_at=LATER)
    assert badges.replaced(badge, [new, old], LATER)
    assert badges.state_at(badge, LATER, [old, new]) is BadgeState.REPLACED
    assert badges.state_at(badge, EXPIRES, [old, new]) is BadgeState.REPLACED
    for history in ([], [old], [new], [AWARD], [edited, new]):
        assert badges.state_at(badge, LATER, history) is BadgeState.REVOKED
    by_hand = evolve(badge, withdrawn=True)
    assert badges.state_at(by_hand, LATER, [old, new]) is BadgeState.REVOKED


@pytest.mark.rule("INT-42", "INT-46")
def test_a_badge_is_replaced_when_the_award_that_was_issued_in_advance_begins() -> None:
    history = [AWARD.archive(LATER), evolve(AWARD, issued_at=LATER, cycle=3)]
    assert badges.state_at(BADGE, LATER - TICK, history) is BadgeState.VALID
    for at in (LATER, LATER + TICK, EXPIRES):
        assert badges.state_at(BADGE, at, history) is BadgeState.REPLACED
    by_hand = evolve(BADGE, revoked=True, withdrawn=True)
    assert badges.state_at(by_hand, LATER, history) is BadgeState.REVOKED
    assert badges.state_at(BADGE, LATER, history[1:]) is BadgeState.VALID


AWARD = Award("ada", "fa", ISSUED, EXPIRES, cycle=2)
BADGE = Badge("b", "ada", "fa", 2, ISSUED, EXPIRES, 1, 7)


@pytest.mark.rule("INT-42")
def test_a_badge_is_issued_in_the_place_of_one_of_other_dates() -> None:
    assert badges.issued(AWARD, "b", (1, 7)) == (RevokeOutdatedBadge(AWARD), IssueBadge(BADGE))


@pytest.mark.rule("ALL-ROLE-11", "INT-23")
@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_badge_revoked_by_hand_takes_the_notices_of_its_award_with_it(withdrawn: bool) -> None:
    badge = evolve(BADGE, revoked=withdrawn, withdrawn=withdrawn)
    assert badges.revoked(badge) == (WithdrawBadge("b"), CancelNotices(AWARD.key))


@pytest.mark.rule("ALL-ROLE-11")
def test_a_badge_revoked_with_its_award_cannot_be_revoked_by_hand() -> None:
    assert badges.revoked(evolve(BADGE, revoked=True)) == ()


@pytest.mark.rule("ALL-ROLE-03", "INT-42")
def test_a_badge_is_suspended_or_replaced_by_an_effect() -> None:
    assert badges.suspended(BADGE, suspended=True) == (SuspendBadge("b", True),)
    (reason,) = badges.reissue(BADGE, None).reasons
    assert reason.details["badge_id"] == BADGE.id
    decision = badges.reissue(BADGE, BADGE)
    assert isinstance(decision, Granted)
    assert decision.effects == (RevokeBadge(AWARD.key),)
