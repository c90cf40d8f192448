"""Who asks for something to be done, and may they?

Every workflow takes an ``actor`` and asks this before anything else.
"""

from enum import Enum

from certrules.errors import NotPermittedError
from certrules.model.people import Action, Actor, Target
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import visibility

__all__ = ["EVERYBODYS", "SYSTEM", "Asking", "System", "permit", "permit_for", "user_of"]


class System(Enum):
    """The host itself: what it does at night, or for somebody whom it has checked already."""

    SYSTEM = "system"

    def __str__(self) -> str:
        return self.value


SYSTEM = System.SYSTEM
"""The actor that needs no permission, and is nobody: for jobs of the host's own."""

EVERYBODYS = Target()
"""What belongs to everybody, or to nobody."""

Asking = Actor | System
"""Who asks: a person with their roles, or the host itself."""


def permit(
    actor: Asking, action: Action, target: Target = EVERYBODYS, *, policy: Policy = DOCEBO
) -> None:
    """Raise :class:`~certrules.errors.NotPermittedError` unless an actor may do something.

    The error carries every reason of the refusal. To know beforehand, ask
    :func:`certrules.rules.visibility.may`.

    >>> permit(SYSTEM, Action.IMPORT_AWARDS)
    >>> permit(Actor("ada"), Action.IMPORT_AWARDS)
    Traceback (most recent call last):
    certrules.errors.NotPermittedError: awards.import is for superadmin: everybody's (DOC-CERT-09)

    Rules: DOC-CERT-09, INT-27.
    """
    if actor is SYSTEM:
        return
    decision = visibility.may(actor, action, target, policy=policy)
    if not decision:
        raise NotPermittedError(decision.reasons)


def permit_for(
    actor: Asking, action: Action, store: Store, user: str, *, policy: Policy = DOCEBO
) -> None:
    """Raise :class:`~certrules.errors.NotPermittedError` unless it may be done to a user's own.

    Rules: ALL-ROLE-05, ALL-ROLE-07.
    """
    if actor is SYSTEM:
        return
    with store.reading() as view:
        target = _of(view, user)
    permit(actor, action, target, policy=policy)


def _of(view: Transaction, user: str) -> Target:
    """Return what belongs to a user; of one who is not there, nobody knows the company."""
    found = view.users.get(user)
    return Target(user, found.company if found else None)


def user_of(actor: Asking) -> str | None:
    """Return the id of the user who asks; None for the host itself, and for nobody known."""
    return actor.user if isinstance(actor, Actor) else None
