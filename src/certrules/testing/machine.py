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
from functools import partial
from itertools import starmap
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


def _any(made: Callable[..., _Strategy]) -> _Strategy:
    """Return the strategy of what belongs to any user and certification."""
    return st.one_of(*starmap(made, _PAIRS))


def _some(each: _Strategy) -> _Strategy:
    """Return the strategy of one argument: some of each, as a list."""
    return st.tuples(st.lists(each, max_size=3))


def _users(made: Callable[[str], _Strategy]) -> _Strategy:
    return _some(st.one_of(*map(made, _USERS)))


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
    "users": {"put": _users(strategies.users)},
    "companies": {"put": _some(st.builds(Company, st.sampled_from("ab"), st.sampled_from("AB")))},
    "items": {"put": _some(st.sampled_from(ITEMS).map(lambda item: Item(*item, item[1].upper())))},
    "certifications": {
        "put": _some(st.one_of(*map(strategies.certifications, _CERTIFICATIONS))),
        "remove": st.tuples(st.sampled_from(_CERTIFICATIONS)),
    },
    "awards": {
        "add": _some(
            st.one_of(*(_any(partial(strategies.awards, cycle=cycle)) for cycle in (1, 2, 3)))
        )
    },
    "learning": {
        "put_courses": _some(strategies.courses()),
        "put_plans": _some(strategies.learning_plans()),
        "put_enrolments": _users(strategies.enrolments),
        "add_completions": _users(strategies.completions),
        "put_external": _some(_any(strategies.external_trainings)),
        "add_progress": _COURSE_PROGRESS,
        "reset_progress": _COURSE_PROGRESS,
    },
    "renewals": {
        "add": st.tuples(_any(strategies.renewals)),
        "remove": st.tuples(st.sampled_from(_CERTIFICATIONS)),
    },
    "badges": {
        "add": st.tuples(_any(_badges)),
        "suspend": st.tuples(st.sampled_from([f"b{each}" for each in range(1, 10)])),
        "withdraw": st.tuples(st.sampled_from([f"b{each}" for each in range(1, 10)])),
        "revoke": _some(_CYCLES),
        "revoke_outdated": _some(_any(strategies.awards)),
    },
    "events": {"add": _some(_any(_events)), "acknowledge": st.tuples(st.integers(0, 5))},
    "notices": {
        "add": _some(_any(strategies.notices)),
        "pass_over": _some(_any(strategies.notices)),
        "cancel": _some(_CYCLES),
        "cancel_outdated": _some(_any(strategies.awards)),
        "forget": _some(_CYCLES),
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
