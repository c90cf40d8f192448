"""The contract of stores: are the promises of :mod:`certrules.repositories.protocols` kept?

The implementer of a store subclasses :class:`StoreContract`, and before every test sets ``store``
to a fresh, empty one; pytest and unittest both collect the tests::

    class TestMyStore(StoreContract):
        @pytest.fixture(autouse=True)
        def fresh(self, tmp_path):
            self.store = MyStore(tmp_path / "store")

:class:`IsolationContract` has what only a store can promise whose transactions are its own: a store
in a transaction that its host has open shows what is not yet kept.

If a host owns some of the rows, so that the store's own ``put`` is refused or not there, override
:meth:`Contract.giving`.

With ``pytest.register_assert_rewrite("certrules.testing.contract")`` in a ``conftest.py``, a test
that fails shows the values that it compared.
"""
# ruff: noqa: D102, PT017, S101 - tests, by whatever framework

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from threading import Barrier
from typing import Any

from attrs import evolve

from certrules.errors import ConflictError, StoreError, UnknownZoneError
from certrules.model.awards import (
    AssociationType,
    Award,
    ExpiryBasis,
    ExpiryDay,
    ExternalLink,
    Source,
    Status,
)
from certrules.model.catalog import (
    Assignment,
    Certification,
    CertificationStatus,
    Criteria,
    Item,
    ItemKind,
    Validity,
)
from certrules.model.notices import Event, EventKind
from certrules.model.people import Company, Scope, User
from certrules.model.tables import (
    NOT_ARCHIVED,
    AwardRow,
    CertificationRow,
    Field,
    Filter,
    Sort,
    Table,
    TableQuery,
    by_status,
)
from certrules.periods import Unit
from certrules.repositories.protocols import Store, Transaction


class Contract:
    """Promises, a test each, about a store that is fresh for each."""

    store: Store[Transaction]

    def giving(self, work: Transaction) -> Transaction:
        """Return a transaction in which a test writes the rows that it asks about: ``work`` itself.

        For a store that only reads some of them, return one that has other parts in their place,
        which write them where the store reads them.
        """
        return work

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        with self.store.writing() as work:
            yield self.giving(work)

    def _write(self, change: Callable[[Transaction], object]) -> None:
        with self._writing() as work:
            change(work)

    @contextmanager
    def _after(self, change: Callable[[Transaction], object]) -> Iterator[Transaction]:
        """Make a change, and open a view of what was kept."""
        self._write(change)
        with self.store.reading() as view:
            yield view

    def _refused(self, *changes: Callable[[Transaction], object]) -> None:
        """Fail unless a view refuses each change."""
        for change in changes:
            with self.store.reading() as view, raises((StoreError, AttributeError)):
                change(view)  # which has not even that method, if the part only reads


@contextmanager
def raises(
    expected: type[Exception] | tuple[type[Exception], ...], text: str = ""
) -> Iterator[None]:
    """Fail unless the block raises an error whose message has a text in it."""
    try:
        yield
    except expected as error:
        assert text in str(error)
    else:
        raise AssertionError(f"{expected} was not raised")


_AT = datetime(2024, 2, 29, 22, 30, 15, 123456, tzinfo=UTC)
_INCLUSIVE = ExpiryDay.INCLUSIVE
_AWARD = Award("ada", "fire", _AT, _AT + timedelta(days=365))
_ISSUED = Event(EventKind.ISSUED, "ada", "fire", 1, _AT)

_LOOK_ALIKES = ("code", "Code", "côde", "co\u0302de", "code ", " code", "ｃode", "code\U0001f512")
"""Text that some databases take for the same; to a store each is another."""


