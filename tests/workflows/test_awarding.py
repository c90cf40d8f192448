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
from certrules.model.learning import (
    Completion,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    RenewalOption,
)
from certrules.model.notices import Event, EventKind
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import awarding, lifecycle, renewal
from certrules.workflows.awarding import Completed
from tests.workflows.conftest import T0, acting, day

COURSE, PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN
EXTERNAL = ItemKind.EXTERNAL_TRAINING
A_MOMENT = timedelta(microseconds=1)


def complete(
    store: Store[Transaction], item_id: str, at: datetime, user_id: str = "ada"
) -> Completed:
    done = Completion(user_id, PLAN if item_id == "P" else COURSE, item_id, at)
    return awarding.complete(acting(store), done, at=at)


def report(
    store: Store[Transaction], training: ExternalTraining, *, at: datetime | None = None
) -> Completed:
    return awarding.report_external(acting(store), training, at=at or day(90))


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
    told = awarding.report_external(acting(store, zone="Europe/Rome"), training, at=day(90))
    assert told.recorded
    assert told.decisions["conduct"]
    (award,), (event,) = everything(store)
    assert award.issued_at == datetime(2024, 2, 29, 23, tzinfo=UTC)
    assert award.source == Source(AssociationType.EXTERNAL_TRAINING, "t1")
    assert event.kind is EventKind.ISSUED
    with store.reading() as view:
        assert list(view.learning.external(["ada"])) == [training]


@pytest.mark.rule("DOC-ASSIGN-04", "INT-22")
def test_an_external_training_earns_one_certification_at_most(store: Store[Transaction]) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1), "conduct")
    assert report(store, training).decisions["conduct"]
    before = everything(store)
    for chosen in ("fa", None):
        other = evolve(training, certification_id=chosen)
        refused = report(store, other, at=day(91))
        assert (rules(refused.recorded), refused.decisions) == ([Rule.INT_22], {})
        with store.reading() as view:
            assert list(view.learning.external(["ada"])) == [training]
    assert everything(store) == before
    assert lifecycle.unassign(acting(store), "ada", "conduct", at=day(92))
    second = evolve(training, certification_id="fa")
    assert report(store, second, at=day(93)).decisions["fa"]


@pytest.mark.rule("DOC-ASSIGN-04")
def test_an_external_training_may_earn_several_where_a_platform_lets_it(
    store: Store[Transaction],
) -> None:
    for chosen in ("conduct", "fa"):
        training = ExternalTraining("ada", "t1", date(2024, 3, 1), chosen)
        told = awarding.report_external(acting(store, policy=ALLBOUND), training, at=day(90))
        assert told.decisions[chosen]


def attach(store: Store[Transaction], *, criteria: Criteria = Criteria.ALL) -> None:
    """Make course A and external training t1 the items of a certification."""
    both = (Assignment(COURSE, "A", T0), Assignment(EXTERNAL, "t1", T0))
    with store.writing() as transaction:
        transaction.certifications.put(
            [Certification("both", "Both", assignments=both, criteria=criteria)]
        )


@pytest.mark.rule("INT-43")
@pytest.mark.parametrize("chosen", ["both", None])
def test_an_attached_external_training_is_the_completion_of_its_item(
    store: Store[Transaction], chosen: str | None
) -> None:
    attach(store)
    training = ExternalTraining("ada", "t1", date(2024, 3, 1), chosen)
    alone = report(store, training)
    assert alone.recorded
    assert rules(alone.decisions["both"]) == [Rule.ALL_TRAIN_03]
    assert everything(store) == ([], [])
    assert complete(store, "A", day(70)).decisions["both"]
    award = next(each for each in everything(store)[0] if each.certification_id == "both")
    assert (award.issued_at, award.source.item_id) == (day(70), "A")
    with store.reading() as view:
        recorded = list(view.learning.completions(["ada"], [ItemRef(EXTERNAL, "t1")]))
        assert recorded == [Completion("ada", EXTERNAL, "t1", day(60))]


