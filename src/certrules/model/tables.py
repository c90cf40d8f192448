"""Queries on the tables of a store: which rows, under which conditions, in which order?

Every store answers alike. Text is compared by code point. Fields whose names end in ``KEY`` or
``TEXT`` are :func:`folded`: case does not count there.
"""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from operator import attrgetter
from typing import Annotated, Any

from certrules.model.awards import Award, Status
from certrules.model.catalog import Certification, Item, Validity
from certrules.model.people import Company, Scope, User, username_key
from certrules.model.values import Amount, Only, value
from certrules.periods import Unit
from certrules.text import folded
from certrules.words import Word

SORTED = 100
"""How many characters of a text count when rows are sorted; ids and usernames count whole."""


def sort_key(text: str) -> str:
    """Return the folded beginning of a text, by which it is sorted."""
    return folded(text)[:SORTED]


def user_text(user: User) -> str:
    """Return the text that is searched for a user: username and names, folded."""
    return folded("\n".join((user.username, user.first_name, user.last_name)))


def certification_text(one: Certification) -> str:
    """Return the text that is searched: name, code, description and skills, folded."""
    return folded("\n".join((one.name, one.code or "", one.description, *one.skills)))


@value
class AwardRow:
    """An award with its status, user, company, certification and the items that earn it.

    What the store does not have is None; of an item, no more than kind and id are known.
    """

    award: Award
    status: Status
    user: User | None = None
    company: Company | None = None
    certification: Certification | None = None
    items: tuple[Item, ...] = ()

    @property
    def username(self) -> str:
        """The username, or the id of a user who is gone."""
        return (self.user and self.user.username) or self.award.user_id

    @property
    def certification_label(self) -> str:
        """The code or name of the certification, or its id if it is gone."""
        one = self.certification
        return self.award.certification_id if one is None else one.code or one.name


@value
class CertificationRow:
    """A certification with the items that earn it, its creator, and how many users have it."""

    certification: Certification
    items: tuple[Item, ...] = ()
    creator: User | None = None
    awarded: Amount = 0


_Read = Callable[[Any], Any]
_items: _Read = attrgetter("items")


def _field(of: _Read, key: _Read | None = None, *, is_text: bool = True) -> tuple[Any, ...]:
    return of, key, is_text


def _definition(of: _Read, key: _Read | None = None) -> tuple[Any, ...]:
    return _field(lambda row: row.certification and of(row.certification), key)


def _certification_id(row: AwardRow | CertificationRow) -> str:
    return row.award.certification_id if isinstance(row, AwardRow) else row.certification.id


def _first_item(items: tuple[Item, ...]) -> str | None:
    return next((folded(each.name) or each.code or each.id for each in items), None)


_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 30, Unit.YEARS: 365}  # about so many


def _days(validity: Validity) -> int | None:
    return None if validity.never else validity.amount * _DAYS[validity.unit]


class Field(Enum):
    """What rows are filtered, searched, sorted and grouped by.

    Each is what it reads of a row, what it makes of that to compare it, and whether rows are sorted
    by it as text. What the store does not have is None. The ``TRAINING`` fields are tuples. Sorted
    by username, in either direction, awards whose user is gone come last.
    """

    # of an award, its user and their company
    USER_ID = _field(lambda row: row.award.user_id, is_text=False)
    STATUS = _field(lambda row: row.status, str)
    SOURCE_TYPE = _field(lambda row: row.award.source.type, str)
    ISSUED_AT = _field(lambda row: row.award.issued_at, is_text=False)
    EXPIRES_AT = _field(lambda row: row.award.expires_at, is_text=False)
    USERNAME_KEY = _field(lambda row: row.user and row.user.username, username_key, is_text=False)
    FIRST_NAME_KEY = _field(lambda row: row.user and row.user.first_name, folded)
    LAST_NAME_KEY = _field(lambda row: row.user and row.user.last_name, folded)
    USER_TEXT = _field(lambda row: row.user, user_text)
    COMPANY_ID = _field(lambda row: row.user and row.user.company_id)
    COMPANY_NAME = _field(lambda row: row.company and row.company.name)
    COMPANY_KEY = _field(lambda row: row.company and row.company.name, folded)
    ACCOUNT_OWNER_KEY = _field(lambda row: row.company and row.company.account_owner, sort_key)
    # of a certification, also an award's, and of the items that earn it
    CERTIFICATION_ID = _field(_certification_id, is_text=False)
    NAME = _definition(lambda one: one.name)
    NAME_KEY = _definition(lambda one: one.name, folded)
    CODE = _definition(lambda one: one.code)
    CERTIFICATION_TEXT = _definition(lambda one: one, certification_text)
    FIRST_SKILL_KEY = _definition(lambda one: one.skills, lambda some: sort_key("".join(some[:1])))
    FIRST_TRAINING_KEY = _field(_items, _first_item)
    TRAINING_ID = _field(_items, lambda items: tuple(each.id for each in items))
    TRAINING_CODE = _field(_items, lambda items: tuple(each.code for each in items))
    TRAINING_KEY = _field(_items, lambda items: tuple(folded(each.name) for each in items))
    # of rows that are certifications
    DESCRIPTION_KEY = _definition(lambda one: one.description, sort_key)
    CERTIFICATION_STATUS = _definition(lambda one: one.status, str)
    VALIDITY = _definition(lambda one: one.validity, str)
    VALIDITY_DAYS = _field(lambda row: row.certification.validity, _days, is_text=False)
    FIRST_TRAINING_KIND = _field(_items, lambda items: str(items[0].kind) if items else None)
    CREATED_BY = _definition(lambda one: one.created_by)
    CREATED_BY_KEY = _field(lambda row: row.creator and row.creator.username, username_key)
    CREATED_AT = _field(lambda row: row.certification.created_at, is_text=False)
    UPDATED_AT = _field(lambda row: row.certification.updated_at, is_text=False)
    AWARDED = _field(lambda row: row.awarded, is_text=False)
    ASSIGNED = _field(_items, len, is_text=False)

    def __init__(self, read: _Read, key: _Read | None, is_text: bool) -> None:  # noqa: FBT001
        self.read: _Read = read
        self.key: _Read | None = key
        self.is_text: bool = is_text

    def of(self, row: AwardRow | CertificationRow) -> Any:
        """Return what a row is compared by."""
        found = self.read(row)
        return found if self.key is None or found is None else self.key(found)

    def place(self, found: Any) -> Any:
        """Return what a value is sorted by: a text's beginning; None before text, after others."""
        return (found or "")[:SORTED] if self.is_text else (found is None, found)


