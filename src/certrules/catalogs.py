"""Catalogs: users, items, certifications and notifications as JSON text in, values out.

If the text is wrong, every fault is reported at once, each with its path.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from enum import Enum
from itertools import filterfalse
from typing import Any, NoReturn

from attrs import NOTHING, fields, frozen

from certrules import instants
from certrules.errors import CatalogError, CertrulesError, InvalidValueError
from certrules.model.catalog import (
    Assignment,
    Certification,
    CertificationStatus,
    Criteria,
    Item,
    ItemKind,
    Validity,
)
from certrules.model.learning import Course, LearningPlan, Window, WindowStart
from certrules.model.notices import NoticeKind, Notification, Offset, Priority, Recipient
from certrules.model.people import Company, User

__all__ = ["Catalog", "read", "read_notifications"]

GUIDED = 100
"""How many faults may come with a guess at what was meant, because guessing takes time."""


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
    :class:`~certrules.errors.CatalogError`, with all faults.

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
    :class:`~certrules.errors.CatalogError`, with all faults.

    >>> (reminder,) = read_notifications(b'{"notifications": [{"id": "n1", "kind": "expiry",'
    ...                              b' "offset": "2 weeks before"}]}')
    >>> reminder.offset
    Offset(amount=-2, unit=<OffsetUnit.WEEKS: 'weeks'>)

    Rules: DOC-NOTIFY-02.
    """
    found = _sections(data, _NOTIFICATIONS, "notifications")
    return tuple(found["notifications"])


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}; save the file as UTF-8"
        raise CatalogError("not_utf8", message) from error


