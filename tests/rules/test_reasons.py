"""Every answer explains itself: each case below is told by exactly the words and facts of a table.

``tests/vectors/reasons.csv`` holds a row for each reason, in the order in which they are given.
"""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from certrules import (
    ALLBOUND,
    DOCEBO,
    Assignment,
    AssociationType,
    Award,
    Certification,
    CertificationStatus,
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExpiryBasis,
    ExternalTraining,
    Facts,
    Granted,
    Item,
    ItemKind,
    LearningPlan,
    ManualAward,
    Refused,
    Renewal,
    RenewalOption,
    Source,
    Unit,
    User,
    Validity,
    Window,
)
from certrules.model.awards import ExternalLink
from certrules.model.catalog import Criteria
from certrules.model.decisions import Reason
from certrules.model.images import ImageFormat, ImageInfo
from certrules.model.learning import RenewalState
from certrules.model.notices import NoticeKind, Notification
from certrules.model.people import Action, Actor, Permission, Role, Target
from certrules.rules import awarding, lifecycle, notifications, renewal, validity, visibility

Decision = Granted | Refused
Warnings = list[Reason]

COURSE, PLAN, EXTERNAL = ItemKind.COURSE, ItemKind.LEARNING_PLAN, ItemKind.EXTERNAL_TRAINING
BEGIN, AT = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = AT + DAY
ADA = User("ada", "ada")
ITEM = Assignment(COURSE, "c1", BEGIN)
FIRST_AID = Certification("fa", "First aid", validity=Validity(1, Unit.YEARS), assignments=(ITEM,))
REOPENING = evolve(ALLBOUND, reenable_training_on_expiry=True)
DRAFT = evolve(FIRST_AID, assignments=(), status=CertificationStatus.DRAFT)


def award(**fields: Any) -> Award:
    return Award(
        "ada", "fa", fields.pop("issued_at", BEGIN), fields.pop("expires_at", None), **fields
    )


def done(item_id: str = "c1", at: datetime = AT, kind: ItemKind = COURSE) -> Completion:
    return Completion("ada", kind, item_id, at)


def facts(**fields: Any) -> Facts:
    return Facts(**{"user": ADA, "certification": FIRST_AID, "courses": (Course("c1"),), **fields})


def assigned(*items: Assignment, **fields: Any) -> Certification:
    return evolve(FIRST_AID, assignments=items, **fields)


def earn(known: Facts, completion: Completion | None = None, **fields: Any) -> Decision:
    return awarding.decide(known, completion or done(), **{"at": AT, "zone": UTC, **fields})


def external(known: Facts, certification_id: str = "fa") -> Decision:
    training = ExternalTraining("ada", "x1", AT.date(), certification_id)
    return awarding.decide_external(known, training, at=AT, zone=UTC)


def by_hand(known: Facts, **fields: Any) -> Decision:
    chosen = {"issued_at": BEGIN, "expires_at": None, "basis": ExpiryBasis.ALWAYS_VALID, **fields}
    return awarding.by_hand(known, ManualAward("fa", **chosen), at=AT)


def predate(known: Facts, since: datetime | None = None) -> Decision:
    return awarding.predate(known, since=since, at=AT, zone=UTC)


def start(known: Facts, option: RenewalOption | None = None, **fields: Any) -> Decision:
    return renewal.start(known, option or RenewalOption(COURSE, "c1"), at=AT, **fields)


def complete(known: Facts, completion: Completion | None = None) -> Decision:
    return renewal.complete(known, completion or done(at=LATER), at=LATER, zone=UTC)


