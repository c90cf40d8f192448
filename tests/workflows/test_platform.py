"""No workflow does anything for somebody who may not."""

import inspect
import io
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, cast

import pytest
from attrs import evolve

import certrules.workflows
from certrules import (
    DOCEBO,
    Award,
    Certification,
    ExpiryBasis,
    ItemKind,
    ManualAward,
    User,
)
from certrules.catalogs import Catalog
from certrules.errors import InvalidValueError, NotPermittedError, StoreError, UnknownZoneError
from certrules.model.badges import Badge
from certrules.model.catalog import Assignment, ItemRef
from certrules.model.learning import Completion, ExternalTraining, RenewalOption
from certrules.model.notices import Notice, NoticeKind, Notification
from certrules.model.people import Actor, Permission, Role
from certrules.records import open_records
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import open_store
from certrules.rules.awarding import Targets
from certrules.rules.feature import switched_off
from certrules.rules.reporting import Report
from certrules.rules.tables import Table, TableQuery
from certrules.workflows import (
    awarding,
    backfill,
    badges,
    catalog,
    certifications,
    effects,
    exporting,
    facts,
    importing,
    lifecycle,
    manual_awards,
    notifying,
    outbox,
    renewal,
    reopen,
    reporting,
)
from certrules.workflows.effects import decide_and_apply
from certrules.workflows.jobs import Jobs
from certrules.workflows.platform import SYSTEM, Acting, Platform, Principal, scope_of
from docs.generate.ports import functions
from tests.workflows.conftest import T0, acting, day

AWARD = Award("bob", "fa", T0, day(400), ExpiryBasis.DATE)
MANUAL = ManualAward("fa", T0, day(400), ExpiryBasis.DATE)
COURSE = ItemKind.COURSE
OFF = evolve(DOCEBO, enabled=False)
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


def report(acting: Acting[Transaction]) -> list[Any]:
    with acting.store.reading() as view:
        return list(reporting.report(acting, view, Report.USERS_CERTIFICATIONS, at=day(9)))


def awards(acting: Acting[Transaction]) -> list[Any]:
    with acting.store.reading() as view:
        return list(reporting.awards(acting, view, TableQuery(Table.ISSUED, day(9))))


