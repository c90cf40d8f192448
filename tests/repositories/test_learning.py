"""What every store promises about learning and renewals, whatever it is on."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from certrules import Award, Certification, ItemKind, User
from certrules.errors import ConflictError, StoreError
from certrules.model.catalog import Assignment
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    LearningPlan,
    Renewal,
    RenewalOption,
    RenewalState,
    Window,
    WindowStart,
)
from certrules.repositories.protocols import Store

COURSE, PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN
T0 = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
RENEWAL = Renewal("ada", "fa", 1, 1, T0, RenewalOption(COURSE, "c1", "p1"), retake=True, key="k1")


def test_courses_are_found_by_id_and_by_material(store: Store) -> None:
    window = Window(date(2025, 6, 30), 30, WindowStart.FIRST_ACCESS)
    courses = [Course("c1", ("m2", "m1"), window), Course("c2", ("m2",)), Course("c3")]
    with store.writing() as transaction:
        transaction.learning.put_courses(courses)
    with store.reading() as view:
        assert view.learning.courses(["c3", "c1", "c1", "?"]) == [courses[0], courses[2]]
        assert view.learning.courses_with(["m2"]) == courses[:2]
        assert view.learning.courses_with([]) == []


def test_a_course_put_again_is_replaced_whole(store: Store) -> None:
    with store.writing() as transaction:
        transaction.learning.put_courses([Course("c1", ("m1", "m2"))])
        transaction.learning.put_courses([Course("c1", ("m3",)), Course("c1", ("m4",))])
    with store.reading() as view:
        assert view.learning.courses(["c1"]) == [Course("c1", ("m4",))]
        assert view.learning.courses_with(["m1", "m3"]) == []


def test_a_plan_may_hold_itself_and_courses_that_nobody_knows(store: Store) -> None:
    plan = LearningPlan("p1", ("c1", "p1", "nowhere"), Window(days=5))
    with store.writing() as transaction:
        transaction.learning.put_plans([plan, LearningPlan("p2")])
    with store.reading() as view:
        assert view.learning.plans(["p1"]) == view.learning.plans_with(["nowhere"]) == [plan]
        assert view.learning.plans_with(["c2"]) == []


def test_attempts_are_kept_side_by_side(store: Store) -> None:
    first = Enrolment(
        "ada", COURSE, "c1", T0, EnrolmentStatus.COMPLETED, T0 + DAY, T0 + 2 * DAY, direct=True
    )
    second = Enrolment("ada", COURSE, "c1", T0 + 3 * DAY, attempt=2)
    others = [Enrolment("bob", COURSE, "c1", T0), Enrolment("ada", PLAN, "c1", T0)]
    with store.writing() as transaction:
        transaction.learning.put_enrolments([first, *others])
        transaction.learning.put_enrolments([second, first.archive(T0 + 3 * DAY)])
    with store.reading() as view:
        archived = first.archive(T0 + 3 * DAY)
        assert view.learning.enrolments("ada", COURSE, ["c1", "c2"]) == [archived, second]


def test_a_completion_is_added_once(store: Store) -> None:
    done = [Completion("ada", COURSE, "c1", T0 + n * DAY) for n in (1, 0)]
    bobs = Completion("bob", COURSE, "c2", T0)
    with store.writing() as transaction:
        transaction.learning.add_completions([*done, bobs])
        transaction.learning.add_completions(done)
    with store.reading() as view:
        found = list(view.learning.completions(["bob", "ada"], COURSE, ["c2", "c1"]))
        assert found == [*reversed(done), bobs]
        assert list(view.learning.completions(["ada"], PLAN, ["c1"])) == []


def test_completions_since_an_instant_include_it(store: Store) -> None:
    done = [Completion(f"u{n % 7}", COURSE, "c1", T0 + n * DAY) for n in range(2500)]
    with store.writing() as transaction:
        transaction.learning.add_completions(done)
        transaction.learning.add_completions([Completion("u1", PLAN, "c1", T0)])
    with store.reading() as view:
        since = (T0 + 100 * DAY).astimezone()
        assert list(view.learning.completed_since(COURSE, "c1", since)) == done[100:]


def test_an_external_training_is_replaced(store: Store) -> None:
    reported = ExternalTraining("ada", "t1", date(2025, 1, 2), "fa")
    with store.writing() as transaction:
        transaction.learning.put_external([reported, evolve(reported, certification=None)])
        assert transaction.learning.external("ada", "t1") == evolve(reported, certification=None)
        assert transaction.learning.external("bob", "t1") is None


def test_progress_belongs_to_one_user_and_one_course(store: Store) -> None:
    with store.writing() as transaction:
        for user, course in (("ada", "c1"), ("ada", "c2"), ("bob", "c1")):
            transaction.learning.add_progress(user, course, ["m1", "m2"])
        transaction.learning.add_progress("ada", "c1", ["m1"])
        transaction.learning.reset_progress("ada", "c1", ["m1", "m9"])
    with store.reading() as view:
        assert view.learning.progress("ada", "c1") == {"m2"}
        assert view.learning.progress("ada", "c2") == {"m1", "m2"}
        assert view.learning.progress("bob", "c1") == {"m1", "m2"}
        assert view.learning.progress("bob", "c9") == frozenset()


@pytest.mark.rule("INT-12b")
def test_a_renewal_is_started_and_closed(store: Store) -> None:
    done = RENEWAL.close(RenewalState.COMPLETED, T0 + DAY)
    again = evolve(RENEWAL, cycle=2, key=None, started_at=T0 + 2 * DAY)
    with store.writing() as transaction:
        transaction.renewals.add(RENEWAL)
        transaction.renewals.close(done)
        transaction.renewals.add(again)
    with store.reading() as view:
        assert list(view.renewals.history("ada", "fa")) == [done, again]
        assert list(view.renewals.history("bob", "fa")) == []


def test_open_renewals_of_a_certification_are_found(store: Store) -> None:
    bobs = evolve(RENEWAL, user="bob")
    with store.writing() as transaction:
        for each in (bobs, RENEWAL, evolve(RENEWAL, certification="other")):
            transaction.renewals.add(each)
        assert list(transaction.renewals.open("fa")) == [RENEWAL, bobs]
        transaction.renewals.close(RENEWAL.close(RenewalState.CANCELLED, T0))
        assert list(transaction.renewals.open("fa")) == [bobs]


@pytest.mark.rule("INT-12b")
def test_one_renewal_is_open_at_most(store: Store) -> None:
    with store.writing() as transaction:
        transaction.renewals.add(RENEWAL)
        transaction.renewals.add(evolve(RENEWAL, certification="other"))
        with pytest.raises(ConflictError, match="'fa' of user 'ada'"):
            transaction.renewals.add(evolve(RENEWAL, key="k2"))
    with store.reading() as view:
        assert list(view.renewals.history("ada", "fa")) == [RENEWAL]


def test_a_key_is_used_once(store: Store) -> None:
    with store.writing() as transaction:
        transaction.renewals.add(RENEWAL)
        transaction.renewals.close(RENEWAL.close(RenewalState.CANCELLED, T0))
        with pytest.raises(ConflictError):
            transaction.renewals.add(RENEWAL)
        transaction.renewals.add(evolve(RENEWAL, key=None))
        transaction.renewals.close(evolve(RENEWAL, key=None).close(RenewalState.CANCELLED, T0))
        transaction.renewals.add(evolve(RENEWAL, key=None))


def test_what_is_not_open_cannot_be_closed(store: Store) -> None:
    done = RENEWAL.close(RenewalState.COMPLETED, T0)
    with store.writing() as transaction:
        with pytest.raises(ConflictError):
            transaction.renewals.close(done)
        transaction.renewals.add(RENEWAL)
        transaction.renewals.close(done)
        with pytest.raises(ConflictError):
            transaction.renewals.close(done)


def test_renewals_of_a_certification_are_removed(store: Store) -> None:
    other = evolve(RENEWAL, certification="other")
    with store.writing() as transaction:
        transaction.renewals.add(RENEWAL)
        transaction.renewals.add(other)
        transaction.renewals.remove("fa")
        assert list(transaction.renewals.history("ada", "fa")) == []
        assert list(transaction.renewals.history("ada", "other")) == [other]


def test_certifications_are_found_by_item_and_removed(store: Store) -> None:
    assigned = Assignment(COURSE, "c1", T0)
    twice = Certification("b", "B", assignments=(assigned, evolve(assigned, group="g")))
    once = Certification("a", "A", code="A", assignments=(assigned,))
    plan = Certification("c", "C", assignments=(evolve(assigned, kind=PLAN),))
    with store.writing() as transaction:
        transaction.certifications.put([twice, once, plan])
        assert transaction.certifications.assigned(COURSE, "c1") == [once, twice]
        transaction.certifications.remove("a")
        transaction.certifications.remove("a")
    with store.reading() as view:
        assert view.certifications.assigned(COURSE, "c1") == [twice]
        assert view.certifications.get("a") is None
        assert view.certifications.coded(["A"]) == {}


def test_users_are_found_by_many_ids(store: Store) -> None:
    users = [User(f"u{n:04}", f"user {n}") for n in range(1200)]
    with store.writing() as transaction:
        transaction.users.put(users)
    with store.reading() as view:
        found = view.users.among([*(user.id for user in users[::-1]), "?"])
        assert found == {user.id: user for user in users}


def test_awards_are_removed_as_they_were_seen(store: Store) -> None:
    awards = [Award("ada", "fa", T0 + n * DAY, None, cycle=n) for n in (1, 2)]
    with store.writing() as transaction:
        transaction.awards.add(awards)
        with pytest.raises(ConflictError):
            transaction.awards.remove([awards[0], evolve(awards[1], version=2)])
        assert list(transaction.awards.history("ada", "fa")) == awards
        transaction.awards.remove(awards[:1])
        assert list(transaction.awards.history("ada", "fa")) == awards[1:]
        transaction.awards.remove(awards[1:])
        assert list(transaction.awards.select()) == []
        with pytest.raises(ConflictError):
            transaction.awards.remove(awards)


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.learning.put_courses([Course("c1")]),
        lambda t: t.learning.add_progress("ada", "c1", ["m1"]),
        lambda t: t.renewals.add(RENEWAL),
        lambda t: t.certifications.remove("a"),
        lambda t: t.awards.remove([Award("ada", "fa", T0, None)]),
    ],
)
def test_a_view_for_reading_cannot_write(store: Store, write: Any) -> None:
    with store.reading() as view, pytest.raises(StoreError):
        write(view)


def test_a_dropped_transaction_leaves_nothing(store: Store) -> None:
    def write_and_fail() -> None:
        with store.writing() as transaction:
            transaction.learning.put_courses([Course("c1", ("m1",))])
            transaction.learning.put_enrolments([Enrolment("ada", COURSE, "c1", T0)])
            transaction.learning.add_completions([Completion("ada", COURSE, "c1", T0)])
            transaction.renewals.add(RENEWAL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with store.reading() as view:
        assert view.learning.courses(["c1"]) == []
        assert view.learning.enrolments("ada", COURSE, ["c1"]) == []
        assert list(view.learning.completions(["ada"], COURSE, ["c1"])) == []
        assert list(view.renewals.history("ada", "fa")) == []
