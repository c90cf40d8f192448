"""Certification rules for learning platforms: validity, awarding, renewal, import.

The values people name most, and the rule modules; everything else is imported from its own module.
What needs more than values, such as a :class:`Platform` or a store, is imported when it is first
used, so that ``import certrules`` stays fast and needs no extra.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from certrules import instants, periods
from certrules.instants import IssueDateConvention
from certrules.model.awards import (
    AssociationType,
    Award,
    ExpiryBasis,
    ExpiryDay,
    ManualAward,
    Source,
)
from certrules.model.catalog import (
    Assignment,
    Certification,
    CertificationStatus,
    Criteria,
    Item,
    ItemKind,
    Validity,
)
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.facts import Facts
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    LearningPlan,
    Renewal,
    RenewalOption,
    Window,
)
from certrules.model.notices import NoticeKind, Notification, Offset, OffsetUnit
from certrules.model.people import Action, Actor, Permission, Role, Scope, User
from certrules.model.policy import ALLBOUND, DOCEBO, Duplicates, Policy
from certrules.model.reasons import ReasonCode
from certrules.periods import MonthEnd, Unit
from certrules.rulebook import Rule

if TYPE_CHECKING:
    from certrules.model.awards import Status
    from certrules.records import open_records
    from certrules.repositories.memory import MemoryStore
    from certrules.repositories.sql import open_store
    from certrules.workflows.platform import SYSTEM, Platform

__all__ = [
    "ALLBOUND",
    "DOCEBO",
    "SYSTEM",
    "Action",
    "Actor",
    "Assignment",
    "AssociationType",
    "Award",
    "Certification",
    "CertificationStatus",
    "Completion",
    "Course",
    "Criteria",
    "Duplicates",
    "Enrolment",
    "EnrolmentStatus",
    "ExpiryBasis",
    "ExpiryDay",
    "ExternalTraining",
    "Facts",
    "Granted",
    "IssueDateConvention",
    "Item",
    "ItemKind",
    "LearningPlan",
    "ManualAward",
    "MemoryStore",
    "MonthEnd",
    "NoticeKind",
    "Notification",
    "Offset",
    "OffsetUnit",
    "Permission",
    "Platform",
    "Policy",
    "Reason",
    "ReasonCode",
    "Refused",
    "Renewal",
    "RenewalOption",
    "Role",
    "Rule",
    "Scope",
    "Source",
    "Status",
    "Unit",
    "User",
    "Validity",
    "Window",
    "instants",
    "open_records",
    "open_store",
    "periods",
]

_LATER = {
    "SYSTEM": "certrules.workflows.platform",
    "MemoryStore": "certrules.repositories.memory",
    "Platform": "certrules.workflows.platform",
    "Status": "certrules.model.awards",
    "open_records": "certrules.records",
    "open_store": "certrules.repositories.sql",
}


if not TYPE_CHECKING:  # which knows the names, and should find a wrong one

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_LATER[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
