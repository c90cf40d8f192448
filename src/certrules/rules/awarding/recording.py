"""Recording: can somebody have completed that, then, and what is to be taken again?"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from operator import attrgetter

from attrs import evolve

from certrules import instants
from certrules.model.awards import Award
from certrules.model.catalog import ItemKind, ItemRef
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.effects import Effect, Enrol, RecordCompletion, ReopenTraining
from certrules.model.facts import Facts
from certrules.model.learning import Completion, Enrolment, EnrolmentStatus
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules import criteria, issuing, status

_ATTENDED = ItemKind.COURSE, ItemKind.LEARNING_PLAN
"""The kinds of items in which users are enrolled."""


def record(
    completion: Completion,
    attempts: Iterable[Enrolment],
    completions: Iterable[Completion] = (),
    *,
    at: datetime,
    direct: bool = True,
) -> Decision:
    """Decide whether a completion can be true: neither to come, nor before the first enrolment.

    The effects record it, and complete the user's current attempt at a course or plan. A user in
    none is enrolled by it: directly, unless they are enrolled in a plan that holds the course.

    ``attempts`` are the user's enrolments in the item in any order, archived ones too; there need
    not be any. The last one is that of the highest number, whenever it began.
    One that began with a completion, its own or one of ``completions``, was only inferred from it,
    and does not contradict an older one.

    >>> done, at = datetime(2024, 7, 2, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
    >>> print(record(Completion("ada", ItemKind.COURSE, "c1", done), [], at=at).reasons[0])
    the completion, 2024-07-02 00:00 UTC, lies in the future (DOC-CERT-12)

    Rules: DOC-CERT-12.
    """
    attempts = sorted(attempts, key=attrgetter("attempt"))
    completions = tuple(completions)
    if reasons := tuple(objections(completion, attempts, completions, at)):
        return Refused(reasons)
    enrolled = _enrolments(completion, attempts, completions, direct=direct)
    effects: tuple[Effect, ...] = (RecordCompletion(completion), *map(Enrol, enrolled))
    return Granted(effects, (because(ReasonCode.COMPLETION_PLAUSIBLE),))


def _enrolments(
    completion: Completion,
    attempts: Sequence[Enrolment],
    completions: Sequence[Completion],
    *,
    direct: bool,
) -> Iterator[Enrolment]:
    """Yield the attempt that a completion changes or adds: at a course or plan, or if reopened.

    An older completion of the only attempt makes it begin earlier, if it was inferred. A plan
    cannot be archived to be taken again, so its one attempt has the last completion.
    """
    done = completion.completed_at
    began = attempts[-1].enrolled_at if attempts else done
    if completion.kind not in _ATTENDED and done <= began:
        return  # there is an attempt at it only since it was reopened
    if not attempts or (attempts[-1].archived and done >= attempts[-1].enrolled_at):
        number = attempts[-1].attempt + 1 if attempts else 1
        fresh = Enrolment(completion.user_id, *completion.ref, done, attempt=number, direct=direct)
        yield evolve(fresh, status=EnrolmentStatus.COMPLETED, completed_at=done)
    elif done < attempts[-1].enrolled_at:
        if len(attempts) == 1 and not attempts[-1].archived and inferred(attempts[-1], completions):
            yield evolve(attempts[-1], enrolled_at=done)
    elif not _completed_already(attempts[-1], done):
        yield evolve(attempts[-1], status=EnrolmentStatus.COMPLETED, completed_at=done)


def _completed_already(current: Enrolment, done: datetime) -> bool:
    known = current.completed_at
    if current.status is not EnrolmentStatus.COMPLETED:
        return False
    return current.kind is not ItemKind.LEARNING_PLAN or (known is not None and done <= known)


def inferred(attempt: Enrolment, completions: Iterable[Completion]) -> bool:
    """Return whether an enrolment began with a completion, so that nobody had reported it.

    Rules: DOC-CERT-12.
    """
    item = attempt.ref
    known = {each.completed_at for each in completions if each.ref == item}
    return attempt.enrolled_at in {attempt.completed_at, *known}


def objections(
    completion: Completion,
    attempts: Iterable[Enrolment],
    completions: Iterable[Completion],
    at: datetime,
) -> Iterator[Reason]:
    """Yield why a completion cannot be true.

    Rules: DOC-CERT-12.
    """
    if future := issuing.future_objection(completion, at):
        yield future
    done = completion.completed_at
    order = attrgetter("enrolled_at", "attempt")
    first = min(attempts, key=order, default=None)
    if first is None or inferred(first, completions):
        return
    began = first.enrolled_at
    if done < began:
        yield because(ReasonCode.COMPLETION_BEFORE_ENROLMENT, completed_at=done, enrolled_at=began)


Reopening = RecordCompletion | ReopenTraining | Enrol
"""The effects of reopening training."""


def reopen_training(
    facts: Facts, *, at: datetime, zone: str | tzinfo, policy: Policy = DOCEBO
) -> Granted[Reopening] | Refused:
    """Decide whether the training of an expired award becomes incomplete, so as to be taken again.

    Reopened are the assigned courses, learning plans with their courses, tracks and external
    trainings that the user completed before the expiry, however late or often this is asked;
    nothing, for a user who could not be issued the certification again. What has no enrolment, such
    as a track, gets one: it begins with the last completion, and is not completed. An external
    training that was only reported was completed on its day, an instant by ``zone``, and is
    recorded so: when it is reported again, only that counts.

    >>> facts = Facts(User("ada", "ada"), Certification("fa", "First aid"))
    >>> reopen_training(facts, at=datetime(2024, 1, 1, tzinfo=UTC), zone=UTC).reasons[0].rule
    Rule.INT_34

    Rules: ALL-EXP-03, INT-34, INT-43.
    """
    at = instants.utc(at, "at")
    known = criteria.with_external(facts, zone=zone, policy=policy)
    reported, facts = {*known.completions} - {*facts.completions}, known
    held, reasons = facts.held, issuing.objections(facts, policy)
    if not policy.reenable_training_on_expiry:
        reasons.append(because(ReasonCode.TRAINING_STAYS_COMPLETE))
    if held is None or not status.expired(held, at):
        reasons.append(because(ReasonCode.NO_EXPIRED_AWARD))
    items = [] if reasons or held is None else _untouched(facts, held)
    effects = tuple(effect for item in items for effect in _reopened(facts, item, reported))
    if not effects:
        return Refused(reasons or (because(ReasonCode.NO_TRAINING_TO_REOPEN),))
    return Granted(effects, (because(ReasonCode.TRAINING_REOPENED),))


def _untouched(facts: Facts, held: Award) -> list[ItemRef]:
    """Return the items and the courses of assigned plans that nobody completed since the expiry."""
    assignments = facts.certification.assignments if facts.certification else ()
    assigned = {each.ref for each in assignments}
    through = {
        ItemRef(ItemKind.COURSE, course)
        for plan in facts.plans
        if (ItemKind.LEARNING_PLAN, plan.id) in assigned
        for course in plan.courses
    }
    since = (each for each in facts.all_completions if status.expired(held, each.completed_at))
    return sorted((assigned | through) - {each.ref for each in since}, key=criteria.item_order)


def _reopened(facts: Facts, item: ItemRef, reported: Collection[Completion]) -> Iterator[Reopening]:
    """Yield what makes an item incomplete, if it stands as completed.

    ``reported`` are the completions that are not recorded, but known from what users reported.
    Courses and plans stand as their enrolment says. Of what has none, an attempt later than the
    last completion says that the item was reopened since.
    """
    attempts, current = facts.attempts(*item), facts.enrolment(*item)
    completed = current is not None and current.status is EnrolmentStatus.COMPLETED
    done = (each.completed_at for each in facts.all_completions if each.ref == item)
    last = max(done, default=None)
    if attempts and item.kind in _ATTENDED:
        last = None
    elif last is not None and (current is None or current.enrolled_at < last):
        completed = True
    if completed:
        yield ReopenTraining(facts.user.id, *item)
    if completed and last is not None:
        if (known := Completion(facts.user.id, *item, last)) in reported:
            yield RecordCompletion(known)
        number = current.attempt if current else len(attempts) + 1
        yield Enrol(Enrolment(facts.user.id, *item, last, attempt=number))
