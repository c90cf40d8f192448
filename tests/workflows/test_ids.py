"""What is no id, such as a number of the host's, is refused by every workflow and store alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from certrules import DOCEBO, Award, Certification, Platform, User
from certrules.errors import InvalidValueError
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import certifications, lifecycle, renewal, reporting
from certrules.workflows.platform import SYSTEM, Acting

AT = datetime(2024, 1, 1, tzinfo=UTC)
WRONG = [1, None, " ", ["1"], User("1", "ada"), Certification("3", "First aid")]
CALLS: dict[str, Callable[[Acting[Transaction], Any, Any], object]] = {
    "decide": lambda acting, user, certification: renewal.decide(
        acting, user, certification, at=AT
    ),
    "cancel": lambda acting, user, certification: renewal.cancel(
        acting, user, certification, at=AT
    ),
    "unassign": lambda acting, user, certification: lifecycle.unassign(
        acting, user, certification, at=AT
    ),
}
OF_ONE: dict[str, Callable[[Acting[Transaction], Any], object]] = {
    "learner": lambda acting, id_: reporting.learner(acting, id_, at=AT),
    "delete": lambda acting, id_: lifecycle.delete(acting, id_, at=AT),
    "deactivate": lambda acting, id_: certifications.deactivate(acting, id_, at=AT),
}


@pytest.fixture
def acting(store: Store[Transaction]) -> Acting[Transaction]:
    with store.writing() as transaction:
        transaction.users.put([User("1", "ada")])
        transaction.certifications.put([Certification("3", "First aid")])
        transaction.awards.add([Award("1", "3", AT, None)])
    return Platform(store, DOCEBO, UTC).acting_as(SYSTEM)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_an_id_of_a_user_or_a_certification(
    acting: Acting[Transaction], call: str, wrong: Any
) -> None:
    for ids in ((wrong, "3"), ("1", wrong)):
        with pytest.raises(InvalidValueError, match="_id cannot be"):
            CALLS[call](acting, *ids)


@pytest.mark.parametrize("call", OF_ONE)
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_an_id_alone(acting: Acting[Transaction], call: str, wrong: Any) -> None:
    with pytest.raises(InvalidValueError, match="_id cannot be"):
        OF_ONE[call](acting, wrong)
