"""Issuing: who can be issued a certification at all, and what is an award as it is issued?

Everybody asks here: completions, awards by hand, predating, reopening and renewals by
:func:`objections`, imports by its parts, once for each user, certification and pair of them.
"""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import Award, ManualAward, Source
from certrules.model.catalog import Certification, CertificationStatus
from certrules.model.decisions import Reason, because
from certrules.model.effects import Notify
from certrules.model.facts import Facts
from certrules.model.learning import Completion
from certrules.model.notices import Event, EventKind
from certrules.model.people import User
from certrules.model.policy import Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked
from certrules.rulebook import Rule
from certrules.rules import status, validity
from certrules.rules.feature import switched_off


def objections(facts: Facts, policy: Policy, *, inactive: Rule = Rule.DOC_CERT_13) -> list[Reason]:
    """Return why a user cannot be issued a certification, whatever they have completed.

    Groups are those of the moment at which this is asked. If the certification is gone, nothing
    else can be said of it. If the platform has certifications switched off, that is the only
    reason. ``inactive`` is the rule that refuses a deactivated user.

    >>> inactive = Certification("old", "First aid", status=CertificationStatus.INACTIVE)
    >>> restricted = Certification("crew", "First aid", groups={"crew"})
    >>> for known in (Certification("all", "First aid"), inactive, restricted):
    ...     print(*objections(Facts(User("ada", "ada"), known), DOCEBO))
    <BLANKLINE>
    certification First aid is inactive, not active (INT-31b)
    certification First aid is for groups to which ada does not belong (ALL-VIS-02)

    Rules: DOC-CERT-01, DOC-CERT-13, DOC-DELETE-01, ALL-MANAGE-06, ALL-VIS-01, ALL-VIS-02,
    ALL-VIS-03, ALL-VIS-06, INT-24, INT-31b, INT-36.
    """
    if off := switched_off(policy):
        return [*off]
    checked("facts", facts, Facts)
    user, certification = facts.user, facts.certification
    found = [user_objection(user, inactive)]
    if certification is None:
        found.append(because(ReasonCode.NO_SUCH_CERTIFICATION))
    else:
        found += certification_objection(certification), membership_objection(user, certification)
    return [reason for reason in found if reason is not None]


def user_objection(user: User, inactive: Rule = Rule.DOC_CERT_13) -> Reason | None:
    """Return why a user can be issued nothing: they are deactivated.

    Rules: DOC-CERT-13, INT-24.
    """
    if user.active:
        return None
    return because(ReasonCode.INACTIVE_USER, inactive, user_id=user.id, user=user.username)


def certification_objection(certification: Certification) -> Reason | None:
    """Return why nobody can be issued a certification: it is not active.

    Rules: INT-31b.
    """
    stands = certification.status
    if stands is CertificationStatus.ACTIVE:
        return None
    return because(ReasonCode.INACTIVE_CERTIFICATION, **named(certification), status=stands)


def membership_objection(user: User, certification: Certification) -> Reason | None:
    """Return why a user cannot be issued a certification: it is for other groups.

    Rules: ALL-VIS-02.
    """
    if not certification.groups or certification.groups & user.groups:
        return None
    return because(
        ReasonCode.USER_NOT_IN_GROUPS,
        user_id=user.id,
        user=user.username,
        **named(certification),
        groups=tuple(sorted(certification.groups)),
    )


def dates_objection(award: Award | ManualAward) -> Reason | None:
    """Return why an award cannot have its dates: it would expire before it is issued, or just then.

    Rules: INT-08, INT-46.
    """
    if award.expires_at is None or award.expires_at > award.issued_at:
        return None
    issued_at, expires_at = award.issued_at, award.expires_at
    return because(ReasonCode.EXPIRES_BEFORE_ISSUE, issued_at=issued_at, expires_at=expires_at)


def named(certification: Certification) -> dict[str, str]:
    """Return the details by which a reason names a certification."""
    return {"certification_id": certification.id, "certification": str(certification)}


def same_awards(award: Award | ManualAward, others: Iterable[Award]) -> list[Reason]:
    """Return why an award cannot have the dates of another one of its user and certification.

    Current or archived: two records of history would be the same one.

    Rules: DOC-AWARD-02.
    """
    dates = (award.issued_at, award.expires_at)
    same = [other.cycle for other in others if (other.issued_at, other.expires_at) == dates]
    return [because(ReasonCode.SAME_AWARD, cycle=cycle) for cycle in sorted(same)]


def repetition(facts: Facts, completion: Completion) -> Reason | None:
    """Return why a completion earns nothing: it was recorded, and had its effect, before.

    Rules: DOC-CERT-12.
    """
    if completion not in facts.completions:
        return None
    item, done = facts.item(*completion.ref), completion.completed_at
    return because(ReasonCode.COMPLETION_RECORDED_BEFORE, item=item, completed_at=done)


def future_objection(completion: Completion, at: datetime) -> Reason | None:
    """Return why a completion cannot be true: it lies in the future.

    Rules: DOC-CERT-12.
    """
    done = completion.completed_at
    if done <= instants.utc(at, "at"):
        return None
    return because(ReasonCode.COMPLETION_IN_FUTURE, completed_at=done, at=at)


def stamp(
    facts: Facts,
    certification: Certification,
    source: Source,
    *,
    issued_at: datetime,
    zone: str | tzinfo,
    policy: Policy,
) -> Award:
    """Return a user's next award of a certification, with the expiry that its definition gives now.

    Rules: DOC-TZ-01, ALL-EXP-02, INT-01c, INT-14.
    """
    expiry = validity.expiry_details(
        issued_at,
        certification.validity,
        zone=zone,
        month_end=policy.month_end,
        expiry_day=policy.expiry_day,
        anchor_day=_anchor_day(facts.held, issued_at, zone),
    )
    return Award(
        facts.user.id,
        certification.id,
        issued_at,
        expiry.at,
        source=source,
        cycle=facts.next_cycle,
        anchor_day=expiry.lost_day,
        expiry_day=policy.expiry_day,
    )


def _anchor_day(held: Award | None, issued_at: datetime, zone: str | tzinfo) -> int | None:
    """Return the day on which a chain of renewals began; one day off, and a new chain begins."""
    if held is None or held.expires_at is None:
        return None
    expires_on = instants.local_or_utc(held.expires_at, zone).date()
    ends = (status.last_valid_day(held, zone=zone), expires_on)
    return held.anchor_day if instants.local_day(issued_at, zone) in ends else None


def notify(kind: EventKind, award: Award, at: datetime, item_id: str | None = None) -> Notify:
    """Return the news of something that happened to an award, or for its sake."""
    return Notify(Event(kind, award.user_id, award.certification_id, award.cycle, at, item_id))
