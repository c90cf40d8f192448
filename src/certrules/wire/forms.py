"""Forms: how is a value of a type written as JSON, read back, and described by a schema?

A form is made of a type's annotation alone, so that reading, writing and schema cannot differ.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from enum import Enum
from itertools import filterfalse
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NamedTuple,
    Never,
    NoReturn,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from attrs import NOTHING, fields, has

from certrules import instants
from certrules.errors import CertrulesError, InvalidValueError
from certrules.model.catalog import Validity
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.details import DETAILS
from certrules.model.effects import Effect
from certrules.model.notices import Offset
from certrules.model.values import KEPT, Amount, Count, DayOfMonth, Id, checked
from certrules.wire.parsing import Faults, joined, kind, listed

Schema = dict[str, Any]
"""A JSON Schema, of the draft 2020-12."""


class Form(NamedTuple):
    """How values of one type stand in JSON.

    ``read`` takes what JSON has, its path, and where to add the faults inside it; it raises if the
    value itself is wrong. ``schema`` takes the definitions, and adds those that it refers to.
    """

    read: Callable[[Any, str, Faults], Any]
    write: Callable[[Any], Any]
    schema: Callable[[Schema], Schema]


def read(form: Form, value: object, path: str, faults: Faults) -> Any:
    """Return what a value at a path means; None if it is wrong, with the fault added."""
    try:
        return form.read(value, path, faults)
    except InvalidValueError as error:
        faults.add(path, f"expected {error.expected}, got {kind(error.value)}")
    except CertrulesError as error:
        faults.add(path, str(error))
    return None


def plain(annotation: Any, /, **schema: Any) -> Form:
    """Return the form of what JSON has by itself: texts, numbers, truth."""

    def reading(value: object, _path: str, _faults: Faults) -> Any:
        if annotation is bool and not isinstance(value, bool):
            raise InvalidValueError("value", value, "true or false")
        return checked("value", value, annotation)

    return Form(reading, lambda it: it, lambda _: dict(schema))


def text(
    parse: Callable[[str], Any],
    expected: str,
    /,
    write: Callable[[Any], str] = str,
    **schema: Any,
) -> Form:
    """Return the form of what stands in JSON as a text that means something."""

    def reading(value: object, _path: str, _faults: Faults) -> Any:
        if not isinstance(value, str):
            raise InvalidValueError("value", value, expected)
        try:
            return parse(value)
        except CertrulesError:
            raise
        except (KeyError, ValueError, OverflowError):
            raise InvalidValueError("value", value, expected) from None

    return Form(reading, write, lambda _: {"type": "string", **schema})


def choice(members: Iterable[Any]) -> Form:
    """Return the form of an enum, or of some of its members: the text of one."""
    known = {str(member): member for member in members}
    return text(known.__getitem__, f"one of {listed(known)}", enum=list(known))


def several(
    member: Form, keep: type = tuple, expected: str = "a list", key: Sequence[str] = ()
) -> Form:
    """Return the form of a list, no two members of which have the same ``key``, if one is given."""

    def reading(value: object, path: str, faults: Faults) -> Any:
        if not isinstance(value, list):
            raise InvalidValueError("value", value, expected)
        found = [read(member, each, f"{path}[{at}]", faults) for at, each in enumerate(value)]
        if key:
            _check_unique(found, key, path, faults)
        return keep(found)

    def writing(it: Iterable[Any]) -> list[Any]:
        written = list(map(member.write, it))
        return sorted(written) if keep is frozenset else written

    return Form(reading, writing, lambda known: {"type": "array", "items": member.schema(known)})


def _check_unique(entries: list[Any], key: Sequence[str], path: str, faults: Faults) -> None:
    first: dict[tuple[object, ...], int] = {}
    for index, entry in enumerate(entries):
        if entry is not None:
            values = tuple(getattr(entry, name) for name in key)
            if first.setdefault(values, index) != index:
                shown = " ".join(str(e) if isinstance(e, Enum) else repr(e) for e in values)
                message = f"{shown} is also that of {path}[{first[values]}]"
                faults.add(f"{path}[{index}].{key[-1].removesuffix('_id')}", message)


def _row(members: Sequence[Form]) -> Form:
    """Return the form of a row of values, each of a type of its own."""

    def reading(value: object, path: str, faults: Faults) -> Any:
        if not isinstance(value, list) or len(value) != len(members):
            raise InvalidValueError("value", value, f"a list of {len(members)} values")
        pairs = enumerate(zip(members, value, strict=True))
        return tuple(read(form, each, f"{path}[{at}]", faults) for at, (form, each) in pairs)

    def schema(known: Schema) -> Schema:
        items = [each.schema(known) for each in members]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}

    return Form(
        reading, lambda it: [f.write(each) for f, each in zip(members, it, strict=True)], schema
    )


def _mapping(key: Form, member: Form) -> Form:
    def reading(value: object, path: str, faults: Faults) -> Any:
        if not isinstance(value, dict):
            raise InvalidValueError("value", value, "an object")
        faults.repeated(value, path)
        return {
            read(key, name, joined(path, name), faults): read(
                member, each, joined(path, name), faults
            )
            for name, each in value.items()
        }

    return Form(
        reading,
        lambda it: {key.write(name): member.write(each) for name, each in it.items()},
        lambda known: {
            "type": "object",
            "propertyNames": key.schema(known),
            "additionalProperties": member.schema(known),
        },
    )


def optional(form: Form) -> Form:
    """Return the form of what may be null."""
    return Form(
        lambda value, path, faults: None if value is None else form.read(value, path, faults),
        lambda it: None if it is None else form.write(it),
        lambda known: {"anyOf": [form.schema(known), {"type": "null"}]},
    )


class Forms:
    """The forms of all types.

    ``special`` are forms of types that have others than usual, and of single fields, by their class
    and name. ``keys`` are what fields are called in JSON, if not by their own name.
    """

    def __init__(
        self, special: Mapping[Any, Form] | None = None, keys: Mapping[str, str] | None = None
    ) -> None:
        self._known: dict[Any, Form] = {**_LEAVES, **(special or {})}
        self._keys = keys or {}
        self._known[Reason, "details"] = self._some_of(DETAILS)

    def of(self, annotation: Any) -> Form:
        """Return the form of a type; TypeError if it has none."""
        if annotation not in self._known:
            self._known[annotation] = self._made(annotation)
        return self._known[annotation]

    def special(self, annotation: Any, form: Form) -> None:
        """Let a type, or a field by its class and name, have another form than usual."""
        self._known[annotation] = form

    def _made(self, annotation: Any) -> Form:
        origin, inner = get_origin(annotation), get_args(annotation)
        cls = origin or annotation
        if origin is Annotated:
            return _narrowed(annotation)
        if origin in (Union, UnionType):
            return self._union(inner)
        if origin in KEPT or cls is Mapping:
            return self._many(cls, inner)
        if isinstance(cls, type) and issubclass(cls, Enum):
            return choice(cls)
        if has(cls) or hasattr(cls, "_fields"):
            return self._object(cls, inner)
        raise TypeError(f"{annotation} has no form in JSON")

    def _many(self, cls: Any, inner: Sequence[Any]) -> Form:
        if cls is Mapping:
            key, member = map(self.of, inner)
            if key.schema({}).get("type") != "string":
                raise TypeError(f"{inner[0]} is no key of a JSON object")
            return _mapping(key, member)
        if len(inner) == 1 or inner[1] is ...:
            return several(self.of(inner[0]), KEPT[cls])
        return _row([self.of(each) for each in inner])

    def _union(self, inner: Sequence[Any]) -> Form:
        some = [each for each in inner if each is not NoneType]
        form = self.of(some[0]) if len(some) == 1 else self._any_of(some)
        return optional(form) if NoneType in inner else form

    def _any_of(self, kinds: Sequence[Any]) -> Form:
        """Return the form of any of several classes, each known by a key of its own value."""
        classes = [get_origin(each) or each for each in kinds]
        forms = dict(zip(map(_said, classes), map(self.of, kinds), strict=True))
        (key,) = {name for name, _ in forms}
        known = {word: form for (_, word), form in forms.items()}

        def reading(value: object, path: str, faults: Faults) -> Any:
            if not isinstance(value, dict) or key not in value:
                raise InvalidValueError("value", value, f"an object with the key {key}")
            word = value[key]
            if not isinstance(word, str | bool) or word not in known:
                faults.add(joined(path, key), f"expected one of {listed(map(_json, known))}")
                return None
            return known[word].read(value, path, faults)

        return Form(
            reading,
            lambda it: forms[_said(type(it))].write(it),
            lambda definitions: {"oneOf": [each.schema(definitions) for each in known.values()]},
        )

    def _some_of(self, types: Mapping[str, Any]) -> Form:
        """Return the form of a mapping that may have any of some keys, each with its own type."""
        forms = {name: self.of(each) for name, each in types.items()}

        def reading(value: object, path: str, faults: Faults) -> Any:
            if not isinstance(value, dict):
                raise InvalidValueError("value", value, "an object")
            faults.unknown(value, forms, path)
            return {
                name: read(forms[name], each, joined(path, name), faults)
                for name, each in value.items()
                if name in forms
            }

        return Form(
            reading,
            lambda it: {name: forms[name].write(each) for name, each in it.items()},
            lambda known: {
                "type": "object",
                "properties": {name: form.schema(known) for name, form in forms.items()},
                "additionalProperties": False,
            },
        )

    def _object(self, cls: type[Any], arguments: Sequence[Any]) -> Form:
        """Return the form of a class: an object of its fields, and what is said of it besides."""
        name, types, required = _fields(cls, arguments)
        called = {self._keys.get(each, each): each for each in types}
        forms = {
            key: self._known.get((cls, each)) or self.of(types[each])
            for key, each in called.items()
        }
        must = [key for key, each in called.items() if each in required]
        made = _Object(cls, name, called, forms, must)
        return Form(made.read, made.write, made.schema)


class _Object:
    """The form of the values of a class; ``called`` has the field of each key."""

    def __init__(
        self,
        cls: type[Any],
        name: str,
        called: Mapping[str, str],
        forms: Mapping[str, Form],
        must: Sequence[str],
    ) -> None:
        self.cls, self.name, self.called, self.forms = cls, name, called, forms
        self.said: Mapping[str, Any] = dict([_SAID[cls]] if cls in _SAID else [])
        self.derived: Schema = _DERIVED.get(cls, {})
        self.must = [*self.said, *must]
        self.known = [*self.said, *forms, *self.derived]

    def read(self, value: object, path: str, faults: Faults) -> Any:
        if not isinstance(value, dict):
            raise InvalidValueError("value", value, "an object")
        before = faults.count
        self._check_keys(value, path, faults)
        given = {
            self.called[key]: read(self.forms[key], value[key], joined(path, key), faults)
            for key in filter(self.forms.__contains__, value)
        }
        if faults.count > before:
            return None
        try:
            return self.cls(**given)
        except CertrulesError as error:  # each of its values is right, but not together
            faults.add(path, str(error))
            return None

    def _check_keys(self, value: dict[str, Any], path: str, faults: Faults) -> None:
        faults.unknown(value, self.known, path)
        for key in filterfalse(value.__contains__, self.must):
            faults.add(joined(path, key), "is missing")
        for key, word in self.said.items():
            if key in value and (type(value[key]), value[key]) != (type(word), word):
                wrong = f"expected {_json(word)}, got {kind(value[key])}"
                faults.add(joined(path, key), wrong)

    def write(self, it: Any) -> dict[str, Any]:
        own = {key: self.forms[key].write(getattr(it, each)) for key, each in self.called.items()}
        return {**self.said, **own, **{each: getattr(it, each) for each in self.derived}}

    def schema(self, definitions: Schema) -> Schema:
        if self.name not in definitions:
            definitions[self.name] = {}
            definitions[self.name] = {
                "description": (self.cls.__doc__ or "").strip().partition("\n")[0],
                "type": "object",
                "properties": {
                    **{key: {"const": word} for key, word in self.said.items()},
                    **{key: form.schema(definitions) for key, form in self.forms.items()},
                    **self.derived,
                },
                "required": self.must,
                "additionalProperties": False,
            }
        return {"$ref": f"#/$defs/{self.name}"}


_SAID: Mapping[Any, tuple[str, Any]] = {
    Granted: ("granted", True),
    Refused: ("granted", False),
    **{
        each: ("effect", re.sub(r"(?<=.)(?=[A-Z])", "_", each.__name__).lower())
        for each in get_args(Effect)
    },
}
"""By which key and value an object says of which class it is, if it could be of several."""

_DERIVED: Mapping[Any, Schema] = {
    Reason: {"text": {"type": "string", "description": "The reason in English."}},
}
"""What an object has besides its fields, for its reader; it is ignored if it is read back."""


def _said(cls: Any) -> tuple[str, Any]:
    if cls not in _SAID:
        raise TypeError(f"{cls} does not say in JSON which class it is")
    return _SAID[cls]


def _json(word: object) -> str:
    return str(word).lower() if isinstance(word, bool) else repr(word)


def _fields(cls: type[Any], arguments: Sequence[Any]) -> tuple[str, dict[str, Any], set[str]]:
    """Return the name of a class, the type of each of its fields, and those it cannot lack."""
    if not has(cls):
        hints = get_type_hints(cls, include_extras=True)
        return cls.__name__, hints, set(hints) - set(cls._field_defaults)
    known = fields(cls)
    types = {each.name: each.type for each in known}
    name = cls.__name__
    if cls is Granted:
        nothing = arguments == (Never,)
        types["effects"] = tuple[Never, ...] if nothing else tuple[Effect, ...]
        name = "Allowed" if nothing else name
    return name, types, {each.name for each in known if each.default is NOTHING}


def _day(given: str) -> date:
    day = date.fromisoformat(given)
    if day.isoformat() != given:
        raise ValueError
    return day


def _instant(given: str) -> datetime:
    try:
        return instants.parse(given)
    except CertrulesError:
        raise ValueError from None


_AN_INSTANT = "an instant with its time zone, such as '2024-07-01T09:00:00Z'"


_WHOLE, _TEXT = {"type": "integer"}, {"type": "string"}
_SCHEMAS: Mapping[Any, Schema] = {
    str: _TEXT,
    int: _WHOLE,
    bool: {"type": "boolean"},
    Id: {**_TEXT, "pattern": r"\S"},
    Count: {**_WHOLE, "minimum": 1},
    Amount: {**_WHOLE, "minimum": 0},
    DayOfMonth: {**_WHOLE, "minimum": 1, "maximum": 31},
}


def _narrowed(annotation: Any) -> Form:
    base, only = get_args(annotation)
    return plain(annotation, **_SCHEMAS[base], description=only.expected)


def _amount(it: Any, zero: str) -> str:
    """Return an amount as it is read back, even if it is none of a unit that does not matter."""
    return str(it) if it.amount or it == type(it).parse(str(it)) else zero.format(it.unit)


def _refuse(value: object, *_: object) -> NoReturn:
    raise InvalidValueError("value", value, "nothing")


_LEAVES: Mapping[Any, Form] = {
    Never: Form(_refuse, _refuse, lambda _: {"not": {}}),
    **{each: plain(each, **schema) for each, schema in _SCHEMAS.items()},
    date: text(_day, "a day such as '2024-07-01'", format="date"),
    datetime: text(_instant, _AN_INSTANT, datetime.isoformat, format="date-time"),
    tzinfo: text(
        instants.time_zone,
        "the name of a time zone",
        description="An IANA name, or an offset such as +05:30.",
    ),
    Validity: text(
        Validity.parse,
        "such as '18 months', 'P18M' or 'never'",
        lambda it: _amount(it, "0 {}"),
        examples=["18 months", "P18M", "never"],
    ),
    Offset: text(
        Offset.parse,
        "such as '2 weeks before'",
        lambda it: _amount(it, "0 {} after"),
        examples=["2 weeks before", "1 hour after", "at once"],
    ),
}
