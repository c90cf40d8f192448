"""What follows from what somebody has completed, on every store?"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from certrules import (
    ALLBOUND,
    AssociationType,
    Award,
    Certification,
    ExpiryBasis,
    ItemKind,
    Rule,
    Source,
)
from certrules.errors import ConflictError, InvalidValueError, UnknownZoneError
from certrules.model.catalog import Assignment, CertificationStatus, Criteria, ItemRef
from certrules.model.decisions import Decision, Granted
from certrules.model.events import Event, EventKind
from certrules.model.learning import (
    Completion,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
)
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import awarding, lifecycle
from certrules.workflows.awarding import Completed
from tests.workflows.conftest import T0, acting, day

COURSE, PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN
A_MOMENT = timedelta(microseconds=1)


def complete(
    store: Store[Transaction], item_id: str, at: datetime, user_id: str = "ada"
) -> Completed:
    done = Completion(user_id, PLAN if item_id == "P" else COURSE, item_id, at)
    return awarding.complete(acting(store), done, at=at)


def rules(decision: Decision | None) -> list[Rule]:
    assert decision is not None
    return [reason.rule for reason in decision.reasons]


def everything(store: Store[Transaction]) -> tuple[list[Award], list[Event]]:
    with store.reading() as view:
        events = [event for _, event in view.events.after(0, 1000) if isinstance(event, Event)]
        return list(view.awards.select()), events


@pytest.mark.rule("DOC-CERT-11", "DOC-CERT-12", "INT-14b")
def test_a_completion_earns_the_certification_without_any_step(store: Store[Transaction]) -> None:
    assert complete(store, "A", day(10)).decisions.keys() == {"fa"}
    source = Source(AssociationType.COURSE, "A")
    award = Award("ada", "fa", day(10), day(10 + 366), source=source)
    assert everything(store) == ([award], [Event(EventKind.ISSUED, "ada", "fa", 1, day(10))])


@pytest.mark.rule("DOC-ASSIGN-03", "INT-19c", "DOC-RENEW-03")
def test_another_item_earns_nothing_while_the_award_is_held(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    before = everything(store)
    assert rules(complete(store, "P", day(20)).decisions["fa"]) == [Rule.DOC_RENEW_03]
    assert rules(complete(store, "A", day(900)).decisions["fa"]) == [Rule.DOC_RENEW_03]
    assert everything(store) == before


@pytest.mark.rule("DOC-ASSIGN-07", "INT-21")
@pytest.mark.parametrize(("at", "earned"), [(T0, False), (T0 + A_MOMENT, True)])
def test_only_what_is_completed_after_the_assignment_counts(
    store: Store[Transaction], at: datetime, *, earned: bool
) -> None:
    assert bool(complete(store, "A", at).decisions["fa"]) == earned
    assert len(everything(store)[0]) == earned


@pytest.mark.rule("DOC-ASSIGN-08")
def test_who_was_enrolled_before_the_assignment_earns_it_afterwards(
    store: Store[Transaction],
) -> None:
    with store.writing() as transaction:
        transaction.learning.put_enrolments([Enrolment("ada", COURSE, "A", T0 - timedelta(days=9))])
    assert complete(store, "A", day(1)).decisions["fa"]


@pytest.mark.rule("DOC-ASSIGN-05", "INT-33")
def test_an_item_of_two_certifications_earns_both(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        both = (Assignment(COURSE, "A", T0), Assignment(COURSE, "A", day(5)))
        transaction.certifications.put([Certification("two", "Two", assignments=both)])
    assert all(complete(store, "A", day(10)).decisions.values())
    assert [award.certification_id for award in everything(store)[0]] == ["fa", "two"]


@pytest.mark.rule("ALL-TRAIN-03", "ALL-TRAIN-05", "ALL-CERT-11")
def test_all_of_criteria_remember_what_was_completed_before(store: Store[Transaction]) -> None:
    for item, at, earned in (("A", day(1), False), ("P", day(2), True)):
        kind = PLAN if item == "P" else COURSE
        done = Completion("ada", kind, item, at)
        decided = awarding.complete(acting(store, policy=ALLBOUND), done, at=at)
        assert bool(decided.decisions["fa"]) == earned
    assert [award.issued_at for award in everything(store)[0]] == [day(2)]


@pytest.mark.rule("DOC-CERT-12")
def test_a_completion_to_come_is_not_recorded(store: Store[Transaction]) -> None:
    done = Completion("ada", COURSE, "A", day(10))
    told = awarding.complete(acting(store), done, at=day(10) - A_MOMENT)
    assert rules(told.recorded) == [Rule.DOC_CERT_12]
    assert rules(told.decisions["fa"]) == [Rule.DOC_CERT_12]
    with store.reading() as view:
        assert list(view.learning.completions(["ada"], [ItemRef(COURSE, "A")])) == []
        assert list(view.learning.history("ada", [ItemRef(COURSE, "A")])[0]) == []


@pytest.mark.rule("DOC-CERT-12")
def test_a_completion_before_the_enrolment_is_not_recorded(store: Store[Transaction]) -> None:
    enrolled = Enrolment("ada", COURSE, "A", day(10))
    with store.writing() as transaction:
        transaction.learning.put_enrolments([enrolled])
    assert not complete(store, "A", day(10) - A_MOMENT).recorded
    with store.reading() as view:
        assert list(view.learning.history("ada", [ItemRef(COURSE, "A")])[0]) == [enrolled]
    assert everything(store) == ([], [])


@pytest.mark.rule("DOC-CERT-12")
@pytest.mark.parametrize("item_id", ["X", "P"])
def test_an_enrolment_that_began_with_a_completion_begins_earlier_with_an_older_one(
    store: Store[Transaction], item_id: str
) -> None:
    days = (20, 30, 15, 10, 25)
    for number in days:
        assert complete(store, item_id, day(number)).recorded
    kind = PLAN if item_id == "P" else COURSE
    with store.reading() as view:
        (attempt,) = view.learning.history("ada", [ItemRef(kind, item_id)])[0]
        told = {
            each.completed_at
            for each in view.learning.completions(["ada"], [ItemRef(kind, item_id)])
        }
    last = day(30) if item_id == "P" else day(20)
    assert (attempt.enrolled_at, attempt.completed_at, told) == (day(10), last, set(map(day, days)))


@pytest.mark.rule("DOC-CERT-12", "X-ARCH-2")
def test_an_older_completion_changes_no_archived_attempt(store: Store[Transaction]) -> None:
    complete(store, "X", day(20))
    with store.writing() as transaction:
        (attempt,) = transaction.learning.history("ada", [ItemRef(COURSE, "X")])[0]
        transaction.learning.put_enrolments([attempt.archive(day(30))])
    assert complete(store, "X", day(10)).recorded
    with store.reading() as view:
        (archived,) = view.learning.history("ada", [ItemRef(COURSE, "X")])[0]
        assert archived == attempt.archive(day(30))
        assert len(list(view.learning.completions(["ada"], [ItemRef(COURSE, "X")]))) == 2


def test_a_completion_that_earns_nothing_is_recorded(store: Store[Transaction]) -> None:
    told = complete(store, "X", day(10))
    assert (bool(told.recorded), told.decisions) == (True, {})
    with store.reading() as view:
        assert len(list(view.learning.completions(["ada"], [ItemRef(COURSE, "X")]))) == 1


@pytest.mark.rule("DOC-CERT-13")
def test_a_deactivated_user_earns_nothing(store: Store[Transaction]) -> None:
    assert rules(complete(store, "A", day(10), "eve").decisions["fa"]) == [Rule.DOC_CERT_13]
    assert everything(store) == ([], [])


@pytest.mark.rule("INT-31b", "ALL-VIS-02")
def test_all_reasons_are_told(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        first_aid = transaction.certifications.get("fa")
        assert first_aid is not None
        hidden = evolve(first_aid, status=CertificationStatus.DRAFT, groups={"board"})
        transaction.certifications.put([hidden])
    decision = complete(store, "A", day(10), "eve").decisions["fa"]
    assert rules(decision) == [Rule.DOC_CERT_13, Rule.INT_31b, Rule.ALL_VIS_02]


def test_the_enrolment_is_completed_with_the_completion(store: Store[Transaction]) -> None:
    enrolled = Enrolment("ada", COURSE, "A", day(1), EnrolmentStatus.IN_PROGRESS, direct=True)
    with store.writing() as transaction:
        transaction.learning.put_enrolments([enrolled])
    complete(store, "A", day(10))
    complete(store, "A", day(20))
    done = evolve(enrolled, status=EnrolmentStatus.COMPLETED, completed_at=day(10))
    with store.reading() as view:
        assert list(view.learning.history("ada", [ItemRef(COURSE, "A")])[0]) == [done]


def test_who_completes_without_an_enrolment_was_enrolled_then(store: Store[Transaction]) -> None:
    old = Enrolment("ada", COURSE, "A", day(1)).archive(day(2))
    with store.writing() as transaction:
        transaction.learning.put_enrolments([old])
    complete(store, "A", day(10))
    with store.reading() as view:
        kept, fresh = view.learning.history("ada", [ItemRef(COURSE, "A")])[0]
    assert kept == old
    assert (fresh.attempt, fresh.enrolled_at, fresh.completed_at) == (2, day(10), day(10))


def test_what_was_completed_before_the_current_attempt_is_not_its_completion(
    store: Store[Transaction],
) -> None:
    attempts = [
        Enrolment("ada", COURSE, "A", day(1)).archive(day(9)),
        Enrolment("ada", COURSE, "A", day(9), attempt=2),
    ]
    with store.writing() as transaction:
        transaction.learning.put_enrolments(attempts)
    assert complete(store, "A", day(5)).recorded
    with store.reading() as view:
        assert list(view.learning.history("ada", [ItemRef(COURSE, "A")])[0]) == attempts


def test_a_completion_told_twice_counts_once(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    before = everything(store)
    assert not complete(store, "A", day(10)).decisions["fa"]
    assert everything(store) == before


def test_nobody_completes_anything(store: Store[Transaction]) -> None:
    with pytest.raises(InvalidValueError, match="'nobody'"):
        complete(store, "A", day(10), "nobody")


@pytest.mark.rule("DOC-ASSIGN-09", "DOC-ASSIGN-10")
def test_an_external_training_is_issued_on_its_completion_date(store: Store[Transaction]) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1), "conduct")
    assert awarding.report_external(acting(store, zone="Europe/Rome"), training, at=day(90))
    (award,), (event,) = everything(store)
    assert award.issued_at == datetime(2024, 2, 29, 23, tzinfo=UTC)
    assert award.source == Source(AssociationType.EXTERNAL_TRAINING, "t1")
    assert event.kind is EventKind.ISSUED
    with store.reading() as view:
        assert view.learning.external("ada", "t1") == training


@pytest.mark.rule("DOC-ASSIGN-04", "INT-22")
def test_an_external_training_earns_one_certification_at_most(store: Store[Transaction]) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1), "conduct")
    assert awarding.report_external(acting(store), training, at=day(90))
    before = everything(store)
    for chosen in ("fa", None):
        other = evolve(training, certification_id=chosen)
        assert rules(awarding.report_external(acting(store), other, at=day(91))) == [Rule.INT_22]
        with store.reading() as view:
            assert view.learning.external("ada", "t1") == training
    assert everything(store) == before
    assert lifecycle.unassign(acting(store), "ada", "conduct", at=day(92))
    second = evolve(training, certification_id="fa")
    assert awarding.report_external(acting(store), second, at=day(93))


@pytest.mark.rule("DOC-ASSIGN-04")
def test_an_external_training_may_earn_several_where_a_platform_lets_it(
    store: Store[Transaction],
) -> None:
    for chosen in ("conduct", "fa"):
        training = ExternalTraining("ada", "t1", date(2024, 3, 1), chosen)
        told = awarding.report_external(acting(store, policy=ALLBOUND), training, at=day(90))
        assert told


@pytest.mark.rule("DOC-ASSIGN-09")
def test_an_external_training_without_a_certification_is_only_recorded(
    store: Store[Transaction],
) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1))
    assert awarding.report_external(acting(store), training, at=day(90)) is None
    assert everything(store) == ([], [])
    with store.reading() as view:
        assert view.learning.external("ada", "t1") == training


def test_an_external_training_to_come_is_not_recorded(store: Store[Transaction]) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1), "conduct")
    told = awarding.report_external(acting(store), training, at=day(1))
    assert rules(told) == [Rule.DOC_CERT_12]
    with store.reading() as view:
        assert view.learning.external("ada", "t1") is None


@pytest.mark.rule("DOC-DELETE-01")
def test_an_external_training_of_a_certification_that_is_gone(store: Store[Transaction]) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1), "gone")
    told = awarding.report_external(acting(store), training, at=day(90))
    assert rules(told) == [Rule.DOC_DELETE_01]


@pytest.mark.rule("DOC-AWARD-09")
def test_an_award_is_edited_as_it_was_seen(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    seen = everything(store)[0][0]
    changed = evolve(seen, expires_at=day(50), basis=ExpiryBasis.DATE)
    assert awarding.edit(acting(store), changed, at=day(9))
    assert everything(store)[0] == [evolve(changed, version=2)]
    with pytest.raises(ConflictError):
        awarding.edit(acting(store), changed, at=day(9))
    for wrong in ({"cycle": 9}, {"user_id": "bob"}, {"version": 2, "archived_at": day(9)}):
        with pytest.raises(InvalidValueError):
            awarding.edit(acting(store), evolve(changed, **wrong), at=day(9))
    before = everything(store)
    same = awarding.edit(acting(store), before[0][0], at=day(9))
    assert same == Granted((), same.reasons)
    assert everything(store) == before


def test_what_is_no_completion_is_a_mistake_of_the_caller(store: Store[Transaction]) -> None:
    wrong: Any = "c1"
    with pytest.raises(InvalidValueError, match=r"a certrules\.Completion"):
        awarding.complete(acting(store), wrong, at=day(1))
    with pytest.raises(InvalidValueError, match=r"a certrules\.ExternalTraining"):
        awarding.report_external(acting(store), wrong, at=day(1))


@pytest.mark.rule("DOC-AWARD-09", "INT-08")
def test_a_refused_edit_changes_nothing(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    before = everything(store)
    assert not awarding.edit(acting(store), evolve(before[0][0], expires_at=day(5)), at=day(9))
    assert everything(store) == before


@pytest.mark.rule("DOC-CERT-12")
def test_a_completion_told_again_does_not_bring_back_what_was_taken_away(
    store: Store[Transaction],
) -> None:
    complete(store, "A", day(10))
    assert lifecycle.unassign(acting(store), "ada", "fa", at=day(20))
    before = everything(store)
    assert rules(complete(store, "A", day(10)).decisions["fa"]) == [Rule.DOC_CERT_12]
    assert everything(store) == before
    assert complete(store, "A", day(30)).decisions["fa"]


@pytest.mark.rule("INT-35")
def test_training_that_is_finished_again_leaves_one_current_award(
    store: Store[Transaction],
) -> None:
    reopening = evolve(ALLBOUND, criteria=Criteria.ANY, reenable_training_on_expiry=True)
    for at in (day(10), day(400)):
        done = Completion("ada", COURSE, "A", at)
        earned = awarding.complete(acting(store, policy=reopening), done, at=at)
        assert earned.decisions["fa"]
    old, new = everything(store)[0]
    assert (old.issued_at, old.expires_at, old.archived_at) == (day(10), day(376), day(400))
    assert (new.issued_at, new.archived) == (day(400), False)


def test_who_was_never_enrolled_took_it_by_themselves(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    with store.reading() as view:
        (alone,) = view.learning.history("ada", [ItemRef(COURSE, "A")])[0]
    assert alone.direct


def test_who_is_enrolled_in_a_plan_took_its_course_through_it(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.learning.put_enrolments([Enrolment("ada", PLAN, "P", day(1))])
    complete(store, "B", day(10))
    with store.reading() as view:
        (through,) = view.learning.history("ada", [ItemRef(COURSE, "B")])[0]
    assert not through.direct


@pytest.mark.rule("DOC-DELETE-01")
def test_an_award_of_a_certification_that_is_gone_is_not_edited(store: Store[Transaction]) -> None:
    award = Award("ada", "gone", day(1), None)
    with store.writing() as transaction:
        transaction.awards.add([award])
    refused = awarding.edit(acting(store), evolve(award, expires_at=day(50)), at=day(9))
    assert rules(refused) == [Rule.DOC_DELETE_01]
    assert everything(store)[0] == [award]


@pytest.mark.rule("DOC-CERT-12")
def test_an_external_training_told_again_does_not_bring_back_what_was_taken_away(
    store: Store[Transaction],
) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1), "conduct")
    assert awarding.report_external(acting(store), training, at=day(90))
    assert lifecycle.unassign(acting(store), "ada", "conduct", at=day(91))
    before = everything(store)
    told = awarding.report_external(acting(store), training, at=day(92))
    assert rules(told) == [Rule.DOC_CERT_12]
    assert everything(store) == before


def test_a_zone_that_is_none_is_a_mistake_whatever_is_earned(store: Store[Transaction]) -> None:
    done = Completion("ada", COURSE, "X", day(1))
    with pytest.raises(UnknownZoneError, match="Mars"):
        awarding.complete(acting(store, zone="Mars/Olympus"), done, at=day(1))
    assert everything(store) == ([], [])
