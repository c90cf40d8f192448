"""Every store keeps every promise."""

import pytest

from certrules.repositories.protocols import Store, Transaction
from certrules.testing.contract import StoreContract


@pytest.mark.rule("DOC-TZ-01", "INT-15", "X-CSV-3")
class TestStores(StoreContract):
    @pytest.fixture(autouse=True)
    def fresh(self, store: Store[Transaction]) -> None:
        self.store = store
