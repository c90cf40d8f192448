"""The columns, filters and groups of a table: what do they show, and which fields do they use?"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from attrs import field, frozen

from certrules import instants
from certrules.errors import OutOfRangeError
from certrules.model.catalog import CertificationStatus, Item, Validity
from certrules.model.people import username_key
from certrules.model.status import Status
from certrules.model.tables import AwardRow, CertificationRow, Field, Table, folded
from certrules.rules import status
from certrules.rules.tables.names import named

__all__ = ["LAYOUTS", "Clock", "Column", "Layout"]


@frozen
class Clock:
    """The instant at which a table is looked at, and the zone of its days."""

    at: datetime
    zone: tzinfo


def _plain(value: Any, _: Any, __: Clock) -> Any:
    return value


@frozen
class Column:
    """A column: its name, the field by which it is sorted, and what it shows of that and the row.

    A cell is a text, a number, a day, a local date and time, a tuple of texts for a list, or None.
    """

    name: str
    field: Field
    show: Callable[[Any, Any, Clock], Any] = _plain


Alternative = tuple[Field, Callable[[str], str]]
"""A field, and how a value is written there."""


@frozen
class Layout:
    """What a table is made of; rows with the same values of a group's fields are one group.

    A filter finds the rows in which any of its fields has a value. The last field of a group that
    is not empty is its name.
    """

    columns: tuple[Column, ...]
    sort: tuple[Field, ...]
    filters: Mapping[str, tuple[Alternative, ...]] = field(factory=dict)
    groups: Mapping[str, tuple[Field, ...]] = field(factory=dict)


def _str(value: object, _: Any, __: Clock) -> str:
    return str(value).replace("_", " ")


def _list(values: tuple[str, ...] | None, _: Any, __: Clock) -> tuple[str, ...]:
    return values or ()


def _names(items: tuple[Item, ...], _: Any, __: Clock) -> tuple[str, ...]:
    return tuple(each.name or each.code or each.id for each in items)


def _kinds(items: tuple[Item, ...], *more: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_str(each.kind, *more) for each in items))


def _day(instant: datetime, _: Any, clock: Clock) -> date:
    return _local(instant, clock).date()


def _day_or_never(instant: datetime | None, row: Any, clock: Clock) -> date | str:
    return _day(instant, row, clock) if instant else "never"


def _time(instant: datetime | None, _: Any, clock: Clock) -> datetime | None:
    return instant and _local(instant, clock).replace(tzinfo=None, microsecond=0)


def _local(instant: datetime, clock: Clock) -> datetime:
    try:
        return instants.local(instant, clock.zone)
    except OutOfRangeError:  # on the first or the last day that there is
        return instant


def _days_left(_: Any, row: AwardRow, clock: Clock) -> int | None:
    try:
        return status.days_left(row.award, clock.at, zone=clock.zone)
    except OutOfRangeError:
        return status.days_left(row.award, clock.at, zone=UTC)


def _user(name: str | None, row: AwardRow, _: Clock) -> str:
    return name or row.award.user_id


def _certification(name: str | None, row: AwardRow, _: Clock) -> str:
    return name or row.award.certification_id


def _creator(name: str | None, row: CertificationRow, _: Clock) -> str | None:
    return name or row.certification.created_by


def _company(name: str | None, row: AwardRow, _: Clock) -> str | None:
    return name or (row.user.company_id if row.user else None)


def _validity(value: str) -> str:
    return str(Validity.parse(value))


def _status(value: str) -> str:
    return named("status", value, map(str, Status))


def _certification_status(value: str) -> str:
    return named("status", value, map(str, CertificationStatus))


_BY_CERTIFICATION = (
    (Field.NAME_KEY, folded),
    (Field.CODE, str),
    (Field.CERTIFICATION_ID, str),
)
_BY_TRAINING = ((Field.TRAINING_KEY, folded), (Field.TRAINING_CODE, str), (Field.TRAINING_ID, str))
LAYOUTS: Mapping[Table, Layout] = {
    Table.CERTIFICATIONS: Layout(
        (
            Column("Certification", Field.NAME_KEY),
            Column("Training", Field.FIRST_TRAINING_KEY, _names),
            Column("Description", Field.DESCRIPTION_KEY),
            Column("Skills", Field.FIRST_SKILL_KEY),
            Column("Source", Field.FIRST_TRAINING_KIND, _kinds),
            Column("Status", Field.CERTIFICATION_STATUS, _str),
            Column("Expiration", Field.VALIDITY_DAYS, _str),
            Column("Created By", Field.CREATED_BY_KEY, _creator),
            Column("Date Created", Field.CREATED_AT, _time),
            Column("Last Updated", Field.UPDATED_AT, _time),
            Column("Allbound ID", Field.CERTIFICATION_ID),
        ),
        sort=(Field.NAME_KEY,),
        filters={
            "Status": ((Field.CERTIFICATION_STATUS, _certification_status),),
            "Expiration": ((Field.VALIDITY, _validity),),
        },
    ),
    Table.CATALOG: Layout(
        (
            Column("Code", Field.CODE),
            Column("Name", Field.NAME_KEY),
            Column("Description", Field.DESCRIPTION_KEY),
            Column("Expiry", Field.VALIDITY_DAYS, _str),
            Column("Awarded To", Field.AWARDED),
            Column("Assigned", Field.ASSIGNED, lambda items, _, __: len(items)),
        ),
        sort=(Field.NAME_KEY,),
    ),
    Table.ISSUED: Layout(
        (
            Column("User", Field.USERNAME_KEY, _user),
            Column("Certification", Field.NAME_KEY, _certification),
            Column("Training", Field.FIRST_TRAINING_KEY, _names),
            Column("Source", Field.SOURCE_TYPE, _str),
            Column("Status", Field.STATUS, _str),
            Column("Expiration", Field.EXPIRES_AT, _day_or_never),
            Column("Company", Field.COMPANY_KEY, _company),
            Column("Account Owner", Field.ACCOUNT_OWNER_KEY),
            Column("Skills", Field.FIRST_SKILL_KEY, _list),
            Column("Issued On", Field.ISSUED_AT, _day),
        ),
        sort=(Field.USERNAME_KEY, Field.NAME_KEY),
        filters={
            "User Name": ((Field.USERNAME_KEY, username_key), (Field.USER_ID, str)),
            "Certification": _BY_CERTIFICATION,
            "Training": _BY_TRAINING,
            "Status": ((Field.STATUS, _status),),
            "Company": ((Field.COMPANY_KEY, folded), (Field.COMPANY_ID, str)),
        },
        groups={
            "Certification": (Field.NAME_KEY, Field.CERTIFICATION_ID, Field.NAME),
            "Company": (Field.COMPANY_KEY, Field.COMPANY_ID, Field.COMPANY_NAME),
            "Status": (Field.STATUS,),
        },
    ),
    Table.AWARDED_USERS: Layout(
        (
            Column("Username", Field.USERNAME_KEY, _user),
            Column("First Name", Field.FIRST_NAME_KEY),
            Column("Last Name", Field.LAST_NAME_KEY),
            Column("Issue Date", Field.ISSUED_AT, _day),
            Column("Days To Renew", Field.EXPIRES_AT, _days_left),
            Column("Expiry Date", Field.EXPIRES_AT, _day_or_never),
        ),
        sort=(Field.USERNAME_KEY, Field.ISSUED_AT),
        filters={"Certification": _BY_CERTIFICATION},
    ),
}
