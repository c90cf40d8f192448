"""Effects: what does a decision change?

They are data: a rule names them, and :func:`certrules.workflows.effects.apply` carries them out.
Every value in an effect is as it must be stored afterwards: an archived award already has its
``archived_at`` and its next version.
"""

from attrs import frozen

from certrules.model.awards import Award, AwardKey
from certrules.model.badges import Badge
from certrules.model.catalog import Assignment, Certification, ItemKind
from certrules.model.events import Event
from certrules.model.learning import Completion, Enrolment, Renewal

__all__ = [
    "ArchiveAward",
    "ArchiveEnrolment",
    "AssignItem",
    "CancelNotices",
    "CancelOutdatedNotices",
    "CloseRenewal",
    "DefineCertification",
    "Effect",
    "Enrol",
    "ForgetNotices",
    "IssueAward",
    "IssueBadge",
    "Notify",
    "OpenRenewal",
    "RecordCompletion",
    "RemoveAward",
    "RemoveCertification",
    "ReopenTraining",
    "ReplaceAward",
    "ResetMaterials",
    "RevokeBadge",
    "RevokeOutdatedBadge",
    "UnassignItem",
]


@frozen
class IssueAward:
    """Add a new cycle."""

    award: Award


@frozen
class ArchiveAward:
    """Put a cycle into history, with its own dates."""

    award: Award


@frozen
class ReplaceAward:
    """Replace a cycle by its edited version."""

    award: Award


@frozen
class RemoveAward:
    """Delete a cycle for good."""

    award: Award


@frozen
class CancelNotices:
    """Cancel the notices about the expiry of a cycle that were not delivered."""

    key: AwardKey


@frozen
class CancelOutdatedNotices:
    """Cancel the notices about another expiry than an award has now."""

    award: Award


@frozen
class ForgetNotices:
    """Delete which notices were planned for a cycle: what is issued in its place is new."""

    key: AwardKey


@frozen
class IssueBadge:
    """Add a badge."""

    badge: Badge


@frozen
class RevokeBadge:
    """Revoke the badge of a cycle for good, if it has one."""

    key: AwardKey


@frozen
class RevokeOutdatedBadge:
    """Revoke the badge of an award for good, if it has one of other dates."""

    award: Award


@frozen
class ArchiveEnrolment:
    """Put an attempt at an item into history, just as it was."""

    enrolment: Enrolment


@frozen
class RecordCompletion:
    """Remember that a user has completed an item."""

    completion: Completion


@frozen
class Enrol:
    """Add an attempt at an item, or replace it by what it has become."""

    enrolment: Enrolment


@frozen
class ResetMaterials:
    """Make training materials of one course incomplete for one user; its status stays."""

    user_id: str
    course_id: str
    materials: tuple[str, ...]


@frozen
class ReopenTraining:
    """Make an attached training incomplete for one user."""

    user_id: str
    kind: ItemKind
    item_id: str


@frozen
class OpenRenewal:
    """Add a started renewal."""

    renewal: Renewal


@frozen
class CloseRenewal:
    """Replace an open renewal by the completed or cancelled one."""

    renewal: Renewal


@frozen
class AssignItem:
    """Let an item earn a certification."""

    certification_id: str
    assignment: Assignment


@frozen
class UnassignItem:
    """End every assignment of an item to a certification."""

    certification_id: str
    kind: ItemKind
    item_id: str


@frozen
class DefineCertification:
    """Add a certification, or replace the one of its id."""

    certification: Certification


@frozen
class RemoveCertification:
    """Delete a certification with its assignments."""

    certification_id: str


@frozen
class Notify:
    """Record an event in the outbox, and the notices that it calls for."""

    event: Event


Effect = (
    IssueAward
    | ArchiveAward
    | ReplaceAward
    | RemoveAward
    | CancelNotices
    | CancelOutdatedNotices
    | ForgetNotices
    | IssueBadge
    | RevokeBadge
    | RevokeOutdatedBadge
    | ArchiveEnrolment
    | RecordCompletion
    | Enrol
    | ResetMaterials
    | ReopenTraining
    | OpenRenewal
    | CloseRenewal
    | AssignItem
    | UnassignItem
    | DefineCertification
    | RemoveCertification
    | Notify
)
