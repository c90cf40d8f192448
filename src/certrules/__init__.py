"""Certification rules for learning platforms: validity, awarding, renewal, import.

The values people name most, and the rule modules; everything else is imported from its own module.
"""

from certrules import instants, periods
from certrules.model.awards import AssociationType, Award, ExpiryBasis, ManualAward, Source
from certrules.model.catalog import (
    Assignment,
    Certification,
    CertificationStatus,
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
from certrules.model.people import Action, Actor, Permission, Role, Target, User
from certrules.model.policy import ALLBOUND, DOCEBO, Duplicates, ExpiryDay, Policy
from certrules.periods import MonthEnd, Unit
from certrules.rulebook import Rule

__all__ = [
    "ALLBOUND",
    "DOCEBO",
    "Action",
    "Actor",
    "Assignment",
    "AssociationType",
    "Award",
    "Certification",
    "CertificationStatus",
    "Completion",
    "Course",
    "Duplicates",
    "Enrolment",
    "EnrolmentStatus",
    "ExpiryBasis",
    "ExpiryDay",
    "ExternalTraining",
    "Facts",
    "Granted",
    "Item",
    "ItemKind",
    "LearningPlan",
    "ManualAward",
    "MonthEnd",
    "NoticeKind",
    "Notification",
    "Offset",
    "OffsetUnit",
    "Permission",
    "Policy",
    "Reason",
    "Refused",
    "Renewal",
    "RenewalOption",
    "Role",
    "Rule",
    "Source",
    "Target",
    "Unit",
    "User",
    "Validity",
    "Window",
    "instants",
    "periods",
]
