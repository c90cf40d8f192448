"""A composite keeps the promises of every store, with a host whose rows are in any other one."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve, frozen

from certrules import Completion, Course, Item, ItemKind, LearningPlan, User
from certrules.errors import StoreError
from certrules.model.catalog import ItemRef
from certrules.model.learning import Enrolment, EnrolmentStatus, ExternalTraining
from certrules.repositories.composite import CompositeStore, CompositeTransaction, Host, keys
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.testing.contract import Contract, IsolationContract, StoreContract
from certrules.testing.learning import LearningContract
from certrules.testing.optional import BadgesContract, OutboxContract

COURSE, PLAN, TRACK = ItemKind.COURSE, ItemKind.LEARNING_PLAN, ItemKind.LEARNING_TRACK
THEIRS = {*ItemKind} - {TRACK}
AT = datetime(2024, 1, 1, tzinfo=UTC)
OTHER = User("other", "other"), Item(COURSE, "other", "other"), Item(TRACK, "other", "X", "Other")


@frozen
class Rows:
    """The readers of a host whose rows are in the parts of a store, and of all that they may do:
    answer in any order, twice, and with more than they are asked for."""

    own: Transaction

    def all(self) -> Iterator[User]:
        return reversed([*self.own.users.all()])

    def among(self, ids: Collection[str]) -> list[User]:
        checked(ids)
        return [*self.own.users.among(ids).values(), OTHER[0]] * 2

    def named(self, keys: Collection[str]) -> list[User]:
        checked(keys)
        found = (user for users in self.own.users.named(keys).values() for user in users)
        return [*found, OTHER[0]][::-1] * 2


@frozen
class ItemRows:
    own: Transaction

    def all(self) -> Iterator[Item]:
        return reversed([*self.own.items.all()])

    def among(self, refs: Collection[ItemRef]) -> list[Item]:
        checked(refs)
        return [*self.own.items.among(refs).values(), *OTHER[1:]] * 2

    def coded(self, kind: ItemKind, codes: Collection[str]) -> list[Item]:
        checked(codes)
        found = (item for items in self.own.items.coded(kind, codes).values() for item in items)
        same = [Item(TRACK, f"{n}", "X") for n in range(3)]
        return [*same, *found, *same, *OTHER[1:], Item(kind, "uncoded")][::-1] * 2


@frozen
class CourseRows:
    own: Transaction

    def courses(self, ids: Collection[str], materials: Collection[str]) -> list[Course]:
        checked(ids)
        checked(materials)
        every = self.own.learning.courses([f"{kind}{n}" for kind in "cp" for n in range(9)])
        found = (each for each in every if each.id in ids or {*materials} & {*each.materials})
        return [*found, Course("other")][::-1] * 2

    def plans(self, ids: Collection[str], courses: Collection[str]) -> list[LearningPlan]:
        checked(ids)
        checked(courses)
        every = self.own.learning.plans([f"p{n}" for n in range(9)])
        found = (each for each in every if each.id in ids or {*courses} & {*each.courses})
        return [*found, LearningPlan("other")][::-1] * 2


@frozen
class LearningRows:
    """What users did, and, as a recorder, how it is changed."""

    own: Transaction

    def enrolments(self, users: Collection[str], items: Collection[ItemRef]) -> list[Enrolment]:
        checked(users)
        checked(items)
        found = [each for user in users for each in self.own.learning.history(user, items)[0]]
        return [*found, Enrolment("other", COURSE, "c1", AT)][::-1] * 2

    def completions(self, users: Collection[str], items: Collection[ItemRef]) -> list[Completion]:
        checked(users)
        checked(items)
        found = [each for user in users for each in self.own.learning.history(user, items)[1]]
        others = [Completion("other", COURSE, "c1", AT), Completion("ada", COURSE, "other", AT)]
        return [*found, *others][::-1] * 2

    def completed_by(self, items: Collection[ItemRef], since: datetime) -> Collection[str]:
        checked(items)
        return self.own.learning.completed_by(items, since)

    def put_enrolments(self, enrolments: Iterable[Enrolment]) -> None:
        self.own.learning.put_enrolments(enrolments)

    def add_completions(self, completions: Collection[Completion]) -> None:
        assert not {*completions} & {
            each for one in completions for each in self.completions([one.user_id], [one.ref])
        }
        self.own.learning.add_completions(completions)

    def reset_progress(self, *progress: Any) -> None:
        self.own.learning.reset_progress(*progress)


def checked(asked: Collection[object]) -> None:
    assert len(asked) == len(set(asked)) <= 500
    assert not any("\0" in each for each in asked if isinstance(each, str))


def host(own: Transaction) -> Host:
    return Host(Rows(own), ItemRows(own), CourseRows(own), LearningRows(own), kinds=THEIRS)


def recording(own: Transaction) -> Host:
    return evolve(host(own), recorder=LearningRows(own))


class OfHost(Contract):
    """The rows of the host are given where it has them, past the composite."""

    def giving(self, work: Transaction) -> Transaction:
        assert isinstance(work, CompositeTransaction)
        given: Any = Given(work)
        return given  # type: ignore[no-any-return]


class Given:
    """A composite transaction, but what its host has is written to the store below."""

    def __init__(self, work: CompositeTransaction) -> None:
        readers: Any = work.host
        own: Transaction = readers.users.own
        vars(self).update(vars(work))
        self.users: Any = Writing(work.users, own.users, ["put"])
        self.items: Any = Writing(work.items, own.items, ["put"])
        given = ["put_courses", "put_plans", "put_enrolments", "add_completions"]
        self.learning: Any = Writing(work.learning, own.learning, [*given, "reset_progress"])
        self.tables: Any = work.tables


class Writing:
    """A part that writes by some methods of another."""

    def __init__(self, part: object, own: object, given: Iterable[str]) -> None:
        self._part = part
        vars(self).update((name, getattr(own, name)) for name in given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._part, name)


@pytest.mark.rule("DOC-TZ-01", "INT-15", "X-CSV-3")
class TestComposites(
    OfHost, StoreContract, IsolationContract, LearningContract, OutboxContract, BadgesContract
):
    @pytest.fixture(autouse=True)
    def fresh(self, store: Store[Transaction]) -> None:
        self.store = CompositeStore(store, host)


class TestRecordingComposites(OfHost, LearningContract):
    """Enrolments and completions are written through the composite itself, to the recorder."""

    @pytest.fixture(autouse=True)
    def fresh(self) -> None:
        self.store = CompositeStore(MemoryStore(), recording)

    def giving(self, work: Transaction) -> Transaction:
        given: Any = super().giving(work)
        for name in ("put_enrolments", "add_completions", "reset_progress"):
            delattr(given.learning, name)
        return given  # type: ignore[no-any-return]


class Elsewhere:
    """A composite whose host has its rows in another store."""

    def __init__(self) -> None:
        self.own, self.theirs = MemoryStore(), MemoryStore()

    @contextmanager
    def reading(self) -> Iterator[CompositeTransaction]:
        with self.theirs.reading() as rows, self.composite(rows).reading() as view:
            yield view

    @contextmanager
    def writing(self) -> Iterator[CompositeTransaction]:
        with self.theirs.writing() as rows, self.composite(rows).writing() as work:
            yield work

    def composite(self, rows: Transaction) -> CompositeStore[Any]:
        return CompositeStore(self.own, lambda _: evolve(recording(rows), kinds=[*ItemKind]))


class TestHostsElsewhere(OfHost, StoreContract, LearningContract):
    """Nothing of what the host has is asked of the store's own tables."""

    @pytest.fixture(autouse=True)
    def fresh(self) -> None:
        self.store = Elsewhere()

    def giving(self, work: Transaction) -> Transaction:
        given: Any = super().giving(work)
        del given.learning.reset_progress
        return given  # type: ignore[no-any-return]


