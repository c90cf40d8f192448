"""Can somebody have completed that, then?"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from certrules import instants
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.learning import Completion, Enrolment
from certrules.rulebook import Rule

__all__ = ["against", "record"]


def record(
    completion: Completion, attempts: Iterable[Enrolment], *, at: datetime
) -> Granted | Refused:
    """Decide whether a completion can be true: neither to come, nor before the first enrolment.

    ``attempts`` are the user's enrolments in the item, archived ones too; there need not be any.

    >>> done, at = datetime(2024, 7, 2, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
    >>> print(record(Completion("ada", ItemKind.COURSE, "c1", done), [], at=at).reasons[0])
    the completion, 2024-07-02 00:00 UTC, lies in the future (DOC-CERT-12)

    Rules: DOC-CERT-12.
    """
    if reasons := tuple(against(completion, attempts, at)):
        return Refused(reasons)
    return Granted(reasons=(Reason(Rule.DOC_CERT_12, "nothing speaks against the completion"),))


def against(
    completion: Completion, attempts: Iterable[Enrolment], at: datetime
) -> Iterator[Reason]:
    """Yield why a completion cannot be true.

    Rules: DOC-CERT-12.
    """
    done = ("completed_at", completion.completed_at)
    if completion.completed_at > instants.utc(at):
        text = f"the completion, {instants.written(completion.completed_at)}, lies in the future"
        yield Reason(Rule.DOC_CERT_12, text, (done, ("at", at)))
    enrolled = [each.enrolled_at for each in attempts]
    if enrolled and completion.completed_at < min(enrolled):
        text = f"the completion is earlier than the enrolment, {instants.written(min(enrolled))}"
        yield Reason(Rule.DOC_CERT_12, text, (done, ("enrolled_at", min(enrolled))))
