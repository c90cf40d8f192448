"""A state machine for any store: does it keep what a model keeps, whatever is done in any order?

Hypothesis makes up transactions of several changes, some of them dropped. The store and a
:class:`~certrules.repositories.memory.MemoryStore` must then refuse and hold the same. Subclass
:class:`StoreMachine`, and give its ``TestCase`` to pytest or unittest::

    class MyMachine(StoreMachine):
        def new_store(self):
            return MyStore()

    TestMyStore = MyMachine.TestCase
"""
# ruff: noqa: S101 - a test, by whatever framework

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from certrules.errors import CertrulesError
from certrules.model.badges import Badge
from certrules.model.catalog import Item, ItemRef
from certrules.model.learning import Renewal, RenewalState
from certrules.model.notices import Event, EventKind
from certrules.model.people import Company
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store
from certrules.testing import strategies
from certrules.testing.strategies import COURSES, FIRST_DAY, ITEMS, PLANS

_USERS, _CERTIFICATIONS = ("u1", "u2"), ("fa", "fb")
_PAIRS = [(user, certification) for user in _USERS for certification in _CERTIFICATIONS]
_CYCLES = st.sampled_from([(*pair, cycle) for pair in _PAIRS for cycle in (1, 2, 3)])
_REFS = [ItemRef(*item) for item in ITEMS]
_MIDDLE = FIRST_DAY + timedelta(days=300)
_LAST_DAY = FIRST_DAY + timedelta(days=800)
_MOST = 10_000

_Strategy = st.SearchStrategy[Any]
_Change = tuple[str, str, tuple[Any, ...]]
"""A part, one of its methods, and the arguments."""


def _of(made: Callable[..., _Strategy], *ids: Collection[str]) -> _Strategy:
    """Return the strategy of lists, as an argument, of what belongs to any of some ids."""
    each = st.tuples(*(st.sampled_from(list(some)) for some in ids)).flatmap(
        lambda drawn: made(*drawn)
    )
    return st.tuples(st.lists(each, max_size=3))


def _pairs(made: Callable[..., _Strategy]) -> _Strategy:
    return _of(made, _USERS, _CERTIFICATIONS)


def _one(arguments: _Strategy) -> _Strategy:
    """Return the strategy of one argument, of what are lists of many."""
    return arguments.filter(lambda drawn: drawn[0]).map(lambda drawn: (drawn[0][0],))


def _companies(company_id: str) -> _Strategy:
    return st.builds(Company, st.just(company_id), st.sampled_from("AB"))


def _badges(user_id: str, certification_id: str) -> _Strategy:
    places = st.tuples(st.integers(1, 2), st.integers(1, 9))
    expiries = st.none() | strategies.moments()
    return st.builds(
        lambda cycle, issued_at, expires_at, place: Badge(
            f"b{place[1]}", user_id, certification_id, cycle, issued_at, expires_at, *place
        ),
        *(st.integers(1, 2), strategies.moments(), expiries, places),
    )


def _events(user_id: str, certification_id: str) -> _Strategy:
    kinds, cycles = st.sampled_from(EventKind), st.integers(1, 3)
    ids = st.just(user_id), st.just(certification_id)
    return st.builds(Event, kinds, *ids, cycles, strategies.moments())


_COURSE_PROGRESS = st.tuples(
    st.sampled_from(_USERS), st.sampled_from(COURSES), st.sets(st.sampled_from(["m1", "m2", "m3"]))
)
_CHANGES: Mapping[str, Mapping[str, _Strategy]] = {
    "users": {"put": _of(strategies.users, _USERS)},
    "companies": {
        "put": _of(
            lambda id_: st.builds(Company, st.just(id_), st.sampled_from("AB")), ("k1", "k2")
        )
    },
    "items": {
        "put": st.tuples(
            st.lists(st.builds(Item, *map(st.sampled_from, zip(*ITEMS, strict=True))), max_size=3)
        )
    },
    "certifications": {
        "put": _of(strategies.certifications, _CERTIFICATIONS),
        "remove": st.tuples(st.sampled_from(_CERTIFICATIONS)),
    },
    "awards": {
        "add": _pairs(
            lambda *ids: st.integers(1, 3).flatmap(lambda c: strategies.awards(*ids, cycle=c))
        )
    },
    "learning": {
        "put_courses": st.tuples(st.lists(strategies.courses(), max_size=3)),
        "put_plans": st.tuples(st.lists(strategies.learning_plans(), max_size=3)),
        "put_enrolments": _of(strategies.enrolments, _USERS),
        "add_completions": _of(strategies.completions, _USERS),
        "put_external": _pairs(strategies.external_trainings),
        "add_progress": _COURSE_PROGRESS,
        "reset_progress": _COURSE_PROGRESS,
    },
    "renewals": {
        "add": _one(_pairs(strategies.renewals)),
        "remove": st.tuples(st.sampled_from(_CERTIFICATIONS)),
    },
    "badges": {
        "add": _one(_pairs(_badges)),
        "suspend": st.tuples(st.sampled_from([f"b{each}" for each in range(1, 10)])),
        "withdraw": st.tuples(st.sampled_from([f"b{each}" for each in range(1, 10)])),
        "revoke": st.tuples(st.lists(_CYCLES, max_size=3)),
        "revoke_outdated": _pairs(strategies.awards),
    },
    "events": {"add": _pairs(_events), "acknowledge": st.tuples(st.integers(0, 5))},
    "notices": {
        "add": _pairs(strategies.notices),
        "pass_over": _pairs(strategies.notices),
        "cancel": st.tuples(st.lists(_CYCLES, max_size=3)),
        "cancel_outdated": _pairs(strategies.awards),
        "forget": st.tuples(st.lists(_CYCLES, max_size=3)),
    },
}

