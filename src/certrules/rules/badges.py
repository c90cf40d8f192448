"""Badges: may an award have one, which, and where does it stand?"""

from collections.abc import Iterable
from datetime import datetime

from certrules import instants
from certrules.model.awards import Award, Status
from certrules.model.badges import Badge, BadgeState
from certrules.model.decisions import Answer, Granted, Refused, because
from certrules.model.effects import (
    CancelNotices,
    IssueBadge,
    RevokeBadge,
    RevokeOutdatedBadge,
    SuspendBadge,
    WithdrawBadge,
)
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import issuing, status
from certrules.rules.feature import switched_off


def issue(award: Award | None, badge: Badge | None, *, policy: Policy = DOCEBO) -> Answer:
    """Decide whether the award that a user holds gets a badge; no effects follow.

    ``badge`` is the one that the award has now. One of other dates does not count: it is revoked
    when another is issued. One that was revoked by hand refuses as long as the award has its dates.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> print(*issue(Award("ada", "fa", at, None), None).reasons)
    an award can be verified by anyone (ALL-ROLE-11)
    >>> print(*issue(None, None).reasons)
    the user does not hold the certification (ALL-ROLE-11)

    Rules: ALL-ROLE-08, ALL-ROLE-11, INT-08, INT-42.
    """
    if off := switched_off(policy):
        return Refused(off)
    if award is None:
        return Refused((because(ReasonCode.NOT_HELD, Rule.ALL_ROLE_11),))
    if reversed_dates := issuing.dates_objection(award):
        return Refused((because(ReasonCode.BADGE_DATES_REVERSED, **reversed_dates.details),))
    if badge is None or badge.award.identity != award.identity:
        return Granted(reasons=(because(ReasonCode.BADGE_ISSUED),))
    if badge.revoked:
        return Refused((because(ReasonCode.BADGE_REVOKED, badge_id=badge.id),))
    return Granted(reasons=(because(ReasonCode.BADGE_EXISTS, badge_id=badge.id),))


def reissue(
    badge: Badge, current: Badge | None, *, deleted: bool = False, policy: Policy = DOCEBO
) -> Granted[RevokeBadge] | Refused:
    """Decide whether a badge can be revoked for another of the same award to take its place.

    ``current`` is the badge of the award that its user holds now, and ``deleted`` says that the
    certification is gone.

    Rules: ALL-ROLE-03, ALL-ROLE-11, INT-42.
    """
    if off := switched_off(policy):
        return Refused(off)
    if deleted:
        return Refused((because(ReasonCode.NO_SUCH_CERTIFICATION),))
    if badge != current:
        return Refused((because(ReasonCode.BADGE_NOT_CURRENT, badge_id=badge.id),))
    return Granted((RevokeBadge(badge.award.key),), (because(ReasonCode.BADGE_ISSUED),))


def issued(
    award: Award, badge_id: str, place: tuple[int, int]
) -> tuple[RevokeOutdatedBadge, IssueBadge]:
    """Return what follows when an award gets a badge: one of other dates no longer counts.

    ``place`` is a status list and an index in it that no other badge ever had.

    Rules: INT-42.
    """
    badge = Badge(badge_id, *award.key, award.issued_at, award.expires_at, *place)
    return RevokeOutdatedBadge(award), IssueBadge(badge)


def revoked(badge: Badge) -> tuple[WithdrawBadge | CancelNotices, ...]:
    """Return what follows when a badge is revoked by hand: notices of the expiry are cancelled.

    Nothing follows if it was revoked before, with its award or for another badge.

    Rules: ALL-ROLE-11, INT-23.
    """
    if badge.revoked and not badge.withdrawn:
        return ()
    return WithdrawBadge(badge.id), CancelNotices(badge.award.key)


def suspended(badge: Badge, *, suspended: bool) -> tuple[SuspendBadge, ...]:
    """Return what follows when a badge is suspended, or its suspension lifted.

    Rules: ALL-ROLE-03.
    """
    return (SuspendBadge(badge.id, suspended),)


def replaced(badge: Badge, history: Iterable[Award], at: datetime) -> bool:
    """Return whether a badge no longer counts only because a later award took its award's place.

    ``history`` is every award of its user and certification. If the later award begins in the
    future, it takes that place when it begins, without the badge's being revoked. A badge that was
    revoked by hand, or whose award was removed or got other dates, is not replaced.

    >>> at, later = (datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2025))
    >>> badge = Badge("b", "1", "fa", 1, at, None, 1, 7, revoked=True)
    >>> awards = [badge.award.archive(later), Award("1", "fa", later, None, cycle=2)]
    >>> replaced(badge, awards, later), replaced(badge, awards[1:], later)
    (True, False)

    Rules: INT-42, INT-46.
    """
    at = instants.utc(at, "at")
    awards = {award.cycle: award for award in history}
    own = awards.get(badge.cycle)
    if own is None or own.archived_at is None or own.identity != badge.award.identity:
        return False
    ended = badge.revoked or own.archived_at <= at
    return ended and not badge.withdrawn and max(awards) > badge.cycle


def state_at(badge: Badge, at: datetime, history: Iterable[Award] = ()) -> BadgeState:
    """Return where a badge stands at an aware instant, as far as is known now.

    ``history`` is every award of its user and certification: by it, what was :func:`replaced` is
    told from what was revoked.

    >>> badge = Badge("b", "1", "fa", 1, datetime(2024, 1, 1, tzinfo=UTC), None, 1, 7)
    >>> state_at(badge, datetime(2024, 1, 1, tzinfo=UTC))
    <BadgeState.VALID: 'valid'>

    Rules: INT-38, INT-42, INT-46.
    """
    if replaced(badge, history, at):
        return BadgeState.REPLACED
    if badge.revoked:
        return BadgeState.REVOKED
    stands = _STATES[status.status_at(badge.award, at)]
    if badge.suspended and stands is BadgeState.VALID:
        return BadgeState.SUSPENDED
    return stands


_STATES = {
    Status.NOT_YET_VALID: BadgeState.NOT_YET_VALID,
    Status.VALID: BadgeState.VALID,
    Status.EXPIRED: BadgeState.EXPIRED,
}
