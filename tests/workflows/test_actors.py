"""No workflow does anything for somebody who may not."""

import inspect
import io
from collections.abc import Callable, Iterator
from datetime import UTC
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_type_hints

import pytest
from attrs import evolve

import certrules.workflows
from certrules import (
    ALLBOUND,
    DOCEBO,
    Award,
    Certification,
    ExpiryBasis,
    ItemKind,
    ManualAward,
    User,
)
from certrules.catalogs import Catalog
from certrules.errors import InvalidValueError, NotPermittedError
from certrules.model.badges import Badge
from certrules.model.catalog import Assignment
from certrules.model.learning import Completion, ExternalTraining, RenewalOption
from certrules.model.notices import Notice, NoticeKind, Notification
from certrules.model.people import Actor, Permission, Role
from certrules.records import open_records
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.rules.awarding import Targets
from certrules.rules.reporting import Report
from certrules.rules.tables import Table, TableQuery
from certrules.rules.visibility import SWITCHED_OFF
from certrules.workflows import (
    actors,
    administering,
    awarding,
    badges,
    by_hand,
    defining,
    exporting,
    facts,
    importing,
    lifecycle,
    notifying,
    outbox,
    predating,
    renewing,
    reopening,
    reporting,
)
from certrules.workflows.actors import SYSTEM, Asking, acting, user_of
from certrules.workflows.jobs import Jobs
from tests.workflows.conftest import T0, day

AWARD = Award("bob", "fa", T0, day(400), ExpiryBasis.DATE)
MANUAL = ManualAward("fa", T0, day(400), ExpiryBasis.DATE)
COURSE = ItemKind.COURSE
TOLD = Notification("n1", NoticeKind.EXPIRY)
NOTICE = Notice("n1", NoticeKind.EXPIRY, "bob", "fa", 1, day(400), day(400))
CSV = (
    b"username,certification_code,certification_issue_date,always_valid,"
    b"certification_expire_date,type,code\n"
    b"bob,conduct,2024-01-01,1,,manual,\n"
)
RENEWAL = RenewalOption(COURSE, "A")
BADGE = Badge("b1", "bob", "fa", 1, T0, day(400), 1, 7)


CSV_FILE = exporting.ExportFormat.CSV


def jobs() -> Jobs:
    return Jobs(lambda: day(9))


def records() -> Any:
    return open_records(io.BytesIO(CSV), zone=UTC)


def report(store: Store, **who: Any) -> list[Any]:
    with store.reading() as view:
        rows = reporting.report(view, Report.USERS_CERTIFICATIONS, at=day(9), zone=UTC, **who)
        return list(rows)


def awards(store: Store, **who: Any) -> list[Any]:
    with store.reading() as view:
        return list(reporting.awards(view, at=day(9), **who))


