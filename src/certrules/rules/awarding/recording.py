"""Recording: can somebody have completed that, then, and what becomes of their enrolment?"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from attrs import evolve

from certrules.model.catalog import ItemKind
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.effects import Effect, Enrol, RecordCompletion
from certrules.model.learning import Completion, Enrolment, EnrolmentStatus
from certrules.model.reasons import ReasonCode
from certrules.rules import issuing

__all__ = ["inferred", "objections", "record"]


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

    ``attempts`` are the user's enrolments in the item, archived ones too; there need not be any.
    One that began with a completion, its own or one of ``completions``, was only inferred from it,
    and does not contradict an older one.

    >>> done, at = datetime(2024, 7, 2, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
    >>> print(record(Completion("ada", ItemKind.COURSE, "c1", done), [], at=at).reasons[0])
    the completion, 2024-07-02 00:00 UTC, lies in the future (DOC-CERT-12)

    Rules: DOC-CERT-12.
    """
    attempts, completions = tuple(attempts), tuple(completions)
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
    """Yield the attempt that a completion changes or adds: at a course or plan.

    An older completion of the only attempt makes it begin earlier, if it was inferred. A plan
    cannot be archived to be taken again, so its one attempt has the last completion.
    """
    done = completion.completed_at
    if completion.kind not in (ItemKind.COURSE, ItemKind.LEARNING_PLAN):
        return
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
    first = min(attempts, key=lambda attempt: attempt.enrolled_at, default=None)
    if first is None or inferred(first, completions):
        return
    began = first.enrolled_at
    if done < began:
        yield because(ReasonCode.COMPLETION_BEFORE_ENROLMENT, completed_at=done, enrolled_at=began)
