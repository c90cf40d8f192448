"""Recording: can somebody have completed that, then?"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from certrules.model.decisions import Answer, Granted, Reason, Refused, because
from certrules.model.learning import Completion, Enrolment
from certrules.model.reasons import ReasonCode
from certrules.rules import issuing

__all__ = ["inferred", "objections", "record"]


def record(
    completion: Completion,
    attempts: Iterable[Enrolment],
    completions: Iterable[Completion] = (),
    *,
    at: datetime,
) -> Answer:
    """Decide whether a completion can be true: neither to come, nor before the first enrolment.

    ``attempts`` are the user's enrolments in the item, archived ones too; there need not be any.
    One that began with a completion, its own or one of ``completions``, was only inferred from it,
    and tells nothing against an older one.

    >>> done, at = datetime(2024, 7, 2, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
    >>> print(record(Completion("ada", ItemKind.COURSE, "c1", done), [], at=at).reasons[0])
    the completion, 2024-07-02 00:00 UTC, lies in the future (DOC-CERT-12)

    Rules: DOC-CERT-12.
    """
    if reasons := tuple(objections(completion, attempts, completions, at)):
        return Refused(reasons)
    return Granted(reasons=(because(ReasonCode.COMPLETION_PLAUSIBLE),))


def inferred(attempt: Enrolment, completions: Iterable[Completion]) -> bool:
    """Return whether an enrolment began with a completion, so that nobody had told of it.

    Rules: DOC-CERT-12.
    """
    item = attempt.ref
    told = {each.completed_at for each in completions if each.ref == item}
    return attempt.enrolled_at in {attempt.completed_at, *told}


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
