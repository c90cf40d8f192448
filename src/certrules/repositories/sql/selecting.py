"""How does a database select, sort and count the rows of a table?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

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
    is_text,
)
from certrules.periods import Unit
from certrules.repositories.sql.grouping import grouped, unpack
from certrules.repositories.sql.session import Session
from certrules.repositories.sql.tables import (
    assignments,
    awards,
    certifications,
    companies,
    items,
    users,
)

__all__ = ["SqlTables"]

_CREATORS = users.alias("creators")
_HELD = (
    select(awards.c.certification_id, func.count().label("number"))
    .where(awards.c.archived_at.is_(None))
    .group_by(awards.c.certification_id)
    .subquery("held")
)
_ATTACHED = (
    select(assignments.c.certification_id, func.count().label("number"))
    .group_by(assignments.c.certification_id)
    .subquery("attached")
)
_FIRST = assignments.alias("first_assignment")
_FIRST_ITEM = items.alias("first_item")
_FIRST_NAME = func.nullif(_FIRST_ITEM.c.name_key, "")
_DAYS = certifications.c.validity_amount * case(
    {unit.value: about_days(unit) for unit in Unit}, value=certifications.c.validity_unit
)
_ID = {Rows.AWARDS: awards.c.certification_id, Rows.CERTIFICATIONS: certifications.c.id}
_KEYS: Mapping[Rows, Sequence[ColumnElement[Any]]] = {
    Rows.AWARDS: (awards.c.user_id, awards.c.certification_id, awards.c.cycle),
    Rows.CERTIFICATIONS: (certifications.c.id,),
}
_FACTS: Mapping[Fact, ColumnElement[Any]] = {
    Fact.USER: awards.c.user_id,
    Fact.CYCLE: awards.c.cycle,
    Fact.VERSION: awards.c.version,
    Fact.ISSUED_AT: awards.c.issued_at,
    Fact.EXPIRES_AT: awards.c.expires_at,
    Fact.ARCHIVED_AT: awards.c.archived_at,
    Fact.SOURCE_TYPE: awards.c.source_type,
    Fact.USERNAME: users.c.username,
    Fact.USERNAME_KEY: users.c.username_key,
    Fact.FIRST_NAME: users.c.first_name,
    Fact.FIRST_NAME_KEY: users.c.first_name_key,
    Fact.LAST_NAME: users.c.last_name,
    Fact.LAST_NAME_KEY: users.c.last_name_key,
    Fact.USER_TEXT: users.c.search_text,
    Fact.COMPANY: users.c.company_id,
    Fact.COMPANY_NAME: companies.c.name,
    Fact.COMPANY_KEY: companies.c.name_key,
    Fact.ACCOUNT_OWNER: companies.c.account_owner,
    Fact.ACCOUNT_OWNER_KEY: companies.c.account_owner_key,
    Fact.NAME: certifications.c.name,
    Fact.NAME_KEY: certifications.c.name_key,
    Fact.CODE: certifications.c.code,
    Fact.DESCRIPTION: certifications.c.description,
    Fact.DESCRIPTION_KEY: certifications.c.description_key,
    Fact.CERTIFICATION_TEXT: certifications.c.search_text,
    Fact.STATUS: certifications.c.status,
    Fact.VALIDITY_AMOUNT: certifications.c.validity_amount,
    Fact.VALIDITY_UNIT: certifications.c.validity_unit,
    Fact.VALIDITY_DAYS: case((certifications.c.validity_amount > 0, _DAYS)),
    Fact.SKILLS: certifications.c.skills,
    Fact.FIRST_SKILL_KEY: certifications.c.first_skill_key,
    Fact.CREATED_BY: certifications.c.created_by,
    Fact.CREATED_BY_NAME: _CREATORS.c.username,
    Fact.CREATED_BY_KEY: _CREATORS.c.username_key,
    Fact.CREATED_AT: certifications.c.created_at,
    Fact.UPDATED_AT: certifications.c.updated_at,
    Fact.AWARDED: func.coalesce(_HELD.c.number, 0),
    Fact.ASSIGNED: func.coalesce(_ATTACHED.c.number, 0),
    Fact.FIRST_TRAINING_KEY: func.coalesce(
        _FIRST_NAME, func.nullif(_FIRST_ITEM.c.code, ""), _FIRST.c.item_id
    ),
    Fact.FIRST_TRAINING_KIND: _FIRST.c.kind,
}
_OF_ITEMS: Mapping[Fact, ColumnElement[Any]] = {
    Fact.TRAINING_ID: assignments.c.item_id,
    Fact.TRAINING_CODE: items.c.code,
    Fact.TRAINING_KEY: items.c.name_key,
}
_TRAINING = (Fact.TRAINING, Fact.TRAINING_KINDS)
_ITEM = and_(items.c.kind == assignments.c.kind, items.c.id == assignments.c.item_id)


_OF_THE_FIRST = (Fact.FIRST_TRAINING_KEY, Fact.FIRST_TRAINING_KIND)
_SOURCES: Mapping[Rows, FromClause] = {
    Rows.AWARDS: awards.outerjoin(users, users.c.id == awards.c.user_id)
    .outerjoin(companies, companies.c.id == users.c.company_id)
    .outerjoin(certifications, certifications.c.id == awards.c.certification_id)
    .outerjoin(_CREATORS, _CREATORS.c.id == certifications.c.created_by),
    Rows.CERTIFICATIONS: certifications.outerjoin(
        _CREATORS, _CREATORS.c.id == certifications.c.created_by
    ),
}


class SqlTables:
    """See :class:`~certrules.repositories.protocols.Tables`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rows(self, selection: Selection) -> Iterator[tuple[Any, ...]]:
        """Return the facts of a selection's rows, in its order, without holding them all."""
        orders = [
            key
            for order in selection.order
            for key in _sorted(order, self._of(selection.rows, order.fact))
        ]
        statement = (
            self._statement(selection)
            .order_by(*orders, *_KEYS[selection.rows])
            .limit(selection.limit)
            .offset(selection.offset or None)
        )
        return self._read(selection.facts, statement)

    def count(self, selection: Selection) -> int:
        """Return how many rows a selection has, whatever its offset and limit."""
        statement = select(func.count()).select_from(_source(selection))
        ((number,),) = self._session.rows(statement.where(self._true(selection)))
        return int(number)

    def groups(self, selection: Selection) -> Iterator[tuple[Any, ...]]:
        """Return each combination of a selection's facts, with the number of its rows last."""
        held = self._statement(selection).subquery()  # no parameter twice: PostgreSQL's demand
        facts = list(held.c)
        orders = [
            key
            for fact, column in zip(selection.facts, facts, strict=True)
            for key in _sorted(Order(fact), column)
        ]
        statement = (
            select(*facts, func.count())
            .group_by(*facts)
            .order_by(*orders, *(fact.is_(None) for fact in facts), *facts)
        )
        return (tuple(row) for row in self._session.stream(statement))

    def _statement(self, selection: Selection) -> Select[Any]:
        facts = [self._of(selection.rows, fact) for fact in selection.facts]
        named = [fact.label(f"fact_{number}") for number, fact in enumerate(facts)]
        return select(*named).select_from(_source(selection)).where(self._true(selection))

    def _read(
        self, facts: Sequence[Fact | Case], statement: Select[Any]
    ) -> Iterator[tuple[Any, ...]]:
        """Return rows with every list as a tuple; the catalogue's own lists are held meanwhile."""
        lists: dict[int, Callable[[Any], tuple[str, ...]]] = {}
        for place, fact in enumerate(facts):
            if fact is Fact.SKILLS:
                lists[place] = lru_cache(maxsize=1000)(lambda text: tuple(unpack(text)))
            elif fact in _TRAINING:
                training = self._training(fact)
                lists[place] = lambda key, known=training: known.get(key, ())  # type: ignore[misc]
        rows = self._session.stream(statement)
        if not lists:
            return (tuple(row) for row in rows)
        return (
            tuple(
                lists[place](value) if place in lists else value for place, value in enumerate(row)
            )
            for row in rows
        )

    def _training(self, fact: Fact) -> Mapping[str, tuple[str, ...]]:
        """Return the names, or the kinds, of the items that earn each certification."""
        columns = (items.c.name, items.c.code, assignments.c.item_id)
        wanted = (assignments.c.kind,) if fact is Fact.TRAINING_KINDS else columns
        statement = (
            select(assignments.c.certification_id, *wanted)
            .select_from(assignments.outerjoin(items, _ITEM))
            .order_by(assignments.c.certification_id, assignments.c.position)
        )
        found = grouped(
            (key, next(filter(None, said))) for key, *said in self._session.rows(statement)
        )
        once = dict.fromkeys if fact is Fact.TRAINING_KINDS else list
        return {key: tuple(once(names)) for key, names in found.items()}

    def _of(self, rows: Rows, fact: Fact | Case) -> ColumnElement[Any]:
        if isinstance(fact, Fact):
            return _column(rows, fact)
        names = case(*((self._condition(rows, each), name) for name, each in fact.cases))
        return self._session.by_code_point(names)

    def _true(self, selection: Selection) -> ColumnElement[bool]:
        return self._condition(selection.rows, selection.where)

    def _condition(self, rows: Rows, condition: Condition) -> ColumnElement[bool]:
        match condition:
            case AllOf():
                return and_(true(), *(self._condition(rows, each) for each in condition.conditions))
            case AnyOf():
                return or_(false(), *(self._condition(rows, each) for each in condition.conditions))
            case Past():
                return _column(rows, condition.fact) <= condition.at
            case Ahead():
                instant = _column(rows, condition.fact)
                return or_(instant.is_(None), instant > condition.at)
            case Contains():
                return self._session.position(_column(rows, condition.fact), condition.text) > 0
            case OneOf():
                return _one_of(rows, condition)


