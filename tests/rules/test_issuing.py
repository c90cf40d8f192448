"""An award as it is issued: its expiry by the policy, and the chain of renewals it belongs to."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve

from certrules import (
    DOCEBO,
    Award,
    Certification,
    CertificationStatus,
    ExpiryDay,
    Facts,
    MonthEnd,
    Policy,
    Source,
    Unit,
    User,
    Validity,
)
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Reason
from certrules.model.learning import Completion
from certrules.model.notices import Event, EventKind
from certrules.model.reasons import ReasonCode
from certrules.rules import issuing

ADA = User("ada", "ada")
MONTH = Certification("fa", "First aid", validity=Validity(1, Unit.MONTHS))


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def held(issued: str, expires: str, **fields: Any) -> Award:
    return Award("ada", "fa", at(issued), at(expires), **fields)


def stamp(issued: str, policy: Policy = DOCEBO, *awards: Award) -> Award:
    facts = Facts(ADA, MONTH, awards=awards)
    return issuing.stamp(facts, MONTH, Source(), issued_at=at(issued), zone=UTC, policy=policy)


@pytest.mark.rule("INT-01c", "DOC-TZ-01")
@pytest.mark.parametrize(
    ("policy", "expires"),
    [
        (DOCEBO, date(2025, 2, 28)),
        (evolve(DOCEBO, month_end=MonthEnd.NEXT_DAY), date(2025, 3, 1)),
        (evolve(DOCEBO, expiry_day=ExpiryDay.INCLUSIVE), date(2025, 3, 1)),
    ],
    ids=["as it is", "next day", "inclusive"],
)
def test_the_policy_stamps_the_expiry(policy: Policy, expires: date) -> None:
    award = stamp("2025-01-31", policy)
    assert award.expires_at is not None
    assert (award.expires_at.date(), award.anchor_day) == (expires, 31)


@pytest.mark.rule("INT-01c")
@pytest.mark.parametrize(
    ("ended", "issued", "expires"),
    [
        ("2025-02-28", "2025-02-28", "2025-03-31"),  # on the day of expiry: the chain goes on
        (
            "2025-03-01",
            "2025-02-28",
            "2025-03-31",
        ),  # on its last valid day
        ("2025-02-28", "2025-03-01", "2025-04-01"),  # a day late: a chain of its own
        ("2025-02-28", "2025-04-30", "2025-05-30"),  # later still, at the end of a month
    ],
)
def test_a_renewal_on_time_continues_the_chain(ended: str, issued: str, expires: str) -> None:
    award = stamp(issued, DOCEBO, held("2025-01-31", ended, anchor_day=31))
    assert (award.expires_at, award.anchor_day) == (at(expires), None)


def test_an_award_counts_its_cycles_and_keeps_its_source() -> None:
    award = stamp("2025-01-05", DOCEBO, held("2024-01-05", "2024-02-05", cycle=4))
    assert (award.user_id, award.certification_id, award.cycle) == ("ada", "fa", 5)
    assert (award.issued_at, award.expires_at) == (at("2025-01-05"), at("2025-02-05"))


def test_news_names_whose_award_it_is_of_what_and_which() -> None:
    award = held("2024-01-05", "2024-02-05", cycle=4)
    news = issuing.notify(EventKind.ENROLLED, award, at("2024-02-01"), "c1")
    assert news.event == Event(EventKind.ENROLLED, "ada", "fa", 4, at("2024-02-01"), "c1")


JULY = datetime(2024, 7, 1, tzinfo=UTC)
KNOWN = Facts(ADA, MONTH)
DONE = Completion("ada", ItemKind.COURSE, "c1", JULY)
CREW = Certification("crew", "First aid", groups={"b", "a"})
EARLY = held("2024-07-01", "2024-06-30", cycle=2)
OBJECTIONS: dict[ReasonCode, tuple[Callable[[], Reason | None], dict[str, object]]] = {
    ReasonCode.INACTIVE_USER: (
        lambda: issuing.user_objection(evolve(ADA, username="ada@x", active=False)),
        {"user_id": "ada", "user": "ada@x"},
    ),
    ReasonCode.INACTIVE_CERTIFICATION: (
        lambda: issuing.certification_objection(evolve(MONTH, status=CertificationStatus.INACTIVE)),
        {
            "certification_id": "fa",
            "certification": "First aid",
            "status": CertificationStatus.INACTIVE,
        },
    ),
    ReasonCode.USER_NOT_IN_GROUPS: (
        lambda: issuing.membership_objection(evolve(ADA, username="ada@x"), CREW),
        {
            "user_id": "ada",
            "user": "ada@x",
            "certification_id": "crew",
            "certification": "First aid",
            "groups": ("a", "b"),
        },
    ),
    ReasonCode.EXPIRES_BEFORE_ISSUE: (
        lambda: issuing.dates_objection(EARLY),
        {"issued_at": at("2024-07-01"), "expires_at": at("2024-06-30")},
    ),
    ReasonCode.SAME_AWARD: (lambda: issuing.same_awards(EARLY, [EARLY])[0], {"cycle": 2}),
    ReasonCode.COMPLETION_RECORDED_BEFORE: (
        lambda: issuing.repetition(evolve(KNOWN, completions=[DONE]), DONE),
        {"item": KNOWN.item(*DONE.ref), "completed_at": JULY},
    ),
    ReasonCode.COMPLETION_IN_FUTURE: (
        lambda: issuing.future_objection(DONE, at("2024-06-30")),
        {"completed_at": JULY, "at": at("2024-06-30")},
    ),
}


@pytest.mark.rule("ALL-VIS-02", "DOC-AWARD-02", "DOC-CERT-12", "INT-08", "INT-24", "INT-31b")
@pytest.mark.parametrize("code", OBJECTIONS)
def test_an_objection_has_the_details_that_a_host_may_show(code: ReasonCode) -> None:
    ask, details = OBJECTIONS[code]
    reason = ask()
    assert reason is not None
    assert (reason.code, dict(reason.details)) == (code, details)


@pytest.mark.rule("INT-08", "INT-46")
def test_an_award_may_not_expire_as_it_is_issued() -> None:
    reason = issuing.dates_objection(held("2024-07-01", "2024-07-01"))
    assert reason is not None
    assert reason.text == "the award would expire as it is issued"
    assert issuing.dates_objection(held("2024-07-01", "2024-07-02")) is None


@pytest.mark.rule("DOC-CERT-12")
def test_a_completion_may_be_of_now() -> None:
    assert issuing.future_objection(DONE, JULY) is None


@pytest.mark.rule("INT-01c")
def test_an_award_that_ends_with_the_calendar_begins_no_chain_in_any_zone() -> None:
    ends = held("0001-01-01", "9999-12-31T23:00", anchor_day=31)
    facts = Facts(ADA, MONTH, awards=(ends,))
    stamped = issuing.stamp(
        facts, MONTH, Source(), issued_at=at("2025-01-31"), zone="Asia/Tokyo", policy=DOCEBO
    )
    assert stamped.expires_at == datetime(2025, 2, 28, tzinfo=UTC)
