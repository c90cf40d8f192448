"""Where a badge stands at each instant."""

from datetime import UTC, datetime, timedelta

import pytest

from certrules.model.badges import Badge, BadgeState
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
