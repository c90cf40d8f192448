"""Lists of awards with the names of people and certifications: also reports, a learner's list."""

from collections.abc import Collection, Iterator
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.people import Action, Target
from certrules.model.policy import DOCEBO, Policy
from certrules.model.tables import AwardRow, Field, Table, TableQuery, by_status
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import renewal, reporting
from certrules.rules.reporting import LearnerAward, Report, ReportRow
from certrules.rules.status import Status
from certrules.workflows import facts
from certrules.workflows.actors import EVERYBODYS, SYSTEM, Asking, belongings, permit

__all__ = ["awards", "learner", "report"]


def awards(
    view: Transaction,
    *,
    at: datetime,
    scope: Target = EVERYBODYS,
    statuses: Collection[Status] = tuple(Status),
    by_certification: bool = False,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Iterator[AwardRow]:
    """Return the awards that have one of some statuses at an aware instant, with all names.

    They are in the order of the ids of user, certification and cycle, or else of certification,
    user and cycle. They are not all held at once: the view must stay open meanwhile, and may not be
    asked anything else. ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> with MemoryStore().reading() as view:
    ...     list(awards(view, at=datetime(2024, 1, 1, tzinfo=UTC)))
    []

    Rules: ALL-ROLE-05.
    """
    permit(actor, Action.VIEW_AWARDS, scope, policy=policy)
    order = ((Field.CERTIFICATION_ID, False),) if by_certification else ()
    filters = (by_status(*statuses),)
    return view.tables.awards(
        TableQuery(Table.ISSUED, at, filters=filters, sort=order, scope=scope)
    )


_ISSUED = (Status.VALID, Status.EXPIRED, Status.ARCHIVED)


def report(
    view: Transaction,
    which: Report,
    *,
    at: datetime,
    zone: str | tzinfo,
    scope: Target = EVERYBODYS,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Iterator[tuple[ReportRow, AwardRow]]:
    """Yield the rows of a report at an aware instant, in its order, each with its award.

    They are read as those of :func:`awards`. An award whose certification is gone is in neither
    report.

    >>> from certrules.repositories.memory import MemoryStore
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> with MemoryStore().reading() as view:
    ...     list(report(view, Report.USERS_CERTIFICATIONS, at=at, zone=UTC))
    []

    Rules: ALL-ROLE-05, DOC-DELETE-03, DOC-REPORT-01, DOC-REPORT-04.
    """
    rows = awards(
        view,
        at=at,
        scope=scope,
        statuses=_ISSUED,
        by_certification=which is Report.CERTIFICATIONS_USERS,
        actor=actor,
        policy=policy,
    )
    shown = ((reporting.report_row(which, row.award, at=at, zone=zone), row) for row in rows)
    return ((line, row) for line, row in shown if line and row.certification)


def learner(
    store: Store,
    user_id: str,
    *,
    at: datetime,
    zone: str | tzinfo,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> list[LearnerAward]:
    """Return what a user has earned, with whether each can be renewed, and if not, why.

    Awards are shown, and judged, as they stood at the aware instant. Raises
    :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have. ``actor``
    must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store = MemoryStore()
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    >>> learner(store, "1", at=datetime(2024, 1, 1, tzinfo=UTC), zone=UTC)
    []

    Rules: DOC-VIEW-01, DOC-VIEW-02, DOC-VIEW-03.
    """
    at = instants.utc(at)
    with store.reading() as view:
        scope = belongings(view, user_id)
        held = (Status.VALID, Status.EXPIRED)
        found = awards(view, at=at, scope=scope, statuses=held, actor=actor, policy=policy)
        facts.known_user(view, user_id)
        rows = list(found)
        ids = {row.certification.id for row in rows if row.certification}
        known = {id_: facts.load(view, user_id, id_) for id_ in ids}
    renewals = {id_: renewal.decide(each, at=at, policy=policy) for id_, each in known.items()}
    return reporting.learner_awards(rows, renewals, at=at, zone=zone)
