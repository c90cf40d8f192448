"""The columns, filters and groups of a table: what do they show, and which fields do they use?"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from difflib import get_close_matches
from typing import Any

from attrs import field, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.awards import Status
from certrules.model.catalog import CertificationStatus, Item, Validity
from certrules.model.people import username_key
from certrules.model.tables import AwardRow, Field, Table
from certrules.rules import status
from certrules.text import folded
from certrules.words import Word


def named(kind: str, given: str, known: Iterable[str]) -> str:
    """Return a name as it is known, however it is spelled; an error says which names there are."""
    names = {_spelling(name): name for name in known}
    if (name := names.get(_spelling(given))) is not None:
        return name
    near = get_close_matches(_spelling(given[:100]), names)
    hint = f"; did you mean {names[near[0]]}?" if near else ""
    expected = "one of " + ", ".join(names.values()) if names else "none: this table has none"
    raise InvalidValueError(kind, given, expected + hint)


def _spelling(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", folded(name.strip()))


Clock = tuple[datetime, tzinfo]
"""The instant at which a table is looked at, and the zone of its days."""

Column = tuple[Field, Callable[[Any, Any, Clock], Any]]
"""The field by which a column is sorted, and what it shows of that field and the row.

A cell is a text, a number, a day, a local date and time, a tuple of texts for a list, or None.
"""

Alternative = tuple[Field, Callable[[str], str]]
"""A field, and how a value is written there."""


@frozen
class Layout:
    """What a table is made of, by names.

    A filter finds the rows in which any of its fields has a value. Rows with the same values of a
    group's fields are one group; the last of them that is not empty is its name.
    """

    columns: Mapping[str, Column]
    sort: tuple[Field, ...]
    filters: Mapping[str, tuple[Alternative, ...]] = field(factory=dict)
    groups: Mapping[str, tuple[Field, ...]] = field(factory=dict)


def _plain(value: Any, _: Any, __: Clock) -> Any:
    return value


def _words(value: object, _: Any, __: Clock) -> str:
    return str(value).replace("_", " ")


def _or(other: Field) -> Callable[[Any, Any, Clock], Any]:
    return lambda value, row, _: value or other.of(row)


def _names(items: tuple[Item, ...], _: Any, __: Clock) -> tuple[str, ...]:
    return tuple(each.name or each.code or each.id for each in items)


def _kinds(items: tuple[Item, ...], *more: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_words(each.kind, *more) for each in items))


def _day(instant: datetime, _: Any, clock: Clock) -> date:
    return instants.local_or_utc(instant, clock[1]).date()


def _expiry(_: Any, row: AwardRow, clock: Clock) -> date | str:
    return status.expiry_date(row.award, zone=clock[1]) or "never"


def _last_day(_: Any, row: AwardRow, clock: Clock) -> date | str:
    return status.last_valid_day(row.award, zone=clock[1]) or "never"


def _zone(_: Any, __: Any, clock: Clock) -> str:
    return str(clock[1])


def _time(instant: datetime | None, _: Any, clock: Clock) -> datetime | None:
    return instant and instants.local_or_utc(instant, clock[1]).replace(tzinfo=None, microsecond=0)


def _days_left(_: Any, row: AwardRow, clock: Clock) -> int | None:
    return status.days_left(row.award, clock[0], zone=clock[1])


def _status(kind: type[Word]) -> Callable[[str], str]:
    return lambda value: named("status", value, map(str, kind))


_USER = (Field.USERNAME_KEY, _or(Field.USER_ID))
_BY_CODE = ((Field.NAME_KEY, folded), (Field.CODE, str), (Field.CERTIFICATION_ID, str))
_BY_TRAINING = ((Field.TRAINING_KEY, folded), (Field.TRAINING_CODE, str), (Field.TRAINING_ID, str))
LAYOUTS: Mapping[Table, Layout] = {
    Table.CERTIFICATIONS: Layout(
        {
            "Certification": (Field.NAME_KEY, _plain),
            "Training": (Field.FIRST_TRAINING_KEY, _names),
            "Description": (Field.DESCRIPTION_KEY, _plain),
            "Skills": (Field.FIRST_SKILL_KEY, _plain),
            "Source": (Field.FIRST_TRAINING_KIND, _kinds),
            "Status": (Field.CERTIFICATION_STATUS, _words),
            "Expiration": (Field.VALIDITY_DAYS, _words),
            "Created By": (Field.CREATED_BY_KEY, _or(Field.CREATED_BY)),
            "Date Created": (Field.CREATED_AT, _time),
            "Last Updated": (Field.UPDATED_AT, _time),
            "Allbound ID": (Field.CERTIFICATION_ID, _plain),
            "Time Zone": (Field.CERTIFICATION_ID, _zone),
        },
        sort=(Field.NAME_KEY,),
        filters={
            "Status": ((Field.CERTIFICATION_STATUS, _status(CertificationStatus)),),
            "Expiration": ((Field.VALIDITY, lambda value: str(Validity.parse(value))),),
        },
    ),
    Table.CATALOG: Layout(
        {
            "Code": (Field.CODE, _plain),
            "Name": (Field.NAME_KEY, _plain),
            "Description": (Field.DESCRIPTION_KEY, _plain),
            "Expiry": (Field.VALIDITY_DAYS, _words),
            "Awarded To": (Field.AWARDED, _plain),
            "Assigned": (Field.ASSIGNED, lambda items, _, __: len(items)),
        },
        sort=(Field.NAME_KEY,),
    ),
    Table.ISSUED: Layout(
        {
            "User": _USER,
            "Certification": (Field.NAME_KEY, _or(Field.CERTIFICATION_ID)),
            "Training": (Field.FIRST_TRAINING_KEY, _names),
            "Source": (Field.SOURCE_TYPE, _words),
            "Status": (Field.STATUS, _words),
            "Expiration": (Field.EXPIRES_AT, _expiry),
            "Company": (Field.COMPANY_KEY, _or(Field.COMPANY_ID)),
            "Account Owner": (Field.ACCOUNT_OWNER_KEY, _plain),
            "Skills": (Field.FIRST_SKILL_KEY, _plain),
            "Issued On": (Field.ISSUED_AT, _day),
            "Last Valid Day": (Field.EXPIRES_AT, _last_day),
            "Time Zone": (Field.USER_ID, _zone),
        },
        sort=(Field.USERNAME_KEY, Field.NAME_KEY),
        filters={
            "User Name": ((Field.USERNAME_KEY, username_key), (Field.USER_ID, str)),
            "Certification": _BY_CODE,
            "Training": _BY_TRAINING,
            "Status": ((Field.STATUS, _status(Status)),),
            "Company": ((Field.COMPANY_KEY, folded), (Field.COMPANY_ID, str)),
        },
        groups={
            "Certification": (Field.NAME_KEY, Field.CERTIFICATION_ID, Field.NAME),
            "Company": (Field.COMPANY_KEY, Field.COMPANY_ID, Field.COMPANY_NAME),
            "Status": (Field.STATUS,),
        },
    ),
    Table.AWARDED_USERS: Layout(
        {
            "Username": _USER,
            "First Name": (Field.FIRST_NAME_KEY, _plain),
            "Last Name": (Field.LAST_NAME_KEY, _plain),
            "Issue Date": (Field.ISSUED_AT, _day),
            "Days To Renew": (Field.EXPIRES_AT, _days_left),
            "Expiry Date": (Field.EXPIRES_AT, _expiry),
            "Last Valid Day": (Field.EXPIRES_AT, _last_day),
            "Time Zone": (Field.USER_ID, _zone),
        },
        sort=(Field.USERNAME_KEY, Field.ISSUED_AT),
        filters={"Certification": _BY_CODE},
    ),
}
