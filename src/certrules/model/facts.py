"""Facts: what must be known of one user and one certification to decide?"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeVar

from attrs import evolve

from certrules.errors import InvalidValueError
from certrules.model.awards import Award
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    LearningPlan,
    Renewal,
    RenewalState,
)
from certrules.model.people import User
from certrules.model.values import value

T = TypeVar("T")

_LISTS = "awards", "enrolments", "completions", "courses", "plans", "renewals", "items", "external"


@value
class Facts:
    """All that awarding and renewing look at, in any order: one user, one certification.

    - ``certification``: None if it is gone;
    - ``awards``: every cycle that the user has of it;
    - ``enrolments``: the user's, archived ones too, in the assigned items, in the course that
      earned the current award, in the plans that hold these and in the courses of those plans;
    - ``completions``: the user's of assigned items (they need not repeat the enrolments);
    - ``courses``: the assigned ones, those of assigned plans, and those that share their materials;
    - ``plans``: the assigned ones, and those that hold an assigned course;
    - ``renewals``: every renewal that the user has ever started of it;
    - ``items``: what courses, plans and tracks are called, for reasons that people read;
    - ``external``: the trainings elsewhere that the user reported, assigned to it or chosen for it.

    What is listed twice counts once. Raises :class:`~certrules.errors.InvalidValueError` for facts
    of another user or certification, and for those that contradict each other: two definitions of
    one course or plan, two accounts of one attempt, cycle or external training, two current awards
    or open renewals, two renewals of one key.
    """

    user: User
    certification: Certification | None
    awards: Sequence[Award] = ()
    enrolments: Sequence[Enrolment] = ()
    completions: Sequence[Completion] = ()
    courses: Sequence[Course] = ()
    plans: Sequence[LearningPlan] = ()
    renewals: Sequence[Renewal] = ()
    items: Sequence[Item] = ()
    external: Sequence[ExternalTraining] = ()

    def __attrs_post_init__(self) -> None:
        for name in _LISTS:
            object.__setattr__(self, name, tuple(dict.fromkeys(getattr(self, name))))
        theirs = self.awards, self.enrolments, self.completions, self.renewals, self.external
        _only("user_id", self.user.id, chain.from_iterable(theirs))
        if self.certification is not None:
            _only("certification_id", self.certification.id, (*self.awards, *self.renewals))
        _once("course", self.courses, lambda course: course.id)
        _once("plan", self.plans, lambda plan: plan.id)
        _once("item", self.items, lambda item: (item.kind, item.id))
        _once("attempt", self.enrolments, lambda each: (each.kind, each.item_id, each.attempt))
        _once("external training", self.external, lambda training: training.id)
        _once("cycle", self.awards, lambda award: award.cycle)
        current = (award for award in self.awards if not award.archived)
        _once("current award", current, lambda award: award.user_id)
        keyed = (renewal for renewal in self.renewals if renewal.key is not None)
        _once("key of a renewal", keyed, lambda renewal: renewal.key)
        begun = (renewal for renewal in self.renewals if renewal.state is RenewalState.OPEN)
        _once("open renewal", begun, lambda renewal: renewal.user_id)

    @property
    def held(self) -> Award | None:
        """The current award; None if there is none, or only archived ones."""
        current = (award for award in self.awards if not award.archived)
        return max(current, key=lambda award: award.cycle, default=None)

    @property
    def renewal(self) -> Renewal | None:
        """The renewal that is open."""
        return next((known for known in self.renewals if known.state is RenewalState.OPEN), None)

    @property
    def next_cycle(self) -> int:
        """The number of the cycle that follows."""
        return 1 + max((award.cycle for award in self.awards), default=0)

    def item(self, kind: ItemKind, item_id: str) -> Item:
        """Return an item, without a name if it is not among these facts."""
        named = (known for known in self.items if (known.kind, known.id) == (kind, item_id))
        return next(named, Item(kind, item_id))

    def enrolment(self, kind: ItemKind, item_id: str) -> Enrolment | None:
        """Return the user's current enrolment in an item."""
        current = (each for each in self.attempts(kind, item_id) if not each.archived)
        return max(current, key=lambda each: each.attempt, default=None)

    def attempts(self, kind: ItemKind, item_id: str) -> tuple[Enrolment, ...]:
        """Return all the user's enrolments in an item, archived ones too."""
        return tuple(each for each in self.enrolments if each.ref == (kind, item_id))

    def course(self, course_id: str) -> Course | None:
        """Return the course of an id."""
        return next((known for known in self.courses if known.id == course_id), None)

    def with_completion(self, completion: Completion) -> "Facts":
        """Return these facts with one more completion, of the same user."""
        return evolve(self, completions=(*self.completions, completion))

    @property
    def all_completions(self) -> tuple[Completion, ...]:
        """Every completion, also those that enrolments record."""
        enrolled = (
            Completion(self.user.id, *each.ref, each.completed_at)
            for each in self.enrolments
            if each.status is EnrolmentStatus.COMPLETED and each.completed_at
        )
        return (*self.completions, *enrolled)

    def plan(self, plan_id: str) -> LearningPlan | None:
        """Return the learning plan of an id."""
        return next((known for known in self.plans if known.id == plan_id), None)


def _only(name: str, expected: str, facts: Iterable[Any]) -> None:
    for fact in facts:
        if getattr(fact, name) != expected:
            raise InvalidValueError(name, getattr(fact, name), f"facts of {expected!r} only")


def _once(name: str, facts: Iterable[T], key: Callable[[T], object]) -> None:
    seen: set[object] = set()
    for fact in facts:
        if key(fact) in seen:
            raise InvalidValueError(name, fact, "one account of it, or the same one twice")
        seen.add(key(fact))
