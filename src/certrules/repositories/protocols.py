"""Ports of a store: the parts of its transactions, and what each of them must be able to do.

A host implements these on its own database, or takes :mod:`certrules.repositories.memory` or
:mod:`certrules.repositories.sql`. The type of a workflow names the parts that it asks;
:func:`certrules.repositories.parts.with_parts` adds all others to those of
:class:`CoreTransaction`. ``certrules.testing`` checks each part against a contract.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, TypeVar

from certrules.model.awards import Award, AwardKey
from certrules.model.badges import Badge
from certrules.model.catalog import Certification, Item, ItemKind, ItemRef
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    ExternalTraining,
    LearningPlan,
    Renewal,
)
from certrules.model.notices import Event, Notice, Planned
from certrules.model.people import Company, User
from certrules.model.tables import AwardRow, CertificationRow, TableQuery


class Users(Protocol):
    """The people that can hold a certification."""

    def get(self, user_id: str) -> User | None:
        """Return the user of an id."""

    def among(self, ids: Collection[str]) -> Mapping[str, User]:
        """Return the users of many ids, absent if there is none."""

    def named(self, keys: Collection[str]) -> Mapping[str, Sequence[User]]:
        """Return the users of each :func:`~certrules.model.people.username_key`, absent if none."""

    def all(self) -> Iterator[User]:
        """Return every user, by id."""

    def put(self, users: Iterable[User], /) -> None:
        """Add users, or replace those of the same id.

        Raises :class:`~certrules.errors.UnknownZoneError` for a time zone that is none.
        """


class Companies(Protocol):
    """The companies to which people belong."""

    def get(self, company_id: str) -> Company | None:
        """Return the company of an id."""

    def all(self) -> Iterator[Company]:
        """Return every company, by id."""

    def put(self, companies: Iterable[Company], /) -> None:
        """Add companies, or replace those of the same id."""


class Certifications(Protocol):
    """The certifications, with what earns them."""

    def get(self, certification_id: str) -> Certification | None:
        """Return the certification of an id."""

    def among(self, ids: Collection[str]) -> Mapping[str, Certification]:
        """Return the certifications of many ids, absent if there is none."""

    def coded(self, codes: Collection[str]) -> Mapping[str, Sequence[Certification]]:
        """Return the certifications of each code, absent if none."""

    def assigned(self, kind: ItemKind, item_id: str) -> Sequence[Certification]:
        """Return the certifications to which an item is assigned, by id."""

    def all(self) -> Iterator[Certification]:
        """Return every certification, by id."""

    def put(self, certifications: Iterable[Certification], /) -> None:
        """Add certifications, or replace those of the same id."""

    def remove(self, certification_id: str) -> None:
        """Delete a certification with its assignments; nothing happens if there is none."""


class Items(Protocol):
    """Courses, learning plans, tracks and external activities."""

    def get(self, kind: ItemKind, item_id: str) -> Item | None:
        """Return the item of a kind and id."""

    def among(self, refs: Collection[ItemRef]) -> Mapping[ItemRef, Item]:
        """Return the items of many kinds and ids, absent if there is none."""

    def coded(self, kind: ItemKind, codes: Collection[str]) -> Mapping[str, Sequence[Item]]:
        """Return the items of a kind for each code, absent if none."""

    def all(self) -> Iterator[Item]:
        """Return every item, by kind and id."""

    def put(self, items: Iterable[Item], /) -> None:
        """Add items, or replace those of the same kind and id."""


class Awards(Protocol):
    """Every award ever made: one row for each cycle of a user's certification."""

    def history(self, user_id: str, certification_id: str) -> Sequence[Award]:
        """Return the cycles of one user's certification, first to last."""

    def histories(
        self, pairs: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Award]]:
        """Return :meth:`history` for many (user, certification) pairs, absent if none."""

    def select(
        self,
        *,
        user_id: str | None = None,
        certification_id: str | None = None,
        archived: bool | None = None,
    ) -> Iterator[Award]:
        """Return awards by user, certification and cycle, without holding them all."""

    def expiring(self, first: datetime, last: datetime, *, at: datetime) -> Iterator[Award]:
        """Return the awards that expire from one instant to another, both included.

        Only those that are current at ``at``: not archived, or archived later. In the order in
        which they expire; they are not all held at once.
        """

    def add(self, awards: Sequence[Award]) -> None:
        """Add new cycles; ConflictError if a user's certification has that cycle already."""

    def replace(self, awards: Sequence[Award]) -> None:
        """Replace cycles; ConflictError unless each stored version is the one before its own."""

    def remove(self, awards: Sequence[Award]) -> None:
        """Delete cycles; ConflictError unless each stored version is its own."""


