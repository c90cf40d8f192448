"""What do the reports and a learner's own list show of a store?"""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import groupby

from certrules import instants
from certrules.model.awards import Award
from certrules.model.people import Action, Target
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import renewal, reporting, status
from certrules.rules.reporting import LearnerAward, Report, ReportRow
from certrules.workflows import facts
from certrules.workflows.actors import SYSTEM, Asking, belongings, permit, permit_for

__all__ = ["learner", "report"]


def report(
    view: Transaction,
    which: Report,
    *,
    at: datetime,
    zone: str | tzinfo,
    user_id: str | None = None,
    company_id: str | None = None,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Iterator[ReportRow]:
    """Return the rows of a report at an aware instant, in its order, without holding them all.

    The view must stay open meanwhile. Awards are shown as they stood at that instant; those of a
    certification that is gone are in neither report.
    It is about everybody, or about one user (``user_id``), or the people of one company
    (``company_id``).

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> with MemoryStore().reading() as view:
    ...     list(report(view, Report.USERS_CERTIFICATIONS, at=at, zone=UTC))
    []

    Rules: ALL-ROLE-05, DOC-DELETE-03, DOC-REPORT-01, DOC-REPORT-04.
    """
    target = Target(company_id=company_id) if user_id is None else belongings(view, user_id)
    permit(actor, Action.VIEW_AWARDS, target, policy=policy)
    at = instants.utc(at)
    awards = _awards(view, which, user_id)
    if company_id is not None:
        people = frozenset(each.id for each in view.users.all() if each.company_id == company_id)
        awards = (award for award in awards if award.user_id in people)
    histories = groupby(awards, key=_pair)
    return (
        row for _, awards in histories for row in reporting.report(which, awards, at=at, zone=zone)
    )


def _awards(view: Transaction, which: Report, user_id: str | None) -> Iterator[Award]:
    """Yield the awards of either report; those of a certification that is gone are in neither."""
    known = [certification.id for certification in view.certifications.all()]
    if user_id is not None or which is Report.USERS_CERTIFICATIONS:
        there, awards = frozenset(known), view.awards.select(user_id=user_id)
        yield from (award for award in awards if award.certification_id in there)
    else:
        for certification in known:
            yield from view.awards.select(certification_id=certification)


def _pair(award: Award) -> tuple[str, str]:
    return award.user_id, award.certification_id


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

    Awards are shown, and judged, as they stood at the aware instant.
    Raises :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store = MemoryStore()
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    >>> learner(store, "1", at=datetime(2024, 1, 1, tzinfo=UTC), zone=UTC)
    []

    Rules: DOC-VIEW-01, DOC-VIEW-02, DOC-VIEW-03.
    """
    permit_for(actor, Action.VIEW_AWARDS, store, user_id, policy=policy)
    at = instants.utc(at)
    with store.reading() as view:
        facts.known_user(view, user_id)
        awards = [
            *filter(None, (status.as_of(each, at) for each in view.awards.select(user_id=user_id)))
        ]
        held = {award.certification_id for award in awards if not award.archived}
        known = [facts.load(view, user_id, each) for each in held]
    there = {each.certification.id: each for each in known if each.certification is not None}
    return reporting.learner_awards(
        awards,
        {id_: each.certification for id_, each in there.items() if each.certification},
        {id_: renewal.decide(each, at=at, policy=policy) for id_, each in there.items()},
        at=at,
        zone=zone,
    )
