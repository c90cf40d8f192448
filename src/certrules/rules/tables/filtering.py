"""Which rows do the values of a filter mean? Any of them will do.

However many there are, the conditions are as few.
"""

from collections.abc import Sequence
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


def by_user(values: Sequence[str], _: datetime) -> Condition:
    """Return the rows of users, by username or id."""
    names = OneOf(Fact.USERNAME_KEY, map(username_key, values))
    return AnyOf((names, OneOf(Fact.USER, values)))


def by_certification(values: Sequence[str], _: datetime) -> Condition:
    """Return the rows of certifications, by name, code or id."""
    names = OneOf(Fact.NAME_KEY, map(folded, values))
    return AnyOf((names, OneOf(Fact.CODE, values), OneOf(Fact.CERTIFICATION, values)))


def by_training(values: Sequence[str], _: datetime) -> Condition:
    """Return the rows whose certification is earned by an item, by its name, code or id."""
    names = OneOf(Fact.TRAINING_KEY, map(folded, values))
    return AnyOf((names, OneOf(Fact.TRAINING_CODE, values), OneOf(Fact.TRAINING_ID, values)))


def by_company(values: Sequence[str], _: datetime) -> Condition:
    """Return the rows of companies' people, by name or id."""
    names = OneOf(Fact.COMPANY_KEY, map(folded, values))
    return AnyOf((names, OneOf(Fact.COMPANY, values)))


def by_award_status(values: Sequence[str], at: datetime) -> Condition:
    """Return the awards that stand so at an instant."""
    names = {named("status", value, map(str, Status)) for value in values}
    return AnyOf(status.condition(Status(name), at) for name in sorted(names))


def by_certification_status(values: Sequence[str], _: datetime) -> Condition:
    """Return the certifications of a status."""
    names = [named("status", value, map(str, CertificationStatus)) for value in values]
    return OneOf(Fact.STATUS, names)


def by_validity(values: Sequence[str], _: datetime) -> Condition:
    """Return the certifications of a validity period, such as ``2 years`` or ``never``."""
    amounts: dict[str, set[int]] = {}
    for validity in map(Validity.parse, values):
        unit = "" if validity.never else validity.unit.value
        amounts.setdefault(unit, set()).add(validity.amount)
    return AnyOf(_lasting(unit, amounts[unit]) for unit in sorted(amounts))


def _lasting(unit: str, amounts: set[int]) -> Condition:
    some = OneOf(Fact.VALIDITY_AMOUNT, amounts)
    return AllOf((some, OneOf(Fact.VALIDITY_UNIT, {unit}))) if unit else some
