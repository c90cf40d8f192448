"""Strategies of Hypothesis: facts, and their parts, for tests of what is built on certrules.

They draw ids from a few, so that facts meet: items assigned twice, courses in several plans, plans
that hold themselves or courses unknown, windows over and open, completions before an enrolment or
to come, awards archived, expired and for ever. Values are as a store would keep them: cycles and
attempts are numbered, the last alone is current, and at most one renewal is open.

>>> from hypothesis import given
>>> from certrules.rules import renewal
>>> @given(facts(), moments())
... def test_that_a_refusal_says_why(known, at):
...     decided = renewal.decide(known, at=at)
...     assert decided or decided.reasons
>>> test_that_a_refusal_says_why()
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import combinations, permutations
from typing import TypeVar
from zoneinfo import ZoneInfo

from attrs import evolve
from hypothesis import strategies as st

from certrules.model.awards import AssociationType, Award, ExpiryBasis, Source
from certrules.model.catalog import (
    Assignment,
    Certification,
    CertificationStatus,
    Criteria,
    ItemKind,
    Validity,
)
from certrules.model.facts import Facts
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    LearningPlan,
    Renewal,
    RenewalOption,
    RenewalState,
    Window,
    WindowStart,
)
from certrules.model.people import User
from certrules.periods import Unit

COURSES = ("c1", "c2", "c3")
PLANS = ("p1", "p2")
GROUPS = ("g1", "g2")
ITEMS = (
    *((ItemKind.COURSE, course) for course in COURSES),
    *((ItemKind.LEARNING_PLAN, plan) for plan in PLANS),
    (ItemKind.LEARNING_TRACK, "t1"),
    (ItemKind.EXTERNAL_TRAINING, "x1"),
)
ZONES = (UTC, timezone(timedelta(hours=5, minutes=30)), ZoneInfo("Europe/Rome"))
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
CLOCKS = (timedelta(), timedelta(microseconds=-1), timedelta(hours=13))
_WAYS = len(CLOCKS) * len(ZONES)


Drawn = TypeVar("Drawn")
Other = TypeVar("Other")
Known = TypeVar("Known", Course, LearningPlan)


def _mostly(
    usual: st.SearchStrategy[Drawn], rare: st.SearchStrategy[Other]
) -> st.SearchStrategy[Drawn | Other]:
    """Three times in four the first: facts of which something is granted are rare enough."""
    # not one_of, to which three of the same are one
    return st.integers(1, 4).flatmap(lambda drawn: rare if drawn == 4 else usual)


def _some(each: st.SearchStrategy[Drawn], at_most: int) -> st.SearchStrategy[list[Drawn]]:
    """One or more, now and then none."""
    return _mostly(st.lists(each, min_size=1, max_size=at_most), st.just([]))


@cache
def moments() -> st.SearchStrategy[datetime]:
    """Aware instants of 2024 and 2025, in several zones, often the first of a day in UTC."""
    return st.integers(0, 731 * _WAYS - 1).map(_moment)


def _moment(drawn: int) -> datetime:
    """Turn one number, which is drawn faster than three, into a day, a clock and a zone."""
    day, way = divmod(drawn, _WAYS)
    clock, zone = divmod(way, len(ZONES))
    return (FIRST_DAY + timedelta(days=day) + CLOCKS[clock]).astimezone(ZONES[zone])


_MAYBE = st.integers(-731 * _WAYS, 731 * _WAYS - 1).map(
    lambda drawn: _moment(-drawn - 1) if drawn < 0 else None
)
_SOME_GROUPS = st.sampled_from(
    [frozenset(some) for size in range(len(GROUPS) + 1) for some in combinations(GROUPS, size)]
)
_ITEMS = st.sampled_from([*ITEMS, ITEMS[0], ITEMS[0]])


def users(user_id: str = "u1") -> st.SearchStrategy[User]:
    """Users of an id, mostly active, in some groups and branches."""
    active = st.sampled_from([*(True,) * 7, False])
    return st.tuples(active, _SOME_GROUPS, _SOME_GROUPS).map(
        lambda drawn: User(user_id, user_id, active=drawn[0], groups=drawn[1], branches=drawn[2])
    )


@cache
def validities() -> st.SearchStrategy[Validity]:
    """Any validity, never among them."""
    return st.builds(Validity, st.integers(0, 36), st.sampled_from(Unit))


@cache
def windows() -> st.SearchStrategy[Window]:
    """Windows with a last day, a number of days, both or neither."""
    last_days = st.none() | moments().map(datetime.date)
    days = st.none() | st.integers(1, 400)
    return _mostly(
        st.just(Window()), st.builds(Window, last_days, days, st.sampled_from(WindowStart))
    )


@cache
def assignments() -> st.SearchStrategy[Assignment]:
    """Any item assigned, in a group or not."""
    groups = _mostly(st.none(), st.sampled_from(GROUPS))
    return st.tuples(_ITEMS, moments(), groups).map(lambda drawn: Assignment(*drawn[0], *drawn[1:]))


@cache
def certifications(certification_id: str = "fa") -> st.SearchStrategy[Certification]:
    """Certifications of an id, mostly active, with any items, the same one twice among them."""
    return st.builds(
        Certification,
        st.just(certification_id),
        st.just("First aid"),
        validity=validities(),
        retake=st.booleans(),
        status=_mostly(st.just(CertificationStatus.ACTIVE), st.sampled_from(CertificationStatus)),
        assignments=_some(assignments(), 4).map(tuple),
        criteria=_mostly(st.none(), st.sampled_from(Criteria)),
        groups=_mostly(st.just(frozenset[str]()), _SOME_GROUPS),
    )


_SOURCES = [
    *(Source(),) * 3,
    *(Source(AssociationType(kind.value), item) for kind, item in ITEMS),
]


@cache
def awards(
    user_id: str = "u1", certification_id: str = "fa", *, cycle: int = 1
) -> st.SearchStrategy[Award]:
    """Awards of one cycle, current, of any source, expiring at any instant or never."""

    def award(drawn: tuple[datetime, datetime | None, Source]) -> Award:
        issued_at, expires_at, source = drawn
        basis = ExpiryBasis.ALWAYS_VALID if expires_at is None else ExpiryBasis.DEFINITION
        return Award(user_id, certification_id, issued_at, expires_at, basis, source, cycle)

    return st.tuples(moments(), _MAYBE, st.sampled_from(_SOURCES)).map(award)


_STATUSES = st.sampled_from([*[EnrolmentStatus.COMPLETED] * 10, *EnrolmentStatus])


@cache
def enrolments(user_id: str = "u1") -> st.SearchStrategy[Enrolment]:
    """Any current enrolment of a user, in any item, of any status."""
    return st.builds(
        lambda item, instants, **drawn: Enrolment(
            user_id, item[0], item[1], instants[0], completed_at=instants[1], **drawn
        ),
        _ITEMS,
        st.tuples(moments(), _MAYBE).map(lambda drawn: (min(filter(None, drawn)), drawn[1])),
        status=_STATUSES,
        first_access_at=_MAYBE,
        direct=st.booleans(),
    )


@cache
def completions(user_id: str = "u1") -> st.SearchStrategy[Completion]:
    """Completions of any item at any instant."""
    return st.tuples(_ITEMS, moments()).map(lambda drawn: Completion(user_id, *drawn[0], drawn[1]))


@cache
def external_trainings(
    user_id: str = "u1", certification_id: str = "fa"
) -> st.SearchStrategy[ExternalTraining]:
    """External trainings that a user reported, chosen for a certification, another or none."""
    return st.builds(
        ExternalTraining,
        st.just(user_id),
        st.sampled_from(["x1", "x2"]),
        moments().map(datetime.date),
        st.sampled_from([certification_id, "other", None]),
    )


def courses() -> st.SearchStrategy[Course]:
    """Courses of a few ids, with some materials out of three."""
    materials = st.sampled_from(
        [some for size in range(4) for some in permutations(("m1", "m2", "m3"), size)]
    )
    return st.builds(Course, st.sampled_from(COURSES), materials, windows())


@cache
def learning_plans() -> st.SearchStrategy[LearningPlan]:
    """Learning plans of a few ids: also with an unknown course, or one of their own id."""
    held = st.lists(st.sampled_from([*COURSES, "unknown", *PLANS]), max_size=4, unique=True)
    return st.builds(LearningPlan, st.sampled_from(PLANS), held, windows())


@cache
def renewals(user_id: str = "u1", certification_id: str = "fa") -> st.SearchStrategy[Renewal]:
    """Open renewals by any item, through a plan or not."""
    options = st.tuples(_ITEMS, st.none() | st.sampled_from(PLANS)).map(
        lambda drawn: RenewalOption(*drawn[0], drawn[1])
    )
    return st.builds(
        Renewal,
        st.just(user_id),
        st.just(certification_id),
        st.integers(1, 3),
        st.integers(1, 2),
        moments(),
        options,
        st.booleans(),
        st.none() | st.sampled_from(["k1", "k2"]),
    )


def facts(user_id: str = "u1", certification_id: str = "fa") -> st.SearchStrategy[Facts]:
    """Facts of one user and one certification, which may be gone."""
    present = certifications(certification_id)
    return st.builds(
        Facts,
        users(user_id),
        _mostly(present, st.none()),
        awards=st.builds(
            _cycles,
            _some(awards(user_id, certification_id), 3),
            held=st.sampled_from([*(True,) * 7, False]),
        ),
        enrolments=st.lists(enrolments(user_id), max_size=8).map(_attempts),
        completions=st.lists(completions(user_id), max_size=4),
        courses=_each(COURSES, courses()),
        plans=_each(PLANS, learning_plans()),
        external=_mostly(
            st.just([]),
            st.lists(
                external_trainings(user_id, certification_id),
                max_size=2,
                unique_by=lambda each: each.id,
            ),
        ),
        renewals=_mostly(
            st.just([]), st.lists(renewals(user_id, certification_id), max_size=2).map(_closed)
        ),
    )


def _each(ids: tuple[str, ...], drawn: st.SearchStrategy[Known]) -> st.SearchStrategy[list[Known]]:
    """Mostly all of the ids, each once, sometimes with one or more of them missing."""
    several = st.tuples(*(_mostly(drawn, st.none()) for _ in ids))
    return several.map(
        lambda found: [evolve(each, id=id_) for id_, each in zip(ids, found, strict=True) if each]
    )


def _cycles(drawn: list[Award], *, held: bool) -> list[Award]:
    cycles = [evolve(award, cycle=number) for number, award in enumerate(drawn, start=1)]
    current = cycles[-1:] if held else []
    past = cycles[: len(cycles) - len(current)]
    return [award.archive(award.issued_at) for award in past] + current


def _attempts(drawn: list[Enrolment]) -> list[Enrolment]:
    items: dict[tuple[ItemKind, str], list[Enrolment]] = defaultdict(list)
    for enrolment in drawn:
        attempts = items[enrolment.kind, enrolment.item_id]
        attempts[-1:] = [each.archive(each.enrolled_at) for each in attempts[-1:]]
        attempts.append(evolve(enrolment, attempt=len(attempts) + 1))
    return [enrolment for attempts in items.values() for enrolment in attempts]


def _closed(drawn: list[Renewal]) -> list[Renewal]:
    cancelled, used = RenewalState.CANCELLED, {each.key for each in drawn[-1:]}
    past = [each.close(cancelled, each.started_at) for each in drawn[:-1]]
    return [evolve(each, key=None) if each.key in used else each for each in past] + drawn[-1:]
