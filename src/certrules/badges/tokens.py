"""Tokens: JSON Web Signatures in their compact form, read but not yet believed.

A token is a header, a payload and a signature, each in base64url. It is read strictly and within
bounds. Who has signed it is not checked.
"""

import json
import math
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from certrules.errors import BadgeError

LONGEST = 1_000_000
"""How many characters a token may have."""

DEEPEST = 32
"""How deeply its JSON may be nested."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


@frozen
class Token:
    """A token, with its header and its payload as yet unverified."""

    text: str
    header: Mapping[str, Any]
    payload: Mapping[str, Any]


def read(text: str) -> Token:
    """Return the parts of a token; BadgeError if it is none.

    >>> read("a.b")
    Traceback (most recent call last):
        ...
    certrules.errors.BadgeError: a token has three parts between full stops, and this one has 2
    """
    if len(text) > LONGEST:
        raise BadgeError(f"a token of {len(text):,} characters is longer than {LONGEST:,}")
    parts = text.split(".")
    if (number := len(parts)) != 3:
        raise BadgeError(f"a token has three parts between full stops, and this one has {number}")
    decoded(parts[2], "signature")
    header, payload = decoded(parts[0], "header"), decoded(parts[1], "payload")
    return Token(text, parsed(header, "header"), parsed(payload, "payload"))


def decoded(text: str, name: str) -> bytes:
    """Return what unpadded base64url says; BadgeError unless it is just that."""
    if _BASE64URL.fullmatch(text) and len(text) % 4 != 1:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if encoded(data) == text:
            return data
    raise BadgeError(f"the {name} is not base64url")


def encoded(data: bytes) -> str:
    """Return data as unpadded base64url."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def compact(value: Mapping[str, Any]) -> str:
    """Return an object as the JSON of a token's part, in base64url; ValueError or TypeError."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return encoded(text.encode())


def parsed(data: bytes, name: str) -> Mapping[str, Any]:
    """Return the object that JSON says; BadgeError if it is none, or more than a token may hold."""
    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=_unique,
            parse_constant=_finite,
            parse_float=_finite,
        )
    except RecursionError:
        raise BadgeError(f"the {name} is nested too deeply") from None
    except ValueError as error:
        raise BadgeError(f"the {name} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadgeError(f"the {name} is not a JSON object")
    if _is_deep(value):
        raise BadgeError(f"the {name} is nested more than {DEEPEST} deep")
    try:
        compact(value)
    except UnicodeEncodeError:  # an escaped half of a character
        raise BadgeError(f"the {name} has text that is no Unicode") from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BadgeError("an object of its JSON has the same member twice")
    return value


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise BadgeError(f"its JSON has {number[:20]}, which is no finite number")
    return value


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
    return bool(level)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
