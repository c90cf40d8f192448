"""A store whose users, items and learning are rows of the host, read from the host's own tables.

The host gives small readers, eleven methods in all. What it gives no reader for is kept by
certrules in any other store, as are certifications, awards, renewals and the outbox. Names in
reports, exports and reasons come from the host.

A reader answers in any order, and may return more than it is asked for: what was not asked for is
dropped. At most 500 values are asked for at once. Ids are texts: a host with other keys turns them
into texts, and texts into keys with :func:`keys`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from heapq import merge
from typing import Any, Generic, NoReturn, Protocol, TypeVar, cast

from attrs import frozen

from certrules.errors import StoreError
from certrules.model.catalog import Item, ItemKind, ItemRef
from certrules.model.learning import Completion, Course, Enrolment, EnrolmentStatus, LearningPlan
from certrules.model.people import User, username_key
from certrules.model.tables import AwardRow, Field, Sort, TableQuery
from certrules.repositories import protocols
from certrules.repositories.generic_tables import GenericTables
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.stores import GivenStore

K = TypeVar("K")
P = TypeVar("P", bound=Transaction)
R = TypeVar("R")
V = TypeVar("V", bound=Any)

_AT_ONCE = 500
"""How many values a reader is asked for at once; no database takes any number of parameters."""


_OF_AWARDS = {
    *(Field.USER_ID, Field.STATUS, Field.SOURCE_TYPE, Field.ISSUED_AT, Field.EXPIRES_AT),
    *(Field.CERTIFICATION_ID, Field.NAME, Field.NAME_KEY, Field.CODE),
}
"""What a store knows of awards without their users and items."""


class HostUsers(Protocol):
    """The users of a host."""

    def among(self, ids: Collection[str], /) -> Iterable[User]:
        """Return the users of these ids."""

    def named(self, keys: Collection[str], /) -> Iterable[User]:
        """Return at least the users whose :func:`~certrules.model.people.username_key` is a key.

        For usernames in ASCII, that is the username in lower case, without spaces around it.
        """

    def all(self) -> Iterable[User]:
        """Return every user; they are all held, to find the members of groups and branches."""


class HostItems(Protocol):
    """The items of a host, of those kinds that are the host's."""

    def among(self, refs: Collection[ItemRef], /) -> Iterable[Item]:
        """Return the items of these kinds and ids."""

    def coded(self, kind: ItemKind, codes: Collection[str], /) -> Iterable[Item]:
        """Return at least the items of a kind that have one of these codes exactly."""

    def all(self) -> Iterable[Item]:
        """Return every item."""


class HostCourses(Protocol):
    """How the courses and learning plans of a host are made up, and until when they are open."""

    def courses(self, ids: Collection[str], materials: Collection[str], /) -> Iterable[Course]:
        """Return the courses of these ids, and those that use any of these training materials."""

    def plans(self, ids: Collection[str], courses: Collection[str], /) -> Iterable[LearningPlan]:
        """Return the learning plans of these ids, and those that hold any of these courses."""


class HostLearning(Protocol):
    """What people do with the items of a host, of those kinds that are the host's."""

    def enrolments(
        self, users: Collection[str], items: Collection[ItemRef], /
    ) -> Iterable[Enrolment]:
        """Return the attempts of these users at these items, archived ones too."""

    def completions(
        self, users: Collection[str], items: Collection[ItemRef], /
    ) -> Iterable[Completion]:
        """Return the completions by these users of these items that no enrolment records."""

    def completed_by(self, items: Collection[ItemRef], since: datetime, /) -> Iterable[str]:
        """Return the ids of those who completed any of these items at an instant or later.

        A completed enrolment is enough. Here nothing is dropped.
        """


class HostRecorder(Protocol):
    """How a host takes changes of its learning that certrules decides; it need not.

    It writes in the transaction in which it was made.
    """

    def put_enrolments(self, enrolments: Sequence[Enrolment], /) -> None:
        """Add attempts, or replace those of the same user, kind, item and number."""

    def add_completions(self, completions: Sequence[Completion], /) -> None:
        """Add completions, which are not there yet."""

    def reset_progress(self, user_id: str, course_id: str, materials: Collection[str], /) -> None:
        """Make training materials of a course incomplete for a user."""


@frozen
class Host:
    """What a host reads in one transaction; parts that are None are kept by certrules.

    ``kinds`` are those of the items and the learning that are the host's: items of another kind,
    such as external trainings, are kept by certrules, with their completions.

    Without a ``recorder``, a decision that would change the host's enrolments or completions is a
    :class:`~certrules.errors.StoreError`.
    """

    users: HostUsers | None = None
    items: HostItems | None = None
    courses: HostCourses | None = None
    learning: HostLearning | None = None
    recorder: HostRecorder | None = None
    kinds: Collection[ItemKind] = frozenset({ItemKind.COURSE, ItemKind.LEARNING_PLAN})


