"""Who may do what, and nobody anything else? See tests/vectors/visibility.md."""

import csv
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules import (
    ALLBOUND,
    DOCEBO,
    Policy,
)
from certrules.errors import InvalidValueError
from certrules.model.decisions import Decision
from certrules.model.people import Action, Actor, Permission, Role, Scope
from certrules.rules import visibility

Row = Mapping[str, str]

TABLE = Path(__file__).parent.parent / "vectors" / "visibility.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
BLOCKS = [(action, list(rows)) for action, rows in groupby(ROWS, itemgetter("action"))]

TARGETS = {
    "own": Scope("ada", "acme"),
    "colleague": Scope("bob", "acme"),
    "stranger": Scope("cid", "other"),
    "unknown": Scope("dan"),
    "company": Scope(company_id="acme"),
    "everybody": Scope(),
}
BOTH = frozenset(Permission)
CONTENT = Actor("ada", {Role.ADMINISTRATOR}, {Permission.CONTENT}, "acme")
ACTORS = {
    "anybody": Actor(),
    "manager without a company": Actor("ada", {Role.MANAGER}),
    "administrator with content": CONTENT,
    "administrator with system": evolve(CONTENT, permissions={Permission.SYSTEM}),
    "administrator with both": evolve(CONTENT, permissions=BOTH),
    "manager with both": Actor("ada", {Role.MANAGER}, BOTH, "acme"),
    "manager and administrator with content": evolve(
        CONTENT, roles={Role.MANAGER, Role.ADMINISTRATOR}
    ),
    **{str(role).replace("_", " "): Actor("ada", {role}, company_id="acme") for role in Role},
}


def rules(decided: Decision) -> set[str]:
    return {reason.rule.id for reason in decided.reasons}


def granting(actor: Actor, action: Action, target: Scope, policy: Policy = DOCEBO) -> str:
    decided = visibility.may(actor, action, target, policy=policy)
    assert decided.reasons
    return ";".join(sorted(rules(decided))) if decided else "-"


@pytest.mark.parametrize(("action", "rows"), BLOCKS, ids=map(itemgetter(0), BLOCKS))
@pytest.mark.rule(
    "ALL-MANAGE-09",
    "ALL-PREDATE-07",
    "ALL-ROLE-01",
    "ALL-ROLE-02",
    "ALL-ROLE-03",
    "ALL-ROLE-04",
    "ALL-ROLE-05",
    "ALL-ROLE-06",
    "ALL-ROLE-07",
    "ALL-ROLE-08",
    "ALL-ROLE-09",
    "ALL-ROLE-11",
    "DOC-CERT-09",
    "DOC-JOB-03",
    "INT-27",
    "INT-30",
    "INT-41",
    "X-ALL-3",
    "X-ALL-4",
)
def test_the_table_says_who_may(action: str, rows: list[Row]) -> None:
    for row in rows:
        actor = ACTORS[row["who"]]
        found = {name: granting(actor, Action(action), TARGETS[name]) for name in TARGETS}
        assert found == {name: row[name] for name in TARGETS}, row["who"]


def test_the_table_has_every_action_and_everybody() -> None:
    assert {(row["who"], row["action"]) for row in ROWS} == {
        (who, str(action)) for who in ACTORS for action in Action
    }


@pytest.mark.rule("DOC-CERT-09", "INT-27")
def test_power_users_administer_only_what_a_host_delegates() -> None:
    power = Actor("ada", {Role.POWER_USER})
    delegating = evolve(DOCEBO, delegated=frozenset({(Role.POWER_USER, Action.IMPORT_AWARDS)}))
    assert not visibility.may(power, Action.IMPORT_AWARDS)
    assert granting(power, Action.IMPORT_AWARDS, Scope(), delegating) == "INT-27"
    assert granting(power, Action.ISSUE_AWARD, Scope(), delegating) == "-"
    learner = Actor("ada", {Role.LEARNER})
    assert granting(learner, Action.IMPORT_AWARDS, Scope(), delegating) == "-"


@pytest.mark.rule("INT-30")
def test_viewing_takes_one_permission_and_managing_both() -> None:
    assert visibility.may(CONTENT, Action.VIEW_AWARDS)
    refused = visibility.may(CONTENT, Action.EXPORT_AWARDS)
    assert rules(refused) == {"INT-27", "ALL-ROLE-04", "ALL-ROLE-06", "ALL-MANAGE-09"}
    told = refused.reasons[0].details
    assert (told["actor_id"], told["action"]) == ("ada", Action.EXPORT_AWARDS)


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ((None, Action.VIEW_AWARDS), "actor cannot be None"),
        ((CONTENT, "awards.view"), "action cannot be 'awards.view': expected a member of Action"),
        ((CONTENT, Action.VIEW_AWARDS, "ada"), "scope cannot be 'ada'"),
    ],
)
def test_a_question_that_is_none_is_a_mistake(asked: Any, what: str) -> None:
    with pytest.raises(InvalidValueError, match=what):
        visibility.may(*asked)


@pytest.mark.rule("ALL-MANAGE-09", "ALL-ROLE-07")
def test_everybody_searches_and_exports_what_is_their_own() -> None:
    learner = Actor("ada", {Role.LEARNER}, company_id="acme")
    for action in (Action.SEARCH_AWARDS, Action.EXPORT_AWARDS):
        assert granting(learner, action, TARGETS["own"]) == "ALL-MANAGE-09"
        assert granting(learner, action, TARGETS["colleague"]) == "-"
        assert granting(learner, action, TARGETS["company"]) == "-"


@pytest.mark.rule("ALL-ROLE-07", "ALL-ROLE-09")
def test_nobody_in_particular_owns_nothing() -> None:
    for action in (Action.VIEW_AWARDS, Action.SHARE_BADGE, Action.RENEW_AWARD):
        assert not visibility.may(Actor(), action, Scope())
        assert not visibility.may(Actor(), action, Scope("ada"))
    leader = Actor("ada", {Role.MANAGER, Role.EXECUTIVE})
    assert not visibility.may(leader, Action.VIEW_AWARDS, Scope("bob"))


ANYBODY = st.builds(
    Actor,
    st.sampled_from([None, "ada", "bob"]),
    st.frozensets(st.sampled_from(Role)),
    st.frozensets(st.sampled_from(Permission)),
    st.sampled_from([None, "acme", "other"]),
)
ANYTHING = st.builds(
    Scope, st.sampled_from([None, "ada", "bob"]), st.sampled_from([None, "acme", "other"])
)
HARMLESS = {Action.VERIFY_BADGE}


@pytest.mark.law
@pytest.mark.rule("INT-27")
@given(ANYBODY, st.sampled_from(Action), ANYTHING, st.sampled_from([DOCEBO, ALLBOUND]))
def test_without_a_role_only_what_is_ones_own(
    actor: Actor, action: Action, target: Scope, policy: Policy
) -> None:
    plain = evolve(actor, roles=())
    decided = visibility.may(plain, action, target, policy=policy)
    own = actor.user_id is not None and actor.user_id == target.owner_id
    assert decided.reasons
    assert own or action in HARMLESS or not decided


@pytest.mark.law
@pytest.mark.rule("INT-27")
@given(ANYBODY, st.sampled_from(Action), ANYTHING, st.sampled_from(Role))
def test_another_role_takes_nothing_away(
    actor: Actor, action: Action, target: Scope, role: Role
) -> None:
    more = evolve(actor, roles=actor.roles | {role})
    assert visibility.may(more, action, target) or not visibility.may(actor, action, target)