_LATER = _AT + timedelta(days=30)
_TICK = timedelta(microseconds=1)
_ITEMS = (
    Item(ItemKind.COURSE, "1", "C-1", "Course"),
    Item(ItemKind.LEARNING_TRACK, "1", "T-1"),
    Item(ItemKind.LEARNING_PLAN, "9"),  # not in the store
    Item(ItemKind.COURSE, "2", "c-1", "Course"),
)
_ACME = Company("acme", "Acme", "olga")
_ADA = User("1", "Ada", "Ada", "Lovelace", company_id="acme")
_BOB = User("2", "bob", "Ζωή", company_id="none")
_FIRE = Certification(
    "f",
    "Fire",
    "F",
    "Put it out",
    Validity(2, Unit.WEEKS),
    assignments=tuple(Assignment(each.kind, each.id, _AT) for each in _ITEMS),
    skills=("a; b", "ü"),
    created_by="1",
    created_at=_AT,
)
_CODE = Certification("c", "code %_")
_COURSE = Source(AssociationType.COURSE, "1")
_AWARDS = (
    Award("1", "c", _AT, None),
    Award("1", "f", _AT, _LATER, source=_COURSE, archived_at=_LATER),
    Award("1", "f", _LATER, None, source=_COURSE, cycle=2),
    Award("2", "f", _AT, _LATER),
    Award("3", "gone", _AT, None),
)


def _furnish(work: Transaction) -> None:
    """Make a small world in which something is missing of everything."""
    work.companies.put([_ACME])
    work.users.put([_ADA, _BOB])
    work.items.put([_ITEMS[0], _ITEMS[1], _ITEMS[3], Item(ItemKind.COURSE, "3")])
    work.certifications.put([_FIRE, _CODE])
    work.awards.add(_AWARDS[::-1])


def _query(*filters: Filter, **options: Any) -> TableQuery:
    return TableQuery(Table.ISSUED, **{"at": _LATER, "filters": filters, **options})


def _one_of(field: Field, *values: str) -> Filter:
    return ((field, frozenset(values)),)


def _groups(view: Transaction, query: TableQuery) -> list[tuple[Any, ...]]:
    return sorted(view.tables.groups(query), key=lambda group: [str(each or "") for each in group])


def _names(rows: Iterable[AwardRow]) -> str:
    awards = (row.award for row in rows)
    return " ".join(f"{each.user_id}{each.certification_id[0]}{each.cycle}" for each in awards)


