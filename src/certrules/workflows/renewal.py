"""Renewals: may an award be renewed, and what happens if its user starts or cancels a renewal?

A completion of the chosen item completes the renewal: see
:func:`certrules.workflows.awarding.complete`.
"""

from datetime import datetime

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import ItemKind, ItemRef
from certrules.model.decisions import Answer, Decision
from certrules.model.learning import RenewalOption
from certrules.model.people import Action
from certrules.repositories.protocols import CoreTransaction
from certrules.rules import renewal
from certrules.workflows import facts
from certrules.workflows.effects import DecisionParts, decide_and_apply
from certrules.workflows.platform import Acting


def decide(
    acting: Acting[CoreTransaction],
    user_id: str,
    certification_id: str,
    *,
    at: datetime,
    plan_id: str | None = None,
) -> Answer:
    """Return whether a user may start a renewal, and by what.

    See :func:`certrules.rules.renewal.decide`. Action: ``RENEW_AWARD``.

    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> print(decide(system, "1", "fa", at=at).reasons[0])
    there is no such certification: deleted, or never made (DOC-DELETE-01)

    Rules: DOC-RENEW-01, DOC-RENEW-04, DOC-VIEW-03.
    """
    acting.require_for(Action.RENEW_AWARD, user_id)
    at = instants.utc(at, "at")
    with acting.reading() as view:
        named = [] if plan_id is None else [ItemRef(ItemKind.LEARNING_PLAN, plan_id)]
        known = facts.load(view, user_id, certification_id, naming=named)
    return renewal.decide(known, at=at, plan_id=plan_id, policy=acting.policy)


def start(
    acting: Acting[DecisionParts],
    user_id: str,
    certification_id: str,
    option: RenewalOption,
    *,
    at: datetime,
    key: str | None = None,
    expected_version: tuple[int, int] | None = None,
    dry_run: bool = False,
) -> Decision:
    """Start a renewal by one of the options of :func:`decide`.

    ``key`` makes a repeated request harmless, ``expected_version`` is the cycle and version of the
    award as the caller saw it; see :func:`certrules.rules.renewal.start`. Of two starts at once one
    is granted, the other refused. Action: ``RENEW_AWARD``.

    Rules: DOC-RENEW-03, DOC-RENEW-06, DOC-RENEW-09, DOC-RENEW-10, DOC-RENEW-11, DOC-RENEW-12,
    INT-12, INT-12b.
    """
    acting.require_for(Action.RENEW_AWARD, user_id)
    at = instants.utc(at, "at")
    if not isinstance(option, RenewalOption):
        raise InvalidValueError("option", option, "a certrules.RenewalOption")
    through = [] if option.plan_id is None else [ItemRef(ItemKind.LEARNING_PLAN, option.plan_id)]

    def start(transaction: DecisionParts) -> Decision:
        named = [ItemRef(option.kind, option.item_id), *through]
        known = facts.load(transaction, user_id, certification_id, naming=named)
        return renewal.start(
            known, option, at=at, key=key, expected_version=expected_version, policy=acting.policy
        )

    return decide_and_apply(acting, start, dry_run=dry_run)


def cancel(
    acting: Acting[DecisionParts], user_id: str, certification_id: str, *, at: datetime
) -> Decision:
    """Cancel the open renewal of a user's certification. Action: ``RENEW_AWARD``.

    Rules: INT-12b.
    """
    acting.require_for(Action.RENEW_AWARD, user_id)
    at = instants.utc(at, "at")

    def cancel(transaction: DecisionParts) -> Decision:
        known = facts.load(transaction, user_id, certification_id)
        return renewal.cancel(known, at=at, policy=acting.policy)

    return decide_and_apply(acting, cancel)
