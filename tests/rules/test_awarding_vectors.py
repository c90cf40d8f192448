"""Does certrules award as the table of completions says? See tests/vectors/awarding.md."""

from datetime import UTC, datetime
from functools import cache

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
    ItemKind,
    Renewal,
    RenewalOption,
    Unit,
    User,
    Validity,
    instants,
)
from certrules.model.catalog import Criteria
from certrules.model.decisions import Decision
from certrules.model.effects import ArchiveAward, CloseRenewal, IssueAward
from certrules.rules import awarding, renewal
from tests.oracles import awarding as oracle
from tests.oracles.awarding import ASSIGNED, Answer, Case
from tests.oracles.blocks import Row, listed, read

TABLE = read("awarding.csv")
ISSUED = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2025, 4, 1, tzinfo=UTC)
USERS = {
    word: User("u", "u", active=word == "active", groups={"mine"})
    for word in ("active", "inactive")
}
COURSES = tuple(map(Course, "xyz"))
RENEWAL = Renewal("u", "c", 1, 1, ISSUED, RenewalOption(ItemKind.COURSE, "x"))
GROUPS = {"x": "either", "y": "either", "z": "this"}
VISIBLE_TO = {"unrestricted": [], "inside": ["mine", "other"], "outside": ["other"]}
POLICIES = {
    word: evolve(
        DOCEBO,
        reenable_training_on_expiry=word == "yes",
        issue_date=instants.IssueDateConvention.UTC_MIDNIGHT,
    )
    for word in ("yes", "no")
}


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
def test_every_row_of_the_table() -> None:
    expected = {str(row): expectation(row) for row in TABLE}
    cases = {str(row): Case(**row.given) for row in TABLE}
    assert {name: oracle.answer(case) for name, case in cases.items()} == expected
    wrong = {
        name: found for name, case in cases.items() if (found := differs(case, expected[name]))
    }
    assert not wrong


@pytest.mark.parametrize("block", oracle.BLOCKS)
def test_the_oracle_over_the_full_product(block: str) -> None:
    cases = oracle.cases(block)
    assert not [case for case in cases if differs(case, oracle.answer(case))]


def test_the_full_product_stays_as_large_as_it_was() -> None:
    assert len({case for block in oracle.BLOCKS for case in oracle.cases(block)}) == 2_205


def expectation(row: Row) -> Answer:
    return Answer(
        row.expected["outcome"], listed(row.expected["reasons"]), row.expected["issued_at"]
    )


def differs(case: Case, expected: Answer) -> Answer | None:
    """What is answered, if it is wrong.

    A refusal gives all reasons and no others; what is granted may say more.
    """
    decided = decide(case)
    reasons = frozenset(str(reason.rule) for reason in decided.reasons)
    if not decided:
        refused = Answer("refused", reasons)
        return None if refused == expected else refused
    (award,) = [each.award for each in decided.effects if isinstance(each, IssueAward)]
    renewed = any(isinstance(each, CloseRenewal) for each in decided.effects)
    issued_at = award.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = Answer("renew" if renewed else "issue", reasons & expected.reasons, issued_at)
    archives = any(isinstance(each, ArchiveAward) for each in decided.effects)
    return None if answer == expected and archives == case.holds else answer


def decide(case: Case) -> Decision:
    policy, completed_at = POLICIES[case.reopen], case.completed_at("x")
    if case.event == "external":
        training = ExternalTraining("u", "x", completed_at.date(), "c")
        return awarding.decide_external(facts(case), training, at=AT, zone=UTC, policy=policy)
    event = Completion("u", ItemKind.COURSE, "x", completed_at)
    ask = renewal.complete if case.open_renewal == "yes" else awarding.decide
    return ask(facts(case), event, at=AT, zone=UTC, policy=policy)


def facts(case: Case) -> Facts:
    criteria = "none" if case.event == "external" else case.criteria
    return Facts(
        USERS[case.user],
        certification(case.certification, criteria, case.visibility),
        awards=awards(case.held),
        completions=tuple(
            Completion("u", ItemKind.COURSE, item, case.completed_at(item))
            for item in "yz"
            if getattr(case, item) != "none"
        ),
        courses=COURSES,
        renewals=(RENEWAL,) if case.open_renewal == "yes" else (),
    )


@cache
def certification(status: str, criteria: str, visibility: str) -> Certification | None:
    if status == "gone":
        return None
    return Certification(
        "c",
        "c",
        validity=Validity(1, Unit.YEARS),
        status=CertificationStatus(status),
        assignments=assignments(criteria),
        criteria={"any": Criteria.ANY, "all": Criteria.ALL}.get(criteria),
        groups=VISIBLE_TO[visibility],
    )


def assignments(criteria: str) -> tuple[Assignment, ...]:
    groups = GROUPS if criteria == "groups" else {}
    items = "" if criteria == "none" else "xyz"
    return tuple(
        Assignment(ItemKind.COURSE, item, ASSIGNED[item], groups.get(item)) for item in items
    )


@cache
def awards(word: str) -> tuple[Award, ...]:
    expires = datetime(2025, 2, 28, tzinfo=UTC)
    valid = datetime(2026, 1, 1, tzinfo=UTC)
    match word:
        case "none":
            return ()
        case "never_expiring":
            return (Award("u", "c", ISSUED, None, ExpiryBasis.ALWAYS_VALID),)
        case "archived_only":
            return (Award("u", "c", ISSUED, expires, archived_at=expires),)
        case held:
            return (Award("u", "c", ISSUED, valid if held == "valid" else expires),)