ASKED: dict[Callable[..., Any], Callable[[Acting[Transaction]], Any]] = {
    catalog.load: lambda who: catalog.load(who, Catalog(users=(User("x", "x"),))),
    awarding.complete: lambda who: awarding.complete(
        who, Completion("bob", COURSE, "B", day(9)), at=day(9)
    ),
    awarding.evaluate: lambda who: awarding.evaluate(who, "bob", at=day(9)),
    awarding.report_external: lambda who: awarding.report_external(
        who, ExternalTraining("bob", "t", day(1).date(), "conduct"), at=day(9)
    ),
    awarding.edit: lambda who: awarding.edit(who, AWARD, at=day(9)),
    badges.issue: lambda who: badges.issue(who, "bob", "fa", draw=lambda _: 1),
    badges.reissue: lambda who: badges.reissue(who, "b1", draw=lambda _: 1),
    badges.revoke: lambda who: badges.revoke(who, "b1"),
    badges.suspend: lambda who: badges.suspend(who, "b1"),
    manual_awards.award: lambda who: manual_awards.award(
        who, Targets(users={"ada"}), MANUAL, at=day(9), jobs=jobs()
    ),
    manual_awards.award_all: lambda who: manual_awards.award_all(who, ["ada"], MANUAL, at=day(9)),
    manual_awards.expand: lambda who: manual_awards.expand(who, Targets(groups={"crew"})),
    certifications.create: lambda who: certifications.create(
        who, Certification("new", "New"), at=day(9)
    ),
    certifications.edit: lambda who: certifications.edit(
        who, known(who.store), Certification("fa", "Other"), at=day(9)
    ),
    certifications.publish: lambda who: certifications.publish(who, "fa", at=day(9)),
    certifications.activate: lambda who: certifications.activate(who, "fa", at=day(9)),
    certifications.deactivate: lambda who: certifications.deactivate(who, "fa", at=day(9)),
    exporting.export: lambda who: exporting.export(
        who, TableQuery(Table.ISSUED, day(9)), io.BytesIO(), as_=CSV_FILE
    ),
    exporting.expiry_calendar: lambda who: exporting.expiry_calendar(who, "bob", at=day(9)),
    importing.run: lambda who: importing.run(who, records(), at=day(9)),
    importing.submit: lambda who: importing.submit(who, records(), at=day(9), jobs=jobs()),
    lifecycle.assign: lambda who: lifecycle.assign(who, "fa", Assignment(COURSE, "X", T0)),
    lifecycle.unlink: lambda who: lifecycle.unlink(who, "fa", COURSE, "A", at=day(9)),
    lifecycle.unassign: lambda who: lifecycle.unassign(who, "bob", "fa", at=day(9)),
    lifecycle.delete: lambda who: lifecycle.delete(who, "fa", at=day(9)),
    notifying.due: lambda who: notifying.due(who, [TOLD], at=day(500), since=T0),
    notifying.message: lambda who: notifying.message(who, NOTICE, TOLD, at=day(9)),
    outbox.pending: outbox.pending,
    outbox.count: lambda who: outbox.count(who, at=day(20)),
    outbox.acknowledge: lambda who: outbox.acknowledge(who, 1),
    backfill.issue_predated: lambda who: backfill.issue_predated(who, "fa", since=None, at=day(9)),
    reopen.reopen_expired: lambda who: reopen.reopen_expired(who, at=day(900)),
    renewal.decide: lambda who: renewal.decide(who, "bob", "fa", at=day(9)),
    renewal.start: lambda who: renewal.start(who, "bob", "fa", RENEWAL, at=day(9)),
    renewal.cancel: lambda who: renewal.cancel(who, "bob", "fa", at=day(9)),
    reporting.awards: awards,
    reporting.report: report,
    reporting.learner: lambda who: reporting.learner(who, "bob", at=day(9)),
}
"""Each workflow, and how somebody asks for it about Bob, or about everybody."""

EVERY = pytest.mark.parametrize(
    "asked", ASKED, ids=lambda each: f"{each.__module__}.{each.__name__}"
)

PUBLIC = {badges.credential, badges.marked, badges.page}
"""What a badge says and whether it counts, anybody may ask."""

PARTS = {effects.apply, exporting.rows, outbox.enqueue_events, outbox.enqueue_notices, scope_of}
"""Of which workflows, and a host's own, are made: they are given a transaction."""

HELPERS = {
    decide_and_apply,
    manual_awards.decide_each,
    catalog.require_some,
    manual_awards.decide_each,
    effects.apply,
    outbox.enqueue_events,
    outbox.enqueue_notices,
}


def known(store: Store[Transaction]) -> Certification:
    with store.reading() as view:
        return view.certifications.get("fa") or Certification("fa", "First aid")


def workflows() -> Iterator[Callable[..., Any]]:
    """Every public function of the workflows that is given who acts, or a transaction."""
    for each in iter_modules(certrules.workflows.__path__, "certrules.workflows."):
        module = import_module(each.name)
        if each.name.rpartition(".")[2].startswith("_") or module is facts:
            continue
        for _, function in functions(module):
            if {"acting", "transaction", "view"} & {*inspect.signature(function).parameters}:
                yield function


def test_no_workflow_is_forgotten() -> None:
    assert {*workflows()} == {*ASKED} | PUBLIC | PARTS | HELPERS
    for each in ASKED:
        first, *others = inspect.signature(each).parameters
        assert first == "acting"
        assert not {"actor", "policy", "store"} & {*others}


@pytest.mark.rule("DOC-JOB-03")
def test_every_question_to_the_jobs_asks_who_may() -> None:
    public = [each for name, each in vars(Jobs).items() if not name.startswith("_")]
    assert {each.__name__ for each in public} == {"submit", "get", "listed", "discontinue", "wait"}
    assert all([*inspect.signature(each).parameters][:2] == ["self", "acting"] for each in public)


