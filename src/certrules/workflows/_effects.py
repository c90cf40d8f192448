"""How are the effects of decisions carried out?

For the workflows alone: they ask who may before they decide, and nothing is asked here.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from attrs import Factory, define, evolve

from certrules.model.awards import Award
from certrules.model.catalog import Assignment, ItemKind
from certrules.model.effects import (
    ArchiveAward,
    ArchiveEnrolment,
    AssignItem,
    CancelNotices,
    CloseRenewal,
    DefineCertification,
    Effect,
    Enrol,
    IssueAward,
    Notify,
    OpenRenewal,
    RemoveAward,
    RemoveCertification,
    ReopenTraining,
    ReplaceAward,
    ResetMaterials,
    UnassignItem,
)
from certrules.model.events import Event
from certrules.model.learning import Completion, Enrolment, EnrolmentStatus
from certrules.model.notices import Notification
from certrules.repositories.protocols import Transaction
from certrules.workflows._telling import tell

__all__ = ["carry_out"]


def carry_out(
    transaction: Transaction,
    effects: Iterable[Effect],
    notifications: Sequence[Notification] = (),
) -> None:
    """Carry out effects in the transaction in which they were decided.

    What there is to hear of goes to the outbox once, and with it the notices for which the
    notifications call. A badge says when its award was issued and when it expires, so that one is
    revoked whose award has other dates from now on, is archived or removed. Raises
    :class:`~certrules.errors.ConflictError` where another writer was faster; then none of them may
    be kept.

    Rules: DOC-DELETE-02, DOC-RENEW-12, DOC-RENEW-13, INT-12, INT-23.
    """
    many = _Many()
    for effect in effects:
        _carry_out(transaction, effect, many)
    transaction.awards.remove(many.removed)
    transaction.awards.replace(many.archived + many.edited)
    transaction.badges.revoke(
        (each.user_id, each.certification_id, each.cycle) for each in many.removed + many.archived
    )
    transaction.badges.revoke_outdated(many.edited)
    transaction.awards.add(many.issued)
    transaction.learning.put_enrolments(many.enrolments)
    transaction.notices.cancel(many.cancelled)
    transaction.notices.cancel_outdated(many.edited)
    transaction.notices.forget(
        (each.user_id, each.certification_id, each.cycle) for each in many.removed
    )
    tell(transaction, many.events, notifications)


@define
class _Many:
    """What stores take many of at a time."""

    removed: list[Award] = Factory(list)
    archived: list[Award] = Factory(list)
    edited: list[Award] = Factory(list)
    issued: list[Award] = Factory(list)
    enrolments: list[Enrolment] = Factory(list)
    events: list[Event] = Factory(list)
    cancelled: list[tuple[str, str, int]] = Factory(list)


def _carry_out(transaction: Transaction, effect: Effect, many: _Many) -> None:
    match effect:
        case IssueAward(award):
            many.issued.append(award)
        case ArchiveAward(award):
            many.archived.append(award)
        case ReplaceAward(award):
            many.edited.append(award)
        case RemoveAward(award):
            many.removed.append(award)
        case ArchiveEnrolment(enrolment) | Enrol(enrolment):
            many.enrolments.append(enrolment)
        case Notify(event):
            many.events.append(event)
        case CancelNotices(user, certification, cycle):
            many.cancelled.append((user, certification, cycle))
        case _:
            _carry_out_alone(transaction, effect)


def _carry_out_alone(
    transaction: Transaction,
    effect: ResetMaterials
    | ReopenTraining
    | OpenRenewal
    | CloseRenewal
    | AssignItem
    | UnassignItem
    | DefineCertification
    | RemoveCertification,
) -> None:
    match effect:
        case ResetMaterials(user, course, materials):
            transaction.learning.reset_progress(user, course, materials)
        case ReopenTraining():
            _reopen(transaction, effect)
        case OpenRenewal(renewal):
            transaction.renewals.add(renewal)
        case CloseRenewal(renewal):
            transaction.renewals.close(renewal)
        case AssignItem(certification, assignment):
            _reassign(transaction, certification, lambda assigned: (*assigned, assignment))
        case UnassignItem(certification, kind, item):
            _reassign(transaction, certification, lambda assigned: _without(assigned, kind, item))
        case DefineCertification(defined):
            transaction.certifications.put([defined])
        case RemoveCertification(certification):
            transaction.renewals.remove(certification)
            transaction.certifications.remove(certification)
        case _:
            assert_never(effect)


def _reopen(transaction: Transaction, effect: ReopenTraining) -> None:
    """Make the current attempt incomplete; that it was completed stays among the completions."""
    attempts = transaction.learning.enrolments(effect.user_id, effect.kind, (effect.item_id,))
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
    transaction: Transaction, certification_id: str, change: Callable[[_Assignments], _Assignments]
) -> None:
    found = transaction.certifications.get(certification_id)
    if found is not None:
        transaction.certifications.put([evolve(found, assignments=change(found.assignments))])


def _without(assigned: _Assignments, kind: ItemKind, item_id: str) -> _Assignments:
    return tuple(each for each in assigned if (each.kind, each.item_id) != (kind, item_id))