class Table(Word):
    """The tables that people see of a store.

    Rules: ALL-MANAGE-03, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10.
    """

    CERTIFICATIONS = "certifications"  # Allbound's Manage Certifications
    CATALOG = "catalog"  # Docebo's list of certifications
    ISSUED = "issued"  # Allbound's Issued Certifications
    AWARDED_USERS = "awarded-users"  # Docebo's list of those who have a certification

    @property
    def of_awards(self) -> bool:
        """Whether each row is one cycle of an award; otherwise it is a certification."""
        return self in (Table.ISSUED, Table.AWARDED_USERS)

    @property
    def searched(self) -> tuple[Field, ...]:
        """The texts in which a search looks for its words."""
        if self is Table.ISSUED:
            return Field.USER_TEXT, Field.CERTIFICATION_TEXT
        return (Field.USER_TEXT,) if self.of_awards else (Field.CERTIFICATION_TEXT,)


Filter = tuple[tuple[Field, frozenset[str]], ...]
"""Fields and values: any field that has one of its values will do."""

Sort = tuple[Field, bool]
"""A field, and whether its greatest value comes first."""


def by_status(*statuses: Status) -> Filter:
    """Return the filter that finds the awards with one of some statuses."""
    return ((Field.STATUS, frozenset(map(str, statuses))),)


NOT_ARCHIVED: Filter = by_status(*(each for each in Status if each is not Status.ARCHIVED))
"""The filter that finds the awards that are not history."""

NOT_LATER: Filter = by_status(*(each for each in Status if each is not Status.NOT_YET_VALID))
"""The filter that finds the awards that were issued by the instant of a query."""


_Rows = Annotated[int, Only(range(10**18 + 1).__contains__, "a number of rows, zero or more")]


@value
class TableQuery:
    """Rows of a table: those that meet every condition, in an order, from ``offset`` to ``limit``.

    Statuses are those of the aware instant ``at``; ``scope`` says whose awards. Every word of
    ``search``, which is folded, must occur in one of the table's texts. Rows are sorted by the
    fields of ``group``, then by ``sort``, then by user, certification and cycle.
    :func:`certrules.rules.tables.query` makes a query of the names that people use.

    >>> TableQuery(Table.ISSUED, datetime(2024, 1, 1, tzinfo=UTC), offset=-1)
    Traceback (most recent call last):
    certrules.errors.InvalidValueError: offset cannot be -1: expected a number of rows, zero or more

    Rules: ALL-MANAGE-02, ALL-MANAGE-09.
    """

    table: Table
    at: datetime
    columns: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: tuple[Sort, ...] = ()
    group: tuple[Field, ...] = ()
    scope: Scope = Scope()
    offset: _Rows = 0
    limit: _Rows | None = None

    @property
    def order(self) -> tuple[Sort, ...]:
        """What rows are sorted by: the group, then ``sort``."""
        return *((each, False) for each in self.group), *self.sort
