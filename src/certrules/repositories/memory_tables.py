"""How does a store in memory select, sort and count the rows of a table?"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from attrs import frozen

from certrules.model.awards import Award
from certrules.model.catalog import Assignment, Certification, Item
from certrules.model.people import Company, User, username_key
from certrules.model.tables import (
    SORTED,
    Ahead,
    AllOf,
    AnyOf,
    Case,
    Condition,
    Contains,
    Fact,
    OneOf,
    Order,
    Past,
    Rows,
    Selection,
    about_days,
    certification_text,
    folded,
    is_text,
    sort_key,
    user_text,
)
from certrules.repositories.memory_learning import Scope

__all__ = ["MemoryTables"]


class MemoryTables:
    """See :class:`~certrules.repositories.protocols.Tables`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def rows(self, selection: Selection) -> Iterator[tuple[Any, ...]]:
        """Return the facts of a selection's rows, in its order."""
        found = _in_order(self._found(selection), selection.order)
        stop = None if selection.limit is None else selection.offset + selection.limit
        wanted = islice(found, selection.offset, stop)
        return (tuple(_of(fact, row) for fact in selection.facts) for row in wanted)

    def count(self, selection: Selection) -> int:
        """Return how many rows a selection has, whatever its offset and limit."""
        return sum(1 for _ in self._found(selection))

    def groups(self, selection: Selection) -> Iterator[tuple[Any, ...]]:
        """Return each combination of a selection's facts, with the number of its rows last."""
        facts = selection.facts
        numbers = Counter(tuple(_of(fact, row) for fact in facts) for row in self._found(selection))
        in_order = sorted(numbers, key=lambda group: list(map(_place, facts, group)))
        return ((*group, numbers[group]) for group in in_order)

    def _found(self, selection: Selection) -> Iterator["_Row"]:
        tables = self._scope.see()
        awards = selection.rows is Rows.AWARDS
        rows = _of_awards(tables) if awards else _of_certifications(tables)
        return (row for row in rows if _holds(selection.where, row))


_Attached = tuple[tuple[Assignment, Item | None], ...]
_Definition = tuple[Certification | None, User | None, _Attached]
_GONE: _Definition = (None, None, ())


@frozen
class _Row:
    key: tuple[str | int, ...]
    award: Award | None
    user: User | None
    company: Company | None
    certification: Certification | None
    creator: User | None
    items: _Attached
    awarded: int = 0


def _of_awards(tables: Any) -> Iterator[_Row]:
    definitions = {one.id: _definition(tables, one) for one in tables.certifications.rows.values()}
    for award in _awards(tables):
        user = tables.users.rows.get((award.user_id,))
        company = tables.companies.get(user.company_id) if user else None
        key = award.user_id, award.certification_id, award.cycle
        yield _Row(key, award, user, company, *definitions.get(award.certification_id, _GONE))


def _of_certifications(tables: Any) -> Iterator[_Row]:
    held = Counter(award.certification_id for award in _awards(tables) if not award.archived)
    for key, one in tables.certifications.rows.items():
        yield _Row(key, None, None, None, *_definition(tables, one), held[one.id])


def _awards(tables: Any) -> Iterator[Award]:
    return (award for cycles in tables.awards.values() for award in cycles)


def _definition(tables: Any, one: Certification) -> _Definition:
    items = (
        (each, tables.items.rows.get((each.kind.value, each.item_id))) for each in one.assignments
    )
    return one, tables.users.rows.get((one.created_by,)), tuple(items)


def _award(of: Callable[[Award], Any]) -> Callable[[_Row], Any]:
    return lambda row: of(row.award) if row.award else None


def _user(of: Callable[[User], Any]) -> Callable[[_Row], Any]:
    return lambda row: of(row.user) if row.user else None


def _company(of: Callable[[Company], Any]) -> Callable[[_Row], Any]:
    return lambda row: of(row.company) if row.company else None


def _certification(of: Callable[[Certification], Any]) -> Callable[[_Row], Any]:
    return lambda row: of(row.certification) if row.certification else None


def _creator(of: Callable[[User], Any]) -> Callable[[_Row], Any]:
    return lambda row: of(row.creator) if row.creator else None


def _days(one: Certification) -> int | None:
    validity = one.validity
    return None if validity.never else validity.amount * about_days(validity.unit)


def _certification_id(row: _Row) -> str:
    return str(row.key[row.award is not None])


def _first_training(row: _Row) -> str | None:
    named = (
        (item and (folded(item.name) or item.code)) or each.item_id for each, item in row.items
    )
    return next(named, None)


def _training(row: _Row) -> tuple[str, ...]:
    return tuple((item and (item.name or item.code)) or each.item_id for each, item in row.items)


