"""Who asks for something to be done, and may they?

Every workflow that shows somebody's awards or changes anything takes an ``actor``, and asks this
before anything else.
"""

from collections.abc import Iterable

from certrules.errors import InvalidValueError, NotPermittedError
from certrules.model.people import Action, Actor, Permission, Role, Target
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import visibility
from certrules.words import Word

__all__ = [
    "EVERYBODYS",
    "SYSTEM",
    "Asking",
    "System",
    "acting",
    "belongings",
    "permit",
    "permit_for",
    "user_of",
]


class System(Word):
    """The host itself: what it does at night, or for somebody whom it has checked already."""

    SYSTEM = "system"


SYSTEM = System.SYSTEM
"""The actor that needs no permission, and is nobody: for jobs of the host's own."""

EVERYBODYS = Target()
"""What belongs to everybody, or to nobody."""

Asking = Actor | System
"""Who asks: a person with their roles, or the host itself."""


def acting(
    store: Store,
    user_id: str,
    *,
    roles: Iterable[Role] = (),
    permissions: Iterable[Permission] = (),
) -> Actor:
    """Return a user as somebody who asks, of the primary company that the store knows.

    Roles and permissions are the host's to know. Raises
    :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have, and for
    one who is deactivated.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store = MemoryStore()
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada", company_id="acme")])
    >>> acting(store, "1", roles=[Role.MANAGER]).company_id
    'acme'

    Rules: INT-24, INT-41.
    """
    with store.reading() as view:
        found = view.users.get(user_id)
    if found is None or not found.active:
        raise InvalidValueError("actor", user_id, "the id of an active user in the store")
    return Actor(user_id, roles, permissions, found.company_id)


def permit(
    actor: Asking, action: Action, target: Target = EVERYBODYS, *, policy: Policy = DOCEBO
) -> None:
    """Raise :class:`~certrules.errors.NotPermittedError` unless an actor may do something.

    Where the policy has certifications switched off, nobody may do anything, not even the host.
    The error carries every reason of the refusal. To know beforehand, ask
    :func:`certrules.rules.visibility.may`.

    >>> permit(SYSTEM, Action.IMPORT_AWARDS)
    >>> permit(Actor("ada"), Action.IMPORT_AWARDS)
    Traceback (most recent call last):
    certrules.errors.NotPermittedError: awards.import is for superadmin: everybody's (DOC-CERT-09)

    Rules: DOC-CERT-01, DOC-CERT-09, INT-27.
    """
    if not policy.enabled:
        raise NotPermittedError((visibility.SWITCHED_OFF,))
    if actor is SYSTEM:
        return
    decision = visibility.may(actor, action, target, policy=policy)
    if not decision:
        raise NotPermittedError(decision.reasons)


def permit_for(
    actor: Asking, action: Action, store: Store, user_id: str, *, policy: Policy = DOCEBO
) -> None:
    """Raise :class:`~certrules.errors.NotPermittedError` unless it may be done to a user's own.

    Rules: ALL-ROLE-05, ALL-ROLE-07.
    """
    target = EVERYBODYS
    if actor is not SYSTEM:
        with store.reading() as view:
            target = belongings(view, user_id)
    permit(actor, action, target, policy=policy)


def belongings(view: Transaction, user_id: str) -> Target:
    """Return what belongs to a user; of one who is not there, nobody knows the company."""
    found = view.users.get(user_id)
    return Target(user_id, found.company_id if found else None)


def user_of(actor: Asking) -> str | None:
    """Return the id of the user who asks; None for the host itself, and for nobody known."""
    return actor.user_id if isinstance(actor, Actor) else None
