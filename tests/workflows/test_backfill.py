"""Who is issued a certification for training that was completed before it existed?"""

from collections.abc import Iterable
from datetime import date, datetime

import pytest
from attrs import evolve

from certrules import (
    ALLBOUND,
    Award,
    Certification,
    ItemKind,
    Renewal,
    RenewalOption,
    Rule,
    Unit,
    User,
    Validity,
)
from certrules.errors import InvalidValueError
from certrules.instants import start_of_day
from certrules.model.catalog import Assignment, CertificationStatus
from certrules.model.learning import (
    Completion,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    RenewalState,
)
from certrules.model.policy import PredatedIssue
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import backfill, outbox
from certrules.workflows.manual_awards import AwardReport
from tests.workflows.conftest import T0, acting, day

TRACK = ItemKind.LEARNING_TRACK
TODAY = day(200)


def furnish(store: Store[Transaction], completed: Iterable[tuple[str, str, datetime]]) -> None:
    badge = Certification(
        "badge",
        "Badge",
        assignments=(Assignment(TRACK, "t1", TODAY), Assignment(TRACK, "t2", TODAY)),
    )
    with store.writing() as transaction:
        transaction.certifications.put([badge])
        transaction.learning.add_completions(
            Completion(user, TRACK, item, at) for user, item, at in completed
        )


def issue(
    store: Store[Transaction], since: datetime | None = None, *, dry_run: bool = False
) -> AwardReport:
    return backfill.issue_predated(
        acting(store, policy=ALLBOUND), "badge", since=since, at=TODAY, dry_run=dry_run
    )


def awards(store: Store[Transaction]) -> list[Award]:
    with store.reading() as view:
        return list(view.awards.select())


@pytest.mark.rule("ALL-NOTIFY-01", "ALL-PREDATE-01", "ALL-PREDATE-04", "ALL-PREDATE-06", "INT-37")
def test_those_who_had_completed_everything_get_it_now(store: Store[Transaction]) -> None:
    furnish(store, [("ada", "t1", day(1)), ("ada", "t2", day(5)), ("bob", "t1", day(1))])
    report = issue(store)
    assert report.awarded == ("ada",)
    ((user, refused),) = report.refused
    assert (user, refused.reasons[0].rule) == ("bob", Rule.ALL_TRAIN_03)
    (award,) = awards(store)
    assert (award.issued_at, award.source.completed_at) == (TODAY, day(5))
    told = [str(entry.kind) for _, entry in outbox.pending(acting(store))]
    assert told == ["award.issued", "issued"]


@pytest.mark.rule("ALL-PREDATE-01", "INT-43")
def test_an_external_training_that_was_only_reported_is_enough(store: Store[Transaction]) -> None:
    x = Assignment(ItemKind.EXTERNAL_TRAINING, "x", TODAY)
    trainings = [
        ExternalTraining("ada", "x", day(5).date()),
        ExternalTraining("bob", "x", day(6).date()),
        ExternalTraining("cleo", "y", day(9).date()),
    ]
    with store.writing() as transaction:
        transaction.certifications.put([Certification("badge", "Badge", assignments=(x,))])
        transaction.learning.put_external(trainings)
    assert issue(store, since=day(6), dry_run=True).awarded == ("bob",)
    assert issue(store, since=day(5)).awarded == ("ada", "bob")


@pytest.mark.rule("ALL-PREDATE-01")
def test_a_completed_enrolment_is_enough(store: Store[Transaction]) -> None:
    furnish(store, [("ada", "t1", day(1))])
    completed = EnrolmentStatus.COMPLETED
    course = Certification("c", "Course", assignments=(Assignment(ItemKind.COURSE, "A", TODAY),))
    attempts = [
        Enrolment("ada", ItemKind.COURSE, "A", day(1), completed, completed_at=day(5)),
        Enrolment("bob", ItemKind.COURSE, "A", day(1)),
    ]
    with store.writing() as transaction:
        transaction.certifications.put([course])
        transaction.learning.put_enrolments(attempts)
    since = backfill.issue_predated(acting(store), "c", since=day(6), at=TODAY)
    assert since == AwardReport()
    report = backfill.issue_predated(acting(store), "c", since=day(5), at=TODAY)
    assert report == AwardReport(("ada",))
    assert [award.source.completed_at for award in awards(store)] == [day(5)]


@pytest.mark.rule("ALL-PREDATE-05", "INT-37b")
def test_a_chosen_day_counts_from_its_first_instant(store: Store[Transaction]) -> None:
    furnish(
        store,
        [
            *(("ada", item, day(10)) for item in ("t1", "t2")),
            *(("bob", item, day(9)) for item in ("t1", "t2")),
            ("eve", "t1", day(1)),
            ("eve", "t2", day(11)),
        ],
    )
    report = issue(store, start_of_day(date(2024, 1, 11), "UTC"))
    assert report.awarded == ("ada",)
    assert [user for user, _ in report.refused] == ["eve"]
    assert [reason.rule for reason in report.refused[0][1].reasons] == [Rule.DOC_CERT_13]


