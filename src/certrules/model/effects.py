"""What does a decision change? Effects are data: a rule names them, a workflow carries them out.

Every value in an effect is as it must be stored afterwards: an archived award already has its
``archived_at`` and its next version.
"""

from attrs import frozen

from certrules.model.awards import Award
from certrules.model.catalog import Assignment, Certification, ItemKind
from certrules.model.events import Event
from certrules.model.learning import Enrolment, Renewal

__all__ = [
    "ArchiveAward",
    "ArchiveEnrolment",
    "AssignItem",
    "CancelNotices",
    "CloseRenewal",
    "DefineCertification",
    "Effect",
    "Enrol",
    "IssueAward",
    "Notify",
    "OpenRenewal",
    "RemoveAward",
    "RemoveCertification",
    "ReopenTraining",
    "ReplaceAward",
    "ResetMaterials",
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
    """Cancel what was to be sent about the expiry of a cycle."""

    user_id: str
    certification_id: str
    cycle: int


@frozen
class ArchiveEnrolment:
    """Put an attempt at an item into history, just as it was."""

    enrolment: Enrolment


@frozen
class Enrol:
    """Add a new attempt at an item."""

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
    """Tell of an event."""

    event: Event


Effect = (
    IssueAward
    | ArchiveAward
    | ReplaceAward
    | RemoveAward
    | CancelNotices
    | ArchiveEnrolment
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
