"""Does certrules answer as the table of renewals says? See tests/vectors/renewal.md."""

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby, product
from operator import itemgetter
from pathlib import Path

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
    instants,
)
from certrules.rules import renewal

Row = Mapping[str, str]

TABLE = Path(__file__).parent.parent / "vectors" / "renewal.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))

ASSIGNED = datetime(2023, 1, 1, tzinfo=UTC)
COMPLETED = datetime(2024, 1, 15, tzinfo=UTC)
ARCHIVED = datetime(2024, 6, 1, tzinfo=UTC)
KINDS = {"A": ItemKind.COURSE, "B": ItemKind.COURSE, "P": ItemKind.LEARNING_PLAN}
STATUSES = {"overbooking": EnrolmentStatus.OVERBOOKED}
SOURCES = {
    "course": Source(AssociationType.COURSE, "A"),
    "plan": Source(AssociationType.LEARNING_PLAN, "P"),
    "manual": Source(AssociationType.MANUAL),
    "external": Source(AssociationType.EXTERNAL_TRAINING, "T"),
}
BLOCKS = [(block, list(rows)) for block, rows in groupby(ROWS, lambda row: row["case"][:-6])]


GIVEN = [name for name in ROWS[0] if name not in ("case", "at", "outcome", "reasons", "options")]
B = ("assigned", "status_b", "window_b")
FACTORS: dict[str, list[tuple[str, ...]]] = {
    "gate": [
        ("user",),
        ("certification",),
        ("retake",),
        ("open_renewal",),
        ("award", "source", "assigned", "reach_a", "status_a", "window_a", "window_p"),
    ],
    "window": [
        ("window_a",),
        ("reach_a", "window_p", "window_q"),
        B,
        ("retake",),
        ("status_a",),
        ("source",),
    ],
    "status": [("status_a",), ("window_a",), ("reach_a", "window_p"), B, ("retake",), ("source",)],
    "plan": [B, ("status_a",), ("window_a",), ("window_p",), ("retake",), ("source",)],
    "unassigned": [("source",), ("retake",), ("user",), ("certification",), ("open_renewal",)],
    "other": [("status_b",), ("window_b",), ("retake",), ("source",)],
    "start": [
        ("reach_a", "window_p", "window_q", "started_from"),
        ("window_a",),
        ("retake",),
        ("status_a",),
        ("source",),
    ],
}
"""What each block is the full product of: columns that depend on each other stand together."""


def test_the_table_is_the_full_product_of_what_decides_and_says_nothing_twice() -> None:
    known = Counter(tuple(row[name] for name in GIVEN) for row in ROWS)
    assert set(known.values()) == {1}
    windows = {name for name in GIVEN if name.startswith("window_")}
    for row in ROWS:  # the instant follows from the rest
        ends = "last" in {row[name] for name in windows}
        assert row["at"] == ("2025-06-30T23:59:59Z" if ends else "2025-07-01T00:00:00Z")
    assert [block for block, _ in BLOCKS] == list(FACTORS)
    for block, rows in BLOCKS:
        factors = FACTORS[block]
        varying = {name for factor in factors for name in factor}
        same = {name: {row[name] for row in rows} for name in GIVEN if name not in varying}
        assert all(len(values) == 1 for values in same.values()), same
        drawn = [{tuple(row[name] for name in factor) for row in rows} for factor in factors]
        for combination in product(*drawn):
            row = dict(rows[0])
            for factor, values in zip(factors, combination, strict=True):
                row.update(zip(factor, values, strict=True))
            assert tuple(row[name] for name in GIVEN) in known, row


@pytest.mark.parametrize(("block", "rows"), BLOCKS, ids=map(itemgetter(0), BLOCKS))
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
def test_every_row_of_the_table(block: str, rows: list[Row]) -> None:
    wrong = {row["case"]: answer for row in rows if (answer := disagreement(row))}
    assert not wrong, f"{len(wrong)} of {len(rows)} in {block}"


