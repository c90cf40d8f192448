"""Every store keeps every promise about learning and renewals."""

import pytest

from certrules.repositories.protocols import Store, Transaction
from certrules.testing.learning import LearningContract


@pytest.mark.rule("INT-12b")
class TestLearning(LearningContract):
    @pytest.fixture(autouse=True)
    def fresh(self, store: Store[Transaction]) -> None:
        self.store = store