class Learning(Protocol):
    """Courses and learning plans, and what people do there: attempts, completions and progress."""

    def courses(self, ids: Collection[str]) -> Sequence[Course]:
        """Return the courses of many ids, by id; absent if there is none."""

    def put_courses(self, courses: Iterable[Course], /) -> None:
        """Add courses, or replace those of the same id."""

    def plans(self, ids: Collection[str]) -> Sequence[LearningPlan]:
        """Return the learning plans of many ids, by id; absent if there is none."""

    def put_plans(self, plans: Iterable[LearningPlan], /) -> None:
        """Add learning plans, or replace those of the same id."""

    def related(
        self, courses: Collection[str], plans: Collection[str]
    ) -> tuple[Sequence[LearningPlan], Sequence[Course]]:
        """Return what the courses and plans of many ids are and are taken with, each by id.

        These are the plans, and those that hold any of the courses; and the courses, those that the
        plans of these ids hold, and those that share training materials with any of them.
        """

    def history(
        self, user_id: str, items: Collection[ItemRef]
    ) -> tuple[Sequence[Enrolment], Sequence[Completion]]:
        """Return a user's attempts at items, archived ones too, and completions of these items.

        The attempts by kind, item and number, the completions first to last.
        """

    def put_enrolments(self, enrolments: Iterable[Enrolment], /) -> None:
        """Add attempts, or replace those of the same user, kind, item and number."""

    def completions(
        self, users: Collection[str], items: Collection[ItemRef]
    ) -> Iterator[Completion]:
        """Return completions of items by many users, each user's in one go, first to last.

        Those that completed enrolments record are among them, each once.
        """

    def completed_by(self, items: Collection[ItemRef], since: datetime) -> Collection[str]:
        """Return the ids of those who completed any of some items at an instant or later.

        A completed enrolment is enough. So is an external training that was reported, if its day is
        that of the instant in UTC, or later.
        """

    def add_completions(self, completions: Iterable[Completion], /) -> None:
        """Add completions; one that is there already is left as it is."""

    def external(self, users: Collection[str]) -> Sequence[ExternalTraining]:
        """Return the external trainings that many users have reported, by user and id."""

    def put_external(self, trainings: Iterable[ExternalTraining], /) -> None:
        """Add external trainings, or replace those of the same user and id."""

    def progress(self, user_id: str, course_id: str) -> frozenset[str]:
        """Return the training materials of a course that a user has completed."""

    def add_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        """Make training materials of a course complete for a user."""

    def reset_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        """Make training materials of a course incomplete for a user."""


