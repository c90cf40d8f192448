"""Does a store keep the promises of :mod:`certrules.repositories.protocols`?

The implementer of a store subclasses :class:`StoreContract`, and before every test sets ``store``
to a fresh, empty one; pytest and unittest both collect the tests::

    class TestMyStore(StoreContract):
        @pytest.fixture(autouse=True)
        def fresh(self, tmp_path):
            self.store = MyStore(tmp_path / "store")

With ``pytest.register_assert_rewrite("certrules.testing.contract")`` in a ``conftest.py``, a test
that fails shows the values that it compared.
"""
# ruff: noqa: D102, S101 - tests, by whatever framework

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from threading import Barrier

from attrs import evolve

from certrules.errors import ConflictError, NaiveDatetimeError, StoreError
from certrules.model.awards import AssociationType, Award, ExpiryBasis, ExternalLink, Source
from certrules.model.catalog import (
    Assignment,
    Certification,
    CertificationStatus,
    Criteria,
    Item,
    ItemKind,
    Validity,
)
from certrules.model.events import Event, EventKind
from certrules.model.people import User
from certrules.periods import Unit
from certrules.repositories.protocols import Store, Transaction
from certrules.testing.raising import raises

__all__ = ["StoreContract"]

_AT = datetime(2024, 2, 29, 22, 30, 15, 123456, tzinfo=UTC)
_AWARD = Award("ada", "fire", _AT, _AT + timedelta(days=365))
_ISSUED = Event(EventKind.ISSUED, "ada", "fire", 1, _AT)

_LOOK_ALIKES = ("code", "Code", "côde", "co\u0302de", "code ", " code", "ｃode", "code\U0001f512")
"""Text that some databases take for the same; to a store each is another."""