def disagreement(row: Row) -> str | None:
    at = instants.parse(row["at"])
    plan = None if row["started_from"] == "-" else row["started_from"]
    decided = renewal.decide(facts(row, at), at=at, plan_id=plan)
    outcome = "granted" if decided else "refused"
    options = sorted(map(name, decided.effects)) if decided else []
    reasons = {str(reason.rule) for reason in decided.reasons}
    expected = {*filter(None, row["reasons"].split(";"))}
    agrees = (
        outcome == row["outcome"]
        and options == [*filter(None, row["options"].split(";"))]
        and (reasons >= expected if decided else reasons == expected)
    )
    return None if agrees else f"{outcome} {sorted(reasons)} {options}"


def name(option: RenewalOption) -> str:
    return f"{option.item_id}@{option.plan_id}" if option.plan_id else option.item_id


def facts(row: Row, at: datetime) -> Facts:
    return Facts(
        User("u", "u", active=row["user"] == "active"),
        certification(row),
        awards=awards(row, at),
        enrolments=(*attempts("A", row), *attempts("B", row), *plan_enrolments(row)),
        courses=(Course("A", window=window(row["window_a"], at)), *course_b(row, at)),
        plans=tuple(
            LearningPlan(plan, ("A",), window(row[f"window_{plan.lower()}"], at)) for plan in "PQ"
        ),
        renewals=renewals(row, at),
    )


def certification(row: Row) -> Certification | None:
    if row["certification"] == "gone":
        return None
    items = [] if row["assigned"] == "none" else row["assigned"].split("+")
    return Certification(
        "C",
        "C",
        validity=Validity(1, Unit.YEARS),
        retake=row["retake"] == "on",
        status=CertificationStatus(row["certification"]),
        assignments=tuple(Assignment(KINDS[item], item, ASSIGNED) for item in items),
    )


def awards(row: Row, at: datetime) -> tuple[Award, ...]:
    if row["award"] == "none":
        return ()
    source = SOURCES[row["source"]]
    if row["award"] == "never_expiring":
        return (Award("u", "C", COMPLETED, None, ExpiryBasis.ALWAYS_VALID, source),)
    seconds = {"valid": 1, "at_expiry": 0, "expired": -1, "archived_only": 1}[row["award"]]
    archived = ARCHIVED if row["award"] == "archived_only" else None
    expires = at + timedelta(seconds=seconds)
    return (Award("u", "C", COMPLETED, expires, source=source, archived_at=archived),)


def renewals(row: Row, at: datetime) -> tuple[Renewal, ...]:
    if row["open_renewal"] == "no":
        return ()
    return (Renewal("u", "C", 1, 1, at, RenewalOption(ItemKind.COURSE, "A")),)


def attempts(item_id: str, row: Row) -> tuple[Enrolment, ...]:
    status = row[f"status_{item_id.lower()}"]
    direct = "direct" in row["reach_a"]
    past = enrolment(item_id, EnrolmentStatus.COMPLETED, direct=direct).archive(ARCHIVED)
    match status:
        case "none" | "-":
            return ()
        case "archived":
            return (past,)
        case "re_enrolled":
            again = enrolment(item_id, EnrolmentStatus.ENROLLED, direct=direct, attempt=2)
            return past, again
        case _:
            known = STATUSES.get(status) or EnrolmentStatus(status)
            return (enrolment(item_id, known, direct=direct),)


def enrolment(
    item_id: str, status: EnrolmentStatus, *, direct: bool = False, attempt: int = 1
) -> Enrolment:
    completed = COMPLETED if status is EnrolmentStatus.COMPLETED else None
    return Enrolment(
        "u",
        KINDS.get(item_id, ItemKind.LEARNING_PLAN),
        item_id,
        ASSIGNED,
        status,
        completed_at=completed,
        attempt=attempt,
        direct=direct,
    )


def plan_enrolments(row: Row) -> tuple[Enrolment, ...]:
    plans = [way for way in row["reach_a"].split("+") if way in ("P", "Q")]
    completed = row["status_a"] == "completed"
    status = EnrolmentStatus.COMPLETED if completed else EnrolmentStatus.IN_PROGRESS
    return tuple(enrolment(plan, status) for plan in plans)


def course_b(row: Row, at: datetime) -> tuple[Course, ...]:
    return () if row["window_b"] == "-" else (Course("B", window=window(row["window_b"], at)),)


def window(word: str, at: datetime) -> Window:
    days = {"none": None, "-": None, "open": 30, "last": 0, "over": -1}[word]
    return Window() if days is None else Window(at.date() + timedelta(days=days))
