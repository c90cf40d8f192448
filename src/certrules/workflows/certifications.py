"""Create, edit and publish certifications, and switch them on and off.

``image`` is what :func:`certrules.images.read` says of the badge image: a bad one is refused, and
one of another size than is recommended is a warning among the reasons. How a certification is
deleted, see :mod:`certrules.workflows.lifecycle`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from certrules.errors import ConflictError, InvalidValueError
from certrules.model.badges import ImageInfo
from certrules.model.catalog import Certification
from certrules.model.decisions import Decision
from certrules.model.people import Action
from certrules.rules import lifecycle
from certrules.workflows import facts
from certrules.workflows.effects import EffectParts, decide_and_apply
from certrules.workflows.platform import Acting


def create(
    acting: Acting[EffectParts],
    certification: Certification,
    *,
    image: ImageInfo | None = None,
    at: datetime,
) -> Decision:
    """Create a certification, by the user who acts. Action: ``CREATE_CERTIFICATION``.

    Raises :class:`~certrules.errors.InvalidValueError` if its id is in use.

    >>> system = Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> print(create(system, Certification("fa", "First aid"), at=at).reasons[0])
    it begins as active (INT-31b)

    Rules: ALL-BADGE-04, ALL-CERT-08, DOC-CERT-09, ALL-ROLE-01.
    """
    acting.require(Action.CREATE_CERTIFICATION)

    def create(transaction: EffectParts) -> Decision:
        if transaction.certifications.get(certification.id) is not None:
            raise InvalidValueError("certification", certification.id, "an id that is not in use")
        return lifecycle.create(
            certification, by=acting.user_id, image=image, at=at, policy=acting.policy
        )

    return decide_and_apply(acting, create)


def edit(
    acting: Acting[EffectParts],
    before: Certification,
    after: Certification,
    *,
    image: ImageInfo | None = None,
    at: datetime,
) -> Decision:
    """Change a certification as its editor saw it into another. Action: ``EDIT_CERTIFICATION``.

    What may change, see :func:`certrules.rules.lifecycle.edit`. Raises
    :class:`~certrules.errors.ConflictError` if somebody else has changed or deleted it since, and
    :class:`~certrules.errors.InvalidValueError` if ``after`` has another id.

    >>> store, before = MemoryStore(), Certification("fa", "First aid")
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([before])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> after, at = Certification("fa", "First aider"), datetime(2024, 1, 1, tzinfo=UTC)
    >>> print(edit(system, before, after, at=at).reasons[0])
    this changes name (DOC-CERT-07)

    Rules: ALL-BADGE-04, ALL-CERT-09, ALL-VIS-05, DOC-CERT-09, ALL-ROLE-01, INT-31.
    """
    acting.require(Action.EDIT_CERTIFICATION)

    def edit(transaction: EffectParts) -> Decision:
        if transaction.certifications.get(before.id) != before:
            raise ConflictError(
                f"certification {before.id!r} was changed by somebody else first; load it again "
                "and decide anew"
            )
        return lifecycle.edit(before, after, image=image, at=at, policy=acting.policy)

    return decide_and_apply(acting, edit)


def publish(
    acting: Acting[EffectParts],
    certification_id: str,
    *,
    active: bool = True,
    image: ImageInfo | None = None,
    at: datetime,
) -> Decision:
    """Publish a draft, as active or inactive. Action: ``EDIT_CERTIFICATION``.

    Rules: ALL-BADGE-04, ALL-CERT-08, DOC-CERT-09, ALL-ROLE-01, INT-31b.
    """
    publish = partial(lifecycle.publish, active=active, image=image, at=at, policy=acting.policy)
    return _change(acting, certification_id, publish)


def activate(acting: Acting[EffectParts], certification_id: str, *, at: datetime) -> Decision:
    """Let an inactive certification be issued again. Action: ``EDIT_CERTIFICATION``.

    Rules: ALL-CERT-02, INT-31b.
    """
    activate = partial(lifecycle.activate, at=at, policy=acting.policy)
    return _change(acting, certification_id, activate)


def deactivate(acting: Acting[EffectParts], certification_id: str, *, at: datetime) -> Decision:
    """Stop issuing a certification; issued awards stay. Action: ``EDIT_CERTIFICATION``.

    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> print(deactivate(system, "fa", at=at).reasons[-1])
    nothing more is issued, and awards that were made stand (INT-38)

    Rules: ALL-CERT-10, ALL-MANAGE-05, ALL-MANAGE-07, INT-31b, INT-38.
    """
    deactivate = partial(lifecycle.deactivate, at=at, policy=acting.policy)
    return _change(acting, certification_id, deactivate)


def _change(
    acting: Acting[EffectParts], certification_id: str, decide: Callable[[Certification], Decision]
) -> Decision:
    acting.require(Action.EDIT_CERTIFICATION)
    return decide_and_apply(
        acting, lambda view: decide(facts.known_certification(view, certification_id))
    )