ASKED: dict[Callable[..., Any], Callable[..., Any]] = {
    administering.load: lambda store, **who: administering.load(
        store, Catalog(users=(User("x", "x"),)), **who
    ),
    awarding.complete: lambda store, **who: awarding.complete(
        store, Completion("bob", COURSE, "B", day(9)), at=day(9), zone=UTC, **who
    ),
    awarding.report_external: lambda store, **who: awarding.report_external(
        store, ExternalTraining("bob", "t", day(1).date(), "conduct"), at=day(9), zone=UTC, **who
    ),
    awarding.edit: lambda store, **who: awarding.edit(store, AWARD, at=day(9), **who),
    badges.issue: lambda store, **who: badges.issue(store, "bob", "fa", draw=lambda _: 1, **who),
    badges.reissue: lambda store, **who: badges.reissue(store, "b1", draw=lambda _: 1, **who),
    badges.revoke: lambda store, **who: badges.revoke(store, "b1", **who),
    badges.suspend: lambda store, **who: badges.suspend(store, "b1", **who),
    by_hand.award: lambda store, **who: by_hand.award(
        store, Targets(users={"ada"}), MANUAL, at=day(9), jobs=jobs(), **who
    ),
    by_hand.award_all: lambda store, **who: by_hand.award_all(
        store, ["ada"], MANUAL, at=day(9), **who
    ),
    by_hand.expand: lambda store, **who: by_hand.expand(store, Targets(groups={"crew"}), **who),
    defining.create: lambda store, **who: defining.create(
        store, Certification("new", "New"), at=day(9), **who
    ),
    defining.edit: lambda store, **who: defining.edit(
        store, known(store), Certification("fa", "Other"), at=day(9), **who
    ),
    defining.publish: lambda store, **who: defining.publish(store, "fa", at=day(9), **who),
    defining.activate: lambda store, **who: defining.activate(store, "fa", at=day(9), **who),
    defining.deactivate: lambda store, **who: defining.deactivate(store, "fa", at=day(9), **who),
    exporting.export: lambda store, **who: exporting.export(
        store, TableQuery(Table.ISSUED, day(9)), io.BytesIO(), as_=CSV_FILE, zone=UTC, **who
    ),
    exporting.expiry_calendar: lambda store, **who: exporting.expiry_calendar(
        store, "bob", at=day(9), zone=UTC, **who
    ),
    importing.run: lambda store, **who: importing.run(store, records(), at=day(9), **who),
    importing.submit: lambda store, **who: importing.submit(
        jobs(), store, records(), at=day(9), **who
    ),
    lifecycle.assign: lambda store, **who: lifecycle.assign(
        store, "fa", Assignment(COURSE, "X", T0), **who
    ),
    lifecycle.unlink: lambda store, **who: lifecycle.unlink(
        store, "fa", COURSE, "A", at=day(9), **who
    ),
    lifecycle.unassign: lambda store, **who: lifecycle.unassign(
        store, "bob", "fa", at=day(9), **who
    ),
    lifecycle.delete: lambda store, **who: lifecycle.delete(store, "fa", at=day(9), **who),
    notifying.due: lambda store, **who: notifying.due(
        store, [TOLD], until=day(500), zone=UTC, since=T0, **who
    ),
    notifying.message: lambda store, **who: notifying.message(
        store, NOTICE, TOLD, at=day(9), zone=UTC, **who
    ),
    outbox.pending: outbox.pending,
    outbox.count: lambda store, **who: outbox.count(store, at=day(20), **who),
    outbox.acknowledge: lambda store, **who: outbox.acknowledge(store, 1, **who),
    predating.issue_predated: lambda store, **who: predating.issue_predated(
        store, "fa", since=None, at=day(9), zone=UTC, **who
    ),
    reopening.reopen_expired: lambda store, **who: reopening.reopen_expired(
        store, at=day(900), **{"policy": ALLBOUND, **who}
    ),
    renewing.decide: lambda store, **who: renewing.decide(store, "bob", "fa", at=day(9), **who),
    renewing.start: lambda store, **who: renewing.start(
        store, "bob", "fa", RENEWAL, at=day(9), **who
    ),
    renewing.cancel: lambda store, **who: renewing.cancel(store, "bob", "fa", at=day(9), **who),
    reporting.awards: awards,
    reporting.report: report,
    reporting.learner: lambda store, **who: reporting.learner(
        store, "bob", at=day(9), zone=UTC, **who
    ),
}
"""Each workflow, and how somebody asks for it about Bob, or about everybody."""

EVERY = pytest.mark.parametrize(
    "asked", ASKED, ids=lambda each: f"{each.__module__}.{each.__name__}"
)

PUBLIC = {badges.credential, badges.marked, badges.page}
"""What a badge says and whether it counts, anybody may ask."""

PARTS = {exporting.rows}
"""Of which workflows, and a host's own, are made: they are given a transaction."""

ASKING = {actors.acting, actors.belongings, actors.permit_for}
"""Who asks, and may they?"""


def known(store: Store) -> Certification:
    with store.reading() as view:
        return view.certifications.get("fa") or Certification("fa", "First aid")


def workflows() -> Iterator[Callable[..., Any]]:
    """Every public function of the workflows that is given a store, or a transaction."""
    for each in iter_modules(certrules.workflows.__path__, "certrules.workflows."):
        module = import_module(each.name)
        if each.name.rpartition(".")[2].startswith("_") or module is facts:
            continue
        for name in module.__all__:
            function = getattr(module, name)
            of_module = inspect.isfunction(function) and function.__module__.startswith(each.name)
            if of_module and {Store, Transaction} & {*get_type_hints(function).values()}:
                yield function


def test_no_workflow_is_forgotten() -> None:
    assert {*workflows()} == {*ASKED} | PUBLIC | PARTS | ASKING
    assert all("actor" in inspect.signature(each).parameters for each in ASKED)


@pytest.mark.rule("DOC-JOB-03")
def test_every_question_to_the_jobs_asks_who_may() -> None:
    public = [each for name, each in vars(Jobs).items() if not name.startswith("_")]
    assert {each.__name__ for each in public} == {"submit", "get", "listed", "discontinue", "wait"}
    assert all({"actor", "policy"} <= inspect.signature(each).parameters.keys() for each in public)


def furnished(store: Store) -> None:
    with store.writing() as transaction:
        transaction.awards.add([AWARD])
        transaction.badges.add(BADGE)
        transaction.learning.add_completions([Completion("ada", COURSE, "A", day(2))])
    notifying.due(store, [TOLD], until=day(1), zone=UTC, since=T0)


def content(store: Store) -> list[Any]:
    with store.reading() as view:
        learning = [view.learning.enrolments(u, COURSE, ["A", "B"]) for u in ("ada", "bob")]
        return [
            *map(list, (view.users.all(), view.certifications.all(), view.awards.select())),
            view.events.after(0, 1000),
            view.events.acknowledged(),
            view.notices.planned(),
            view.renewals.history("bob", "fa"),
            learning,
            view.learning.external("bob", "t"),
            list(view.items.all()),
            list(view.companies.all()),
            view.badges.get("b1"),
        ]


