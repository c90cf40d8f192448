"""Laws of a life: whatever people do in whatever order, on both stores at once."""

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import pytest
from attrs import evolve, frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from certrules import (
    ALLBOUND,
    DOCEBO,
    AssociationType,
    Award,
    Certification,
    CertificationStatus,
    ExpiryBasis,
    ItemKind,
    ManualAward,
    Policy,
    Unit,
    Validity,
)
from certrules.model.catalog import Assignment, Criteria, ItemRef
from certrules.model.decisions import Decision, Granted
from certrules.model.effects import IssueAward, Notify, ReopenTraining
from certrules.model.learning import (
    Completion,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    RenewalOption,
    RenewalState,
)
from certrules.model.notices import Event, EventKind
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import SqlStore, open_store
from certrules.rules.awarding import Targets
from certrules.workflows import awarding, backfill, lifecycle, manual_awards, renewal, reopen
from certrules.workflows.jobs import Jobs
from tests.workflows.conftest import T0, acting, furnish

T = TypeVar("T")

USERS = ("ada", "bob")
CERTIFICATIONS = ("fa", "conduct")
PAIRS = tuple(product(USERS, CERTIFICATIONS))
ITEMS = (
    (ItemKind.COURSE, "A"),
    (ItemKind.COURSE, "B"),
    (ItemKind.COURSE, "X"),
    (ItemKind.LEARNING_PLAN, "P"),
)
REOPENING = evolve(DOCEBO, reenable_training_on_expiry=True)
PREDATING = evolve(ALLBOUND, criteria=Criteria.ANY, validities=None)

users = st.sampled_from(USERS)
certifications = st.sampled_from(CERTIFICATIONS)
items = st.sampled_from(ITEMS)
days = st.integers(0, 40)
policies = st.sampled_from([DOCEBO, REOPENING])


@frozen
class Snapshot:
    """Everything that a store holds."""

    awards: tuple[Award, ...]
    events: tuple[Event, ...]
    renewals: tuple[Any, ...]
    learning: tuple[Any, ...]
    catalog: tuple[Any, ...]


def snapshot(store: Store[Transaction]) -> Snapshot:
    with store.reading() as view:
        return Snapshot(
            tuple(view.awards.select()),
            tuple(event for _, event in view.events.after(0, 100_000) if isinstance(event, Event)),
            tuple(
                each for u in USERS for c in CERTIFICATIONS for each in view.renewals.history(u, c)
            ),
            tuple(_learning(view)),
            (*view.users.all(), *view.certifications.all()),
        )


def _learning(view: Transaction) -> Iterator[Any]:
    items = [ItemRef(*item) for item in ITEMS]
    yield from view.learning.completions(USERS, items)
    for user in USERS:
        yield from view.learning.history(user, items)[0]
    for user, course in product(USERS, "ABX"):
        yield user, course, view.learning.progress(user, course)


