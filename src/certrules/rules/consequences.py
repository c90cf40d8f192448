"""Consequences: what follows when an award is issued, archived, edited or removed?

A badge says when its award was issued and when it expires, and a notice says when it expires: what
they say must not outlive the award.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from attrs import evolve

from certrules import instants
from certrules.model.awards import Award
from certrules.model.decisions import Reason, because
from certrules.model.effects import (
    ArchiveAward,
    CancelNotices,
    CancelOutdatedNotices,
    CloseRenewal,
    ForgetNotices,
    IssueAward,
    Notify,
    RemoveAward,
    ReopenRenewal,
    ReplaceAward,
    RevokeBadge,
    RevokeOutdatedBadge,
)
from certrules.model.learning import Renewal, RenewalState
from certrules.model.notices import EventKind
from certrules.model.reasons import ReasonCode
from certrules.rules import issuing

Archiving = ArchiveAward | CancelNotices | RevokeBadge

Issuing = Archiving | IssueAward | CloseRenewal | Notify
"""The effects of issuing an award, in the place of another or not."""

Editing = ReplaceAward | CancelOutdatedNotices | RevokeOutdatedBadge
"""The effects of giving an award other dates, or another source."""

Removing = RemoveAward | CancelNotices | ForgetNotices | RevokeBadge | Notify | CloseRenewal
"""The effects of removing awards."""

Moving = ArchiveAward | ReplaceAward | CancelNotices | Notify
"""The effects of moving the instant until which an award is current."""


def issued(
    award: Award,
    held: Award | None,
    renewal: Renewal | None,
    at: datetime,
    kind: EventKind = EventKind.ISSUED,
) -> tuple[Issuing, ...]:
    """Return what follows when an award is issued, at ``at`` in the place of the one that is held.

    If it begins later, the one that is held is current until then, and so long its badge counts; if
    that one expires before, notices of its expiry stay.
    ``renewal`` is the one that is open, if any: it is closed, since what it was to renew is
    replaced. ``kind`` is that of the award's event.

    Rules: DOC-AWARD-02, INT-12b, INT-35, INT-46.
    """
    at = instants.utc(at, "at")
    closed = [CloseRenewal(renewal.close(RenewalState.REPLACED, at))] if renewal else []
    before = archived(held, max(at, award.issued_at))
    if held and award.issued_at > at:
        gap = _expires(held.archive(award.issued_at))
        undone = (RevokeBadge, CancelNotices) if gap else RevokeBadge
        before = tuple(each for each in before if not isinstance(each, undone))
    return *before, IssueAward(award), *closed, issuing.notify(kind, award, at)


def replaced(renewal: Renewal | None) -> tuple[Reason, ...]:
    """Return why the open renewal, if any, is closed when another award is issued.

    Rules: INT-12b.
    """
    if renewal is None:
        return ()
    return (because(ReasonCode.RENEWAL_REPLACED, started_at=renewal.started_at),)


def archived(award: Award | None, at: datetime) -> tuple[Archiving, ...]:
    """Return what follows when another award takes the place of the one that is held, if any.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> [type(each).__name__ for each in archived(Award("ada", "fa", at, None), at)]
    ['ArchiveAward', 'CancelNotices', 'RevokeBadge']

    Rules: DOC-RENEW-14, INT-23, INT-42.
    """
    if award is None:
        return ()
    return ArchiveAward(award.archive(at)), CancelNotices(award.key), RevokeBadge(award.key)


def edited(award: Award) -> tuple[Editing, ...]:
    """Return what follows when an award becomes as it is given.

    Rules: DOC-AWARD-09, INT-23, INT-42.
    """
    return ReplaceAward(award), CancelOutdatedNotices(award), RevokeOutdatedBadge(award)


def rescheduled(
    others: Iterable[Award], award: Award, at: datetime, before: Award | None = None
) -> Iterator[Moving]:
    """Yield what follows for the other cycles that are current until an award begins.

    If that is another instant than before, they are archived then. ``before`` is the award as it
    was if it is edited, and None if it is issued.

    Rules: INT-23, INT-46.
    """
    at = instants.utc(at, "at")
    begins = max(at, award.issued_at)
    for each in others:
        until = each.archived_at
        if until is None or until <= at:
            continue
        follows = before is not None and until == before.issued_at
        if until != (new := begins if follows else min(until, begins)):
            yield from _moved(each, new, at)


def _moved(award: Award, until: datetime | None, at: datetime) -> Iterator[Moving]:
    """Yield what follows if an award is current until another instant, or from now on.

    If it expires no more as its notices say, they are cancelled. If it expires again, that is a
    change of it, so that they are created again.
    """
    after = evolve(award, archived_at=until, version=award.version + 1)
    yield ReplaceAward(after) if until is None else ArchiveAward(after)
    if until is None or (_expires(after) and not _expires(award)):
        yield issuing.notify(EventKind.CHANGED, after, at)
    elif _expires(award) and not _expires(after):
        yield CancelNotices(award.key)


def _expires(award: Award) -> bool:
    """Return whether an award expires before another takes its place."""
    until, expires = award.archived_at, award.expires_at
    return expires is not None and (until is None or expires < until)


def restored(kept: Iterable[Award], lost: Iterable[Award], at: datetime) -> Iterator[Moving]:
    """Yield what follows for the cycles that stay if awards are removed before they begin.

    A cycle that was to be archived when a removed one begins is archived when the next one begins
    that stays. If there is none, it is current again.

    Rules: INT-23, INT-46.
    """
    at = instants.utc(at, "at")
    begins = {(each.user_id, each.issued_at) for each in lost if each.issued_at > at}
    users = {user for user, _ in begins}
    stay = defaultdict[str, list[Award]](list)
    for each in sorted(kept if begins else (), key=lambda award: award.key):
        if each.user_id in users:
            stay[each.user_id].append(each)
    for cycles in stay.values():
        for place, each in enumerate(cycles, 1):
            if each.archived_at is None or (each.user_id, each.archived_at) not in begins:
                continue
            until = min((max(at, later.issued_at) for later in cycles[place:]), default=None)
            if until != each.archived_at:
                yield from _moved(each, until, at)


def reopened(awards: Iterable[Award], renewals: Iterable[Renewal]) -> Iterator[ReopenRenewal]:
    """Yield the renewals that are open again because their awards are current again.

    They are those that were closed as replaced; none of a user who has another one open.

    Rules: INT-12b, INT-46.
    """
    cycles = {(each.user_id, each.cycle) for each in awards}
    known = sorted(renewals, key=lambda each: (each.user_id, each.started_at))
    busy = {each.user_id for each in known if each.state is RenewalState.OPEN}
    closed = (each for each in known if each.state is RenewalState.REPLACED)
    theirs = (each for each in closed if (each.user_id, each.cycle) in cycles)
    for each in {each.user_id: each for each in theirs if each.user_id not in busy}.values():
        yield ReopenRenewal(evolve(each, state=RenewalState.OPEN, closed_at=None))


def removed(
    awards: Iterable[Award], renewals: Iterable[Renewal], at: datetime
) -> Iterator[Removing]:
    """Yield what follows when awards are taken away; of ``renewals`` those that are open end.

    What is issued in the place of a removed award is another one: notices of it are sent anew.

    Rules: DOC-AWARD-10, DOC-DELETE-02, INT-20, INT-23, INT-42.
    """
    at = instants.utc(at, "at")
    for award in sorted(awards, key=lambda each: each.key):
        yield RemoveAward(award)
        yield CancelNotices(award.key)
        yield ForgetNotices(award.key)
        yield RevokeBadge(award.key)
        yield issuing.notify(EventKind.REMOVED, award, at)
    for renewal in sorted(renewals, key=lambda each: (each.user_id, each.started_at)):
        if renewal.state is RenewalState.OPEN:
            yield CloseRenewal(renewal.close(RenewalState.CANCELLED, at))
