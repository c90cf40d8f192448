"""Lists of awards with the names of people and certifications: also reports, a learner's list."""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import status_of
from certrules.model.people import Action, Scope
from certrules.model.tables import NOT_LATER, AwardRow, Field, Table, TableQuery
from certrules.model.values import checked_id
from certrules.repositories.protocols import CoreTransaction, HasTables
from certrules.rules import renewal, reporting
from certrules.rules.reporting import LearnerAward, Report, ReportRow
from certrules.workflows import facts
from certrules.workflows.platform import ANYONE, Acting


def awards(acting: Acting[object], view: HasTables, query: TableQuery) -> Iterator[AwardRow]:
    """Return the awards that a query finds, in its order, each with all names.

    They are not all held at once: the view must stay open meanwhile, and may not be asked anything
    else. Action: ``VIEW_AWARDS``.

    >>> everything = TableQuery(Table.ISSUED, datetime(2024, 1, 1, tzinfo=UTC))
    >>> system = Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> with system.store.reading() as view:
    ...     list(awards(system, view, everything))
    []

    Rules: ALL-ROLE-05.
    """
    acting.require(Action.VIEW_AWARDS, query.scope)
    return view.tables.awards(query)


def report(
    acting: Acting[object],
    view: HasTables,
    which: Report,
    *,
    at: datetime,
    scope: Scope = ANYONE,
    zone: str | tzinfo | None = None,
) -> Iterator[tuple[ReportRow, AwardRow]]:
    """Yield the rows of a report at an aware instant, in its order, each with its award.

    They are read as those of :func:`awards`; days left are those of ``zone``, or else of each
    user's (:meth:`~certrules.workflows.platform.Platform.zone_of`). An award whose certification is
    gone is in neither report. Action: ``VIEW_AWARDS``.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> system = Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> with system.store.reading() as view:
    ...     list(report(system, view, Report.USERS_CERTIFICATIONS, at=at))
    []

    Rules: ALL-ROLE-05, DOC-DELETE-03, DOC-REPORT-01, DOC-REPORT-04, INT-49.
    """
    by_user = which is Report.USERS_CERTIFICATIONS
    order = () if by_user else ((Field.CERTIFICATION_ID, False),)
    query = TableQuery(Table.ISSUED, at, filters=(NOT_LATER,), sort=order, scope=scope)
    rows = awards(acting, view, query)

    def line(row: AwardRow) -> ReportRow | None:
        days = acting.zone_of(row.user) if zone is None else zone
        return reporting.report_row(which, row.award, at=at, zone=days)

    shown = ((line(row), row) for row in rows)
    return ((line, row) for line, row in shown if line and row.certification)


def learner(
    acting: Acting[CoreTransaction], user_id: str, *, at: datetime, zone: str | tzinfo | None = None
) -> list[LearnerAward]:
    """Return what a user has earned, with whether each can be renewed, and if not, why.

    Awards are shown, and judged, as they stood at the aware instant. Days left are those of
    ``zone``, or else of the user's (:meth:`~certrules.workflows.platform.Platform.zone_of`).
    Action: ``VIEW_AWARDS``.

    >>> store = MemoryStore()
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> learner(system, "1", at=datetime(2024, 1, 1, tzinfo=UTC))
    []

    Rules: DOC-VIEW-01, DOC-VIEW-02, DOC-VIEW-03.
    """
    at = instants.utc(at, "at")
    with acting.reading() as view:
        user = view.users.get(checked_id("user_id", user_id))
        acting.require(Action.VIEW_AWARDS, Scope(user_id, user.company_id if user else None))
        user = facts.known("user", user, user_id)
        held = list(view.awards.select(user_id=user_id))
        found = view.certifications.among({award.certification_id for award in held})
        known, _ = facts.of_user(view, user, found, held, view.renewals.of_user(user_id))
    rows = [
        AwardRow(award, status_of(award, at), user, certification=found.get(award.certification_id))
        for award in held
    ]
    renewals = {
        id_: renewal.decide(each, at=at, policy=acting.policy) for id_, each in known.items()
    }
    days = acting.zone_of(user) if zone is None else zone
    return reporting.learner_awards(rows, renewals, at=at, zone=days)