_FACTS: Mapping[Fact, Callable[[_Row], Any]] = {
    Fact.USER: _award(lambda award: award.user_id),
    Fact.CYCLE: _award(lambda award: award.cycle),
    Fact.VERSION: _award(lambda award: award.version),
    Fact.ISSUED_AT: _award(lambda award: award.issued_at),
    Fact.EXPIRES_AT: _award(lambda award: award.expires_at),
    Fact.ARCHIVED_AT: _award(lambda award: award.archived_at),
    Fact.SOURCE_TYPE: _award(lambda award: award.source.type.value),
    Fact.USERNAME: _user(lambda user: user.username),
    Fact.USERNAME_KEY: _user(lambda user: username_key(user.username)),
    Fact.FIRST_NAME: _user(lambda user: user.first_name),
    Fact.FIRST_NAME_KEY: _user(lambda user: folded(user.first_name)),
    Fact.LAST_NAME: _user(lambda user: user.last_name),
    Fact.LAST_NAME_KEY: _user(lambda user: folded(user.last_name)),
    Fact.USER_TEXT: _user(user_text),
    Fact.COMPANY: _user(lambda user: user.company_id),
    Fact.COMPANY_NAME: _company(lambda company: company.name),
    Fact.COMPANY_KEY: _company(lambda company: folded(company.name)),
    Fact.ACCOUNT_OWNER: _company(lambda company: company.account_owner),
    Fact.ACCOUNT_OWNER_KEY: _company(lambda company: sort_key(company.account_owner or "")),
    Fact.CERTIFICATION: _certification_id,
    Fact.NAME: _certification(lambda one: one.name),
    Fact.NAME_KEY: _certification(lambda one: folded(one.name)),
    Fact.CODE: _certification(lambda one: one.code),
    Fact.DESCRIPTION: _certification(lambda one: one.description),
    Fact.DESCRIPTION_KEY: _certification(lambda one: sort_key(one.description)),
    Fact.CERTIFICATION_TEXT: _certification(certification_text),
    Fact.STATUS: _certification(lambda one: one.status.value),
    Fact.VALIDITY_AMOUNT: _certification(lambda one: one.validity.amount),
    Fact.VALIDITY_UNIT: _certification(lambda one: one.validity.unit.value),
    Fact.VALIDITY_DAYS: _certification(_days),
    Fact.SKILLS: lambda row: row.certification.skills if row.certification else (),
    Fact.FIRST_SKILL_KEY: _certification(lambda one: sort_key(next(iter(one.skills), ""))),
    Fact.CREATED_BY: _certification(lambda one: one.created_by),
    Fact.CREATED_BY_NAME: _creator(lambda user: user.username),
    Fact.CREATED_BY_KEY: _creator(lambda user: username_key(user.username)),
    Fact.CREATED_AT: _certification(lambda one: one.created_at),
    Fact.UPDATED_AT: _certification(lambda one: one.updated_at),
    Fact.AWARDED: lambda row: row.awarded,
    Fact.ASSIGNED: lambda row: len(row.items),
    Fact.TRAINING: _training,
    Fact.TRAINING_KINDS: lambda row: tuple(dict.fromkeys(a.kind.value for a, _ in row.items)),
    Fact.FIRST_TRAINING_KEY: _first_training,
    Fact.FIRST_TRAINING_KIND: lambda row: next((each.kind.value for each, _ in row.items), None),
    Fact.TRAINING_ID: lambda row: tuple(each.item_id for each, _ in row.items),
    Fact.TRAINING_CODE: lambda row: tuple(item.code for _, item in row.items if item),
    Fact.TRAINING_KEY: lambda row: tuple(folded(item.name) for _, item in row.items if item),
}


def _of(fact: Fact | Case, row: _Row) -> Any:
    if isinstance(fact, Fact):
        return _FACTS[fact](row)
    return next((name for name, condition in fact.cases if _holds(condition, row)), None)


def _holds(condition: Condition, row: _Row) -> bool:
    match condition:
        case AllOf():
            return all(_holds(each, row) for each in condition.conditions)
        case AnyOf():
            return any(_holds(each, row) for each in condition.conditions)
        case Past():
            return not _ahead(_FACTS[condition.fact](row), condition.at)
        case Ahead():
            return _ahead(_FACTS[condition.fact](row), condition.at)
        case Contains():
            return condition.text in (_FACTS[condition.fact](row) or "")
        case OneOf():
            found = _FACTS[condition.fact](row)
            return not condition.values.isdisjoint(found if isinstance(found, tuple) else (found,))


def _ahead(instant: datetime | None, at: datetime) -> bool:
    return instant is None or instant > at


def _in_order(rows: Iterator[_Row], orders: Iterable[Order]) -> list[_Row]:
    found = sorted(rows, key=lambda row: row.key)
    for order in reversed(tuple(orders)):
        found.sort(key=partial(_place_of, order.fact), reverse=order.descending)
    return found


def _place_of(fact: Fact | Case, row: _Row) -> Any:
    return _place(fact, _of(fact, row))


def _place(fact: Fact | Case, value: Any) -> Any:
    return (value or "")[:SORTED] if is_text(fact) else (value is None, value)