class Renewals(Protocol):
    """Every renewal ever started."""

    def history(self, user_id: str, certification_id: str) -> Sequence[Renewal]:
        """Return the renewals of one user's certification, in the order of their start."""

    def of_user(self, user_id: str) -> Sequence[Renewal]:
        """Return a user's renewals, by certification and in the order of their start."""

    def open(self, certification_id: str) -> Sequence[Renewal]:
        """Return the open renewals of a certification, by user."""

    def open_among(self, pairs: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Renewal]:
        """Return the open renewals of many (user, certification), by pair."""

    def add(self, renewal: Renewal) -> None:
        """Add a started renewal.

        ConflictError if another one of the user's certification is open, or has the same key.
        """

    def close(self, renewal: Renewal) -> None:
        """Replace the open renewal by this closed one; ConflictError if none is open."""

    def reopen(self, renewal: Renewal) -> None:
        """Replace the renewal of this start that was closed as replaced by this open one.

        ConflictError if there is none, or if another one of the user's certification is open.
        """

    def remove(self, certification_id: str) -> None:
        """Delete every renewal of a certification."""


class Badges(Protocol):
    """Every badge ever issued, each with a bit of a status list that is given out once."""

    def get(self, badge_id: str) -> Badge | None:
        """Return the badge of an id."""

    def current(self, user_id: str, certification_id: str, cycle: int) -> Badge | None:
        """Return the current badge of a cycle: one that is not revoked, or was withdrawn."""

    def withdrawn(self, cycles: Iterable[tuple[str, str, int]]) -> Collection[tuple[str, str, int]]:
        """Return those (user, certification, cycle) whose badge is withdrawn."""

    def listed(self, status_list: int) -> Sequence[Badge]:
        """Return the badges of a status list, by index."""

    def places(self) -> tuple[int, Collection[int]]:
        """Return the number of the latest status list (1 if none), and its indexes in use."""

    def add(self, badge: Badge) -> None:
        """Add a badge; ConflictError if its id, its bit or its cycle has one already."""

    def suspend(self, badge_id: str, *, suspended: bool = True) -> None:
        """Suspend a badge, or lift its suspension; nothing happens if there is none."""

    def revoke(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        """Revoke the badges of cycles for ever; the cycles may get other badges."""

    def revoke_outdated(self, awards: Iterable[Award]) -> None:
        """Revoke for ever the badges whose dates are not those of their awards, as given."""

    def withdraw(self, badge_id: str) -> None:
        """Revoke the current badge of a cycle by its id, for ever; the cycle gets no other."""


class Events(Protocol):
    """The outbox: events and notices, in the order in which they were recorded.

    A reader asks for the entries after the last position that it acknowledged. So each entry is
    delivered at least once, and again until it is acknowledged.
    """

    def add(self, events: Iterable[Event], /) -> None:
        """Append events."""

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Event | Notice]]:
        """Return at most so many events and notices after a position (0: the beginning)."""

    def position_at(self, at: datetime) -> int:
        """Return the position up to which everything happened before an instant.

        That is the one before the first entry of the instant or later; 0 if it is the first.
        """

    def issues(self, cycles: Collection[tuple[str, str, int]]) -> Mapping[AwardKey, datetime]:
        """Return when each (user, certification, cycle) was issued, by the last event of its issue.

        An import and a renewal issue too; absent if no event says so.
        """

    def acknowledged(self) -> int:
        """Return the position up to which everything was acknowledged; 0 at the beginning."""

    def acknowledge(self, position: int) -> None:
        """Acknowledge everything up to a position; what is acknowledged stays so.

        A position after the last one means the last one: later entries were not read yet.
        """

    def count(self, position: int, at: datetime) -> tuple[int, int]:
        """Return how many entries are after a position, and how many of them are late.

        A notice is late if its ``send_by`` is before the instant.
        """


