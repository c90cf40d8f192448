"""Awarding by completions, by external training, by hand and predated."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from certrules import (
    ALLBOUND,
    DOCEBO,
    Assignment,
    AssociationType,
    Award,
    Certification,
    CertificationStatus,
    Completion,
    Enrolment,
    EnrolmentStatus,
    ExpiryBasis,
    ExternalTraining,
    Facts,
    Granted,
    ItemKind,
    ManualAward,
    Policy,
    Refused,
    Renewal,
    RenewalOption,
    Source,
    Unit,
    User,
    Validity,
)
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.model.awards import AwardKey, ExternalLink
from certrules.model.catalog import Criteria
from certrules.model.decisions import Decision
from certrules.model.effects import (
    ArchiveAward,
    CancelNotices,
    CancelOutdatedNotices,
    CloseRenewal,
    Enrol,
    IssueAward,
    Notify,
    RecordCompletion,
    RecordExternalTraining,
    ReopenTraining,
    ReplaceAward,
    RevokeOutdatedBadge,
)
from certrules.model.learning import RenewalState
from certrules.model.notices import Event, EventKind
from certrules.model.policy import PredatedIssue
from certrules.rules import awarding, renewal
from certrules.rules.awarding import Targets
from certrules.testing import strategies

COURSE, TRACK = ItemKind.COURSE, ItemKind.LEARNING_TRACK
EXTERNAL = ItemKind.EXTERNAL_TRAINING
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2024, 7, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ADA = User("ada", "ada")
YEAR = Validity(1, Unit.YEARS)
REOPENING = evolve(ALLBOUND, reenable_training_on_expiry=True)
GATED = evolve(DOCEBO, external_certifications=True)


FACT_LISTS = [each.name for each in fields(Facts) if each.name not in ("user", "certification")]


def certification(*items: Assignment, **fields: Any) -> Certification:
    return Certification("fa", "First aid", validity=YEAR, assignments=items, **fields)


def standing(item_id: str) -> Enrolment:
    return Enrolment("ada", COURSE, item_id, BEGIN, EnrolmentStatus.COMPLETED)


def assignment(item_id: str = "c1", at: datetime = BEGIN, **fields: Any) -> Assignment:
    return Assignment(fields.pop("kind", COURSE), item_id, at, **fields)


def completion(item_id: str = "c1", at: datetime = AT, kind: ItemKind = COURSE) -> Completion:
    return Completion("ada", kind, item_id, at)


def held(issued: datetime = BEGIN, expires: datetime | None = None, **fields: Any) -> Award:
    return Award("ada", "fa", issued, expires, **fields)


def edit(award: Award, changed: Award, *others: Award, **fields: Any) -> Decision:
    return awarding.edit(award, changed, others, at=AT, **fields)


def manual(issued: datetime = BEGIN, expires: datetime | None = None, **fields: Any) -> ManualAward:
    return ManualAward("fa", issued, expires, **fields)


def rules(decided: Decision) -> set[str]:
    assert isinstance(decided, Refused), decided.reasons
    return {reason.rule.id for reason in decided.reasons}


def effects(decided: Decision, *kinds: type) -> list[Any]:
    assert isinstance(decided, Granted), decided.reasons
    return [effect for effect in decided.effects if isinstance(effect, kinds)]


def issued(decided: Decision) -> Award:
    (effect,) = effects(decided, IssueAward)
    award: Award = effect.award
    return award


FACTS = Facts(ADA, certification(assignment()))


def decide(
    facts: Facts = FACTS,
    done: Completion | None = None,
    *,
    at: datetime = AT,
    policy: Policy = DOCEBO,
) -> Decision:
    return awarding.decide(facts, done or completion(), at=at, zone=UTC, policy=policy)


# By a completion


@pytest.mark.rule("DOC-CERT-11", "DOC-CERT-12", "ALL-CERT-11", "ALL-TRAIN-05", "INT-14b")
def test_a_completion_issues_an_award_at_its_instant() -> None:
    decided = decide(at=AT + timedelta(days=2))
    source = Source(AssociationType.COURSE, "c1")
    assert issued(decided) == held(AT, datetime(2025, 7, 1, tzinfo=UTC), source=source)
    (news,) = effects(decided, Notify)
    assert (news.event.kind, news.event.at) == (EventKind.ISSUED, AT + timedelta(days=2))


@pytest.mark.rule("DOC-ASSIGN-02", "DOC-ASSIGN-03", "DOC-ASSIGN-08")
def test_any_one_item_is_enough_also_for_those_enrolled_before_it_was_assigned() -> None:
    enrolled = Enrolment("ada", COURSE, "c1", BEGIN - timedelta(days=9))
    facts = Facts(ADA, certification(assignment(), assignment("c2")), enrolments=[enrolled])
    assert decide(facts)


@pytest.mark.rule("DOC-ASSIGN-03")
def test_an_item_that_is_not_assigned_earns_nothing() -> None:
    assert rules(decide(done=completion("c2"))) == {"DOC-ASSIGN-03"}
    assert rules(decide(done=completion("c1", kind=TRACK))) == {"DOC-ASSIGN-03"}
    assert rules(decide(Facts(ADA, certification()))) == {"DOC-ASSIGN-03"}


@pytest.mark.rule("DOC-ASSIGN-07", "ALL-TRAIN-06", "INT-21")
@pytest.mark.parametrize(("after", "earns"), [(-TICK, False), (0 * TICK, False), (TICK, True)])
def test_a_completion_counts_strictly_after_the_assignment(after: timedelta, earns: bool) -> None:
    decided = decide(done=completion(at=BEGIN + after))
    assert bool(decided) is earns
    assert earns or rules(decided) == {"DOC-ASSIGN-07"}


@pytest.mark.parametrize("criteria", Criteria)
def test_of_an_item_assigned_twice_either_assignment_counts(criteria: Criteria) -> None:
    twice = certification(assignment(at=AT), assignment(), criteria=criteria)
    assert decide(Facts(ADA, twice), completion(at=AT))


@pytest.mark.rule("DOC-CERT-12")
def test_a_completion_to_come_or_before_the_enrolment_earns_nothing() -> None:
    assert rules(decide(done=completion(at=AT + TICK))) == {"DOC-CERT-12"}
    enrolled = Enrolment("ada", COURSE, "c1", AT)
    facts = evolve(FACTS, enrolments=[enrolled])
    assert rules(decide(facts, completion(at=AT - TICK))) == {"DOC-CERT-12"}
    assert decide(facts, completion(at=AT))


@pytest.mark.rule("ALL-TRAIN-02", "ALL-TRAIN-03", "INT-32")
def test_all_of_several_trainings_are_needed_and_the_last_one_dates_the_award() -> None:
    track, external = (
        assignment("t1", kind=TRACK),
        assignment("x1", kind=ItemKind.EXTERNAL_TRAINING),
    )
    facts = Facts(ADA, certification(track, external))
    first, last = completion("t1", AT - TICK, TRACK), completion("x1", AT, external.kind)
    assert rules(decide(facts, first, policy=ALLBOUND)) == {"ALL-TRAIN-03"}
    assert decide(facts, first, policy=DOCEBO)
    award = issued(decide(evolve(facts, completions=[first]), last, policy=ALLBOUND))
    assert (award.issued_at, award.source.item_id) == (AT, "x1")


@pytest.mark.rule("INT-37b")
def test_news_of_an_earlier_completion_may_come_later() -> None:
    both = certification(assignment(), assignment("c2"), criteria=Criteria.ALL)
    known = Enrolment("ada", COURSE, "c2", BEGIN, EnrolmentStatus.COMPLETED, completed_at=AT)
    facts = Facts(ADA, both, enrolments=[known])
    award = issued(decide(facts, completion(at=AT - timedelta(days=9))))
    assert (award.issued_at, award.source.item_id) == (AT, "c2")


@pytest.mark.rule("INT-37b", "DOC-CERT-12")
@given(st.permutations([("c1", 0), ("c2", 1), ("c3", 1)]))
def test_what_was_completed_last_earns_it_in_whatever_order_it_is_told(
    told: list[tuple[str, int]],
) -> None:
    items = certification(*map(assignment, ("c1", "c2", "c3")), criteria=Criteria.ALL)
    done = [completion(item, BEGIN + timedelta(days=1 + later)) for item, later in told]
    award = issued(decide(Facts(ADA, items, completions=done[:-1]), done[-1]))
    source = Source(AssociationType.COURSE, "c3")
    assert (award.issued_at, award.source) == (BEGIN + timedelta(days=2), source)


@pytest.mark.rule("DOC-CERT-12")
@pytest.mark.parametrize(
    ("enrolled", "completions", "expected"),
    [
        (AT, (), True),  # with its own completion
        (AT - TICK, (completion(at=AT - TICK),), True),  # with one that was told before
        (AT - TICK, (completion("c2", AT - TICK),), False),
        (AT - TICK, (), False),
    ],
)
def test_what_began_with_a_completion_does_not_speak_against_an_older_one(
    enrolled: datetime, completions: tuple[Completion, ...], *, expected: bool
) -> None:
    attempt = Enrolment("ada", COURSE, "c1", enrolled, EnrolmentStatus.COMPLETED, completed_at=AT)
    older = completion(at=enrolled - TICK)
    recorded = awarding.record(older, [attempt], completions, at=AT)
    assert bool(recorded) == expected
    if expected:
        (begun,) = effects(recorded, Enrol)
        assert begun.enrolment == evolve(attempt, enrolled_at=older.completed_at)
    assert awarding.inferred(attempt, completions) == expected
    known = evolve(FACTS, enrolments=[attempt], completions=completions)
    assert bool(decide(known, older)) == expected


@pytest.mark.rule("INT-32")
def test_one_of_each_group_is_needed() -> None:
    groups = certification(
        assignment("a", group="1"), assignment("b", group="1"), assignment("c", group="2")
    )
    facts = Facts(ADA, groups, completions=[completion("c", AT - TICK)])
    assert decide(facts, completion("a"))
    assert decide(facts, completion("b"))
    assert rules(decide(Facts(ADA, groups), completion("a"))) == {"ALL-TRAIN-03"}


@pytest.mark.rule(
    "DOC-CERT-13", "ALL-MANAGE-06", "ALL-VIS-02", "DOC-DELETE-01", "INT-24", "INT-31b"
)
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (evolve(FACTS, user=evolve(ADA, active=False)), {"DOC-CERT-13"}),
        (evolve(FACTS, certification=None), {"DOC-DELETE-01"}),
        (
            Facts(evolve(ADA, active=False), None, awards=[held()]),
            {"DOC-CERT-13", "DOC-DELETE-01"},
        ),
        (
            Facts(ADA, certification(assignment(), status=CertificationStatus.INACTIVE)),
            {"INT-31b"},
        ),
        (Facts(ADA, certification(assignment(), status=CertificationStatus.DRAFT)), {"INT-31b"}),
        (Facts(ADA, certification(assignment(), groups={"crew"})), {"ALL-VIS-02"}),
    ],
)
def test_who_and_what_cannot_be_awarded(facts: Facts, expected: set[str]) -> None:
    assert rules(decide(facts)) == expected
    assert rules(external(facts)) == expected
    assert rules(awarding.by_hand(facts, manual(), at=AT)) - {"DOC-AWARD-02"} == expected
    done = evolve(facts, completions=[completion()])
    assert rules(awarding.predate(done, since=None, at=AT, zone=UTC)) - {"INT-37b"} == expected


@pytest.mark.rule("ALL-VIS-01", "ALL-VIS-03", "INT-36")
def test_one_of_the_groups_is_enough() -> None:
    facts = Facts(evolve(ADA, groups={"crew"}), certification(assignment(), groups={"crew", "x"}))
    assert decide(facts)


@pytest.mark.rule("DOC-RENEW-03", "INT-19c")
@pytest.mark.parametrize("expires", [None, AT + TICK, AT, AT - TICK])
def test_who_holds_an_award_earns_none(expires: datetime | None) -> None:
    facts = evolve(FACTS, awards=[held(expires=expires)])
    assert rules(decide(facts)) == {"DOC-RENEW-03"}
    assert rules(external(facts)) == {"DOC-RENEW-03"}


def test_after_an_archived_award_the_cycles_are_counted_on() -> None:
    facts = evolve(FACTS, awards=[held(cycle=3, archived_at=AT)])
    assert issued(decide(facts)).cycle == 4


@pytest.mark.rule("INT-35")
def test_training_that_was_opened_again_earns_an_award_and_the_expired_one_is_kept() -> None:
    both = certification(assignment(), assignment("c2"))
    old = completion("c2", BEGIN + TICK)
    facts = Facts(ADA, both, awards=[held(expires=AT - TICK)], completions=[old])
    assert rules(decide(facts, policy=REOPENING)) == {"ALL-TRAIN-03"}
    anew = evolve(facts, completions=[old, completion("c2", AT - TICK)])
    decided = decide(anew, policy=REOPENING)
    assert issued(decided).cycle == 2
    assert effects(decided, ArchiveAward) == [ArchiveAward(held(expires=AT - TICK).archive(AT))]
    assert effects(decided, CancelNotices) == [CancelNotices(AwardKey("ada", "fa", 1))]
    assert rules(decide(anew, completion(at=AT - 2 * TICK), policy=REOPENING)) == {"DOC-RENEW-03"}
    assert rules(decide(anew, policy=ALLBOUND)) == {"DOC-RENEW-03"}


def reopen(facts: Facts, at: datetime = AT, policy: Policy = REOPENING) -> Decision:
    return awarding.reopen_training(facts, at=at, zone=UTC, policy=policy)


@pytest.mark.rule("ALL-EXP-03", "INT-34")
def test_training_opens_again_at_expiry_only_where_the_platform_says_so() -> None:
    facts = Facts(
        ADA,
        certification(assignment("c2"), assignment(), assignment()),
        awards=[held(expires=AT)],
        enrolments=[standing("c1"), standing("c2")],
    )
    opened = effects(reopen(facts), object)
    assert opened == [ReopenTraining("ada", COURSE, "c1"), ReopenTraining("ada", COURSE, "c2")]
    assert rules(reopen(facts, policy=ALLBOUND)) == {"INT-34"}
    valid = reopen(facts, at=AT - TICK)
    assert rules(valid) == {"ALL-EXP-03"}
    nothing = evolve(facts, awards=())
    assert rules(reopen(nothing)) == {"ALL-EXP-03"}
    gone = evolve(facts, certification=None)
    assert rules(reopen(gone)) >= {"DOC-DELETE-01"}


@pytest.mark.rule("ALL-EXP-03", "INT-34")
def test_only_what_stands_as_completed_before_the_expiry_is_reopened() -> None:
    four = certification(*(assignment(item) for item in ("c1", "c2", "c3", "c4")))
    enrolments = [
        standing("c1"),
        standing("c2"),
        evolve(standing("c3"), status=EnrolmentStatus.IN_PROGRESS),
    ]
    again = [completion("c2", AT)]
    facts = Facts(ADA, four, awards=[held(expires=AT)], enrolments=enrolments, completions=again)
    opened = reopen(facts, at=AT + TICK)
    assert effects(opened, object) == [ReopenTraining("ada", COURSE, "c1")]
    done = evolve(facts, enrolments=enrolments[1:])
    assert rules(reopen(done)) == {"ALL-EXP-03"}
    inactive = evolve(facts, user=evolve(ADA, active=False))
    assert rules(reopen(inactive)) == {"DOC-CERT-13"}


@pytest.mark.rule("ALL-EXP-03", "INT-34")
@pytest.mark.parametrize("kind", ItemKind)
def test_what_has_no_enrolment_is_reopened_by_one_that_is_not_completed(kind: ItemKind) -> None:
    done = [completion("x", BEGIN + TICK, kind), completion("x", BEGIN + 2 * TICK, kind)]
    facts = Facts(
        ADA,
        certification(assignment("x", kind=kind)),
        awards=[held(expires=AT)],
        completions=done,
    )
    opened = effects(reopen(facts), object)
    begun = Enrolment("ada", kind, "x", BEGIN + 2 * TICK)
    assert opened == [ReopenTraining("ada", kind, "x"), Enrol(begun)]
    again = evolve(facts, enrolments=[begun])
    assert rules(reopen(again)) == {"ALL-EXP-03"}
    since = evolve(facts, completions=[*done, completion("x", AT, kind)])
    assert rules(reopen(since)) == {"ALL-EXP-03"}


@pytest.mark.rule("ALL-EXP-03", "INT-34", "INT-43")
def test_what_was_only_reported_is_reopened_and_counts_when_it_is_reported_again() -> None:
    day = date(2024, 7, 1)  # on which the award expires
    before, after = (ExternalTraining("ada", "x", day + timedelta(n)) for n in (-1, 0))
    needed = certification(assignment("x", kind=EXTERNAL))
    facts = Facts(ADA, needed, awards=[held(expires=AT)], external=[before])
    done = completion("x", AT - timedelta(1), EXTERNAL)
    begun = Enrolment("ada", EXTERNAL, "x", done.completed_at)
    opened = [ReopenTraining("ada", EXTERNAL, "x"), RecordCompletion(done), Enrol(begun)]
    assert effects(reopen(facts), object) == opened
    assert rules(reopen(facts, AT - TICK)) == {"ALL-EXP-03"}
    recorded = evolve(facts, completions=[done])
    assert effects(reopen(recorded), object) == [opened[0], opened[2]]
    once = evolve(recorded, enrolments=[begun])
    assert rules(reopen(once)) == {"ALL-EXP-03"}
    assert rules(evaluate(once, policy=REOPENING)) == {"DOC-RENEW-03"}
    again = evolve(once, external=[after])
    assert rules(reopen(again)) == {"ALL-EXP-03"}
    assert issued(evaluate(again, policy=REOPENING)).issued_at == AT
    assert issued(predate(again, policy=REOPENING)).issued_at == AT


@pytest.mark.rule("INT-34", "INT-35")
def test_nothing_of_a_closed_cycle_earns_a_predated_award_where_training_opened_again() -> None:
    closed = held(BEGIN, AT)
    facts = Facts(
        ADA,
        certification(assignment(), assignment("c2")),
        awards=[closed],
        completions=[completion("c1", AT - TICK), completion("c2")],
    )
    assert rules(predate(facts, policy=REOPENING)) == {"ALL-TRAIN-03"}
    assert predate(facts, policy=ALLBOUND)
    assert rules(predate(facts, policy=REOPENING, at=AT - TICK)) == {"INT-37b", "ALL-TRAIN-03"}
    since = evolve(facts, completions=[completion("c1"), completion("c2")])
    assert issued(predate(since, policy=REOPENING)).source.completed_at == AT


@pytest.mark.rule("INT-34")
def test_of_a_course_that_was_left_nothing_is_reopened() -> None:
    left = standing("c1").archive(AT - TICK)
    facts = Facts(ADA, certification(assignment()), awards=[held(expires=AT)], enrolments=[left])
    assert rules(reopen(facts)) == {"ALL-EXP-03"}


@pytest.mark.rule("DOC-AWARD-02")
def test_a_completion_does_not_earn_an_award_of_the_past_once_more() -> None:
    past = issued(decide(FACTS)).archive(AT)
    facts = evolve(FACTS, awards=[past])
    assert rules(decide(facts)) == {"DOC-AWARD-02"}
    assert decide(facts, completion(at=AT - TICK))
    of_training = evolve(FACTS, awards=[issued(external()).archive(AT)])
    assert rules(external(of_training)) == {"DOC-AWARD-02"}
    assert external(of_training, date(2024, 6, 30))


def test_of_attempts_that_began_at_one_instant_the_number_says_which_is_the_last() -> None:
    first = evolve(standing("c1"), completed_at=BEGIN).archive(BEGIN)
    second = Enrolment("ada", COURSE, "c1", BEGIN, attempt=2)
    completed = evolve(second, status=EnrolmentStatus.COMPLETED, completed_at=AT)
    for attempts in ([first, second], [second, first]):
        decided = awarding.record(completion(), attempts, at=AT)
        assert [each.enrolment for each in effects(decided, Enrol)] == [completed]
    stands = evolve(second, status=EnrolmentStatus.COMPLETED, completed_at=AT)
    waits = evolve(first, completed_at=None, archived_at=AT)
    early = completion(at=BEGIN - TICK)
    for attempts in ([waits, stands], [stands, waits]):
        refused = decide(evolve(FACTS, enrolments=attempts), early)
        assert "DOC-CERT-12" in rules(refused)


@pytest.mark.rule("DOC-CERT-12")
def test_a_completion_that_was_recorded_before_earns_nothing_again() -> None:
    told = evolve(FACTS, completions=[completion()])
    assert rules(decide(told)) == {"DOC-CERT-12"}
    assert decide(told, completion(at=AT - TICK))


# By an external training


def external(facts: Facts = FACTS, day: date = date(2024, 7, 1), **fields: Any) -> Decision:
    training = ExternalTraining("ada", "x1", day, fields.pop("certification", "fa"))
    return awarding.decide_external(facts, training, at=AT, **{"zone": UTC, **fields})


@pytest.mark.rule("DOC-CERT-11", "DOC-ASSIGN-09", "DOC-ASSIGN-10", "INT-14b")
def test_an_external_training_issues_on_its_completion_date() -> None:
    award = issued(external(zone=ZoneInfo("Europe/Rome")))
    assert award.issued_at == datetime(2024, 6, 30, 22, tzinfo=UTC)
    assert award.source == Source(AssociationType.EXTERNAL_TRAINING, "x1")
    assert award.expires_at == datetime(2025, 6, 30, 22, tzinfo=UTC)


@pytest.mark.rule("DOC-ASSIGN-10")
def test_a_completion_date_may_lie_long_before_but_not_to_come() -> None:
    assert external(day=date(2020, 1, 1))
    assert rules(external(day=date(2024, 7, 2))) == {"DOC-CERT-12"}


@pytest.mark.rule("DOC-ASSIGN-10", "INT-10b")
@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Pacific/Apia", date(2011, 12, 29), datetime(2011, 12, 29, 10, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),  # skipped
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Europe/Rome", date.min, datetime(1, 1, 1, tzinfo=UTC)),  # there, before the calendar
    ],
)
def test_a_training_counts_on_a_day_that_is_not_there_in_the_zone(
    zone: str, day: date, begins: datetime
) -> None:
    assert issued(external(day=day, zone=zone)).issued_at == begins
    done = evolve(
        FACTS,
        certification=certification(assignment("x1", kind=ItemKind.EXTERNAL_TRAINING)),
        external=[ExternalTraining("ada", "x1", day)],
    )
    award = issued(awarding.predate(done, since=None, at=AT, zone=zone))
    assert award.source.completed_at == begins


@pytest.mark.rule("DOC-ASSIGN-09")
def test_it_earns_only_the_certification_that_was_chosen_for_it() -> None:
    assert rules(external(certification="other")) == {"DOC-ASSIGN-09"}
    assert rules(external(certification=None)) == {"DOC-ASSIGN-09"}


@pytest.mark.rule("DOC-ASSIGN-04", "DOC-ASSIGN-09", "INT-22")
def test_what_has_earned_one_certification_is_not_reported_for_another() -> None:
    known = evolve(FACTS, awards=[issued(external())])
    before = ExternalTraining("ada", "x1", AT.date(), "fa")
    for another in (
        evolve(before, certification_id="other"),
        evolve(before, certification_id=None),
    ):
        assert rules(awarding.record_external(another, before, known)) == {"INT-22"}
        assert awarding.record_external(another, before, known, policy=ALLBOUND)
        assert awarding.record_external(another, before, FACTS)  # it has earned nothing
    assert awarding.record_external(before, before, known)
    recorded = awarding.record_external(before, None, None)
    assert isinstance(recorded, Granted)
    assert recorded.effects == (RecordExternalTraining(before),)
    other = evolve(before, id="x2")
    assert awarding.record_external(other, evolve(other, certification_id=None), None)


NEEDED = Facts(
    ADA,
    certification(
        assignment("c1"),
        assignment("x1", kind=ItemKind.EXTERNAL_TRAINING),
        criteria=Criteria.ALL,
    ),
)
"""What needs a course and an external training, which is assigned to it."""


@pytest.mark.rule("INT-43")
def test_an_attached_external_training_counts_as_its_item_and_issues_only_as_the_last() -> None:
    assert rules(external(NEEDED)) == {"ALL-TRAIN-03"}
    course = completion("c1", datetime(2024, 3, 1, tzinfo=UTC))
    award = issued(external(evolve(NEEDED, completions=[course])))
    assert (award.issued_at, award.source.item_id) == (datetime(2024, 7, 1, tzinfo=UTC), "x1")
    reported = ExternalTraining("ada", "x1", date(2024, 6, 1))
    by_course = issued(decide(evolve(NEEDED, external=[reported])))
    assert by_course.source == Source(AssociationType.COURSE, "c1")
    late = evolve(NEEDED, external=[evolve(reported, completed_on=date(2024, 7, 1))])
    told = decide(late, course)
    assert issued(told).source == Source(AssociationType.EXTERNAL_TRAINING, "x1")
    assert [reason.rule.id for reason in told.reasons] == ["DOC-ASSIGN-10"]


@pytest.mark.rule("INT-43", "DOC-ASSIGN-07")
@pytest.mark.parametrize("chosen", ["fa", "other", None])
@pytest.mark.parametrize("criteria", Criteria)
@pytest.mark.parametrize("day", [date(2024, 7, 1), date(2024, 1, 1), date(2023, 12, 31)])
def test_an_attached_training_decides_as_its_completion_does_whatever_was_chosen(
    chosen: str | None, criteria: Criteria, day: date
) -> None:
    assert NEEDED.certification is not None
    facts = evolve(NEEDED, certification=evolve(NEEDED.certification, criteria=criteria))
    done = completion("x1", datetime(day.year, day.month, day.day, tzinfo=UTC), EXTERNAL)
    for completions in ([], [completion("c1", BEGIN + TICK)]):
        known = evolve(facts, completions=completions)
        assert external(known, day, certification=chosen) == decide(known, done)


@pytest.mark.rule("INT-43")
def test_an_external_training_counts_for_predated_issue() -> None:
    reported = ExternalTraining("ada", "x1", date(2024, 6, 1), "other")
    facts = evolve(NEEDED, completions=[completion("c1", BEGIN)], external=[reported])
    award = issued(predate(facts))
    assert award.source.completed_at == datetime(2024, 6, 1, tzinfo=UTC)


@pytest.mark.rule("ALL-PREDATE-01")
def test_completed_enrolments_count_for_predated_issue() -> None:
    archived = evolve(standing("c1"), completed_at=BEGIN).archive(AT)
    facts = Facts(ADA, certification(assignment(at=AT)), enrolments=[archived])
    assert issued(predate(facts)).source.completed_at == BEGIN
    assert rules(predate(evolve(facts, enrolments=[standing("c1")]))) == {"ALL-TRAIN-03"}


@pytest.mark.rule("DOC-ASSIGN-10")
def test_the_reason_of_an_external_training_is_its_own() -> None:
    assert [reason.rule.id for reason in external().reasons] == ["DOC-ASSIGN-10"]
    assert rules(external(evolve(FACTS, certification=None))) == {"DOC-DELETE-01"}
    assert [reason.rule.id for reason in decide().reasons] == ["INT-14b"]


# What is known


def evaluate(facts: Facts, *, at: datetime = AT, policy: Policy = DOCEBO) -> Decision:
    return awarding.evaluate(facts, at=at, zone=UTC, policy=policy)


@pytest.mark.rule("DOC-CERT-12", "DOC-ASSIGN-07")
def test_what_is_known_earns_its_award_once() -> None:
    known = evolve(FACTS, completions=[completion(at=BEGIN), completion(at=AT - TICK)])
    award = issued(evaluate(known))
    assert award == issued(decide(done=completion(at=AT - TICK)))
    held_now = evolve(known, awards=[award])
    assert rules(evaluate(held_now)) == {"DOC-RENEW-03"}
    archived = evolve(known, awards=[evolve(award, expires_at=AT).archive(AT)])
    assert rules(evaluate(archived)) == {"DOC-AWARD-02"}
    assert rules(evaluate(evolve(FACTS, completions=[completion(at=BEGIN)]))) == {"DOC-ASSIGN-07"}
    assert rules(evaluate(FACTS)) == {"ALL-TRAIN-03"}
    assert rules(evaluate(Facts(ADA, certification()))) == {"DOC-ASSIGN-03"}
    assert rules(evaluate(evolve(known, user=evolve(ADA, active=False)))) == {"DOC-CERT-13"}
    assert rules(evaluate(evolve(known, certification=None))) == {"DOC-DELETE-01"}


def test_what_is_known_of_enrolments_and_external_training_earns_too() -> None:
    enrolled = evolve(standing("c1"), completed_at=AT)
    assert issued(evaluate(evolve(FACTS, enrolments=[enrolled]))).issued_at == AT
    chosen = ExternalTraining("ada", "x1", date(2024, 5, 1), "fa")
    by_choice = issued(external(day=date(2024, 5, 1)))
    assert issued(evaluate(evolve(FACTS, external=[chosen]))) == by_choice
    holding = evolve(FACTS, external=[chosen], awards=[held()])
    assert rules(evaluate(holding)) == {"DOC-RENEW-03"}
    for other in (evolve(chosen, certification_id=None), evolve(chosen, completed_on=AT.date())):
        assert not evaluate(evolve(FACTS, external=[other]), at=AT - TICK)
    both = evolve(NEEDED, external=[evolve(chosen, certification_id=None)], enrolments=[enrolled])
    assert issued(evaluate(both)).source == Source(AssociationType.COURSE, "c1")


@pytest.mark.rule("INT-12b")
def test_what_lies_after_the_instant_of_asking_has_not_happened() -> None:
    later = completion("c2", AT + TICK)
    both = certification(assignment("c1"), assignment("c2"), criteria=Criteria.ALL)
    facts = Facts(ADA, both, completions=[later])
    assert rules(decide(facts, completion("c1", AT))) == {"ALL-TRAIN-03"}
    assert issued(decide(facts, completion("c1", AT), at=AT + TICK)).issued_at == AT + TICK
    known = facts.with_completion(completion("c1", AT))
    assert rules(evaluate(known)) == {"ALL-TRAIN-03"}
    assert issued(evaluate(known, at=AT + TICK)).issued_at == AT + TICK


@pytest.mark.rule("INT-35")
def test_what_is_known_earns_again_only_what_followed_the_expiry() -> None:
    expired = held(expires=AT - 9 * TICK)
    before, after = completion(at=AT - 10 * TICK), completion(at=AT - TICK)
    known = evolve(FACTS, awards=[expired], completions=[before, after])
    again = issued(evaluate(known, policy=REOPENING))
    assert (again.issued_at, again.cycle) == (AT - TICK, 2)
    assert rules(evaluate(known)) == {"DOC-RENEW-03"}
    before_only = evolve(known, completions=[before])
    assert rules(evaluate(before_only, policy=REOPENING)) == {"DOC-RENEW-03"}


@pytest.mark.rule("DOC-RENEW-03", "INT-12b")
def test_what_is_known_completes_the_renewal_that_is_open() -> None:
    begun = Renewal("ada", "fa", 1, 1, BEGIN + 5 * TICK, RenewalOption(COURSE, "c1"))
    renewing = evolve(FACTS, awards=[held()], renewals=[begun])
    assert rules(evaluate(renewing)) == {"INT-12b"}
    early = evolve(renewing, completions=[completion(at=BEGIN + TICK)])
    assert rules(evaluate(early)) == {"INT-12b"}
    late = evolve(early, completions=[*early.completions, completion(at=AT)])
    decided = evaluate(late)
    assert issued(decided).issued_at == AT
    assert decided == renewal.complete(early, completion(at=AT), at=AT, zone=UTC)


@pytest.mark.law
@given(strategies.facts(), strategies.completions(), st.data())
def test_recording_and_evaluating_is_deciding(
    facts: Facts, done: Completion, data: st.DataObject
) -> None:
    """What is not due is due once it is recorded, and then the same; and only once."""
    assigned = facts.certification.assignments if facts.certification else ()
    if assigned:
        item = data.draw(st.sampled_from(assigned))
        done = evolve(done, kind=item.kind, item_id=item.item_id)
    at = max(data.draw(strategies.moments()), done.completed_at)
    for policy in (DOCEBO, ALLBOUND, REOPENING):
        before = evaluate(facts, at=at, policy=policy)
        decided = (
            decide(facts, done, at=at, policy=policy)
            if facts.renewal is None
            else renewal.complete(facts, done, at=at, zone=UTC, policy=policy)
        )
        recorded = facts.with_completion(done)
        after = evaluate(recorded, at=at, policy=policy)
        if decided and not before:
            assert issued(after) == issued(decided)
        if before:
            assert after
        awards = [*issued_in_turn(recorded, at, policy)]
        assert len(awards) <= 1 or policy is REOPENING
        assert len({each.issued_at for each in awards}) == len(awards)


def issued_in_turn(facts: Facts, at: datetime, policy: Policy) -> Iterator[Award]:
    """What is issued until nothing is due: a further award for what followed each expiry."""
    while due := evaluate(facts, at=at, policy=policy):
        yield issued(due)
        facts = carried_out(facts, due)


def carried_out(facts: Facts, decided: Decision) -> Facts:
    """The facts once the award is issued, and with it the former one archived."""
    gone = [each.award for each in effects(decided, ArchiveAward)]
    closed = [each.renewal for each in effects(decided, CloseRenewal)]
    cycles = {award.cycle for award in gone}
    kept = [award for award in facts.awards if award.cycle not in cycles]
    open_ones = [each for each in facts.renewals if each.state is RenewalState.OPEN]
    still = [each for each in facts.renewals if not (closed and each in open_ones)]
    return evolve(facts, awards=[*kept, *gone, issued(decided)], renewals=[*still, *closed])


# By hand


@pytest.mark.rule("DOC-AWARD-01", "DOC-CERT-13", "INT-29")
def test_targets_are_expanded_to_distinct_active_users() -> None:
    ada = evolve(ADA, groups={"g1", "g2"}, branches={"b1"})
    bob = User("bob", "bob", active=False, branches={"b1"})
    cid, dan = User("cid", "cid", branches={"b1"}), User("dan", "dan")
    targets = Targets({"ada", "nobody"}, {"g1", "g2"}, {"b1"})
    found = awarding.expand(targets, [dan, cid, bob, ada, ada])
    assert found.users == (ada, cid)
    assert found.inactive == (bob,)
    assert found.unknown == ("nobody",)


@pytest.mark.rule("DOC-AWARD-08", "DOC-CSV-21", "DOC-JOB-01", "DOC-JOB-02", "INT-29")
def test_more_than_a_hundred_users_and_every_import_are_a_job() -> None:
    assert [awarding.runs_as_job(n) for n in (0, 100, 101)] == [False, False, True]
    assert awarding.runs_as_job(1, imported=True)


ALWAYS = ExpiryBasis.ALWAYS_VALID
CREDLY = ExternalLink("Credly", "https://example.org/1")


def by_hand(facts: Facts = FACTS, policy: Policy = DOCEBO, **fields: Any) -> Decision:
    chosen = manual(**{"basis": ALWAYS, **fields})
    return awarding.by_hand(facts, chosen, at=AT, policy=policy)


@pytest.mark.rule("DOC-CERT-11", "DOC-AWARD-02", "DOC-EXP-03", "DOC-EXP-04")
def test_an_award_by_hand_has_the_dates_that_were_chosen() -> None:
    assert issued(by_hand()) == held(basis=ALWAYS)
    dated: dict[str, Any] = {"expires": BEGIN + TICK, "basis": ExpiryBasis.DATE}
    assert issued(by_hand(**dated)) == held(**dated)
    assert rules(by_hand(basis=ExpiryBasis.DEFINITION)) == {"DOC-AWARD-02"}
    assert rules(by_hand(**{**dated, "expires": BEGIN - TICK})) == {"INT-08"}
    assert rules(by_hand(**{**dated, "expires": BEGIN})) == {"INT-08"}


def test_what_is_chosen_serves_for_every_user() -> None:
    bob = Facts(User("bob", "bob"), evolve(certification(), id="other"))
    award = issued(awarding.by_hand(bob, manual(basis=ALWAYS), at=AT))
    assert (award.user_id, award.certification_id) == ("bob", "other")


@pytest.mark.rule("DOC-AWARD-09")
def test_who_holds_a_valid_award_is_given_none_by_hand_and_an_expired_one_is_archived() -> None:
    valid, expired = held(expires=AT + TICK), held(expires=AT)
    assert rules(by_hand(evolve(FACTS, awards=[valid]))) == {"DOC-AWARD-09"}
    decided = by_hand(evolve(FACTS, awards=[expired]))
    assert effects(decided, ArchiveAward) == [ArchiveAward(expired.archive(AT))]
    assert effects(decided, CancelNotices) == [CancelNotices(AwardKey("ada", "fa", 1))]
    assert issued(decided).cycle == 2


@pytest.mark.rule("DOC-AWARD-02")
def test_nobody_has_the_very_same_award_twice() -> None:
    dated: dict[str, Any] = {"expires": AT - TICK, "basis": ExpiryBasis.DATE}
    for before in (held(**dated), held(archived_at=AT, **dated)):
        assert rules(by_hand(evolve(FACTS, awards=[before]), **dated)) == {"DOC-AWARD-02"}
    other = held(BEGIN + TICK, cycle=2, **dated)
    assert by_hand(evolve(FACTS, awards=[other]), **dated)
    same = edit(other, held(cycle=2, **dated), held(archived_at=AT, **dated))
    assert rules(same) == {"DOC-AWARD-02"}
    assert edit(other, other, held(archived_at=AT, **dated))


@pytest.mark.rule("DOC-DELETE-01")
def test_an_award_of_what_was_deleted_is_not_edited() -> None:
    award = held(basis=ALWAYS)
    assert rules(edit(award, award, deleted=True)) == {"DOC-DELETE-01"}


def test_targets_are_several_ids() -> None:
    with pytest.raises(InvalidValueError, match="'12'"):
        Targets(users="12")


@pytest.mark.rule(
    "DOC-AWARD-03",
    "DOC-AWARD-04",
    "DOC-AWARD-05",
    "DOC-AWARD-06",
    "DOC-AWARD-07",
    "DOC-AWARD-12",
    "INT-28",
    "INT-28b",
)
@pytest.mark.parametrize(
    ("source", "policy", "expected"),
    [
        (Source(), DOCEBO, set()),
        (Source(AssociationType.COURSE, "c1"), DOCEBO, set()),
        (Source(AssociationType.LEARNING_PLAN, "p1"), DOCEBO, set()),
        (Source(AssociationType.COURSE), DOCEBO, set()),
        (Source(AssociationType.LEARNING_PLAN), DOCEBO, set()),
        (Source(AssociationType.LEARNING_TRACK), DOCEBO, set()),
        (Source(AssociationType.EXTERNAL_TRAINING, "x1"), DOCEBO, set()),
        (Source(AssociationType.EXTERNAL_TRAINING), DOCEBO, {"DOC-AWARD-04"}),
        (Source(AssociationType.MANUAL, "c1"), DOCEBO, {"DOC-AWARD-04"}),
        (Source(links=(CREDLY,)), GATED, {"DOC-AWARD-06"}),
        (Source(AssociationType.EXTERNAL_CERTIFICATION, links=(CREDLY,)), GATED, set()),
        (Source(AssociationType.EXTERNAL_CERTIFICATION, links=(CREDLY, CREDLY)), GATED, set()),
        (
            Source(AssociationType.EXTERNAL_CERTIFICATION, links=(CREDLY,)),
            DOCEBO,
            {"DOC-AWARD-05"},
        ),
        (Source(AssociationType.EXTERNAL_CERTIFICATION), GATED, {"DOC-AWARD-06"}),
        (
            Source(AssociationType.EXTERNAL_CERTIFICATION),
            DOCEBO,
            {"DOC-AWARD-05", "DOC-AWARD-06"},
        ),
    ],
)
def test_the_association_of_an_award_made_or_edited(
    source: Source, policy: Policy, expected: set[str]
) -> None:
    made = by_hand(policy=policy, source=source)
    edited = edit(held(basis=ALWAYS), held(basis=ALWAYS, source=source), policy=policy)
    for decided in (made, edited):
        assert bool(decided) is not bool(expected)
        assert decided or rules(decided) == expected


@pytest.mark.rule("DOC-AWARD-09")
def test_dates_and_association_of_an_award_are_edited_in_place() -> None:
    before = held(BEGIN, AT, cycle=4, version=7)
    source = Source(AssociationType.COURSE, "c1")
    after = evolve(before, issued_at=AT, expires_at=None, basis=ALWAYS, source=source)
    expected = held(AT, None, basis=ALWAYS, source=after.source, cycle=4, version=8)
    assert effects(edit(before, after), object) == [
        ReplaceAward(expected),
        CancelOutdatedNotices(expected),
        RevokeOutdatedBadge(expected),
        Notify(Event(EventKind.CHANGED, *expected.key, AT)),
    ]


@pytest.mark.rule("DOC-AWARD-09")
def test_history_is_not_edited() -> None:
    archived = held(basis=ALWAYS, archived_at=AT)
    assert rules(edit(archived, held(basis=ALWAYS))) == {"DOC-AWARD-09"}


@pytest.mark.rule("DOC-AWARD-09")
def test_an_edit_of_nothing_changes_nothing() -> None:
    before = held(basis=ALWAYS, version=3)
    same = edit(before, before)
    assert same == Granted((), same.reasons)
    assert [reason.text for reason in same.reasons] == ["nothing changes"]


@pytest.mark.parametrize(
    "fields",
    [
        {"user_id": "bob"},
        {"certification_id": "x"},
        {"cycle": 2},
        {"anchor_day": 31},
        {"archived_at": AT},
    ],
)
def test_what_is_no_edit_is_a_mistake_of_the_caller(fields: dict[str, Any]) -> None:
    before = held(basis=ALWAYS)
    ((name, wrong),) = fields.items()
    with pytest.raises(InvalidValueError, match="which is not edited") as caught:
        edit(before, evolve(before, **fields))
    assert (caught.value.name, caught.value.value) == (name, wrong)


@pytest.mark.rule("DOC-AWARD-04")
def test_a_refusal_says_whether_an_item_is_missing_or_too_many() -> None:
    missing = by_hand(source=Source(AssociationType.EXTERNAL_TRAINING))
    assert "needs the id of its item" in missing.reasons[0].text
    assert "has no item" in by_hand(source=Source(item_id="c1")).reasons[0].text


# Predated


TRACKS = Facts(
    ADA,
    certification(assignment("t1", AT, kind=TRACK), assignment("t2", AT, kind=TRACK)),
    completions=[completion("t1", BEGIN, TRACK), completion("t2", BEGIN + TICK, TRACK)],
)


def predate(facts: Facts = TRACKS, policy: Policy = ALLBOUND, **fields: Any) -> Decision:
    return awarding.predate(facts, zone=UTC, policy=policy, **{"since": None, "at": AT, **fields})


@pytest.mark.rule("DOC-RENEW-03", "INT-19c")
def test_whoever_holds_an_award_is_told_what_would_renew_it() -> None:
    option = RenewalOption(COURSE, "c1")
    expired = evolve(FACTS, awards=[held(expires=BEGIN + timedelta(days=1))])
    begun = evolve(expired, renewals=[Renewal("ada", "fa", 1, 1, BEGIN, option)])
    again = "and completing an item does not renew it"
    cases = [
        (evolve(FACTS, awards=[held()]), DOCEBO, f"the user holds the certification, {again}"),
        (
            expired,
            DOCEBO,
            f"the award expired on 2024-01-02 00:00 UTC, {again}: start its renewal",
        ),
        (expired, ALLBOUND, f"the award expired on 2024-01-02 00:00 UTC, {again}"),
        (begun, DOCEBO, "a renewal was started already: complete course c1, or cancel it"),
    ]
    for known, policy, text in cases:
        assert [reason.text for reason in decide(known, policy=policy).reasons] == [text]


@pytest.mark.rule("ALL-PREDATE-01", "INT-31b")
def test_what_can_be_issued_predated_at_all() -> None:
    assert awarding.predatable(certification(assignment()))
    idle = certification(status=CertificationStatus.INACTIVE)
    assert rules(awarding.predatable(idle)) == {"INT-31b", "ALL-PREDATE-01"}


@pytest.mark.rule("DOC-AWARD-02")
def test_no_predated_award_has_the_dates_of_an_archived_one() -> None:
    past = evolve(issued(predate()), source=Source()).archive(AT)
    facts = evolve(TRACKS, awards=[past])
    assert rules(predate(facts)) == {"DOC-AWARD-02"}
    assert predate(facts, at=AT + TICK)


@pytest.mark.rule("ALL-PREDATE-01", "ALL-PREDATE-04", "ALL-PREDATE-06", "ALL-PREDATE-08", "INT-37")
@pytest.mark.parametrize(
    ("predated", "issued_at"), [(PredatedIssue.TODAY, AT), (PredatedIssue.COMPLETION, BEGIN + TICK)]
)
def test_training_completed_before_it_was_assigned(
    predated: PredatedIssue, issued_at: datetime
) -> None:
    award = issued(predate(policy=evolve(ALLBOUND, predated_issue=predated)))
    source = Source(AssociationType.LEARNING_TRACK, "t2", completed_at=BEGIN + TICK)
    assert award.expires_at is not None
    assert (award.issued_at, award.source) == (issued_at, source)
    assert award.expires_at.year == 2025


@pytest.mark.rule("ALL-PREDATE-05", "INT-37b")
def test_the_last_completion_must_not_be_before_the_chosen_day() -> None:
    assert predate(since=BEGIN + TICK)
    assert rules(predate(since=BEGIN + 2 * TICK)) == {"INT-37b"}


@pytest.mark.rule("INT-37b")
def test_holders_of_a_valid_award_are_skipped() -> None:
    assert rules(predate(evolve(TRACKS, awards=[held()]))) == {"INT-37b"}
    expired = held(expires=AT)
    decided = predate(evolve(TRACKS, awards=[expired]))
    assert issued(decided).cycle == 2
    assert effects(decided, ArchiveAward) == [ArchiveAward(expired.archive(AT))]


@pytest.mark.rule("INT-37")
@pytest.mark.parametrize(
    ("award", "earns"),
    [
        (held(BEGIN + TICK, AT, source=Source(AssociationType.LEARNING_TRACK, "t2")), False),
        (held(BEGIN, AT, source=Source(AssociationType.LEARNING_TRACK, "t2")), True),
        (
            held(
                BEGIN + 9 * TICK,
                AT,
                source=Source(AssociationType.LEARNING_TRACK, "t2", completed_at=BEGIN),
            ),
            True,
        ),
        (held(BEGIN + TICK, AT, source=Source(AssociationType.COURSE, "t2")), True),
        (held(BEGIN + TICK, AT), True),
    ],
    ids=["earned it", "earlier", "earned by an earlier one", "another item", "by hand"],
)
def test_what_has_earned_an_award_earns_no_other(award: Award, *, earns: bool) -> None:
    for known in (award, award.archive(AT)):
        decided = predate(evolve(TRACKS, awards=[known]))
        assert decided if earns else rules(decided) == {"INT-37"}


@pytest.mark.rule("ALL-TRAIN-03")
def test_all_training_must_be_complete_by_now() -> None:
    assert rules(predate(evolve(TRACKS, completions=TRACKS.completions[:1]))) == {"ALL-TRAIN-03"}
    assert rules(predate(at=BEGIN)) == {"ALL-TRAIN-03"}
    assert rules(predate(evolve(TRACKS, completions=()), since=AT)) == {"ALL-TRAIN-03"}
    assert rules(predate(Facts(ADA, certification()))) == {"ALL-PREDATE-01"}


# Whatever the facts


def test_reasons_are_in_the_order_of_the_items_however_these_are_listed() -> None:
    items = [assignment("b"), assignment("a"), assignment("c")]
    for listed in (items, items[::-1]):
        facts = Facts(ADA, certification(*listed, criteria=Criteria.ALL))
        lacking = decide(facts, completion("b")).reasons
        assert [reason.text for reason in lacking] == [
            "course a is not completed",
            "course c is not completed",
        ]


@pytest.mark.rule("DOC-TZ-01")
def test_a_naive_instant_is_a_mistake_of_the_caller() -> None:
    naive = AT.replace(tzinfo=None)
    for ask in (
        lambda: decide(at=naive),
        lambda: completion(at=naive),
        lambda: predate(at=naive),
        lambda: predate(since=naive),
        lambda: by_hand(issued=naive),
    ):
        with pytest.raises(NaiveDatetimeError):
            ask()


def test_a_completion_of_somebody_else_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(InvalidValueError, match="facts of 'ada' only"):
        decide(done=evolve(completion(), user_id="bob"))
    with pytest.raises(InvalidValueError, match="facts of 'bob' only"):
        external(Facts(User("bob", "bob"), certification()))


@pytest.mark.law
@given(strategies.facts(), strategies.completions(), st.data())
def test_awarding_answers_whatever_the_facts(
    facts: Facts, done: Completion, data: st.DataObject
) -> None:
    at, random = data.draw(strategies.moments()), data.draw(st.randoms())
    assigned = facts.certification.assignments if facts.certification else ()
    if assigned:
        item = data.draw(st.sampled_from(assigned))
        done = evolve(done, kind=item.kind, item_id=item.item_id)
    lists: dict[str, Any] = {
        name: random.sample(list(getattr(facts, name)), len(getattr(facts, name)))
        for name in FACT_LISTS
    }
    known = facts.certification
    if known is not None:
        mixed = random.sample(known.assignments, len(known.assignments))
        lists["certification"] = evolve(known, assignments=tuple(mixed))
    shuffled = evolve(facts, **lists)
    for policy in (DOCEBO, ALLBOUND, REOPENING):
        decided = decide(facts, done, at=at, policy=policy)
        assert decided or decided.reasons
        assert decide(shuffled, done, at=at, policy=policy) == decided
        predated = predate(facts, policy=policy, at=at)
        assert predated or predated.reasons
        assert predate(shuffled, policy=policy, at=at) == predated
        assert evaluate(shuffled, policy=policy, at=at) == evaluate(facts, policy=policy, at=at)
        for training in facts.external:
            one, other = (
                awarding.decide_external(each, training, at=at, zone=UTC, policy=policy)
                for each in (facts, shuffled)
            )
            assert one == other
        if policy is REOPENING:
            opened = reopen(facts, at=at)
            assert reopen(shuffled, at=at) == opened
            if predated and facts.held and facts.held.expires_at:
                earned = issued(predated).source.completed_at
                assert earned
                assert earned >= facts.held.expires_at
        taken = [facts.attempts(*done.ref), shuffled.attempts(*done.ref)]
        first, second = (awarding.record(done, each, facts.completions, at=at) for each in taken)
        assert first == second
        if decided:
            assert done.completed_at <= issued(decided).issued_at
