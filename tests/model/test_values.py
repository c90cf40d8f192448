"""Values: every field of every value is checked when it is made."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import attrs
import pytest
from attrs import evolve

from certrules import (
    DOCEBO,
    Award,
    Certification,
    Granted,
    Item,
    LearningPlan,
    NoticeKind,
    Notification,
    Offset,
    OffsetUnit,
    Policy,
    Role,
    Source,
    Unit,
    User,
    Validity,
    model,
)
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.model.awards import AwardKey
from certrules.model.catalog import Criteria
from certrules.model.notices import Event
from certrules.model.people import Action
from certrules.model.values import value

NOW = datetime(2024, 1, 1, tzinfo=UTC)
NAIVE = NOW.replace(tzinfo=None)


class NaT(datetime):
    """What pandas has for no instant: a datetime by inheritance, and equal to nothing."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = datetime.__hash__

    def utcoffset(self) -> None:
        raise ValueError("NaTType does not support utcoffset")


class Text(str):
    """A text of another library."""

    __slots__ = ()


def values() -> list[type[Any]]:
    """Return every class of attrs that a module of the model makes public."""
    found = []
    for module in pkgutil.iter_modules(model.__path__, f"{model.__name__}."):
        names = vars(importlib.import_module(module.name))
        found += [each for name, each in names.items() if not name.startswith("_")]
    return list(dict.fromkeys(filter(attrs.has, filter(inspect.isclass, found))))


def kinds(cls: type[Any]) -> dict[str, Any]:
    """Return what each field of a class takes, by its name."""
    hints = inspect.signature(cls).parameters.values()
    return {each.name: each.annotation for each in hints}


def right(kind: Any) -> Any:
    """Return something that a field of a kind takes."""
    if isinstance(kind, TypeVar) or kind is Any:
        return object
    (kind, *_) = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    if get_origin(kind) is Annotated:
        fitting = [each for each in ("https://x.example", "1", 1) if type(each) is kind.__origin__]
        return next(each for each in fitting if kind.__metadata__[0].test(each))
    if get_origin(kind):
        return {} if get_origin(kind) is Mapping else (right(get_args(kind)[0]),)
    if issubclass(kind, Enum):
        return next(iter(kind))
    simple: dict[Any, Any] = {
        str: "a",
        AwardKey: AwardKey("ada", "fa", 1),
        int: 1,
        bool: True,
        date: NOW.date(),
        datetime: NOW,
    }
    return simple[kind] if kind in simple else make(kind)


def make(cls: type[Any], **changes: Any) -> Any:
    needed = [each.name for each in attrs.fields(cls) if each.default is attrs.NOTHING]
    return cls(**{name: right(kinds(cls)[name]) for name in needed} | changes)


def fits(kind: Any, given: Any) -> bool:
    """Return whether a field of a kind may take what is given."""
    match get_origin(kind):
        case origin if origin in (Union, UnionType):
            found = any(fits(each, given) for each in get_args(kind))
        case origin if origin is Annotated:
            found = fits(kind.__origin__, given) and bool(kind.__metadata__[0].test(given))
        case origin if origin is Mapping:
            found = isinstance(given, Mapping)
        case origin if origin in (tuple, frozenset, Sequence, Iterable):
            found = fit(get_args(kind), given)
        case _ if kind is datetime:
            found = isinstance(given, datetime) and given.tzinfo is not None
        case _ if kind in (int, date):
            found = isinstance(given, kind) and not isinstance(given, bool | datetime)
        case _:
            found = isinstance(kind, TypeVar) or kind is Any or isinstance(given, kind)
    return found and not isinstance(given, NaT)


def fit(members: tuple[Any, ...], given: Any) -> bool:
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        return False
    if ... in members or len(members) == 1:
        return all(fits(members[0], each) for each in given)
    return len(list(given)) == len(members)


def holds(given: Any, member: object) -> bool:
    """Return whether a member is what is given, or is somewhere in it."""
    deep = isinstance(given, Iterable) and not isinstance(given, str)
    return given is member or (deep and any(holds(each, member) for each in given))


GIVEN: list[Any] = [None, "", " \t", "all", Text("a"), "2 years", b"all", 0, 1, -1, 32, 1.0, True]
GIVEN += [False, NOW, NAIVE, NaT(2024, 1, 1, tzinfo=UTC), NOW.date(), (), [], {}, {"a": 1}, {"a"}]
GIVEN += [["a", ""], ["a", 5], [None], [["a"]], (object(),), object(), str, Unit.DAYS, Unit]
GIVEN += [Criteria.ALL, Role.LEARNER, [Role.LEARNER], [(Role.LEARNER, Action.VIEW_AWARDS)]]
GIVEN += [Validity.NEVER, DOCEBO, User("1", "ada")]


