from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

import pytest
from attrs import evolve, exceptions
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from certrules import (
    DOCEBO,
    SYSTEM,
    Certification,
    Duplicates,
    Facts,
    MemoryStore,
    Platform,
    Policy,
    ReasonCode,
    User,
    open_records,
)
from certrules.errors import RecordsFileError
from certrules.model.learning import Completion
from certrules.model.records import FaultCode
from certrules.records import Record, RejectedRow
from certrules.rules import awarding, renewal
from certrules.testing import strategies
from certrules.workflows import importing

STRATEGIES = [
    made
    for name, made in vars(strategies).items()
    if getattr(made, "__module__", "") == strategies.__name__ and name[0].islower()
]


@pytest.mark.law
@given(st.sampled_from(STRATEGIES), st.data())
def test_every_strategy_draws_frozen_values(strategy: Any, data: st.DataObject) -> None:
    drawn = data.draw(strategy())
    if isinstance(drawn, datetime | bytes):
        assert isinstance(drawn, bytes) or drawn.utcoffset() is not None
        return
    with pytest.raises(exceptions.FrozenInstanceError):
        drawn.id = None


@pytest.mark.law
@given(strategies.facts("bob", "other"))
def test_facts_are_those_of_one_user_and_certification_and_numbered(facts: Facts) -> None:
    assert facts.user.id == "bob"
    assert {award.certification_id for award in facts.awards} <= {"other"}
    cycles = [award.cycle for award in facts.awards]
    assert cycles == list(range(1, len(cycles) + 1))
    assert sum(not award.archived for award in facts.awards) <= 1
    attempts = [(each.kind, each.item_id, each.attempt) for each in facts.enrolments]
    assert len(set(attempts)) == len(attempts)
    assert sum(renewal.closed_at is None for renewal in facts.renewals) <= 1


AT = strategies.FIRST_DAY + timedelta(days=500)
SEARCH = settings(max_examples=5_000, phases=[Phase.generate], database=None)


def before(facts: Facts, completion: Completion) -> Facts:
    """Return the facts as they were when a completion had not been recorded yet."""
    return evolve(facts, completions=[each for each in facts.completions if each != completion])


@pytest.mark.parametrize(
    "wanted",
    [
        lambda facts: renewal.decide(facts, at=AT),
        lambda facts: renewal.decide(facts, at=AT) and facts.certification.retake,
        lambda facts: any(
            awarding.decide(before(facts, each), each, at=AT, zone="UTC")
            for each in facts.completions
        ),
    ],
    ids=["renewable", "renewable with retakes", "earned"],
)
def test_facts_reach_what_is_granted(wanted: Any) -> None:
    seed = Random(10)  # noqa: S311 - with this one, each is found soon
    found = find(strategies.facts(), lambda each: bool(wanted(each)), settings=SEARCH, random=seed)
    assert wanted(found)


def test_enough_facts_grant_something() -> None:
    drawn: Counter[str] = Counter()

    @settings(derandomize=True, max_examples=400, database=None, phases=[Phase.generate])
    @given(strategies.facts(), strategies.moments())
    def draw(known: Facts, at: datetime) -> None:
        answer = renewal.decide(known, at=at)
        earned = awarding.evaluate(known, at=at, zone="UTC")
        drawn["all"] += 1
        drawn["granted"] += bool(answer or earned)
        drawn["plan first"] += any(
            each.code is ReasonCode.PLAN_WINDOW_FIRST for each in answer.reasons
        )

    draw()
    assert drawn["all"] <= 3 * drawn["granted"]
    assert drawn["all"] <= 10 * drawn["plan first"]


@pytest.mark.law
@given(strategies.csv_files())
def test_a_good_file_is_imported_whole(file: bytes) -> None:
    store = MemoryStore()
    with store.writing() as work:
        work.users.put([User("u1", "u1")])
        work.certifications.put([Certification("fa", "First aid", "FA")])
    platform = Platform(store, DOCEBO, "UTC").acting_as(SYSTEM)
    with open_records(BytesIO(file), zone="UTC") as records:
        report = importing.run(platform, records, at=AT, duplicates=Duplicates.RENEW)
    assert not [each for each in report.faults if each.code is not FaultCode.IN_HISTORY]


@pytest.mark.law
@given(strategies.hostile_files())
def test_a_hostile_file_ends_in_one_error_or_in_rows(file: bytes) -> None:
    with suppress(RecordsFileError), open_records(BytesIO(file), zone="UTC") as records:
        list(records.records())


def test_hostile_files_are_refused_read_and_rejected_row_by_row() -> None:
    found: set[type[object]] = set()

    @settings(derandomize=True, max_examples=300, database=None, phases=[Phase.generate])
    @given(strategies.hostile_files())
    def draw(file: bytes) -> None:
        try:
            with open_records(BytesIO(file), zone="UTC") as records:
                found.update(type(each) for each in records.records())
        except RecordsFileError as error:
            found.add(type(error))

    draw()
    assert found == {RecordsFileError, Record, RejectedRow}


@pytest.mark.law
@given(strategies.policies(), strategies.facts(), strategies.moments())
def test_a_policy_decides(policy: Policy, known: Facts, at: datetime) -> None:
    answer = renewal.decide(known, at=at, policy=policy)
    assert policy.renew_control or not answer