@pytest.mark.rule("DOC-ASSIGN-04", "INT-43")
def test_beside_what_a_training_is_assigned_to_no_other_certification_is_chosen(
    store: Store[Transaction],
) -> None:
    attach(store, criteria=Criteria.ANY)
    other = ExternalTraining("ada", "t1", date(2024, 3, 1), "conduct")
    refused = report(store, other)
    assert rules(refused.recorded) == [Rule.DOC_ASSIGN_04]
    assert refused.decisions == {}
    assert everything(store) == ([], [])
    told = awarding.report_external(acting(store, policy=ALLBOUND), other, at=day(90))
    assert {id_: bool(each) for id_, each in told.decisions.items()} == {
        "both": True,
        "conduct": True,
    }


@pytest.mark.rule("INT-43")
def test_what_an_assigned_training_has_earned_does_not_depend_on_the_choice(
    store: Store[Transaction],
) -> None:
    attach(store, criteria=Criteria.ANY)
    chosen = ExternalTraining("ada", "t1", date(2024, 3, 1), "both")
    assert report(store, chosen).decisions["both"]
    again = report(store, evolve(chosen, certification_id=None))
    assert again.recorded
    assert rules(again.decisions["both"]) == [Rule.DOC_RENEW_03, Rule.DOC_CERT_12]


@pytest.mark.rule("INT-43", "DOC-ASSIGN-10")
def test_an_attached_external_training_issues_on_its_date_if_it_is_the_last_one_needed(
    store: Store[Transaction],
) -> None:
    attach(store)
    complete(store, "A", day(10))
    assert report(store, ExternalTraining("ada", "t1", date(2024, 3, 1))).decisions["both"]
    award = next(each for each in everything(store)[0] if each.certification_id == "both")
    assert (award.issued_at, award.source.item_id) == (day(60), "t1")


@pytest.mark.rule("INT-43")
@pytest.mark.parametrize("criteria", Criteria)
@pytest.mark.parametrize("after", [("A",), ()])
def test_reporting_an_attached_training_and_completing_it_decide_alike(
    store: Store[Transaction], criteria: Criteria, after: tuple[str, ...]
) -> None:
    attach(store, criteria=criteria)
    for user in ("ada", "bob"):
        for item in after:
            complete(store, item, day(10), user)
    reported = report(store, ExternalTraining("ada", "t1", date(2024, 3, 1)))
    done = Completion("bob", EXTERNAL, "t1", day(60))
    completed = awarding.complete(acting(store), done, at=day(90))
    assert rules(reported.decisions["both"]) == rules(completed.decisions["both"])
    assert bool(reported.decisions["both"]) == bool(completed.decisions["both"])
    again = report(store, ExternalTraining("ada", "t1", date(2024, 3, 1)), at=day(91))
    told = awarding.complete(acting(store), done, at=day(91))
    assert rules(again.decisions["both"]) == rules(told.decisions["both"])


def test_what_the_host_saved_itself_is_evaluated_once(store: Store[Transaction]) -> None:
    done = Completion("ada", COURSE, "A", day(10))
    with store.writing() as transaction:
        transaction.learning.add_completions([done])
    assert rules(complete(store, "A", day(10)).decisions["fa"]) == [Rule.DOC_CERT_12]
    assert awarding.evaluate(acting(store), "bob", at=day(20)) == {}
    early = awarding.evaluate(acting(store), "ada", "fa", at=day(9))
    assert rules(early["fa"]) == [Rule.ALL_TRAIN_03]
    assert awarding.evaluate(acting(store), "ada", at=day(20))["fa"]
    (award,), (event,) = everything(store)
    assert (award.issued_at, event.at) == (day(10), day(20))
    again = awarding.evaluate(acting(store), "ada", at=day(21))
    assert rules(again["fa"]) == [Rule.DOC_RENEW_03]
    assert everything(store) == ([award], [event])


