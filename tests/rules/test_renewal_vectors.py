"""Does certrules answer as the table of renewals says? See tests/vectors/renewal.md."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from certrules import (
    Assignment,
    AssociationType,
    Award,
    Certification,
    CertificationStatus,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExpiryBasis,
    Facts,
    ItemKind,
    LearningPlan,
    Renewal,
    RenewalOption,
    Source,
    Unit,
    User,
    Validity,
    Window,
)
from certrules.rules import renewal
from tests.oracles import renewal as oracle
from tests.oracles.blocks import Row, listed, read
from tests.oracles.renewal import Answer, Case

TABLE = read("renewal.csv")
ASSIGNED = datetime(2023, 1, 1, tzinfo=UTC)
COMPLETED = datetime(2024, 1, 15, tzinfo=UTC)
ARCHIVED = datetime(2024, 6, 1, tzinfo=UTC)
NIGHT = datetime(2025, 7, 1, tzinfo=UTC)
USERS = {word: User("u", "u", active=word == "active") for word in ("active", "inactive")}
OPTION = RenewalOption(ItemKind.COURSE, "A")
KINDS = dict.fromkeys("AB", ItemKind.COURSE) | dict.fromkeys("PQ", ItemKind.LEARNING_PLAN)
STATUSES = {"overbooking": EnrolmentStatus.OVERBOOKED}
SOURCES = {
    "course": Source(AssociationType.COURSE, "A"),
    "plan": Source(AssociationType.LEARNING_PLAN, "P"),
    "manual": Source(AssociationType.MANUAL),
    "external": Source(AssociationType.EXTERNAL_TRAINING, "T"),
}


@pytest.mark.rule(
    "DOC-DELETE-01",
    "DOC-RENEW-01",
    "DOC-RENEW-02",
    "DOC-RENEW-05",
    "DOC-RENEW-07",
    "DOC-RENEW-08",
    "DOC-RENEW-14",
    "DOC-RENEW-15",
    "DOC-RENEW-16",
    "INT-12b",
    "INT-13",
    "INT-13b",
    "INT-19",
    "INT-19b",
    "INT-24",
    "INT-31b",
    "X-ARCH-1",
    "X-VALID-2",
)
def test_every_row_of_the_table() -> None:
    rows = [(str(row), Case(**row.given), expectation(row)) for row in TABLE]
    assert {name: oracle.answer(case) for name, case, _ in rows} == {
        name: expected for name, _, expected in rows
    }
    decided = [(name, decide(case), expected) for name, case, expected in rows]
    assert [each for each in decided if not agrees(*each[1:])] == []


@pytest.mark.parametrize("block", oracle.BLOCKS)
def test_the_oracle_over_the_full_product(block: str) -> None:
    wrong = {
        case: decided
        for case in oracle.cases(block)
        if not agrees(decided := decide(case), oracle.answer(case))
    }
    assert not wrong


def test_the_full_product_stays_as_large_as_it_was() -> None:
    assert len({case for block in oracle.BLOCKS for case in oracle.cases(block)}) == 15_756


def expectation(row: Row) -> Answer:
    return Answer(
        row.expected["outcome"], listed(row.expected["reasons"]), listed(row.expected["options"])
    )


def decide(case: Case) -> Answer:
    at = instant(case)
    plan = None if case.started_from == "-" else case.started_from
    decided = renewal.decide(facts(case, at), at=at, plan_id=plan)
    reasons = frozenset(str(reason.rule) for reason in decided.reasons)
    if not decided:
        return Answer("refused", reasons)
    return Answer("granted", reasons, frozenset(map(name, decided.options)))


def agrees(decided: Answer, expected: Answer) -> bool:
    """A refusal gives all reasons and no others; what is granted may say more."""
    if decided.outcome == "granted":
        decided = decided._replace(reasons=decided.reasons & expected.reasons)
    return decided == expected


def name(option: RenewalOption) -> str:
    return f"{option.item_id}@{option.plan_id}" if option.plan_id else option.item_id


def instant(case: Case) -> datetime:
    """A window that ends today ends with the last second of today."""
    last = "last" in case.windows.values()
    return NIGHT - timedelta(seconds=1) if last else NIGHT


def facts(case: Case, at: datetime) -> Facts:
    return Facts(
        USERS[case.user],
        certification(case.certification, case.assigned, case.retake),
        awards=awards(case.award, case.source, at),
        enrolments=(
            *attempts("A", case.status_a, case.reach_a),
            *attempts("B", case.status_b, case.reach_a),
            *plan_enrolments(case.reach_a, case.status_a, case.place_p),
        ),
        courses=(course("A", case.window_a, at), course("B", case.window_b, at)),
        plans=(plan("P", case.window_p, at), plan("Q", case.window_q, at)),
        renewals=(Renewal("u", "C", 1, 1, at, OPTION),) if case.open_renewal == "yes" else (),
    )


@cache
def certification(status: str, assigned: str, retake: str) -> Certification | None:
    if status == "gone":
        return None
    items = [] if assigned == "none" else assigned.split("+")
    return Certification(
        "C",
        "C",
        validity=Validity(1, Unit.YEARS),
        retake=retake == "on",
        status=CertificationStatus(status),
        assignments=tuple(Assignment(KINDS[item], item, ASSIGNED) for item in items),
    )


@cache
def awards(word: str, earned_by: str, at: datetime) -> tuple[Award, ...]:
    if word == "none":
        return ()
    source = SOURCES[earned_by]
    if word == "never_expiring":
        return (Award("u", "C", COMPLETED, None, ExpiryBasis.ALWAYS_VALID, source),)
    seconds = {"valid": 1, "at_expiry": 0, "expired": -1, "archived_only": 1}[word]
    archived = ARCHIVED if word == "archived_only" else None
    expires = at + timedelta(seconds=seconds)
    return (Award("u", "C", COMPLETED, expires, source=source, archived_at=archived),)


@cache
def attempts(item_id: str, status: str, reached: str) -> tuple[Enrolment, ...]:
    direct = "direct" in reached
    past = enrolment(item_id, EnrolmentStatus.COMPLETED, direct=direct).archive(ARCHIVED)
    match status:
        case "none":
            return ()
        case "archived":
            return (past,)
        case "re_enrolled":
            again = enrolment(item_id, EnrolmentStatus.ENROLLED, direct=direct, attempt=2)
            return past, again
        case _:
            known = STATUSES.get(status) or EnrolmentStatus(status)
            return (enrolment(item_id, known, direct=direct),)


@cache
def plan_enrolments(reached: str, status: str, place: str) -> tuple[Enrolment, ...]:
    usual = "completed" if status == "completed" else "in_progress"
    places = {"P": usual if place == "sure" else place, "Q": usual}
    return tuple(
        enrolment(plan, STATUSES.get(places[plan]) or EnrolmentStatus(places[plan]))
        for plan in reached.split("+")
        if plan in places
    )


def enrolment(
    item_id: str, status: EnrolmentStatus, *, direct: bool = False, attempt: int = 1
) -> Enrolment:
    completed = COMPLETED if status is EnrolmentStatus.COMPLETED else None
    return Enrolment(
        "u",
        KINDS[item_id],
        item_id,
        ASSIGNED,
        status,
        completed_at=completed,
        attempt=attempt,
        direct=direct,
    )


@cache
def course(course_id: str, word: str, at: datetime) -> Course:
    return Course(course_id, window=window(word, at))


@cache
def plan(plan_id: str, word: str, at: datetime) -> LearningPlan:
    return LearningPlan(plan_id, ("A",), window(word, at))


def window(word: str, at: datetime) -> Window:
    days = {"none": None, "open": 30, "last": 0, "over": -1}[word]
    return Window() if days is None else Window(at.date() + timedelta(days=days))
