"""Effects: what a decision changes.

They are data: a rule names them, and :func:`certrules.workflows.effects.apply` carries them out.
Every value in an effect is as it must be stored afterwards: an archived award already has its
``archived_at`` and its next version.
"""

from certrules.model.awards import Award, AwardKey
from certrules.model.badges import Badge
from certrules.model.catalog import Assignment, Certification, ItemKind
from certrules.model.learning import Completion, Enrolment, ExternalTraining, Renewal
from certrules.model.notices import Event
from certrules.model.values import Id, value


@value
class IssueAward:
    """Add a new cycle."""

    award: Award


@value
class ArchiveAward:
    """Put a cycle into history, with its own dates."""

    award: Award


@value
class ReplaceAward:
    """Replace a cycle by its edited version."""

    award: Award


@value
class RemoveAward:
    """Delete a cycle for good."""

    award: Award


@value
class CancelNotices:
    """Cancel the notices about the expiry of a cycle that were not delivered."""

    key: AwardKey


@value
class CancelOutdatedNotices:
    """Cancel the notices about another expiry than an award has now."""

    award: Award


@value
class ForgetNotices:
    """Delete which notices were planned for a cycle: what is issued in its place is new."""

    key: AwardKey


@value
class IssueBadge:
    """Add a badge."""

    badge: Badge


@value
class RevokeBadge:
    """Revoke the badge of a cycle for good, if it has one.

    One that was withdrawn stays withdrawn if the cycle is archived.
    """

    key: AwardKey


@value
class RevokeOutdatedBadge:
    """Revoke the badge of an award for good, if it has one of other dates."""

    award: Award


@value
class WithdrawBadge:
    """Revoke a badge by hand for good: its award gets no other while its dates stay."""

    badge_id: Id


@value
class SuspendBadge:
    """Suspend a badge, or lift its suspension."""

    badge_id: Id
    suspended: bool


@value
class ArchiveEnrolment:
    """Put an attempt at an item into history, just as it was."""

    enrolment: Enrolment


@value
class RecordCompletion:
    """Remember that a user has completed an item."""

    completion: Completion


@value
class RecordExternalTraining:
    """Remember an external training as a user has reported it."""

    training: ExternalTraining


@value
class Enrol:
    """Add an attempt at an item, or replace it by what it has become."""

    enrolment: Enrolment


@value
class ResetMaterials:
    """Make training materials of one course incomplete for one user; its status stays."""

    user_id: Id
    course_id: Id
    materials: tuple[str, ...]


@value
class ReopenTraining:
    """Make an attached training incomplete for one user."""

    user_id: Id
    kind: ItemKind
    item_id: Id


@value
class OpenRenewal:
    """Add a started renewal."""

    renewal: Renewal


@value
class CloseRenewal:
    """Replace an open renewal by the closed one."""

    renewal: Renewal


@value
class ReopenRenewal:
    """Replace a renewal that was closed as replaced by the open one that it was."""

    renewal: Renewal


@value
class AssignItem:
    """Let an item earn a certification."""

    certification_id: Id
    assignment: Assignment


@value
class UnassignItem:
    """End every assignment of an item to a certification."""

    certification_id: Id
    kind: ItemKind
    item_id: Id


@value
class DefineCertification:
    """Add a certification, or replace the one of its id."""

    certification: Certification


@value
class RemoveCertification:
    """Delete a certification with its assignments."""

    certification_id: Id


@value
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
    | WithdrawBadge
    | SuspendBadge
    | ArchiveEnrolment
    | RecordCompletion
    | RecordExternalTraining
    | Enrol
    | ResetMaterials
    | ReopenTraining
    | OpenRenewal
    | CloseRenewal
    | ReopenRenewal
    | AssignItem
    | UnassignItem
    | DefineCertification
    | RemoveCertification
    | Notify
)
