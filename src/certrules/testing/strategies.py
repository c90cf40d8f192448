"""Strategies of Hypothesis: facts, and their parts, for tests of what is built on certrules.

They draw ids from a few, so that facts meet: items assigned twice, courses in several plans, plans
that hold themselves or courses unknown, windows over and open, completions before an enrolment or
to come, awards archived, expired and for ever. Values are as a store would keep them: cycles and
attempts are numbered, the last alone is current, and at most one renewal is open.

At a moment drawn with them, one in three facts or more grant something: a renewal, in one of ten
through a plan whose window stands before that of its course, or an award for a completion.

>>> from hypothesis import given
>>> from certrules.rules import renewal
>>> @given(facts(), moments())
... def test_that_a_refusal_says_why(known, at):
...     decided = renewal.decide(known, at=at)
...     assert decided or decided.reasons
>>> test_that_a_refusal_says_why()
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from functools import cache
from io import StringIO
from itertools import combinations, permutations
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from attrs import evolve, fields_dict, has
from hypothesis import strategies as st

from certrules.catalogs import Catalog
from certrules.model.awards import AssociationType, Award, ExpiryBasis, Source
from certrules.model.catalog import (
    Assignment,
    Certification,
    CertificationStatus,
    Criteria,
    Item,
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
from certrules.model.notices import Notice, NoticeKind
from certrules.model.people import Company, User
from certrules.model.policy import ALLBOUND, DOCEBO, Policy
from certrules.model.records import RecordField
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
_BEFORE = FIRST_DAY - timedelta(days=30)
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


@cache
def notices(user_id: str = "u1", certification_id: str = "fa") -> st.SearchStrategy[Notice]:
    """Notices of any kind about the first cycles of an award."""

    def notice(name: str, kind: NoticeKind, cycle: int, of: datetime, due_at: datetime) -> Notice:
        item = COURSES[0] if kind is NoticeKind.ENROLLED else ""
        return Notice(name, kind, user_id, certification_id, cycle, of, due_at, item)

    kinds, cycles = st.sampled_from(NoticeKind), st.integers(1, 3)
    return st.builds(notice, st.sampled_from(["n1", "n2"]), kinds, cycles, moments(), moments())


@cache
def policies() -> st.SearchStrategy[Policy]:
    """Policies of a platform, in which any choice that has few answers may be another."""
    choices = {
        name: st.booleans() if each.type is bool else st.sampled_from(each.type)
        for name, each in fields_dict(Policy).items()
        if isinstance(each.type, type) and issubclass(each.type, bool | Enum)
    }
    return st.tuples(
        st.sampled_from([DOCEBO, ALLBOUND]), st.fixed_dictionaries({}, optional=choices)
    ).map(lambda drawn: evolve(drawn[0], **drawn[1]))


@cache
def catalogs() -> st.SearchStrategy[Catalog]:
    """Catalogs of some users, certifications, items, courses, plans and companies."""
    companies = st.sampled_from([(), (Company("k1", "Acme"),)])
    return st.builds(
        Catalog,
        st.tuples(users("u1"), users("u2")),
        st.just(tuple(Item(*item, item[1].upper(), "An item") for item in ITEMS)),
        st.tuples(certifications("fa"), certifications("fb")).map(
            lambda both: tuple(evolve(each, assignments=_distinct(each)) for each in both)
        ),
        _each(COURSES, courses()).map(tuple),
        _each(PLANS, learning_plans()).map(tuple),
        companies,
    )


def _distinct(certification: Certification) -> tuple[Assignment, ...]:
    return tuple({each.ref: each for each in certification.assignments}.values())


def csv_files(
    usernames: Sequence[str] = ("u1",), codes: Sequence[str] = ("FA",)
) -> st.SearchStrategy[bytes]:
    """CSV files of sound records, awarded by hand, in any of the forms that can be read."""
    dates = st.dates(FIRST_DAY.date(), FIRST_DAY.date() + timedelta(days=731))
    row = st.builds(_row, st.sampled_from(usernames), st.sampled_from(codes), dates, st.booleans())
    return st.builds(
        _csv,
        st.lists(row, max_size=5),
        st.permutations(list(_row("", "", FIRST_DAY.date(), always=True))),
        st.sampled_from([",", ";", "\t", "|"]),
        st.sampled_from(["\n", "\r\n"]),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    )


def _row(username: str, code: str, issued: date, always: bool) -> dict[str, str]:  # noqa: FBT001
    expires = "" if always else f"{issued + timedelta(days=365)}"
    values = username, code, f"{issued}", f"{always:d}", expires, "manual", ""
    return dict(zip(map(str, RecordField), values, strict=True))


def _csv(
    rows: list[dict[str, str]], columns: list[str], delimiter: str, end: str, encoding: str
) -> bytes:
    text = StringIO()
    writer = csv.DictWriter(text, columns, delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def hostile_files() -> st.SearchStrategy[bytes]:
    """Bytes that are no file of records, or one that was damaged."""
    harm = st.binary(max_size=3) | st.sampled_from([b'"', b"\0", b"\r", b"\n", b",", b"\xff\xfe"])

    def damage(file: bytes, start: int, length: int, harm: bytes) -> bytes:
        start %= len(file)
        return file[:start] + harm + file[start + length :]

    damaged = st.builds(damage, csv_files(), st.integers(0, 999), st.integers(0, 40), harm)
    return damaged | st.binary(max_size=100)


def facts(user_id: str = "u1", certification_id: str = "fa") -> st.SearchStrategy[Facts]:
    """Facts of one user and one certification, which may be gone."""
    drawn = st.builds(
        Facts,
        users(user_id),
        certifications(certification_id),
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
    return st.tuples(st.sampled_from(_LEANINGS), drawn).map(lambda both: both[0](both[1]))


def _settled(known: Any) -> Any:
    """Return facts in which everything is active, known and past, and no renewal is open."""
    past = _past(known)
    courses = {each.id: each for each in (*map(Course, COURSES), *past.courses)}
    plans = {each.id: each for each in (*map(LearningPlan, PLANS), *past.plans)}
    return evolve(
        past,
        user=evolve(past.user, active=True),
        certification=evolve(
            past.certification,
            status=CertificationStatus.ACTIVE,
            assignments=(*past.certification.assignments, Assignment(*ITEMS[0], _BEFORE)),
            criteria=None,
            groups=(),
        ),
        courses=courses.values(),
        plans=plans.values(),
        renewals=[each for each in past.renewals if each.closed_at],
    )


def _past(drawn: Any) -> Any:
    """Return a value in which all instants are before any moment, in the same order."""
    if isinstance(drawn, datetime):
        return _BEFORE + (drawn - _BEFORE) / 64
    if type(drawn) is tuple:
        return tuple(map(_past, drawn))
    if not has(type(drawn)):
        return drawn
    return evolve(drawn, **{name: _past(getattr(drawn, name)) for name in fields_dict(type(drawn))})


def _renewable(known: Any) -> Any:
    """Return facts whose last award is current, and renewed by taking any item again."""
    known = _settled(known)
    awards = known.awards or (Award(known.user.id, known.certification.id, _BEFORE, None),)
    current = evolve(awards[-1], source=Source(), archived_at=None)
    retaken = evolve(known.certification, retake=True)
    return evolve(known, certification=retaken, awards=(*awards[:-1], current))


def _plan_first(known: Any) -> Any:
    """Return facts of a course whose window is over, and of its plan, whose window is not."""
    known, plan = _renewable(known), (ItemKind.LEARNING_PLAN, PLANS[0])
    kept = [each for each in known.enrolments if each.ref not in (plan, ITEMS[0])]
    enrolled = Enrolment(known.user.id, *plan, _BEFORE)
    over, open_ = Window(_BEFORE.date()), Window(date.max)
    return evolve(
        known,
        enrolments=(*kept, enrolled),
        courses=[
            evolve(each, window=over) if each.id == COURSES[0] else each for each in known.courses
        ],
        plans=[LearningPlan(PLANS[0], COURSES, open_), *known.plans[1:]],
    )


def _earned(known: Any) -> Any:
    """Return facts without a current award, and with a completion that earns one."""
    known = _settled(known)
    done = Completion(known.user.id, *ITEMS[0], _BEFORE + timedelta(days=20))
    history = [each if each.archived else each.archive(each.issued_at) for each in known.awards]
    return evolve(known, awards=history, completions=(*known.completions, done))


_LEANINGS: list[Callable[[Facts], Facts]] = [
    *(lambda known: known,) * 6,
    lambda known: evolve(known, certification=None),
    *(_renewable,) * 2,
    *(_plan_first,) * 4,
    *(_earned,) * 3,
]
"""What is made of facts drawn at random, by which nothing is granted but now and then."""


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
