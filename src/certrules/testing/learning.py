"""The contract of learning and renewals: does a store keep them?

See :mod:`certrules.testing.contract` for how to run the tests.
"""
# ruff: noqa: D102, S101 - tests, by whatever framework

from datetime import UTC, date, datetime, timedelta

from attrs import evolve

from certrules.errors import ConflictError
from certrules.model.awards import Award
from certrules.model.catalog import Assignment, Certification, Item, ItemKind, ItemRef
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
from certrules.model.people import User
from certrules.testing.contract import Contract, raises

_COURSE, _PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN
_C1, _C2 = ItemRef(_COURSE, "c1"), ItemRef(_COURSE, "c2")
_T0 = datetime(2025, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_RENEWAL = Renewal(
    "ada", "fa", 1, 1, _T0, RenewalOption(_COURSE, "c1", "p1"), retake=True, key="k1"
)


class LearningContract(Contract):
    """The promises, a test each."""

    def test_courses_are_found_by_id_and_by_material(self) -> None:
        window = Window(date(2025, 6, 30), 30, WindowStart.FIRST_ACCESS)
        courses = [Course("c1", ("m2", "m1"), window), Course("c2", ("m2",)), Course("c3")]
        with self._after(lambda work: work.learning.put_courses(courses)) as view:
            assert view.learning.courses(["c3", "c1", "c1", "?"]) == [courses[0], courses[2]]
            assert view.learning.related(["c2", "c3"], []) == ([], courses)
            assert view.learning.related(["c3", "?"], []) == ([], courses[2:])
            assert view.learning.related([], []) == ([], [])

    def test_a_course_put_again_is_replaced_whole(self) -> None:
        with self._writing() as work:
            work.learning.put_courses([Course("c1", ("m1", "m2"))])
            work.learning.put_courses([Course("c1", ("m3",)), Course("c1", ("m4",))])
            work.learning.put_courses([Course("c3", ("m1", "m3"))])
        with self.store.reading() as view:
            assert view.learning.courses(["c1"]) == [Course("c1", ("m4",))]
            assert view.learning.related(["c1", "c2"], []) == ([], [Course("c1", ("m4",))])

    def test_a_plan_may_hold_itself_and_courses_that_nobody_knows(self) -> None:
        plan = LearningPlan("p1", ("c1", "p1", "nowhere"), Window(days=5))
        with self._after(lambda work: work.learning.put_plans([plan, LearningPlan("p2")])) as view:
            assert view.learning.plans(["p1"]) == [plan]
            assert view.learning.related(["nowhere", "c1"], []) == ([plan], [])
            assert view.learning.related(["c1"], ["p2", "p1"]) == ([plan, LearningPlan("p2")], [])
            assert view.learning.related(["c2"], []) == ([], [])

    def test_the_courses_of_a_plan_are_found_with_those_that_share_their_materials(self) -> None:
        courses = [
            Course("c1", ("m1",)),
            Course("c2", ("m2", "m1")),
            Course("c3", ("m2",)),
            Course("p1"),
        ]
        plans = [LearningPlan("p1", ("c1", "nowhere")), LearningPlan("p2", ("c2", "c3"))]
        with self._writing() as work:
            work.learning.put_courses(courses)
            work.learning.put_plans(plans)
        with self.store.reading() as view:
            assert view.learning.related([], ["p1"]) == (plans[:1], courses[:2])
            assert view.learning.related(["c2"], ["p1"]) == (plans, courses[:3])
            assert view.learning.related(["c3"], []) == (plans[1:], courses[1:3])
            assert view.learning.related(["c1"], ["p2", "?"]) == (plans, courses[:3])

    def test_attempts_are_kept_side_by_side(self) -> None:
        done = EnrolmentStatus.COMPLETED, _T0 + _DAY, _T0 + 2 * _DAY
        first = Enrolment("ada", _COURSE, "c1", _T0, *done, direct=True)
        second = Enrolment("ada", _COURSE, "c1", _T0 + 3 * _DAY, attempt=2)
        others = [Enrolment("bob", _COURSE, "c1", _T0), Enrolment("ada", _PLAN, "c1", _T0)]
        with self._writing() as work:
            work.learning.put_enrolments([first, *others])
            work.learning.put_enrolments([second, first.archive(_T0 + 3 * _DAY)])
        with self.store.reading() as view:
            archived = first.archive(_T0 + 3 * _DAY)
            assert view.learning.history("ada", [_C1, _C2]) == ([archived, second], [])

    def test_a_completion_is_added_once(self) -> None:
        done = [Completion("ada", _COURSE, "c1", _T0 + n * _DAY) for n in (1, 0)]
        bobs = Completion("bob", _COURSE, "c2", _T0)
        with self._writing() as work:
            work.learning.add_completions([*done, bobs])
            work.learning.add_completions(done)
        with self.store.reading() as view:
            found = list(view.learning.completions(["bob", "ada"], [_C2, _C1]))
            assert found == [*reversed(done), bobs]
            assert list(view.learning.completions(["ada"], [ItemRef(_PLAN, "c1")])) == []
            assert list(view.learning.completions(["ada"], [])) == []

    def test_items_of_several_kinds_are_asked_about_at_once(self) -> None:
        plan = ItemRef(_PLAN, "c2")
        attempts = [Enrolment("ada", *ref, _T0) for ref in (_C1, _C2, plan)]
        done = [
            Completion("ada", *ref, _T0 + n * _DAY) for n, ref in enumerate((plan, _C1, plan, _C2))
        ]
        items = [Item(*_C1, name="One"), Item(*plan, code="P"), Item(*_C2)]
        with self._writing() as work:
            work.learning.put_enrolments(reversed(attempts))
            work.learning.add_completions(done)
            work.items.put(items)
        with self.store.reading() as view:
            wanted = [plan, _C1, ItemRef(_PLAN, "c1")]
            expected = [attempts[0], attempts[2]], done[:3]
            assert view.learning.history("ada", wanted) == expected
            assert view.learning.history("ada", []) == ([], [])
            assert list(view.learning.completions(["ada"], wanted)) == done[:3]
            assert view.items.among(wanted) == {_C1: items[0], plan: items[1]}
            assert view.items.among([]) == {}

    def test_who_completed_items_since_an_instant_did_so_at_it_too(self) -> None:
        done = [Completion(f"u{n:04}", _COURSE, "c1", _T0 + n * _DAY) for n in range(2500)]
        with self._writing() as work:
            work.learning.add_completions(done)
            work.learning.add_completions([Completion("planned", _PLAN, "c1", _T0 + 999 * _DAY)])
        with self.store.reading() as view:
            since = (_T0 + 100 * _DAY).astimezone()
            found = view.learning.completed_by([_C1, _C2], since)
            assert set(found) == {each.user_id for each in done[100:]}
            assert not view.learning.completed_by([_C2], since)
            assert not view.learning.completed_by([], since)

    def test_what_an_enrolment_says_is_completed_is_a_completion(self) -> None:
        completed = EnrolmentStatus.COMPLETED
        first = Enrolment("ada", *_C1, _T0, completed, completed_at=_T0 + 2 * _DAY)
        attempts = [
            first.archive(_T0 + 3 * _DAY),
            Enrolment("ada", *_C1, _T0, completed, attempt=2),  # nobody knows when
            Enrolment("ada", *_C2, _T0, EnrolmentStatus.SUSPENDED, completed_at=_T0 + _DAY),
            evolve(first, user_id="bob", kind=_PLAN),
        ]
        recorded = [Completion("ada", *_C1, _T0 + n * _DAY) for n in (2, 1)]
        with self._writing() as work:
            work.learning.put_enrolments(attempts)
            work.learning.add_completions(recorded)
        with self.store.reading() as view:
            plan = ItemRef(_PLAN, "c1")
            found = list(view.learning.completions(["bob", "ada"], [_C2, _C1, plan]))
            of_bob = Completion("bob", *plan, _T0 + 2 * _DAY)
            assert found == [*reversed(recorded), of_bob]
            assert set(view.learning.completed_by([_C1, plan], _T0)) == {"ada", "bob"}
            assert set(view.learning.completed_by([plan], _T0 + 2 * _DAY)) == {"bob"}
            assert not view.learning.completed_by([_C1, _C2, plan], _T0 + 3 * _DAY)

    def test_an_external_training_is_replaced(self) -> None:
        reported = ExternalTraining("ada", "t1", date(2025, 1, 2), "fa")
        with self._writing() as work:
            other = evolve(reported, id="t0")
            work.learning.put_external([reported, other, evolve(reported, certification_id=None)])
            expected = [other, evolve(reported, certification_id=None)]
            assert list(work.learning.external(["ada"])) == expected
            assert list(work.learning.external(["bob"])) == []

    def test_many_users_reported_external_trainings(self) -> None:
        bobs, adas = (ExternalTraining(user, "t1", date(2025, 1, 2)) for user in ("bob", "ada"))
        t1, t2 = (ItemRef(ItemKind.EXTERNAL_TRAINING, id_) for id_ in ("t1", "t2"))
        since = datetime(2025, 1, 2, 23, 59, tzinfo=UTC)
        with self._writing() as work:
            work.learning.put_external([bobs, evolve(adas, completed_on=date(2025, 1, 1))])
        with self.store.reading() as view:
            found = list(view.learning.external(["bob", "ada", "eve"]))
            assert [each.user_id for each in found] == ["ada", "bob"]
            assert list(view.learning.external([])) == []
            assert set(view.learning.completed_by([t1, t2], since)) == {"bob"}
            assert not view.learning.completed_by([t1], since + timedelta(minutes=1))
            assert not view.learning.completed_by([t2, ItemRef(_COURSE, "t1")], since)

    def test_progress_belongs_to_one_user_and_one_course(self) -> None:
        with self._writing() as work:
            for user, course in (("ada", "c1"), ("ada", "c2"), ("bob", "c1")):
                work.learning.add_progress(user, course, ["m1", "m2"])
            work.learning.add_progress("ada", "c1", ["m1"])
            work.learning.reset_progress("ada", "c1", ["m1", "m9"])
        with self.store.reading() as view:
            assert view.learning.progress("ada", "c1") == {"m2"}
            assert view.learning.progress("ada", "c2") == {"m1", "m2"}
            assert view.learning.progress("bob", "c1") == {"m1", "m2"}
            assert view.learning.progress("bob", "c9") == frozenset()

    def test_a_renewal_is_started_and_closed(self) -> None:
        done = _RENEWAL.close(RenewalState.COMPLETED, _T0 + _DAY)
        again = evolve(_RENEWAL, cycle=2, key=None, started_at=_T0 + 2 * _DAY)
        with self._writing() as work:
            work.renewals.add(_RENEWAL)
            work.renewals.close(done)
            work.renewals.add(again)
        with self.store.reading() as view:
            assert list(view.renewals.history("ada", "fa")) == [done, again]
            assert list(view.renewals.history("bob", "fa")) == []

    def test_renewals_of_a_user_are_found(self) -> None:
        done = _RENEWAL.close(RenewalState.COMPLETED, _T0 + _DAY)
        again, other = evolve(_RENEWAL, key=None), evolve(_RENEWAL, certification_id="b")
        with self._writing() as work:
            work.renewals.add(_RENEWAL)
            work.renewals.close(done)
            for each in (again, other, evolve(_RENEWAL, user_id="bob")):
                work.renewals.add(each)
            assert list(work.renewals.of_user("ada")) == [other, done, again]
            assert list(work.renewals.of_user("eve")) == []

    def test_open_renewals_of_a_certification_are_found(self) -> None:
        bobs = evolve(_RENEWAL, user_id="bob")
        with self._writing() as work:
            for each in (bobs, _RENEWAL, evolve(_RENEWAL, certification_id="other")):
                work.renewals.add(each)
            assert list(work.renewals.open("fa")) == [_RENEWAL, bobs]
            work.renewals.close(_RENEWAL.close(RenewalState.CANCELLED, _T0))
            assert list(work.renewals.open("fa")) == [bobs]

    def test_open_renewals_of_many_are_found_by_user_and_certification(self) -> None:
        bobs, other = evolve(_RENEWAL, user_id="bob"), evolve(_RENEWAL, certification_id="other")
        with self._writing() as work:
            for each in (bobs, _RENEWAL, other):
                work.renewals.add(each)
            pairs = [("ada", "fa"), ("bob", "fa"), ("bob", "other"), ("eve", "fa")]
            assert work.renewals.open_among([]) == {}
            assert work.renewals.open_among(pairs) == {pairs[0]: _RENEWAL, pairs[1]: bobs}
            work.renewals.close(_RENEWAL.close(RenewalState.REPLACED, _T0))
            assert work.renewals.open_among(pairs) == {pairs[1]: bobs}

    def test_one_renewal_is_open_at_most(self) -> None:
        with self._writing() as work:
            work.renewals.add(_RENEWAL)
            work.renewals.add(evolve(_RENEWAL, certification_id="other"))
            with raises(ConflictError, "'fa' of user 'ada'"):
                work.renewals.add(evolve(_RENEWAL, key="k2"))
        with self.store.reading() as view:
            assert list(view.renewals.history("ada", "fa")) == [_RENEWAL]

    def test_a_renewal_that_was_replaced_may_be_open_again(self) -> None:
        before = evolve(_RENEWAL, key="k0", started_at=_T0 - _DAY)
        replaced, cancelled = RenewalState.REPLACED, RenewalState.CANCELLED
        with self.store.writing() as work:
            for renewal in (before, _RENEWAL):
                work.renewals.add(renewal)
                work.renewals.close(renewal.close(replaced, _T0 + _DAY))
            work.renewals.reopen(_RENEWAL)
            found = [before.close(replaced, _T0 + _DAY), _RENEWAL]
            assert list(work.renewals.history("ada", "fa")) == found
            assert list(work.renewals.open("fa")) == [_RENEWAL]
            for impossible in (before, evolve(_RENEWAL, user_id="bob"), _RENEWAL):
                with raises(ConflictError):
                    work.renewals.reopen(impossible)
            work.renewals.close(_RENEWAL.close(cancelled, _T0 + _DAY))
            with raises(ConflictError):
                work.renewals.reopen(_RENEWAL)

    def test_a_key_is_used_once(self) -> None:
        with self._writing() as work:
            work.renewals.add(_RENEWAL)
            work.renewals.close(_RENEWAL.close(RenewalState.CANCELLED, _T0))
            with raises(ConflictError):
                work.renewals.add(_RENEWAL)
            work.renewals.add(evolve(_RENEWAL, key=None))
            work.renewals.close(evolve(_RENEWAL, key=None).close(RenewalState.CANCELLED, _T0))
            work.renewals.add(evolve(_RENEWAL, key=None))

    def test_what_is_not_open_cannot_be_closed(self) -> None:
        done = _RENEWAL.close(RenewalState.COMPLETED, _T0)
        with self._writing() as work:
            with raises(ConflictError):
                work.renewals.close(done)
            work.renewals.add(_RENEWAL)
            work.renewals.close(done)
            with raises(ConflictError):
                work.renewals.close(done)

    def test_renewals_of_a_certification_are_removed(self) -> None:
        other = evolve(_RENEWAL, certification_id="other")
        past = evolve(_RENEWAL, key="k0").close(RenewalState.CANCELLED, _T0)
        with self._writing() as work:
            work.renewals.add(evolve(_RENEWAL, key="k0"))
            work.renewals.close(past)
            work.renewals.add(_RENEWAL)
            work.renewals.add(other)
            work.renewals.remove("fa")
            assert list(work.renewals.history("ada", "fa")) == []
            assert list(work.renewals.history("ada", "other")) == [other]

    def test_certifications_are_found_by_item_and_removed(self) -> None:
        assigned = Assignment(_COURSE, "c1", _T0)
        twice = Certification("b", "B", assignments=(assigned, evolve(assigned, group="g")))
        once = Certification("a", "A", code="A", assignments=(assigned,))
        plan = Certification("c", "C", assignments=(evolve(assigned, kind=_PLAN),))
        with self._writing() as work:
            work.certifications.put([twice, once, plan])
            assert work.certifications.assigned(_COURSE, "c1") == [once, twice]
            work.certifications.remove("a")
            work.certifications.remove("a")
        with self.store.reading() as view:
            assert view.certifications.assigned(_COURSE, "c1") == [twice]
            assert view.certifications.get("a") is None
            assert view.certifications.among(["c", "a", "b"]) == {"b": twice, "c": plan}
            assert view.certifications.among([]) == {}
            assert view.certifications.coded(["A"]) == {}

    def test_users_are_found_by_many_ids(self) -> None:
        users = [User(f"u{n:04}", f"user {n}") for n in range(1200)]
        with self._after(lambda work: work.users.put(users)) as view:
            found = view.users.among([*(user.id for user in users[::-1]), "?"])
            assert found == {user.id: user for user in users}

    def test_awards_are_removed_as_they_were_seen(self) -> None:
        awards = [Award("ada", "fa", _T0 + n * _DAY, None, cycle=n) for n in (1, 2)]
        with self._writing() as work:
            work.awards.add(awards)
            with raises(ConflictError):
                work.awards.remove([awards[0], evolve(awards[1], version=2)])
            assert list(work.awards.history("ada", "fa")) == awards
            work.awards.remove(awards[:1])
            assert list(work.awards.history("ada", "fa")) == awards[1:]
            work.awards.remove(awards[1:])
            assert list(work.awards.select()) == []
            with raises(ConflictError):
                work.awards.remove(awards)

    def test_a_view_cannot_write_any_of_it(self) -> None:
        award = Award("ada", "fa", _T0, None)
        replaced = evolve(_RENEWAL, certification_id="another")
        with self._writing() as work:
            work.awards.add([award])
            work.renewals.add(_RENEWAL)
            work.renewals.add(replaced)
            work.renewals.close(replaced.close(RenewalState.REPLACED, _T0))
        self._refused(
            lambda work: work.learning.put_courses([Course("c1")]),
            lambda work: work.learning.put_plans([LearningPlan("p1", ["c1"])]),
            lambda work: work.learning.put_enrolments([Enrolment("ada", _COURSE, "c1", _T0)]),
            lambda work: work.learning.add_completions([Completion("ada", _COURSE, "c1", _T0)]),
            lambda work: work.learning.put_external([ExternalTraining("ada", "x1", _T0.date())]),
            lambda work: work.learning.add_progress("ada", "c1", ["m1"]),
            lambda work: work.learning.reset_progress("ada", "c1", ["m1"]),
            lambda work: work.renewals.add(evolve(_RENEWAL, certification_id="other")),
            lambda work: work.renewals.close(_RENEWAL.close(RenewalState.COMPLETED, _T0)),
            lambda work: work.renewals.reopen(replaced),
            lambda work: work.renewals.remove("fa"),
            lambda work: work.certifications.remove("a"),
            lambda work: work.awards.remove([award]),
        )

    def test_a_dropped_transaction_leaves_nothing(self) -> None:
        def write_and_fail() -> None:
            with self._writing() as work:
                work.learning.put_courses([Course("c1", ("m1",))])
                work.learning.put_enrolments([Enrolment("ada", _COURSE, "c1", _T0)])
                work.learning.add_completions([Completion("ada", _COURSE, "c1", _T0)])
                work.renewals.add(_RENEWAL)
                raise ZeroDivisionError

        with raises(ZeroDivisionError):
            write_and_fail()
        with self.store.reading() as view:
            assert view.learning.courses(["c1"]) == []
            assert view.learning.history("ada", [_C1]) == ([], [])
            assert list(view.learning.completions(["ada"], [_C1])) == []
            assert list(view.renewals.history("ada", "fa")) == []
