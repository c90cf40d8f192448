"""Backfill: issue a certification for training that was completed before it existed."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from certrules import instants
from certrules.model.catalog import Certification
from certrules.model.people import Action
from certrules.model.values import checked
from certrules.repositories.protocols import HasLearning
from certrules.rules import awarding
from certrules.workflows.effects import DecisionParts, batches
from certrules.workflows.facts import known_certification, of_many
from certrules.workflows.manual_awards import AwardReport, decide_each, together
from certrules.workflows.platform import Acting


def issue_predated(
    acting: Acting[DecisionParts],
    certification_id: str,
    *,
    since: datetime | None,
    at: datetime,
    dry_run: bool = False,
    on_progress: Callable[[int, int], object] | None = None,
) -> AwardReport:
    """Issue a certification to everybody who completed its training before it existed.

    ``since`` is the first instant of a chosen day, or None for all time since the training was
    created. Users who hold it, are outside its groups or deactivated, or lack some of the training
    are refused, with reasons. If nobody can get the certification, the report has the reasons. Each
    thousand users are one transaction. Action: ``ISSUE_PREDATED``.

    >>> store, at = MemoryStore(), datetime(2024, 7, 1, tzinfo=UTC)
    >>> track = Assignment(ItemKind.LEARNING_TRACK, "t1", at)
    >>> done = Completion("1", track.kind, track.item_id, datetime(2024, 1, 1, tzinfo=UTC))
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    ...     transaction.certifications.put([Certification("fa", "First aid", assignments=(track,))])
    ...     transaction.learning.add_completions([done])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> issue_predated(system, "fa", since=None, at=at, dry_run=True).awarded
    ('1',)

    Rules: ALL-PREDATE-01, ALL-PREDATE-04, ALL-PREDATE-05, ALL-PREDATE-06, INT-37b.
    """
    acting.require(Action.ISSUE_PREDATED)
    at = instants.utc(at, "at")
    since = None if since is None else instants.utc(since, "since")
    checked("dry_run", dry_run, bool)
    with acting.reading() as view:
        found = known_certification(view, certification_id)
        users = _candidates(view, found, since)
    possible = awarding.predatable(found, policy=acting.policy)
    reports = [] if users or possible else [AwardReport(reasons=tuple(possible.reasons))]
    predate = partial(awarding.predate, since=since, at=at, zone=acting.zone, policy=acting.policy)
    for some in batches(users, on_progress):
        with acting.reading() if dry_run else acting.writing() as transaction:
            found = known_certification(transaction, certification_id)
            items = {each.ref for each in found.assignments}
            known = of_many(transaction, found, some, items)
            reports.append(decide_each(acting, transaction, some, known, predate, dry_run=dry_run))
    return together(reports)


def _candidates(
    view: HasLearning, certification: Certification, since: datetime | None
) -> Sequence[str]:
    """Return the ids of the users who completed any of the training."""
    begin = datetime.min.replace(tzinfo=UTC) if since is None else since
    return sorted(
        view.learning.completed_by({each.ref for each in certification.assignments}, begin)
    )