def _one_of(rows: Rows, condition: OneOf) -> ColumnElement[bool]:
    values = sorted(condition.values, key=repr)
    if condition.fact not in _OF_ITEMS:
        return _column(rows, condition.fact).in_(values)
    return (
        select(literal(1))
        .select_from(assignments.outerjoin(items, _ITEM))
        .where(assignments.c.certification_id == _ID[rows])
        .where(_OF_ITEMS[condition.fact].in_(values))
        .exists()
    )


def _column(rows: Rows, fact: Fact) -> ColumnElement[Any]:
    return _ID[rows] if fact is Fact.CERTIFICATION or fact in _TRAINING else _FACTS[fact]


def _sorted(order: Order, fact: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """Return what to sort by, written so that every database puts what is not there last."""
    keys: list[ColumnElement[Any]]
    if is_text(order.fact):
        keys = [func.substr(func.coalesce(fact, ""), 1, SORTED)]
    else:
        keys = [fact.is_(None), fact]
    return [key.desc() if order.descending else key for key in keys]


def _source(selection: Selection) -> FromClause:
    source = _SOURCES[selection.rows]
    id_, asked = _ID[selection.rows], selection.asked
    if Fact.AWARDED in asked:
        source = source.outerjoin(_HELD, _HELD.c.certification_id == id_)
    if Fact.ASSIGNED in asked:
        source = source.outerjoin(_ATTACHED, _ATTACHED.c.certification_id == id_)
    if not asked.isdisjoint(_OF_THE_FIRST):
        first = and_(_FIRST.c.certification_id == id_, _FIRST.c.position == 0)
        same = and_(_FIRST_ITEM.c.kind == _FIRST.c.kind, _FIRST_ITEM.c.id == _FIRST.c.item_id)
        source = source.outerjoin(_FIRST, first).outerjoin(_FIRST_ITEM, same)
    return source
