"""Which columns, filters and groups has each table?"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum

from attrs import frozen

from certrules.model.tables import Condition, Fact, Rows
from certrules.rules.tables import filtering, showing
from certrules.rules.tables.showing import Column

__all__ = ["LAYOUTS", "Layout", "Table"]


class Table(Enum):
    """The tables that people see of a store.

    Rules: ALL-MANAGE-03, ALL-MANAGE-09, DOC-AWARD-11, DOC-CERT-10.
    """

    CERTIFICATIONS = "certifications"
    """Allbound's Manage Certifications."""
    CATALOG = "catalog"
    """Docebo's list of certifications."""
    ISSUED = "issued"
    """Allbound's Issued Certifications."""
    AWARDED_USERS = "awarded-users"
    """Docebo's list of those who have a certification."""

    def __str__(self) -> str:
        return self.value


@frozen
class Layout:
    """What a table is made of; the groups name the facts by which rows are one group."""

    rows: Rows
    columns: tuple[Column, ...]
    searched: tuple[Fact, ...]
    sort: tuple[Fact, ...]
    filters: Mapping[str, Callable[[str, datetime], Condition]]
    groups: Mapping[str, tuple[Fact, ...]]


def _text(name: str, fact: Fact, sort: Fact | None = None) -> Column:
    return Column(name, (fact,), showing.plain, sort)


_EXPIRATION = (Fact.VALIDITY_AMOUNT, Fact.VALIDITY_UNIT)
LAYOUTS: Mapping[Table, Layout] = {
    Table.CERTIFICATIONS: Layout(
        Rows.CERTIFICATIONS,
        (
            _text("Certification", Fact.NAME, Fact.NAME_KEY),
            _text("Training", Fact.TRAINING),
            _text("Description", Fact.DESCRIPTION),
            _text("Skills", Fact.SKILLS),
            Column("Source", (Fact.TRAINING_KINDS,), showing.kinds),
            _text("Status", Fact.STATUS, Fact.STATUS),
            Column("Expiration", _EXPIRATION, showing.validity, Fact.VALIDITY_DAYS),
            Column(
                "Created By",
                (Fact.CREATED_BY_NAME, Fact.CREATED_BY),
                showing.name_or_id,
                Fact.CREATED_BY_KEY,
            ),
            Column("Date Created", (Fact.CREATED_AT,), showing.local_time, Fact.CREATED_AT),
            Column("Last Updated", (Fact.UPDATED_AT,), showing.local_time, Fact.UPDATED_AT),
            _text("Allbound ID", Fact.CERTIFICATION, Fact.CERTIFICATION),
        ),
        (Fact.CERTIFICATION_TEXT,),
        (Fact.NAME_KEY,),
        {"Status": filtering.by_certification_status, "Expiration": filtering.by_validity},
        {},
    ),
    Table.CATALOG: Layout(
        Rows.CERTIFICATIONS,
        (
            _text("Code", Fact.CODE, Fact.CODE),
            _text("Name", Fact.NAME, Fact.NAME_KEY),
            _text("Description", Fact.DESCRIPTION),
            Column("Expiry", _EXPIRATION, showing.validity, Fact.VALIDITY_DAYS),
            _text("Awarded To", Fact.AWARDED, Fact.AWARDED),
            _text("Assigned", Fact.ASSIGNED, Fact.ASSIGNED),
        ),
        (Fact.CERTIFICATION_TEXT,),
        (Fact.NAME_KEY,),
        {},
        {},
    ),
    Table.ISSUED: Layout(
        Rows.AWARDS,
        (
            Column("User", (Fact.USERNAME, Fact.USER), showing.name_or_id, Fact.USERNAME_KEY),
            Column(
                "Certification", (Fact.NAME, Fact.CERTIFICATION), showing.name_or_id, Fact.NAME_KEY
            ),
            _text("Training", Fact.TRAINING),
            Column("Source", (Fact.SOURCE_TYPE,), showing.word, Fact.SOURCE_TYPE),
            Column("Status", (Fact.ISSUED_AT, Fact.EXPIRES_AT, Fact.ARCHIVED_AT), showing.standing),
            Column("Expiration", (Fact.EXPIRES_AT,), showing.expiry, Fact.EXPIRES_AT),
            Column(
                "Company", (Fact.COMPANY_NAME, Fact.COMPANY), showing.name_or_id, Fact.COMPANY_KEY
            ),
            _text("Account Owner", Fact.ACCOUNT_OWNER, Fact.ACCOUNT_OWNER),
            _text("Skills", Fact.SKILLS),
            Column("Issued On", (Fact.ISSUED_AT,), showing.day, Fact.ISSUED_AT),
        ),
        (Fact.USER_TEXT, Fact.CERTIFICATION_TEXT),
        (Fact.USERNAME_KEY, Fact.NAME_KEY),
        {
            "User Name": filtering.by_user,
            "Certification": filtering.by_certification,
            "Training": filtering.by_training,
            "Status": filtering.by_award_status,
            "Company": filtering.by_company,
        },
        {
            "Certification": (Fact.NAME_KEY, Fact.CERTIFICATION, Fact.NAME),
            "Company": (Fact.COMPANY_KEY, Fact.COMPANY, Fact.COMPANY_NAME),
        },
    ),
    Table.AWARDED_USERS: Layout(
        Rows.AWARDS,
        (
            Column("Username", (Fact.USERNAME, Fact.USER), showing.name_or_id, Fact.USERNAME_KEY),
            _text("First Name", Fact.FIRST_NAME, Fact.FIRST_NAME_KEY),
            _text("Last Name", Fact.LAST_NAME, Fact.LAST_NAME_KEY),
            Column("Issue Date", (Fact.ISSUED_AT,), showing.day, Fact.ISSUED_AT),
            Column(
                "Days To Renew",
                (Fact.ISSUED_AT, Fact.EXPIRES_AT),
                showing.days_left,
                Fact.EXPIRES_AT,
            ),
            Column("Expiry Date", (Fact.EXPIRES_AT,), showing.expiry, Fact.EXPIRES_AT),
        ),
        (Fact.USER_TEXT,),
        (Fact.USERNAME_KEY, Fact.ISSUED_AT),
        {"Certification": filtering.by_certification},
        {},
    ),
}
