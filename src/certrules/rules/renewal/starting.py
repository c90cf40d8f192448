"""What does starting a renewal change?"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.awards import Award
from certrules.model.catalog import Certification, ItemKind
from certrules.model.decisions import Granted, Reason, Refused, because
from certrules.model.effects import ArchiveEnrolment, Enrol, OpenRenewal, ResetMaterials
from certrules.model.events import EventKind
from certrules.model.facts import Facts
from certrules.model.learning import Enrolment, Renewal, RenewalOption, RenewalState
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import issuing
from certrules.rules.renewal.deciding import gates
from certrules.rules.renewal.items import judge, within
from certrules.rules.renewal.standing import against_since, as_of

__all__ = ["start"]


def start(
    facts: Facts,
    option: RenewalOption,
    *,
    at: datetime,
    key: str | None = None,
    seen: tuple[int, int] | None = None,
    policy: Policy = DOCEBO,
) -> Granted | Refused:
    """Decide whether a renewal may be started by an option, and name what that changes.

    With retakes on, the learner's enrolment is archived as it was, a new one is made, and all
    materials of the course are reset, those that it shares in every course that uses them; the
    statuses of other courses stay. A plan cannot be archived: its courses are, and its own
    enrolment stays as it is until the renewal is completed. With retakes off, nothing is archived
    or reset. Either way the user is enrolled where they are not, in the courses of a plan too. What
    belongs to other users is never touched.

    What :func:`~certrules.rules.renewal.decide` grants can be started, and nothing else can; except
    that nothing is started as of an instant since which the award, its renewal or the training to
    be taken has changed. Raises :class:`~certrules.errors.InvalidValueError` for what is no option
    at all.

    ``key`` is the caller's own: a second start with the same key and option is granted without any
    effect while the first is open, and refused once that was completed or cancelled; any other
    second start is refused. A blank key raises InvalidValueError too. ``seen`` is the
    cycle and version of the award as the caller saw it: if it has changed since, the start is
    refused.

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
    at = instants.utc(at)
    if not isinstance(option, RenewalOption):
        raise InvalidValueError("option", option, "a certrules.RenewalOption")
    if key is not None and not key.strip():
        raise InvalidValueError("key", key, "some text, or None")
    if key is not None and (earlier := _started(facts, key)):
        return _answer_again(earlier, option)
    then = as_of(facts, at)
    reasons = [
        *gates(facts, then, policy),
        *_against_option(then, option, at),
        *_against_change(facts.held, seen),
    ]
    plan = [] if option.plan_id is None else [(ItemKind.LEARNING_PLAN, option.plan_id)]
    taken = [*within(facts, option.kind, option.item_id), *plan]
    reasons = reasons or [*against_since(facts, then, taken, at)]
    if reasons or facts.held is None or facts.certification is None:
        return Refused(reasons)
    return _start(facts, facts.certification, facts.held, option, at, key)


def _started(facts: Facts, key: str) -> Renewal | None:
    return next((renewal for renewal in facts.renewals if renewal.key == key), None)


def _answer_again(earlier: Renewal, option: RenewalOption) -> Granted | Refused:
    started_at, state = earlier.started_at, earlier.state
    if earlier.option != option:
        code = ReasonCode.KEY_OF_OTHER_RENEWAL
        return Refused((because(code, started_at=started_at, state=state),))
    if state is RenewalState.OPEN:
        return Granted((), (because(ReasonCode.REQUEST_REPEATED, started_at=started_at),))
    code = ReasonCode.KEY_OF_CLOSED_RENEWAL
    return Refused((because(code, started_at=started_at, state=state),))


def _against_change(held: Award | None, seen: tuple[int, int] | None) -> Iterator[Reason]:
    if held is not None and seen is not None and (held.cycle, held.version) != seen:
        now = (held.cycle, held.version)
        yield because(ReasonCode.AWARD_CHANGED, expected_version=seen, version=now)


def _against_option(facts: Facts, option: RenewalOption, at: datetime) -> Iterator[Reason]:
    """Yield why an option is not offered: what speaks against its item, if anything does."""
    if facts.certification is None:
        return
    item = (option.kind, option.item_id)
    judged = judge(facts, facts.certification, option.plan_id, at)
    own = [each for each in judged if (each.kind, each.item_id) == item]
    yield from (reason for each in own for reason in each.reasons)
    if not any(each.reasons or option in each.options for each in own):
        plan_id = option.plan_id
        yield because(ReasonCode.NO_SUCH_OPTION, item=facts.item(*item), plan_id=plan_id)


def _start(
    facts: Facts,
    certification: Certification,
    held: Award,
    option: RenewalOption,
    at: datetime,
    key: str | None,
) -> Granted:
    retake = certification.retake
    started = (
        held.user_id,
        held.certification_id,
        held.cycle,
        held.version,
        at,
        option,
        retake,
        key,
    )
    archived = _retaken(facts, option) if retake else []
    fresh = [*_fresh(facts, option, archived, at)]
    resets = [*_resets(facts, option, fresh)] if retake else []
    effects = (
        OpenRenewal(Renewal(*started)),
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
        yield _next(facts, each.kind, each.item_id, at, direct=each.direct)
    direct = option.plan_id is None and option.kind is not ItemKind.LEARNING_PLAN
    for kind, item in within(facts, option.kind, option.item_id):
        if facts.enrolment(kind, item) is None:
            yield _next(facts, kind, item, at, direct=direct)


def _retaken(facts: Facts, option: RenewalOption) -> list[Enrolment]:
    """Return the enrolments that make way for new ones: the item's, or those of a plan's courses.

    In a plan, a course that is suspended or waited for stays as it is: it holds nobody up.
    """
    current = (facts.enrolment(*item) for item in within(facts, option.kind, option.item_id))
    archivable = (each for each in current if each is not None and each.status.archivable)
    return [each for each in archivable if each.kind is not ItemKind.LEARNING_PLAN]


def _next(facts: Facts, kind: ItemKind, item_id: str, at: datetime, *, direct: bool) -> Enrolment:
    attempts = [each.attempt for each in facts.attempts(kind, item_id)]
    attempt = 1 + max(attempts, default=0)
    return Enrolment(facts.user.id, kind, item_id, at, attempt=attempt, direct=direct)


def _resets(
    facts: Facts, option: RenewalOption, fresh: Iterable[Enrolment]
) -> Iterator[ResetMaterials]:
    retaken = {(each.kind, each.item_id) for each in fresh} | {(option.kind, option.item_id)}
    courses = {course.id: course.materials for course in facts.courses}
    reset = {
        material
        for course, materials in courses.items()
        if (ItemKind.COURSE, course) in retaken
        for material in materials
    }
    for course in sorted(courses):
        if shared := sorted(reset & set(courses[course])):
            yield ResetMaterials(facts.user.id, course, tuple(shared))


def _why(certification: Certification, *, reset: bool) -> Reason:
    if reset:
        return because(ReasonCode.TRACKING_RESET)
    retake = certification.retake
    return because(ReasonCode.NO_EARLIER_ENROLMENT if retake else ReasonCode.NOT_YET_COMPLETED)
