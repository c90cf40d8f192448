"""Which rows does the value of a filter mean?"""

from datetime import datetime

from certrules.model.catalog import CertificationStatus, Validity
from certrules.model.people import username_key
from certrules.model.tables import AllOf, AnyOf, Condition, Fact, OneOf, folded
from certrules.rules import status
from certrules.rules.status import Status
from certrules.rules.tables.naming import named

__all__ = [
    "by_award_status",
    "by_certification",
    "by_certification_status",
    "by_company",
    "by_training",
    "by_user",
    "by_validity",
]


def by_user(value: str, _: datetime) -> Condition:
    """Return the rows of a user, by username or id."""
    return AnyOf([OneOf(Fact.USERNAME_KEY, {username_key(value)}), OneOf(Fact.USER, {value})])


def by_certification(value: str, _: datetime) -> Condition:
    """Return the rows of a certification, by name, code or id."""
    own = [OneOf(fact, {value}) for fact in (Fact.CODE, Fact.CERTIFICATION)]
    return AnyOf([OneOf(Fact.NAME_KEY, {folded(value)}), *own])


def by_training(value: str, _: datetime) -> Condition:
    """Return the rows whose certification is earned by an item, by its name, code or id."""
    own = [OneOf(fact, {value}) for fact in (Fact.TRAINING_CODE, Fact.TRAINING_ID)]
    return AnyOf([OneOf(Fact.TRAINING_KEY, {folded(value)}), *own])


def by_company(value: str, _: datetime) -> Condition:
    """Return the rows of a company's people, by its name or id."""
    return AnyOf([OneOf(Fact.COMPANY_KEY, {folded(value)}), OneOf(Fact.COMPANY, {value})])


def by_award_status(value: str, at: datetime) -> Condition:
    """Return the awards that stand so at an instant."""
    return status.condition(Status(named("status", value, map(str, Status))), at)


def by_certification_status(value: str, _: datetime) -> Condition:
    """Return the certifications of a status."""
    return OneOf(Fact.STATUS, {named("status", value, map(str, CertificationStatus))})


def by_validity(value: str, _: datetime) -> Condition:
    """Return the certifications of a validity period, such as ``2 years`` or ``never``."""
    validity = Validity.parse(value)
    amount = OneOf(Fact.VALIDITY_AMOUNT, {validity.amount})
    same_unit = OneOf(Fact.VALIDITY_UNIT, {validity.unit.value})
    return amount if validity.never else AllOf((amount, same_unit))