@frozen
class CompositeStore(GivenStore, Generic[P]):
    """A store that keeps in another what the host does not keep in its own tables.

    ``host`` is called with each transaction of that store, and returns the readers for it. Those of
    the SQL stores have a ``connection``: what is read by it is of the same view as everything else.

    Adding or changing what the host reads is a :class:`~certrules.errors.StoreError`.

    >>> class People:
    ...     def among(self, ids):
    ...         return [User("7", "Ada")]
    >>> store = CompositeStore(MemoryStore(), lambda transaction: Host(users=People()))
    >>> with store.reading() as view:
    ...     view.users.get("7").username, view.users.get("8")
    ('Ada', None)
    """

    store: Store[P]
    host: Callable[[P], Host]

    @contextmanager
    def reading(self) -> Iterator["CompositeTransaction"]:
        """Open one view of the store and the host; writing through it is a StoreError."""
        with self.store.reading() as own:
            view = CompositeTransaction(own, self.host(own), writable=False)
            with closing(view):
                yield view

    @contextmanager
    def writing(self) -> Iterator["CompositeTransaction"]:
        """Open a transaction of the store: kept or dropped as that one is."""
        with (
            self.store.writing() as own,
            closing(CompositeTransaction(own, self.host(own))) as work,
        ):
            yield work


class CompositeTransaction:
    """One unit of work on a :class:`CompositeStore`."""

    def __init__(self, own: Transaction, host: Host, *, writable: bool = True) -> None:
        self.host = host
        self._writable = writable
        self._open = True
        users, items, learning = own.users, own.items, own.learning
        if host.users is not None:
            users = _Users(self, users, host.users)
        if host.items is not None:
            items = _Items(self, items, host.items)
        if host.courses is not None:
            learning = cast("protocols.Learning", _Courses(self, learning, host.courses))
        if host.learning is not None:
            learning = cast("protocols.Learning", _Learning(self, learning, host.learning))
        self.users: protocols.Users = users
        self.items: protocols.Items = items
        self.learning: protocols.Learning = learning
        self.companies: protocols.Companies = own.companies
        self.certifications: protocols.Certifications = own.certifications
        self.awards: protocols.Awards = own.awards
        self.renewals: protocols.Renewals = own.renewals
        self.badges: protocols.Badges = own.badges
        self.events: protocols.Events = own.events
        self.notices: protocols.Notices = own.notices
        self.tables: protocols.Tables = _Tables(self, own.tables)

    def close(self) -> None:
        """End the transaction: nothing more is read from the host."""
        self._open = False

    def check(self, *, writing: bool = False) -> None:
        """Raise StoreError if the transaction has ended, or is a view and shall write."""
        if not self._open:
            raise StoreError("this transaction has ended; open another")
        if writing and not self._writable:
            raise StoreError("this view is for reading; write in store.writing()")


class _Part(Generic[R]):
    """A part that the host reads; what a subclass has no method for is asked of the store's own."""

    def __init__(self, work: CompositeTransaction, own: Any, reader: R) -> None:
        self._work = work
        self._own = own
        self._reader: R = reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    @property
    def _host(self) -> R:
        self._work.check()
        return self._reader

    def _split(self, values: Iterable[Any]) -> tuple[list[Any], list[Any]]:
        """Return the items that are the host's, or what is about them, and the others."""
        listed, kinds = list(values), self._work.host.kinds
        return [v for v in listed if v.kind in kinds], [v for v in listed if v.kind not in kinds]

    def _recorder(self, what: str, do: str = "change them there") -> HostRecorder:
        recorder = self._work.host.recorder or _refuse(what, f"{do}, or give its Host a recorder")
        self._work.check(writing=True)
        return recorder


class _Users(_Part[HostUsers]):
    def get(self, user_id: str) -> User | None:
        return self.among([user_id]).get(user_id)

    def among(self, ids: Collection[str]) -> Mapping[str, User]:
        return _known(ids, _read(self._host.among, ids))

    def named(self, keys: Collection[str]) -> Mapping[str, Sequence[User]]:
        found = _by_id(_read(self._host.named, keys)).values()
        return _grouped(keys, ((username_key(user.username), user) for user in found))

    def all(self) -> Iterator[User]:
        return iter(_by_id(self._host.all()).values())

    def put(self, users: Iterable[User], /) -> None:
        _refuse_any(users, "users")


