"""Reopen training: whose training must be taken again, because their award has expired?

The host runs this as a job from time to time, if the policy reopens training at expiry. It may
run late, twice, or in several processes at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from attrs import evolve

from certrules import instants
from certrules.model.catalog import ItemKind, ItemRef
from certrules.model.effects import ReopenTraining
from certrules.model.people import Action
from certrules.rules import awarding
from certrules.rules.awarding.recording import Reopening
from certrules.workflows import facts
from certrules.workflows.effects import DecisionParts, apply, batches
from certrules.workflows.log import log
from certrules.workflows.platform import Acting


def reopen_expired(
    acting: Acting[DecisionParts],
    *,
    at: datetime,
    since: datetime | None = None,
    on_progress: Callable[[int, int], object] | None = None,
) -> list[ReopenTraining]:
    """Make the training of awards that have expired by ``at`` incomplete, and return which.

    Assigned courses, learning plans with their courses, tracks and external trainings: see
    :func:`certrules.rules.awarding.reopen_training`.

    ``since`` skips awards that expired before it: a nightly job need not look at everything that
    ever expired, and one that may have been missed looks back as far as it likes. Training that was
    reopened before, or completed since the expiry, stays as it is; all training does if the policy
    reopens none. Each thousand awards are one transaction. Action: ``MANAGE_LEARNING``.

    >>> from attrs import evolve
    >>> store, jan, feb = MemoryStore(), *(datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2))
    >>> course = Assignment(ItemKind.COURSE, "c1", jan)
    >>> done = Enrolment("1", course.kind, "c1", jan, EnrolmentStatus.COMPLETED, completed_at=jan)
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    ...     transaction.certifications.put(
    ...         [Certification("fa", "First aid", assignments=(course,))]
    ...     )
    ...     transaction.awards.add([Award("1", "fa", jan, feb)])
    ...     transaction.learning.put_enrolments([done])
    >>> again = evolve(ALLBOUND, reenable_training_on_expiry=True)
    >>> system = Platform(store, again, UTC).acting_as(SYSTEM)
    >>> [effect.item_id for effect in reopen_expired(system, at=feb)]
    ['c1']
    >>> reopen_expired(system, at=feb)
    []

    Rules: ALL-EXP-03, INT-34.
    """
    acting.require(Action.MANAGE_LEARNING)
    at = instants.utc(at, "at")
    first = datetime.min.replace(tzinfo=UTC) if since is None else instants.utc(since, "since")
    with acting.reading() as view:
        found = view.awards.expiring(first, at, at=at)
        expired = [(each.user_id, each.certification_id) for each in found]
    reopened: list[ReopenTraining] = []
    for pairs in batches(expired, on_progress):
        with acting.writing() as transaction:
            effects = [*_reopened(acting, transaction, pairs, at)]
            apply(transaction, effects)
        reopened += (each for each in effects if isinstance(each, ReopenTraining))
    log("reopening", expired=len(expired), reopened=len(reopened))
    return reopened


def _reopened(
    acting: Acting[object],
    transaction: DecisionParts,
    pairs: Sequence[tuple[str, str]],
    at: datetime,
) -> Iterator[Reopening]:
    holders: dict[str, list[str]] = defaultdict(list)
    for user, certification in pairs:
        holders[certification].append(user)
    for certification, users in holders.items():
        found = transaction.certifications.get(certification)
        if found is None:
            continue
        items = {each.ref for each in found.assignments}
        plans = transaction.learning.plans(
            {id_ for kind, id_ in items if kind is ItemKind.LEARNING_PLAN}
        )
        items |= {ItemRef(ItemKind.COURSE, course) for plan in plans for course in plan.courses}
        for user, known in facts.of_many(transaction, found, users, items).items():
            attempts, _ = transaction.learning.history(user, items)
            enrolled = evolve(known, enrolments=attempts, plans=plans)
            decision = awarding.reopen_training(
                enrolled, at=at, zone=acting.zone, policy=acting.policy
            )
            yield from decision.effects if decision else ()
