"""Which rows are asked of a store: what of each, under which conditions, in which order?

Every store answers alike. Text is compared by code point, case and all; facts whose name ends in
``KEY`` or ``TEXT`` are what :func:`folded` makes of others, so that case does not count there.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from attrs import field, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import Certification
from certrules.model.people import User
from certrules.periods import Unit

__all__ = [
    "SORTED",
    "TEXTS",
    "Ahead",
    "AllOf",
    "AnyOf",
    "Condition",
    "Contains",
    "Fact",
    "OneOf",
    "Order",
    "Past",
    "Rows",
    "Selection",
    "about_days",
    "certification_text",
    "folded",
    "user_text",
]

SORTED = 100
"""By how many of its characters a text is sorted."""


class Rows(Enum):
    """What a row is about: one cycle of an award, or one certification."""

    AWARDS = "awards"
    CERTIFICATIONS = "certifications"

    def __str__(self) -> str:
        return self.value


class Fact(Enum):
    """What a store knows of a row; what follows from an instant is no fact.

    Those of the award, its user and the user's company are of awards alone; those that count and
    list, and whose names begin with ``TRAINING``, are also those of an award's certification. A
    fact of somebody or something that the store does not have is None, or an empty list.
    """

    # of an award
    USER = "user id"
    CYCLE = "cycle"
    VERSION = "version"
    ISSUED_AT = "issued at"
    EXPIRES_AT = "expires at"
    ARCHIVED_AT = "archived at"
    SOURCE_TYPE = "source type"
    # of its user, and of their company
    USERNAME = "username"
    USERNAME_KEY = "username key"
    FIRST_NAME = "first name"
    FIRST_NAME_KEY = "first name key"
    LAST_NAME = "last name"
    LAST_NAME_KEY = "last name key"
    USER_TEXT = "user text"
    COMPANY = "company id"
    COMPANY_NAME = "company name"
    COMPANY_KEY = "company key"
    ACCOUNT_OWNER = "account owner"
    # of a certification
    CERTIFICATION = "certification id"
    NAME = "name"
    NAME_KEY = "name key"
    CODE = "code"
    DESCRIPTION = "description"
    CERTIFICATION_TEXT = "certification text"
    STATUS = "status"
    VALIDITY_AMOUNT = "validity amount"
    VALIDITY_UNIT = "validity unit"
    VALIDITY_DAYS = "validity days"
    SKILLS = "skills"
    CREATED_BY = "created by"
    CREATED_BY_NAME = "created by name"
    CREATED_BY_KEY = "created by key"
    CREATED_AT = "created at"
    UPDATED_AT = "updated at"
    AWARDED = "awarded"
    ASSIGNED = "assigned"
    # of the items that earn a certification, in their order
    TRAINING = "training"
    TRAINING_KINDS = "training kinds"
    TRAINING_ID = "training id"
    TRAINING_CODE = "training code"
    TRAINING_KEY = "training key"

    if not TYPE_CHECKING:  # by identity
        __hash__ = object.__hash__

    def __str__(self) -> str:
        return self.value


_OF_AWARDS = frozenset(list(Fact)[: list(Fact).index(Fact.CERTIFICATION)])
_OF_CERTIFICATIONS = frozenset({Fact.AWARDED, Fact.ASSIGNED})
_LISTS = frozenset({Fact.SKILLS, Fact.TRAINING, Fact.TRAINING_KINDS})
_ASKED_OF_ITEMS = frozenset({Fact.TRAINING_ID, Fact.TRAINING_CODE, Fact.TRAINING_KEY})
_NUMBERS = frozenset(
    {
        Fact.CYCLE,
        Fact.VERSION,
        Fact.VALIDITY_AMOUNT,
        Fact.VALIDITY_DAYS,
        Fact.AWARDED,
        Fact.ASSIGNED,
    }
)
_INSTANTS = frozenset(fact for fact in Fact if fact.value.endswith(" at"))
TEXTS = frozenset(Fact) - _NUMBERS - _INSTANTS - _LISTS - _ASKED_OF_ITEMS
"""The facts that are text."""


def folded(text: str) -> str:
    """Return a text as it is compared where case does not count.

    >>> folded("Straße") == folded("STRASSE")
    True

    Rules: INT-15.
    """
    return text.casefold()


def user_text(user: User) -> str:
    """Return the text in which a search looks for a user: username and names, folded."""
    return folded("\n".join((user.username, user.first_name, user.last_name)))


def certification_text(certification: Certification) -> str:
    """Return the text in which a search looks for a certification, folded.

    Its name, code, description and skills.
    """
    code = certification.code or ""
    return folded(
        "\n".join((certification.name, code, certification.description, *certification.skills))
    )


_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 30, Unit.YEARS: 365}


def about_days(unit: Unit) -> int:
    """Return about how many days a unit has, by which validities are put in order."""
    return _DAYS[unit]


def _texts(values: Iterable[str | int]) -> frozenset[str | int]:
    return frozenset(values)


@frozen
class OneOf:
    """A fact is one of some values; of the training, a fact of any item is."""

    fact: Fact
    values: frozenset[str | int] = field(converter=_texts)


@frozen
class Contains:
    """A text has another text in it."""

    fact: Fact
    text: str

    def __attrs_post_init__(self) -> None:
        if "\0" in self.text:  # which no database finds
            raise InvalidValueError("text to search", self.text, "text without NUL")


@frozen
class Past:
    """An instant is there, and ``at`` has reached it."""

    fact: Fact
    at: datetime = field(converter=instants.utc)


@frozen
class Ahead:
    """An instant is after ``at``, or is not there; just where :class:`Past` is false."""

    fact: Fact
    at: datetime = field(converter=instants.utc)


def _conditions(conditions: Iterable["Condition"]) -> tuple["Condition", ...]:
    return tuple(conditions)


@frozen
class AllOf:
    """Every condition is true; so it is of none."""

    conditions: tuple["Condition", ...] = field(converter=_conditions)


@frozen
class AnyOf:
    """Some condition is true; of none it is not."""

    conditions: tuple["Condition", ...] = field(converter=_conditions)


Condition = OneOf | Contains | Past | Ahead | AllOf | AnyOf


@frozen
class Order:
    """By which fact rows are sorted, and whether the greatest comes first.

    Of a text, the first :data:`SORTED` characters count, and none is an empty text. An instant or
    a number that is not there is greater than any.
    """

    fact: Fact
    descending: bool = False


def _facts(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(facts)


def _orders(orders: Iterable[Order]) -> tuple[Order, ...]:
    return tuple(orders)


@frozen
class Selection:
    """Some facts of some rows, in an order, from one row on, and not more than ``limit``.

    Rows that the order leaves equal are in that of their ids: user, certification, cycle. Raises
    :class:`~certrules.errors.InvalidValueError` for a fact that such rows do not have, and for
    sorting by a list.

    >>> named = Selection(Rows.CERTIFICATIONS, (Fact.NAME,), order=(Order(Fact.NAME_KEY),))
    >>> named.limit is None
    True
    """

    rows: Rows
    facts: tuple[Fact, ...] = field(converter=_facts)
    where: Condition = AllOf(())
    order: tuple[Order, ...] = field(default=(), converter=_orders)
    offset: int = 0
    limit: int | None = None

    def __attrs_post_init__(self) -> None:
        sorted_by = tuple(order.fact for order in self.order)
        asked = {*self.facts, *sorted_by, *_asked(self.where)}
        foreign = _OF_AWARDS if self.rows is Rows.CERTIFICATIONS else _OF_CERTIFICATIONS
        _refuse(asked & foreign, f"a fact of {self.rows}")
        _refuse({*self.facts} & _ASKED_OF_ITEMS, "a fact to show: it belongs in a condition")
        _refuse({*sorted_by} & (_LISTS | _ASKED_OF_ITEMS), "a fact to sort by: no list is")
        for name, number in (("offset", self.offset), ("limit", self.limit)):
            if number is not None and number < 0:
                raise InvalidValueError(name, number, "a number of rows, zero or more")


def _refuse(facts: set[Fact] | frozenset[Fact], expected: str) -> None:
    for fact in sorted(facts, key=str):
        raise InvalidValueError("fact", str(fact), expected)


def _asked(condition: Condition) -> set[Fact]:
    if isinstance(condition, AllOf | AnyOf):
        return {fact for each in condition.conditions for fact in _asked(each)}
    if isinstance(condition, Past | Ahead) and condition.fact not in _INSTANTS:
        raise InvalidValueError("fact", str(condition.fact), "an instant")
    return {condition.fact}
