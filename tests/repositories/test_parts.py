"""A store of the six core parts alone: workflows work, and what needs another part says so."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from certrules import (
    DOCEBO,
    Assignment,
    Award,
    Certification,
    Completion,
    Item,
    ItemKind,
    NoticeKind,
    Notification,
    Unit,
    User,
    Validity,
)
from certrules.errors import InvalidValueError, StoreError
from certrules.model.badges import Badge
from certrules.model.notices import Event, EventKind, Notice
from certrules.model.people import Company
from certrules.records import open_records
from certrules.repositories.memory import MemoryStore
from certrules.repositories.parts import with_parts
from certrules.repositories.protocols import Transaction
from certrules.workflows import awarding, importing, lifecycle, notifying, renewal, reporting
from certrules.workflows.platform import SYSTEM, Acting, Platform

BEGIN, AT, LATER = (datetime(year, 1, 1, tzinfo=UTC) for year in (2023, 2024, 2025))
COURSE = ItemKind.COURSE
CORE = "users", "certifications", "items", "awards", "learning", "renewals"
RECORDS = (
    b"username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    b"type\nada,FA,2024-02-01,0,2025-02-01,manual\n"
)


class Core:
    """A host's transaction: what it has besides the six parts, nobody gets to see."""

    def __init__(self, whole: Any) -> None:
        for name in CORE:
            setattr(self, name, getattr(whole, name))


class CoreStore:
    """A host's store of the six parts alone."""

    def __init__(self) -> None:
        self.store = MemoryStore()

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with self.store.reading() as view:
            yield Core(view)

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with self.store.writing() as transaction:
            yield Core(transaction)


@pytest.fixture
def acting() -> Acting[Transaction]:
    store = with_parts(CoreStore())
    course = Assignment(COURSE, "c1", BEGIN)
    with store.writing() as transaction:
        transaction.users.put([User("1", "ada")])
        transaction.items.put([Item(COURSE, "c1", "C1", "Burns")])
        year = Validity(1, Unit.YEARS)
        first_aid = Certification(
            "fa", "First aid", "FA", validity=year, retake=True, assignments=(course,)
        )
        transaction.certifications.put([first_aid])
    return Platform(store, DOCEBO, UTC).acting_as(SYSTEM)


def test_an_award_is_earned_renewed_listed_and_taken_away(acting: Acting[Transaction]) -> None:
    assert awarding.complete(acting, Completion("1", COURSE, "c1", AT), at=AT).decisions["fa"]
    decision = renewal.decide(acting, "1", "fa", at=AT)
    assert decision
    assert renewal.start(acting, "1", "fa", decision.options[0], at=AT)
    again = Completion("1", COURSE, "c1", LATER)
    assert awarding.complete(acting, again, at=LATER).decisions["fa"]
    assert {each.certification_id for each in reporting.learner(acting, "1", at=LATER)} == {"fa"}
    assert lifecycle.unassign(acting, "1", "fa", at=LATER)
    assert not reporting.learner(acting, "1", at=LATER)


def test_records_are_imported(acting: Acting[Transaction]) -> None:
    with open_records(BytesIO(RECORDS), zone=UTC) as file:
        assert importing.run(acting, file, at=LATER).imported == 1


def test_a_part_of_the_hosts_own_is_used() -> None:
    whole = MemoryStore()
    with with_parts(whole).writing() as transaction:
        transaction.companies.put([Company("acme")])
    with whole.reading() as view:
        assert [each.id for each in view.companies.all()] == ["acme"]


def test_what_would_be_lost_is_refused(acting: Acting[Transaction]) -> None:
    reminder = Notification("n1", NoticeKind.EXPIRY)
    with pytest.raises(StoreError, match="this store has no notices"):
        notifying.due(acting, [reminder], at=LATER)
    badge = Badge("b1", "1", "fa", 1, AT, None, 1, 0)
    with acting.store.writing() as transaction:
        transaction.companies.put([])
        with pytest.raises(StoreError, match="this store has no companies"):
            transaction.companies.put([Company("acme")])
        with pytest.raises(StoreError, match="this store has no badges"):
            transaction.badges.add(badge)
        with pytest.raises(StoreError, match="this store has no notices"):
            transaction.notices.set_planned({})


def test_what_is_empty_says_so(acting: Acting[Transaction]) -> None:
    with acting.reading() as view:
        assert view.companies.get("acme") is None
        assert view.badges.current("1", "fa", 1) is view.badges.get("b1") is None
        found = view.companies.all(), view.badges.listed(1), view.badges.withdrawn([("1", "fa", 1)])
        assert [each for some in found for each in some] == []
        assert view.badges.places() == (1, set())
        assert (view.events.acknowledged(), view.events.count(0, AT)) == (0, (0, 0))
        assert [*view.events.after(0, 9)] == []


def test_what_takes_back_nothing_does_nothing(acting: Acting[Transaction]) -> None:
    award = Award("1", "fa", AT, None)
    with acting.writing() as transaction:
        badges, notices = transaction.badges, transaction.notices
        badges.suspend("b1")
        badges.withdraw("b1")
        badges.revoke([award.key])
        badges.revoke_outdated([award])
        transaction.events.acknowledge(1)
        notices.cancel([award.key])
        notices.cancel_outdated([award])
        notices.forget([award.key])
        notices.pass_over([])
        assert [*notices.add([])] == []


def test_events_and_notices_are_forgotten(acting: Acting[Transaction]) -> None:
    notice = Notice("n1", NoticeKind.ISSUED, "1", "fa", 1, AT, AT)
    for _ in range(2):
        with acting.writing() as transaction:
            assert [*transaction.events.after(0, 9)] == []
            transaction.events.add([Event(EventKind.ISSUED, "1", "fa", 1, AT)])
            transaction.notices.add([notice])


def test_nothing_is_written_through_a_view(acting: Acting[Transaction]) -> None:
    with acting.reading() as view, pytest.raises(StoreError, match="for reading"):
        view.events.add([Event(EventKind.ISSUED, "1", "fa", 1, AT)])


def test_a_store_with_parts_travels_as_its_own_does() -> None:
    with pytest.raises(StoreError, match="cannot be sent"):
        pickle.dumps(with_parts(MemoryStore()))


def test_what_is_no_store_is_refused() -> None:
    nothing: Any = None
    with pytest.raises(InvalidValueError, match="six core parts"):
        with_parts(nothing)


def test_a_part_that_every_store_needs_is_named_if_it_is_missing() -> None:
    class LessStore(CoreStore):
        @contextmanager
        def writing(self) -> Iterator[Any]:
            with super().writing() as transaction:
                del transaction.renewals
                yield transaction

    with (
        pytest.raises(StoreError, match=r"^this store has no renewals: every store needs"),
        with_parts(LessStore()).writing(),
    ):
        pass
    alone = Platform(LessStore(), DOCEBO, UTC).acting_as(SYSTEM)
    with (
        pytest.raises(StoreError, match=r"no renewals: give its transactions that part$"),
        alone.writing() as transaction,
    ):
        transaction.renewals.open("fa")
