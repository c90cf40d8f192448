"""Structure: does a credential have the members that Open Badges 3.0 demands, each of its type?

What the standard demands is a table below. Members that it does not name may be anything, and null
counts as absent. Who signed a credential is not asked.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from certrules import instants
from certrules.errors import BadgeError, CertrulesError

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
"""The vocabularies of every credential, in the order that the standard demands."""
CLAIMS = ("iss", "jti", "sub", "nbf", "exp")
"""The claims of a JWT that repeat what a credential says."""

_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d+)?\.json")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)
_INDEX = re.compile(r"[0-9]+", re.ASCII)


def check_badge(credential: Mapping[str, Any]) -> None:
    """Raise BadgeError if a credential is no Open Badge, with the path of what is wrong.

    >>> check_badge({"@context": list(CONTEXTS), "type": ["VerifiableCredential"]})
    Traceback (most recent call last):
        ...
    certrules.errors.BadgeError: type does not name OpenBadgeCredential or AchievementCredential
    """
    contexts = _contexts(credential)
    if not any(isinstance(each, str) and _CONTEXT.fullmatch(each) for each in contexts[1:2]):
        raise BadgeError("@context is not that of Open Badges 3.0")
    _check("badge", credential, "")
    subject = credential["credentialSubject"]
    if subject.get("id") is None and not listed(subject.get("identifier")):
        raise BadgeError("the credential names no recipient: credentialSubject has no id")
    until = instant(credential, "validUntil")
    if until is not None and until < _instant(credential["validFrom"], "validFrom"):
        raise BadgeError("validUntil is before validFrom")


def check_list(credential: Mapping[str, Any]) -> None:
    """Raise BadgeError if a credential is no Bitstring Status List."""
    _contexts(credential)
    _check("list", credential, "")


def check_status(entry: Any) -> None:
    """Raise BadgeError unless an entry names the bit of a status list, or a status of its type."""
    _check("status", entry, "credentialStatus")


def claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims that repeat what a credential of the right structure says."""
    said = {
        "iss": id_of(credential["issuer"]),
        "jti": credential["id"],
        "sub": credential["credentialSubject"].get("id"),
    }
    for claim, name in (("nbf", "validFrom"), ("exp", "validUntil")):
        at = instant(credential, name)
        said[claim] = None if at is None else math.floor(at.timestamp())
    return {name: value for name, value in said.items() if value is not None}


def instant(credential: Mapping[str, Any], name: str) -> datetime | None:
    """Return the instant that a member says, None if it is missing; BadgeError if it is none."""
    value = credential.get(name)
    return None if value is None else _instant(value, name)


def begins(credential: Mapping[str, Any]) -> float | None:
    """Return from when on a status list counts, in seconds since 1970: ``validFrom``, else ``nbf``.

    None if the list says neither. Raises BadgeError if either is no instant.
    """
    first, not_before = instant(credential, "validFrom"), seconds(credential, "nbf")
    return not_before if first is None else first.timestamp()


def seconds(credential: Mapping[str, Any], claim: str) -> float | None:
    """Return a claim in seconds since 1970, None if it is missing; BadgeError for no number."""
    value = credential.get(claim)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise BadgeError(f"{claim} is no number of seconds")


