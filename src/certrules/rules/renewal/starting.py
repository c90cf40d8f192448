"""Starting: what does starting a renewal change?"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.awards import Award
from certrules.model.catalog import Certification, ItemKind, ItemRef
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.effects import ArchiveEnrolment, Effect, Enrol, OpenRenewal, ResetMaterials
from certrules.model.facts import Facts
from certrules.model.learning import Enrolment, Renewal, RenewalOption, RenewalState
from certrules.model.notices import EventKind
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import Id, checked
from certrules.rules import issuing
from certrules.rules.renewal.availability import judge, within
from certrules.rules.renewal.deciding import objections
from certrules.rules.renewal.snapshot import facts_as_of


def start(
    facts: Facts,
    option: RenewalOption,
    *,
    at: datetime,
    key: str | None = None,
    expected_version: tuple[int, int] | None = None,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether a renewal may be started by an option, and name what that changes.

    With retakes on, the enrolment is archived, a new one is made, and all materials are reset. A
    plan cannot be archived: its courses are. Either way the user is enrolled if they are not.

    What :func:`~certrules.rules.renewal.decide` offers can be started, and nothing else.

    A second start with the same ``key`` and option is granted without effects while the first is
    open, and refused once that was completed or cancelled. ``expected_version`` is the cycle and
    version of the award as the caller saw it: if it has changed since, the start is refused. Raises
    :class:`~certrules.errors.InvalidValueError` for what is no option, for a blank key,
    and for a version that is no pair of numbers.

    >>> begin = datetime(2023, 1, 1, tzinfo=UTC)
    >>> course = Assignment(ItemKind.COURSE, "c1", begin)
    >>> facts = Facts(
    ...     User("ada", "ada"),
    ...     Certification("fa", "First aid", assignments=(course,)),
    ...     awards=(Award("ada", "fa", begin, None),),
    ...     courses=(Course("c1"),),
    ... )
    >>> granted = start(facts, RenewalOption(ItemKind.COURSE, "c1"), at=begin)
    >>> [type(effect).__name__ for effect in granted.effects]
    ['OpenRenewal', 'Enrol', 'Notify']

    Rules: DOC-RENEW-03, DOC-RENEW-06, DOC-RENEW-09, DOC-RENEW-10, DOC-RENEW-11, DOC-RENEW-12,
    DOC-RENEW-13, INT-12, INT-12b, INT-12c, INT-12d, X-ARCH-3, X-RENEW-1, X-RENEW-2.
    """
    at = instants.utc(at, "at")
    if not isinstance(option, RenewalOption):
        raise InvalidValueError("option", option, "a certrules.RenewalOption")
    checked("key", key, Id | None)
    expected_version = checked("expected_version", expected_version, tuple[int, int] | None)
    checked("facts", facts, Facts)
    earlier = next((each for each in facts.renewals if key and each.key == key), None)
    if earlier is not None:
        return _answer_again(earlier, option)
    then = facts_as_of(facts, at)
    reasons = [
        *objections(facts, then, at, policy),
        *_option_objections(facts, then, option, at),
    ]
    version = facts.held and (facts.held.cycle, facts.held.version)
    if version and expected_version not in (None, version):
        details = {"expected_version": expected_version, "version": version}
        reasons.append(because(ReasonCode.AWARD_CHANGED, **details))
    if reasons or facts.held is None or facts.certification is None:
        return Refused(reasons)
    return _start(facts, facts.certification, facts.held, option, at, key)


def _answer_again(earlier: Renewal, option: RenewalOption) -> Decision:
    details = {"started_at": earlier.started_at, "state": earlier.state}
    if earlier.option != option:
        return Refused((because(ReasonCode.KEY_OF_OTHER_RENEWAL, **details),))
    if earlier.state is RenewalState.OPEN:
        return Granted((), (because(ReasonCode.REQUEST_REPEATED, **details),))
    return Refused((because(ReasonCode.KEY_OF_CLOSED_RENEWAL, **details),))


def _option_objections(
    facts: Facts, then: Facts, option: RenewalOption, at: datetime
) -> Iterator[Reason]:
    """Yield why an option is not offered: what speaks against its item, if anything does."""
    if facts.certification is None:
        return
    judged = judge(facts, then, facts.certification, option.plan_id, at)
    own = [each for each in judged if each.item == option.ref]
    yield from (reason for each in own for reason in each.reasons)
    if not any(each.reasons or option in each.options for each in own):
        item, plan_id = facts.item(*option.ref), option.plan_id
        yield because(ReasonCode.NO_SUCH_OPTION, item=item, plan_id=plan_id)


def _start(
    facts: Facts,
    certification: Certification,
    held: Award,
    option: RenewalOption,
    at: datetime,
    key: str | None,
) -> Granted[Effect]:
    retake = certification.retake
    archived = _retaken(facts, option) if retake else []
    fresh = [*_fresh(facts, option, archived, at)]
    resets = [*_resets(facts, option, fresh)] if retake else []
    effects: tuple[Effect, ...] = (
        OpenRenewal(Renewal(*held.key, held.version, at, option, retake, key)),
        *(ArchiveEnrolment(each.archive(at)) for each in archived),
        *(Enrol(each) for each in fresh),
        *resets,
        *(issuing.notify(EventKind.ENROLLED, held, at, each.item_id) for each in fresh),
    )
    return Granted(effects, (_why(certification, reset=bool(archived or resets)),))


def _fresh(
    facts: Facts, option: RenewalOption, archived: Iterable[Enrolment], at: datetime
) -> Iterator[Enrolment]:
    for each in archived:
        yield _next(facts, each.ref, at, direct=each.direct)
    direct = option.plan_id is None and option.kind is not ItemKind.LEARNING_PLAN
    for item in within(facts, option.ref):
        if facts.enrolment(*item) is None:
            yield _next(facts, item, at, direct=direct)


def _retaken(facts: Facts, option: RenewalOption) -> list[Enrolment]:
    """Return the enrolments that make way for new ones: the item's, or those of a plan's courses.

    In a plan, a course that is suspended or waited for stays as it is: it holds nobody up.
    """
    current = (facts.enrolment(*item) for item in within(facts, option.ref))
    archivable = (each for each in current if each and each.status.archivable)
    return [each for each in archivable if each.kind is not ItemKind.LEARNING_PLAN]


def _next(facts: Facts, item: ItemRef, at: datetime, *, direct: bool) -> Enrolment:
    attempt = 1 + max((each.attempt for each in facts.attempts(*item)), default=0)
    return Enrolment(facts.user.id, *item, at, attempt=attempt, direct=direct)


def _resets(
    facts: Facts, option: RenewalOption, fresh: Iterable[Enrolment]
) -> Iterator[ResetMaterials]:
    retaken = {each.ref for each in fresh} | {option.ref}
    courses = sorted(facts.courses, key=lambda course: course.id)
    own = (each.materials for each in courses if (ItemKind.COURSE, each.id) in retaken)
    reset = set(chain.from_iterable(own))
    for course in courses:
        if shared := sorted(reset.intersection(course.materials)):
            yield ResetMaterials(facts.user.id, course.id, tuple(shared))


def _why(certification: Certification, *, reset: bool) -> Reason:
    if reset:
        return because(ReasonCode.TRACKING_RESET)
    retake = certification.retake
    return because(ReasonCode.NO_EARLIER_ENROLMENT if retake else ReasonCode.NOT_YET_COMPLETED)
