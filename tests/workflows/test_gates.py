"""On every way to an award: who is outside the groups, and what is not active, gets and gives none.

A way is a function that tries to issue ``fa`` to Ada on day 40, and the world in which it works.
"""

import io
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from attrs import evolve

from certrules import (
    ALLBOUND,
    Award,
    CertificationStatus,
    Duplicates,
    ExpiryBasis,
    ItemKind,
    ManualAward,
    User,
)
from certrules.model.learning import Completion, ExternalTraining, RenewalOption
from certrules.records import open_records
from certrules.repositories.protocols import Store, Transaction
from certrules.rules.awarding import Targets
from certrules.workflows import awarding, backfill, importing, manual_awards, renewal
from certrules.workflows.jobs import Jobs
from tests.workflows.conftest import T0, acting, day

COURSE, PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN
DRAFT, _, INACTIVE = CertificationStatus
PREDATING = evolve(ALLBOUND, validities=None)
HELD = Award("ada", "fa", T0, day(20), ExpiryBasis.DATE)
CSV = (
    "username,certification_code,certification_issue_date,always_valid,"
    "certification_expire_date,type,code\n"
    "ada,FA,2024-02-01,1,,manual,\n"
)


def change(store: Store[Transaction], **certification: Any) -> None:
    with store.writing() as transaction:
        found = transaction.certifications.get("fa")
        assert found
        transaction.certifications.put([evolve(found, **certification)])


def holds(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add([HELD])


def completed_before(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.learning.add_completions(
            [Completion("ada", kind, item, T0) for kind, item in ((COURSE, "A"), (PLAN, "P"))]
        )


def renewal_started(store: Store[Transaction]) -> None:
    done = Completion("ada", COURSE, "A", day(1))
    assert awarding.complete(acting(store), done, at=day(1)).decisions["fa"]
    option = RenewalOption(COURSE, "A")
    assert renewal.start(acting(store), "ada", "fa", option, at=day(30))


def nothing(_: Store[Transaction]) -> None:
    pass


def by_completion(store: Store[Transaction]) -> None:
    awarding.complete(acting(store), Completion("ada", COURSE, "A", day(40)), at=day(40))


def by_external_training(store: Store[Transaction]) -> None:
    training = ExternalTraining("ada", "t", day(39).date(), "fa")
    awarding.report_external(acting(store), training, at=day(40))


def by_the_hand_of_somebody(store: Store[Transaction]) -> None:
    chosen = ManualAward("fa", day(40), None, ExpiryBasis.ALWAYS_VALID)
    targets = Targets(users={"ada"})
    manual_awards.award(acting(store), targets, chosen, at=day(40), jobs=Jobs(lambda: day(40)))
    manual_awards.award_all(acting(store), ["ada"], chosen, at=day(40))


def predated(store: Store[Transaction]) -> None:
    backfill.issue_predated(acting(store, policy=PREDATING), "fa", since=None, at=day(40))


def imported(duplicates: Duplicates) -> Callable[[Store[Transaction]], None]:
    def way(store: Store[Transaction]) -> None:
        with open_records(io.BytesIO(CSV.encode()), zone=UTC) as file:
            importing.run(acting(store), file, at=day(40), duplicates=duplicates)

    return way


WAYS: dict[
    str, tuple[Callable[[Store[Transaction]], None], Callable[[Store[Transaction]], None]]
] = {
    "completion": (nothing, by_completion),
    "external training": (nothing, by_external_training),
    "by hand": (nothing, by_the_hand_of_somebody),
    "by hand after expiry": (holds, by_the_hand_of_somebody),
    "predated": (completed_before, predated),
    "completion of a renewal": (renewal_started, by_completion),
    "import": (nothing, imported(Duplicates.REJECT)),
    "import as renewal": (holds, imported(Duplicates.RENEW)),
    "import as update": (holds, imported(Duplicates.REJECT)),
}


def awards(store: Store[Transaction]) -> list[Award]:
    with store.reading() as view:
        return [*view.awards.history("ada", "fa")]


@pytest.fixture
def world(store: Store[Transaction]) -> Store[Transaction]:
    change(store, code="FA", groups={"staff"})
    belongs(store, "staff")
    return store


def belongs(store: Store[Transaction], *groups: str, active: bool = True) -> None:
    with store.writing() as transaction:
        transaction.users.put([User("ada", "ada", groups=set(groups), active=active)])


GATES: dict[str, Callable[[Store[Transaction]], None]] = {
    "in no group": belongs,
    "in another group": lambda store: belongs(store, "crew"),
    "groups changed": lambda store: change(store, groups={"crew"}),
    "inactive": lambda store: change(store, status=INACTIVE),
    "draft": lambda store: change(store, status=DRAFT),
    "deactivated": lambda store: belongs(store, "staff", active=False),
}
"""What stands in the way."""


@pytest.mark.rule("ALL-VIS-02", "ALL-VIS-03", "INT-36")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("groups", [{"staff"}, {"staff", "crew"}, set()])
def test_who_belongs_to_any_of_the_groups_is_issued_it(
    world: Store[Transaction], way: str, groups: set[str]
) -> None:
    before, issue = WAYS[way]
    before(world)
    change(world, groups=groups)
    held = awards(world)
    issue(world)
    assert awards(world) != held


@pytest.mark.rule("ALL-VIS-02", "ALL-MANAGE-06", "DOC-CERT-13", "DOC-CSV-23", "INT-31b", "INT-36")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("gate", GATES)
def test_nothing_is_issued_through_a_gate_that_is_shut(
    world: Store[Transaction], way: str, gate: str
) -> None:
    before, issue = WAYS[way]
    before(world)
    GATES[gate](world)
    held = awards(world)
    issue(world)
    assert awards(world) == held