HELD = facts(awards=(award(),))
OPENED = Renewal("ada", "fa", 1, 1, AT, RenewalOption(COURSE, "c1"), key="k1")
RENEWING = evolve(HELD, renewals=(OPENED,))
COMPLETED = Enrolment("ada", COURSE, "c1", BEGIN, EnrolmentStatus.COMPLETED, completed_at=AT)
SUSPENDED = evolve(COMPLETED, status=EnrolmentStatus.SUSPENDED, completed_at=None)
EARNED = award(source=Source(AssociationType.COURSE, "c1"))
OVER = Course("c1", window=Window(date(2024, 2, 1)))
P1 = LearningPlan("p1", ("c1",))
IN_P1 = Enrolment("ada", PLAN, "p1", BEGIN)
THROUGH_P1 = evolve(HELD, enrolments=(IN_P1,), plans=(P1,))
NAMED: dict[str, Any] = {
    "certification": evolve(FIRST_AID, code="FA"),
    "items": (Item(COURSE, "c1", "FA-101", "Burns"), Item(PLAN, "p1", "SEA", "Sea safety")),
}
BADGED = evolve(DRAFT, badge_image="badge.png")
BOSS = Actor("ada", {Role.SUPERADMIN, Role.ADMINISTRATOR}, set(Permission))
DELEGATING = evolve(DOCEBO, delegated=frozenset({(Role.POWER_USER, Action.EDIT_AWARD)}))

