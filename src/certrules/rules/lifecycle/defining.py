"""Defining: how may certifications be created and edited?"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from attrs import evolve, fields

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.badges import ImageInfo
from certrules.model.catalog import Certification, CertificationStatus
from certrules.model.decisions import Granted, Reason, Refused, because
from certrules.model.effects import DefineCertification
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import issuing, validity
from certrules.rules.feature import switched_off
from certrules.rules.lifecycle.badges import about_image

Defining = Granted[DefineCertification] | Refused
"""The answer of what creates or changes a certification."""

DRAFT, ACTIVE, INACTIVE = CertificationStatus

NEXT: Mapping[CertificationStatus, tuple[CertificationStatus | None, ...]] = {
    DRAFT: (ACTIVE, INACTIVE, None),
    ACTIVE: (INACTIVE, None),
    INACTIVE: (ACTIVE, None),
}
"""What each status can become; None is deleted, and nothing comes after that."""

UNFROZEN = ("status", "groups")
"""What may change even if publication freezes a certification."""


def create(
    certification: Certification,
    *,
    by: str | None = None,
    image: ImageInfo | None = None,
    at: datetime,
    with_items: bool = False,
    policy: Policy = DOCEBO,
) -> Defining:
    """Decide whether a certification can be created by a user at an aware instant, as it is given.

    ``image`` is what is known of its badge image. If an item earns one certification at most,
    items are assigned afterwards, unless ``with_items`` says that the caller has asked
    :func:`~certrules.rules.lifecycle.assign` about each. That the id is not in use is the caller's
    to know.

    >>> draft = Certification("fa", "First aid", status=CertificationStatus.DRAFT)
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> create(draft, by="ada", at=at).effects[0].certification.created_by
    'ada'
    >>> print(*create(Certification("fa", "First aid"), at=at, policy=ALLBOUND).reasons)
    a badge image is mandatory for a published certification (ALL-CERT-07)

    Rules: ALL-BADGE-04, ALL-CERT-01, ALL-CERT-02, ALL-CERT-07, ALL-CERT-08, ALL-EXP-01,
    DOC-ASSIGN-01, INT-31b.
    """
    at = instants.utc(at, "at")
    if off := switched_off(policy):
        return Refused(off)
    published = certification.status is not DRAFT
    about = about_image(certification, image, policy)
    reasons = [
        *_content_objections(certification, ("validity",), policy, publishing=published),
        *(() if about else about.reasons),
    ]
    if policy.one_certification_per_item and certification.assignments and not with_items:
        reasons.append(because(ReasonCode.ITEMS_AFTER_CREATION))
    if reasons:
        return Refused(reasons)
    created = evolve(certification, created_by=by, created_at=at, updated_at=at)
    why = because(ReasonCode.CREATED, status=certification.status)
    return Granted((DefineCertification(created),), (why, *about.reasons))


def edit(
    before: Certification,
    after: Certification,
    *,
    image: ImageInfo | None = None,
    at: datetime,
    with_items: bool = False,
    policy: Policy = DOCEBO,
) -> Defining:
    """Decide whether a certification can be changed into another of its id, at an aware instant.

    ``image`` is what is known of the badge image that it will have. Who created it and when stays,
    whatever ``after`` says. Items are changed by :func:`~certrules.rules.lifecycle.assign` and
    :func:`~certrules.rules.lifecycle.unlink` alone, because unlinking removes history;
    ``with_items`` is for a caller who has asked about each. Raises
    :class:`~certrules.errors.InvalidValueError` for another id.

    >>> from attrs import evolve
    >>> first_aid, at = Certification("fa", "First aid"), datetime(2024, 1, 1, tzinfo=UTC)
    >>> renamed = evolve(first_aid, name="First aid at work")
    >>> bool(edit(first_aid, renamed, at=at))
    True
    >>> print(*edit(first_aid, renamed, at=at, policy=ALLBOUND).reasons)
    name cannot be changed after publication: deactivate First aid and create another (ALL-CERT-09)

    Rules: ALL-BADGE-04, ALL-CERT-09, ALL-CERT-10, ALL-VIS-05, DOC-CERT-07, INT-01c, INT-31,
    INT-31b.
    """
    if after.id != before.id:
        raise InvalidValueError("id", after.id, f"{before.id!r}, which never changes")
    at = instants.utc(at, "at")
    if off := switched_off(policy):
        return Refused(off)
    kept = [name for name in _MADE if getattr(before, name) != getattr(after, name)]
    after = evolve(after, **{name: getattr(before, name) for name in _KEPT})
    changed = [name for name in _NAMES if getattr(before, name) != getattr(after, name)]
    items_changed = "assignments" in changed
    publishing = "status" in changed and (before.status is DRAFT or after.status is ACTIVE)
    looking = publishing or "badge_image" in changed or image is not None
    about = about_image(after, image, policy) if looking else Granted()
    reasons = [
        *frozen_objections(before, changed, policy),
        *([because(ReasonCode.ITEMS_ONE_BY_ONE)] if items_changed and not with_items else ()),
        *_status_objections(before, after),
        *_content_objections(after, changed, policy, publishing=publishing),
        *(() if about else about.reasons),
    ]
    if reasons:
        return Refused(reasons)
    effects = (DefineCertification(evolve(after, updated_at=at)),) if changed else ()
    return Granted(effects, (*_because(after, changed, kept), *about.reasons))


_MADE = ("created_by", "created_at")
_KEPT = (*_MADE, "updated_at")
_NAMES = tuple(each.name for each in fields(Certification))


def frozen_objections(
    certification: Certification, changed: Collection[str], policy: Policy
) -> Iterator[Reason]:
    """Yield why attributes cannot change: publication has frozen them.

    Rules: ALL-CERT-09, INT-31.
    """
    frozen = [name for name in changed if name not in UNFROZEN]
    if frozen and policy.freeze_on_publication and certification.status is not DRAFT:
        named = issuing.named(certification)
        yield because(ReasonCode.FROZEN, attributes=tuple(frozen), **named)


def _status_objections(before: Certification, after: Certification) -> Iterator[Reason]:
    if after.status is not before.status and after.status not in NEXT[before.status]:
        yield because(ReasonCode.STATUS_NOT_NEXT, status=before.status, wanted=after.status)


def _content_objections(
    certification: Certification, changed: Collection[str], policy: Policy, *, publishing: bool
) -> Iterator[Reason]:
    if publishing or "validity" in changed:
        allowed = validity.allowed(certification.validity, policy)
        yield from () if allowed else allowed.reasons
    published = certification.status is not DRAFT and (publishing or "badge_image" in changed)
    if published and policy.badge_required and not certification.badge_image:
        yield because(ReasonCode.IMAGE_REQUIRED, Rule.ALL_CERT_07)


def _because(
    after: Certification, changed: Collection[str], kept: Collection[str]
) -> Iterator[Reason]:
    if changed:
        yield because(ReasonCode.ATTRIBUTES_CHANGE, attributes=tuple(changed))
    else:
        yield because(ReasonCode.NOTHING_CHANGES, Rule.DOC_CERT_07)
    if kept:
        yield because(ReasonCode.ATTRIBUTES_KEPT, attributes=tuple(kept))
    if "validity" in changed:
        yield because(ReasonCode.AWARDS_KEEP_EXPIRY)
    if "status" in changed:
        yield because(ReasonCode.STATUS_CHANGES, status=after.status)
    if "status" in changed and after.status is INACTIVE:
        yield because(ReasonCode.AWARDS_STAND)
