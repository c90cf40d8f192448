"""May this award be renewed, and what happens when its user says so?

A renewal that was started is completed by the completion of its item: see
:func:`certrules.workflows.awarding.complete`.
"""

from datetime import datetime

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Granted, Refused
from certrules.model.learning import RenewalOption
from certrules.model.people import Action
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store
from certrules.rules import renewal
from certrules.workflows import facts
from certrules.workflows._effects import carry_out
from certrules.workflows.actors import SYSTEM, Asking, permit_for

__all__ = ["cancel", "decide", "start"]


def decide(
    store: Store,
    user_id: str,
    certification_id: str,
    *,
    at: datetime,
    plan_id: str | None = None,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Say whether a user may start a renewal, and by what.

    See :func:`certrules.rules.renewal.decide`. Raises
    :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store = MemoryStore()
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    >>> print(decide(store, "1", "fa", at=datetime(2024, 1, 1, tzinfo=UTC)).reasons[0])
    there is no such certification: deleted, or never made (DOC-DELETE-01)

    Rules: DOC-RENEW-01, DOC-RENEW-04, DOC-VIEW-03.
    """
    permit_for(actor, Action.RENEW_AWARD, store, user_id, policy=policy)
    at = instants.utc(at)
    with store.reading() as view:
        named = [] if plan_id is None else [(ItemKind.LEARNING_PLAN, plan_id)]
        known = facts.load(view, user_id, certification_id, naming=named)
    return renewal.decide(known, at=at, plan_id=plan_id, policy=policy)


def start(
    store: Store,
    user_id: str,
    certification_id: str,
    option: RenewalOption,
    *,
    at: datetime,
    key: str | None = None,
    seen: tuple[int, int] | None = None,
    dry_run: bool = False,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Start a renewal by one of the options of :func:`decide`, in one transaction.

    With ``dry_run`` nothing changes: the effects say what would.

    ``key`` makes a repeated request harmless, ``seen`` is the cycle and version of the award as the
    caller saw it; see :func:`certrules.rules.renewal.start`. Of two starts at once one is granted;
    the other is refused, or raises :class:`~certrules.errors.ConflictError` on a store that lets in
    two writers. Raises :class:`~certrules.errors.InvalidValueError` for a user whom the store does
    not have.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    Rules: DOC-RENEW-03, DOC-RENEW-06, DOC-RENEW-09, DOC-RENEW-10, DOC-RENEW-11, DOC-RENEW-12,
    INT-12, INT-12b.
    """
    permit_for(actor, Action.RENEW_AWARD, store, user_id, policy=policy)
    at = instants.utc(at)
    with store.reading() if dry_run else store.writing() as transaction:
        known = facts.load(transaction, user_id, certification_id, naming=_named(option))
        decision = renewal.start(known, option, at=at, key=key, seen=seen, policy=policy)
        if decision and not dry_run:
            carry_out(transaction, decision.effects, policy.notifications)
        return decision


def _named(option: RenewalOption) -> list[tuple[ItemKind, str]]:
    if not isinstance(option, RenewalOption):
        raise InvalidValueError("option", option, "a certrules.RenewalOption")
    through = [] if option.plan_id is None else [(ItemKind.LEARNING_PLAN, option.plan_id)]
    return [(option.kind, option.item_id), *through]


def cancel(
    store: Store,
    user_id: str,
    certification_id: str,
    *,
    at: datetime,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Give up the open renewal of a user's certification, in one transaction.

    Raises :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    Rules: INT-12b.
    """
    permit_for(actor, Action.RENEW_AWARD, store, user_id, policy=policy)
    at = instants.utc(at)
    with store.writing() as transaction:
        decision = renewal.cancel(facts.load(transaction, user_id, certification_id), at=at)
        if decision:
            carry_out(transaction, decision.effects)
        return decision