CASES: dict[str, Callable[[], Decision | Warnings]] = {
    "earn: a course": lambda: earn(facts()),
    "earn: a course that was open again": lambda: earn(
        facts(awards=(award(expires_at=AT - DAY),)), policy=REOPENING
    ),
    "earn: deactivated, and gone": lambda: earn(
        facts(user=evolve(ADA, active=False), certification=None)
    ),
    "earn: inactive, and for others": lambda: earn(
        facts(
            certification=evolve(
                FIRST_AID, status=CertificationStatus.INACTIVE, groups={"crew", "cabin"}
            )
        )
    ),
    "earn: held already": lambda: earn(facts(awards=(award(expires_at=LATER),))),
    "earn: to come": lambda: earn(facts(), done(at=LATER)),
    "earn: before the enrolment": lambda: earn(
        facts(enrolments=(evolve(SUSPENDED, enrolled_at=LATER),))
    ),
    "earn: another item": lambda: earn(facts(), done("c2")),
    "earn: assigned later": lambda: earn(facts(), done(at=BEGIN)),
    "earn: not yet all": lambda: earn(
        facts(certification=assigned(ITEM, evolve(ITEM, item_id="c2"), criteria=Criteria.ALL))
    ),
    "earn: an external training": lambda: external(
        facts(certification=assigned(Assignment(EXTERNAL, "x1", BEGIN)))
    ),
    "earn: reported for another": lambda: external(facts(), "other"),
    "earn: one of the past again": lambda: earn(
        facts(awards=(award(issued_at=AT, expires_at=AT.replace(year=2025), archived_at=AT),))
    ),
    "record: true": lambda: awarding.record(done(), (), at=AT),
    "by hand": lambda: by_hand(facts()),
    "by hand: held already": lambda: by_hand(facts(awards=(award(expires_at=LATER),))),
    "by hand: expires before it is issued": lambda: by_hand(
        facts(), basis=ExpiryBasis.DATE, expires_at=BEGIN - DAY
    ),
    "by hand: no date": lambda: by_hand(facts(), basis=ExpiryBasis.DEFINITION),
    "by hand: an item too many": lambda: by_hand(facts(), source=Source(item_id="c1")),
    "by hand: an item too few": lambda: by_hand(facts(), source=Source(AssociationType.COURSE)),
    "by hand: links": lambda: by_hand(
        facts(), source=Source(links=(ExternalLink("Credly", "https://example.org/1"),))
    ),
    "by hand: external": lambda: by_hand(
        facts(), source=Source(AssociationType.EXTERNAL_CERTIFICATION)
    ),
    "edit": lambda: awarding.edit(award(), award(basis=ExpiryBasis.ALWAYS_VALID)),
    "edit: history": lambda: awarding.edit(
        award(archived_at=AT), award(basis=ExpiryBasis.ALWAYS_VALID)
    ),
    "predate": lambda: predate(facts(completions=(done(),))),
    "predate: held already": lambda: predate(
        facts(awards=(award(expires_at=LATER),), completions=(done(),))
    ),
    "predate: no training": lambda: predate(facts(certification=assigned())),
    "predate: not completed": lambda: predate(facts()),
    "predate: too early": lambda: predate(facts(completions=(done(),)), since=LATER),
    "reopen": lambda: awarding.reopen_training(
        facts(awards=(award(expires_at=AT),), enrolments=(evolve(COMPLETED, completed_at=BEGIN),)),
        at=AT,
        policy=REOPENING,
    ),
    "reopen: open already": lambda: awarding.reopen_training(
        facts(awards=(award(expires_at=AT),)), at=AT, policy=REOPENING
    ),
    "reopen: not here, and not expired": lambda: awarding.reopen_training(HELD, at=AT),
    "renew": lambda: renewal.decide(HELD, at=AT),
    "renew: deactivated": lambda: renewal.decide(
        evolve(HELD, user=evolve(ADA, active=False)), at=AT
    ),
    "renew: through a plan that is open": lambda: renewal.decide(
        evolve(THROUGH_P1, courses=(OVER,), plans=(evolve(P1, window=Window(date(2025, 1, 1))),)),
        at=AT,
    ),
    "renew: from the page of another plan": lambda: renewal.decide(THROUGH_P1, at=AT, plan_id="p2"),
    "renew: not here": lambda: renewal.decide(HELD, at=AT, policy=ALLBOUND),
    "renew: several items needed": lambda: renewal.decide(
        evolve(
            HELD, certification=assigned(ITEM, evolve(ITEM, item_id="c2"), criteria=Criteria.ALL)
        ),
        at=AT,
    ),
    "renew: nothing held": lambda: renewal.decide(facts(), at=AT),
    "renew: to come": lambda: renewal.decide(facts(awards=(award(issued_at=LATER),)), at=AT),
    "start: enrolled later": lambda: renewal.start(
        evolve(HELD, enrolments=(evolve(SUSPENDED, enrolled_at=LATER),)),
        RenewalOption(ItemKind.COURSE, "c1"),
        at=AT,
    ),
    "renew: names": lambda: renewal.decide(evolve(RENEWING, **NAMED), at=AT, plan_id="p1"),
    "renew: names, not active": lambda: renewal.decide(
        facts(
            certification=evolve(FIRST_AID, code="FA", status=CertificationStatus.INACTIVE),
            awards=(award(),),
        ),
        at=AT,
    ),
    "renew: names, through a plan that is over": lambda: renewal.decide(
        evolve(THROUGH_P1, **NAMED, plans=(evolve(P1, window=OVER.window),)), at=AT
    ),
    "renew: names, not completed": lambda: renewal.decide(
        evolve(HELD, **NAMED, awards=(EARNED,)), at=AT
    ),
    "complete: names": lambda: complete(evolve(RENEWING, **NAMED)),
    "complete: names, without a start": lambda: complete(evolve(HELD, **NAMED), done("c2", LATER)),
    "renew: not enrolled": lambda: renewal.decide(facts(awards=(EARNED,)), at=AT),
    "renew: suspended": lambda: renewal.decide(
        facts(awards=(EARNED,), enrolments=(SUSPENDED,)), at=AT
    ),
    "renew: started already": lambda: renewal.decide(RENEWING, at=AT),
    "renew: started before the award was replaced": lambda: renewal.decide(
        evolve(RENEWING, awards=(award(cycle=2),)), at=AT
    ),
    "renew: no item": lambda: renewal.decide(evolve(HELD, certification=assigned()), at=AT),
    "renew: all completed": lambda: renewal.decide(
        facts(awards=(EARNED,), enrolments=(COMPLETED,)), at=AT
    ),
    "renew: one completed, one unknown": lambda: renewal.decide(
        facts(
            certification=assigned(ITEM, Assignment(EXTERNAL, "x1", BEGIN)),
            awards=(award(),),
            completions=(done(),),
        ),
        at=AT,
    ),
    "renew: cannot be archived": lambda: renewal.decide(
        evolve(HELD, certification=assigned(ITEM, retake=True), enrolments=(SUSPENDED,)), at=AT
    ),
    "renew: course over": lambda: renewal.decide(evolve(HELD, courses=(OVER,)), at=AT),
    "renew: plan over": lambda: renewal.decide(
        evolve(THROUGH_P1, plans=(evolve(P1, window=OVER.window),)), at=AT
    ),
    "start": lambda: start(HELD),
    "start: retaken": lambda: start(
        evolve(HELD, certification=assigned(ITEM, retake=True), enrolments=(COMPLETED,))
    ),
    "start: nothing to reset": lambda: start(
        evolve(HELD, certification=assigned(ITEM, retake=True))
    ),
    "start: again": lambda: start(RENEWING, key="k1"),
    "start: over": lambda: start(
        evolve(RENEWING, renewals=(OPENED.close(RenewalState.CANCELLED, LATER),)), key="k1"
    ),
    "start: the key of another": lambda: start(RENEWING, RenewalOption(COURSE, "c2"), key="k1"),
    "start: seen otherwise": lambda: start(HELD, seen=(1, 2)),
    "start: not offered": lambda: start(HELD, RenewalOption(COURSE, "c2")),
    "complete": lambda: complete(RENEWING),
    "complete: to come": lambda: complete(RENEWING, done(at=LATER + DAY)),
    "complete: unlinked": lambda: complete(evolve(RENEWING, certification=assigned())),
    "complete: assigned later": lambda: complete(
        evolve(RENEWING, certification=assigned(evolve(ITEM, assigned_at=LATER)))
    ),
    "complete: nothing started": lambda: complete(HELD),
    "complete: another item": lambda: complete(
        evolve(RENEWING, certification=assigned(ITEM, evolve(ITEM, item_id="c2"))),
        done("c2", LATER),
    ),
    "complete: not later": lambda: complete(RENEWING, done()),
    "complete: over": lambda: complete(evolve(RENEWING, courses=(OVER,))),
    "complete: renewed meanwhile": lambda: complete(evolve(RENEWING, awards=(award(cycle=2),))),
    "complete: removed meanwhile": lambda: complete(evolve(RENEWING, awards=())),
    "cancel": lambda: renewal.cancel(RENEWING, at=AT),
    "cancel: nothing open": lambda: renewal.cancel(
        evolve(HELD, renewals=(OPENED.close(RenewalState.COMPLETED, AT),)), at=AT
    ),
    "assign": lambda: lifecycle.assign(assigned(), ITEM, ()),
    "assign: twice": lambda: lifecycle.assign(FIRST_AID, ITEM, ()),
    "assign: to another": lambda: lifecycle.assign(
        assigned(), ITEM, (FIRST_AID, evolve(FIRST_AID, id="other"))
    ),
    "assign: frozen": lambda: lifecycle.assign(assigned(), ITEM, (), policy=ALLBOUND),
    "unlink": lambda: lifecycle.unlink(
        FIRST_AID, COURSE, "c1", (EARNED, evolve(EARNED, cycle=2, archived_at=AT)), at=AT
    ),
    "unlink: not assigned": lambda: lifecycle.unlink(FIRST_AID, COURSE, "c2", (), at=AT),
    "unassign": lambda: lifecycle.unassign("ada", (award(), award(archived_at=AT)), at=AT),
    "unassign: not held": lambda: lifecycle.unassign("bob", (award(),), at=AT),
    "delete": lambda: lifecycle.delete(FIRST_AID, (award(),), at=AT),
    "delete: protected": lambda: lifecycle.delete(FIRST_AID, (award(),), at=AT, policy=ALLBOUND),
    "create": lambda: lifecycle.create(DRAFT, at=AT),
    "create: with items": lambda: lifecycle.create(FIRST_AID, at=AT),
    "define": lambda: lifecycle.edit(
        DRAFT, evolve(DRAFT, name="CPR", validity=Validity(2, Unit.YEARS)), at=AT
    ),
    "define: nothing new": lambda: lifecycle.edit(DRAFT, DRAFT, at=AT),
    "define: items": lambda: lifecycle.edit(FIRST_AID, assigned(), at=AT),
    "define: frozen": lambda: lifecycle.edit(
        FIRST_AID,
        evolve(FIRST_AID, name="CPR", validity=Validity(5, Unit.MONTHS)),
        at=AT,
        policy=ALLBOUND,
    ),
    "publish": lambda: lifecycle.publish(BADGED, at=AT, policy=ALLBOUND),
    "publish: a small badge": lambda: lifecycle.publish(
        BADGED, image=ImageInfo(ImageFormat.PNG, 9, 8), at=AT, policy=ALLBOUND
    ),
    "publish: without a badge": lambda: lifecycle.publish(DRAFT, at=AT, policy=ALLBOUND),
    "publish: again": lambda: lifecycle.publish(FIRST_AID, at=AT),
    "activate: a draft": lambda: lifecycle.activate(DRAFT, at=AT),
    "deactivate": lambda: lifecycle.deactivate(FIRST_AID, at=AT),
    "become a draft": lambda: lifecycle.edit(
        FIRST_AID, evolve(FIRST_AID, status=CertificationStatus.DRAFT), at=AT
    ),
    "badge: none": lambda: lifecycle.badge_image(None),
    "badge: missing": lambda: lifecycle.badge_image(None, policy=ALLBOUND),
    "badge: no image": lambda: lifecycle.badge_image(ImageInfo(None)),
    "badge: as recommended": lambda: lifecycle.badge_image(ImageInfo(ImageFormat.PNG, 500, 500)),
    "badge: smaller": lambda: lifecycle.badge_image(ImageInfo(ImageFormat.JPEG, 500, 499)),
    "badge: too high and cut off": lambda: lifecycle.badge_image(
        ImageInfo(ImageFormat.JPEG, 500, 501, "the JPEG is cut off")
    ),
    "validity: any": lambda: validity.allowed(Validity(5, Unit.WEEKS), DOCEBO),
    "validity: one of": lambda: validity.allowed(Validity(2, Unit.YEARS), ALLBOUND),
    "validity: not one of": lambda: validity.allowed(Validity(5, Unit.WEEKS), ALLBOUND),
    "may: every way": lambda: visibility.may(BOSS, Action.VIEW_AWARDS),
    "may: one's own": lambda: visibility.may(Actor("ada"), Action.VIEW_AWARDS, Target("ada")),
    "may: the company's": lambda: visibility.may(
        Actor("ada", {Role.MANAGER}, company_id="acme"),
        Action.SEARCH_AWARDS,
        Target(company_id="acme"),
    ),
    "may not": lambda: visibility.may(Actor("ada"), Action.VIEW_AWARDS),
    "may not: switched off": lambda: visibility.may(
        BOSS, Action.VIEW_AWARDS, policy=evolve(DOCEBO, enabled=False)
    ),
    "may not, whoever it is": lambda: visibility.may(Actor(), Action.VIEW_JOB),
    "may not, without both": lambda: visibility.may(
        Actor("ada", {Role.ADMINISTRATOR}, {Permission.SYSTEM}), Action.CREATE_CERTIFICATION
    ),
    "may: delegated": lambda: visibility.may(
        Actor("ada", {Role.POWER_USER}), Action.EDIT_AWARD, policy=DELEGATING
    ),
    "lint: no link, and typing errors": lambda: notifications.lint(
        Notification("n1", NoticeKind.EXPIRY, subject="{{frist_name}}", body="{{xyz}}")
    ),
}