class Notices(Protocol):
    """The notices for learners, each recorded once: in the outbox, among the events."""

    def add(self, notices: Iterable[Notice], /) -> Sequence[Notice]:
        """Append the notices whose identity was never recorded, and return them.

        If several have one identity, the last one counts.
        """

    def pass_over(self, notices: Iterable[Notice], /) -> None:
        """Record notices as skipped: they are not appended, and count as created."""

    def cancel(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        """Cancel the notices of the expiry of each (user, certification, cycle).

        Acknowledged notices stay: they were delivered. Skipped ones may be created again.
        """

    def cancel_outdated(self, awards: Iterable[Award]) -> None:
        """Cancel the notices of another expiry than the awards have, as :meth:`cancel` does."""

    def forget(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        """Cancel the notices of the issue and the expiry of awards that were removed.

        Acknowledged ones stay in the outbox, but no longer count as created: another award may be
        issued in the same (user, certification, cycle), with the same expiry.
        """

    def planned(self) -> Mapping[str, Planned]:
        """Return how far each notification's notices are planned, by its id."""

    def set_planned(self, planned: Mapping[str, Planned]) -> None:
        """Record how far the notices of notifications are planned; others stay as they are."""


class Tables(Protocol):
    """The tables that people see: rows that a store finds, sorts and counts.

    :class:`~certrules.repositories.generic_tables.GenericTables` is made of the other parts.
    """

    def awards(self, query: TableQuery) -> Iterator[AwardRow]:
        """Return the awards that a query of awards finds, in its order, without holding them all.

        Ask nothing else of this transaction before the last row is read.
        """

    def certifications(self, query: TableQuery) -> Iterator[CertificationRow]:
        """Return the certifications that a query of certifications finds, in its order."""

    def count(self, query: TableQuery) -> int:
        """Return how many rows a query finds, whatever its offset and limit."""

    def groups(self, query: TableQuery) -> Sequence[tuple[Any, ...]]:
        """Return each combination of the group's fields, with the number of its rows last.

        In any order; the query's own order, offset and limit do not matter.
        """


class HasUsers(Protocol):
    """A transaction with users."""

    @property
    def users(self) -> Users:
        """The people."""


class HasCertifications(Protocol):
    """A transaction with certifications."""

    @property
    def certifications(self) -> Certifications:
        """The definitions."""


class HasItems(Protocol):
    """A transaction with items."""

    @property
    def items(self) -> Items:
        """The learning that earns them."""


class HasAwards(Protocol):
    """A transaction with awards."""

    @property
    def awards(self) -> Awards:
        """The awards."""


class HasLearning(Protocol):
    """A transaction with learning."""

    @property
    def learning(self) -> Learning:
        """What people learn."""


class HasRenewals(Protocol):
    """A transaction with renewals."""

    @property
    def renewals(self) -> Renewals:
        """The renewals."""


class HasCompanies(Protocol):
    """A transaction with companies."""

    @property
    def companies(self) -> Companies:
        """The companies of the users."""


class HasBadges(Protocol):
    """A transaction with badges."""

    @property
    def badges(self) -> Badges:
        """The badges."""


class HasEvents(Protocol):
    """A transaction with events."""

    @property
    def events(self) -> Events:
        """The outbox."""


class HasNotices(Protocol):
    """A transaction with notices."""

    @property
    def notices(self) -> Notices:
        """The notices in the outbox."""


class HasTables(Protocol):
    """A transaction with tables."""

    @property
    def tables(self) -> Tables:
        """The rows that people see."""


class CoreTransaction(
    HasUsers, HasCertifications, HasItems, HasAwards, HasLearning, HasRenewals, Protocol
):
    """One unit of work on the parts that every store has: all of it is kept, or none."""


class Transaction(
    CoreTransaction, HasCompanies, HasBadges, HasEvents, HasNotices, HasTables, Protocol
):
    """One unit of work on every part, also those that a host may leave out."""


P_co = TypeVar("P_co", covariant=True)


class Store(Protocol[P_co]):
    """Where everything is kept, in the parts that its transactions have.

    :func:`~certrules.repositories.parts.with_parts` makes a ``Store[Transaction]`` of a
    ``Store[CoreTransaction]``.
    """

    def reading(self) -> AbstractContextManager[P_co]:
        """Open one consistent view; writing through it is a StoreError."""

    def writing(self) -> AbstractContextManager[P_co]:
        """Open a transaction: kept whole at the end, dropped whole on any exception."""