class _Object(dict[str, Any]):
    """A JSON object that remembers the keys it was given more than once."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        times = Counter(key for key, _ in pairs) if len(pairs) > len(self) else {}
        self.repeated = [key for key in times if times[key] > 1]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _parsed(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_Object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        message = f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        raise CatalogError("not_json", message) from error
    except RecursionError as error:
        raise CatalogError("not_json", "nested too deeply") from error
    except ValueError as error:  # NaN, Infinity, or a number of thousands of digits
        raise CatalogError("not_json", f"not JSON: {error}") from error


_Faults = list[tuple[str, str]]
_Reader = Callable[[object, str, _Faults], Any]


def _sections(data: bytes, known: Mapping[str, _Reader], name: str) -> dict[str, Any]:
    """Return what is read of each section of a file; CatalogError if anything in it is wrong."""
    value, found = _parsed(_text(data)), dict[str, Any]()
    faults: _Faults = []
    if isinstance(value, _Object):
        _check_keys(value, known, "", faults)
        here = [each for each in known if each in value]
        found = {each: known[each](value[each], each, faults) for each in here}
        if not here and not faults:
            faults.append(("$", f"has none of {_listed(known)}"))
    else:
        faults.append(("$", f"expected an object with {_listed(known)}, got {_kind(value)}"))
    if faults:
        many = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise CatalogError(f"invalid_{name}", f"{many} in the {name}", faults)
    return found


def _check_keys(value: _Object, known: Iterable[str], path: str, faults: _Faults) -> None:
    for key in filterfalse(set(known).__contains__, value):
        near = get_close_matches(key, known, n=1) if len(faults) < GUIDED else []
        hint = f"did you mean {near[0]}?" if near else f"known are {_listed(known)}"
        faults.append((_join(path, key), f"unknown key; {hint}"))
    faults.extend((_join(path, key), "given more than once") for key in value.repeated)


def _join(path: str, key: str) -> str:
    step = key if key.isidentifier() else json.dumps(key)
    return f"{path}.{step}" if path else step


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    kinds = {dict: "an object", list: "a list", str: f"the text {value!r}"}
    return next((name for type_, name in kinds.items() if isinstance(value, type_)), f"{value!r}")


def _list_of(cls: type[Any], readers: Mapping[str, _Reader], *key: str) -> _Reader:
    """Read a list of objects of a class, no two of which have the same ``key``."""

    def reader(value: object, path: str, faults: _Faults) -> tuple[Any, ...]:
        if not isinstance(value, list):
            faults.append((path, f"expected a list, got {_kind(value)}"))
            return ()
        entries = [
            _entry(cls, readers, entry, f"{path}[{index}]", faults)
            for index, entry in enumerate(value)
        ]
        _check_unique(entries, key, path, faults)
        return tuple(entries)

    return reader


_ATTRIBUTES = {"company": "company_id", "item": "item_id"}
"""What a key of a file is called in the model, if it is called otherwise."""
_KEYS = {attribute: key for key, attribute in _ATTRIBUTES.items()}


def _entry(
    cls: type[Any], readers: Mapping[str, _Reader], value: object, path: str, faults: _Faults
) -> Any:
    if not isinstance(value, _Object):
        faults.append((path, f"expected an object, got {_kind(value)}"))
        return None
    before = len(faults)
    _check_keys(value, readers, path, faults)
    required = [_KEYS.get(each.name, each.name) for each in fields(cls) if each.default is NOTHING]
    faults.extend((_join(path, key), "is missing") for key in required if key not in value)
    given: dict[str, Any] = {}
    for key in filter(readers.__contains__, value):
        try:
            given[_ATTRIBUTES.get(key, key)] = readers[key](value[key], _join(path, key), faults)
        except CertrulesError as error:
            faults.append((_join(path, key), _message(error)))
    if len(faults) > before:
        return None
    try:
        return cls(**given)
    except CertrulesError as error:  # each of its values is right, but not together
        faults.append((path, str(error)))
        return None


def _message(error: CertrulesError) -> str:
    if isinstance(error, InvalidValueError):
        return f"expected {error.expected}, got {_kind(error.value)}"
    return str(error)


def _check_unique(entries: list[Any], key: tuple[str, ...], path: str, faults: _Faults) -> None:
    first: dict[tuple[object, ...], int] = {}
    for index, entry in enumerate(entries):
        if entry is not None:
            values = tuple(getattr(entry, _ATTRIBUTES.get(name, name)) for name in key)
            if first.setdefault(values, index) != index:
                message = f"{_shown(values)} is also that of {path}[{first[values]}]"
                faults.append((f"{path}[{index}].{key[-1]}", message))


def _shown(values: tuple[object, ...]) -> str:
    return " ".join(str(value) if isinstance(value, Enum) else repr(value) for value in values)


def _checked(read: Callable[[str], Any], expected: str = "text") -> _Reader:
    """Read a text and what it means."""

    def reader(value: object, _path: str, _faults: _Faults) -> Any:
        if not isinstance(value, str):
            raise InvalidValueError("value", value, expected)
        return read(value)

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


def _choice(enum: type[Enum]) -> _Reader:
    known = {str(member): member for member in enum}

    def read(text: str) -> Enum:
        if text not in known:
            raise InvalidValueError("value", text, f"one of {_listed(known)}")
        return known[text]

    return _checked(read, f"one of {_listed(known)}")


def _optional(reader: _Reader) -> _Reader:
    return lambda value, path, faults: None if value is None else reader(value, path, faults)


def _flag(value: object, _path: str, _faults: _Faults) -> bool:
    if not isinstance(value, bool):
        raise InvalidValueError("value", value, "true or false")
    return value


def _object_of(cls: type[Any], readers: Mapping[str, _Reader]) -> _Reader:
    """Read one object of a class."""
    return lambda value, path, faults: _entry(cls, readers, value, path, faults)


def _number(value: object, _path: str, _faults: _Faults) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidValueError("value", value, "a whole number")
    return value


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise InvalidValueError("value", text, "a day such as '2024-07-01'")
    return day


def _each(read: _Reader, expected: str) -> _Reader:
    """Read a list, every fault of it with its place."""

    def reader(value: object, path: str, faults: _Faults) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise InvalidValueError("value", value, expected)
        found: list[Any] = []
        for index, one in enumerate(value):
            try:
                found.append(read(one, path, faults))
            except InvalidValueError as error:
                faults.append((f"{path}[{index}]", _message(error)))
        return tuple(found)

    return reader


_DAY = _checked(_day, "a day such as '2024-07-01'")
_INSTANT = _checked(instants.parse, "an instant in ISO 8601")
_KEY, _OPTIONAL_KEY, _PLAIN = _checked(_key), _optional(_checked(_key)), _checked(_plain)
_NAMES = _each(_KEY, "a list of names")
_RECIPIENTS = _each(_choice(Recipient), f"a list of {_listed(map(str, Recipient))}")
_WINDOW = _object_of(
    Window, {"last_day": _optional(_DAY), "days": _optional(_number), "start": _choice(WindowStart)}
)

_NOTIFICATION: Mapping[str, _Reader] = {
    "id": _KEY,
    "kind": _choice(NoticeKind),
    "offset": _checked(Offset.parse, "such as '2 weeks before'"),
    "subject": _PLAIN,
    "body": _PLAIN,
    "recipients": _RECIPIENTS,
    "priority": _choice(Priority),
}
_USER: Mapping[str, _Reader] = {
    "id": _KEY,
    "username": _KEY,
    "first_name": _PLAIN,
    "last_name": _PLAIN,
    "active": _flag,
    "time_zone": _optional(_checked(_zone, "the name of a time zone")),
    "groups": _NAMES,
    "branches": _NAMES,
    "company": _OPTIONAL_KEY,
}
_ASSIGNMENT = {
    "kind": _choice(ItemKind),
    "item": _KEY,
    "assigned_at": _INSTANT,
    "group": _OPTIONAL_KEY,
}
_CERTIFICATION: Mapping[str, _Reader] = {
    "id": _KEY,
    "name": _checked(_name),
    "code": _OPTIONAL_KEY,
    "description": _PLAIN,
    "validity": _checked(Validity.parse, "such as '18 months', 'P18M' or 'never'"),
    "retake": _flag,
    "status": _choice(CertificationStatus),
    "criteria": _optional(_choice(Criteria)),
    "groups": _NAMES,
    "completion_criteria": _PLAIN,
    "skills": _NAMES,
    "badge_image": _OPTIONAL_KEY,
    "created_by": _OPTIONAL_KEY,
    "created_at": _optional(_INSTANT),
    "updated_at": _optional(_INSTANT),
    "assignments": _list_of(Assignment, _ASSIGNMENT, "kind", "item"),
}
_ITEM = {"kind": _choice(ItemKind), "id": _KEY, "code": _OPTIONAL_KEY, "name": _PLAIN}
_COMPANY = {"id": _KEY, "name": _PLAIN, "account_owner": _optional(_PLAIN)}

_NOTIFICATIONS = {"notifications": _list_of(Notification, _NOTIFICATION, "id")}
_SECTIONS: Mapping[str, _Reader] = {
    "users": _list_of(User, _USER, "id"),
    "items": _list_of(Item, _ITEM, "kind", "id"),
    "certifications": _list_of(Certification, _CERTIFICATION, "id"),
    "courses": _list_of(Course, {"id": _KEY, "materials": _NAMES, "window": _WINDOW}, "id"),
    "plans": _list_of(LearningPlan, {"id": _KEY, "courses": _NAMES, "window": _WINDOW}, "id"),
    "companies": _list_of(Company, _COMPANY, "id"),
}
