"""Lists of awards with the names of people and certifications: also reports, a learner's list."""

from collections.abc import Collection, Iterator
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.people import Action, Scope
from certrules.model.tables import AwardRow, Field, Table, TableQuery, by_status
from certrules.repositories.protocols import Transaction
from certrules.rules import renewal, reporting
from certrules.rules.reporting import LearnerAward, Report, ReportRow
from certrules.rules.status import Status
from certrules.workflows import facts
from certrules.workflows.platform import ANYONE, Acting, scope_of

__all__ = ["awards", "learner", "report"]


def awards(
    acting: Acting,
    view: Transaction,
    *,
    at: datetime,
    scope: Scope = ANYONE,
    statuses: Collection[Status] = tuple(Status),
    by_certification: bool = False,
) -> Iterator[AwardRow]:
    """Return the awards that have one of some statuses at an aware instant, with all names.

    They are in the order of the ids of user, certification and cycle, or else of certification,
    user and cycle. They are not all held at once: the view must stay open meanwhile, and may not be
    asked anything else. Action: ``VIEW_AWARDS``.

    >>> from certrules.repositories.memory import MemoryStore
    >>> system = Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> with system.store.reading() as view:
    ...     list(awards(system, view, at=datetime(2024, 1, 1, tzinfo=UTC)))
    []

    Rules: ALL-ROLE-05.
    """
    acting.require(Action.VIEW_AWARDS, scope)
    order = ((Field.CERTIFICATION_ID, False),) if by_certification else ()
    filters = (by_status(*statuses),)
    return view.tables.awards(
        TableQuery(Table.ISSUED, at, filters=filters, sort=order, scope=scope)
    )


_ISSUED = (Status.VALID, Status.EXPIRED, Status.ARCHIVED)


def report(
    acting: Acting,
    view: Transaction,
    which: Report,
    *,
    at: datetime,
    scope: Scope = ANYONE,
) -> Iterator[tuple[ReportRow, AwardRow]]:
    """Yield the rows of a report at an aware instant, in its order, each with its award.

    They are read as those of :func:`awards`; days left are those of the platform's zone. An award
    whose certification is gone is in neither report. Action: ``VIEW_AWARDS``.

    >>> from certrules.repositories.memory import MemoryStore
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> system = Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> with system.store.reading() as view:
    ...     list(report(system, view, Report.USERS_CERTIFICATIONS, at=at))
    []

    Rules: ALL-ROLE-05, DOC-DELETE-03, DOC-REPORT-01, DOC-REPORT-04.
    """
    rows = awards(
        acting,
        view,
        at=at,
        scope=scope,
        statuses=_ISSUED,
        by_certification=which is Report.CERTIFICATIONS_USERS,
    )
    shown = ((reporting.report_row(which, row.award, at=at, zone=acting.zone), row) for row in rows)
    return ((line, row) for line, row in shown if line and row.certification)


def learner(
    acting: Acting, user_id: str, *, at: datetime, zone: str | tzinfo | None = None
) -> list[LearnerAward]:
    """Return what a user has earned, with whether each can be renewed, and if not, why.

    Awards are shown, and judged, as they stood at the aware instant. Days left are those of
    ``zone``, or else of the user's (:meth:`~certrules.workflows.platform.Platform.zone_of`).
    Raises :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have.
    Action: ``VIEW_AWARDS``.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store = MemoryStore()
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> learner(system, "1", at=datetime(2024, 1, 1, tzinfo=UTC))
    []

    Rules: DOC-VIEW-01, DOC-VIEW-02, DOC-VIEW-03.
    """
    at = instants.utc(at)
    with acting.store.reading() as view:
        held = (Status.VALID, Status.EXPIRED)
        found = awards(acting, view, at=at, scope=scope_of(view, user_id), statuses=held)
        user = facts.known_user(view, user_id)
        rows = list(found)
        ids = {row.certification.id for row in rows if row.certification}
        known = {id_: facts.load(view, user_id, id_) for id_ in ids}
    renewals = {
        id_: renewal.decide(each, at=at, policy=acting.policy) for id_, each in known.items()
    }
    days = acting.zone_of(user) if zone is None else zone
    return reporting.learner_awards(rows, renewals, at=at, zone=days)
