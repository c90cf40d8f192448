"""Editing: what may the dates and the association of an award be, made by hand or edited?"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from attrs import evolve

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.awards import AssociationType, Award, ExpiryBasis, ManualAward, Source
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.notices import EventKind
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import consequences, issuing
from certrules.rules.feature import switched_off


def edit(
    award: Award,
    changed: Award,
    others: Iterable[Award] = (),
    *,
    at: datetime,
    deleted: bool = False,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether an award can be given other dates or another association at an instant.

    ``others`` are its user's other cycles, none of which may have the same dates; ``deleted`` says
    that the certification is gone. History cannot be edited. If nothing is different, nothing
    follows. Raises :class:`~certrules.errors.InvalidValueError` if anything else is different: its
    user, certification, cycle, anchor day, or that it is archived.

    >>> award = Award("ada", "fa", datetime(2024, 1, 1, tzinfo=UTC), None, ExpiryBasis.ALWAYS_VALID)
    >>> from attrs import evolve
    >>> changed = evolve(award, issued_at=datetime(2024, 2, 1, tzinfo=UTC))
    >>> edit(award, changed, at=changed.issued_at).effects[0].award.version
    2

    Rules: DOC-AWARD-02, DOC-AWARD-09, DOC-AWARD-12, DOC-DELETE-01, INT-28.
    """
    _check(award, changed)
    at, others = instants.utc(at, "at"), list(others)
    if off := switched_off(policy):
        return Refused(off)
    after = evolve(changed, version=award.version + 1)
    reasons = [
        *([because(ReasonCode.NO_SUCH_CERTIFICATION)] if deleted else ()),
        *([_is_history(award)] if award.archived else ()),
        *issuing.same_awards(after, others),
        *date_objections(after),
        *source_objections(after.source, policy),
    ]
    if reasons:
        return Refused(reasons)
    if evolve(after, version=award.version) == award:
        return Granted((), (because(ReasonCode.NOTHING_CHANGES),))
    news = issuing.notify(EventKind.CHANGED, after, at)
    moved = consequences.rescheduled(others, after, at, award)
    effects = *consequences.edited(after), *moved, news
    return Granted(effects, (because(ReasonCode.AWARD_EDITABLE),))


def not_held() -> Refused:
    """Return the answer of an edit if the user holds no award: nothing can be edited.

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


def _is_history(award: Award) -> Reason:
    return because(ReasonCode.AWARD_ARCHIVED, cycle=award.cycle, archived_at=award.archived_at)


def date_objections(award: Award | ManualAward) -> Iterator[Reason]:
    """Yield why an award by hand cannot have its dates.

    Rules: DOC-AWARD-02, INT-08, INT-46.
    """
    if reason := issuing.dates_objection(award):
        yield reason
    if award.expires_at is None and award.basis is ExpiryBasis.DEFINITION:
        yield because(ReasonCode.EXPIRY_REQUIRED)


WITHOUT_ITEM = AssociationType.MANUAL, AssociationType.EXTERNAL_CERTIFICATION
"""The associations that name no item."""


def source_objections(source: Source, policy: Policy) -> Iterator[Reason]:
    """Yield why an award by hand cannot be associated with a source.

    External training names its activity; a course, plan or track may be named or not.

    Rules: DOC-AWARD-03, DOC-AWARD-04, DOC-AWARD-05, DOC-AWARD-06, DOC-AWARD-07.
    """
    if source.item_id is None and source.type is AssociationType.EXTERNAL_TRAINING:
        yield because(ReasonCode.ASSOCIATION_NEEDS_ITEM, type=source.type)
    elif source.item_id is not None and source.type in WITHOUT_ITEM:
        yield because(ReasonCode.ASSOCIATION_WITHOUT_ITEM, type=source.type)
    external = source.type is AssociationType.EXTERNAL_CERTIFICATION
    if external and not policy.external_certifications:
        yield because(ReasonCode.EXTERNAL_CERTIFICATIONS_DISABLED)
    if external and not source.links:
        yield because(ReasonCode.LINK_REQUIRED)
    if source.links and not external:
        yield because(ReasonCode.LINK_NOT_ALLOWED, type=source.type)