@pytest.mark.rule("INT-37b")
def test_holders_are_skipped_so_that_it_can_be_done_again(store: Store[Transaction]) -> None:
    furnish(store, [("ada", "t1", day(1)), ("ada", "t2", day(5))])
    assert issue(store).awarded == ("ada",)
    before = awards(store)
    assert issue(store).awarded == ()
    assert awards(store) == before


def test_a_dry_run_changes_nothing(store: Store[Transaction]) -> None:
    furnish(store, [("ada", "t1", day(1)), ("ada", "t2", day(5))])
    told = issue(store, dry_run=True)
    assert awards(store) == []
    assert issue(store) == told


def test_many_are_issued_in_batches_with_progress(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.users.put(User(f"u{n:04}", f"user{n}") for n in range(2_400))
    furnish(store, ((f"u{n:04}", item, day(1)) for n in range(2_500) for item in ("t1", "t2")))
    told: list[tuple[int, int]] = []
    report = backfill.issue_predated(
        acting(store),
        "badge",
        since=T0,
        at=TODAY,
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert (len(report.awarded), len(report.unknown)) == (2_400, 100)
    assert told == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]
    assert len(awards(store)) == 2_400


@pytest.mark.rule("INT-37")
def test_a_platform_may_count_from_the_completion(store: Store[Transaction]) -> None:
    furnish(store, [("ada", "t1", day(1)), ("ada", "t2", day(5))])
    policy = evolve(ALLBOUND, predated_issue=PredatedIssue.COMPLETION)
    backfill.issue_predated(acting(store, policy=policy), "badge", since=None, at=TODAY)
    assert [award.issued_at for award in awards(store)] == [day(5)]


def test_a_certification_that_is_gone_is_a_mistake(store: Store[Transaction]) -> None:
    with pytest.raises(InvalidValueError, match="'badge'"):
        issue(store)


@pytest.mark.rule("INT-37", "INT-37b")
def test_old_training_is_not_issued_again_and_again(store: Store[Transaction]) -> None:
    done = [("ada", "t1", day(1)), ("ada", "t2", day(5))]
    furnish(store, done)
    with store.writing() as transaction:
        badge = transaction.certifications.get("badge")
        assert badge is not None
        transaction.certifications.put([evolve(badge, validity=Validity(1, Unit.YEARS))])

    def again(at: datetime) -> AwardReport:
        return backfill.issue_predated(acting(store), "badge", since=None, at=at)

    assert again(TODAY).awarded == ("ada",)
    ((_, refused),) = again(day(900)).refused
    assert [reason.rule for reason in refused.reasons] == [Rule.INT_37]
    with store.writing() as transaction:
        transaction.learning.add_completions([Completion("ada", TRACK, "t2", day(950))])
    assert again(day(1000)).awarded == ("ada",)
    old, new = awards(store)
    assert (old.issued_at, old.archived_at) == (TODAY, day(1000))
    assert (new.cycle, new.archived) == (2, False)


@pytest.mark.rule("ALL-PREDATE-01", "INT-31b")
def test_where_there_is_nobody_to_issue_it_to_the_report_says_why_there_could_be_nobody(
    store: Store[Transaction],
) -> None:
    furnish(store, [])
    assert issue(store) == AwardReport()
    with store.writing() as transaction:
        draft = Certification("badge", "Badge", status=CertificationStatus.DRAFT)
        transaction.certifications.put([draft])
    report = issue(store)
    assert [str(reason) for reason in report.reasons] == [
        "certification Badge is draft, not active (INT-31b)",
        "no item is assigned to the certification (ALL-PREDATE-01)",
    ]
    assert not report.whole


@pytest.mark.rule("ALL-PREDATE-01", "DOC-ASSIGN-03")
def test_any_of_the_training_is_enough_unless_the_policy_says_otherwise(
    store: Store[Transaction],
) -> None:
    furnish(store, [("ada", "t1", day(1))])
    assert not issue(store).awarded
    told = backfill.issue_predated(acting(store), "badge", since=None, at=TODAY)
    assert told.awarded == ("ada",)


@pytest.mark.rule("ALL-PREDATE-05", "INT-12b")
def test_a_predated_award_closes_the_renewal_of_the_expired_one(store: Store[Transaction]) -> None:
    furnish(store, [("ada", "t1", day(1)), ("ada", "t2", day(5))])
    option = RenewalOption(TRACK, "t1")
    with store.writing() as transaction:
        transaction.awards.add([Award("ada", "badge", day(0), day(4))])
        transaction.renewals.add(Renewal("ada", "badge", 1, 1, day(1), option))
    assert issue(store, dry_run=True).awarded == issue(store).awarded == ("ada",)
    with store.reading() as view:
        (closed,) = view.renewals.history("ada", "badge")
    assert (closed.state, closed.closed_at) == (RenewalState.REPLACED, TODAY)
