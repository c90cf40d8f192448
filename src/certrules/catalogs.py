"""Catalogs: users, items, certifications and notifications as JSON text in, values out.

If the text is wrong, its faults are reported at once, each with its path.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from enum import Enum
from itertools import filterfalse
from types import NoneType
from typing import Any, NoReturn, get_args

from attrs import NOTHING, fields, frozen

from certrules import instants
from certrules.errors import (
    CatalogError,
    CertrulesError,
    InvalidValueError,
    NaiveDatetimeError,
)
from certrules.model.catalog import Assignment, Certification, Item, Validity
from certrules.model.learning import Course, LearningPlan, Window
from certrules.model.notices import Notification, Offset, Recipient
from certrules.model.people import Company, User
from certrules.model.values import Id

GUIDED = 100
"""How many faults may come with a guess at what was meant, because guessing takes time."""

KEPT_FAULTS = 1_000
"""How many faults an error lists, so that a file which is all wrong fits in memory."""

_LONGEST = 30
"""How many characters a number may have."""
_SHOWN = 80
"""How many characters of a wrong value a fault shows."""


@frozen
class Catalog:
    """The values of a catalog file, in its order."""

    users: tuple[User, ...] = ()
    items: tuple[Item, ...] = ()
    certifications: tuple[Certification, ...] = ()
    courses: tuple[Course, ...] = ()
    plans: tuple[LearningPlan, ...] = ()
    companies: tuple[Company, ...] = ()


def read(data: bytes) -> Catalog:
    """Read a catalog: a JSON object with the lists ``users``, ``items`` and ``certifications``.

    The keys of each entry are the attributes of :class:`~certrules.model.people.User`,
    :class:`~certrules.model.catalog.Item` and :class:`~certrules.model.catalog.Certification`,
    except that ids of others are ``item`` and ``company``. Keys that have a default may be left
    out. ``courses`` and ``plans`` may list the contents and windows of items, as
    :class:`~certrules.model.learning.Course` and :class:`~certrules.model.learning.LearningPlan`,
    and ``companies`` each :class:`~certrules.model.people.Company`. Raises
    :class:`~certrules.errors.CatalogError`, with the first 1,000 faults.

    >>> catalog = read(b'{"certifications": [{"id": "1", "name": "First aid", "code": "FA",'
    ...                b' "validity": "2 years"}]}')
    >>> catalog.certifications[0].validity
    Validity(amount=2, unit=<Unit.YEARS: 'years'>)

    Rules: DOC-CERT-02, DOC-CERT-03, DOC-CERT-04, DOC-CERT-05.
    """
    return Catalog(**_sections(data, _SECTIONS, "catalog"))


def read_notifications(data: bytes) -> tuple[Notification, ...]:
    """Read the notifications to be sent: a JSON object with the list ``notifications``.

    The keys of each entry are attributes of :class:`~certrules.model.notices.Notification`, of
    which ``id`` and ``kind`` are required. The offset is written as ``2 weeks before``, and
    recipients are a list such as ``["learner", "managers"]``. Raises
    :class:`~certrules.errors.CatalogError`, with the first 1,000 faults.

    >>> (reminder,) = read_notifications(b'{"notifications": [{"id": "n1", "kind": "expiry",'
    ...                              b' "offset": "2 weeks before"}]}')
    >>> reminder.offset
    Offset(amount=-2, unit=<OffsetUnit.WEEKS: 'weeks'>)

    Rules: DOC-NOTIFY-02.
    """
    found = _sections(data, _NOTIFICATIONS, "notifications")
    return tuple(found["notifications"])


class _Object(dict[str, Any]):
    """A JSON object, and the keys that it has more than once."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        times = Counter(key for key, _ in pairs) if len(pairs) > len(self) else {}
        self.repeated: tuple[str, ...] = tuple(key for key in times if times[key] > 1)


def _parsed(data: bytes) -> object:
    if not isinstance(data, bytes | bytearray):
        raise InvalidValueError("data", data, "bytes, as of Path(...).read_bytes()")
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_Object,
            parse_constant=_no_constant,
            parse_int=lambda digits: int(_bounded(digits)),
            parse_float=lambda digits: float(_bounded(digits)),
        )
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}; save the file as UTF-8"
        raise CatalogError("not_utf8", message) from error
    except json.JSONDecodeError as error:
        message = f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        raise CatalogError("not_json", message) from error
    except RecursionError as error:
        raise CatalogError("not_json", "nested too deeply") from error