_SELECTED: tuple[tuple[TableQuery, str], ...] = (
    (_query(), "1c1 1f1 1f2 2f1 3g1"),
    (_query(()), ""),
    (_query(_one_of(Field.USER_ID, "1", "3", "4")), "1c1 1f1 1f2 3g1"),
    (_query(_one_of(Field.USER_ID)), ""),
    (_query(_one_of(Field.USERNAME_KEY, "ada")), "1c1 1f1 1f2"),
    (_query(_one_of(Field.USERNAME_KEY, "Ada")), ""),
    (_query(_one_of(Field.COMPANY_KEY, "acme")), "1c1 1f1 1f2"),
    (_query(_one_of(Field.COMPANY_ID, "none", "acme")), "1c1 1f1 1f2 2f1"),
    (_query(_one_of(Field.CERTIFICATION_ID, "gone", "c")), "1c1 3g1"),
    (_query(_one_of(Field.TRAINING_ID, "9", "8")), "1f1 1f2 2f1"),
    (_query(_one_of(Field.TRAINING_CODE, "c-1")), "1f1 1f2 2f1"),
    (_query(_one_of(Field.TRAINING_CODE, "t-1")), ""),
    (_query(_one_of(Field.TRAINING_KEY, "course")), "1f1 1f2 2f1"),
    (_query((*_one_of(Field.USER_ID, "2"), *_one_of(Field.CODE, "F"))), "1f1 1f2 2f1"),
    (_query(_one_of(Field.USER_ID, "1"), _one_of(Field.CODE, "F")), "1f1 1f2"),
    (
        _query(_one_of(Field.USER_ID, "1", *(f"{'n' * 200}{n}" for n in range(29_999)))),
        "1c1 1f1 1f2",
    ),
    (_query(_one_of(Field.TRAINING_ID, "9", *map(str, range(100, 30_000)))), "1f1 1f2 2f1"),
    (_query(search=("fire",)), "1f1 1f2 2f1"),
    (_query(search=("Fire",)), ""),
    (_query(search=("ü",)), "1f1 1f2 2f1"),
    (_query(search=("%_",)), "1c1"),
    (_query(search=("_%",)), ""),
    (_query(search=("ζω",)), "2f1"),
    (_query(search=("lovelace", "fire")), "1f1 1f2"),
    (_query(search=("lovelace", "bob")), ""),
    (_query(search=("a" * 100_000,)), ""),
    (_query(search=["da"] * 100), "1c1 1f1 1f2"),
    (_query(scope=Scope("1")), "1c1 1f1 1f2"),
    (_query(scope=Scope("3")), "3g1"),
    (_query(scope=Scope(None, "acme")), "1c1 1f1 1f2"),
    (_query(scope=Scope("2", "acme")), ""),
    (_query(NOT_ARCHIVED), "1c1 1f2 2f1 3g1"),
    (_query(by_status(Status.ARCHIVED)), "1f1"),
    (_query(by_status(Status.EXPIRED)), "2f1"),
    (_query(by_status(Status.VALID)), "1c1 1f2 3g1"),
    (_query(by_status()), ""),
    (_query(by_status(*Status)), "1c1 1f1 1f2 2f1 3g1"),
    (_query(by_status(Status.ARCHIVED, Status.EXPIRED), at=_LATER - _TICK), ""),
    (_query(by_status(Status.NOT_YET_VALID), at=_LATER - _TICK), "1f2"),
    (_query(by_status(Status.NOT_YET_VALID, Status.VALID), at=_AT - _TICK), "1c1 1f1 1f2 2f1 3g1"),
)
_SORTED: tuple[tuple[tuple[Sort, ...], str], ...] = (
    ((), "1c1 1f1 1f2 2f1 3g1"),
    (((Field.USER_ID, True),), "3g1 2f1 1c1 1f1 1f2"),
    (((Field.CERTIFICATION_ID, False),), "1c1 1f1 1f2 2f1 3g1"),
    (((Field.USERNAME_KEY, False),), "1c1 1f1 1f2 2f1 3g1"),
    (((Field.USERNAME_KEY, True),), "2f1 1c1 1f1 1f2 3g1"),
    (((Field.USERNAME_KEY, True), (Field.EXPIRES_AT, True)), "2f1 1c1 1f2 1f1 3g1"),
    (((Field.EXPIRES_AT, False),), "1f1 2f1 1c1 1f2 3g1"),
    (((Field.EXPIRES_AT, True),), "1c1 1f2 3g1 1f1 2f1"),
    (((Field.NAME_KEY, False), (Field.ISSUED_AT, True)), "3g1 1c1 1f2 1f1 2f1"),
    (((Field.FIRST_TRAINING_KEY, False),), "1c1 3g1 1f1 1f2 2f1"),
    (((Field.FIRST_SKILL_KEY, True),), "1f1 1f2 2f1 1c1 3g1"),
    (((Field.ACCOUNT_OWNER_KEY, True),), "1c1 1f1 1f2 2f1 3g1"),
    (((Field.STATUS, False),), "1f1 2f1 1c1 1f2 3g1"),
    (((Field.STATUS, True), (Field.USER_ID, False)), "1c1 1f2 3g1 2f1 1f1"),
)