NOBODY = [
    Actor(),
    Actor("ada"),
    Actor("ada", {Role.POWER_USER, Role.MANAGER, Role.EXECUTIVE, Role.SALES}, company_id="other"),
    Actor("ada", permissions=set(Permission)),
]


@pytest.mark.rule("DOC-CERT-09", "DOC-JOB-03", "INT-27", "ALL-ROLE-07")
@pytest.mark.parametrize("actor", NOBODY, ids=["anybody", "learner", "others", "no role"])
@EVERY
def test_nothing_changes_for_somebody_who_may_not(
    store: Store, asked: Callable[..., Any], actor: Actor
) -> None:
    furnished(store)
    before = content(store)
    with pytest.raises(NotPermittedError) as refusal:
        ASKED[asked](store, actor=actor)
    assert refusal.value.reasons
    assert content(store) == before


@pytest.mark.rule("DOC-CERT-09", "INT-27")
@pytest.mark.parametrize("actor", NOBODY, ids=["anybody", "learner", "others", "no role"])
@EVERY
def test_who_may_not_learns_nothing_of_what_there_is(
    store: Store, asked: Callable[..., Any], actor: Actor
) -> None:
    furnished(store)
    told = set()
    for asked_of in (store, MemoryStore()):
        with pytest.raises(NotPermittedError) as refusal:
            ASKED[asked](asked_of, actor=actor)
        told.add(str(refusal.value))
    assert len(told) == 1


@pytest.mark.rule("DOC-CERT-09")
@EVERY
def test_the_system_needs_no_permission(store: Store, asked: Callable[..., Any]) -> None:
    furnished(store)
    ASKED[asked](store, actor=SYSTEM)


@pytest.mark.rule("DOC-CERT-01")
@pytest.mark.parametrize("actor", [SYSTEM, Actor("ada", {Role.SUPERADMIN})], ids=str)
@EVERY
def test_nothing_works_where_certifications_are_switched_off(
    store: Store, asked: Callable[..., Any], actor: Asking
) -> None:
    furnished(store)
    before = content(store)
    with pytest.raises(NotPermittedError) as refusal:
        ASKED[asked](store, actor=actor, policy=evolve(DOCEBO, enabled=False))
    assert refusal.value.reasons == (SWITCHED_OFF,)
    assert content(store) == before


@pytest.mark.rule("DOC-VIEW-03", "ALL-ROLE-07")
def test_everybody_renews_and_sees_their_own(store: Store) -> None:
    furnished(store)
    bob = Actor("bob")
    assert reporting.learner(store, "bob", at=day(9), zone=UTC, actor=bob)
    assert renewing.start(store, "bob", "fa", RENEWAL, at=day(9), actor=bob) is not None


@pytest.mark.rule("ALL-ROLE-05")
def test_managers_see_what_their_company_has(store: Store) -> None:
    with store.writing() as transaction:
        transaction.users.put([User("bob", "bob", company_id="acme")])
    see = partial(reporting.learner, store, "bob", at=day(9), zone=UTC)
    assert see(actor=Actor("ada", {Role.MANAGER}, company_id="acme")) == []
    with pytest.raises(NotPermittedError):
        see(actor=Actor("ada", {Role.MANAGER}, company_id="other"))


@pytest.mark.rule("INT-24", "INT-41")
def test_who_asks_is_of_the_company_that_the_store_says(store: Store) -> None:
    with store.writing() as transaction:
        transaction.users.put([User("ada", "ada", company_id="acme")])
    manager = acting(store, "ada", roles=[Role.MANAGER], permissions=[Permission.CONTENT])
    assert manager == Actor("ada", {Role.MANAGER}, {Permission.CONTENT}, "acme")
    for nobody in ("zed", "eve"):  # unknown, deactivated
        with pytest.raises(InvalidValueError, match=f"actor cannot be '{nobody}': expected the id"):
            acting(store, nobody)


@pytest.mark.rule("DOC-CERT-09", "DOC-JOB-03")
def test_a_superadmin_does_it_in_their_own_name(store: Store) -> None:
    boss = Actor("ada", {Role.SUPERADMIN})
    assert user_of(boss) == "ada"
    assert user_of(SYSTEM) is None
    assert defining.create(store, Certification("new", "New"), at=day(9), actor=boss)
    with store.reading() as view:
        created = view.certifications.get("new")
    assert created
    assert created.created_by == "ada"
    background = jobs()
    job = importing.submit(background, store, records(), at=day(9), actor=boss)
    assert background.wait(job.id).owner == "ada"


@pytest.mark.rule("ALL-ROLE-03")
@pytest.mark.parametrize("change", [badges.revoke, badges.suspend])
def test_badges_are_taken_back_by_those_who_may(store: Store, change: Callable[..., None]) -> None:
    with pytest.raises(NotPermittedError):
        change(store, "b1", actor=Actor("ada", {Role.ADMINISTRATOR}, {Permission.CONTENT}))
    with pytest.raises(InvalidValueError):
        change(store, "b1", actor=Actor("ada", {Role.ADMINISTRATOR}, set(Permission)))
