"""Every store keeps every promise about badges."""

import pytest

from certrules.repositories.protocols import Store
from certrules.testing.badges import BadgesContract


@pytest.mark.rule("INT-42")
class TestBadges(BadgesContract):
    @pytest.fixture(autouse=True)
    def fresh(self, store: Store) -> None:
        self.store = store