def listed(value: Any) -> list[Any]:
    """Return the values that one member has: those of a list, itself, or none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def id_of(value: Any) -> Any:
    """Return the id of a thing, which may be written as its id alone."""
    return value.get("id") if isinstance(value, dict) else value


def _contexts(credential: Mapping[str, Any]) -> list[Any]:
    found = credential.get("@context")
    contexts = found if isinstance(found, list) else []
    known = contexts[:1] == [CONTEXTS[0]]
    if not known or not all(isinstance(each, str | dict) for each in contexts):
        raise BadgeError("@context is not that of Verifiable Credentials 2.0")
    return contexts


_OBJECTS = {
    "badge": "type VerifiableCredential!, type OpenBadgeCredential|AchievementCredential!, "
    "id uri!, issuer profile/!, validFrom instant!, credentialSubject subject!, "
    "validUntil instant, awardedDate instant, name words, description words, image image, "
    "credentialStatus status*, credentialSchema schema*, evidence evidence*, "
    "refreshService typed*, termsOfUse typed*",
    "subject": "type AchievementSubject!, achievement achievement!, id uri, identifier identity*, "
    "image image, narrative any, result result*",
    "achievement": "id uri!, type Achievement!, name text!, description any!, criteria criteria!, "
    "achievementType any, alignment alignment*, creator profile/, image image, tag any*",
    "alignment": "type Alignment!, targetName text!, targetUrl uri!, targetCode any, "
    "targetDescription any, targetFramework any, targetType any",
    "profile": "id uri!, type Profile!, name any, url uri, description any, image image",
    "identity": "type IdentityObject!, hashed boolean!, identityHash text!, identityType text!, "
    "salt any",
    "image": "id uri!, type Image!, caption any",
    "evidence": "type Evidence!, id uri",
    "result": "type Result!",
    "reference": "id uri, narrative any",
    "schema": "id uri!, type *!",
    "typed": "type *!",
    "entry": "type *!, id uri",
    "bit": "statusPurpose text!, statusListIndex index!, statusListCredential uri!, "
    "statusSize size",
    "list": "type VerifiableCredential!, type BitstringStatusListCredential!, id uri!, "
    "issuer thing/!, credentialSubject bits!, validFrom instant, validUntil instant",
    "bits": "type BitstringStatusList!, statusPurpose text*!, encodedList text!",
    "thing": "id uri!",
}
"""The members of each object, each with the shape of its value, or for ``type`` one it must have.

``!``: must be there. ``*``: may be a list of such values. ``/``: may be the id alone.
"""


def _check(shape: str, value: Any, path: str) -> None:
    """Raise BadgeError unless a value, which stands at a path, has a shape."""
    if shape.endswith("*"):
        for number, each in enumerate(listed(value)):
            _check(shape[:-1], each, f"{path}[{number}]" if isinstance(value, list) else path)
    elif shape.endswith("/"):
        _check("uri" if isinstance(value, str) else shape[:-1], value, path)
    elif shape in _OBJECTS:
        _check_object(_OBJECTS[shape], value, path)
    else:
        _SHAPES[shape](value, path)


def _check_object(members: str, value: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise BadgeError(f"{path} is no object")
    for name, shape in map(str.split, members.split(", ")):
        inner = f"{path}.{name}" if path else name
        if value.get(name) is None:
            if shape.endswith("!"):
                raise BadgeError(f"{inner} is missing")
        elif name == "type":
            _check_type(shape.rstrip("*!"), value[name], inner)
        else:
            _check(shape.rstrip("!"), value[name], inner)


def _check_type(names: str, value: Any, path: str) -> None:
    types = listed(value)
    if not types or not all(isinstance(each, str) and each for each in types):
        raise BadgeError(f"{path} is no type")
    if names and set(names.split("|")).isdisjoint(types):
        raise BadgeError(f"{path} does not name {names.replace('|', ' or ')}")


def _criteria(value: Any, path: str) -> None:
    _check("reference", value, path)
    if value.get("id") is None and not (value.get("narrative") or "").strip():
        raise BadgeError(f"{path} has neither id nor narrative")


def _status(value: Any, path: str) -> None:
    _check("entry", value, path)
    if "BitstringStatusListEntry" in listed(value["type"]):
        _check("bit", value, path)


def _instant(value: Any, path: str) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return instants.utc(datetime.fromisoformat(value))
        except (ValueError, CertrulesError):
            pass
    raise BadgeError(f"{path} is no instant with a time zone")


def _words(value: Any, path: str) -> None:
    """Take a text, one of a language, or some of several."""
    for each in listed(value):
        _check("any", each.get("@value") if isinstance(each, dict) else each, path)


def _is(expected: str, test: Callable[[Any], object]) -> Callable[[Any, str], None]:
    def check(value: Any, path: str) -> None:
        if not test(value):
            raise BadgeError(f"{path} is {expected}")

    return check


_SHAPES: Mapping[str, Callable[[Any, str], object]] = {
    "any": _is("no text", lambda value: isinstance(value, str)),
    "text": _is("no text", lambda value: isinstance(value, str) and value.strip()),
    "uri": _is("no URI", lambda value: isinstance(value, str) and _URI.fullmatch(value)),
    "boolean": _is("neither true nor false", lambda value: isinstance(value, bool)),
    "index": _is(
        "no whole number in a text",
        lambda value: isinstance(value, str) and _INDEX.fullmatch(value),
    ),
    "size": _is("no number of bits", lambda value: type(value) is int and value > 0),
    "words": _words,
    "instant": _instant,
    "criteria": _criteria,
    "status": _status,
}