def _no_constant(name: str) -> NoReturn:
    raise CatalogError("not_json", f"{name} is not JSON")


def _bounded(digits: str) -> str:
    if len(digits) > _LONGEST or math.isinf(float(digits)):
        raise CatalogError("not_json", f"the number {_shortened(digits, _LONGEST)} is out of range")
    return digits


class _Faults:
    """The first faults of a file, each a path and what is wrong there, and how many there are."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []
        self.count = 0

    def add(self, path: str, text: str) -> None:
        self.count += 1
        if self.count <= KEPT_FAULTS:
            self.kept.append((path, text))


_Reader = Callable[[Any, str, _Faults], Any]
"""Returns what a value at a path means. Raises if it is wrong, and adds the faults inside it."""


def _read(reader: _Reader, value: object, path: str, faults: _Faults) -> Any:
    """Return what a value means, None if it is wrong, with the fault added."""
    try:
        return reader(value, path, faults)
    except InvalidValueError as error:
        faults.add(path, f"expected {error.expected}, got {_kind(error.value)}")
    except CertrulesError as error:
        faults.add(path, str(error))
    return None


def _sections(data: bytes, known: Mapping[str, _Reader], name: str) -> dict[str, Any]:
    """Return what is read of each section of a file; CatalogError if anything in it is wrong."""
    value, found, faults = _parsed(data), dict[str, Any](), _Faults()
    if isinstance(value, _Object):
        _check_keys(value, known, "", faults)
        found = {
            each: _read(known[each], value[each], each, faults) for each in known if each in value
        }
        if not found and not faults.count:
            faults.add("$", f"has none of {_listed(known)}")
    else:
        faults.add("$", f"expected an object with {_listed(known)}, got {_kind(value)}")
    if faults.count:
        many = "1 fault" if faults.count == 1 else f"{faults.count:,} faults"
        listed = f", of which {KEPT_FAULTS:,} are listed" if faults.count > KEPT_FAULTS else ""
        raise CatalogError(f"invalid_{name}", f"{many} in the {name}{listed}", faults.kept)
    return found


def _check_keys(value: _Object, known: Iterable[str], path: str, faults: _Faults) -> None:
    for key in filterfalse(set(known).__contains__, value):
        near = get_close_matches(key, known, n=1) if faults.count < GUIDED else []
        hint = f"did you mean {near[0]}?" if near else f"known are {_listed(known)}"
        faults.add(_join(path, key), f"unknown key; {hint}")
    for key in value.repeated:
        faults.add(_join(path, key), "given more than once")


def _join(path: str, key: str) -> str:
    step = key if key.isidentifier() else json.dumps(key)
    return f"{path}.{step}" if path else step


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    shown = _shortened(repr(value), _SHOWN)
    return f"the text {shown}" if isinstance(value, str) else shown


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


_ATTRIBUTES = {"company": "company_id", "item": "item_id"}
"""What a key of a file is called in the model, if it is called otherwise."""
_KEYS = {attribute: key for key, attribute in _ATTRIBUTES.items()}


def _object_of(cls: type[Any], **special: _Reader) -> _Reader:
    """Read an object with the attributes of a class, each by its type or as ``special`` says."""
    attributes = {_KEYS.get(each.name, each.name): each for each in fields(cls)}
    readers = {key: special.get(key) or _reader(each.type) for key, each in attributes.items()}
    required = [key for key, each in attributes.items() if each.default is NOTHING]

    def reader(value: object, path: str, faults: _Faults) -> Any:
        if not isinstance(value, _Object):
            raise InvalidValueError("value", value, "an object")
        before = faults.count
        _check_keys(value, readers, path, faults)
        for key in filterfalse(value.__contains__, required):
            faults.add(_join(path, key), "is missing")
        given = {
            _ATTRIBUTES.get(key, key): _read(readers[key], value[key], _join(path, key), faults)
            for key in filter(readers.__contains__, value)
        }
        if faults.count > before:
            return None
        try:
            return cls(**given)
        except CertrulesError as error:  # each of its values is right, but not together
            faults.add(path, str(error))
            return None

    return reader


def _list_of(member: _Reader, *key: str, expected: str = "a list") -> _Reader:
    """Read a list, no two members of which have the same ``key``, if one is given."""

    def reader(value: object, path: str, faults: _Faults) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise InvalidValueError("value", value, expected)
        found = [
            _read(member, each, f"{path}[{index}]", faults) for index, each in enumerate(value)
        ]
        if key:
            _check_unique(found, key, path, faults)
        return tuple(found)

    return reader


def _check_unique(entries: list[Any], key: tuple[str, ...], path: str, faults: _Faults) -> None:
    first: dict[tuple[object, ...], int] = {}
    for index, entry in enumerate(entries):
        if entry is not None:
            values = tuple(getattr(entry, _ATTRIBUTES.get(name, name)) for name in key)
            if first.setdefault(values, index) != index:
                shown = " ".join(
                    str(each) if isinstance(each, Enum) else repr(each) for each in values
                )
                message = f"{shown} is also that of {path}[{first[values]}]"
                faults.add(f"{path}[{index}].{key[-1]}", message)


def _checked(read: Callable[[str], Any], expected: str = "text") -> _Reader:
    """Read a text and what it means."""

    def reader(value: object, _path: str, _faults: _Faults) -> Any:
        if not isinstance(value, str):
            raise InvalidValueError("value", value, expected)
        try:
            return read(value)
        except CertrulesError:
            raise
        except (KeyError, ValueError):
            raise InvalidValueError("value", value, expected) from None

    return reader


def _plain(text: str) -> str:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidValueError("value", text, "text without NUL or half characters")
    return text


def _name(text: str) -> str:
    if not text.strip():
        raise InvalidValueError("value", text, "some text")
    return _plain(text)


def _key(text: str) -> str:
    if text != text.strip():  # a file's values are trimmed, and would never match
        raise InvalidValueError("value", text, "text with no space around it")
    return _name(text)


def _zone(text: str) -> str:
    instants.time_zone(text)
    return text


def _instant(text: str) -> datetime:
    try:
        return instants.parse(text)
    except (InvalidValueError, NaiveDatetimeError):
        raise InvalidValueError("value", text, _AN_INSTANT) from None


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError
    return day


def _choice(members: type[Enum]) -> _Reader:
    known = {str(member): member for member in members}
    return _checked(known.__getitem__, f"one of {_listed(known)}")


def _optional(reader: _Reader) -> _Reader:
    return lambda value, path, faults: None if value is None else reader(value, path, faults)


def _json(cls: type, expected: str) -> _Reader:
    """Read a value that JSON has by itself."""

    def reader(value: object, _path: str, _faults: _Faults) -> Any:
        if type(value) is not cls:
            raise InvalidValueError("value", value, expected)
        return value

    return reader


def _reader(annotation: Any) -> _Reader:
    """Return how an attribute of a type is read."""
    if annotation in _READERS:
        return _READERS[annotation]
    kind, *others = get_args(annotation) or [annotation]
    return _optional(_reader(kind)) if NoneType in others else _choice(annotation)


_AN_INSTANT = "an instant with its time zone, such as '2024-07-01T09:00:00Z'"
_KEY, _PLAIN, _WHOLE = _checked(_key), _checked(_plain), _json(int, "a whole number")
_NAMES = _list_of(_KEY, expected="a list of names")
_READERS: dict[Any, _Reader] = {
    Id: _KEY,
    str: _PLAIN,
    str | None: _optional(_KEY),
    tuple[str, ...]: _NAMES,
    frozenset[str]: _NAMES,
    bool: _json(bool, "true or false"),
    date: _checked(_day, "a day such as '2024-07-01'"),
    datetime: _checked(_instant, _AN_INSTANT),
    Validity: _checked(Validity.parse, "such as '18 months', 'P18M' or 'never'"),
    Offset: _checked(Offset.parse, "such as '2 weeks before'"),
    frozenset[Recipient]: _list_of(
        _choice(Recipient), expected=f"a list of {_listed(map(str, Recipient))}"
    ),
}
_READERS[Window] = _object_of(Window, days=_optional(_WHOLE))

_ASSIGNMENTS = _list_of(_object_of(Assignment), "kind", "item")
_ZONE = _checked(_zone, "the name of a time zone")
_SECTIONS: Mapping[str, _Reader] = {
    "users": _list_of(_object_of(User, time_zone=_optional(_ZONE)), "id"),
    "items": _list_of(_object_of(Item), "kind", "id"),
    "certifications": _list_of(
        _object_of(Certification, name=_checked(_name), assignments=_ASSIGNMENTS), "id"
    ),
    "courses": _list_of(_object_of(Course), "id"),
    "plans": _list_of(_object_of(LearningPlan), "id"),
    "companies": _list_of(_object_of(Company, account_owner=_optional(_PLAIN)), "id"),
}
_NOTIFICATIONS = {"notifications": _list_of(_object_of(Notification), "id")}
