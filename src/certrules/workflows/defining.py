"""What becomes of a certification when it is created, edited, published, or switched on and off?

How it is deleted, see :mod:`certrules.workflows.lifecycle`.
"""

from collections.abc import Callable
from datetime import datetime

from certrules.errors import ConflictError, InvalidValueError
from certrules.model.catalog import Certification
from certrules.model.decisions import Granted, Refused
from certrules.model.images import ImageInfo
from certrules.model.people import Action
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store
from certrules.rules import lifecycle
from certrules.workflows import facts
from certrules.workflows._effects import carry_out
from certrules.workflows.actors import SYSTEM, Asking, permit, user_of

__all__ = ["activate", "create", "deactivate", "edit", "publish"]


def create(
    store: Store,
    certification: Certification,
    *,
    image: ImageInfo | None = None,
    at: datetime,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Create a certification, by the actor at an aware instant, in one transaction.

    ``image`` is what :func:`certrules.images.read` says of its badge image; a bad one is refused,
    and one of another size than is recommended is warned of among the reasons.
    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`. Raises
    :class:`~certrules.errors.InvalidValueError` where its id is in use.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> print(create(store, Certification("fa", "First aid"), at=at).reasons[0])
    it begins as active (INT-31b)

    Rules: ALL-BADGE-04, ALL-CERT-08, DOC-CERT-09, ALL-ROLE-01.
    """
    permit(actor, Action.CREATE_CERTIFICATION, policy=policy)
    with store.writing() as transaction:
        if transaction.certifications.get(certification.id) is not None:
            raise InvalidValueError("certification", certification.id, "an id that is not in use")
        decision = lifecycle.create(
            certification, by=user_of(actor), image=image, at=at, policy=policy
        )
        if decision:
            carry_out(transaction, decision.effects)
        return decision


def edit(
    store: Store,
    seen: Certification,
    changed: Certification,
    *,
    image: ImageInfo | None = None,
    at: datetime,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Change a certification as its editor saw it into another, in one transaction.

    What may change, see :func:`certrules.rules.lifecycle.edit`. ``image`` is what
    :func:`certrules.images.read` says of the badge image that it will have. ``actor`` must be
    permitted to; see :mod:`certrules.workflows.actors`. Raises
    :class:`~certrules.errors.ConflictError` where somebody else has changed or deleted it since it
    was seen, and :class:`~certrules.errors.InvalidValueError` where ``changed`` has another id.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store, seen = MemoryStore(), Certification("fa", "First aid")
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([seen])
    >>> print(edit(store, seen, Certification("fa", "First aider"),
    ...            at=datetime(2024, 1, 1, tzinfo=UTC)).reasons[0])
    this changes name (DOC-CERT-07)

    Rules: ALL-BADGE-04, ALL-CERT-09, ALL-VIS-05, DOC-CERT-09, ALL-ROLE-01, INT-31.
    """
    permit(actor, Action.EDIT_CERTIFICATION, policy=policy)
    with store.writing() as transaction:
        if transaction.certifications.get(seen.id) != seen:
            raise ConflictError(
                f"certification {seen.id!r} was changed by somebody else first; load it again and "
                "decide anew"
            )
        decision = lifecycle.edit(seen, changed, image=image, at=at, policy=policy)
        if decision:
            carry_out(transaction, decision.effects)
        return decision


def publish(
    store: Store,
    certification_id: str,
    *,
    active: bool = True,
    image: ImageInfo | None = None,
    at: datetime,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Publish a draft, as active or inactive, in one transaction.

    ``image`` is what :func:`certrules.images.read` says of its badge image.
    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`. Raises
    :class:`~certrules.errors.InvalidValueError` for a certification that the store does not have.

    Rules: ALL-BADGE-04, ALL-CERT-08, DOC-CERT-09, ALL-ROLE-01, INT-31b.
    """
    permit(actor, Action.EDIT_CERTIFICATION, policy=policy)
    return _become(
        store,
        certification_id,
        lambda found: lifecycle.publish(found, active=active, image=image, at=at, policy=policy),
    )


def activate(
    store: Store,
    certification_id: str,
    *,
    at: datetime,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Let an inactive certification be issued again, in one transaction.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`. Raises
    :class:`~certrules.errors.InvalidValueError` for a certification that the store does not have.

    Rules: ALL-CERT-02, INT-31b.
    """
    permit(actor, Action.EDIT_CERTIFICATION, policy=policy)
    return _become(
        store, certification_id, lambda found: lifecycle.activate(found, at=at, policy=policy)
    )


def deactivate(
    store: Store,
    certification_id: str,
    *,
    at: datetime,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Let a certification be issued no more, in one transaction; what was issued stands.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`. Raises
    :class:`~certrules.errors.InvalidValueError` for a certification that the store does not have.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> print(deactivate(store, "fa", at=at).reasons[-1])
    nothing more is issued, and awards that were made stand (INT-38)

    Rules: ALL-CERT-10, ALL-MANAGE-05, ALL-MANAGE-07, INT-31b, INT-38.
    """
    permit(actor, Action.EDIT_CERTIFICATION, policy=policy)
    return _become(store, certification_id, lambda found: lifecycle.deactivate(found, at=at))


def _become(
    store: Store, certification_id: str, decide: Callable[[Certification], Granted | Refused]
) -> Granted | Refused:
    with store.writing() as transaction:
        decision = decide(facts.known_certification(transaction, certification_id))
        if decision:
            carry_out(transaction, decision.effects)
        return decision