@pytest.mark.parametrize("cls", values())
def test_every_field_takes_what_it_says_and_nothing_else(cls: type[Any]) -> None:
    for name, kind in kinds(cls).items():
        for given in GIVEN:
            try:
                made = make(cls, **{name: given})
            except (InvalidValueError, NaiveDatetimeError) as error:
                named = error.name == name and holds(given, error.value)
                assert named or fits(kind, given), (name, given)
            else:
                assert fits(kind, given), (name, given)
                assert evolve(made) == made
                assert cls is Granted or hash(made) == hash(
                    evolve(made)
                )  # its effects are anything


def test_there_are_values_to_check() -> None:
    assert {Award, Certification, Notification, User} < set(values())


@pytest.mark.parametrize(
    ("cls", "changes", "message"),
    [
        (
            Certification,
            {"criteria": "all"},
            "'all': expected a member of Criteria (ANY, ALL), or None",
        ),
        (User, {"active": "no"}, "'no': expected True or False"),
        (User, {"id": " "}, "' ': expected some text"),
        (User, {"groups": "crew"}, "'crew': expected several, each some text"),
        (User, {"groups": ["crew", 5]}, "5: expected some text for each"),
        (
            Award,
            {"basis": "date"},
            "'date': expected a member of ExpiryBasis (DEFINITION, DATE, ALWAYS_VALID)",
        ),
        (Award, {"source": 5}, "5: expected a Source"),
        (Award, {"issued_at": None}, "None: expected an aware datetime"),
        (Award, {"anchor_day": 32}, "32: expected a day of the month, 1 to 31, or None"),
        (Event, {"cycle": 0}, "0: expected a whole number, one or more"),
        (
            Award,
            {"cycle": 2**63},
            f"{2**63}: expected a whole number, one or more, of 64 bits at most",
        ),
        (
            User,
            {"username": "x\ud800"},
            "'x\\ud800': expected some text, without unpaired surrogates",
        ),
        (
            Item,
            {"name": "\udfff"},
            "'\\udfff': expected a text, without unpaired surrogates",
        ),
        (
            Source,
            {"item_id": "\ud800"},
            "'\\ud800': expected some text, or None, without unpaired surrogates",
        ),
        (Policy, {"validities": [5]}, "5: expected a Validity or a text for each"),
        (
            Policy,
            {"delegated": [(Role.MANAGER, "x")]},
            f"'x': expected a member of Action ({', '.join(Action.__members__)})",
        ),
    ],
)
def test_an_error_names_the_field_the_value_and_what_was_expected(
    cls: type[Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make(cls, **changes)
    assert str(caught.value) == f"{next(iter(changes))} cannot be {message}"


@pytest.mark.parametrize("text", ["Zoë", "\N{GRINNING FACE}", "\0", "\ud7ff\ue000"])
def test_every_other_text_is_one(text: str) -> None:
    assert make(User, username=text).username == text


def test_an_instant_without_a_zone_names_its_field() -> None:
    with pytest.raises(NaiveDatetimeError, match=r"^at datetime"):
        make(Event, at=NAIVE)


def test_what_is_certain_is_converted() -> None:
    made = make(Certification, validity="2 years", skills=["a"], groups={"crew"})
    assert (made.validity, made.skills, made.groups) == (Validity(2, Unit.YEARS), ("a",), {"crew"})
    notification = make(Notification, kind=NoticeKind.EXPIRY, offset="2 weeks before")
    assert notification.offset == Offset(-2, OffsetUnit.WEEKS)
    assert LearningPlan("p", iter(["a", "b"])).courses == ("a", "b")
    delegated: Any = [[Role.MANAGER, Action.VIEW_AWARDS]]
    assert Policy(delegated=delegated).delegated == {(Role.MANAGER, Action.VIEW_AWARDS)}


def test_a_class_whose_fields_cannot_be_checked_is_not_made() -> None:
    with pytest.raises(TypeError, match="no check is known for"):
        value(type("Wrong", (), {"__annotations__": {"other": "Other"}}))


def test_mappings_and_anything() -> None:
    annotations = {"numbers": Mapping[str, int], "any": Any}
    made: Any = value(type("Made", (), {"__annotations__": annotations}))
    assert made({"a": 1}, object).numbers == {"a": 1}
    for wrong in ({"a": "b"}, {1: 1}, [("a", 1)]):
        with pytest.raises(InvalidValueError, match="numbers cannot be"):
            made(wrong, None)
