"""Which rows are asked of a store: what of each, under which conditions, in which order?

Every store answers alike. Text is compared by code point, case and all; facts whose name ends in
``KEY`` or ``TEXT`` are what :func:`folded` makes of others, so that case does not count there.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from attrs import field, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import Certification
from certrules.model.people import User
from certrules.periods import Unit
from certrules.words import Word

__all__ = [
    "SORTED",
    "TEXTS",
    "Ahead",
    "AllOf",
    "AnyOf",
    "Case",
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
    "is_text",
    "sort_key",
    "user_text",
]

SORTED = 100
"""By how many of its characters a text is sorted."""

_MOST_CONDITIONS = 500
_MOST_LEVELS = 50
_MOST_VALUES = 30_000
_MOST_ROWS = 10**18
_MOST_NUMBER = 2**31 - 1  # as columns have them


class Rows(Word):
    """What a row is about: one cycle of an award, or one certification."""

    AWARDS = "awards"
    CERTIFICATIONS = "certifications"


class Fact(Word):
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
    ACCOUNT_OWNER_KEY = "account owner key"
    # of a certification
    CERTIFICATION = "certification id"
    NAME = "name"
    NAME_KEY = "name key"
    CODE = "code"
    DESCRIPTION = "description"
    DESCRIPTION_KEY = "description key"
    CERTIFICATION_TEXT = "certification text"
    STATUS = "status"
    VALIDITY_AMOUNT = "validity amount"
    VALIDITY_UNIT = "validity unit"
    VALIDITY_DAYS = "validity days"
    SKILLS = "skills"
    FIRST_SKILL_KEY = "first skill key"
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
    FIRST_TRAINING_KEY = "first training key"
    FIRST_TRAINING_KIND = "first training kind"
    TRAINING_ID = "training id"
    TRAINING_CODE = "training code"
    TRAINING_KEY = "training key"


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


def sort_key(text: str) -> str:
    """Return of a text, folded, what it is sorted by; none is an empty text."""
    return folded(text)[:SORTED]


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


def _values(values: Iterable[str | int]) -> frozenset[str | int]:
    return frozenset(map(_findable, values))


def _findable(value: str | int) -> str | int:
    if isinstance(value, int) and abs(value) > _MOST_NUMBER:
        raise InvalidValueError("number to find", value, "32 bits at most")
    return _findable_text(value) if isinstance(value, str) else value


def _findable_text(text: str) -> str:
    if re.search("[\0\ud800-\udfff]", text):  # which no database holds
        raise InvalidValueError("text to find", text, "no NUL and no half of a character in it")
    return text


@frozen
class OneOf:
    """A fact is one of some values; of the training, a fact of any item is."""

    fact: Fact
    values: frozenset[str | int] = field(converter=_values)


@frozen
class Contains:
    """A text has another text in it."""

    fact: Fact
    text: str = field(converter=_findable_text)


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


_Simple = OneOf | Contains | Past | Ahead
_Compound = AllOf | AnyOf
Condition = _Simple | _Compound


def _cases(cases: Iterable[tuple[str, Condition]]) -> tuple[tuple[str, Condition], ...]:
    if not (found := tuple(cases)):
        raise InvalidValueError("cases", found, "one at least")
    return found


@frozen
class Case:
    """The name of the first condition that is true of a row, or None: a text, as a fact may be."""

    cases: tuple[tuple[str, Condition], ...] = field(converter=_cases)


def is_text(fact: Fact | Case) -> bool:
    """Return whether a fact is a text."""
    return isinstance(fact, Case) or fact in TEXTS


@frozen
class Order:
    """By which fact rows are sorted, and whether the greatest comes first.

    Of a text, the first :data:`SORTED` characters count, and none is an empty text. An instant or
    a number that is not there is greater than any.
    """

    fact: Fact | Case
    descending: bool = False


def _facts(facts: Iterable[Fact | Case]) -> tuple[Fact | Case, ...]:
    return tuple(facts)


def _orders(orders: Iterable[Order]) -> tuple[Order, ...]:
    return tuple(orders)


@frozen
class Selection:
    """Some facts of some rows, in an order, from one row on, and not more than ``limit``.

    Rows that the order leaves equal are in that of their ids: user, certification, cycle. Raises
    :class:`~certrules.errors.InvalidValueError` for a fact that such rows do not have, for sorting
    by a list, for numbers of rows that are none, and for conditions of which not every database
    takes as many: more than 500, or 50 within each other, or 30,000 values to compare with.

    >>> named = Selection(Rows.CERTIFICATIONS, (Fact.NAME,), order=(Order(Fact.NAME_KEY),))
    >>> named.limit is None
    True
    """

    rows: Rows
    facts: tuple[Fact | Case, ...] = field(converter=_facts)
    where: Condition = AllOf(())
    order: tuple[Order, ...] = field(default=(), converter=_orders)
    offset: int = 0
    limit: int | None = None

    def __attrs_post_init__(self) -> None:
        levels = self._levels()
        compared = _simple(levels)
        for each in compared:
            if isinstance(each, Past | Ahead):
                _refuse({each.fact} - _INSTANTS, "an instant")
        foreign = _OF_AWARDS if self.rows is Rows.CERTIFICATIONS else _OF_CERTIFICATIONS
        _refuse(self.asked & foreign, f"a fact of {self.rows}")
        _refuse(_ASKED_OF_ITEMS & _only(self.facts), "a fact to show: it belongs in a condition")
        ordered = _only(order.fact for order in self.order)
        _refuse((_LISTS | _ASKED_OF_ITEMS) & ordered, "a fact to sort by: no list is")
        values = sum(len(each.values) for each in compared if isinstance(each, OneOf))
        _within("depth of conditions", len(levels), _MOST_LEVELS)
        _within("number of conditions", len(compared), _MOST_CONDITIONS)
        _within("number of values to compare with", values, _MOST_VALUES)
        _within("offset", self.offset, _MOST_ROWS)
        if self.limit is not None:
            _within("limit", self.limit, _MOST_ROWS)

    @property
    def asked(self) -> frozenset[Fact]:
        """Every fact to show, to sort by and to compare."""
        named = (*self.facts, *(order.fact for order in self.order))
        return _only(named).union(each.fact for each in _simple(self._levels()))

    def _levels(self) -> list[Sequence[Condition]]:
        named = (*self.facts, *(order.fact for order in self.order))
        cases = [case for each in named if isinstance(each, Case) for case in each.cases]
        return list(_levels([self.where, *(condition for _, condition in cases)]))


def _only(facts: Iterable[Fact | Case]) -> frozenset[Fact]:
    return frozenset(fact for fact in facts if isinstance(fact, Fact))


def _refuse(facts: set[Fact] | frozenset[Fact], expected: str) -> None:
    for fact in sorted(facts, key=str):
        raise InvalidValueError("fact", str(fact), expected)


def _within(name: str, number: object, most: int) -> None:
    if type(number) is not int or not 0 <= number <= most:
        raise InvalidValueError(name, number, f"a whole number, 0 to {most:,}")


def _levels(level: Sequence[Condition]) -> Iterator[Sequence[Condition]]:
    """Return conditions, then those of which they are made, and so on."""
    while level:
        yield level
        level = [
            inner for each in level if isinstance(each, _Compound) for inner in each.conditions
        ]


def _simple(levels: Iterable[Sequence[Condition]]) -> list[_Simple]:
    return [each for level in levels for each in level if not isinstance(each, _Compound)]
