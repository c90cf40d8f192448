"""How does an administrator award a certification, to one user or to a hundred thousand?"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from attrs import evolve

from certrules import (
    AssociationType,
    Award,
    ExpiryBasis,
    ItemKind,
    ManualAward,
    RenewalOption,
    Rule,
    Source,
    User,
)
from certrules.errors import InvalidValueError, StoreError
from certrules.model.learning import RenewalState
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import open_store
from certrules.rules.awarding import Targets
from certrules.workflows import awarding, manual_awards, renewal
from certrules.workflows.jobs import Job, Jobs, JobState
from certrules.workflows.manual_awards import AwardReport
from tests.workflows.conftest import acting, day, furnish

CHOSEN = ManualAward("fa", day(10), day(400), ExpiryBasis.DATE)


def award(
    store: Store[Transaction], targets: Targets, jobs: Jobs | None = None
) -> AwardReport | Job:
    return manual_awards.award(
        acting(store), targets, CHOSEN, at=day(20), jobs=jobs or Jobs(lambda: day(20)), owner="root"
    )


def people(store: Store[Transaction], number: int, *, active: bool = True) -> None:
    with store.writing() as transaction:
        transaction.users.put(
            User(f"u{n:06}", f"user{n}", active=active, groups={"all"}) for n in range(number)
        )


def chosen(user_id: str) -> Award:
    return Award(user_id, "fa", day(10), day(400), ExpiryBasis.DATE)


def held(store: Store[Transaction]) -> list[Award]:
    with store.reading() as view:
        return list(view.awards.select())


@pytest.mark.rule("DOC-AWARD-01", "DOC-AWARD-02", "DOC-CERT-13", "INT-29")
def test_users_groups_and_branches_are_awarded_in_any_mix(store: Store[Transaction]) -> None:
    report = award(store, Targets(users={"nobody", "ada"}, groups={"crew"}, branches={"rome"}))
    assert report == AwardReport(("ada", "bob"), (), ("eve",), ("nobody",))
    assert held(store) == [chosen(user) for user in ("ada", "bob")]
    with store.reading() as view:
        assert [event.user_id for _, event in view.events.after(0, 10)] == ["ada", "bob"]


@pytest.mark.rule("DOC-AWARD-02", "INT-12b")
def test_an_award_by_hand_closes_the_renewal_of_the_expired_one(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add([Award("ada", "fa", day(1), day(5))])
    option = RenewalOption(ItemKind.COURSE, "A")
    assert renewal.start(acting(store), "ada", "fa", option, at=day(9))
    assert manual_awards.award_all(acting(store), ["ada"], CHOSEN, at=day(20)).awarded == ("ada",)
    with store.reading() as view:
        (closed,) = view.renewals.history("ada", "fa")
    assert (closed.state, closed.closed_at) == (RenewalState.REPLACED, day(20))


@pytest.mark.rule("DOC-AWARD-03", "DOC-AWARD-04")
@pytest.mark.parametrize("kind", ["course", "learning_plan", "learning_track"])
def test_nothing_that_the_store_does_not_have_earned_an_award(
    store: Store[Transaction], kind: str
) -> None:
    chosen = evolve(CHOSEN, source=Source(AssociationType(kind), "nope"))
    with pytest.raises(InvalidValueError, match=f"{kind} cannot be 'nope'"):
        manual_awards.award(
            acting(store), Targets(users={"ada"}), chosen, at=day(9), jobs=Jobs(lambda: day(9))
        )
    with pytest.raises(InvalidValueError, match=f"{kind} cannot be 'nope'"):
        manual_awards.award_all(acting(store), ["ada"], chosen, at=day(9))
    assert held(store) == []
    outside = evolve(chosen, source=Source(AssociationType.EXTERNAL_TRAINING, "nope"))
    assert manual_awards.award_all(acting(store), ["ada"], outside, at=day(9)).awarded == ("ada",)
    with pytest.raises(InvalidValueError, match=f"{kind} cannot be 'nope'"):
        awarding.edit(acting(store), evolve(held(store)[0], source=chosen.source), at=day(9))


def test_who_holds_it_is_refused_and_nothing_changes(store: Store[Transaction]) -> None:
    award(store, Targets(users={"ada"}))
    before = held(store)
    report = award(store, Targets(users={"ada"}))
    assert isinstance(report, AwardReport)
    ((user, refused),) = report.refused
    assert (user, [reason.rule for reason in refused.reasons]) == ("ada", [Rule.DOC_AWARD_09])
    assert held(store) == before


@pytest.mark.rule("DOC-DELETE-01")
def test_what_is_gone_is_not_awarded(store: Store[Transaction]) -> None:
    gone = evolve(CHOSEN, certification_id="gone")
    everybody = Targets(groups={"crew"})
    with pytest.raises(InvalidValueError, match="certification cannot be 'gone'"):
        manual_awards.award(acting(store), everybody, gone, at=day(20), jobs=Jobs(lambda: day(20)))
    with pytest.raises(InvalidValueError, match="certification cannot be 'gone'"):
        manual_awards.award_all(acting(store), ["ada"], gone, at=day(20))


@pytest.mark.rule("DOC-AWARD-01")
def test_groups_and_branches_in_which_nobody_is_are_named(store: Store[Transaction]) -> None:
    report = award(store, Targets(groups={"crew", "crow"}, branches={"rome", "zz"}))
    assert isinstance(report, AwardReport)
    assert (report.unknown_groups, report.unknown_branches) == (("crow",), ("zz",))
    assert report.awarded == ("ada", "bob")
    assert not report.whole
    assert award(store, Targets(branches={"zz"})) == AwardReport(unknown_branches=("zz",))


@pytest.mark.rule("DOC-AWARD-08", "DOC-JOB-01", "INT-29")
@pytest.mark.parametrize(("number", "job"), [(100, False), (101, True)])
def test_more_than_a_hundred_active_users_are_a_job(
    store: Store[Transaction], number: int, *, job: bool
) -> None:
    people(store, number)
    done = award(store, Targets(users={"u000000", "eve"}, groups={"all"}))
    assert isinstance(done, Job) == job
    assert len(held(store)) == number


@pytest.mark.rule("DOC-AWARD-08", "DOC-JOB-01", "DOC-JOB-06")
def test_a_job_says_what_it_did(store: Store[Transaction]) -> None:
    people(store, 1500)
    with store.writing() as transaction:
        transaction.awards.add([chosen("u000007")])
    job = award(store, Targets(groups={"all", "crew"}, users={"nobody"}, branches={"zz"}))
    assert isinstance(job, Job)
    assert (job.state, job.owner, job.done, job.total) == (JobState.COMPLETED, "root", 1502, 1502)
    report = manual_awards.together(job.results)
    assert (len(report.awarded), len(report.refused)) == (1501, 1)
    assert (report.inactive, report.unknown) == (("eve",), ("nobody",))
    assert len(held(store)) == 1502
    (error,) = job.errors
    assert error.text.startswith("user user7: the user holds the certification already")
    texts = [entry.text for entry in job.log if not entry.error]
    assert texts == [
        "awarded: 999; done: 1000 of 1502",
        "user eve is deactivated, and was skipped",
        "there is no user nobody",
        "nobody is in branch zz",
        "awarded: 502; done: 1502 of 1502",
        "completed",
    ]


@pytest.mark.rule("DOC-JOB-05")
def test_a_discontinued_job_keeps_its_awards_and_can_be_asked_again(
    store: Store[Transaction],
) -> None:
    people(store, 3000)
    with ThreadPoolExecutor(1) as executor:
        jobs = Jobs(lambda: day(20), executor)
        job = award(store, Targets(groups={"all"}), jobs)
        assert isinstance(job, Job)
        jobs.discontinue(acting(store), job.id)
        ended = jobs.wait(acting(store), job.id, 600)
    assert ended.state in (JobState.DISCONTINUED, JobState.COMPLETED)
    assert len(held(store)) == ended.done
    again = award(store, Targets(groups={"all"}))
    assert isinstance(again, Job)
    report = manual_awards.together(again.results)
    assert (len(report.awarded), len(report.refused)) == (3000 - ended.done, ended.done)
    assert len(held(store)) == 3000


def test_a_store_that_fails_fails_the_job_and_keeps_what_was_committed() -> None:
    class Failing(MemoryStore):
        left = 2

        def writing(self):  # type: ignore[no-untyped-def]
            self.left -= 1
            if self.left < 0:
                raise StoreError("the disk is full")
            return super().writing()

    store = Failing()
    store.left = 4
    furnish(store)
    people(store, 3000)
    job = award(store, Targets(groups={"all"}))
    assert isinstance(job, Job)
    assert (job.state, job.done) == (JobState.FAILED, 2000)
    assert job.errors[-1].text == "the disk is full"
    assert len(held(store)) == 2000


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("many", [3_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_many_users_are_awarded_in_time_that_grows_with_their_number(
    kind: str, many: int, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        store: Store[Transaction] = MemoryStore()
        if kind == "sqlite":
            path = str(tmp_path / "store.db")
            store = stack.enter_context(closing(open_store(path, create=True)))
        furnish(store)
        people(store, many)
        began = process_time()
        job = award(store, Targets(groups={"all"}))
        assert isinstance(job, Job)
        assert (job.state, job.done) == (JobState.COMPLETED, many)
        assert process_time() - began < 3 + many / 2_000
        with store.reading() as view:
            assert sum(1 for _ in view.awards.select(certification_id="fa")) == many
            assert len(view.events.after(many - 1, 10)) == 1


@pytest.mark.rule("DOC-AWARD-02")
def test_dates_already_past_are_given_once(store: Store[Transaction]) -> None:
    past = evolve(CHOSEN, expires_at=day(15))
    reports = [manual_awards.award_all(acting(store), ["ada"], past, at=day(20)) for _ in range(3)]
    assert [report.awarded for report in reports] == [("ada",), (), ()]
    ((_, refused),) = reports[-1].refused
    assert [reason.rule for reason in refused.reasons] == [Rule.DOC_AWARD_02]
    assert len(held(store)) == 1


@pytest.mark.parametrize(
    ("users", "wrong"),
    [
        ("17", "users cannot be '17': expected several, each some text"),
        ([1], "users cannot be 1: expected some text for each"),
        (["1", 2], "users cannot be 2: expected some text for each"),
        ([User("1", "ada")], "expected some text for each"),
        (None, "users cannot be None: expected several, each some text"),
    ],
)
def test_what_are_no_ids_are_refused_by_every_store(
    store: Store[Transaction], users: Any, wrong: str
) -> None:
    with pytest.raises(InvalidValueError, match=wrong):
        manual_awards.award_all(acting(store), users, CHOSEN, at=day(20))
    assert not held(store)


def test_ids_may_be_given_one_by_one_and_count_once(store: Store[Transaction]) -> None:
    ids = (each for each in ("ada", "bob", "ada"))
    report = manual_awards.award_all(acting(store), ids, CHOSEN, at=day(20))
    assert report.awarded == ("ada", "bob")
    assert held(store) == [chosen(user) for user in ("ada", "bob")]


def test_what_is_no_target_and_no_award_is_refused(store: Store[Transaction]) -> None:
    anybody: Any = ["ada"]
    with pytest.raises(InvalidValueError, match=r"targets cannot be .* expected a Targets"):
        award(store, anybody)
    nothing: Any = None
    with pytest.raises(InvalidValueError, match="chosen cannot be None: expected a ManualAward"):
        manual_awards.award_all(acting(store), ["ada"], nothing, at=day(20))
