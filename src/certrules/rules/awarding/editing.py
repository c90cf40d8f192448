"""What may the dates and the association of an award by hand be, when it is made or edited?"""

from collections.abc import Iterable, Iterator

from attrs import evolve

from certrules.errors import InvalidValueError
from certrules.model.awards import AssociationType, Award, ExpiryBasis, ManualAward, Source
from certrules.model.decisions import Granted, Reason, Refused, because
from certrules.model.effects import ReplaceAward
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import issuing

__all__ = ["against_association", "against_dates", "edit", "not_held"]


def edit(
    award: Award,
    changed: Award,
    others: Iterable[Award] = (),
    *,
    deleted: bool = False,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Decide whether an award can be given other dates or another association.

    ``changed`` says what they shall be. ``others`` are its user's other cycles, none of which may
    have the same dates, and ``deleted`` tells that the certification is gone. History cannot be
    edited, nor an award of what is gone. Where nothing is different, nothing follows. Raises
    :class:`~certrules.errors.InvalidValueError` where anything else of ``award`` is different: its
    user, certification, cycle, day of the month, or that it is archived.

    >>> award = Award("ada", "fa", datetime(2024, 1, 1, tzinfo=UTC), None, ExpiryBasis.ALWAYS_VALID)
    >>> from attrs import evolve
    >>> changed = evolve(award, issued_at=datetime(2024, 2, 1, tzinfo=UTC))
    >>> edit(award, changed).effects[0].award.version
    2

    Rules: DOC-AWARD-02, DOC-AWARD-09, DOC-AWARD-12, DOC-DELETE-01, INT-28.
    """
    _check(award, changed)
    after = evolve(
        award,
        issued_at=changed.issued_at,
        expires_at=changed.expires_at,
        basis=changed.basis,
        source=changed.source,
        version=award.version + 1,
    )
    reasons = [
        *_against_deleted(deleted=deleted),
        *_against_archived(award),
        *issuing.against_same(after, others),
        *against_dates(after),
        *against_association(after.source, policy),
    ]
    if reasons:
        return Refused(reasons)
    if evolve(after, version=award.version) == award:
        return Granted((), (because(ReasonCode.NOTHING_CHANGES),))
    return Granted((ReplaceAward(after),), (because(ReasonCode.AWARD_EDITABLE),))


def not_held() -> Refused:
    """Return the answer of an edit where the user holds no award: nothing can be edited.

    Rules: DOC-AWARD-09.
    """
    return Refused((because(ReasonCode.NOT_HELD, Rule.DOC_AWARD_09),))


def _check(award: Award, changed: Award) -> None:
    """Raise InvalidValueError for what is no edit of an award; that it is history, is a reason."""
    archived = () if award.archived else ("archived_at",)
    for name in ("user_id", "certification_id", "cycle", "anchor_day", *archived):
        if getattr(changed, name) != getattr(award, name):
            expected = f"{getattr(award, name)!r}, which is not edited"
            raise InvalidValueError(name, getattr(changed, name), expected)


def _against_deleted(*, deleted: bool) -> Iterator[Reason]:
    if deleted:
        yield because(ReasonCode.NO_SUCH_CERTIFICATION)


def _against_archived(award: Award) -> Iterator[Reason]:
    if award.archived:
        cycle, archived_at = award.cycle, award.archived_at
        yield because(ReasonCode.AWARD_ARCHIVED, cycle=cycle, archived_at=archived_at)


def against_dates(award: Award | ManualAward) -> Iterator[Reason]:
    """Yield why an award by hand cannot have its dates; equal ones are legal.

    Rules: DOC-AWARD-02, INT-08.
    """
    if award.expires_at is not None and award.expires_at < award.issued_at:
        issued_at, expires_at = award.issued_at, award.expires_at
        yield because(ReasonCode.EXPIRES_BEFORE_ISSUE, issued_at=issued_at, expires_at=expires_at)
    if award.expires_at is None and award.basis is ExpiryBasis.DEFINITION:
        yield because(ReasonCode.EXPIRY_REQUIRED)


ITEMS = frozenset(AssociationType) - {
    AssociationType.MANUAL,
    AssociationType.EXTERNAL_CERTIFICATION,
}
"""The associations that name an item."""


def against_association(source: Source, policy: Policy) -> Iterator[Reason]:
    """Yield why an award by hand cannot be associated with a source.

    Rules: DOC-AWARD-03, DOC-AWARD-04, DOC-AWARD-05, DOC-AWARD-06, DOC-AWARD-07.
    """
    if source.item_id is None and source.type in ITEMS:
        yield because(ReasonCode.ASSOCIATION_NEEDS_ITEM, type=source.type)
    elif source.item_id is not None and source.type not in ITEMS:
        yield because(ReasonCode.ASSOCIATION_WITHOUT_ITEM, type=source.type)
    if source.type is AssociationType.EXTERNAL_CERTIFICATION:
        yield from _against_links(source, policy)
    elif source.links:
        yield because(ReasonCode.LINK_NOT_ALLOWED, type=source.type)


def _against_links(source: Source, policy: Policy) -> Iterator[Reason]:
    if not policy.external_certifications:
        yield because(ReasonCode.EXTERNAL_CERTIFICATIONS_DISABLED)
    if not source.links:
        yield because(ReasonCode.LINK_REQUIRED)