_CONTENTS: Mapping[str, Callable[[Any], Any]] = {
    "users": lambda users: (list(users.all()), users.among(_USERS)),
    "companies": lambda companies: list(companies.all()),
    "items": lambda items: (list(items.all()), items.among(_REFS)),
    "certifications": lambda known: (
        list(known.all()),
        [list(known.assigned(*item)) for item in ITEMS],
    ),
    "awards": lambda awards: (
        list(awards.select()),
        [list(awards.select(user_id=_USERS[0], archived=each)) for each in (True, False)],
        {each.key for each in awards.expiring(FIRST_DAY, _LAST_DAY, at=_MIDDLE)},
        {pair: list(known) for pair, known in awards.histories(_PAIRS).items()},
    ),
    "learning": lambda learning: (
        list(learning.courses(COURSES)),
        list(learning.plans(PLANS)),
        [list(each) for each in learning.related(COURSES[:1], PLANS[:1])],
        [list(learning.history(user, _REFS)[0]) for user in _USERS],
        [set(learning.history(user, _REFS)[1]) for user in _USERS],
        set(learning.completions(_USERS, _REFS)),
        set(learning.completed_by(_REFS, _MIDDLE)),
        list(learning.external(_USERS)),
        [learning.progress(user, course) for user in _USERS for course in COURSES],
    ),
    "renewals": lambda renewals: (
        [list(renewals.open(each)) for each in _CERTIFICATIONS],
        [{*renewals.of_user(each)} for each in _USERS],
        renewals.open_among(_PAIRS),
    ),
    "badges": lambda badges: [list(badges.listed(each)) for each in (1, 2)],
    "events": lambda events: (
        [entry for _, entry in events.after(0, _MOST)],
        events.count(events.acknowledged(), _MIDDLE),
        events.issues([(*pair, cycle) for pair in _PAIRS for cycle in (1, 2, 3)]),
    ),
}


class _DroppedError(Exception):
    """Drops a transaction."""


class StoreMachine(RuleBasedStateMachine):
    """Transactions of any changes, in a store and in a model of it.

    ``parts`` are those that are tested: by default every part that keeps something.
    """

    parts: Collection[str] = _CHANGES.keys()

    def __init__(self) -> None:
        super().__init__()
        self.store: Store[Any] = self.new_store()
        self.model: MemoryStore = MemoryStore()

    def new_store(self) -> Store[Any]:
        """Return a fresh, empty store."""
        raise NotImplementedError

    @rule(data=st.data(), kept=st.sampled_from([True, True, True, False]))
    def write(self, data: st.DataObject, *, kept: bool) -> None:
        """Make changes in one transaction, which is kept, dropped or refused."""
        possible = self._possible()
        names = st.sampled_from([each for each in possible if each[0] in self.parts])
        drawn = data.draw(st.lists(names, min_size=1, max_size=4), "changes")
        changes = [(*name, data.draw(possible[name], ".".join(name))) for name in drawn]
        found, expected = (_outcome(each, changes, kept=kept) for each in self._stores)
        assert found == expected

    @invariant()
    def hold_the_same(self) -> None:
        """Compare all that the store holds with the model."""
        found, expected = (_contents(each, self.parts) for each in self._stores)
        assert found == expected

    @property
    def _stores(self) -> tuple[Store[Any], Store[Any]]:
        return self.store, self.model

    def _possible(self) -> dict[tuple[str, str], _Strategy]:
        """Return the arguments of each change, also of what there is now."""
        with self.model.reading() as view:
            awards = list(view.awards.select())
            renewals = [each for user in _USERS for each in view.renewals.of_user(user)]
        at = strategies.moments()
        now = {(part, name): made for part in _CHANGES for name, made in _CHANGES[part].items()}
        if awards:
            some = st.lists(st.sampled_from(awards), max_size=2, unique=True)
            archived = st.builds(lambda known, at: [each.archive(at) for each in known], some, at)
            now["awards", "remove"] = st.tuples(some)
            now["awards", "replace"] = st.tuples(archived)
        if open_ := [each for each in renewals if each.state is RenewalState.OPEN]:
            close = st.sampled_from(open_), st.sampled_from([*RenewalState][1:]), at
            now["renewals", "close"] = st.tuples(st.builds(Renewal.close, *close))
        if closed := [each for each in renewals if each.state is not RenewalState.OPEN]:
            opened = [evolve(each, state=RenewalState.OPEN, closed_at=None) for each in closed]
            now["renewals", "reopen"] = st.tuples(st.sampled_from(opened))
        return now


def _outcome(store: Store[Any], changes: Sequence[_Change], *, kept: bool) -> object:
    """Return what the changes answer, or the type of the error by which they are dropped."""
    try:
        with store.writing() as transaction:
            answers = [_change(transaction, *each) for each in changes]
            if not kept:
                raise _DroppedError  # noqa: TRY301 - from within, as a host's code does
    except (CertrulesError, _DroppedError) as error:
        return type(error)
    return answers


def _change(transaction: Any, part: str, method: str, arguments: tuple[Any, ...]) -> object:
    if method == "acknowledge":  # positions are the store's own: so many entries more
        events, (many,) = transaction.events, arguments
        pending = [position for position, _ in events.after(events.acknowledged(), _MOST)]
        return events.acknowledge(pending[:many][-1]) if pending[:many] else None
    answer = getattr(getattr(transaction, part), method)(*arguments)
    return answer and list(answer)


def _contents(store: Store[Any], parts: Collection[str]) -> dict[str, object]:
    with store.reading() as view:
        return {
            part: contents(getattr(view, part))
            for part, contents in _CONTENTS.items()
            if part in parts
        }