class StoreContract:
    """The promises, a test each; see the module for how to run them."""

    store: Store

    # People

    def test_users_come_back_as_they_were(self) -> None:
        ada = User("7", " Ada ", "Ada", "Lovelace", active=False, groups={"b", "a"}, company="co")
        bob = User("8", "bob", time_zone="Europe/Rome", branches={"x"})
        self._write(lambda work: work.users.put([bob, ada]))
        with self.store.reading() as view:
            assert view.users.get("7") == ada
            assert view.users.get("9") is None
            assert list(view.users.all()) == [ada, bob]

    def test_users_are_found_by_the_key_of_their_names(self) -> None:
        users = [User("2", "ADA"), User("1", " ada"), User("3", "Straße")]
        self._write(lambda work: work.users.put(users))
        with self.store.reading() as view:
            found = view.users.named(["ada", "strasse", "nobody"])
            assert {key: list(of) for key, of in found.items()} == {
                "ada": [users[1], users[0]],
                "strasse": [users[2]],
            }
            assert not view.users.named([])
            assert not view.users.named(["ADA", "straße"])

    def test_a_user_put_again_replaces_the_former(self) -> None:
        self._write(lambda work: work.users.put([User("1", "ada"), User("1", "eve")]))
        self._write(lambda work: work.users.put([User("1", "eva"), User("2", "bob")]))
        with self.store.reading() as view:
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
        self._write(lambda work: work.certifications.put([fire, plain]))
        with self.store.reading() as view:
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
        self._write(lambda work: work.certifications.put([latter]))
        with self.store.reading() as view:
            assert list(view.certifications.all()) == [latter]
            assert not view.certifications.coded(["X"])

    def test_items_come_back_and_are_found_within_their_kind(self) -> None:
        course = Item(ItemKind.COURSE, "1", "X", "Course")
        plan = Item(ItemKind.LEARNING_PLAN, "1", "X", "Plan")
        plain = Item(ItemKind.COURSE, "2")
        self._write(lambda work: work.items.put([plan, plain, course]))
        self._write(lambda work: work.items.put([course, course]))
        with self.store.reading() as view:
            assert view.items.get(ItemKind.COURSE, "1") == course
            assert view.items.get(ItemKind.COURSE, "3") is None
            found = view.items.coded(ItemKind.LEARNING_PLAN, ["X", "Y"])
            assert {code: list(of) for code, of in found.items()} == {"X": [plan]}
            assert list(view.items.all()) == [course, plain, plan]

    # Text and time

    def test_text_is_told_apart_by_every_character(self) -> None:
        def put(work: Transaction) -> None:
            work.users.put(User(text, f"u-{text}-") for text in _LOOK_ALIKES)
            work.certifications.put(Certification(text, text, text) for text in _LOOK_ALIKES)
            work.items.put(Item(ItemKind.COURSE, text, text, text) for text in _LOOK_ALIKES)
            work.awards.add([evolve(_AWARD, user=text) for text in _LOOK_ALIKES])

        self._write(put)
        with self.store.reading() as view:
            for text in _LOOK_ALIKES:
                assert view.users.get(text) == User(text, f"u-{text}-")
                assert len(view.certifications.coded([text])[text]) == 1
                assert len(view.items.coded(ItemKind.COURSE, [text])[text]) == 1
                assert list(view.awards.history(text, "fire")) == [evolve(_AWARD, user=text)]
            names = [user.id for user in view.users.all()]
            assert names == sorted(_LOOK_ALIKES)
            assert [award.user for award in view.awards.select()] == sorted(_LOOK_ALIKES)

    def test_instants_keep_their_microseconds_and_come_back_in_utc(self) -> None:
        tokyo = timezone(timedelta(hours=9))
        award = Award("ada", "fire", _AT.astimezone(tokyo), _AT.replace(microsecond=0))
        event = evolve(_ISSUED, at=_AT.astimezone(tokyo))

        def put(work: Transaction) -> None:
            work.awards.add([award])
            work.events.add([event])

        self._write(put)
        with self.store.reading() as view:
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
        self._write(lambda work: work.awards.add([award]))
        with self.store.reading() as view:
            assert list(view.awards.history("ada", "fire")) == [award]

    def test_an_instant_without_a_zone_is_refused(self) -> None:
        naive = evolve(_ISSUED, at=_AT.replace(tzinfo=None))
        with raises(NaiveDatetimeError):
            self._write(lambda work: work.events.add([naive]))

    # Awards

    def test_awards_come_back_as_they_were(self) -> None:
        links = (ExternalLink("Acme", "https://acme.example/1"), ExternalLink("", ""))
        source = Source(AssociationType.EXTERNAL_CERTIFICATION, "7", links, _AT)
        awards = [
            Award("ada", "fire", _AT, _AT, ExpiryBasis.DATE, source, 1, _AT, 31, 4),
            Award("ada", "fire", _AT, None, ExpiryBasis.ALWAYS_VALID, cycle=2),
        ]
        self._write(lambda work: work.awards.add(awards))
        with self.store.reading() as view:
            assert list(view.awards.history("ada", "fire")) == awards

    def test_histories_are_found_for_many_pairs(self) -> None:
        numbers = range(1200)
        awards = [Award(f"u{n}", f"c{n % 2}", _AT, None, cycle=c) for n in numbers for c in (2, 1)]
        self._write(lambda work: work.awards.add(awards))
        with self.store.reading() as view:
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
        self._write(lambda work: work.awards.add(awards[::-1]))
        with self.store.reading() as view:
            assert list(view.awards.select()) == awards
            assert list(view.awards.select(user="b")) == awards[6:]
            assert list(view.awards.select(certification="y")) == awards[3:6] + awards[9:]
            assert list(view.awards.select(user="a", certification="y")) == awards[3:6]
            assert list(view.awards.select(user="a", archived=True)) == [awards[0], awards[3]]
            assert list(view.awards.select(user="c")) == []
            assert [award.cycle for award in view.awards.select(archived=False)] == [2, 10] * 4

    def test_a_long_selection_can_change_what_it_passes(self) -> None:
        awards = [Award(f"{n % 100:02}", f"{n // 100:02}", _AT, None) for n in range(2500)]
        self._write(lambda work: work.awards.add(awards))
        with self.store.writing() as work:
            for award in work.awards.select():
                work.awards.replace([award.archive(_AT)])
        with self.store.reading() as view:
            archived = list(view.awards.select(archived=True))
            assert len(archived) == len(awards)
            assert archived == sorted(archived, key=lambda each: (each.user, each.certification))

    def test_a_cycle_cannot_be_added_twice(self) -> None:
        other = evolve(_AWARD, user="bob")
        self._write(lambda work: work.awards.add([_AWARD]))
        for again in ([other, _AWARD], [other, other]):
            with self.store.writing() as work:
                with raises(ConflictError, again[1].user):
                    work.awards.add(again)
                assert not work.awards.history("bob", "fire")
                work.events.add([_ISSUED])  # the transaction goes on
        with self.store.reading() as view:
            assert list(view.awards.select()) == [_AWARD]
            assert len(view.events.after(0, 10)) == 2

    def test_a_version_can_be_replaced_once(self) -> None:
        seen = [evolve(_AWARD, user=user) for user in ("ada", "bob")]
        self._write(lambda work: work.awards.add(seen))
        archived = [award.archive(_AT) for award in seen]
        self._write(lambda work: work.awards.replace(archived[1:]))
        with self.store.writing() as work:
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
        self._write(lambda work: work.events.add(events[3:]))
        with self.store.reading() as view:
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
        with raises(ZeroDivisionError), self.store.writing() as work:
            _fill(work)
            _ = 1 // 0
        with self.store.reading() as view:
            assert not any(_contents(view))
        self._write(_fill)
        with self.store.reading() as view:
            assert all(_contents(view))

    def test_a_view_cannot_write(self) -> None:
        for write in _WRITES:
            with self.store.reading() as view, raises(StoreError):
                write(view)
        with self.store.reading() as view:
            assert not any(_contents(view))

    def test_nothing_to_write_is_no_mistake(self) -> None:
        def put(work: Transaction) -> None:
            work.users.put([])
            work.certifications.put([])
            work.items.put([])
            work.awards.add([])
            work.awards.replace([])
            work.events.add([])

        self._write(put)
        with self.store.reading() as view:
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

    def test_a_writer_sees_its_own_changes_and_a_view_none_until_they_are_kept(self) -> None:
        with self.store.reading() as before:
            with self.store.writing() as work:
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
                with self.store.writing() as work:
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
                with self.store.writing() as work:
                    last = work.events.after(0, 100)[-1:]
                    position = last[0][1].cycle if last else 0
                    work.events.add([evolve(_ISSUED, user=str(number), cycle=position + 1)])
                    work.awards.add([evolve(_AWARD, user=str(number), cycle=cycle)])

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(append, range(4)))
        with self.store.reading() as view:
            assert [event.cycle for _, event in view.events.after(0, 100)] == list(range(1, 21))
            assert len(list(view.awards.select())) == 20

    def _write(self, change: Callable[[Transaction], object]) -> None:
        with self.store.writing() as work:
            change(work)


_WRITES: tuple[Callable[[Transaction], None], ...] = (
    lambda work: work.users.put([User("7", "ada")]),
    lambda work: work.certifications.put([Certification("fire", "Fire")]),
    lambda work: work.items.put([Item(ItemKind.COURSE, "1")]),
    lambda work: work.awards.add([_AWARD]),
    lambda work: work.awards.replace([_AWARD.archive(_AT)]),
    lambda work: work.events.add([_ISSUED]),
)


def _fill(work: Transaction) -> None:
    for write in _WRITES:
        write(work)


def _contents(view: Transaction) -> list[bool]:
    return [
        bool(list(view.users.all())),
        bool(list(view.certifications.all())),
        bool(list(view.items.all())),
        bool(list(islice(view.awards.select(), 1))),
        bool(view.events.after(0, 1)),
    ]
