"""May this award be renewed, and what happens when its user says so, on every store?"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from certrules import Award, Item, ItemKind, Rule, Unit, Validity
from certrules.errors import InvalidValueError
from certrules.model.catalog import Criteria, ItemRef
from certrules.model.decisions import Decision, Granted
from certrules.model.effects import Effect
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    LearningPlan,
    RenewalOption,
    RenewalState,
    Window,
    WindowStart,
)
from certrules.model.notices import Event, EventKind
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import awarding, renewal
from certrules.workflows.awarding import Completed
from tests.workflows.conftest import T0, acting, day

COURSE, PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN
BY_A = RenewalOption(COURSE, "A")


def complete(store: Store[Transaction], item_id: str, at: datetime) -> Completed:
    done = Completion("ada", PLAN if item_id == "P" else COURSE, item_id, at)
    return awarding.complete(acting(store), done, at=at)


def start(
    store: Store[Transaction], at: datetime, option: RenewalOption = BY_A, key: str | None = None
) -> Decision:
    return renewal.start(acting(store), "ada", "fa", option, at=at, key=key)


def awards(store: Store[Transaction]) -> list[Award]:
    with store.reading() as view:
        return list(view.awards.history("ada", "fa"))


def attempts(store: Store[Transaction], item_id: str = "A") -> list[Enrolment]:
    with store.reading() as view:
        return list(view.learning.history("ada", [ItemRef(COURSE, item_id)])[0])


def kinds(store: Store[Transaction]) -> list[EventKind]:
    with store.reading() as view:
        return [event.kind for _, event in view.events.after(0, 1000) if isinstance(event, Event)]


def granted(decision: Decision) -> Granted[Effect]:
    assert isinstance(decision, Granted)
    return decision


def rules(decision: Decision) -> list[Rule]:
    return [reason.rule for reason in decision.reasons]


@pytest.mark.rule("DOC-RENEW-01", "INT-12b", "INT-14", "DOC-RENEW-17")
def test_a_renewal_is_started_and_completed(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    assert BY_A in granted(renewal.decide(acting(store), "ada", "fa", at=day(100))).options
    assert start(store, day(100))
    assert complete(store, "A", day(120)).decisions["fa"]
    old, new = awards(store)
    assert (old.issued_at, old.expires_at, old.archived_at) == (day(10), day(376), day(120))
    assert (new.cycle, new.issued_at, new.expires_at) == (2, day(120), day(485))
    with store.reading() as view:
        (kept,) = view.renewals.history("ada", "fa")
    assert (kept.state, kept.closed_at) == (RenewalState.COMPLETED, day(120))
    assert kinds(store) == [EventKind.ISSUED, EventKind.ENROLLED, EventKind.RENEWED]


@pytest.mark.rule("DOC-RENEW-06", "DOC-RENEW-09", "DOC-RENEW-11", "DOC-RENEW-12", "DOC-RENEW-13")
def test_starting_resets_the_learners_progress_everywhere_and_nothing_else(
    store: Store[Transaction],
) -> None:
    with store.writing() as transaction:
        for user in ("ada", "bob"):
            transaction.learning.add_progress(user, "A", ["m1", "m2"])
            transaction.learning.add_progress(user, "X", ["m2", "m4"])
    complete(store, "A", day(10))
    complete(store, "X", day(11))
    assert start(store, day(100))
    archived, fresh = attempts(store)
    assert (archived.status, archived.archived_at) == (EnrolmentStatus.COMPLETED, day(100))
    assert (fresh.status, fresh.enrolled_at) == (EnrolmentStatus.ENROLLED, day(100))
    assert [each.status for each in attempts(store, "X")] == [EnrolmentStatus.COMPLETED]
    with store.reading() as view:
        assert view.learning.progress("ada", "A") == frozenset()
        assert view.learning.progress("ada", "X") == {"m4"}
        assert view.learning.progress("bob", "X") == {"m2", "m4"}


@pytest.mark.rule("DOC-RENEW-03", "X-RENEW-3")
def test_a_completion_alone_never_renews(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    assert rules(complete(store, "A", day(500)).decisions["fa"]) == [Rule.DOC_RENEW_03]
    assert len(awards(store)) == 1


@pytest.mark.rule("INT-12b")
def test_a_renewal_is_open_once(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    assert start(store, day(100), key="k")
    once = attempts(store), kinds(store)
    assert Rule.INT_12b in rules(start(store, day(101)))
    assert granted(start(store, day(101), key="k")).effects == ()
    assert (attempts(store), kinds(store)) == once


@pytest.mark.rule("INT-12b")
def test_an_award_that_has_changed_since_it_was_seen_refuses(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    longer = evolve(awards(store)[0], expires_at=day(700))
    assert awarding.edit(acting(store), longer, at=day(11))
    refused = renewal.start(acting(store), "ada", "fa", BY_A, at=day(100), expected_version=(1, 1))
    assert rules(refused) == [Rule.INT_12b]
    assert renewal.start(acting(store), "ada", "fa", BY_A, at=day(100), expected_version=(1, 2))


@pytest.mark.rule("INT-12b")
def test_a_second_completion_changes_nothing(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    start(store, day(100))
    complete(store, "A", day(120))
    before = awards(store)
    assert rules(complete(store, "A", day(121)).decisions["fa"]) == [Rule.DOC_RENEW_03]
    assert awards(store) == before


@pytest.mark.rule("INT-12b", "X-ARCH-2")
def test_a_renewal_that_was_given_up_is_started_again_after_the_course(
    store: Store[Transaction],
) -> None:
    complete(store, "A", day(10))
    start(store, day(100))
    assert renewal.cancel(acting(store), "ada", "fa", at=day(101))
    assert rules(renewal.cancel(acting(store), "ada", "fa", at=day(101))) == [Rule.INT_12b]
    assert Rule.DOC_RENEW_02 in rules(start(store, day(102)))
    assert not complete(store, "A", day(110)).decisions["fa"]
    assert start(store, day(111))


@pytest.mark.rule("DOC-RENEW-14")
def test_a_window_that_closes_meanwhile_refuses_the_completion(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    with store.writing() as transaction:
        window = Window(day(110).date())
        transaction.learning.put_courses([Course("A", ("m1", "m2"), window)])
    assert start(store, day(100))
    assert rules(complete(store, "A", day(111)).decisions["fa"]) == [Rule.DOC_RENEW_14]
    assert len(awards(store)) == 1
    assert complete(store, "A", day(111) - timedelta(microseconds=1)).decisions["fa"]


@pytest.mark.rule("INT-01c", "INT-12b")
def test_a_certification_edited_meanwhile_counts_as_it_is_then(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    start(store, day(100))
    with store.writing() as transaction:
        first_aid = transaction.certifications.get("fa")
        assert first_aid is not None
        changed = evolve(first_aid, validity=Validity(10, Unit.DAYS), retake=False)
        transaction.certifications.put([changed])
    assert complete(store, "A", day(120)).decisions["fa"]
    old, new = awards(store)
    assert (old.expires_at, new.expires_at) == (day(376), day(130))


@pytest.mark.rule("DOC-RENEW-07", "DOC-RENEW-08", "INT-12c")
def test_without_retakes_only_what_is_not_completed_renews_and_nothing_is_reset(
    store: Store[Transaction],
) -> None:
    with store.writing() as transaction:
        first_aid = transaction.certifications.get("fa")
        assert first_aid is not None
        transaction.certifications.put([evolve(first_aid, retake=False)])
        transaction.learning.add_progress("ada", "A", ["m1"])
    complete(store, "A", day(10))
    assert Rule.DOC_RENEW_07 not in rules(start(store, day(100), RenewalOption(PLAN, "P")))
    with store.reading() as view:
        assert view.learning.progress("ada", "A") == {"m1"}
    assert [each.archived for each in attempts(store)] == [False]
    assert complete(store, "P", day(110)).decisions["fa"]
    assert Rule.DOC_RENEW_08 in rules(renewal.decide(acting(store), "ada", "fa", at=day(120)))


@pytest.mark.rule("DOC-RENEW-16", "INT-13", "X-VALID-1")
def test_days_of_a_plan_count_from_the_first_access_to_any_of_its_courses(
    store: Store[Transaction],
) -> None:
    complete(store, "A", day(10))
    with store.writing() as transaction:
        window = Window(days=5, start=WindowStart.FIRST_ACCESS)
        transaction.learning.put_plans([LearningPlan("Q", ("A", "B"), window)])
        transaction.learning.put_enrolments(
            [
                Enrolment("ada", PLAN, "Q", day(90)),
                Enrolment("ada", COURSE, "B", day(90), first_access_at=day(94)),
            ]
        )
    through = RenewalOption(COURSE, "A", "Q")
    assert through in granted(renewal.decide(acting(store), "ada", "fa", at=day(99))).options
    assert through not in granted(renewal.decide(acting(store), "ada", "fa", at=day(101))).options


def test_a_plan_that_contains_itself_and_unknown_courses_is_no_trouble(
    store: Store[Transaction],
) -> None:
    with store.writing() as transaction:
        transaction.learning.put_plans([LearningPlan("P", ("P", "B", "nowhere"))])
    complete(store, "P", day(10))
    assert start(store, day(100), RenewalOption(PLAN, "P"))
    assert complete(store, "P", day(110)).decisions["fa"]


def test_nobody_renews(store: Store[Transaction]) -> None:
    with pytest.raises(InvalidValueError, match="'nobody'"):
        renewal.decide(acting(store), "nobody", "fa", at=T0)


@pytest.mark.rule("DOC-DELETE-01")
def test_a_certification_that_is_gone_is_not_renewed(store: Store[Transaction]) -> None:
    assert rules(renewal.decide(acting(store), "ada", "gone", at=T0)) == [Rule.DOC_DELETE_01]


@pytest.mark.rule("INT-24")
def test_a_user_deactivated_meanwhile_completes_no_renewal(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    start(store, day(100))
    with store.writing() as transaction:
        ada = transaction.users.get("ada")
        assert ada is not None
        transaction.users.put([evolve(ada, active=False)])
    assert not complete(store, "A", day(110)).decisions["fa"]
    assert len(awards(store)) == 1


@pytest.mark.rule("DOC-RENEW-02")
def test_the_course_that_earned_the_award_need_not_be_assigned_any_more(
    store: Store[Transaction],
) -> None:
    complete(store, "A", day(10))
    with store.writing() as transaction:
        first_aid = transaction.certifications.get("fa")
        assert first_aid is not None
        kept = tuple(each for each in first_aid.assignments if each.item_id == "P")
        transaction.certifications.put([evolve(first_aid, assignments=kept)])
    assert granted(renewal.decide(acting(store), "ada", "fa", at=day(100)))
    with store.writing() as transaction:
        (taken,) = attempts(store)
        transaction.learning.put_enrolments(
            [evolve(taken, status=EnrolmentStatus.IN_PROGRESS, completed_at=None)]
        )
    refused = renewal.decide(acting(store), "ada", "fa", at=day(100))
    assert rules(refused) == [Rule.DOC_RENEW_02]
    assert "in progress" in refused.reasons[0].text


def test_what_is_no_option_is_a_mistake_of_the_caller(store: Store[Transaction]) -> None:
    text: Any = "A"
    with pytest.raises(InvalidValueError, match="option cannot be 'A'"):
        renewal.start(acting(store), "ada", "fa", text, at=day(9))


@pytest.mark.rule("INT-13")
def test_what_is_asked_about_is_called_by_its_name(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    with store.writing() as transaction:
        transaction.items.put([Item(PLAN, "Q", "SEA", "Sea"), Item(COURSE, "X", name="Knots")])
    (of_a, *_) = renewal.decide(acting(store), "ada", "fa", at=day(100), plan_id="Q").reasons
    assert of_a.text == "course A is not taken through learning plan Sea (SEA)"
    (refused,) = start(store, day(100), RenewalOption(COURSE, "X")).reasons
    assert refused.text == "course Knots does not renew the award in this way"
    (through, *_) = start(store, day(100), RenewalOption(COURSE, "A", "Q")).reasons
    assert through.text.endswith("through learning plan Sea (SEA)")


@pytest.mark.rule("DOC-RENEW-14")
def test_where_the_plan_has_lost_the_course_its_own_window_decides(
    store: Store[Transaction],
) -> None:
    with store.writing() as transaction:
        transaction.learning.put_plans([LearningPlan("Q", ("A",))])
        transaction.learning.put_enrolments([Enrolment("ada", PLAN, "Q", day(0))])
    complete(store, "A", day(10))
    assert start(store, day(100), RenewalOption(COURSE, "A", "Q"))
    with store.writing() as transaction:
        transaction.learning.put_plans([LearningPlan("Q", ())])
        transaction.learning.put_courses([Course("A", window=Window(day(105).date()))])
    assert rules(complete(store, "A", day(106)).decisions["fa"]) == [Rule.DOC_RENEW_14]
    with store.writing() as transaction:
        transaction.learning.put_courses([Course("A")])
    assert complete(store, "A", day(107)).decisions["fa"]


@pytest.mark.rule("X-ARCH-3", "DOC-RENEW-09")
def test_a_plan_is_renewed_and_its_own_enrolment_completed(store: Store[Transaction]) -> None:
    complete(store, "B", day(5))
    complete(store, "P", day(10))
    assert start(store, day(100), RenewalOption(PLAN, "P"))
    archived, fresh = attempts(store, "B")
    assert (archived.archived_at, fresh.enrolled_at) == (day(100), day(100))
    complete(store, "B", day(110))
    assert complete(store, "P", day(120)).decisions["fa"]
    with store.reading() as view:
        (plan,) = view.learning.history("ada", [ItemRef(PLAN, "P")])[0]
    assert (plan.status, plan.completed_at) == (EnrolmentStatus.COMPLETED, day(120))
    assert [award.issued_at for award in awards(store)] == [day(10), day(120)]


@pytest.mark.rule("DOC-ASSIGN-03", "INT-12b")
def test_a_renewal_by_what_is_assigned_no_more_is_refused_and_stays_open(
    store: Store[Transaction],
) -> None:
    complete(store, "A", day(10))
    assert start(store, day(20))
    with store.writing() as transaction:
        first_aid = transaction.certifications.get("fa")
        assert first_aid is not None
        transaction.certifications.put([evolve(first_aid, assignments=())])
    done = Completion("ada", COURSE, "A", day(30))
    told = awarding.complete(acting(store), done, at=day(30))
    assert told.recorded
    assert rules(told.decisions["fa"]) == [Rule.DOC_ASSIGN_03]
    assert renewal.cancel(acting(store), "ada", "fa", at=day(31))
    again = Completion("ada", COURSE, "A", day(40))
    assert awarding.complete(acting(store), again, at=day(40)).decisions == {}


@pytest.mark.rule("INT-32", "INT-12b")
def test_a_renewal_of_what_comes_to_need_several_items_is_refused_and_stays_open(
    store: Store[Transaction],
) -> None:
    complete(store, "A", day(10))
    assert start(store, day(20))
    with store.writing() as transaction:
        first_aid = transaction.certifications.get("fa")
        assert first_aid is not None
        transaction.certifications.put([evolve(first_aid, criteria=Criteria.ALL)])
    done = Completion("ada", COURSE, "A", day(30))
    told = awarding.complete(acting(store), done, at=day(30))
    assert rules(told.decisions["fa"]) == [Rule.INT_32]
    assert renewal.cancel(acting(store), "ada", "fa", at=day(31))


@pytest.mark.rule("DOC-RENEW-01", "INT-12b")
def test_renewals_do_not_go_back_in_time(store: Store[Transaction]) -> None:
    complete(store, "A", day(10))
    assert rules(start(store, day(9))) == [Rule.DOC_RENEW_01, Rule.INT_12b]
    start(store, day(100))
    assert rules(renewal.cancel(acting(store), "ada", "fa", at=day(99))) == [Rule.INT_12b]
    assert renewal.cancel(acting(store), "ada", "fa", at=day(100))
