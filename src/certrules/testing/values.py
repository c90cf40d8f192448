"""Values of any type of certrules, drawn by Hypothesis, as odd as the type allows.

The parts of a value do not know of each other, except in facts: see
:mod:`certrules.testing.strategies`.

>>> from hypothesis import given
>>> @given(values(Award))
... def test_that_an_award_stands_in_a_store(award):
...     assert award.cycle >= 1
>>> test_that_an_award_stands_in_a_store()
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from enum import Enum
from functools import cache
from re import Pattern
from string import Formatter
from types import NoneType, UnionType
from typing import Annotated, Any, Never, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from attrs import fields, has
from hypothesis import reject
from hypothesis import strategies as st

from certrules.errors import CertrulesError
from certrules.model.decisions import Granted, Reason
from certrules.model.details import DETAILS
from certrules.model.effects import Effect
from certrules.model.facts import Facts
from certrules.model.reasons import ENGLISH
from certrules.model.values import KEPT, Id
from certrules.repositories.memory import MemoryStore
from certrules.rulebook import Rule
from certrules.testing import strategies
from certrules.workflows.platform import Platform

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_LINKS = "https://academy.example/a", "http://x.example"
_ZONES: list[tzinfo] = [
    ZoneInfo("UTC"),
    timezone(timedelta(hours=5, minutes=30)),
    ZoneInfo("Europe/Rome"),
]


@cache
def values(kind: Any) -> st.SearchStrategy[Any]:
    """Return the values of a type: a class of certrules, or what annotates a field.

    Raises TypeError for a type that no value of certrules has.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if origin is Annotated:
        return _narrowed(*inner)
    if origin in (Union, UnionType):
        return st.one_of(*(st.none() if each is NoneType else values(each) for each in inner))
    if origin in KEPT or origin is Mapping:
        return _many(origin, inner)
    cls = origin or kind
    if isinstance(cls, type) and issubclass(cls, Enum):
        return st.sampled_from(cls)
    if has(cls) or hasattr(cls, "_fields"):
        return _made(cls, inner)
    raise TypeError(f"{kind} is no type of a value of certrules")


def _many(origin: Any, inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin is Mapping:
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=3)
    if len(inner) > 1 and inner[1] is not ...:
        return st.tuples(*map(values, inner))
    members = st.just([]) if inner[0] is Never else st.lists(values(inner[0]), max_size=3)
    return members.map(KEPT[origin])


def _narrowed(base: Any, only: Any) -> st.SearchStrategy[Any]:
    owner = getattr(only.test, "__self__", None)
    if isinstance(owner, range):
        return st.integers(owner.start, owner.stop - 1)
    if isinstance(owner, Pattern):
        return st.from_regex(owner, fullmatch=True)
    if fitting := [each for each in _LINKS if only.test(each)]:
        return (_TEXTS | st.sampled_from(fitting)).filter(only.test)
    return values(base).filter(only.test)


def _made(cls: type[Any], inner: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if has(cls):
        types = {each.name: each.type for each in fields(cls)}
    else:
        types = get_type_hints(cls, include_extras=True)
    if cls is Granted:
        types["effects"] = tuple[Never, ...] if inner == (Never,) else tuple[Effect, ...]

    def make(drawn: dict[str, Any]) -> Any:
        try:
            return cls(**drawn)
        except CertrulesError:
            reject()

    return st.fixed_dictionaries({name: values(each) for name, each in types.items()}).map(make)


def _reasons() -> st.SearchStrategy[Reason]:
    named = {
        code: [name for _, name, _, _ in Formatter().parse(text) if name]
        for code, text in ENGLISH.items()
        if isinstance(text, str)
    }
    return st.one_of(
        *(
            st.builds(
                Reason,
                st.just(code),
                st.sampled_from(Rule),
                st.fixed_dictionaries({name: values(DETAILS[name]) for name in names}),
            )
            for code, names in named.items()
        )
    )


_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXTS,
    int: st.integers(0, 2**63 - 1),
    bool: st.booleans(),
    date: st.dates(),
    datetime: strategies.moments(),
    tzinfo: st.sampled_from(_ZONES),
    Facts: strategies.facts(),
    Id: _TEXTS.filter(str.strip),
    Platform: st.builds(
        Platform, st.builds(MemoryStore), strategies.policies(), st.sampled_from(_ZONES)
    ),
}
_SIMPLE[Reason] = st.deferred(_reasons)
