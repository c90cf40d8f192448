"""What becomes of a certification in a store, and of what it is issued for."""

import pytest
from attrs import evolve

from certrules import ALLBOUND, Certification, CertificationStatus, ItemKind
from certrules.errors import ConflictError, InvalidValueError
from certrules.model.learning import Completion
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import awarding, certifications
from tests.workflows.conftest import acting, day

DRAFT, ACTIVE, INACTIVE = CertificationStatus


def stored(store: Store[Transaction], certification_id: str = "fa") -> Certification:
    with store.reading() as view:
        found = view.certifications.get(certification_id)
    assert found
    return found


def completes(store: Store[Transaction], at: int) -> bool:
    done = Completion("ada", ItemKind.COURSE, "A", day(at))
    return bool(awarding.complete(acting(store), done, at=day(at)).decisions["fa"])


@pytest.mark.rule("ALL-CERT-08", "INT-31b")
def test_a_draft_is_created_and_published(store: Store[Transaction]) -> None:
    draft = Certification("new", "New", status=DRAFT)
    assert certifications.create(acting(store), draft, at=day(1))
    assert stored(store, "new").created_at == day(1)
    with pytest.raises(InvalidValueError, match="not in use"):
        certifications.create(acting(store), draft, at=day(1))
    assert not certifications.deactivate(acting(store), "new", at=day(2))
    assert certifications.publish(acting(store), "new", active=False, at=day(2))
    assert stored(store, "new").status is INACTIVE
    assert not certifications.publish(acting(store), "new", at=day(3))
    assert certifications.activate(acting(store), "new", at=day(3))
    assert stored(store, "new").status is ACTIVE
    with pytest.raises(InvalidValueError):
        certifications.publish(acting(store), "gone", at=day(3))


@pytest.mark.rule("DOC-CERT-07")
def test_of_two_edits_of_the_same_certification_one_is_kept(store: Store[Transaction]) -> None:
    seen = stored(store)
    assert certifications.edit(
        acting(store), seen, evolve(seen, name="First aid at work"), at=day(1)
    )
    with pytest.raises(ConflictError, match="'fa'"):
        certifications.edit(acting(store), seen, evolve(seen, name="Second aid"), at=day(2))
    assert stored(store).name == "First aid at work"


@pytest.mark.rule("ALL-CERT-09", "ALL-VIS-05", "INT-31")
def test_publication_freezes_all_but_status_and_groups(store: Store[Transaction]) -> None:
    seen = stored(store)
    renamed = evolve(seen, name="Other")
    assert not certifications.edit(acting(store, policy=ALLBOUND), seen, renamed, at=day(1))
    assert stored(store) == seen
    grouped = evolve(seen, groups={"staff"})
    assert certifications.edit(acting(store, policy=ALLBOUND), seen, grouped, at=day(1))


@pytest.mark.rule("ALL-MANAGE-06", "INT-38")
def test_what_is_switched_off_is_issued_no_more(store: Store[Transaction]) -> None:
    assert certifications.deactivate(acting(store), "fa", at=day(1))
    assert not completes(store, 2)
    assert certifications.activate(acting(store), "fa", at=day(3))
    assert completes(store, 4)


@pytest.mark.rule("ALL-VIS-02", "INT-36")
def test_groups_are_asked_at_the_moment_of_issue(store: Store[Transaction]) -> None:
    seen = stored(store)
    assert certifications.edit(acting(store), seen, evolve(seen, groups={"staff"}), at=day(1))
    assert not completes(store, 2)
    with store.writing() as transaction:
        ada = transaction.users.get("ada")
        assert ada
        transaction.users.put([evolve(ada, groups={"staff"})])
        assert not transaction.awards.history("ada", "fa")
    assert completes(store, 3)
