"""Learning: what does a user take, through what, until when, and what did they complete?"""

from collections import Counter
from datetime import date, datetime
from typing import Annotated

from attrs import evolve, field

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import ItemKind, ItemRef
from certrules.model.values import Count, Id, Only, sequence, value
from certrules.words import Word


class WindowStart(Word):
    """From when days of validity count.

    Rules: X-VALID-1.
    """

    ENROLMENT = "enrolment"
    FIRST_ACCESS = "first_access"
    """For a learning plan: the first access to any of its courses."""


MOST_DAYS = date.max.toordinal()
"""How many days there are, from the year 1 to the year 9999."""


_Days = Annotated[
    int, Only(range(1, MOST_DAYS + 1).__contains__, f"a whole number, 1 to {MOST_DAYS}")
]


@value
class Window:
    """Until when a course or learning plan can be taken; by default, for ever.

    A fixed last day, or a number of days from the enrolment or from the first access; if both
    are set, the earlier end counts. Days are those of UTC, and the last one belongs to the window.

    Rules: INT-13b, X-VALID-1.
    """

    last_day: date | None = None
    days: _Days | None = None
    start: WindowStart = WindowStart.ENROLMENT

    @property
    def limited(self) -> bool:
        """Whether there is an end at all."""
        return self.last_day is not None or self.days is not None


@value
class Course:
    """A course with its training materials.

    ``materials`` are the host's ids. One that stands in several courses is shared: it lives in the
    central repository, and a learner's progress in it counts in all of them.

    Rules: DOC-RENEW-12.
    """

    id: Id
    materials: tuple[str, ...] = field(default=(), converter=sequence)
    window: Window = Window()


def _once(_: object, __: object, courses: tuple[str, ...]) -> None:
    twice = [course for course, times in Counter(courses).items() if times > 1]
    if twice:
        raise InvalidValueError("courses", courses, f"each once, not {twice[0]!r} again")


@value
class LearningPlan:
    """A learning plan with the ids of its courses, each of them once.

    An id is unique among courses and among plans, so that a course may have the id of its plan.
    """

    id: Id
    courses: tuple[str, ...] = field(default=(), converter=sequence, validator=_once)
    window: Window = Window()


class EnrolmentStatus(Word):
    """Where a learner stands in a course or learning plan; no status says that it has expired.

    >>> print(*EnrolmentStatus)
    enrolled in_progress completed waiting to_confirm suspended overbooked

    Rules: X-RENEW-3, X-STATUS-1.
    """

    ENROLLED = "enrolled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    WAITING = "waiting"
    TO_CONFIRM = "to_confirm"
    SUSPENDED = "suspended"
    OVERBOOKED = "overbooked"

    @property
    def admitted(self) -> bool:
        """Whether the learner may take the item: not suspended, and not waiting for a place.

        Rules: INT-13.
        """
        return self in (self.ENROLLED, self.IN_PROGRESS, self.COMPLETED)

    @property
    def archivable(self) -> bool:
        """Whether an enrolment of this status can be put into the archive.

        Rules: X-ARCH-1.
        """
        return self.admitted


@value
class Enrolment:
    """One attempt of one user at one course or learning plan.

    Attempts of the same user and item are numbered from 1; at most one, the last, is current, the
    others are archived, and stay so. ``direct`` says of a course that the user also has in a
    learning plan whether they are enrolled in it by itself as well; it decides nothing, as it gives
    no way to renew past the plan (INT-13). Nothing is completed or archived before the enrolment.

    Rules: X-ARCH-2, X-RENEW-1.
    """

    user_id: Id
    kind: ItemKind
    item_id: Id
    enrolled_at: datetime
    status: EnrolmentStatus = EnrolmentStatus.ENROLLED
    first_access_at: datetime | None = None
    completed_at: datetime | None = None
    archived_at: datetime | None = None
    attempt: Count = 1
    direct: bool = False

    @property
    def ref(self) -> ItemRef:
        """The item of the enrolment."""
        return ItemRef(self.kind, self.item_id)

    def __attrs_post_init__(self) -> None:
        for name, later in (("completed_at", self.completed_at), ("archived_at", self.archived_at)):
            if later is not None and later < self.enrolled_at:
                expected = f"no instant before the enrolment, {instants.written(self.enrolled_at)}"
                raise InvalidValueError(name, later, expected)

    @property
    def archived(self) -> bool:
        """Whether this attempt is history."""
        return self.archived_at is not None

    def archive(self, at: datetime) -> "Enrolment":
        """Return this attempt as history, just as it was, archived at an instant."""
        return evolve(self, archived_at=at)


@value
class Completion:
    """That a user completed a course, learning plan or track, and when."""

    user_id: Id
    kind: ItemKind
    item_id: Id
    completed_at: datetime

    @property
    def ref(self) -> ItemRef:
        """The completed item."""
        return ItemRef(self.kind, self.item_id)


@value
class ExternalTraining:
    """An external training as its user reported it, with the certification chosen for it.

    Rules: DOC-ASSIGN-09.
    """

    user_id: Id
    id: Id
    completed_on: date
    certification_id: Id | None = None

    @property
    def ref(self) -> ItemRef:
        """The item that the training is, if one is assigned."""
        return ItemRef(ItemKind.EXTERNAL_TRAINING, self.id)


@value
class RenewalOption:
    """An item by which a renewal can be done, and the learning plan through which it is taken."""

    kind: ItemKind
    item_id: Id
    plan_id: Id | None = None

    @property
    def ref(self) -> ItemRef:
        """The item that renews."""
        return ItemRef(self.kind, self.item_id)


class EntryPoint(Word):
    """Where a learner finds the control that starts a renewal; all of them decide alike.

    Rules: DOC-RENEW-04.
    """

    MY_CERTIFICATIONS = "my_certifications"
    TASK_LIST = "task_list"
    ITEM_PAGE = "item_page"
    EXPIRY_NOTIFICATION = "expiry_notification"


class RenewalState(Word):
    """Where a renewal stands: open, or else closed for good, and why.

    Rules: INT-12b.
    """

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    """Given up by its user, or its award or item was taken away."""
    REPLACED = "replaced"
    """Another award took the place of the one that it was to renew."""


@value
class Renewal:
    """One renewal of one cycle of an award: started, and then completed, cancelled or replaced.

    ``cycle`` and ``version`` are those of the award when it was started; ``retake`` says whether
    earlier tracking was reset; ``key`` is the caller's, so that a repeated request is recognised,
    and not blank. At most one renewal of a user's certification is open.

    Rules: INT-12b.
    """

    user_id: Id
    certification_id: Id
    cycle: Count
    version: Count
    started_at: datetime
    option: RenewalOption
    retake: bool = False
    key: Id | None = None
    state: RenewalState = RenewalState.OPEN
    closed_at: datetime | None = None

    def close(self, state: RenewalState, at: datetime) -> "Renewal":
        """Return this renewal as closed at an instant."""
        return evolve(self, state=state, closed_at=at)
