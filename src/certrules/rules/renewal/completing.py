"""Completing: what does completing a renewal change, or giving it up?"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from certrules import instants
from certrules.model.awards import AssociationType, Source
from certrules.model.catalog import Certification
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.effects import CloseRenewal, IssueAward
from certrules.model.facts import Facts
from certrules.model.learning import Completion, Renewal, RenewalState
from certrules.model.notices import EventKind
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked
from certrules.rules import consequences, issuing
from certrules.rules.feature import switched_off
from certrules.rules.renewal import availability
from certrules.rules.renewal.availability import several_items


def complete(
    facts: Facts,
    completion: Completion,
    *,
    at: datetime,
    zone: str | tzinfo,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether a completion completes the open renewal of the facts, and what that changes.

    The old award is archived with its own dates at the instant of the completion, and the new one
    is issued at it, with the expiry that the definition gives now in the calendar of ``zone``. Days
    left on the old award are not carried over.

    An award edited since the start is renewed; one that was renewed or removed is not. A refusal
    leaves the renewal open.

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
    ['ArchiveAward', 'CancelNotices', 'RevokeBadge', 'IssueAward', 'CloseRenewal', 'Notify']

    Rules: DOC-CERT-13, DOC-ASSIGN-07, DOC-RENEW-03, DOC-RENEW-14, DOC-RENEW-16, DOC-RENEW-17,
    DOC-RENEW-18, DOC-RENEW-20, ALL-VIS-02, INT-12b, INT-14, INT-23, INT-24, INT-32.
    """
    repeated = issuing.repetition(checked("facts", facts, Facts), completion)
    facts = facts.with_completion(completion)
    certification, renewal, held = facts.certification, facts.renewal, facts.held
    if certification is None:
        return Refused(issuing.objections(facts, policy))
    found = (
        *issuing.objections(facts, policy),
        *several_items(certification, policy),
        repeated,
        issuing.future_objection(completion, at),
        *_item_objections(facts, certification, completion),
        *_renewal_objections(facts, renewal, completion),
    )
    reasons = [*filter(None, found)]
    if reasons or renewal is None or held is None:
        return Refused(reasons)
    done = completion.completed_at
    source = Source(AssociationType(completion.kind.value), completion.item_id)
    award = issuing.stamp(facts, certification, source, issued_at=done, zone=zone, policy=policy)
    if same := issuing.same_awards(award, facts.awards):
        return Refused(same)
    effects = (
        *consequences.archived(held, done),
        IssueAward(award),
        CloseRenewal(renewal.close(RenewalState.COMPLETED, done)),
        issuing.notify(EventKind.RENEWED, award, at),
    )
    item = facts.item(*renewal.option.ref)
    return Granted(
        effects, (because(ReasonCode.RENEWED, item=item, started_at=renewal.started_at),)
    )


def _item_objections(
    facts: Facts, certification: Certification, completion: Completion
) -> Iterator[Reason]:
    item = facts.item(*completion.ref)
    same = (each for each in certification.assignments if each.ref == completion.ref)
    since = min((each.assigned_at for each in same), default=None)
    if since is None:
        yield because(ReasonCode.ITEM_NOT_ASSIGNED, item=item, **issuing.named(certification))
    elif completion.completed_at <= since:
        yield because(ReasonCode.COMPLETION_BEFORE_ASSIGNMENT, items=(item,))


def _renewal_objections(
    facts: Facts, renewal: Renewal | None, completion: Completion
) -> Iterator[Reason]:
    if renewal is None:
        yield because(ReasonCode.COMPLETION_ALONE)
        return
    option, began, done = renewal.option, renewal.started_at, completion.completed_at
    if completion.ref != option.ref:
        item = facts.item(*option.ref)
        yield because(ReasonCode.STARTED_BY_OTHER_ITEM, item=item, started_at=began)
    elif over := availability.closed_reason(facts, option.ref, option.plan_id, done):
        yield over
    if done <= began:
        yield because(ReasonCode.COMPLETION_BEFORE_START, started_at=began)
    held = facts.held
    if held is None or held.cycle != renewal.cycle:
        now = held and held.cycle
        yield because(ReasonCode.AWARD_REPLACED, started_cycle=renewal.cycle, held_cycle=now)
    elif done <= held.issued_at:
        yield because(ReasonCode.COMPLETION_BEFORE_ISSUE, issued_at=held.issued_at)


def cancel(facts: Facts, *, at: datetime, policy: Policy = DOCEBO) -> Decision:
    """Decide whether the open renewal of the facts can be given up.

    The award stays as it is, and what the start archived stays archived: with retakes on, the
    course that earned the award must be completed again before another renewal can be started. It
    cannot be given up before it was started.

    >>> cancel(Facts(User("ada", "ada"), None), at=datetime(2024, 1, 1, tzinfo=UTC)).reasons[0].rule
    Rule.INT_12b

    Rules: INT-12b, X-ARCH-2.
    """
    if off := switched_off(policy):
        return Refused(off)
    at, renewal = instants.utc(at, "at"), checked("facts", facts, Facts).renewal
    if renewal is None:
        return Refused((because(ReasonCode.NO_RENEWAL_OPEN),))
    if at < renewal.started_at:
        began = renewal.started_at
        return Refused((because(ReasonCode.CANCELLED_BEFORE_START, started_at=began),))
    closed = CloseRenewal(renewal.close(RenewalState.CANCELLED, at))
    return Granted((closed,), (because(ReasonCode.RENEWAL_CANCELLED),))
