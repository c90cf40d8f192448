"""Effects: how are those of decisions carried out, in which transactions?

Nobody else writes what a rule decides. Whether somebody may is asked before the decision, not here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol, TypeVar, get_args

from attrs import evolve

from certrules.errors import InvalidValueError
from certrules.model.catalog import Assignment, ItemRef
from certrules.model.decisions import Decision
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
    RecordExternalTraining,
    RemoveAward,
    RemoveCertification,
    ReopenRenewal,
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
from certrules.model.values import checked
from certrules.repositories.protocols import (
    CoreTransaction,
    HasAwards,
    HasCertifications,
    HasLearning,
    HasRenewals,
)
from certrules.workflows import outbox
from certrules.workflows.outbox import OutboxParts
from certrules.workflows.platform import Acting

BATCH = 1000
"""How many users, awards or events one transaction commits."""

P = TypeVar("P", bound="EffectParts")
T = TypeVar("T")


class EffectParts(OutboxParts, HasCertifications, HasAwards, HasLearning, HasRenewals, Protocol):
    """What :func:`apply` asks of a store."""


class DecisionParts(CoreTransaction, EffectParts, Protocol):
    """What it takes to load the facts of a decision and to apply its effects."""


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
    given = defaultdict[type, list[Any]](list)
    for effect in effects:
        kind = type(effect)
        if kind not in _ABOUT:
            raise InvalidValueError("effect", kind, "one of certrules.model.effects")
        given[kind].append(_ABOUT[kind](effect))

    def of(*kinds: type) -> list[Any]:
        return [each for kind in kinds for each in given[kind]]

    _apply_to_certifications(transaction, of)
    _apply_to_learning(transaction, of)
    transaction.awards.remove(of(RemoveAward))
    transaction.awards.replace(of(ArchiveAward, ReplaceAward))
    _apply_to_badges(transaction, of)
    transaction.awards.add(of(IssueAward))
    transaction.notices.cancel(of(CancelNotices))
    transaction.notices.cancel_outdated(of(CancelOutdatedNotices))
    transaction.notices.forget(of(ForgetNotices))
    outbox.enqueue_events(transaction, of(Notify), notifications)


_ABOUT: Mapping[type, Callable[[Effect], Any]] = {
    kind: attrgetter(*kind.__match_args__) for kind in get_args(Effect)
}
"""What the effects of a kind are about: one value of each, or several; the effect itself goes."""

Of = Callable[..., list[Any]]


def _apply_to_certifications(transaction: EffectParts, of: Of) -> None:
    for renewal in of(OpenRenewal):
        transaction.renewals.add(renewal)
    for renewal in of(CloseRenewal):
        transaction.renewals.close(renewal)
    for renewal in of(ReopenRenewal):
        transaction.renewals.reopen(renewal)
    for id_, assignment in of(AssignItem):
        _reassign(transaction, id_, added=[assignment])
    for id_, *item in of(UnassignItem):
        _reassign(transaction, id_, removed=ItemRef(*item))
    transaction.certifications.put(of(DefineCertification))
    for id_ in of(RemoveCertification):
        transaction.renewals.remove(id_)
        transaction.certifications.remove(id_)


def _apply_to_learning(transaction: EffectParts, of: Of) -> None:
    for user_id, course_id, materials in of(ResetMaterials):
        transaction.learning.reset_progress(user_id, course_id, materials)
    for user_id, *item in of(ReopenTraining):
        _reopen(transaction, user_id, ItemRef(*item))
    transaction.learning.add_completions(of(RecordCompletion))
    transaction.learning.put_external(of(RecordExternalTraining))
    transaction.learning.put_enrolments(of(ArchiveEnrolment, Enrol))


def _apply_to_badges(transaction: EffectParts, of: Of) -> None:
    history = [each.key for each in of(ArchiveAward)]
    by_hand = set(transaction.badges.withdrawn(history)) if history else set()
    transaction.badges.revoke(each for each in of(RevokeBadge) if each not in by_hand)
    transaction.badges.revoke_outdated(of(RevokeOutdatedBadge))
    for badge_id in of(WithdrawBadge):
        transaction.badges.withdraw(badge_id)
    for badge_id, suspended in of(SuspendBadge):
        transaction.badges.suspend(badge_id, suspended=suspended)
    for badge in of(IssueBadge):
        transaction.badges.add(badge)


def _reopen(transaction: HasLearning, user_id: str, item: ItemRef) -> None:
    """Make the current attempt incomplete; that it was completed stays among the completions."""
    attempts, _ = transaction.learning.history(user_id, [item])
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


def _reassign(
    transaction: HasCertifications,
    certification_id: str,
    *,
    removed: ItemRef | None = None,
    added: Iterable[Assignment] = (),
) -> None:
    found = transaction.certifications.get(certification_id)
    if found is not None:
        kept = (each for each in found.assignments if each.ref != removed)
        transaction.certifications.put([evolve(found, assignments=(*kept, *added))])


def decide_and_apply(
    acting: Acting[P], decide: Callable[[P], Decision], *, dry_run: bool = False
) -> Decision:
    """Load facts and decide by ``decide``, and apply the effects in the same transaction."""
    checked("dry_run", dry_run, bool)
    with acting.reading() if dry_run else acting.writing() as transaction:
        decision = decide(transaction)
        if decision and not dry_run:
            apply(transaction, decision.effects, acting.policy.notifications)
        return decision


def batches(
    things: Sequence[T], on_progress: Callable[[int, int], object] | None = None
) -> Iterator[Sequence[T]]:
    """Yield a thousand things at a time, and report after each how many of all are done.

    >>> [len(batch) for batch in batches(range(2500), print)]
    1000 2500
    2000 2500
    2500 2500
    [1000, 1000, 500]
    """
    for start in range(0, len(things), BATCH):
        batch = things[start : start + BATCH]
        yield batch
        if on_progress:
            on_progress(start + len(batch), len(things))