class _Items(_Part[HostItems]):
    def get(self, kind: ItemKind, item_id: str) -> Item | None:
        ref = ItemRef(kind, item_id)
        return self.among([ref]).get(ref)

    def among(self, refs: Collection[ItemRef]) -> Mapping[ItemRef, Item]:
        theirs, others = self._split(refs)
        found = {ItemRef(each.kind, each.id): each for each in _read(self._host.among, theirs)}
        return {**self._own.among(others), **{ref: found[ref] for ref in theirs if ref in found}}

    def coded(self, kind: ItemKind, codes: Collection[str]) -> Mapping[str, Sequence[Item]]:
        if kind not in self._work.host.kinds:
            return cast("Mapping[str, Sequence[Item]]", self._own.coded(kind, codes))
        found = _read(partial(self._host.coded, kind), codes)
        of_kind = _by_id(item for item in found if item.kind is kind).values()
        return _grouped(codes, ((item.code, item) for item in of_kind))

    def all(self) -> Iterator[Item]:
        theirs, others = self._split(self._host.all())[0], self._split(self._own.all())[1]
        return iter(sorted([*theirs, *others], key=lambda item: (item.kind.value, item.id)))

    def put(self, items: Iterable[Item], /) -> None:
        theirs, others = self._split(items)
        _refuse_any(theirs, "items")
        self._own.put(others)


class _Courses(_Part[HostCourses]):
    def courses(self, ids: Collection[str]) -> Sequence[Course]:
        found = _read(lambda some: self._host.courses(some, ()), ids)
        return [*_known(ids, found).values()]

    def put_courses(self, courses: Iterable[Course], /) -> None:
        _refuse_any(courses, "courses")

    def plans(self, ids: Collection[str]) -> Sequence[LearningPlan]:
        found = _read(lambda some: self._host.plans(some, ()), ids)
        return [*_known(ids, found).values()]

    def put_plans(self, plans: Iterable[LearningPlan], /) -> None:
        _refuse_any(plans, "learning plans")

    def related(
        self, courses: Collection[str], plans: Collection[str]
    ) -> tuple[Sequence[LearningPlan], Sequence[Course]]:
        asked, these = set(courses), self.plans(plans)
        holding = _read(lambda some: self._host.plans((), some), courses)
        found = [*these, *(each for each in holding if not asked.isdisjoint(each.courses))]
        within = self.courses(asked.union(*(each.courses for each in these)))
        used = {material for each in within for material in each.materials}
        sharing = _read(lambda some: self._host.courses((), some), used)
        others = (each for each in sharing if not used.isdisjoint(each.materials))
        return [*_by_id(found).values()], [*_by_id([*within, *others]).values()]


class _Learning(_Part[HostLearning]):
    def history(
        self, user_id: str, items: Collection[ItemRef]
    ) -> tuple[Sequence[Enrolment], Sequence[Completion]]:
        theirs, others = self._split(items)
        attempts, done = self._own.history(user_id, others)
        attempts = {*attempts, *self._about(self._host.enrolments, [user_id], theirs)}
        done = {*done, *self._about(self._host.completions, [user_id], theirs)}
        return sorted(attempts, key=_by_attempt), sorted(done, key=_first_to_last)

    def put_enrolments(self, enrolments: Iterable[Enrolment], /) -> None:
        theirs, others = self._split(enrolments)
        if theirs:
            self._recorder("enrolments").put_enrolments(theirs)
        self._own.put_enrolments(others)

    def completions(
        self, users: Collection[str], items: Collection[ItemRef]
    ) -> Iterator[Completion]:
        theirs, others = self._split(items)
        own = self._own.completions(users, others)
        return merge(self._completions(users, theirs), own, key=_first_to_last)

    def _completions(
        self, users: Iterable[str], items: Collection[ItemRef]
    ) -> Iterator[Completion]:
        for some in _chunks(sorted(set(users))):
            enrolled = (
                Completion(each.user_id, each.kind, each.item_id, each.completed_at)
                for each in self._about(self._host.enrolments, some, items)
                if each.status is EnrolmentStatus.COMPLETED and each.completed_at is not None
            )
            recorded = self._about(self._host.completions, some, items)
            yield from sorted({*recorded, *enrolled}, key=_first_to_last)

    def _about(
        self, read: Any, users: Collection[str], items: Collection[ItemRef]
    ) -> Iterator[Any]:
        """Yield what a reader knows of users and items, and nothing of others."""
        asked, of = set(items), set(users)
        for each in _read(partial(read, users), items):
            if each.user_id in of and each.ref in asked:
                yield each

    def completed_by(self, items: Collection[ItemRef], since: datetime) -> Collection[str]:
        theirs, _ = self._split(items)
        found = _read(lambda some: self._host.completed_by(some, since), theirs)
        return {*found, *self._own.completed_by(items, since)}  # which has the external trainings

    def add_completions(self, completions: Iterable[Completion], /) -> None:
        theirs, others = self._split(completions)
        users, items = ({getattr(each, name) for each in theirs} for name in ("user_id", "ref"))
        if fresh := {*theirs}.difference(self._completions(users, items)):
            ask = "save them there and ask workflows.awarding.evaluate"
            recorder = self._recorder("completions", ask)
            recorder.add_completions(sorted(fresh, key=_first_to_last))
        self._own.add_completions(others)

    def reset_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        if ItemKind.COURSE in self._work.host.kinds:
            self._recorder("completed materials").reset_progress(user_id, course_id, materials)
        self._own.reset_progress(user_id, course_id, materials)


