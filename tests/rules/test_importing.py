"""What a record means beside what is stored."""

import csv
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules import (
    Assignment,
    AssociationType,
    Award,
    Certification,
    CertificationStatus,
    Duplicates,
    ExpiryBasis,
    ExpiryDay,
    Item,
    ItemKind,
    Renewal,
    RenewalOption,
    Source,
    User,
)
from certrules.model.effects import (
    ArchiveAward,
    CloseRenewal,
    IssueAward,
    Notify,
    ReplaceAward,
)
from certrules.model.learning import RenewalState
from certrules.model.notices import EventKind
from certrules.model.reasons import ReasonCode
from certrules.model.records import FaultCode
from certrules.rules import importing
from certrules.rules.importing import Outcome, changes, deciding

VECTORS = Path(__file__).parents[1] / "vectors" / "importing.csv"
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
RECORD = Award(
    "ada",
    "first-aid",
    datetime(2024, 5, 1, tzinfo=UTC),
    datetime(2026, 5, 1, tzinfo=UTC),
    ExpiryBasis.DATE,
    Source(AssociationType.COURSE, "c1"),
)


def shifted(by: timedelta) -> Award:
    assert RECORD.expires_at is not None
    return evolve(RECORD, issued_at=RECORD.issued_at + by, expires_at=RECORD.expires_at + by)


CURRENT = {
    "same record": RECORD,
    "same dates from another item": evolve(RECORD, source=Source()),
    "same dates by definition": evolve(RECORD, basis=ExpiryBasis.DEFINITION),
    "earlier dates": shifted(-YEAR),
    "later dates": shifted(YEAR),
    "same issue and later expiry": evolve(RECORD, expires_at=datetime(2027, 5, 1, tzinfo=UTC)),
    "always valid": evolve(RECORD, expires_at=None, basis=ExpiryBasis.ALWAYS_VALID),
}
ARCHIVED = {"other dates": shifted(-3 * YEAR), "same dates": RECORD}
TABLE = list(csv.DictReader(VECTORS.read_text("utf-8").splitlines()))


def history(row: dict[str, str]) -> list[Award]:
    cycles = []
    if row["archived"] != "none":
        cycles.append(ARCHIVED[row["archived"]].archive(AT - YEAR))
    if row["current"] != "none":
        cycles.append(CURRENT[row["current"]])
    return [evolve(award, cycle=number) for number, award in enumerate(cycles, 1)]


@pytest.mark.rule("DOC-CSV-18", "DOC-CSV-19", "INT-12b")
def test_a_renewal_is_closed_with_its_reason_when_another_award_takes_the_place() -> None:
    held = shifted(-YEAR)
    option = RenewalOption(ItemKind.COURSE, "c1")
    opened = Renewal("ada", "first-aid", 1, 1, AT - YEAR, option)
    renewed = importing.decide(RECORD, [held], opened, duplicates=Duplicates.RENEW, at=AT)
    assert CloseRenewal(opened.close(RenewalState.REPLACED, AT)) in renewed.effects
    assert renewed.reasons[-1].code is ReasonCode.RENEWAL_REPLACED
    updated = importing.decide(RECORD, [held], opened, duplicates=Duplicates.REJECT, at=AT)
    assert not any(isinstance(each, CloseRenewal) for each in updated.effects)


