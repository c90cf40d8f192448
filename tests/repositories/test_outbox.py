"""What every store promises about events, notices and their readers."""

import pytest

from certrules.repositories.protocols import Store, Transaction
from certrules.testing.optional import OutboxContract


class TestOutbox(OutboxContract):
    @pytest.fixture(autouse=True)
    def fresh(self, store: Store[Transaction]) -> None:
        self.store = store
