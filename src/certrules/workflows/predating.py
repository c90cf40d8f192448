"""Who is issued a certification for training that was completed before it existed?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from attrs import evolve

from certrules import instants
from certrules.model.catalog import Certification
from certrules.model.decisions import Refused
from certrules.model.effects import Effect
from certrules.model.facts import Facts
from certrules.model.people import Action
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import awarding
from certrules.workflows._effects import carry_out
from certrules.workflows.actors import SYSTEM, Asking, permit
from certrules.workflows.by_hand import TOGETHER, AwardReport, together
from certrules.workflows.facts import known_certification, of_many

__all__ = ["issue_predated"]


def issue_predated(
    store: Store,
    certification_id: str,
    *,
    since: datetime | None,
    at: datetime,
    zone: str | tzinfo,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
    dry_run: bool = False,
    on_progress: Callable[[int, int], object] | None = None,
) -> AwardReport:
    """Issue a certification to everybody who completed its training before, or say who that is.

    ``since`` is the first instant of a chosen day, or None for all time since the training was
    created. Those who hold it, are outside its groups or deactivated, or lack some of the training
    are refused, with reasons; where there is nobody, and could be nobody, the report says why. Each
    thousand users are one transaction; the same call again changes nothing. Raises
    :class:`~certrules.errors.InvalidValueError` for a certification that the store does not have.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store, at = MemoryStore(), datetime(2024, 7, 1, tzinfo=UTC)
    >>> track = Assignment(ItemKind.LEARNING_TRACK, "t1", at)
    >>> done = Completion("1", track.kind, track.item_id, datetime(2024, 1, 1, tzinfo=UTC))
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    ...     transaction.certifications.put([Certification("fa", "First aid", assignments=(track,))])
    ...     transaction.learning.add_completions([done])
    >>> issue_predated(store, "fa", since=None, at=at, zone=UTC, dry_run=True).awarded
    ('1',)

    Rules: ALL-PREDATE-01, ALL-PREDATE-04, ALL-PREDATE-05, ALL-PREDATE-06, INT-37b.
    """
    permit(actor, Action.ISSUE_PREDATED, policy=policy)
    at = instants.utc(at)
    since = None if since is None else instants.utc(since)
    with store.reading() as view:
        found = known_certification(view, certification_id)
        users = _candidates(view, found, since)
    possible = awarding.predatable(found)
    reports = [] if users or possible else [AwardReport(reasons=tuple(possible.reasons))]
    for start in range(0, len(users), TOGETHER):
        some = users[start : start + TOGETHER]
        with store.reading() if dry_run else store.writing() as transaction:
            found = known_certification(transaction, certification_id)
            known = of_many(transaction, found, some)
            report, effects = _decide(known, since=since, at=at, zone=zone, policy=policy)
            if not dry_run:
                carry_out(transaction, effects, policy.notifications)
        reports.append(evolve(report, unknown=tuple(user for user in some if user not in known)))
        if on_progress:
            on_progress(start + len(some), len(users))
    return together(reports)


def _candidates(
    view: Transaction, certification: Certification, since: datetime | None
) -> Sequence[str]:
    """Return the ids of those who completed any of the training; the rest is decided one by one."""
    begin = datetime.min.replace(tzinfo=UTC) if since is None else since
    items = {(each.kind, each.item_id) for each in certification.assignments}
    completions = (
        completion
        for kind, item in items
        for completion in view.learning.completed_since(kind, item, begin)
    )
    return sorted({completion.user_id for completion in completions})


def _decide(
    known: Mapping[str, Facts],
    *,
    since: datetime | None,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy,
) -> tuple[AwardReport, list[Effect]]:
    awarded: list[str] = []
    refused: list[tuple[str, Refused]] = []
    effects: list[Effect] = []
    for user, facts in known.items():
        decision = awarding.predate(facts, since=since, at=at, zone=zone, policy=policy)
        if decision:
            awarded.append(user)
            effects.extend(decision.effects)
        else:
            refused.append((user, decision))
    return AwardReport(tuple(awarded), tuple(refused)), effects
