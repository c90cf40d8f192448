"""Every store keeps every promise."""

import pytest

from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import JoinedStore
from certrules.testing.contract import IsolationContract, StoreContract
from certrules.testing.learning import LearningContract
from certrules.testing.optional import BadgesContract, OutboxContract


@pytest.mark.rule("DOC-TZ-01", "INT-15", "X-CSV-3")
class TestStores(StoreContract, IsolationContract):
    @pytest.fixture(autouse=True)
    def fresh(self, store: Store[Transaction]) -> None:
        self.store = store


class TestJoinedStores(StoreContract, LearningContract, OutboxContract, BadgesContract):
    @pytest.fixture(autouse=True)
    def fresh(self, joined: JoinedStore) -> None:
        self.store = joined
