"""Every store keeps every promise."""

import pytest

from certrules.repositories.protocols import Store
from certrules.testing.contract import StoreContract


class TestStores(StoreContract):
    @pytest.fixture(autouse=True)
    def fresh(self, store: Store) -> None:
        self.store = store