class StoreContract(Contract):
    """The promises, a test each; see the module for how to run them."""

    # People

    def test_users_come_back_as_they_were(self) -> None:
        ada = User(
            "7", " Ada ", "Ada", "Lovelace", active=False, groups={"b", "a"}, company_id="co"
        )
        bob = User("8", "bob", time_zone="Europe/Rome", branches={"x"})
        with self._after(lambda work: work.users.put([bob, ada])) as view:
            assert view.users.get("7") == ada
            assert view.users.get("9") is None
            assert list(view.users.all()) == [ada, bob]

    def test_a_user_in_no_time_zone_is_refused(self) -> None:
        lost = User("7", "ada", time_zone="Nowhere/Land")
        with raises(UnknownZoneError):
            self._write(lambda work: work.users.put([lost]))

    def test_users_are_found_by_the_key_of_their_names(self) -> None:
        users = [User("2", "ADA"), User("1", " ada"), User("3", "Straße")]
        with self._after(lambda work: work.users.put(users)) as view:
            found = view.users.named(["ada", "strasse", "nobody"])
            assert {key: list(of) for key, of in found.items()} == {
                "ada": [users[1], users[0]],
                "strasse": [users[2]],
            }
            assert not view.users.named([])
            assert not view.users.named(["ADA", "straße"])

    def test_a_user_put_again_replaces_the_former(self) -> None:
        self._write(lambda work: work.users.put([User("1", "ada"), User("1", "eve")]))
        with self._after(lambda work: work.users.put([User("1", "eva"), User("2", "bob")])) as view:
            assert list(view.users.all()) == [User("1", "eva"), User("2", "bob")]
            assert not view.users.named(["ada", "eve"])
            assert list(view.users.named(["eva"])) == ["eva"]

    # The catalogue

    def test_certifications_come_back_as_they_were(self) -> None:
        fire = Certification(
            "c2",
            "Fire",
            "F",
            "Putting it out\r\nsafely",
            Validity(18, Unit.MONTHS),
            retake=True,
            status=CertificationStatus.INACTIVE,
            assignments=(
                Assignment(ItemKind.LEARNING_PLAN, "9", _AT),
                Assignment(ItemKind.COURSE, "1", _AT, "either"),
                Assignment(ItemKind.COURSE, "1", _AT),
            ),
            criteria=Criteria.ALL,
            groups={"staff", "guests"},
            completion_criteria="* every drill\n* the test",
            skills=("put out", "carry"),
            badge_image="media/7.png",
            created_by="ada",
            created_at=_AT,
            updated_at=_AT + timedelta(microseconds=1),
        )
        plain = Certification("c1", "Plain")
        with self._after(lambda work: work.certifications.put([fire, plain])) as view:
            assert view.certifications.get("c2") == fire
            assert view.certifications.get("c3") is None
            assert list(view.certifications.all()) == [plain, fire]

    def test_certifications_are_found_by_code(self) -> None:
        shared = [Certification("b", "B", "X"), Certification("a", "A", "X")]
        self._write(lambda work: work.certifications.put([*shared, Certification("c", "C")]))
        with self.store.reading() as view:
            found = view.certifications.coded(["X", "Y"])
            assert {code: list(of) for code, of in found.items()} == {"X": shared[::-1]}
            assert not view.certifications.coded(["x", ""])

    def test_a_certification_put_again_replaces_the_former_with_its_assignments(self) -> None:
        former = Certification(
            "c", "C", "X", assignments=(Assignment(ItemKind.COURSE, "1", _AT),) * 2
        )
        latter = evolve(former, code="Y", assignments=former.assignments[:1])
        self._write(lambda work: work.certifications.put([former]))
        with self._after(lambda work: work.certifications.put([latter])) as view:
            assert list(view.certifications.all()) == [latter]
            assert not view.certifications.coded(["X"])

    def test_items_come_back_and_are_found_within_their_kind(self) -> None:
        course = Item(ItemKind.COURSE, "1", "X", "Course")
        plan = Item(ItemKind.LEARNING_PLAN, "1", "X", "Plan")
        plain = Item(ItemKind.COURSE, "2")
        self._write(lambda work: work.items.put([plan, plain, course]))
        with self._after(lambda work: work.items.put([course, course])) as view:
            assert view.items.get(ItemKind.COURSE, "1") == course
            assert view.items.get(ItemKind.COURSE, "3") is None
            found = view.items.coded(ItemKind.LEARNING_PLAN, ["X", "Y"])
            assert {code: list(of) for code, of in found.items()} == {"X": [plan]}
            assert list(view.items.all()) == [course, plain, plan]

    def test_companies_come_back_as_they_were(self) -> None:
        acme, plain = Company("2", "Acme", "olga"), Company("1")
        self._write(lambda work: work.companies.put([acme, plain]))
        with self._after(lambda work: work.companies.put([acme, acme])) as view:
            assert view.companies.get("2") == acme
            assert view.companies.get("3") is None
            assert list(view.companies.all()) == [plain, acme]

    # Tables

    def test_awards_are_listed_with_all_that_is_known_of_them(self) -> None:
        self._write(_furnish)
        ada: Any = {"user": _ADA, "company": _ACME}
        fire: Any = {"certification": _FIRE, "items": _ITEMS}
        with self.store.reading() as view:
            assert list(view.tables.awards(_query())) == [
                AwardRow(_AWARDS[0], Status.VALID, **ada, certification=_CODE),
                AwardRow(_AWARDS[1], Status.ARCHIVED, **ada, **fire),
                AwardRow(_AWARDS[2], Status.VALID, **ada, **fire),
                AwardRow(_AWARDS[3], Status.EXPIRED, user=_BOB, **fire),
                AwardRow(_AWARDS[4], Status.VALID),
            ]
            (row,) = view.tables.awards(_query(scope=Scope("2")))
            assert row == AwardRow(_AWARDS[3], Status.EXPIRED, user=_BOB, **fire)

    def test_certifications_are_listed_with_all_that_is_known_of_them(self) -> None:
        self._write(_furnish)
        query = TableQuery(Table.CATALOG, _AT)
        with self.store.reading() as view:
            assert list(view.tables.certifications(query)) == [
                CertificationRow(_CODE, awarded=1),
                CertificationRow(_FIRE, _ITEMS, _ADA, 2),
            ]
            assert view.tables.count(query) == 2
            grouped = evolve(query, group=(Field.CERTIFICATION_STATUS,))
            assert _groups(view, grouped) == [("active", 2)]

    def test_rows_are_found(self) -> None:
        with self._after(_furnish) as view:
            for query, expected in _SELECTED:
                found = _names(view.tables.awards(query))
                assert (found, view.tables.count(query)) == (expected, len(expected.split()))

    def test_rows_are_sorted_and_cut_into_pages(self) -> None:
        with self._after(_furnish) as view:
            for sort, expected in _SORTED:
                query = _query(sort=sort)
                whole = list(view.tables.awards(query))
                assert _names(whole) == expected
                for offset in range(6):
                    page = evolve(query, offset=offset, limit=2)
                    assert list(view.tables.awards(page)) == whole[offset : offset + 2]
                    assert view.tables.count(page) == 5
                far = evolve(query, offset=10**18, limit=10**18)
                assert list(view.tables.awards(far)) == []
                assert list(view.tables.awards(evolve(query, offset=3))) == whole[3:]

    def test_rows_are_grouped(self) -> None:
        self._write(_furnish)
        by_name = _query(group=(Field.NAME_KEY, Field.CERTIFICATION_ID, Field.NAME))
        by_company = _query(NOT_ARCHIVED, group=(Field.COMPANY_ID,))
        with self.store.reading() as view:
            assert _groups(view, by_name) == [
                (None, "gone", None, 1),
                ("code %_", "c", "code %_", 1),
                ("fire", "f", "Fire", 3),
            ]
            by_standing = _query(group=(Field.STATUS, Field.COMPANY_ID))
            assert _groups(view, by_standing) == [
                ("archived", "acme", 1),
                ("expired", "none", 1),
                ("valid", None, 1),
                ("valid", "acme", 2),
            ]
            assert _groups(view, by_company) == [(None, 1), ("acme", 2), ("none", 1)]
            grouped = view.tables.awards(evolve(by_name, sort=((Field.ISSUED_AT, True),)))
            assert _names(grouped) == "3g1 1c1 1f2 1f1 2f1"

    def test_a_long_table_is_read_to_its_end(self) -> None:
        awards = [Award(f"{n:04}", "f", _AT, None) for n in range(2500)]
        self._write(lambda work: work.awards.add(awards))
        descending = ((Field.ISSUED_AT, False), (Field.USER_ID, True))
        with self.store.reading() as view:
            rows = view.tables.awards(_query(sort=descending))
            assert [row.award for row in rows] == awards[::-1]
            assert next(view.tables.awards(_query())).award == awards[0]

    # Text and time

    def test_texts_differ_by_every_character(self) -> None:
        def put(work: Transaction) -> None:
            work.users.put(User(text, f"u-{text}-") for text in _LOOK_ALIKES)
            work.certifications.put(Certification(text, text, text) for text in _LOOK_ALIKES)
            work.items.put(Item(ItemKind.COURSE, text, text, text) for text in _LOOK_ALIKES)
            work.awards.add([evolve(_AWARD, user_id=text) for text in _LOOK_ALIKES])

        with self._after(put) as view:
            for text in _LOOK_ALIKES:
                assert view.users.get(text) == User(text, f"u-{text}-")
                assert len(view.certifications.coded([text])[text]) == 1
                assert len(view.items.coded(ItemKind.COURSE, [text])[text]) == 1
                assert list(view.awards.history(text, "fire")) == [evolve(_AWARD, user_id=text)]
            names = [user.id for user in view.users.all()]
            assert names == sorted(_LOOK_ALIKES)
            assert [award.user_id for award in view.awards.select()] == sorted(_LOOK_ALIKES)

    def test_instants_keep_their_microseconds_and_come_back_in_utc(self) -> None:
        tokyo = timezone(timedelta(hours=9))
        award = Award("ada", "fire", _AT.astimezone(tokyo), _AT.replace(microsecond=0))
        event = evolve(_ISSUED, at=_AT.astimezone(tokyo))

        def put(work: Transaction) -> None:
            work.awards.add([award])
            work.events.add([event])

        with self._after(put) as view:
            (kept,) = view.awards.history("ada", "fire")
            ((_, said),) = view.events.after(0, 10)
            assert kept == award
            assert kept.issued_at.tzinfo is UTC
            assert isinstance(said, Event)
            assert said.at.tzinfo is UTC
            assert said.at == _AT

    def test_the_whole_calendar_fits(self) -> None:
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        award = Award("ada", "fire", first, last)
        with self._after(lambda work: work.awards.add([award])) as view:
            assert list(view.awards.history("ada", "fire")) == [award]

    # Awards

    def test_awards_come_back_as_they_were(self) -> None:
        links = (ExternalLink("Acme", "https://acme.example/1"), ExternalLink("Acme", "http://a"))
        source = Source(AssociationType.EXTERNAL_CERTIFICATION, "7", links, _AT)
        awards = [
            Award("ada", "fire", _AT, _AT, ExpiryBasis.DATE, source, 1, _AT, 31, 4, _INCLUSIVE),
            Award("ada", "fire", _AT, None, ExpiryBasis.ALWAYS_VALID, cycle=2),
        ]
        with self._after(lambda work: work.awards.add(awards)) as view:
            assert list(view.awards.history("ada", "fire")) == awards

    def test_histories_are_found_for_many_pairs(self) -> None:
        numbers = range(1200)
        awards = [Award(f"u{n}", f"c{n % 2}", _AT, None, cycle=c) for n in numbers for c in (2, 1)]
        with self._after(lambda work: work.awards.add(awards)) as view:
            pairs = {(f"u{n}", "c0") for n in numbers}
            found = view.awards.histories(pairs)
            assert set(found) == {(f"u{n}", "c0") for n in numbers if n % 2 == 0}
            assert [award.cycle for award in found["u10", "c0"]] == [1, 2]
            assert not view.awards.histories([])
            assert not view.awards.history("u1", "c0")

    def test_awards_are_selected_in_order(self) -> None:
        awards = [
            Award(
                user, certification, _AT, None, cycle=cycle, archived_at=_AT if cycle < 2 else None
            )
            for user in ("a", "b")
            for certification in ("x", "y")
            for cycle in (1, 2, 10)
        ]
        with self._after(lambda work: work.awards.add(awards[::-1])) as view:
            assert list(view.awards.select()) == awards
            assert list(view.awards.select(user_id="b")) == awards[6:]
            assert list(view.awards.select(certification_id="y")) == awards[3:6] + awards[9:]
            assert list(view.awards.select(user_id="a", certification_id="y")) == awards[3:6]
            assert list(view.awards.select(user_id="a", archived=True)) == [awards[0], awards[3]]
            assert list(view.awards.select(user_id="c")) == []
            assert [award.cycle for award in view.awards.select(archived=False)] == [2, 10] * 4

    def test_a_long_selection_can_change_what_it_passes(self) -> None:
        awards = [Award(f"{n % 100:02}", f"{n // 100:02}", _AT, None) for n in range(2500)]
        self._write(lambda work: work.awards.add(awards))
        with self._writing() as work:
            for award in work.awards.select():
                work.awards.replace([award.archive(_AT)])
        with self.store.reading() as view:
            archived = list(view.awards.select(archived=True))
            assert len(archived) == len(awards)
            assert archived == sorted(
                archived, key=lambda each: (each.user_id, each.certification_id)
            )

    def test_a_cycle_cannot_be_added_twice(self) -> None:
        other = evolve(_AWARD, user_id="bob")
        self._write(lambda work: work.awards.add([_AWARD]))
        for again in ([other, _AWARD], [other, other]):
            with self._writing() as work:
                with raises(ConflictError, again[1].user_id):
                    work.awards.add(again)
                assert not work.awards.history("bob", "fire")
                work.events.add([_ISSUED])  # the transaction goes on
        with self.store.reading() as view:
            assert list(view.awards.select()) == [_AWARD]
            assert len(view.events.after(0, 10)) == 2

    def test_a_version_can_be_replaced_once(self) -> None:
        seen = [evolve(_AWARD, user_id=user) for user in ("ada", "bob")]
        self._write(lambda work: work.awards.add(seen))
        archived = [award.archive(_AT) for award in seen]
        self._write(lambda work: work.awards.replace(archived[1:]))
        with self._writing() as work:
            with raises(ConflictError, "bob"):
                work.awards.replace(archived)
            assert list(work.awards.select()) == [seen[0], archived[1]]
            work.awards.replace([archived[0], archived[0].archive(_AT)])  # one after the other
        with self.store.reading() as view:
            assert [award.version for award in view.awards.select()] == [3, 2]

    def test_what_is_not_there_cannot_be_replaced(self) -> None:
        with raises(ConflictError, "ada"):
            self._write(lambda work: work.awards.replace([_AWARD.archive(_AT)]))

    # Events

    def test_events_are_read_from_a_position_on(self) -> None:
        events = [evolve(_ISSUED, cycle=cycle) for cycle in range(1, 6)]
        events[3] = Event(EventKind.ENROLLED, "ada", "fire", 4, _AT, "course-7")
        self._write(lambda work: work.events.add(events[:3]))
        with self._after(lambda work: work.events.add(events[3:])) as view:
            assert not view.events.after(0, 0)
            first = view.events.after(0, 2)
            rest = view.events.after(first[-1][0], 10)
            assert [event for _, event in (*first, *rest)] == events
            assert not view.events.after(rest[-1][0], 10)
            positions = [position for position, _ in (*first, *rest)]
            assert positions == sorted(set(positions))
            assert positions[0] > 0

    # Transactions

    def test_nothing_is_kept_of_a_transaction_that_fails(self) -> None:
        with raises(ZeroDivisionError), self._writing() as work:
            _fill(work)
            _ = 1 // 0
        with self.store.reading() as view:
            assert not any(_contents(view))
        with self._after(_fill) as view:
            assert all(_contents(view))

    def test_a_view_cannot_write(self) -> None:
        self._refused(*(each for each in _WRITES if each is not _replace))
        with self.store.reading() as view:
            assert not any(_contents(view))
        self._write(lambda work: work.awards.add([_AWARD]))
        self._refused(_replace)

    def test_nothing_to_write_is_no_mistake(self) -> None:
        def put(work: Transaction) -> None:
            work.users.put([])
            work.companies.put([])
            work.certifications.put([])
            work.items.put([])
            work.awards.add([])
            work.awards.replace([])
            work.events.add([])

        with self._after(put) as view:
            assert not any(_contents(view))

    def test_a_transaction_that_has_ended_cannot_be_used(self) -> None:
        with self.store.writing() as work:
            pass
        with self.store.reading() as view:
            pass
        for ended in (work, view):
            with raises(StoreError):
                ended.users.get("7")
            with raises(StoreError):
                ended.awards.add([_AWARD])


