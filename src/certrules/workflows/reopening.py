"""Whose training is to be taken again, since their award has expired?

A job of the host's asks this from time to time, where the platform's policy opens training again at
expiry. It does not matter how often, how late, or in how many processes at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from certrules import instants
from certrules.model.effects import ReopenTraining
from certrules.model.people import Action
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import awarding
from certrules.workflows import facts
from certrules.workflows._effects import carry_out
from certrules.workflows.actors import SYSTEM, Asking, permit

__all__ = ["reopen_expired"]

TOGETHER = 1000
"""Of how many expired awards training is reopened in one transaction."""


def reopen_expired(
    store: Store,
    *,
    at: datetime,
    since: datetime | None = None,
    policy: Policy = DOCEBO,
    actor: Asking = SYSTEM,
    on_progress: Callable[[int, int], object] | None = None,
) -> list[ReopenTraining]:
    """Make the training of awards that have expired by an instant incomplete, and return which.

    ``since`` passes over awards that expired before it: a job that runs each night need not look at
    all that ever expired, and one that may have been missed looks back as far as it likes. What was
    reopened before, or completed since the expiry, is left alone; so is all training where
    ``policy`` does not reopen any. Each thousand awards are one transaction: what a broken run has
    done stays done, and the next one does the rest. Raises
    :class:`~certrules.errors.NotPermittedError`.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from attrs import evolve
    >>> from certrules.repositories.memory import MemoryStore
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
    >>> [effect.item_id for effect in reopen_expired(store, at=feb, policy=again)]
    ['c1']
    >>> reopen_expired(store, at=feb, policy=again)
    []

    Rules: ALL-EXP-03, INT-34.
    """
    permit(actor, Action.MANAGE_LEARNING, policy=policy)
    at = instants.utc(at)
    first = datetime.min.replace(tzinfo=UTC) if since is None else instants.utc(since)
    with store.reading() as view:
        expired = [
            (each.user_id, each.certification_id) for each in view.awards.expiring(first, at)
        ]
    pairs, looked, reopened = iter(expired), 0, list[ReopenTraining]()
    while some := list(islice(pairs, TOGETHER)):
        with store.writing() as transaction:
            effects = [*_reopened(transaction, some, at=at, policy=policy)]
            carry_out(transaction, effects)
        reopened += effects
        looked += len(some)
        if on_progress:
            on_progress(looked, len(expired))
    return reopened


def _reopened(
    transaction: Transaction, pairs: Sequence[tuple[str, str]], *, at: datetime, policy: Policy
) -> Iterator[ReopenTraining]:
    holders: dict[str, list[str]] = defaultdict(list)
    for user, certification in pairs:
        holders[certification].append(user)
    for certification, users in holders.items():
        found = transaction.certifications.get(certification)
        of_users = facts.of_many(transaction, found, users) if found else {}
        for known in of_users.values():
            enrolled = facts.enrolled(transaction, known)
            decision = awarding.reopen_training(enrolled, at=at, policy=policy)
            yield from decision.effects if decision else ()
