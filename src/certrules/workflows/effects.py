"""Effects: how are those of decisions carried out?

Nobody else writes what a rule decides. Whether somebody may is asked before the decision, not here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, assert_never

from attrs import evolve

from certrules.model.catalog import Assignment, ItemRef
from certrules.model.effects import (
    ArchiveAward,
    ArchiveEnrolment,
    AssignItem,
    CancelNotices,
    CancelOutdatedNotices,
    CloseRenewal,
    DefineCertification,
    Effect,
    Enrol,
    ForgetNotices,
    IssueAward,
    IssueBadge,
    Notify,
    OpenRenewal,
    RecordCompletion,
    RemoveAward,
    RemoveCertification,
    ReopenTraining,
    ReplaceAward,
    ResetMaterials,
    RevokeBadge,
    RevokeOutdatedBadge,
    SuspendBadge,
    UnassignItem,
    WithdrawBadge,
)
from certrules.model.learning import Completion, EnrolmentStatus
from certrules.model.notices import Notification
from certrules.repositories.protocols import HasAwards, HasCertifications, HasLearning, HasRenewals
from certrules.workflows import outbox
from certrules.workflows.outbox import OutboxParts

__all__ = ["EffectParts", "apply"]


class EffectParts(OutboxParts, HasCertifications, HasAwards, HasLearning, HasRenewals, Protocol):
    """What :func:`apply` asks of a store."""


def apply(
    transaction: EffectParts,
    effects: Iterable[Effect],
    notifications: Sequence[Notification] = (),
) -> None:
    """Carry out effects in the transaction in which they were decided, and nothing else.

    Events go to the outbox, and with them the notices that the notifications call for. Effects of
    one kind are written together. Raises :class:`~certrules.errors.ConflictError` if another writer
    was faster: then roll the transaction back.

    >>> store, award = MemoryStore(), Award("1", "fa", datetime(2024, 1, 1, tzinfo=UTC), None)
    >>> with store.writing() as transaction:
    ...     apply(transaction, [IssueAward(award)])
    ...     list(transaction.awards.history("1", "fa")) == [award]
    True

    Rules: DOC-DELETE-02, DOC-RENEW-12, DOC-RENEW-13, INT-12, INT-23.
    """
    many: defaultdict[type, list[Any]] = defaultdict(list)
    for effect in effects:
        _collect(transaction, effect, many)
    transaction.awards.remove(many[RemoveAward])
    transaction.awards.replace(many[ArchiveAward] + many[ReplaceAward])
    transaction.badges.revoke(many[RevokeBadge])
    transaction.badges.revoke_outdated(many[RevokeOutdatedBadge])
    for badge_id in many[WithdrawBadge]:
        transaction.badges.withdraw(badge_id)
    for badge in many[IssueBadge]:
        transaction.badges.add(badge)
    transaction.awards.add(many[IssueAward])
    transaction.learning.add_completions(many[RecordCompletion])
    transaction.learning.put_enrolments(many[ArchiveEnrolment] + many[Enrol])
    transaction.notices.cancel(many[CancelNotices])
    transaction.notices.cancel_outdated(many[CancelOutdatedNotices])
    transaction.notices.forget(many[ForgetNotices])
    outbox.enqueue_events(transaction, many[Notify], notifications)


def _collect(transaction: EffectParts, effect: Effect, many: defaultdict[type, list[Any]]) -> None:
    """Collect what stores take many of at a time; carry out the rest."""
    match effect:
        case (
            Notify(value)
            | IssueAward(value)
            | ArchiveAward(value)
            | ReplaceAward(value)
            | RemoveAward(value)
            | ArchiveEnrolment(value)
            | RecordCompletion(value)
            | Enrol(value)
            | CancelNotices(value)
            | CancelOutdatedNotices(value)
            | ForgetNotices(value)
            | IssueBadge(value)
            | RevokeBadge(value)
            | RevokeOutdatedBadge(value)
            | WithdrawBadge(value)
        ):
            many[type(effect)].append(value)
        case _:
            _apply_alone(transaction, effect)


_Alone = (
    ResetMaterials
    | ReopenTraining
    | OpenRenewal
    | CloseRenewal
    | AssignItem
    | UnassignItem
    | DefineCertification
    | RemoveCertification
    | SuspendBadge
)


def _apply_alone(transaction: EffectParts, effect: _Alone) -> None:
    match effect:
        case ResetMaterials(user_id, course_id, materials):
            transaction.learning.reset_progress(user_id, course_id, materials)
        case ReopenTraining():
            _reopen(transaction, effect)
        case OpenRenewal(renewal):
            transaction.renewals.add(renewal)
        case CloseRenewal(renewal):
            transaction.renewals.close(renewal)
        case AssignItem(certification_id, assignment):
            _reassign(transaction, certification_id, lambda assigned: (*assigned, assignment))
        case UnassignItem(certification_id, kind, item_id):
            item = ItemRef(kind, item_id)
            _reassign(
                transaction,
                certification_id,
                lambda assigned: tuple(each for each in assigned if each.ref != item),
            )
        case DefineCertification(certification):
            transaction.certifications.put([certification])
        case RemoveCertification(certification_id):
            transaction.renewals.remove(certification_id)
            transaction.certifications.remove(certification_id)
        case SuspendBadge(badge_id, suspended):
            transaction.badges.suspend(badge_id, suspended=suspended)
        case _:
            assert_never(effect)


def _reopen(transaction: HasLearning, effect: ReopenTraining) -> None:
    """Make the current attempt incomplete; that it was completed stays among the completions."""
    item = ItemRef(effect.kind, effect.item_id)
    attempts, _ = transaction.learning.history(effect.user_id, [item])
    done = [
        attempt
        for attempt in attempts
        if attempt.status is EnrolmentStatus.COMPLETED and not attempt.archived
    ]
    transaction.learning.add_completions(
        Completion(attempt.user_id, attempt.kind, attempt.item_id, attempt.completed_at)
        for attempt in done
        if attempt.completed_at is not None
    )
    transaction.learning.put_enrolments(
        evolve(attempt, status=EnrolmentStatus.ENROLLED, completed_at=None) for attempt in done
    )


_Assignments = tuple[Assignment, ...]


def _reassign(
    transaction: HasCertifications,
    certification_id: str,
    change: Callable[[_Assignments], _Assignments],
) -> None:
    found = transaction.certifications.get(certification_id)
    if found is not None:
        transaction.certifications.put([evolve(found, assignments=change(found.assignments))])