@pytest.mark.rule("DOC-CSV-18", "DOC-CSV-19", "DOC-CSV-20", "DOC-RENEW-19", "INT-09")
@pytest.mark.parametrize("row", TABLE, ids=lambda row: " / ".join(row.values()))
def test_decision_table(row: dict[str, str]) -> None:
    stored = history(row)
    decision = importing.decide(RECORD, stored, duplicates=Duplicates(row["duplicates"]), at=AT)
    assert decision.outcome is Outcome(row["outcome"])
    assert decision.reasons
    effects = dict(zip(map(type, decision.effects), decision.effects, strict=True))
    archived, news = effects.pop(ArchiveAward, None), effects.pop(Notify, None)
    event = news.event.kind if isinstance(news, Notify) else None
    match decision.outcome:
        case Outcome.ISSUED:
            assert decision.award == evolve(RECORD, cycle=len(stored) + 1)
            assert (archived, event) == (None, EventKind.IMPORTED)
        case Outcome.RENEWED:
            assert decision.award == evolve(RECORD, cycle=len(stored) + 1)
            assert archived == ArchiveAward(stored[-1].archive(AT))
            assert event is EventKind.RENEWED
        case Outcome.UPDATED:
            assert decision.award == evolve(RECORD, cycle=len(stored), version=2)
            assert decision.held == stored[-1]
            assert (archived, event) == (None, EventKind.CHANGED)
        case _:
            assert decision.award in stored
            assert not decision.effects


@pytest.mark.rule("DOC-CSV-20", "INT-48")
@pytest.mark.parametrize("notify", [False, True])
def test_an_issue_calls_for_notices_if_asked_and_a_renewal_always(notify: bool) -> None:
    issue = EventKind.ISSUED if notify else EventKind.IMPORTED
    held = evolve(RECORD, issued_at=RECORD.issued_at - YEAR)
    for stored, event in ([], issue), ([held], EventKind.RENEWED), ([held.archive(AT)], issue):
        decision = importing.decide(
            RECORD, stored, duplicates=Duplicates.RENEW, at=AT, notify=notify
        )
        (kind,) = (each.event.kind for each in decision.effects if isinstance(each, Notify))
        assert kind is event


@pytest.mark.rule("INT-49")
def test_a_period_is_said_by_the_days_of_the_zone() -> None:
    award = Award("ada", "fa", datetime(2024, 1, 31, 20, tzinfo=UTC), None)
    assert changes.period(award, timezone(timedelta(hours=9))) == "2024-02-01 to no end"


@pytest.mark.rule("DOC-CSV-05")
def test_future_issue_is_legal() -> None:
    future = evolve(RECORD, issued_at=AT + YEAR, expires_at=AT + 2 * YEAR)
    decision = importing.decide(future, [], duplicates=Duplicates.REJECT, at=AT)
    assert decision.outcome is Outcome.ISSUED


@pytest.mark.rule("DOC-CSV-17")
def test_renewal_with_older_dates_than_the_stored_award() -> None:
    decision = importing.decide(shifted(-YEAR), [RECORD], duplicates=Duplicates.RENEW, at=AT)
    assert decision.outcome is Outcome.RENEWED


days = st.integers(1, 4).map(lambda day: datetime(2020, 1, day, tzinfo=UTC))


def candidate(issued: datetime, days: int | None, item_id: str | None) -> Award:
    return Award(
        "ada",
        "first-aid",
        issued,
        None if days is None else issued + timedelta(days=days),
        ExpiryBasis.ALWAYS_VALID if days is None else ExpiryBasis.DATE,
        Source(AssociationType.COURSE if item_id else AssociationType.MANUAL, item_id),
    )


candidates = st.builds(
    candidate, days, st.none() | st.integers(0, 2), st.sampled_from([None, "c1", "c2"])
)


def applied(stored: list[Award], record: Award, duplicates: Duplicates) -> list[Award]:
    decision = importing.decide(record, stored, duplicates=duplicates, at=AT)
    after = {award.cycle: award for award in stored}
    for effect in decision.effects:
        if isinstance(effect, IssueAward | ReplaceAward | ArchiveAward):
            after[effect.award.cycle] = effect.award
    return list(after.values())


