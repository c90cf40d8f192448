"""Catalogs: users, items, certifications and notifications as JSON text in, values out.

If the text is wrong, its faults are reported at once, each with its path.
"""

import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.catalog import Assignment, Certification, Item
from certrules.model.learning import Course, LearningPlan
from certrules.model.notices import Notification, Recipient
from certrules.model.people import Company, User
from certrules.model.values import Id
from certrules.wire import DIALECT, forms
from certrules.wire.forms import Form, Forms, Schema
from certrules.wire.forms import read as read_value
from certrules.wire.parsing import Faults, kind, listed, parsed


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
    :class:`~certrules.errors.JsonError`, with the first 1,000 faults.

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
    :class:`~certrules.errors.JsonError`, with the first 1,000 faults.

    >>> (reminder,) = read_notifications(b'{"notifications": [{"id": "n1", "kind": "expiry",'
    ...                              b' "offset": "2 weeks before"}]}')
    >>> reminder.offset
    Offset(amount=-2, unit=<OffsetUnit.WEEKS: 'weeks'>)

    Rules: DOC-NOTIFY-02.
    """
    found = _sections(data, _NOTIFICATIONS, "notifications")
    return tuple(found["notifications"])


def write(catalog: Catalog) -> bytes:
    """Write a catalog as :func:`read` takes it; sections without an entry are left out.

    Raises :class:`~certrules.errors.JsonError` for a catalog that would not be read back, such as
    one with an id twice.

    >>> write(Catalog(users=(User("1", "ada"),)))[:35]
    b'{"users": [{"id": "1", "username": '
    """
    found = {name: getattr(catalog, name) for name in _SECTIONS}
    written = {name: _SECTIONS[name].write(some) for name, some in found.items() if some}
    data = json.dumps(written, ensure_ascii=False).encode("utf-8", "surrogatepass")
    read(data)
    return data


def schema() -> Schema:
    """Return the JSON Schema (2020-12) of catalog files.

    It does not say that ids are unique, nor which texts are names of time zones: :func:`read` does.

    >>> sorted(schema()["properties"])
    ['certifications', 'companies', 'courses', 'items', 'plans', 'users']
    """
    return _schema(_SECTIONS)


def notifications_schema() -> Schema:
    """Return the JSON Schema (2020-12) of files of notifications."""
    return _schema(_NOTIFICATIONS)


def _schema(sections: Mapping[str, Form]) -> Schema:
    definitions: Schema = {}
    properties = {name: form.schema(definitions) for name, form in sections.items()}
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
        "$defs": definitions,
    }


def _sections(data: bytes, known: Mapping[str, Form], name: str) -> dict[str, Any]:
    """Return what is read of each section of a file; JsonError if anything in it is wrong."""
    if not isinstance(data, bytes | bytearray):
        raise InvalidValueError("data", data, "bytes, as of Path(...).read_bytes()")
    value, found, faults = parsed(bytes(data)), dict[str, Any](), Faults()
    if isinstance(value, dict):
        faults.unknown(value, known, "")
        found = {
            each: read_value(known[each], value[each], each, faults)
            for each in known
            if each in value
        }
        if not found and not faults.count:
            faults.add("$", f"has none of {listed(known)}")
    else:
        faults.add("$", f"expected an object with {listed(known)}, got {kind(value)}")
    faults.check(name)
    return found


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


_KEY = forms.text(_key, "text", pattern=r"^\S([\s\S]*\S)?$")
_PLAIN = forms.text(_plain, "text")
_NAMES = forms.several(_KEY, expected="a list of names")
_FORMS = Forms(
    {
        Id: _KEY,
        str: _PLAIN,
        str | None: forms.optional(_KEY),
        tuple[str, ...]: _NAMES,
        frozenset[str]: _NAMES,
        frozenset[Recipient]: forms.several(
            forms.choice(Recipient), expected=f"a list of {listed(map(str, Recipient))}"
        ),
        (User, "time_zone"): forms.optional(forms.text(_zone, "the name of a time zone")),
        (Certification, "name"): forms.text(_name, "text", pattern=r"\S"),
        (Company, "account_owner"): forms.optional(_PLAIN),
    },
    {"company_id": "company", "item_id": "item"},
)
_FORMS.special(
    (Certification, "assignments"), forms.several(_FORMS.of(Assignment), key=("kind", "item_id"))
)
_SECTIONS: Mapping[str, Form] = {
    "users": forms.several(_FORMS.of(User), key=("id",)),
    "items": forms.several(_FORMS.of(Item), key=("kind", "id")),
    "certifications": forms.several(_FORMS.of(Certification), key=("id",)),
    "courses": forms.several(_FORMS.of(Course), key=("id",)),
    "plans": forms.several(_FORMS.of(LearningPlan), key=("id",)),
    "companies": forms.several(_FORMS.of(Company), key=("id",)),
}
_NOTIFICATIONS = {"notifications": forms.several(_FORMS.of(Notification), key=("id",))}
