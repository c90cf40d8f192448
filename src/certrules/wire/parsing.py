"""JSON texts: strictly read, within limits, and what was wrong where."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import filterfalse
from typing import Any, NoReturn

from certrules.errors import JsonError

GUIDED = 100
"""How many faults may come with a guess at what was meant, because guessing takes time."""

KEPT_FAULTS = 1_000
"""How many faults an error lists, so that a text which is all wrong fits in memory."""

_LONGEST = 30
"""How many characters a number may have."""
_SHOWN = 80
"""How many characters of a wrong value a fault shows."""


class JsonObject(dict[str, Any]):
    """A JSON object, and the keys that it has more than once."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        times = Counter(key for key, _ in pairs) if len(pairs) > len(self) else {}
        self.repeated: tuple[str, ...] = tuple(key for key in times if times[key] > 1)


def parsed(text: str | bytes) -> object:
    """Return what a JSON text holds; JsonError if it is not JSON, UTF-8 or within limits."""
    try:
        return json.loads(
            text if isinstance(text, str) else text.decode("utf-8-sig"),
            object_pairs_hook=JsonObject,
            parse_constant=_no_constant,
            parse_int=lambda digits: int(_bounded(digits)),
            parse_float=lambda digits: float(_bounded(digits)),
        )
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}; save the file as UTF-8"
        raise JsonError("not_utf8", message) from error
    except json.JSONDecodeError as error:
        message = f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        raise JsonError("not_json", message) from error
    except RecursionError as error:
        raise JsonError("not_json", "nested too deeply") from error


def _no_constant(name: str) -> NoReturn:
    raise JsonError("not_json", f"{name} is not JSON")


def _bounded(digits: str) -> str:
    if len(digits) > _LONGEST or math.isinf(float(digits)):
        raise JsonError("not_json", f"the number {_shortened(digits, _LONGEST)} is out of range")
    return digits


class Faults:
    """The first faults of a text, each a path and what is wrong there, and how many there are."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []
        self.count: int = 0

    def add(self, path: str, text: str) -> None:
        """Add a fault; the value as a whole has no path, and is called ``$``."""
        self.count += 1
        if self.count <= KEPT_FAULTS:
            self.kept.append((path or "$", text))

    def unknown(self, given: dict[str, Any], known: Iterable[str], path: str) -> None:
        """Add the keys of an object that are unknown, or given more than once."""
        for key in filterfalse(set(known).__contains__, given):
            near = get_close_matches(key, known, n=1) if self.count < GUIDED else []
            hint = f"did you mean {near[0]}?" if near else f"known are {listed(known)}"
            self.add(joined(path, key), f"unknown key; {hint}")
        self.repeated(given, path)

    def repeated(self, given: dict[str, Any], path: str) -> None:
        """Add the keys that an object has more than once."""
        for key in getattr(given, "repeated", ()):
            self.add(joined(path, key), "given more than once")

    def check(self, name: str) -> None:
        """Raise JsonError if there are any; ``name`` is what the text holds."""
        if self.count:
            many = "1 fault" if self.count == 1 else f"{self.count:,} faults"
            some = f", of which {KEPT_FAULTS:,} are listed" if self.count > KEPT_FAULTS else ""
            raise JsonError(f"invalid_{name}", f"{many} in the {name}{some}", self.kept)


def joined(path: str, key: str) -> str:
    """Return the path of a key of the object at a path."""
    step = key if key.isidentifier() else json.dumps(key)
    return f"{path}.{step}" if path else step


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def kind(value: object) -> str:
    """Return what a JSON value is, briefly."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    shown = _shortened(repr(value), _SHOWN)
    return f"the text {shown}" if isinstance(value, str) else shown


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
