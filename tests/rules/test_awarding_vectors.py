"""Does certrules award as the table of completions says? See tests/vectors/awarding.md."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest
from attrs import evolve

from certrules import (
    DOCEBO,
    Assignment,
    Award,
    Certification,
    CertificationStatus,
    Completion,
    Course,
    ExpiryBasis,
    ExternalTraining,
    Facts,
    Granted,
    ItemKind,
    Refused,
    Renewal,
    RenewalOption,
    Unit,
    User,
    Validity,
    instants,
)
from certrules.model.catalog import Criteria
from certrules.model.effects import ArchiveAward, CloseRenewal, IssueAward
from certrules.rules import awarding, renewal

Row = Mapping[str, str]

TABLE = Path(__file__).parent.parent / "vectors" / "awarding.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
BLOCKS = [(block, list(rows)) for block, rows in groupby(ROWS, lambda row: row["case"][:-6])]

ISSUED = datetime(2024, 1, 1, tzinfo=UTC)
ASSIGNED = {item: datetime(2025, 3, 1, 12 - n, tzinfo=UTC) for n, item in enumerate("xyz")}
GROUPS = {"x": "either", "y": "either", "z": "this"}
VISIBLE_TO = {"unrestricted": [], "inside": ["mine", "other"], "outside": ["other"]}
AT = datetime(2025, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(("block", "rows"), BLOCKS, ids=map(itemgetter(0), BLOCKS))
@pytest.mark.rule(
    "DOC-CERT-13",
    "DOC-ASSIGN-03",
    "DOC-ASSIGN-07",
    "DOC-DELETE-01",
    "DOC-RENEW-03",
    "ALL-TRAIN-03",
    "ALL-TRAIN-06",
    "ALL-VIS-01",
    "ALL-VIS-02",
    "ALL-VIS-03",
    "INT-14",
    "INT-14b",
    "INT-21",
    "INT-31b",
    "INT-32",
    "INT-35",
)
def test_every_row_of_the_table(block: str, rows: list[Row]) -> None:
    wrong = {row["case"]: answer for row in rows if (answer := disagreement(row))}
    assert not wrong, f"{len(wrong)} of {len(rows)} in {block}"


def disagreement(row: Row) -> str | None:
    decided = decide(row)
    outcome, issued_at = outcome_of(decided)
    reasons = {str(reason.rule) for reason in decided.reasons}
    expected = {*filter(None, row["reasons"].split(";"))}
    archived = any(isinstance(each, ArchiveAward) for each in decided.effects) if decided else None
    replacing = row["held"] not in ("none", "archived_only") if decided else None
    agrees = (outcome, issued_at, archived) == (row["outcome"], issue_of(row), replacing) and (
        reasons >= expected if decided else reasons == expected
    )
    return None if agrees else f"{outcome} {sorted(reasons)} {issued_at}"


def issue_of(row: Row) -> str:
    """The issue that a row expects; an external training has a date, and no time of day."""
    issued_at = row["issued_at"]
    external = row["event"] == "external"
    return f"{issued_at[:10]}T00:00:00Z" if external and issued_at else issued_at


def outcome_of(decided: Granted | Refused) -> tuple[str, str]:
    if not decided:
        return "refused", ""
    (award,) = [each.award for each in decided.effects if isinstance(each, IssueAward)]
    renewed = any(isinstance(each, CloseRenewal) for each in decided.effects)
    return "renew" if renewed else "issue", award.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def decide(row: Row) -> Granted | Refused:
    policy = evolve(DOCEBO, reenable_training_on_expiry=row["reopen"] == "yes")
    if row["event"] == "external":
        day = completed("x", row).date()
        policy = evolve(policy, issue_date=instants.IssueDateConvention.UTC_MIDNIGHT)
        return awarding.decide_external(
            facts(row), ExternalTraining("u", "x", day, "c"), at=AT, zone=UTC, policy=policy
        )
    event = Completion("u", ItemKind.COURSE, "x", completed("x", row))
    ask = renewal.complete if row["open_renewal"] == "yes" else awarding.decide
    return ask(facts(row), event, at=AT, zone=UTC, policy=policy)


def completed(item_id: str, row: Row) -> datetime:
    return ASSIGNED[item_id] + timedelta(seconds=int(row[item_id]))


def facts(row: Row) -> Facts:
    return Facts(
        User("u", "u", active=row["user"] == "active", groups={"mine"}),
        certification(row),
        awards=awards(row),
        completions=tuple(
            Completion("u", ItemKind.COURSE, item, completed(item, row))
            for item in "yz"
            if row[item] not in ("-", "none")
        ),
        courses=tuple(map(Course, "xyz")),
        renewals=renewals(row),
    )


def certification(row: Row) -> Certification | None:
    if row["certification"] == "gone":
        return None
    return Certification(
        "c",
        "c",
        validity=Validity(1, Unit.YEARS),
        status=CertificationStatus(row["certification"]),
        assignments=assignments(row["criteria"]),
        criteria={"any": Criteria.ANY, "all": Criteria.ALL}.get(row["criteria"]),
        groups=VISIBLE_TO[row["visibility"]],
    )


def assignments(criteria: str) -> tuple[Assignment, ...]:
    groups = GROUPS if criteria == "groups" else {}
    items = "" if criteria == "-" else "xyz"
    return tuple(
        Assignment(ItemKind.COURSE, item, ASSIGNED[item], groups.get(item)) for item in items
    )


def awards(row: Row) -> tuple[Award, ...]:
    expires = datetime(2025, 2, 28, tzinfo=UTC)
    valid = datetime(2026, 1, 1, tzinfo=UTC)
    match row["held"]:
        case "none":
            return ()
        case "never_expiring":
            return (Award("u", "c", ISSUED, None, ExpiryBasis.ALWAYS_VALID),)
        case "archived_only":
            return (Award("u", "c", ISSUED, expires, archived_at=expires),)
        case held:
            return (Award("u", "c", ISSUED, valid if held == "valid" else expires),)


def renewals(row: Row) -> tuple[Renewal, ...]:
    if row["open_renewal"] == "no":
        return ()
    return (Renewal("u", "c", 1, 1, ISSUED, RenewalOption(ItemKind.COURSE, "x")),)