@pytest.mark.law
@given(st.lists(st.tuples(candidates, st.sampled_from(Duplicates))))
def test_any_sequence_of_imports_keeps_history_sound(
    records: list[tuple[Award, Duplicates]],
) -> None:
    stored: list[Award] = []
    for record, duplicates in records:
        before = [award.identity for award in stored if award.archived]
        stored = applied(stored, record, duplicates)
        assert applied(stored, record, duplicates) == stored  # twice is once
        assert [award.cycle for award in stored] == list(range(1, len(stored) + 1))
        assert not any(award.archived for award in stored[-1:])
        assert all(award.archived for award in stored[:-1])
        assert [award.identity for award in stored[:-1]][: len(before)] == before


@pytest.mark.rule("DOC-CSV-14", "INT-07b")
@pytest.mark.law
@given(st.lists(st.tuples(st.sampled_from(["", *"abc"]), st.sampled_from(["", *"ABC"]))))
def test_repeats_are_all_rows_of_keys_that_come_twice(keys: list[tuple[str, str]]) -> None:
    assert importing.find_repeats(keys) == {
        key: [row for row, other in enumerate(keys, 1) if other == key]
        for key in set(keys)
        if all(key) and keys.count(key) > 1
    }


@pytest.mark.rule("DOC-CSV-15", "INT-07")
@pytest.mark.parametrize("row", [3, 8, 9])
def test_every_repeated_row_is_refused_when_duplicates_are(row: int) -> None:
    assert importing.repeat_outcome(row, [3, 8, 9], Duplicates.REJECT) is Outcome.REFUSED


@pytest.mark.rule("DOC-CSV-16", "DOC-CSV-17")
@pytest.mark.parametrize(
    ("row", "outcome"), [(3, Outcome.SUPERSEDED), (8, Outcome.SUPERSEDED), (9, None)]
)
def test_only_the_last_repeated_row_counts_as_a_renewal(row: int, outcome: Outcome | None) -> None:
    assert importing.repeat_outcome(row, [3, 8, 9], Duplicates.RENEW) is outcome


ADA = User("1", "ada")


@pytest.mark.rule("DOC-CERT-13", "DOC-CSV-03", "DOC-CSV-23", "INT-17b")
@pytest.mark.parametrize(
    ("users", "fault"),
    [
        ([], FaultCode.UNKNOWN_USER),
        ([ADA], None),
        ([evolve(ADA, active=False)], FaultCode.INACTIVE_USER),
        ([ADA, User("2", "Ada")], FaultCode.AMBIGUOUS_USERNAME),
    ],
)
def test_user_fault(users: list[User], fault: FaultCode | None) -> None:
    assert importing.user_fault(users) is fault


FIRST_AID = Certification("fa", "First aid", "FA")


@pytest.mark.rule("ALL-VIS-02")
@pytest.mark.parametrize(
    ("theirs", "meant", "fault"),
    [
        (set(), set(), None),
        ({"staff"}, set(), None),
        ({"staff", "guests"}, {"staff"}, None),
        ({"guests"}, {"staff"}, FaultCode.USER_NOT_IN_GROUPS),
        (set(), {"staff"}, FaultCode.USER_NOT_IN_GROUPS),
    ],
)
def test_membership_fault(theirs: set[str], meant: set[str], fault: FaultCode | None) -> None:
    user, certification = evolve(ADA, groups=theirs), evolve(FIRST_AID, groups=meant)
    assert importing.membership_fault(user, certification) is fault


@pytest.mark.rule("DOC-CERT-06", "DOC-CSV-04", "INT-17b", "INT-31b")
@pytest.mark.parametrize(
    ("certifications", "fault"),
    [
        ([], FaultCode.UNKNOWN_CERTIFICATION),
        ([FIRST_AID], None),
        (
            [evolve(FIRST_AID, status=CertificationStatus.INACTIVE)],
            FaultCode.INACTIVE_CERTIFICATION,
        ),
        ([evolve(FIRST_AID, status=CertificationStatus.DRAFT)], FaultCode.INACTIVE_CERTIFICATION),
        ([FIRST_AID, evolve(FIRST_AID, id="fb")], FaultCode.AMBIGUOUS_CERTIFICATION_CODE),
    ],
)
def test_certification_fault(certifications: list[Certification], fault: FaultCode | None) -> None:
    assert importing.certification_fault(certifications) is fault