@pytest.mark.rule("INT-43")
def test_what_the_host_saved_of_enrolments_and_external_trainings_is_evaluated(
    store: Store[Transaction],
) -> None:
    attach(store)
    attempt = Enrolment("ada", COURSE, "A", day(5), EnrolmentStatus.COMPLETED, completed_at=day(10))
    with store.writing() as transaction:
        transaction.learning.put_enrolments([attempt])
        transaction.learning.put_external(
            [
                ExternalTraining("ada", "t1", date(2024, 3, 1)),
                ExternalTraining("ada", "t2", date(2024, 3, 2), "conduct"),
            ]
        )
    decided = awarding.evaluate(acting(store), "ada", at=day(90))
    assert [id_ for id_, decision in decided.items() if decision] == ["both", "conduct", "fa"]
    found = {each.certification_id: each for each in everything(store)[0]}
    assert {id_: each.issued_at for id_, each in found.items()} == {
        "both": day(60),
        "conduct": day(61),
        "fa": day(10),
    }


@pytest.mark.rule("DOC-RENEW-03")
def test_what_the_host_saved_completes_a_renewal_that_was_started(
    store: Store[Transaction],
) -> None:
    complete(store, "A", day(10))
    by_course = RenewalOption(COURSE, "A")
    assert renewal.start(acting(store), "ada", "fa", by_course, at=day(20))
    with store.writing() as transaction:
        transaction.learning.add_completions([Completion("ada", COURSE, "A", day(30))])
    assert awarding.evaluate(acting(store), "ada", at=day(31))["fa"]
    assert [each.issued_at for each in everything(store)[0]] == [day(10), day(30)]
    assert not awarding.evaluate(acting(store), "ada", at=day(32))["fa"]


def test_nobody_and_nothing_is_evaluated(store: Store[Transaction]) -> None:
    with pytest.raises(InvalidValueError, match="'nobody'"):
        awarding.evaluate(acting(store), "nobody", at=day(1))
    with pytest.raises(InvalidValueError, match="'nothing'"):
        awarding.evaluate(acting(store), "ada", "nothing", at=day(1))


@pytest.mark.rule("DOC-ASSIGN-09")
def test_an_external_training_without_a_certification_is_only_recorded(
    store: Store[Transaction],
) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1))
    told = report(store, training)
    assert told.recorded
    assert told.decisions == {}
    assert everything(store) == ([], [])
    with store.reading() as view:
        assert list(view.learning.external(["ada"])) == [training]


def test_an_external_training_to_come_is_not_recorded(store: Store[Transaction]) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1), "conduct")
    told = report(store, training, at=day(1))
    assert rules(told.recorded) == rules(told.decisions["conduct"]) == [Rule.DOC_CERT_12]
    with store.reading() as view:
        assert list(view.learning.external(["ada"])) == []


@pytest.mark.rule("DOC-DELETE-01")
def test_an_external_training_of_a_certification_that_is_gone(store: Store[Transaction]) -> None:
    training = ExternalTraining("ada", "t1", date(2024, 3, 1), "gone")
    assert rules(report(store, training).decisions["gone"]) == [Rule.DOC_DELETE_01]


@pytest.mark.rule("DOC-AWARD-09")
def test_an_award_is_edited_as_it_was_seen(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    seen = everything(store)[0][0]
    changed = evolve(seen, expires_at=day(50), basis=ExpiryBasis.DATE)
    assert awarding.edit(acting(store), changed, at=day(9))
    assert everything(store)[0] == [evolve(changed, version=2)]
    with pytest.raises(ConflictError):
        awarding.edit(acting(store), changed, at=day(9))
    for gone in ({"cycle": 9}, {"user_id": "bob"}):
        with pytest.raises(ConflictError):
            awarding.edit(acting(store), evolve(changed, **gone), at=day(9))
    archived = evolve(changed, version=2, archived_at=day(9))
    with pytest.raises(InvalidValueError):
        awarding.edit(acting(store), archived, at=day(9))
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
    assert report(store, training).decisions["conduct"]
    assert lifecycle.unassign(acting(store), "ada", "conduct", at=day(91))
    before = everything(store)
    assert rules(report(store, training, at=day(92)).decisions["conduct"]) == [Rule.DOC_CERT_12]
    assert everything(store) == before


def test_a_zone_that_is_none_is_a_mistake_whatever_is_earned(store: Store[Transaction]) -> None:
    done = Completion("ada", COURSE, "X", day(1))
    with pytest.raises(UnknownZoneError, match="Mars"):
        awarding.complete(acting(store, zone="Mars/Olympus"), done, at=day(1))
    assert everything(store) == ([], [])