class TestHostsOfNothing(StoreContract, LearningContract):
    """A host that reads nothing itself has the store's own parts."""

    @pytest.fixture(autouse=True)
    def fresh(self) -> None:
        self.store = CompositeStore(MemoryStore(), lambda _: Host())


ADA = User("ada", "ada")
DONE = Completion("ada", COURSE, "c1", AT)
ENROLMENT = Enrolment("ada", COURSE, "c1", AT)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("users", lambda work: work.users.put([ADA])),
        ("items", lambda work: work.items.put([Item(TRACK, "t1"), Item(COURSE, "c1")])),
        ("courses", lambda work: work.learning.put_courses([Course("c1")])),
        ("learning plans", lambda work: work.learning.put_plans([LearningPlan("p1")])),
        ("enrolments", lambda work: work.learning.put_enrolments([ENROLMENT])),
        ("completed materials", lambda work: work.learning.reset_progress("ada", "c1", ["m1"])),
        (
            "completions .*: save them there and ask workflows.awarding.evaluate, or give its",
            lambda work: work.learning.add_completions([DONE]),
        ),
    ],
)
def test_what_the_host_reads_is_changed_by_the_host(
    what: str, change: Callable[[Transaction], None]
) -> None:
    store = CompositeStore(MemoryStore(), host)
    with store.writing() as work:
        with pytest.raises(StoreError, match=f"^the {what}"):
            change(work)
        assert not [*work.items.all()]


def test_nothing_to_change_is_no_mistake() -> None:
    with CompositeStore(MemoryStore(), host).writing() as work:
        work.learning.put_courses([])
        work.learning.put_plans([])
        work.learning.put_enrolments([])
        work.learning.add_completions([])