COURSE = Item(ItemKind.COURSE, "c1", "C1")


@pytest.mark.rule("DOC-CSV-09", "INT-05", "INT-17b")
@pytest.mark.parametrize(
    ("items", "fault"),
    [
        ([], FaultCode.UNKNOWN_ITEM),
        ([COURSE], None),
        ([COURSE, evolve(COURSE, id="c2")], FaultCode.AMBIGUOUS_ITEM_CODE),
    ],
)
def test_item_fault(items: list[Item], fault: FaultCode | None) -> None:
    assert importing.item_fault(items) is fault


@pytest.mark.rule("INT-05")
@pytest.mark.parametrize(
    ("kind", "item_id", "fault"),
    [
        (ItemKind.COURSE, "c1", None),
        (ItemKind.COURSE, "c2", FaultCode.ITEM_NOT_ASSIGNED),
        (ItemKind.LEARNING_PLAN, "c1", FaultCode.ITEM_NOT_ASSIGNED),
    ],
)
def test_item_warning(kind: ItemKind, item_id: str, fault: FaultCode | None) -> None:
    certification = evolve(FIRST_AID, assignments=(Assignment(ItemKind.COURSE, "c1", AT),))
    assert importing.item_warning(Item(kind, item_id), certification) is fault


def test_a_record_that_changes_nothing_makes_no_award() -> None:
    with patch.object(deciding, "evolve", side_effect=AssertionError):
        for cycle in (1, 2):
            held = Award(*RECORD.identity, RECORD.basis, RECORD.source, cycle=cycle, version=cycle)
            said = importing.decide(RECORD, [held], duplicates=Duplicates.REJECT, at=AT)
            assert (said.outcome, said.award) == (Outcome.UNCHANGED, held)


@pytest.mark.rule("INT-44", "INT-47")
@pytest.mark.parametrize(
    ("new", "said"),
    [
        ({"basis": ExpiryBasis.ALWAYS_VALID}, "expiry by definition -> {}, expiry by always valid"),
        (
            {"issued_at": AT + timedelta(hours=1)},
            "2026-01-01 12:00 UTC to no end -> 2026-01-01 13:00 UTC to no end",
        ),
        (
            {"expiry_day": ExpiryDay.INCLUSIVE},
            "expiry day exclusive -> {}, expiry day inclusive",
        ),
        ({"source": Source(AssociationType.COURSE, "7")}, "manual -> {}, course 7"),
    ],
)
def test_a_change_is_said_in_the_words_of_what_differs(new: dict[str, Any], said: str) -> None:
    held, days = Award("1", "fa", AT, None), "2026-01-01 to no end"
    told = changes.change(held, evolve(held, **new), UTC)
    expected = said.format(days)
    assert told == (expected if expected.startswith("2026") else f"{days}, {expected}")


@pytest.mark.rule("INT-45", "INT-46")
@pytest.mark.parametrize(
    ("since", "outcome"),
    [(-1, Outcome.UNCHANGED), (0, Outcome.IN_HISTORY), (1, Outcome.IN_HISTORY)],
)
def test_an_award_is_history_only_once_the_one_issued_in_advance_begins(
    since: int, outcome: Outcome
) -> None:
    begins = AT + timedelta(days=30)
    held = RECORD.archive(begins)
    later = evolve(RECORD, issued_at=begins, expires_at=begins + YEAR, cycle=2)
    at = begins + timedelta(microseconds=since)
    for duplicates in Duplicates:
        found = importing.decide(RECORD, [held, later], duplicates=duplicates, at=at)
        assert (found.outcome, found.effects) == (outcome, ())
        assert found.award == (held if since < 0 else later)
