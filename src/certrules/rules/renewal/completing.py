"""What does completing a renewal change, or giving it up?"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import AssociationType, Award, Source
from certrules.model.catalog import Certification
from certrules.model.decisions import Granted, Reason, Refused, because
from certrules.model.effects import ArchiveAward, CancelNotices, CloseRenewal, IssueAward
from certrules.model.events import EventKind
from certrules.model.facts import Facts
from certrules.model.learning import Completion, Renewal, RenewalState
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import issuing
from certrules.rules.renewal import ways
from certrules.rules.renewal.items import against_several

__all__ = ["cancel", "complete"]


def complete(
    facts: Facts,
    completion: Completion,
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Decide whether a completion completes the open renewal of the facts, and what that changes.

    The old award is archived with its own dates at the instant of the completion, and the new one
    is issued at it; its expiry is reckoned in the calendar of ``zone`` by the definition as it is
    now. Days left on the old award are not carried over.

    Without an open renewal nothing is renewed: a second completion, or one after a cancellation, is
    refused. So is one that is not later than the start or than the issue of the award, one that is
    among those of the facts already, one of another item than was chosen, one after the validity
    period had closed (judged at the completion), one of an item that has been unlinked meanwhile,
    one under criteria that need several items by now, and one whose award would have the very dates
    of an archived one. An award edited meanwhile is renewed all the same; one renewed or removed
    meanwhile refuses. A refusal leaves the renewal open.

    >>> begin, later = (datetime(year, 1, 1, tzinfo=UTC) for year in (2023, 2024))
    >>> chosen = RenewalOption(ItemKind.COURSE, "c1")
    >>> course = Assignment(ItemKind.COURSE, "c1", begin)
    >>> facts = Facts(
    ...     User("ada", "ada"),
    ...     Certification("fa", "First aid", assignments=(course,)),
    ...     awards=(Award("ada", "fa", begin, None),),
    ...     renewals=(Renewal("ada", "fa", 1, 1, begin, chosen),),
    ... )
    >>> done = Completion("ada", ItemKind.COURSE, "c1", later)
    >>> [type(effect).__name__ for effect in complete(facts, done, at=later, zone=UTC).effects]
    ['ArchiveAward', 'CancelNotices', 'IssueAward', 'CloseRenewal', 'Notify']

    Rules: DOC-CERT-13, DOC-ASSIGN-07, DOC-RENEW-03, DOC-RENEW-14, DOC-RENEW-16, DOC-RENEW-17,
    DOC-RENEW-18, DOC-RENEW-20, ALL-VIS-02, INT-12b, INT-14, INT-23, INT-24, INT-32.
    """
    told = [*issuing.against_told(facts, completion)]
    facts = facts.with_completion(completion)
    certification, renewal, held = facts.certification, facts.renewal, facts.held
    if certification is None:
        return Refused(issuing.against(facts))
    reasons = [
        *issuing.against(facts),
        *against_several(certification, policy),
        *told,
        *_against_future(completion, at),
        *_against_item(facts, certification, completion),
        *_against_renewal(facts, renewal, completion),
    ]
    if reasons or renewal is None or held is None:
        return Refused(reasons)
    award = _renewed(facts, certification, completion, zone, policy)
    if same := tuple(issuing.against_same(award, facts.awards)):
        return Refused(same)
    return _complete(facts, held, award, renewal, at)


def _against_future(completion: Completion, at: datetime) -> Iterator[Reason]:
    if completion.completed_at > instants.utc(at):
        done = completion.completed_at
        yield because(ReasonCode.COMPLETION_IN_FUTURE, completed_at=done, at=at)


def _against_item(
    facts: Facts, certification: Certification, completion: Completion
) -> Iterator[Reason]:
    item = (completion.kind, completion.item_id)
    named = facts.item(*item)
    since = [
        each.assigned_at for each in certification.assignments if (each.kind, each.item_id) == item
    ]
    if not since:
        yield because(ReasonCode.ITEM_NOT_ASSIGNED, item=named, **issuing.named(certification))
    elif completion.completed_at <= min(since):
        yield because(ReasonCode.COMPLETION_BEFORE_ASSIGNMENT, items=(named,))


def _against_renewal(
    facts: Facts, renewal: Renewal | None, completion: Completion
) -> Iterator[Reason]:
    if renewal is None:
        yield because(ReasonCode.COMPLETION_ALONE)
        return
    option, began = renewal.option, renewal.started_at
    if (completion.kind, completion.item_id) != (option.kind, option.item_id):
        item = facts.item(option.kind, option.item_id)
        yield because(ReasonCode.STARTED_BY_OTHER_ITEM, item=item, started_at=began)
    elif shut := ways.closed(
        facts, option.kind, option.item_id, option.plan_id, completion.completed_at
    ):
        yield shut
    if completion.completed_at <= renewal.started_at:
        yield because(ReasonCode.COMPLETION_BEFORE_START, started_at=began)
    yield from _against_award(facts.held, renewal, completion)


def _against_award(
    held: Award | None, renewal: Renewal, completion: Completion
) -> Iterator[Reason]:
    if held is None or held.cycle != renewal.cycle:
        now = held and held.cycle
        yield because(ReasonCode.AWARD_REPLACED, started_cycle=renewal.cycle, held_cycle=now)
    elif completion.completed_at <= held.issued_at:
        yield because(ReasonCode.COMPLETION_BEFORE_ISSUE, issued_at=held.issued_at)


def _renewed(
    facts: Facts,
    certification: Certification,
    completion: Completion,
    zone: str | tzinfo,
    policy: Policy,
) -> Award:
    return issuing.stamp(
        facts,
        certification,
        Source(AssociationType(completion.kind.value), completion.item_id),
        issued_at=completion.completed_at,
        zone=zone,
        policy=policy,
    )


def _complete(facts: Facts, held: Award, award: Award, renewal: Renewal, at: datetime) -> Granted:
    effects = (
        ArchiveAward(held.archive(award.issued_at)),
        CancelNotices(held.user_id, held.certification_id, held.cycle),
        IssueAward(award),
        CloseRenewal(renewal.close(RenewalState.COMPLETED, award.issued_at)),
        issuing.notify(EventKind.RENEWED, award, at),
    )
    item = facts.item(renewal.option.kind, renewal.option.item_id)
    why = because(ReasonCode.RENEWED, item=item, started_at=renewal.started_at)
    return Granted(effects, (why,))


def cancel(facts: Facts, *, at: datetime) -> Granted | Refused:
    """Decide whether the open renewal of the facts can be given up.

    The award stays as it is, and what the start archived stays archived: with retakes on, the
    course that earned the award must be completed again before another renewal can be started. It
    cannot be given up before it was started.

    >>> cancel(Facts(User("ada", "ada"), None), at=datetime(2024, 1, 1, tzinfo=UTC)).reasons[0].rule
    Rule.INT_12b

    Rules: INT-12b, X-ARCH-2.
    """
    at, renewal = instants.utc(at), facts.renewal
    if renewal is None:
        return Refused((because(ReasonCode.NO_RENEWAL_OPEN),))
    if at < renewal.started_at:
        began = renewal.started_at
        return Refused((because(ReasonCode.CANCELLED_BEFORE_START, started_at=began),))
    closed = renewal.close(RenewalState.CANCELLED, at)
    why = because(ReasonCode.RENEWAL_CANCELLED)
    return Granted((CloseRenewal(closed),), (why,))
