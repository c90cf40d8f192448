"""Values, and what their fields take: what is converted, and what is refused?

``value`` is attrs' ``frozen``, and checks every field by its annotation besides:

- ``str``, ``int``, ``bool`` and other classes: an instance. A bool is no number, and the text of an
  enum's member is not the member. A text has no unpaired surrogates: no file or database takes it.
- ``datetime``: an aware instant, kept in UTC. ``date``: a day, not a datetime.
- ``tuple``, ``frozenset`` and ``Sequence``: any iterable but a text or a mapping, whose members are
  checked, and which is kept as a tuple or frozenset.
- ``Mapping``: a mapping of checked keys and values, kept as a dict.
- ``Annotated[..., Only(...)]``: what passes a test as well, such as :data:`Id` and :data:`Count`.

A field with a converter takes what the annotation of the converter's parameter says. Anything else
raises :class:`~certrules.errors.InvalidValueError` with the name of the field, and an instant
without a zone :class:`~certrules.errors.NaiveDatetimeError`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NamedTuple,
    NoReturn,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from attrs import Converter

from certrules import instants
from certrules.errors import InvalidValueError

__all__ = [
    "KEPT",
    "Amount",
    "Count",
    "DayOfMonth",
    "Id",
    "Only",
    "checked",
    "checked_id",
    "distinct",
    "sequence",
    "value",
]


T = TypeVar("T")


class Only(NamedTuple):
    """What narrows a type: a test, and words for what passes it."""

    test: Callable[[Any], object] | None
    expected: str


Id = Annotated[str, Only(str.strip, "some text")]
"""A text that is not blank."""
Count = Annotated[int, Only(range(1, 2**63).__contains__, "a whole number, one or more")]
Amount = Annotated[int, Only(range(2**63).__contains__, "a whole number, zero or more")]
DayOfMonth = Annotated[int, Only(range(1, 32).__contains__, "a day of the month, 1 to 31")]


def sequence(texts: Iterable[Id]) -> tuple[str, ...]:
    """Return texts in the order in which they are given."""
    return tuple(texts)


def distinct(texts: Iterable[Id]) -> frozenset[str]:
    """Return texts in no order, each once."""
    return frozenset(texts)


def checked(name: str, given: T, annotation: Any) -> T:
    """Return an argument as a field of this annotation would keep it, or raise as it would.

    >>> checked("dry_run", "no", bool)
    Traceback (most recent call last):
        ...
    certrules.errors.InvalidValueError: dry_run cannot be 'no': expected True or False
    """
    kept: T = _checks(name, annotation)(given)
    return kept


def checked_id(name: str, given: str) -> str:
    """Return an id; InvalidValueError for a number, a value or a blank text in its place."""
    return checked(name, given, Id)


_Check = Callable[[Any], Any]
"""Returns what is kept of what is given, or raises."""
_Refuse = Callable[[Any], NoReturn]


def _with_checks(_: type, fields: list[Any]) -> list[Any]:
    return [
        each.evolve(converter=_converter(each.name, each.type, each.converter)) for each in fields
    ]


if TYPE_CHECKING:
    from attrs import frozen as value
else:
    from attrs import frozen

    value = partial(frozen, field_transformer=_with_checks)


@cache  # many classes have the same fields
def _converter(name: str, annotation: Any, own: Any) -> Any:
    taken = next(iter(own.__annotations__.values())) if own else annotation
    check = _check(name, taken)
    converter = (lambda given: own(check(given))) if own else check
    converter.__annotations__["given"] = taken  # attrs repeats it in the signature of the class
    return Converter(converter)


def _check(name: str, annotation: Any, suffix: str = "") -> _Check:
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)

    def refuse(given: Any) -> NoReturn:
        none = ", or None" if NoneType in kinds else ""
        expected = " or ".join(map(_words, some)) + suffix + none
        if isinstance(given, str) and not _is_unicode(given):
            expected += ", without unpaired surrogates"
        elif isinstance(given, int) and given >= 2**63:
            expected += ", of 64 bits at most"
        raise InvalidValueError(name, given, expected)

    kind, *others = some = [each for each in kinds if each is not NoneType]
    if kind is datetime:
        check = _instant(refuse, name)
    elif get_origin(kind) in KEPT:
        check = _several(refuse, name, kind)
    elif get_origin(kind) is Mapping:
        check = _mapping(refuse, *(_check(name, each) for each in get_args(kind)))
    else:
        check = _instance(refuse, kind, *others)
    return _or_none(check) if NoneType in kinds else check


_checks = cache(_check)

_PLAIN = {tuple, list, frozenset, set}
KEPT: dict[Any, Any] = {tuple: tuple, Sequence: tuple, Iterable: tuple, frozenset: frozenset}
_SHOWN = 40
"""Of how many members an enum may be to be listed."""
_WORDS = {
    str: "a text",
    bool: "True or False",
    int: "a whole number",
    date: "a date without a time",
    datetime: "an aware datetime",
}


def _words(kind: Any) -> str:
    if found := _only(kind).expected or _WORDS.get(kind):
        return found
    if members := get_args(kind):
        return f"several, each {' and '.join(_words(each) for each in members if each is not ...)}"
    if not isinstance(kind, type):
        return "anything"
    name = kind.__name__
    if issubclass(kind, Enum):
        return f"a member of {name}" + _listed(kind)
    return f"an {name}" if name[0] in "AEIO" else f"a {name}"


def _listed(kind: type[Enum]) -> str:
    return f" ({', '.join(kind.__members__)})" if len(kind) <= _SHOWN else ""


def _only(kind: Any) -> Only:
    found: Only = getattr(kind, "__metadata__", [Only(None, "")])[0]
    return found


def _or_none(check: _Check) -> _Check:
    def optional(given: Any) -> Any:
        return None if given is None else check(given)

    return optional


def _instant(refuse: _Refuse, name: str) -> _Check:
    def instant(given: Any) -> datetime:
        if type(given) is datetime and given.tzinfo is UTC:
            return given
        if not isinstance(given, datetime):
            refuse(given)
        return instants.utc(given, name)

    return instant


def _instance(refuse: _Refuse, *kinds: Any) -> _Check:
    exact, *_ = types = tuple(getattr(kind, "__origin__", kind) for kind in kinds)
    others = tuple({bool, datetime}.difference(types))  # an int and a date by inheritance alone
    test = _only(kinds[0]).test
    if exact is Any or isinstance(exact, TypeVar):
        return lambda given: given
    if not all(isinstance(each, type) for each in types):
        raise TypeError(f"no check is known for {kinds}")

    def instance(given: Any) -> Any:
        if type(given) is not exact and (not isinstance(given, types) or isinstance(given, others)):
            refuse(given)
        if test is not None and not test(given):
            refuse(given)
        return given

    def text(given: Any) -> Any:
        if type(given) is str and given.isascii() and (test is None or test(given)):
            return given  # as most are
        if not _is_unicode(instance(given)):
            refuse(given)
        return given

    return text if types == (str,) else instance


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _several(refuse: _Refuse, name: str, kind: Any) -> _Check:
    keep, (member, *more) = KEPT[get_origin(kind)], get_args(kind)
    if more and more != [...]:
        return _row(refuse, [_check(name, each) for each in (member, *more)])
    check, empty = _check(name, member, " for each"), keep()

    def several(given: Any) -> Any:
        if type(given) in _PLAIN:
            return keep(map(check, given)) if given else empty
        if not isinstance(given, Iterable) or isinstance(given, str | bytes | Mapping):
            refuse(given)
        return keep(map(check, given))

    return several


def _row(refuse: _Refuse, checks: Sequence[_Check]) -> _Check:
    def row(given: Any) -> tuple[Any, ...]:
        if not isinstance(given, tuple | list) or len(given) != len(checks):
            refuse(given)
        return tuple(check(each) for check, each in zip(checks, given, strict=True))

    return row


def _mapping(refuse: _Refuse, key: _Check, value: _Check) -> _Check:
    def mapping(given: Any) -> dict[Any, Any]:
        if not isinstance(given, Mapping):
            refuse(given)
        return {key(name): value(each) for name, each in given.items()}

    return mapping