def test_a_completion_that_the_host_has_is_added_already() -> None:
    own = MemoryStore()
    earlier = evolve(DONE, item_id="c2")
    completed = evolve(ENROLMENT, item_id="c2", status=EnrolmentStatus.COMPLETED, completed_at=AT)
    with own.writing() as below:
        below.learning.add_completions([DONE])
        below.learning.put_enrolments([completed])
    with CompositeStore(own, host).writing() as work:
        work.learning.add_completions([DONE, earlier])
        with pytest.raises(StoreError, match="completions"):
            work.learning.add_completions([evolve(DONE, item_id="c3")])


def test_items_of_other_kinds_are_kept_with_their_completions() -> None:
    own = MemoryStore()
    store = CompositeStore(own, lambda work: evolve(host(work), kinds={COURSE}))
    training = ExternalTraining("ada", "x1", AT.date())
    track, plan = Item(TRACK, "t1", "X"), Item(PLAN, "p1", "X")
    done = [Completion("ada", each.kind, each.id, AT) for each in (track, plan)]
    enrolment = Enrolment("ada", PLAN, "p1", AT)
    with own.writing() as below:
        below.items.put([Item(COURSE, "c1", "X")])
        below.learning.add_completions([DONE])
    with store.writing() as work:
        work.items.put([track, plan])
        work.learning.add_completions([*done, DONE])
        work.learning.put_enrolments([enrolment])
        work.learning.put_external([training])
        work.learning.add_progress("ada", "c1", ["m1"])
    refs = [ItemRef(each.kind, each.item_id) for each in (DONE, *done)]
    with store.reading() as view:
        assert [each.kind for each in view.items.all()] == [COURSE, PLAN, TRACK]
        assert {*view.items.among(refs)} == {*refs}
        assert view.items.coded(TRACK, ["X"]) == {"X": [track]}
        assert [*view.learning.completions(["ada"], refs)] == [DONE, done[1], done[0]]
        assert view.learning.history("ada", refs) == ([enrolment], [DONE, done[1], done[0]])
        assert view.learning.completed_by(refs[1:], AT) == {"ada"}
        assert view.learning.external(["ada"]) == [training]
        assert view.learning.progress("ada", "c1") == {"m1"}


def test_a_host_is_not_asked_about_what_it_does_not_have() -> None:
    class Nowhere:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError

    nowhere: Any = Nowhere()
    store = CompositeStore(
        MemoryStore(), lambda _: Host(items=nowhere, learning=nowhere, kinds={PLAN})
    )
    with store.writing() as work:
        work.items.put([Item(COURSE, "c1", "X")])
        work.learning.reset_progress("ada", "c1", ["m1"])
        assert work.items.coded(COURSE, ["X"]) == {"X": [Item(COURSE, "c1", "X")]}


class Everybody:
    """Readers and a recorder that know nothing of transactions."""

    def __init__(self) -> None:
        self.recorded: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., list[Any]]:
        def answer(*_: object) -> list[Any]:
            self.recorded += [name] * name.startswith(("put", "add", "reset"))
            return [ADA] if name == "among" else []

        return answer


def test_a_view_records_nothing_and_what_has_ended_reads_nothing() -> None:
    everybody: Any = Everybody()
    given = Host(users=everybody, learning=everybody, recorder=everybody)
    store = CompositeStore(MemoryStore(), lambda _: given)
    with store.writing() as work:
        work.learning.put_enrolments([ENROLMENT])
        work.learning.add_completions([DONE])
        assert work.users.get("ada") == ADA
    with store.reading() as view:
        assert view.users.get("ada") == ADA
        with pytest.raises(StoreError, match="this view is for reading"):
            view.learning.put_enrolments([ENROLMENT])
        with pytest.raises(StoreError, match="this view is for reading"):
            view.learning.add_completions([DONE])
        with pytest.raises(StoreError, match="this view is for reading"):
            view.learning.reset_progress("ada", "c1", ["m1"])
    assert everybody.recorded == ["put_enrolments", "add_completions"]
    for ended in (work, view):
        with pytest.raises(StoreError, match="this transaction has ended"):
            ended.users.get("ada")
        with pytest.raises(StoreError, match="this transaction has ended"):
            ended.learning.put_enrolments([ENROLMENT])


def test_a_reader_is_not_asked_about_a_nul() -> None:
    with CompositeStore(MemoryStore(), host).reading() as view:
        assert view.users.get("a\0") is None
        assert view.items.get(COURSE, "a\0") is None
        assert not view.users.named(["a\0"])
        assert not view.items.coded(COURSE, ["a\0"])


@pytest.mark.parametrize("id_", ["", "ada", "07", "7.0", " 7", "+7", "1_000", "٧", "9" * 5000])
def test_an_id_that_is_no_key_is_left_out(id_: str) -> None:
    assert keys([id_, "7", "-7", str(2**63 - 1), str(2**63), str(-(2**63))], int) == [
        7,
        -7,
        2**63 - 1,
    ]
