"""Every store keeps every promise about badges."""

from datetime import UTC, datetime
from time import process_time

import pytest

from certrules.model.badges import Badge
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.testing.optional import BadgesContract


@pytest.mark.rule("INT-42")
class TestBadges(BadgesContract):
    @pytest.fixture(autouse=True)
    def fresh(self, store: Store[Transaction]) -> None:
        self.store = store


def test_memory_adds_each_badge_in_the_same_time() -> None:
    since = process_time()
    with MemoryStore().writing() as work:
        for number in range(20_000):
            work.badges.add(
                Badge(f"b{number}", "ada", "fire", number + 1, datetime.now(UTC), None, 1, number)
            )
    assert process_time() - since < 5  # a look at all of them for each would take a minute