class Life(RuleBasedStateMachine):
    """Two users, two certifications, four items and a clock."""

    world: Path

    def __init__(self) -> None:
        super().__init__()
        self.now = T0 + timedelta(days=1)
        self.folder = tempfile.TemporaryDirectory()
        file = shutil.copy(self.world, Path(self.folder.name) / "store.db")
        self.sql: SqlStore = open_store(str(file))
        self.stores: tuple[Store[Transaction], ...] = (MemoryStore(), self.sql)
        self.watch = sqlite3.connect(file)
        self.known: Snapshot | None = None
        self.read: tuple[int, Snapshot] | None = None

    @initialize()
    def begin(self) -> None:
        furnish(self.stores[0])

    def teardown(self) -> None:
        self.watch.close()
        self.sql.close()
        self.folder.cleanup()

    def do(self, work: Callable[[Store[Transaction]], T]) -> T:
        """Do the same on both stores; they answer alike, and end equal."""
        self.known = None
        first, second = (work(store) for store in self.stores)
        assert first == second
        return first

    def both(self) -> Snapshot:
        if self.known is None:
            self.known = snapshot(self.stores[0])
            assert self.known == self.in_sql()
        return self.known

    def in_sql(self) -> Snapshot:
        """Read the database only if SQLite counts a change by others than who watches."""
        (version,) = self.watch.execute("PRAGMA data_version").fetchone()
        if self.read is None or self.read[0] != version:
            self.read = version, snapshot(self.sql)
        return self.read[1]

    def definition(self, certification_id: str) -> Certification:
        catalog = self.both().catalog
        found = (each for each in catalog if isinstance(each, Certification))
        return next(each for each in found if each.id == certification_id)

    def decided(
        self,
        work: Callable[[Store[Transaction]], Any],
        decisions: Callable[[Any], Iterable[Decision]] = lambda it: [it],
    ) -> None:
        """Do what is decided, and check what its effects say against what changed."""
        before = self.both()
        answer = self.do(work)
        after = self.both()
        effects = [
            effect
            for decision in decisions(answer)
            if isinstance(decision, Granted)
            for effect in decision.effects
        ]
        assert after.events[: len(before.events)] == before.events
        news = [effect.event for effect in effects if isinstance(effect, Notify)]
        assert list(after.events[len(before.events) :]) == news
        issued = [effect.award for effect in effects if isinstance(effect, IssueAward)]
        made = EventKind.ISSUED, EventKind.IMPORTED, EventKind.RENEWED
        told = [event for event in news if event.kind in made]
        assert Counter((a.user_id, a.certification_id, a.cycle) for a in issued) == Counter(
            (e.user_id, e.certification_id, e.cycle) for e in told
        )
        if not effects:
            assert (after.awards, after.renewals, after.catalog) == (
                before.awards,
                before.renewals,
                before.catalog,
            )
        self.check_history(before, after)
        self.check_facts(issued, after)

    def check_history(self, before: Snapshot, after: Snapshot) -> None:
        """Nothing is lost, and history does not change."""
        now = {(a.user_id, a.certification_id, a.cycle): a for a in after.awards}
        for award in before.awards:
            kept = now[award.user_id, award.certification_id, award.cycle]
            assert kept.version >= award.version
            assert kept == award or not award.archived

    def check_facts(self, issued: Iterable[Award], after: Snapshot) -> None:
        """No award is issued before what earned it."""
        done = {each for each in after.learning if isinstance(each, Completion)}
        for award in issued:
            if award.source.type in (AssociationType.COURSE, AssociationType.LEARNING_PLAN):
                kind = ItemKind(award.source.type.value)
                at = award.source.completed_at or award.issued_at
                assert Completion(award.user_id, kind, award.source.item_id or "", at) in done
                assert at <= award.issued_at <= self.now

    # What people do

    @rule(ahead=st.integers(0, 400), seconds=st.integers(0, 86_400))
    def wait(self, ahead: int, seconds: int) -> None:
        self.now += timedelta(days=ahead, seconds=seconds)

    @rule(user_id=users, item=items)
    def enrol(self, user_id: str, item: tuple[ItemKind, str]) -> None:
        def work(store: Store[Transaction]) -> None:
            with store.writing() as transaction:
                if not transaction.learning.history(user_id, [ItemRef(*item)])[0]:
                    transaction.learning.put_enrolments([Enrolment(user_id, *item, self.now)])

        self.do(work)

    @rule(user_id=users, item=items, ago=st.integers(-1, 40), policy=policies)
    def complete(
        self, user_id: str, item: tuple[ItemKind, str], ago: int, policy: Policy = DOCEBO
    ) -> None:
        done = Completion(user_id, *item, self.now - timedelta(days=ago))
        before = self.both()
        self.decided(
            lambda store: awarding.complete(acting(store, policy=policy), done, at=self.now),
            lambda completed: completed.decisions.values(),
        )
        if ago < 0:
            assert self.both() == before

    @rule(user_id=users, certification_id=certifications)
    def earn(self, user_id: str, certification_id: str) -> None:
        """Complete what earns a certification, now."""
        assigned = self.definition(certification_id).assignments
        if assigned:
            self.complete(user_id, (assigned[0].kind, assigned[0].item_id), 0)

    @rule(user_id=users, certification_id=certifications, choice=st.integers(0, 5), later=days)
    def renew(self, user_id: str, certification_id: str, choice: int, later: int) -> None:
        self.earn(user_id, certification_id)
        self.now += timedelta(days=later)
        self.start(user_id, certification_id, choice, None, stale=False)
        self.now += timedelta(days=later)
        self.finish(user_id, certification_id)

    @rule(user_id=users, course_id=st.sampled_from("ABX"))
    def study(self, user_id: str, course_id: str) -> None:
        def work(store: Store[Transaction]) -> None:
            with store.writing() as transaction:
                (known,) = transaction.learning.courses([course_id])
                transaction.learning.add_progress(user_id, course_id, known.materials)

        self.do(work)

    @rule(user_id=users, certification_id=certifications, ago=days)
    def report_external(self, user_id: str, certification_id: str, ago: int) -> None:
        on = (self.now - timedelta(days=ago)).date()
        training = ExternalTraining(user_id, f"t{on}", on, certification_id)
        self.decided(
            lambda store: awarding.report_external(acting(store), training, at=self.now),
            lambda completed: completed.decisions.values(),
        )

    @rule(
        user_id=users,
        certification_id=certifications,
        choice=st.integers(0, 5),
        key=st.none() | st.sampled_from("kl"),
        stale=st.booleans(),
    )
    def start(
        self, user_id: str, certification_id: str, choice: int, key: str | None, *, stale: bool
    ) -> None:
        decision = self.do(
            lambda store: renewal.decide(acting(store), user_id, certification_id, at=self.now)
        )
        options = decision.options if isinstance(decision, Granted) else ()
        option = options[choice % len(options)] if options else RenewalOption(*ITEMS[choice % 4])
        seen = (1, 0) if stale else None
        self.decided(
            lambda store: renewal.start(
                acting(store),
                user_id,
                certification_id,
                option,
                at=self.now,
                key=key,
                expected_version=seen,
            )
        )

    @rule(user_id=users, certification_id=certifications)
    def cancel(self, user_id: str, certification_id: str) -> None:
        self.decided(
            lambda store: renewal.cancel(acting(store), user_id, certification_id, at=self.now)
        )

    @rule(user_id=users, certification_id=certifications)
    def finish(self, user_id: str, certification_id: str) -> None:
        """Complete what an open renewal asks for."""
        with self.stores[0].reading() as view:
            history = view.renewals.history(user_id, certification_id)
        for each in history:
            if each.state is RenewalState.OPEN:
                self.now += timedelta(seconds=1)
                self.complete(user_id, (each.option.kind, each.option.item_id), 0)

    # What administrators do

    @rule(certification_id=certifications, ago=days, valid=st.none() | st.integers(-1, 400))
    def award_by_hand(self, certification_id: str, ago: int, valid: int | None) -> None:
        issued_at = self.now - timedelta(days=ago)
        basis = ExpiryBasis.ALWAYS_VALID if valid is None else ExpiryBasis.DATE
        expires_at = None if valid is None else issued_at + timedelta(days=valid)
        chosen = ManualAward(certification_id, issued_at, expires_at, basis)
        targets = Targets(users={"ada"}, branches={"rome"})
        before = self.both()
        report = self.do(
            lambda store: manual_awards.award(
                acting(store), targets, chosen, at=self.now, jobs=Jobs(lambda: self.now)
            )
        )
        assert isinstance(report, manual_awards.AwardReport)
        after = self.both()
        self.check_history(before, after)
        assert [event.user_id for event in after.events[len(before.events) :]] == list(
            report.awarded
        )
        assert len(report.awarded) or after == before

    @rule(user_id=users, certification_id=certifications, valid=st.none() | st.integers(-1, 400))
    def edit(self, user_id: str, certification_id: str, valid: int | None) -> None:
        held = [
            award
            for award in self.both().awards
            if (award.user_id, award.certification_id) == (user_id, certification_id)
        ]
        if held:
            expires_at = None if valid is None else held[-1].issued_at + timedelta(days=valid)
            basis = ExpiryBasis.ALWAYS_VALID if valid is None else ExpiryBasis.DATE
            changed = evolve(held[-1], expires_at=expires_at, basis=basis)
            self.decided(lambda store: awarding.edit(acting(store), changed, at=self.now))

    @rule(certification_id=certifications, dry_run=st.booleans(), ago=st.none() | days)
    def predate(self, certification_id: str, *, dry_run: bool, ago: int | None) -> None:
        since = None if ago is None else self.now - timedelta(days=ago)
        before = self.both()
        report = self.do(
            lambda store: backfill.issue_predated(
                acting(store, policy=PREDATING),
                certification_id,
                since=since,
                at=self.now,
                dry_run=dry_run,
            )
        )
        after = self.both()
        self.check_history(before, after)
        new = len(after.awards) - len(before.awards)
        assert new == len(after.events) - len(before.events)
        assert new == (0 if dry_run else len(report.awarded))

    @rule(ago=st.none() | days)
    def reopen(self, ago: int | None) -> None:
        since = None if ago is None else self.now - timedelta(days=ago)

        def work(store: Store[Transaction]) -> list[ReopenTraining]:
            return reopen.reopen_expired(acting(store, policy=REOPENING), at=self.now, since=since)

        before = self.both()
        reopened = self.do(work)
        after = self.both()
        assert (after.awards, after.events) == (before.awards, before.events)
        assert set(before.learning) - set(after.learning) <= {
            each
            for each in before.learning
            if isinstance(each, Enrolment) and each.status is EnrolmentStatus.COMPLETED
        }
        assert bool(reopened) == (after != before)
        assert self.do(work) == []

    @precondition(lambda self: self.lived())
    @rule(
        certification_id=certifications,
        retake=st.booleans(),
        months=st.integers(0, 12),
        state=st.just(CertificationStatus.ACTIVE) | st.sampled_from(CertificationStatus),
    )
    def redefine(
        self, certification_id: str, months: int, state: CertificationStatus, *, retake: bool
    ) -> None:
        def work(store: Store[Transaction]) -> None:
            with store.writing() as transaction:
                known = transaction.certifications.get(certification_id)
                assert known is not None
                validity = Validity(months, Unit.MONTHS)
                changed = evolve(known, retake=retake, validity=validity, status=state)
                transaction.certifications.put([changed])

        before = self.both()
        self.do(work)
        assert self.both().awards == before.awards

    @precondition(lambda self: self.lived())
    @rule(user_id=users, active=st.booleans())
    def activate(self, user_id: str, *, active: bool) -> None:
        def work(store: Store[Transaction]) -> None:
            with store.writing() as transaction:
                known = transaction.users.get(user_id)
                assert known is not None
                transaction.users.put([evolve(known, active=active)])

        self.do(work)

    @rule(certification_id=certifications, item=items)
    def assign(self, certification_id: str, item: tuple[ItemKind, str]) -> None:
        assignment = Assignment(*item, self.now)
        self.decided(lambda store: lifecycle.assign(acting(store), certification_id, assignment))

    # The documented losses

    @precondition(lambda self: self.lived())
    @rule(certification_id=certifications, item=items)
    def unlink(self, certification_id: str, item: tuple[ItemKind, str]) -> None:
        def removed(award: Award) -> bool:
            source = (award.source.type.value, award.source.item_id)
            return (award.certification_id, *source) == (certification_id, item[0].value, item[1])

        self.lose(
            lambda store, dry_run: lifecycle.unlink(
                acting(store), certification_id, *item, at=self.now, dry_run=dry_run
            ),
            removed,
        )

    @precondition(lambda self: self.lived())
    @rule(user_id=users, certification_id=certifications)
    def unassign(self, user_id: str, certification_id: str) -> None:
        self.lose(
            lambda store, dry_run: lifecycle.unassign(
                acting(store), user_id, certification_id, at=self.now, dry_run=dry_run
            ),
            lambda award: (award.user_id, award.certification_id) == (user_id, certification_id),
        )

    @precondition(lambda self: self.lived())
    @rule(certification_id=certifications)
    def delete(self, certification_id: str) -> None:
        definition = self.definition(certification_id)
        self.lose(
            lambda store, dry_run: lifecycle.delete(
                acting(store), certification_id, at=self.now, dry_run=dry_run
            ),
            lambda award: award.certification_id == certification_id,
        )
        assert definition not in self.both().catalog

        def restore(store: Store[Transaction]) -> None:
            with store.writing() as transaction:
                transaction.certifications.put([definition])

        self.do(restore)

    def lived(self) -> bool:
        """Return whether enough has happened for something to get lost, or in the way."""
        return len(self.both().events) >= 6

    def lose(
        self, work: Callable[[Store[Transaction], bool], Decision], removed: Callable[[Award], bool]
    ) -> None:
        before = self.both()
        preview = self.do(lambda store: work(store, True))
        assert self.both() == before
        decision = self.do(lambda store: work(store, False))
        assert decision == preview
        after = self.both()
        kept = [award for award in before.awards if not (decision and removed(award))]
        assert list(after.awards) == kept
        assert after.learning == before.learning

    # What always holds

    @invariant()
    def at_most_one_award_is_current(self) -> None:
        pairs: dict[tuple[str, str], list[Award]] = {}
        for award in self.both().awards:
            pairs.setdefault((award.user_id, award.certification_id), []).append(award)
        for cycles in pairs.values():
            assert [award.cycle for award in cycles] == sorted({award.cycle for award in cycles})
            *earlier, _ = cycles
            assert all(each.archived for each in earlier)

    @invariant()
    def no_award_is_in_history_twice(self) -> None:
        identities = [award.identity for award in self.both().awards]
        assert len(set(identities)) == len(identities)

    @invariant()
    def at_most_one_renewal_is_open(self) -> None:
        still_open = Counter(
            (each.user_id, each.certification_id)
            for each in self.both().renewals
            if each.state is RenewalState.OPEN
        )
        assert max(still_open.values(), default=0) <= 1


@pytest.mark.law
def test_life(small_world: Path) -> None:
    class LifeInSmallWorld(Life):
        world = small_world

    examples = settings().max_examples // 5  # each is a whole life
    run_state_machine_as_test(
        LifeInSmallWorld,
        settings=settings(max_examples=examples, stateful_step_count=40, deadline=None),
    )
