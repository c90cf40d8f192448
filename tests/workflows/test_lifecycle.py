"""What is assigned, unlinked, taken away or deleted, on every store?"""

from collections.abc import Callable

import pytest
from attrs import evolve

from certrules import DOCEBO, AssociationType, Award, ItemKind, Rule, Source
from certrules.errors import InvalidValueError
from certrules.model.catalog import Assignment
from certrules.model.decisions import Granted
from certrules.model.effects import RemoveAward
from certrules.model.learning import Completion, RenewalOption, RenewalState
from certrules.model.notices import Event, EventKind, Notice
from certrules.model.policy import Duplicates
from certrules.model.reasons import ReasonCode
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import importing
from certrules.workflows import awarding, effects, lifecycle, renewal
from tests.workflows.conftest import T0, acting, day

COURSE = ItemKind.COURSE
HISTORY = (
    Award("ada", "fa", day(1), day(2), source=Source(AssociationType.COURSE, "A")).archive(day(3)),
    Award("ada", "fa", day(3), None, cycle=2),
    Award("bob", "fa", day(1), None, source=Source(AssociationType.COURSE, "A")),
    Award("bob", "conduct", day(1), None, source=Source(AssociationType.COURSE, "A")),
)


@pytest.fixture
def history(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add(HISTORY)


def awards(store: Store[Transaction]) -> list[Award]:
    with store.reading() as view:
        return list(view.awards.select())


def events(store: Store[Transaction]) -> list[Event | Notice]:
    with store.reading() as view:
        return [event for _, event in view.events.after(0, 100)]


@pytest.mark.usefixtures("history")
@pytest.mark.rule("DOC-ASSIGN-11", "DOC-DELETE-05", "INT-20")
def test_unlinking_removes_what_the_item_earned_and_nothing_else(store: Store[Transaction]) -> None:
    preview = lifecycle.unlink(acting(store), "fa", COURSE, "A", at=day(9), dry_run=True)
    assert len(awards(store)) == 4
    done = lifecycle.unlink(acting(store), "fa", COURSE, "A", at=day(9))
    assert isinstance(done, Granted)
    assert preview == done
    lost = [effect.award for effect in done.effects if isinstance(effect, RemoveAward)]
    assert lost == [HISTORY[0], HISTORY[2]]
    assert awards(store) == [HISTORY[1], HISTORY[3]]
    with store.reading() as view:
        assert [each.id for each in view.certifications.assigned(COURSE, "A")] == []
    assert not lifecycle.unlink(acting(store), "fa", COURSE, "A", at=day(9))


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("remove", "gone"),
    [
        (
            lambda store, **dry: lifecycle.unlink(
                acting(store), "fa", COURSE, "A", at=day(9), **dry
            ),
            [("ada", 1), ("bob", 1)],
        ),
        (
            lambda store, **dry: lifecycle.unassign(acting(store), "ada", "fa", at=day(9), **dry),
            [("ada", 1), ("ada", 2)],
        ),
        (
            lambda store, **dry: lifecycle.delete(acting(store), "fa", at=day(9), **dry),
            [("ada", 1), ("ada", 2), ("bob", 1)],
        ),
    ],
    ids=["unlink", "unassign", "delete"],
)
def test_every_award_that_is_removed_is_told_of_after_what_was_told_before(
    store: Store[Transaction], remove: Callable[..., object], gone: list[tuple[str, int]]
) -> None:
    before = Event(EventKind.ISSUED, "bob", "fa", 1, day(1))
    with store.writing() as transaction:
        transaction.events.add([before])
    remove(store, dry_run=True)
    assert events(store) == [before]
    remove(store)
    removed = [Event(EventKind.REMOVED, user, "fa", cycle, day(9)) for user, cycle in gone]
    assert events(store) == [before, *removed]


@pytest.mark.rule("DOC-ASSIGN-11", "INT-46")
@pytest.mark.parametrize("begins", [19, 20, 21])
def test_unlinked_before_it_begins_an_award_in_advance_leaves_all_as_it_was(
    store: Store[Transaction], begins: int
) -> None:
    held = Award("ada", "fa", day(1), day(40))
    with store.writing() as transaction:
        transaction.awards.add([held])
        new = evolve(
            held,
            issued_at=day(begins),
            expires_at=day(99),
            source=Source(AssociationType.COURSE, "A"),
        )
        known = transaction.awards.history("ada", "fa")
        renew = Duplicates.RENEW
        decided = importing.decide(new, known, duplicates=renew, at=day(9), policy=DOCEBO)
        effects.apply(transaction, decided.effects)
    done = lifecycle.unlink(acting(store), "fa", COURSE, "A", at=day(20))
    (stays,) = awards(store)
    if begins <= 20:
        assert stays == evolve(held, archived_at=day(begins), version=2)
    else:
        assert stays == evolve(held, version=3)
        assert done.reasons[-1].code is ReasonCode.AWARDS_RESTORED
        assert events(store)[-1] == Event(EventKind.CHANGED, "ada", "fa", 1, day(20))


