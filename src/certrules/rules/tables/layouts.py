"""Which columns, filters and groups has each table?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from certrules.model.tables import Condition, Fact, Rows
from certrules.rules import status
from certrules.rules.tables import filtering, showing
from certrules.rules.tables.showing import Asked, Column
from certrules.words import Word

__all__ = ["LAYOUTS", "Layout", "Table"]


class Table(Word):
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


@frozen
class Layout:
    """What a table is made of; the groups name the facts by which rows are one group."""

    rows: Rows
    columns: tuple[Column, ...]
    searched: tuple[Fact, ...]
    sort: tuple[Fact, ...]
    filters: Mapping[str, Callable[[Sequence[str], datetime], Condition]]
    groups: Mapping[str, tuple[Asked, ...]]


_EXPIRATION = (Fact.VALIDITY_AMOUNT, Fact.VALIDITY_UNIT)
LAYOUTS: Mapping[Table, Layout] = {
    Table.CERTIFICATIONS: Layout(
        Rows.CERTIFICATIONS,
        (
            Column("Certification", (Fact.NAME,), Fact.NAME_KEY),
            Column("Training", (Fact.TRAINING,), Fact.FIRST_TRAINING_KEY),
            Column("Description", (Fact.DESCRIPTION,), Fact.DESCRIPTION_KEY),
            Column("Skills", (Fact.SKILLS,), Fact.FIRST_SKILL_KEY),
            Column("Source", (Fact.TRAINING_KINDS,), Fact.FIRST_TRAINING_KIND, showing.kinds),
            Column("Status", (Fact.STATUS,), Fact.STATUS),
            Column("Expiration", _EXPIRATION, Fact.VALIDITY_DAYS, showing.validity),
            Column(
                "Created By",
                (Fact.CREATED_BY_NAME, Fact.CREATED_BY),
                Fact.CREATED_BY_KEY,
                showing.name_or_id,
            ),
            Column("Date Created", (Fact.CREATED_AT,), Fact.CREATED_AT, showing.local_time),
            Column("Last Updated", (Fact.UPDATED_AT,), Fact.UPDATED_AT, showing.local_time),
            Column("Allbound ID", (Fact.CERTIFICATION,), Fact.CERTIFICATION),
        ),
        (Fact.CERTIFICATION_TEXT,),
        (Fact.NAME_KEY,),
        {"Status": filtering.by_certification_status, "Expiration": filtering.by_validity},
        {},
    ),
    Table.CATALOG: Layout(
        Rows.CERTIFICATIONS,
        (
            Column("Code", (Fact.CODE,), Fact.CODE),
            Column("Name", (Fact.NAME,), Fact.NAME_KEY),
            Column("Description", (Fact.DESCRIPTION,), Fact.DESCRIPTION_KEY),
            Column("Expiry", _EXPIRATION, Fact.VALIDITY_DAYS, showing.validity),
            Column("Awarded To", (Fact.AWARDED,), Fact.AWARDED),
            Column("Assigned", (Fact.ASSIGNED,), Fact.ASSIGNED),
        ),
        (Fact.CERTIFICATION_TEXT,),
        (Fact.NAME_KEY,),
        {},
        {},
    ),
    Table.ISSUED: Layout(
        Rows.AWARDS,
        (
            Column("User", (Fact.USERNAME, Fact.USER), Fact.USERNAME_KEY, showing.name_or_id),
            Column(
                "Certification", (Fact.NAME, Fact.CERTIFICATION), Fact.NAME_KEY, showing.name_or_id
            ),
            Column("Training", (Fact.TRAINING,), Fact.FIRST_TRAINING_KEY),
            Column("Source", (Fact.SOURCE_TYPE,), Fact.SOURCE_TYPE, showing.word),
            Column("Status", (status.standing,), status.standing),
            Column("Expiration", (Fact.EXPIRES_AT,), Fact.EXPIRES_AT, showing.expiry),
            Column(
                "Company", (Fact.COMPANY_NAME, Fact.COMPANY), Fact.COMPANY_KEY, showing.name_or_id
            ),
            Column("Account Owner", (Fact.ACCOUNT_OWNER,), Fact.ACCOUNT_OWNER_KEY),
            Column("Skills", (Fact.SKILLS,), Fact.FIRST_SKILL_KEY),
            Column("Issued On", (Fact.ISSUED_AT,), Fact.ISSUED_AT, showing.day),
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
            "Status": (status.standing,),
        },
    ),
    Table.AWARDED_USERS: Layout(
        Rows.AWARDS,
        (
            Column("Username", (Fact.USERNAME, Fact.USER), Fact.USERNAME_KEY, showing.name_or_id),
            Column("First Name", (Fact.FIRST_NAME,), Fact.FIRST_NAME_KEY),
            Column("Last Name", (Fact.LAST_NAME,), Fact.LAST_NAME_KEY),
            Column("Issue Date", (Fact.ISSUED_AT,), Fact.ISSUED_AT, showing.day),
            Column(
                "Days To Renew",
                (Fact.ISSUED_AT, Fact.EXPIRES_AT),
                Fact.EXPIRES_AT,
                showing.days_left,
            ),
            Column("Expiry Date", (Fact.EXPIRES_AT,), Fact.EXPIRES_AT, showing.expiry),
        ),
        (Fact.USER_TEXT,),
        (Fact.USERNAME_KEY, Fact.ISSUED_AT),
        {"Certification": filtering.by_certification},
        {},
    ),
}