def furnished(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add([AWARD])
        transaction.badges.add(BADGE)
        transaction.learning.add_completions([Completion("ada", COURSE, "A", day(2))])
    notifying.due(acting(store), [TOLD], at=day(1), since=T0)


def content(store: Store[Transaction]) -> list[Any]:
    with store.reading() as view:
        learning = [
            view.learning.history(u, [ItemRef(COURSE, "A"), ItemRef(COURSE, "B")])[0]
            for u in ("ada", "bob")
        ]
        return [
            *map(list, (view.users.all(), view.certifications.all(), view.awards.select())),
            view.events.after(0, 1000),
            view.events.acknowledged(),
            view.notices.planned(),
            view.renewals.history("bob", "fa"),
            learning,
            view.learning.external(["bob"]),
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
@EVERY
def test_nothing_changes_for_somebody_who_may_not(
    store: Store[Transaction], asked: Callable[..., Any]
) -> None:
    furnished(store)
    before = content(store)
    for actor in NOBODY:
        with pytest.raises(NotPermittedError) as refusal:
            ASKED[asked](acting(store, actor))
        assert refusal.value.reasons
        assert content(store) == before, actor


@pytest.mark.rule("DOC-CERT-09", "INT-27")
@EVERY
def test_who_may_not_learns_nothing_of_what_there_is(
    store: Store[Transaction], asked: Callable[..., Any]
) -> None:
    furnished(store)
    for actor in NOBODY:
        told = set()
        for asked_of in (store, MemoryStore()):
            with pytest.raises(NotPermittedError) as refusal:
                ASKED[asked](acting(asked_of, actor))
            told.add(str(refusal.value))
        assert len(told) == 1, actor


@pytest.mark.rule("DOC-CERT-09")
@EVERY
def test_the_system_needs_no_permission(
    store: Store[Transaction], asked: Callable[..., Any]
) -> None:
    furnished(store)
    ASKED[asked](acting(store))


@pytest.mark.rule("DOC-CERT-01")
@EVERY
def test_nothing_works_where_certifications_are_switched_off(
    store: Store[Transaction], asked: Callable[..., Any]
) -> None:
    furnished(store)
    before = content(store)
    principals: list[Principal] = [SYSTEM, Actor("ada", {Role.SUPERADMIN})]
    for principal in principals:
        with pytest.raises(NotPermittedError) as refusal:
            ASKED[asked](acting(store, principal, policy=OFF))
        assert refusal.value.reasons == switched_off(OFF)
        assert content(store) == before, principal


@EVERY
def test_a_platform_on_which_nobody_acts_is_refused(
    store: Store[Transaction], asked: Callable[..., Any]
) -> None:
    furnished(store)
    before = content(store)
    with pytest.raises(InvalidValueError, match=r"platform\.acting_as\(\.\.\.\)"):
        ASKED[asked](cast("Acting[Transaction]", Platform(store, DOCEBO, UTC)))
    assert content(store) == before


def test_a_platform_has_no_other_attributes_than_its_own() -> None:
    platform = Platform(MemoryStore(), DOCEBO, UTC)
    assert not hasattr(platform, "clock")
    with pytest.raises(InvalidValueError, match="acting_as"):
        Jobs(lambda: day(1)).listed(cast("Acting[Transaction]", platform), at=day(1))


FLAGS: dict[str, Callable[[Acting[Transaction], Any], Any]] = {
    "start": lambda who, flag: renewal.start(who, "bob", "fa", RENEWAL, at=day(9), dry_run=flag),
    "unlink": lambda who, flag: lifecycle.unlink(who, "fa", COURSE, "A", at=day(9), dry_run=flag),
    "unassign": lambda who, flag: lifecycle.unassign(who, "bob", "fa", at=day(9), dry_run=flag),
    "delete": lambda who, flag: lifecycle.delete(who, "fa", at=day(9), dry_run=flag),
    "cascade": lambda who, flag: lifecycle.delete(who, "fa", at=day(9), cascade=flag),
    "publish": lambda who, flag: certifications.publish(who, "fa", active=flag, at=day(9)),
    "predate": lambda who, flag: backfill.issue_predated(
        who, "fa", since=None, at=day(9), dry_run=flag
    ),
    "import": lambda who, flag: importing.run(who, records(), at=day(9), dry_run=flag),
    "notify": lambda who, flag: importing.run(who, records(), at=day(9), notify=flag),
    "submit": lambda who, flag: importing.submit(
        who, records(), at=day(9), jobs=jobs(), notify=flag
    ),
    "past": lambda who, flag: exporting.expiry_calendar(who, "bob", at=day(9), past=flag),
    "suspend": lambda who, flag: badges.suspend(who, "b1", suspended=flag),
}


@pytest.mark.parametrize("flag", ["no", 0, None])
@pytest.mark.parametrize("asked", FLAGS)
def test_only_true_and_false_are_flags(store: Store[Transaction], asked: str, flag: object) -> None:
    furnished(store)
    before = content(store)
    with pytest.raises(InvalidValueError, match="expected True or False"):
        FLAGS[asked](acting(store), flag)
    assert content(store) == before


def test_every_flag_of_a_workflow_is_checked() -> None:
    asked = {*workflows()} - HELPERS
    flags = [
        each
        for workflow in asked
        for each in inspect.signature(workflow).parameters.values()
        if each.annotation is bool
    ]
    assert len(flags) == len(FLAGS)


@pytest.mark.rule("DOC-VIEW-03", "ALL-ROLE-07")
def test_everybody_renews_and_sees_their_own(store: Store[Transaction]) -> None:
    furnished(store)
    bob = Actor("bob")
    assert reporting.learner(acting(store, bob), "bob", at=day(9))
    assert renewal.start(acting(store, bob), "bob", "fa", RENEWAL, at=day(9)) is not None


@pytest.mark.rule("ALL-ROLE-05")
def test_managers_see_what_their_company_has(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.users.put([User("bob", "bob", company_id="acme")])
    manager, other = (Actor("ada", {Role.MANAGER}, company_id=each) for each in ("acme", "other"))
    assert reporting.learner(acting(store, manager), "bob", at=day(9)) == []
    with pytest.raises(NotPermittedError):
        reporting.learner(acting(store, other), "bob", at=day(9))


@pytest.mark.rule("INT-24", "INT-41")
def test_who_asks_is_of_the_company_that_the_store_says(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.users.put([User("ada", "ada", company_id="acme")])
    platform = Platform(store, DOCEBO, UTC)
    manager = platform.principal_for("ada", roles=[Role.MANAGER], permissions=[Permission.CONTENT])
    assert manager == Actor("ada", {Role.MANAGER}, {Permission.CONTENT}, "acme")
    for nobody in ("zed", "eve"):  # unknown, deactivated
        with pytest.raises(InvalidValueError, match=f"actor cannot be '{nobody}': expected the id"):
            platform.principal_for(nobody)


@pytest.mark.rule("DOC-CERT-09", "DOC-JOB-03")
def test_a_superadmin_does_it_in_their_own_name(store: Store[Transaction]) -> None:
    boss = Actor("ada", {Role.SUPERADMIN})
    assert acting(store, boss).user_id == "ada"
    assert acting(store).user_id is None
    assert certifications.create(acting(store, boss), Certification("new", "New"), at=day(9))
    with store.reading() as view:
        created = view.certifications.get("new")
    assert created
    assert created.created_by == "ada"
    background = jobs()
    job = importing.submit(acting(store, boss), records(), at=day(9), jobs=background)
    assert background.wait(acting(store), job.id).owner == "ada"


@pytest.mark.rule("ALL-ROLE-03")
@pytest.mark.parametrize("change", [badges.revoke, badges.suspend])
def test_badges_are_taken_back_by_those_who_may(
    store: Store[Transaction], change: Callable[..., None]
) -> None:
    with pytest.raises(NotPermittedError):
        change(acting(store, Actor("ada", {Role.ADMINISTRATOR}, {Permission.CONTENT})), "b1")
    with pytest.raises(InvalidValueError):
        change(acting(store, Actor("ada", {Role.ADMINISTRATOR}, set(Permission))), "b1")


@pytest.mark.rule("DOC-TZ-02", "X-TZ-1")
@pytest.mark.parametrize(
    ("own", "choose", "zone"),
    [
        ("Asia/Tokyo", True, "Asia/Tokyo"),
        ("Asia/Tokyo", False, "Europe/Rome"),
        (None, True, "Europe/Rome"),
        ("Nowhere/Land", True, "Europe/Rome"),
    ],
)
def test_a_user_is_shown_days_in_their_own_zone_if_the_policy_lets_them_choose(
    store: Store[Transaction], own: str | None, zone: str, *, choose: bool
) -> None:
    policy = evolve(DOCEBO, users_choose_zone=choose)
    acts = acting(store, policy=policy, zone="Europe/Rome")
    assert str(acts.zone_of(User("bob", "bob", time_zone=own))) == zone


@pytest.mark.rule("DOC-TZ-02", "X-TZ-1")
@pytest.mark.parametrize("choose", [True, False])
def test_what_a_user_reads_has_the_days_of_their_zone(
    store: Store[Transaction], *, choose: bool
) -> None:
    expires = datetime(2024, 6, 1, 20, tzinfo=UTC)  # the next day in Tokyo
    with store.writing() as transaction:
        transaction.users.put([User("bob", "bob", time_zone="Asia/Tokyo")])
        transaction.awards.add([evolve(AWARD, expires_at=expires)])
    acts = acting(store, policy=evolve(DOCEBO, users_choose_zone=choose))
    (line,) = reporting.learner(acts, "bob", at=datetime(2024, 5, 30, tzinfo=UTC))
    assert line.days_left == (3 if choose else 2)
    told = evolve(TOLD, body="{{expiry_date}}")
    notice = evolve(NOTICE, of=expires)
    message = notifying.message(acts, notice, told, at=day(9))
    assert message
    assert message.body == ("2024-06-02" if choose else "2024-06-01")
    file = exporting.expiry_calendar(acts, "bob", at=day(9))
    assert (b"DTSTART;VALUE=DATE:20240602" in file) == choose


def test_who_is_writing_already_learns_so_at_once_and_may_go_on(store: Store[Transaction]) -> None:
    user = User("new", "new")
    with store.writing() as work:
        work.users.put([user])
        with pytest.raises(StoreError, match="this very caller"), store.writing():
            pass
        with store.reading() as view:
            assert view.users.get("new") is None
    with ThreadPoolExecutor(1) as other, store.reading():  # which is no writer
        assert other.submit(written, store, "other").result() is None
    with store.writing() as work:
        assert work.users.get("new") == user


def written(store: Store[Transaction], id_: str) -> None:
    with store.writing() as work:
        work.users.put([User(id_, id_)])


@pytest.mark.rule("INT-41")
@pytest.mark.parametrize("asked", ASKED, ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_a_store_is_no_platform(store: Store[Transaction], asked: Callable[..., Any]) -> None:
    with pytest.raises(InvalidValueError, match=r"^acting cannot be .*Store.*: expected a plat"):
        ASKED[asked](cast("Acting[Transaction]", store))
    assert not hasattr(store, "users")


@pytest.mark.rule("INT-41")
def test_a_platform_is_made_of_what_it_says(store: Store[Transaction]) -> None:
    for wrong in ({"store": None}, {"store": MemoryStore}, {"policy": None}, {"policy": "docebo"}):
        with pytest.raises(InvalidValueError, match=f"{next(iter(wrong))} cannot be"):
            Platform(**{"store": store, "policy": DOCEBO, "zone": UTC, **wrong})  # type: ignore[arg-type]
    with pytest.raises(UnknownZoneError):
        Platform(store, DOCEBO, "Nowhere/Land")
    for nobody in (None, "ada", SYSTEM.value):
        with pytest.raises(InvalidValueError, match="principal cannot be"):
            acting(store, nobody)  # type: ignore[arg-type]


def test_who_acts_goes_to_another_process_with_a_store_that_does(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "store.db", create=True)) as opened:
        acts = acting(opened, Actor("ada", {Role.SUPERADMIN}), zone="Europe/Rome")
        again = pickle.loads(pickle.dumps(acts))  # noqa: S301 - its own
        with closing(again.store):
            assert evolve(again, store=opened) == acts
    with pytest.raises(StoreError):
        pickle.dumps(acting(MemoryStore()))