@pytest.mark.rule("INT-12b", "INT-46")
@pytest.mark.parametrize(("by", "again"), [("X", True), ("A", False)])
def test_a_renewal_that_an_award_in_advance_closed_is_open_again_without_it(
    store: Store[Transaction], by: str, again: bool
) -> None:
    assert lifecycle.assign(acting(store), "fa", Assignment(COURSE, "X", T0))
    with store.writing() as transaction:
        transaction.awards.add([Award("ada", "fa", day(1), day(40))])
    option = RenewalOption(COURSE, by)
    assert renewal.start(acting(store), "ada", "fa", option, at=day(5), key="k")
    with store.writing() as transaction:
        (held,) = transaction.awards.history("ada", "fa")
        (begun,) = transaction.renewals.history("ada", "fa")
        new = evolve(held, issued_at=day(30), source=Source(AssociationType.COURSE, "A"))
        renew = Duplicates.RENEW
        decided = importing.decide(new, [held], begun, duplicates=renew, at=day(9), policy=DOCEBO)
        effects.apply(transaction, decided.effects)
        (closed,) = transaction.renewals.history("ada", "fa")
    assert closed == begun.close(RenewalState.REPLACED, day(9))
    done = lifecycle.unlink(acting(store), "fa", COURSE, "A", at=day(20))
    with store.reading() as view:
        assert list(view.renewals.history("ada", "fa")) == [begun if again else closed]
    assert done.reasons[-1].text == "current again: 1 award that the lost were to replace" + (
        "; open again: 1 renewal of them" * again
    )
    by_it = Completion("ada", COURSE, "X", day(21))
    assert bool(awarding.complete(acting(store), by_it, at=day(21)).decisions["fa"]) is again


@pytest.mark.rule("INT-20", "INT-23")
def test_unlinking_gives_up_the_renewals_that_it_makes_impossible(
    store: Store[Transaction],
) -> None:
    awarding.complete(acting(store), Completion("ada", COURSE, "A", day(1)), at=day(1))
    assert renewal.start(acting(store), "ada", "fa", RenewalOption(COURSE, "A"), at=day(2))
    assert lifecycle.unlink(acting(store), "fa", COURSE, "A", at=day(3))
    with store.reading() as view:
        (kept,) = view.renewals.history("ada", "fa")
    assert (kept.state, kept.closed_at) == (RenewalState.CANCELLED, day(3))
    assert awards(store) == []


@pytest.mark.usefixtures("history")
@pytest.mark.rule("DOC-AWARD-10", "DOC-DELETE-06")
def test_unassigning_takes_it_away_from_one_user(store: Store[Transaction]) -> None:
    preview = lifecycle.unassign(acting(store), "ada", "fa", at=day(9), dry_run=True)
    assert len(awards(store)) == 4
    assert lifecycle.unassign(acting(store), "ada", "fa", at=day(9)) == preview
    assert awards(store) == [HISTORY[3], HISTORY[2]]
    assert not lifecycle.unassign(acting(store), "ada", "fa", at=day(9))


@pytest.mark.usefixtures("history")
@pytest.mark.rule("DOC-DELETE-01", "DOC-DELETE-02", "DOC-DELETE-03", "DOC-DELETE-04")
def test_deleting_leaves_nothing_of_a_certification(store: Store[Transaction]) -> None:
    awarding.complete(acting(store), Completion("bob", COURSE, "A", day(1)), at=day(1))
    assert renewal.start(acting(store), "bob", "fa", RenewalOption(COURSE, "A"), at=day(2))
    preview = lifecycle.delete(acting(store), "fa", at=day(9), dry_run=True)
    assert len(awards(store)) == 4
    done = lifecycle.delete(acting(store), "fa", at=day(9))
    assert done == preview
    assert done.reasons[-1].rule is Rule.DOC_DELETE_04
    assert awards(store) == [HISTORY[3]]
    with store.reading() as view:
        assert view.certifications.get("fa") is None
        assert view.certifications.assigned(COURSE, "A") == []
        assert list(view.renewals.history("bob", "fa")) == []


def test_what_is_not_there_is_not_deleted(store: Store[Transaction]) -> None:
    with pytest.raises(InvalidValueError, match="'gone'"):
        lifecycle.delete(acting(store), "gone", at=T0)
    with pytest.raises(InvalidValueError, match="'gone'"):
        lifecycle.unlink(acting(store), "gone", COURSE, "A", at=T0)


@pytest.mark.rule("DOC-ASSIGN-01", "DOC-ASSIGN-02")
def test_an_item_is_assigned_from_then_on(store: Store[Transaction]) -> None:
    assignment = Assignment(COURSE, "X", day(5))
    assert lifecycle.assign(acting(store), "fa", assignment)
    with store.reading() as view:
        (first_aid,) = view.certifications.assigned(COURSE, "X")
    assert first_aid.assignments[-1] == assignment
    assert len(first_aid.assignments) == 3


@pytest.mark.rule("DOC-ASSIGN-04", "INT-22")
def test_an_item_carries_one_certification_where_the_platform_says_so(
    store: Store[Transaction],
) -> None:
    assignment = Assignment(COURSE, "B", day(5))
    refused = lifecycle.assign(acting(store), "fa", assignment)
    assert [reason.rule for reason in refused.reasons] == [Rule.DOC_ASSIGN_04]
    many = evolve(DOCEBO, one_certification_per_item=False)
    assert lifecycle.assign(acting(store, policy=many), "fa", assignment)
    twice = lifecycle.assign(acting(store, policy=many), "fa", assignment)
    assert [reason.rule for reason in twice.reasons] == [Rule.INT_22]


@pytest.mark.rule("DOC-ASSIGN-01")
def test_only_what_exists_is_assigned(store: Store[Transaction]) -> None:
    with pytest.raises(InvalidValueError, match="'nothing'"):
        lifecycle.assign(acting(store), "fa", Assignment(COURSE, "nothing", day(5)))
    with pytest.raises(InvalidValueError, match="'gone'"):
        lifecycle.assign(acting(store), "gone", Assignment(COURSE, "X", day(5)))
