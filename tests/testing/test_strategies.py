from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from attrs import evolve, exceptions
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from certrules import Facts
from certrules.model.learning import Completion
from certrules.rules import awarding, renewal
from certrules.testing import strategies

STRATEGIES = [
    made
    for name, made in vars(strategies).items()
    if getattr(made, "__module__", "") == strategies.__name__ and name[0].islower()
]


@pytest.mark.law
@given(st.sampled_from(STRATEGIES), st.data())
def test_every_strategy_draws_frozen_values(strategy: Any, data: st.DataObject) -> None:
    drawn = data.draw(strategy())
    if isinstance(drawn, datetime):
        assert drawn.utcoffset() is not None
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
