"""A platform can have certifications switched off: then no decision grants anything."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, get_args

import pytest
from attrs import evolve

from certrules import (
    DOCEBO,
    Actor,
    Assignment,
    Award,
    Certification,
    Completion,
    Facts,
    ItemKind,
    RenewalOption,
    User,
    Validity,
    rules,
)
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.model.awards import ManualAward
from certrules.model.badges import Badge
from certrules.model.catalog import CertificationStatus
from certrules.model.decisions import Refused
from certrules.model.learning import ExternalTraining
from certrules.model.people import Action, Role
from certrules.model.policy import Duplicates, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import awarding, badges, importing, lifecycle, renewal, validity, visibility
from certrules.rules.feature import switched_off
from certrules.rules.importing import Decision as ImportDecision
from docs.generate.ports import functions

ADA = User("ada", "ada")
FIRST_AID = Certification("fa", "First aid")
DRAFT = evolve(FIRST_AID, status=CertificationStatus.DRAFT)
KNOWN = Facts(ADA, FIRST_AID)
JULY = datetime(2024, 7, 1, tzinfo=UTC)
COURSE = ItemKind.COURSE
DONE = Completion("ada", COURSE, "c1", JULY)
EXTERNAL = ExternalTraining("ada", "t1", JULY.date(), "fa")
AWARD = Award("ada", "fa", JULY, None)
CHANGED = evolve(AWARD, issued_at=datetime(2024, 6, 1, tzinfo=UTC))
BADGE = Badge("b1", "ada", "fa", 1, JULY, None, 1, 7)
BOSS = Actor("bob", {Role.SUPERADMIN})

DECISIONS: dict[Callable[..., Any], Callable[[Policy], Any]] = {
    awarding.by_hand: lambda off: awarding.by_hand(
        KNOWN, ManualAward("fa", JULY, None), at=JULY, policy=off
    ),
    awarding.decide: lambda off: awarding.decide(KNOWN, DONE, at=JULY, zone=UTC, policy=off),
    awarding.decide_external: lambda off: awarding.decide_external(
        KNOWN, EXTERNAL, at=JULY, zone=UTC, policy=off
    ),
    awarding.edit: lambda off: awarding.edit(AWARD, CHANGED, at=JULY, policy=off),
    awarding.evaluate: lambda off: awarding.evaluate(
        KNOWN.with_completion(DONE), at=JULY, zone=UTC, policy=off
    ),
    awarding.predatable: lambda off: awarding.predatable(FIRST_AID, policy=off),
    awarding.predate: lambda off: awarding.predate(
        KNOWN, since=None, at=JULY, zone=UTC, policy=off
    ),
    awarding.record_external: lambda off: awarding.record_external(
        EXTERNAL, None, None, policy=off
    ),
    awarding.reopen_training: lambda off: awarding.reopen_training(
        KNOWN, at=JULY, zone=UTC, policy=off
    ),
    badges.issue: lambda off: badges.issue(AWARD, None, policy=off),
    badges.reissue: lambda off: badges.reissue(BADGE, BADGE, policy=off),
    importing.decide: lambda off: importing.decide(
        AWARD, [], duplicates=Duplicates.RENEW, at=JULY, policy=off
    ),
    lifecycle.activate: lambda off: lifecycle.activate(FIRST_AID, at=JULY, policy=off),
    lifecycle.assign: lambda off: lifecycle.assign(
        FIRST_AID, Assignment(COURSE, "c1", JULY), [], policy=off
    ),
    lifecycle.badge_image: lambda off: lifecycle.badge_image(None, policy=off),
    lifecycle.create: lambda off: lifecycle.create(FIRST_AID, at=JULY, policy=off),
    lifecycle.deactivate: lambda off: lifecycle.deactivate(FIRST_AID, at=JULY, policy=off),
    lifecycle.delete: lambda off: lifecycle.delete(FIRST_AID, [], at=JULY, policy=off),
    lifecycle.edit: lambda off: lifecycle.edit(FIRST_AID, FIRST_AID, at=JULY, policy=off),
    lifecycle.publish: lambda off: lifecycle.publish(DRAFT, at=JULY, policy=off),
    lifecycle.unassign: lambda off: lifecycle.unassign("ada", [AWARD], at=JULY, policy=off),
    lifecycle.unlink: lambda off: lifecycle.unlink(
        FIRST_AID, COURSE, "c1", [], at=JULY, policy=off
    ),
    renewal.cancel: lambda off: renewal.cancel(KNOWN, at=JULY, policy=off),
    renewal.complete: lambda off: renewal.complete(KNOWN, DONE, at=JULY, zone=UTC, policy=off),
    renewal.decide: lambda off: renewal.decide(KNOWN, at=JULY, policy=off),
    renewal.start: lambda off: renewal.start(
        KNOWN, RenewalOption(COURSE, "c1"), at=JULY, policy=off
    ),
    validity.allowed: lambda off: validity.allowed(Validity.parse("1 year"), off),
    visibility.may: lambda off: visibility.may(BOSS, Action.VIEW_AWARDS, policy=off),
}
OF_LEARNING = {awarding.record}
"""What is decided of learning alone, whatever it is to earn."""


def public_decisions() -> Iterator[Callable[..., Any]]:
    """Yield every function that a module of the rules offers and that grants or refuses."""
    for module in pkgutil.iter_modules(rules.__path__, "certrules.rules."):
        for _, each in functions(import_module(module.name)):
            answer = inspect.signature(each).return_annotation
            if answer is ImportDecision or Refused in get_args(answer):
                yield each


@pytest.mark.rule("DOC-CERT-01")
@pytest.mark.parametrize(
    "decision", DECISIONS, ids=lambda each: f"{each.__module__}.{each.__name__}"
)
def test_nothing_is_granted_where_certifications_are_switched_off(
    decision: Callable[..., Any],
) -> None:
    answer = DECISIONS[decision](evolve(DOCEBO, enabled=False))
    assert ReasonCode.SWITCHED_OFF in [reason.code for reason in answer.reasons]
    assert not getattr(answer, "effects", ())


@pytest.mark.rule("DOC-CERT-01")
def test_what_is_no_policy_is_a_mistake_of_the_caller() -> None:
    assert switched_off(DOCEBO) == ()
    (reason,) = switched_off(evolve(DOCEBO, enabled=False))
    assert reason.code is ReasonCode.SWITCHED_OFF
    for wrong in ("docebo", None):
        with pytest.raises(InvalidValueError, match=rf"^policy cannot be {wrong!r}: expected a P"):
            switched_off(wrong)  # type: ignore[arg-type]


def of(name: str) -> list[Callable[..., Any]]:
    """Return the decisions that ask for what a name of this module stands for."""
    return [each for each, ask in DECISIONS.items() if name in inspect.getclosurevars(ask).globals]


class NoFacts(dict[str, Any]):
    """What somebody may take for facts."""

    def with_completion(self, _: Completion) -> "NoFacts":
        return self


def named(each: Callable[..., Any]) -> str:
    return f"{each.__module__}.{each.__name__}"


@pytest.mark.parametrize("decision", of("KNOWN"), ids=named)
def test_what_are_no_facts_are_a_mistake_of_the_caller(
    decision: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "KNOWN", NoFacts())
    with pytest.raises(InvalidValueError, match=r"^facts cannot be \{\}: expected a Facts"):
        DECISIONS[decision](DOCEBO)


@pytest.mark.parametrize("wrong", [datetime(2024, 7, 1), "2024-07-01", JULY.date()])  # noqa: DTZ001
@pytest.mark.parametrize("decision", of("JULY"), ids=named)
def test_what_is_no_instant_is_a_mistake_of_the_caller(
    decision: Callable[..., Any], wrong: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "JULY", wrong)
    with pytest.raises((InvalidValueError, NaiveDatetimeError), match=r"^(at|[a-z]+_at) "):
        DECISIONS[decision](DOCEBO)


@pytest.mark.rule("DOC-CERT-01")
def test_no_decision_is_left_out() -> None:
    assert {*public_decisions()} - OF_LEARNING == {*DECISIONS}