def shown(value: object) -> str:
    if isinstance(value, tuple | list):
        return "(" + ", ".join(map(shown, value)) + ")"
    return value.isoformat() if isinstance(value, date) else str(value)


def told(case: str) -> list[tuple[str, ...]]:
    answer = CASES[case]()
    if isinstance(answer, list):
        return [(case, "warned", *row(reason)) for reason in answer]
    return [(case, "granted" if answer else "refused", *row(reason)) for reason in answer.reasons]


def row(reason: Reason) -> tuple[str, ...]:
    assert all(isinstance(name, str) for name, _ in reason.facts)
    facts = "; ".join(f"{name}={shown(value)}" for name, value in reason.facts)
    return reason.rule.id, reason.text, facts


def rows() -> Iterator[tuple[str, ...]]:
    path = Path(__file__).parent.parent / "vectors" / "reasons.csv"
    with path.open(encoding="utf-8", newline="") as file:
        yield from map(tuple, list(csv.reader(file))[1:])


EXPECTED = {case: list(found) for case, found in groupby(rows(), key=lambda row: row[0])}


@pytest.mark.parametrize("case", CASES)
def test_the_reasons_of_a_case(case: str) -> None:
    assert told(case) == EXPECTED[case]


def test_every_row_is_of_a_case() -> None:
    assert list(EXPECTED) == list(CASES)