class IsolationContract(Contract):
    """The promises of a store whose transactions are its own, and no part of a host's."""

    def test_a_long_table_is_of_one_moment(self) -> None:
        awards = [Award(f"{n:04}", "f", _AT, None) for n in range(2500)]
        with self._after(lambda work: work.awards.add(awards)) as view:
            rows = view.tables.awards(_query())
            assert next(rows).award == awards[0]
            changed = [evolve(award, version=2) for award in awards[1::2]]
            self._write(lambda work: work.awards.replace(changed))
            self._write(lambda work: work.awards.add([Award("9999", "f", _AT, None)]))
            assert [row.award for row in rows] == awards[1:]
            assert view.tables.count(_query()) == 2500

    def test_a_writer_sees_its_own_changes_and_a_view_none_until_they_are_kept(self) -> None:
        with self.store.reading() as before:
            with self._writing() as work:
                _fill(work)
                assert all(_contents(work))
                with self.store.reading() as beside:
                    assert not any(_contents(beside))
            assert not any(_contents(before))
        with self.store.reading() as after:
            assert all(_contents(after))

    def test_of_those_who_renew_the_same_version_one_succeeds(self) -> None:
        self._write(lambda work: work.awards.add([_AWARD]))
        together = Barrier(8)

        def renew(number: int) -> bool:
            with self.store.reading() as view:
                (seen,) = view.awards.history("ada", "fire")
            together.wait(30)
            try:
                with self._writing() as work:
                    work.awards.replace([seen.archive(_AT + timedelta(seconds=number))])
                    work.awards.add([evolve(_AWARD, cycle=2, issued_at=_AT)])
                    work.events.add([evolve(_ISSUED, cycle=2)])
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(renew, range(8))) == [False] * 7 + [True]
        with self.store.reading() as view:
            assert [award.version for award in view.awards.history("ada", "fire")] == [2, 1]
            assert len(view.events.after(0, 10)) == 1

    def test_writers_wait_for_each_other(self) -> None:
        def append(number: int) -> None:
            for cycle in range(1, 6):
                with self._writing() as work:
                    last = work.events.after(0, 100)[-1:]
                    position = last[0][1].cycle if last else 0
                    work.events.add([evolve(_ISSUED, user_id=str(number), cycle=position + 1)])
                    work.awards.add([evolve(_AWARD, user_id=str(number), cycle=cycle)])

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(append, range(4)))
        with self.store.reading() as view:
            assert [event.cycle for _, event in view.events.after(0, 100)] == list(range(1, 21))
            assert len(list(view.awards.select())) == 20


def _replace(work: Transaction) -> None:
    work.awards.replace([_AWARD.archive(_AT)])


_WRITES: tuple[Callable[[Transaction], None], ...] = (
    lambda work: work.users.put([User("7", "ada")]),
    lambda work: work.companies.put([Company("acme")]),
    lambda work: work.certifications.put([Certification("fire", "Fire")]),
    lambda work: work.items.put([Item(ItemKind.COURSE, "1")]),
    lambda work: work.awards.add([_AWARD]),
    _replace,
    lambda work: work.events.add([_ISSUED]),
)


def _fill(work: Transaction) -> None:
    for write in _WRITES:
        write(work)


def _contents(view: Transaction) -> list[bool]:
    return [
        bool(list(view.users.all())),
        bool(list(view.companies.all())),
        bool(list(view.certifications.all())),
        bool(list(view.items.all())),
        bool(list(islice(view.awards.select(), 1))),
        bool(view.events.after(0, 1)),
    ]