class _Tables(GenericTables):
    """Rows with the names of the host; the store's own are asked which, if no names matter."""

    def __init__(self, work: CompositeTransaction, own: protocols.Tables) -> None:
        super().__init__(work)
        self._own = own

    def awards(self, query: TableQuery) -> Iterator[AwardRow]:
        if query.limit is None or not _without_names(query, query.order):
            return super().awards(query)
        found = [row.award for row in self._own.awards(query)]
        return self.named(iter(found), query.at)

    def count(self, query: TableQuery) -> int:
        return self._own.count(query) if _without_names(query) else super().count(query)


def _without_names(query: TableQuery, order: Iterable[Sort] = ()) -> bool:
    """Return whether a query of awards can be answered without their users and items."""
    fields = {field for pairs in (order, *query.filters) for field, _ in pairs}
    everywhere = query.table.of_awards and not query.search and query.scope.company_id is None
    return everywhere and fields <= _OF_AWARDS


def keys(ids: Iterable[str], read: Callable[[str], K], *, below: int = 2**63) -> list[K]:
    """Return the keys of a host whose texts are these ids; ids that are no key are left out.

    ``read`` makes a key of a text. Whole numbers from ``below`` on are too large for the column: by
    default, for a ``BIGINT``.

    >>> keys(["7", "07", "ada", "9999999999"], int, below=2**31)
    [7]
    >>> from uuid import UUID
    >>> keys(["7", "0b9e1a52-6a4a-4b0f-9a53-0f0a3c1d2e4f"], UUID)
    [UUID('0b9e1a52-6a4a-4b0f-9a53-0f0a3c1d2e4f')]
    """

    def key(id_: str) -> K | None:
        try:
            found = read(id_)
        except ValueError:
            return None
        too_large = isinstance(found, int) and abs(found) >= below
        return None if too_large or str(found) != id_ else found

    return [found for found in map(key, ids) if found is not None]


def _refuse(what: str, do: str = "change them there") -> NoReturn:
    raise StoreError(f"the {what} of this store are the host's own: {do}")


def _refuse_any(values: Iterable[object], what: str) -> None:
    if any(True for _ in values):
        _refuse(what)


def _read(read: Callable[[list[Any]], Iterable[V]], values: Iterable[Any]) -> Iterator[V]:
    """Yield what a reader answers about values, of which it is not asked about many at once."""
    for some in _chunks(values):
        yield from read(some)


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield each value once, but none with a NUL: some databases refuse to look for that."""
    asked = [each for each in dict.fromkeys(values) if "\0" not in getattr(each, "id", each)]
    return (asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE))


def _by_id(found: Iterable[V]) -> dict[str, V]:
    known = {each.id: each for each in found}
    return {id_: known[id_] for id_ in sorted(known)}


def _known(ids: Iterable[str], found: Iterable[V]) -> dict[str, V]:
    """Return what has one of some ids, by id."""
    known = _by_id(found)
    return {id_: known[id_] for id_ in sorted(known.keys() & set(ids))}


def _grouped(keys: Collection[str], pairs: Iterable[tuple[str | None, V]]) -> dict[str, list[V]]:
    """Return the values of each key that was asked for."""
    groups: dict[str, list[V]] = {}
    for key, value in pairs:
        if key is not None and key in keys:
            groups.setdefault(key, []).append(value)
    return groups


def _by_attempt(each: Enrolment) -> tuple[str, str, int]:
    return each.kind.value, each.item_id, each.attempt


def _first_to_last(each: Completion) -> tuple[str, datetime, str, str]:
    return each.user_id, each.completed_at, each.kind.value, each.item_id
