"""Awards by hand: whom may an administrator award, and with what dates and association?"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from attrs import field, frozen

from certrules.model.awards import Award, ManualAward
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.facts import Facts
from certrules.model.people import User
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked, distinct, value
from certrules.rules import consequences, issuing, status
from certrules.rules.awarding.editing import date_objections, source_objections

JOB_THRESHOLD = 100
"""Awarding by hand to more users than this runs as a background job."""


@value
class Targets:
    """Whom an award by hand is meant for: ids of users, groups and branches, in any mix.

    Rules: DOC-AWARD-01.
    """

    users: frozenset[str] = field(default=frozenset(), converter=distinct)
    groups: frozenset[str] = field(default=frozenset(), converter=distinct)
    branches: frozenset[str] = field(default=frozenset(), converter=distinct)


@frozen
class Expansion:
    """Who that is: the distinct users, those skipped as inactive, and ids that name nobody.

    A group or branch in which nobody is, is as good as unknown.
    """

    users: tuple[User, ...]
    inactive: tuple[User, ...]
    unknown: tuple[str, ...]
    unknown_groups: tuple[str, ...] = ()
    unknown_branches: tuple[str, ...] = ()


def expand(targets: Targets, users: Iterable[User]) -> Expansion:
    """Return the users that targets mean, by id, given the users to choose from.

    >>> ada, bob = User("ada", "ada", groups={"crew"}), User("bob", "bob", active=False)
    >>> found = expand(Targets(users={"ada", "bob", "eve"}, groups={"crew"}), [bob, ada])
    >>> [user.id for user in found.users], [user.id for user in found.inactive], found.unknown
    (['ada'], ['bob'], ('eve',))

    Rules: DOC-AWARD-01, DOC-CERT-13, INT-29.
    """
    meant = {
        user.id: user
        for user in users
        if user.id in targets.users
        or user.groups & targets.groups
        or user.branches & targets.branches
    }
    people = [meant[user] for user in sorted(meant)]
    return Expansion(
        tuple(user for user in people if user.active),
        tuple(user for user in people if not user.active),
        tuple(sorted(targets.users - meant.keys())),
        tuple(sorted(targets.groups.difference(*(user.groups for user in people)))),
        tuple(sorted(targets.branches.difference(*(user.branches for user in people)))),
    )


def runs_as_job(awarded: int, *, imported: bool = False) -> bool:
    """Return whether awarding so many distinct active users is a background job.

    >>> runs_as_job(100), runs_as_job(101), runs_as_job(1, imported=True)
    (False, True, True)

    Rules: DOC-AWARD-08, DOC-CSV-21, DOC-JOB-01, DOC-JOB-02, INT-29.
    """
    return imported or awarded > JOB_THRESHOLD


def by_hand(
    facts: Facts, chosen: ManualAward, *, at: datetime, policy: Policy = DOCEBO
) -> Decision:
    """Decide whether the user of the facts can be given an award with chosen dates and association.

    An expired award that the user holds is archived; a valid one refuses, since it can be edited.
    So does one of the same dates, current or archived: two records of history would be the same
    one.

    >>> facts = Facts(User("ada", "ada"), Certification("fa", "First aid"))
    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> chosen = ManualAward("fa", at, None, ExpiryBasis.ALWAYS_VALID)
    >>> [type(effect).__name__ for effect in by_hand(facts, chosen, at=at).effects]
    ['IssueAward', 'Notify']

    Rules: DOC-CERT-11, DOC-CERT-13, DOC-AWARD-02, DOC-AWARD-03, DOC-AWARD-04, DOC-AWARD-05,
    DOC-AWARD-06, DOC-AWARD-07, INT-28b.
    """
    checked("facts", facts, Facts)
    if facts.certification is None:
        return Refused(issuing.objections(facts, policy))
    reasons = [
        *issuing.objections(facts, policy),
        *_held_objections(facts, chosen, at),
        *date_objections(chosen),
        *source_objections(chosen.source, policy),
    ]
    if reasons:
        return Refused(reasons)
    award = Award(
        facts.user.id,
        facts.certification.id,
        chosen.issued_at,
        chosen.expires_at,
        chosen.basis,
        chosen.source,
        cycle=facts.next_cycle,
        expiry_day=chosen.expiry_day,
    )
    why = because(ReasonCode.AWARDED_BY_HAND, type=award.source.type)
    effects = consequences.issued(award, facts.held, facts.renewal, at)
    return Granted(effects, (why, *consequences.replaced(facts.renewal)))


def _held_objections(facts: Facts, chosen: ManualAward, at: datetime) -> Iterator[Reason]:
    held = facts.held
    if held is None or status.expired(held, at):
        yield from issuing.same_awards(chosen, facts.awards)
    else:
        cycle, expires_at = held.cycle, held.expires_at
        yield because(ReasonCode.HELD_SO_EDIT, cycle=cycle, expires_at=expires_at)
