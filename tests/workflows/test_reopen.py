"""Whose training is to be taken again, since their award has expired?"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial

import pytest
from attrs import evolve

from certrules import (
    ALLBOUND,
    Assignment,
    Award,
    Certification,
    Item,
    ItemKind,
    Unit,
    User,
    Validity,
)
from certrules.model.catalog import ItemRef
from certrules.model.effects import ReopenTraining
from certrules.model.learning import Completion, Enrolment, EnrolmentStatus, ExternalTraining
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import awarding, backfill, effects, reopen
from certrules.workflows.awarding import Completed
from tests.workflows.conftest import T0, acting, day

COURSE = ItemKind.COURSE
POLICY = evolve(ALLBOUND, reenable_training_on_expiry=True)
BOTH = tuple(Assignment(COURSE, item, T0) for item in ("A", "B"))
YEARLY = Certification("yearly", "Yearly", validity=Validity(1, Unit.YEARS), assignments=BOTH)
EXPIRY = datetime(2025, 1, 21, tzinfo=UTC)


@pytest.fixture(autouse=True)
def earned(store: Store[Transaction]) -> None:
    """Ada has completed A and B, and so earned an award that expires a year later."""
    with store.writing() as transaction:
        transaction.certifications.put([YEARLY])
    complete(store, "A", day(10))
    assert complete(store, "B", day(20)).decisions["yearly"]


def complete(store: Store[Transaction], item_id: str, at: datetime) -> Completed:
    done = Completion("ada", COURSE, item_id, at)
    return awarding.complete(acting(store, policy=POLICY), done, at=at)


def reopened(effects: Iterable[ReopenTraining]) -> list[tuple[str, str]]:
    return [(effect.user_id, effect.item_id) for effect in effects]


def statuses(store: Store[Transaction], user_id: str = "ada") -> list[str]:
    with store.reading() as view:
        return [
            str(each.status)
            for each in view.learning.history(
                user_id, [ItemRef(COURSE, "A"), ItemRef(COURSE, "B")]
            )[0]
        ]


def history(store: Store[Transaction]) -> list[tuple[datetime, bool]]:
    with store.reading() as view:
        awards = view.awards.history("ada", "yearly")
        return [(award.issued_at, award.archived) for award in awards]


@pytest.mark.rule("ALL-EXP-03", "INT-34", "INT-35")
def test_training_is_reopened_at_the_expiry_once_and_earns_anew(store: Store[Transaction]) -> None:
    early = EXPIRY.replace(day=20)
    assert reopen.reopen_expired(acting(store, policy=POLICY), at=early) == []
    at_expiry = reopen.reopen_expired(acting(store, policy=POLICY), at=EXPIRY)
    assert reopened(at_expiry) == [("ada", "A"), ("ada", "B")]
    assert statuses(store) == ["enrolled", "enrolled"]
    assert reopen.reopen_expired(acting(store, policy=POLICY), at=EXPIRY) == []
    assert not complete(store, "A", day(400)).decisions["yearly"]
    assert reopen.reopen_expired(acting(store, policy=POLICY), at=day(401)) == []
    assert complete(store, "B", day(410)).decisions["yearly"]
    assert history(store) == [(day(20), True), (day(410), False)]
    assert reopen.reopen_expired(acting(store, policy=POLICY), at=day(411)) == []


@pytest.mark.rule("ALL-EXP-03", "INT-46")
def test_who_has_the_next_award_already_need_not_take_the_training_again(
    store: Store[Transaction],
) -> None:
    with store.writing() as transaction:
        (held,) = transaction.awards.history("ada", "yearly")
        transaction.awards.replace([held.archive(day(500))])
        transaction.awards.add([Award("ada", "yearly", day(500), None, cycle=2)])
    assert reopen.reopen_expired(acting(store, policy=POLICY), at=day(450)) == []
    assert statuses(store) == ["completed", "completed"]


@pytest.mark.rule("ALL-EXP-03")
def test_a_late_run_leaves_alone_what_was_completed_since(store: Store[Transaction]) -> None:
    complete(store, "A", EXPIRY)
    assert reopened(reopen.reopen_expired(acting(store, policy=POLICY), at=day(500))) == [
        ("ada", "B")
    ]
    assert statuses(store) == ["completed", "enrolled"]


def test_what_only_an_enrolment_told_stays_among_the_completions(store: Store[Transaction]) -> None:
    attended(store, ["bob"])
    reopen.reopen_expired(acting(store, policy=POLICY), at=day(100))
    with store.reading() as view:
        kept = list(view.learning.completions(["bob"], [ItemRef(COURSE, "A")]))
    assert kept == [Completion("bob", COURSE, "A", day(5))]


def attended(store: Store[Transaction], users: Iterable[str]) -> None:
    """Some have an award that expires on day 90, and stand as completed in A."""
    with store.writing() as transaction:
        for user in users:
            done = Enrolment(user, COURSE, "A", T0, EnrolmentStatus.COMPLETED, completed_at=day(5))
            transaction.users.put([User(user, user)])
            transaction.learning.put_enrolments([done])
            transaction.awards.add([Award(user, "yearly", day(5), day(90))])


def test_nothing_is_reopened_where_training_stays_complete(store: Store[Transaction]) -> None:
    assert reopen.reopen_expired(acting(store), at=day(900)) == []
    assert statuses(store) == ["completed", "completed"]


def test_what_expired_before_is_passed_over(store: Store[Transaction]) -> None:
    attended(store, ["bob"])
    found = reopen.reopen_expired(acting(store, policy=POLICY), at=day(900), since=day(91))
    assert {effect.user_id for effect in found} == {"ada"}
    found = reopen.reopen_expired(acting(store, policy=POLICY), at=day(900), since=day(90))
    assert {effect.user_id for effect in found} == {"bob"}


def test_awards_of_nobody_and_of_nothing_are_passed_over(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add(
            [Award("nobody", "yearly", T0, day(1)), Award("bob", "gone", T0, day(1))]
        )
    assert reopen.reopen_expired(acting(store, policy=POLICY), at=day(9)) == []


TRACK, EXTERNAL, PLAN = (
    ItemKind.LEARNING_TRACK,
    ItemKind.EXTERNAL_TRAINING,
    ItemKind.LEARNING_PLAN,
)
ASSIGNED_ELSEWHERE = [ItemRef(TRACK, "t1"), ItemRef(EXTERNAL, "x1")]


def earned_by(store: Store[Transaction], *items: ItemRef) -> None:
    """Bob has completed these items, and so earned an award that expires on day 90."""
    assigned = tuple(Assignment(*item, T0) for item in items)
    with store.writing() as transaction:
        transaction.items.put([Item(*item) for item in items])
        transaction.certifications.put([evolve(YEARLY, id="other", assignments=assigned)])
        transaction.learning.add_completions(Completion("bob", *item, day(5)) for item in items)
        transaction.awards.add([Award("bob", "other", day(5), day(90))])


def again(store: Store[Transaction], at: datetime) -> list[ItemRef]:
    found = reopen.reopen_expired(acting(store, policy=POLICY), at=at)
    return [ItemRef(each.kind, each.item_id) for each in found if each.user_id == "bob"]


@pytest.mark.rule("ALL-EXP-03", "ALL-TRAIN-01", "INT-34", "INT-35")
def test_tracks_and_external_trainings_are_reopened_at_each_expiry_once(
    store: Store[Transaction],
) -> None:
    track, external = ASSIGNED_ELSEWHERE
    earned_by(store, track, external)
    assert again(store, day(89)) == []
    assert again(store, day(90)) == [external, track]
    assert again(store, day(91)) == again(store, day(200)) == []
    assert open_attempts(store) == {external: day(5), track: day(5)}
    host = acting(store, policy=POLICY)
    assert not awarding.complete(host, Completion("bob", *track, day(300)), at=day(300)).decisions[
        "other"
    ]
    assert again(store, day(301)) == []
    assert open_attempts(store) == {external: day(5)}
    done = Completion("bob", *external, day(310))
    issued = awarding.complete(host, done, at=day(310)).decisions["other"]
    assert issued
    assert again(store, day(311)) == []
    assert again(store, day(310 + 365)) == [external, track]
    assert again(store, day(310 + 366)) == []
    assert open_attempts(store) == {external: day(310), track: day(300)}


def open_attempts(store: Store[Transaction]) -> dict[ItemRef, datetime]:
    """What Bob has begun and not completed, and since when."""
    with store.reading() as view:
        attempts, _ = view.learning.history("bob", ASSIGNED_ELSEWHERE)
    done = EnrolmentStatus.COMPLETED
    return {each.ref: each.enrolled_at for each in attempts if each.status is not done}


@pytest.mark.rule("ALL-EXP-03", "INT-34", "INT-43")
def test_what_was_only_reported_is_reopened_and_counts_again_once_it_is_reported_anew(
    store: Store[Transaction],
) -> None:
    host, expiry = acting(store, policy=POLICY), day(90)
    before, at_expiry = (ExternalTraining("bob", "x1", day(n).date()) for n in (89, 90))
    with store.writing() as transaction:
        transaction.certifications.put(
            [evolve(YEARLY, id="other", assignments=(Assignment(EXTERNAL, "x1", T0),))]
        )
        transaction.learning.put_external([before])
        transaction.awards.add([Award("bob", "other", day(5), expiry)])
    external = ItemRef(EXTERNAL, "x1")
    assert again(store, day(89)) == []
    assert again(store, expiry) == [external]
    assert open_attempts(store) == {external: day(89)}
    assert again(store, expiry) == []
    predated = partial(backfill.issue_predated, host, "other", since=None)
    assert predated(at=day(91)).awarded == ()
    assert not awarding.evaluate(host, "bob", "other", at=day(91))["other"]
    earlier = evolve(before, completed_on=day(80).date())
    assert not awarding.report_external(host, earlier, at=day(91)).decisions["other"]
    assert awarding.report_external(host, at_expiry, at=day(91)).decisions["other"]
    assert open_attempts(store) == {}
    with store.reading() as view:
        done = view.learning.completions(["bob"], [external])
        assert [each.completed_at for each in done] == [day(80), day(89), expiry]


@pytest.mark.rule("ALL-EXP-03", "DOC-ASSIGN-10", "INT-10b", "INT-34")
def test_a_report_of_a_day_that_the_zone_skipped_stops_nobodys_run(
    store: Store[Transaction],
) -> None:
    skipped, users = date(2011, 12, 30), ("ada", "bob")
    apia = acting(store, policy=POLICY, zone="Pacific/Apia")
    with store.writing() as transaction:
        transaction.certifications.put(
            [evolve(YEARLY, id="other", assignments=(Assignment(EXTERNAL, "x1", T0),))]
        )
        transaction.learning.put_external([ExternalTraining("ada", "x1", skipped)])
        transaction.learning.put_external([ExternalTraining("bob", "x1", day(5).date())])
    issued = backfill.issue_predated(apia, "other", since=None, at=day(6))
    assert set(issued.awarded) == {*users}
    reopened = reopen.reopen_expired(apia, at=day(800))
    assert {ReopenTraining(user, EXTERNAL, "x1") for user in users} <= {*reopened}


@pytest.mark.rule("INT-34", "INT-35")
def test_predated_issue_leaves_out_what_was_completed_before_training_opened_again(
    store: Store[Transaction],
) -> None:
    predated = partial(backfill.issue_predated, acting(store, policy=POLICY), "yearly", since=None)
    complete(store, "A", EXPIRY)
    assert predated(at=day(400)).awarded == ()
    reopen.reopen_expired(acting(store, policy=POLICY), at=day(400))
    with store.writing() as transaction:
        transaction.learning.add_completions([Completion("ada", COURSE, "B", EXPIRY)])
    assert predated(at=day(400)).awarded == ("ada",)


@pytest.mark.rule("INT-34")
def test_what_the_host_alone_saved_as_completed_is_reopened_at_the_next_expiry(
    store: Store[Transaction],
) -> None:
    track, _ = ASSIGNED_ELSEWHERE
    earned_by(store, track)
    assert again(store, day(90)) == [track]
    with store.writing() as transaction:
        transaction.learning.add_completions([Completion("bob", *track, day(100))])
        (old,) = transaction.awards.history("bob", "other")
        transaction.awards.replace([old.archive(day(100))])
        transaction.awards.add([Award("bob", "other", day(100), day(190), cycle=2)])
    assert again(store, day(189)) == []
    assert again(store, day(190)) == [track]
    assert again(store, day(191)) == []


@pytest.mark.rule("DOC-CERT-12", "INT-34")
def test_an_older_completion_does_not_reopen_a_track_again(store: Store[Transaction]) -> None:
    track, _ = ASSIGNED_ELSEWHERE
    earned_by(store, track)
    assert again(store, day(90)) == [track]
    older = Completion("bob", *track, day(3))
    assert awarding.complete(acting(store, policy=POLICY), older, at=day(95)).recorded
    assert again(store, day(96)) == []


@pytest.mark.rule("INT-34")
def test_a_plan_is_reopened_with_its_courses(store: Store[Transaction]) -> None:
    plan, course = ItemRef(PLAN, "P"), ItemRef(COURSE, "B")
    with store.writing() as transaction:
        assigned = (Assignment(*plan, T0),)
        transaction.certifications.put([evolve(YEARLY, id="other", assignments=assigned)])
        done = EnrolmentStatus.COMPLETED
        transaction.learning.put_enrolments(
            [
                Enrolment("bob", *plan, T0, done, completed_at=day(5)),
                Enrolment("bob", *course, T0, done, completed_at=day(4)),
            ]
        )
        transaction.awards.add([Award("bob", "other", day(5), day(90))])
    assert again(store, day(90)) == [course, plan]
    assert again(store, day(91)) == []
    host = acting(store, policy=POLICY)
    awarding.complete(host, Completion("bob", *course, day(95)), at=day(95))
    assert again(store, day(96)) == []
    assert awarding.complete(host, Completion("bob", *plan, day(97)), at=day(97)).decisions["other"]


class PowerCut(Exception):  # noqa: N818
    """The job ends in the middle."""


def test_what_a_broken_run_has_done_stays_and_the_next_does_the_rest(
    store: Store[Transaction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "BATCH", 2)
    users = [f"u{number}" for number in range(5)]
    attended(store, users)

    def cut(done: int, total: int) -> None:
        assert total == 5
        if done == 4:
            raise PowerCut

    with pytest.raises(PowerCut):
        reopen.reopen_expired(acting(store, policy=POLICY), at=day(100), on_progress=cut)
    assert [statuses(store, user) for user in users] == [["enrolled"]] * 4 + [["completed"]]
    assert reopened(reopen.reopen_expired(acting(store, policy=POLICY), at=day(100))) == [
        ("u4", "A")
    ]


def test_runs_that_overlap_reopen_everything_once(
    store: Store[Transaction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "BATCH", 3)
    users = [f"u{number}" for number in range(10)]
    attended(store, users)
    with ThreadPoolExecutor(4) as threads:
        runs = [
            threads.submit(reopen.reopen_expired, acting(store, policy=POLICY), at=day(100))
            for _ in range(4)
        ]
        found = [effect.user_id for run in runs for effect in run.result()]
    assert sorted(found) == sorted(users)
