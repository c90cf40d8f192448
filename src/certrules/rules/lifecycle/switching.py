"""Switching: what do publishing a draft, activating and deactivating do?"""

from datetime import datetime

from attrs import evolve

from certrules import instants
from certrules.model.badges import ImageInfo
from certrules.model.catalog import Certification, CertificationStatus
from certrules.model.decisions import Refused, because
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked
from certrules.rules import issuing
from certrules.rules.feature import switched_off
from certrules.rules.lifecycle.defining import Defining, edit


def publish(
    certification: Certification,
    *,
    active: bool = True,
    image: ImageInfo | None = None,
    at: datetime,
    policy: Policy = DOCEBO,
) -> Defining:
    """Decide whether a draft can be published, as active or inactive, at an aware instant.

    ``image`` is what is known of its badge image.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> draft = Certification("fa", "First aid", status=CertificationStatus.DRAFT)
    >>> str(publish(draft, at=at).effects[0].certification.status)
    'active'
    >>> print(*publish(Certification("fa", "First aid"), at=at).reasons)
    First aid is active: only a draft is published (INT-31b)

    Rules: ALL-BADGE-04, ALL-CERT-07, ALL-CERT-08, ALL-EXP-01, INT-31b.
    """
    if off := switched_off(policy):
        return Refused(off)
    checked("active", active, bool)
    at = instants.utc(at, "at")
    if certification.status is not CertificationStatus.DRAFT:
        named, status = issuing.named(certification), certification.status
        return Refused((because(ReasonCode.NOT_A_DRAFT, **named, status=status),))
    status = CertificationStatus.ACTIVE if active else CertificationStatus.INACTIVE
    published = evolve(certification, status=status)
    return edit(certification, published, image=image, at=at, policy=policy)


def activate(certification: Certification, *, at: datetime, policy: Policy = DOCEBO) -> Defining:
    """Decide whether a published certification can be issued again.

    >>> idle = Certification("fa", "First aid", status=CertificationStatus.INACTIVE)
    >>> bool(activate(idle, at=datetime(2024, 1, 1, tzinfo=UTC)))
    True

    Rules: ALL-CERT-02, ALL-CERT-07, ALL-EXP-01, INT-31b.
    """
    return _switch(certification, CertificationStatus.ACTIVE, at, policy)


def deactivate(certification: Certification, *, at: datetime, policy: Policy = DOCEBO) -> Defining:
    """Decide whether a published certification can cease to be issued; what was issued stands.

    >>> print(deactivate(Certification("fa", "First aid"), at=datetime(2024, 1, 1, tzinfo=UTC))
    ...       .reasons[-1])
    nothing more is issued, and awards that were made stand (INT-38)

    Rules: ALL-CERT-02, ALL-CERT-10, ALL-MANAGE-05, ALL-MANAGE-07, INT-31b, INT-38.
    """
    return _switch(certification, CertificationStatus.INACTIVE, at, policy)


def _switch(
    certification: Certification, status: CertificationStatus, at: datetime, policy: Policy
) -> Defining:
    if off := switched_off(policy):
        return Refused(off)
    if certification.status is CertificationStatus.DRAFT:
        return Refused((because(ReasonCode.STILL_A_DRAFT, **issuing.named(certification)),))
    return edit(certification, evolve(certification, status=status), at=at, policy=policy)
