"""What may be created and edited, and when?"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from attrs import evolve, fields

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import Certification, CertificationStatus
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.effects import DefineCertification
from certrules.model.images import ImageInfo
from certrules.model.policy import DOCEBO, Policy
from certrules.rulebook import Rule
from certrules.rules import validity
from certrules.rules.lifecycle.badges import about_image

__all__ = ["NEXT", "against_frozen", "create", "edit"]

DRAFT, ACTIVE, INACTIVE = CertificationStatus

NEXT: Mapping[CertificationStatus, tuple[CertificationStatus | None, ...]] = {
    DRAFT: (ACTIVE, INACTIVE, None),
    ACTIVE: (INACTIVE, None),
    INACTIVE: (ACTIVE, None),
}
"""What each status can become; None is deleted, and nothing comes after that."""

UNFROZEN = ("status", "groups")
"""What may change even where publication freezes a certification."""


def create(
    certification: Certification,
    *,
    by: str | None = None,
    image: ImageInfo | None = None,
    at: datetime,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Decide whether a certification can be created by a user at an aware instant, as it is given.

    ``image`` is what is known of its badge image. Where an item earns one certification at most,
    items are assigned afterwards. That the id is not in use is the caller's to know.

    >>> draft = Certification("fa", "First aid", status=CertificationStatus.DRAFT)
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> create(draft, by="ada", at=at).effects[0].certification.created_by
    'ada'
    >>> print(*create(Certification("fa", "First aid"), at=at, policy=ALLBOUND).reasons)
    a badge image is mandatory for a published certification (ALL-CERT-07)

    Rules: ALL-BADGE-04, ALL-CERT-01, ALL-CERT-02, ALL-CERT-07, ALL-CERT-08, ALL-EXP-01,
    DOC-ASSIGN-01, INT-31b.
    """
    at = instants.utc(at)
    published = certification.status is not DRAFT
    about = about_image(certification, image, policy)
    reasons = [
        *_against_content(certification, ("validity",), policy, publishing=published),
        *(() if about else about.reasons),
    ]
    if policy.one_certification_per_item and certification.assignments:
        text = "items are assigned to a certification that exists already"
        reasons.append(Reason(Rule.DOC_ASSIGN_01, text))
    if reasons:
        return Refused(reasons)
    created = evolve(certification, created_by=by, created_at=at, updated_at=at)
    why = Reason(Rule.INT_31b, f"it begins as {certification.status}")
    return Granted((DefineCertification(created),), (why, *about.reasons))


def edit(
    before: Certification,
    after: Certification,
    *,
    image: ImageInfo | None = None,
    at: datetime,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Decide whether a certification can be changed into another of its id, at an aware instant.

    ``image`` is what is known of the badge image that it will have. Who created it and when stays,
    whatever ``after`` says. Items are changed by :func:`~certrules.rules.lifecycle.assign` and
    :func:`~certrules.rules.lifecycle.unlink` alone, because unlinking removes history. Raises
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
    at = instants.utc(at)
    kept = [name for name in _MADE if getattr(before, name) != getattr(after, name)]
    after = evolve(after, **{name: getattr(before, name) for name in _KEPT})
    changed = [name for name in _NAMES if getattr(before, name) != getattr(after, name)]
    publishing = "status" in changed and (before.status is DRAFT or after.status is ACTIVE)
    looking = publishing or "badge_image" in changed or image is not None
    about = about_image(after, image, policy) if looking else Granted()
    reasons = [
        *against_frozen(before, changed, policy),
        *_against_change(before, after, changed),
        *_against_content(after, changed, policy, publishing=publishing),
        *(() if about else about.reasons),
    ]
    if reasons:
        return Refused(reasons)
    effects = (DefineCertification(evolve(after, updated_at=at)),) if changed else ()
    return Granted(effects, (*_because(after, changed, kept), *about.reasons))


_MADE = ("created_by", "created_at")
_KEPT = (*_MADE, "updated_at")
_NAMES = tuple(each.name for each in fields(Certification))


def against_frozen(
    certification: Certification, changed: Collection[str], policy: Policy
) -> Iterator[Reason]:
    """Yield why attributes cannot change, where publication has frozen them.

    Rules: ALL-CERT-09, INT-31.
    """
    frozen = [name for name in changed if name not in UNFROZEN]
    if frozen and policy.freeze_on_publication and certification.status is not DRAFT:
        text = (
            f"{', '.join(frozen)} cannot be changed after publication: "
            f"deactivate {certification} and create another"
        )
        yield Reason(Rule.ALL_CERT_09, text, (("frozen", tuple(frozen)),))


def _against_change(
    before: Certification, after: Certification, changed: Collection[str]
) -> Iterator[Reason]:
    if "assignments" in changed:
        yield Reason(Rule.DOC_ASSIGN_11, "items are assigned and unlinked one by one")
    if "status" in changed and after.status not in NEXT[before.status]:
        yield Reason(Rule.INT_31b, f"what is {before.status} does not become {after.status}")


def _against_content(
    certification: Certification, changed: Collection[str], policy: Policy, *, publishing: bool
) -> Iterator[Reason]:
    if publishing or "validity" in changed:
        allowed = validity.allowed(certification.validity, policy)
        yield from () if allowed else allowed.reasons
    published = certification.status is not DRAFT and (publishing or "badge_image" in changed)
    if published and policy.badge_required and not certification.badge_image:
        yield Reason(Rule.ALL_CERT_07, "a badge image is mandatory for a published certification")


def _because(
    after: Certification, changed: Collection[str], kept: Collection[str]
) -> Iterator[Reason]:
    what = ", ".join(changed) or "nothing"
    yield Reason(Rule.DOC_CERT_07, f"{what} changes", (("changed", tuple(changed)),))
    if kept:
        text = f"{', '.join(kept)} cannot be changed: they stay as they were"
        yield Reason(Rule.DOC_CERT_07, text, (("kept", tuple(kept)),))
    if "validity" in changed:
        yield Reason(Rule.INT_01c, "awards that were made keep their expiry")
    if "status" in changed:
        yield Reason(Rule.INT_31b, f"it becomes {after.status}")
    if "status" in changed and after.status is INACTIVE:
        yield Reason(Rule.INT_38, "nothing more is issued, and awards that were made stand")
