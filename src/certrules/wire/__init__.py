"""JSON of every value: what goes into rules and workflows, and what comes out of them.

Texts are read strictly: every fault is reported with its path, an unknown key is refused, and
nothing is converted that is not what it should be. What is written is read back as the same value.
"""

import json
from typing import Any, TypeVar

from attrs import has

from certrules.errors import JsonError
from certrules.wire.forms import Forms, Schema, read
from certrules.wire.parsing import Faults, parsed

__all__ = ["Wired", "dumps", "loads", "schema", "structure", "unstructure"]

T = TypeVar("T")

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_FORMS = Forms()


def loads(text: str | bytes, kind: type[T]) -> T:
    """Read a value of a type from a JSON text.

    Raises :class:`~certrules.errors.JsonError`, with the first 1,000 faults, if it is not JSON or
    not such a value.

    >>> loads('{"kind": "course", "id": "c1"}', Item)
    Item(kind=<ItemKind.COURSE: 'course'>, id='c1', code=None, name='')
    >>> loads('{"kind": "course", "ids": 7}', Item)
    Traceback (most recent call last):
        ...
    certrules.errors.JsonError: 2 faults in the value; the first at ids: unknown key; \
did you mean id?
    """
    return structure(parsed(text), kind)


def structure(value: object, kind: type[T], *, name: str = "") -> T:
    """Read a value of a type from what a JSON text held, as :func:`loads` does."""
    faults = Faults()
    found: T = read(_FORMS.of(kind), value, "", faults)
    faults.check(name or "value")
    return found


def unstructure(value: Any, kind: Any = None) -> Any:
    """Return a value as JSON has it: objects, lists, texts, numbers, true, false and null.

    ``kind`` is its type, if it is more than a value of one class.

    >>> unstructure(Item(ItemKind.COURSE, "c1"))
    {'kind': 'course', 'id': 'c1', 'code': None, 'name': ''}
    """
    return _FORMS.of(kind or type(value)).write(value)


def dumps(value: Any, kind: Any = None, *, indent: int | None = None) -> str:
    """Write a value as a JSON text, as :func:`unstructure` has it."""
    return json.dumps(unstructure(value, kind), ensure_ascii=False, indent=indent)


def schema(kind: Any) -> Schema:
    """Return the JSON Schema (2020-12) of a type's values."""
    definitions: Schema = {}
    own = _FORMS.of(kind).schema(definitions)
    return {"$schema": DIALECT, **own, **({"$defs": definitions} if definitions else {})}


class Wired:
    """What lets pydantic take a type of certrules, in its strict JSON form, and say its schema.

    ``Annotated[Facts, Wired()]`` is the type of a field, of a body or of an answer. A value that is
    wrong is pydantic's ``ValidationError``, whose message has every fault with its path.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: object) -> Any:
        from pydantic_core import core_schema  # only pydantic asks

        form = _FORMS.of(source)

        def reading(given: object) -> Any:
            if has(type(given)):  # an answer, on its way out
                return given
            faults = Faults()
            found = read(form, given, "", faults)
            try:
                faults.check("value")
            except JsonError as error:
                said = "; ".join(f"{path}: {fault}" for path, fault in error.faults)
                raise ValueError(said) from None
            return found

        return core_schema.no_info_plain_validator_function(
            reading,
            metadata={"pydantic_js_functions": [lambda *_: _inlined(schema(source))]},
            serialization=core_schema.plain_serializer_function_ser_schema(form.write),
        )


def _inlined(whole: Schema) -> Schema:
    """Return a schema in which each definition stands where it is meant."""
    definitions = whole.get("$defs", {})

    def inline(part: Any) -> Any:
        if isinstance(part, list):
            return list(map(inline, part))
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return inline(definitions[part["$ref"].removeprefix("#/$defs/")])
        return {key: inline(each) for key, each in part.items()}

    own = {key: part for key, part in whole.items() if key not in ("$schema", "$defs")}
    inlined: Schema = inline(own)
    return inlined
