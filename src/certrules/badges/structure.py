"""Does a credential have the members that Open Badges 3.0 demands, each of its type?

What the standard demands is a table below. Members that it does not name may be anything, null is
as good as absent, and one value may stand for a list of one. Nothing is said of who signed it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from certrules import instants
from certrules.errors import BadgeError, CertrulesError

__all__ = [
    "CONTEXTS",
    "begins",
    "check_badge",
    "check_list",
    "check_status",
    "instant",
    "listed",
    "seconds",
]

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
"""The vocabularies of every credential, in the order that the standard demands."""

Shape = Callable[[Any, str], object]
"""Raises BadgeError unless a value, which stands at a path, is what it has to be."""

_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d+)?\.json")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)
_INDEX = re.compile(r"[0-9]+", re.ASCII)


def check_badge(credential: Mapping[str, Any]) -> None:
    """Raise BadgeError where a credential is no Open Badge, with the path of what is wrong.

    >>> check_badge({"@context": list(CONTEXTS), "type": ["VerifiableCredential"]})
    Traceback (most recent call last):
        ...
    certrules.errors.BadgeError: type does not name OpenBadgeCredential or AchievementCredential
    """
    _contexts(credential.get("@context"), 2)
    _CREDENTIAL(credential, "")
    subject = credential["credentialSubject"]
    if subject.get("id") is None and not listed(subject.get("identifier")):
        raise BadgeError("the credential names no recipient: credentialSubject has no id")
    begins = instant(credential["validFrom"], "validFrom")
    if (until := credential.get("validUntil")) is not None and instant(until, "") < begins:
        raise BadgeError("validUntil is before validFrom")


def check_list(credential: Mapping[str, Any]) -> None:
    """Raise BadgeError where a credential is no Bitstring Status List."""
    _contexts(credential.get("@context"), 1)
    _LIST(credential, "")


def check_status(entry: Any) -> None:
    """Raise BadgeError where what says how a credential stands is none."""
    _status(entry, "credentialStatus")


def instant(value: Any, path: str) -> datetime:
    """Return the instant that a text is; BadgeError where it is none, or has no time zone."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return instants.utc(datetime.fromisoformat(value))
        except (ValueError, CertrulesError):
            pass
    raise BadgeError(f"{path} is no instant with a time zone")


def begins(credential: Mapping[str, Any]) -> float | None:
    """Return from when on a status list counts, in seconds since 1970: ``validFrom``, else ``nbf``.

    BadgeError where either is no instant; None where a list says neither.
    """
    first, not_before = credential.get("validFrom"), seconds(credential, "nbf")
    return not_before if first is None else instant(first, "validFrom").timestamp()


def seconds(credential: Mapping[str, Any], claim: str) -> float | None:
    """Return a claim in seconds since 1970, None where it is missing; BadgeError for no number."""
    value = credential.get(claim)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise BadgeError(f"{claim} is no number of seconds")


def listed(value: Any) -> list[Any]:
    """Return the values that one member has: those of a list, itself, or none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _contexts(value: Any, count: int) -> None:
    contexts = value if isinstance(value, list) else []
    known = contexts[:1] == [CONTEXTS[0]] and (count == 1 or _is_badges(contexts[1:2]))
    if not known or not all(isinstance(each, str | dict) for each in contexts):
        raise BadgeError("@context is not that of " + _VOCABULARIES[count])


def _is_badges(contexts: list[Any]) -> bool:
    return any(isinstance(each, str) and _CONTEXT.fullmatch(each) for each in contexts)


_VOCABULARIES = {1: "Verifiable Credentials 2.0", 2: "Open Badges 3.0"}


# The shapes


def _text(value: Any, path: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise BadgeError(f"{path} is no text")


def _any_text(value: Any, path: str) -> None:
    if not isinstance(value, str):
        raise BadgeError(f"{path} is no text")


def _words(value: Any, path: str) -> None:
    """Take a text, one of a language, or some of several."""
    for each in listed(value):
        _any_text(each.get("@value") if isinstance(each, dict) else each, path)


def _uri(value: Any, path: str) -> None:
    if not isinstance(value, str) or not _URI.fullmatch(value):
        raise BadgeError(f"{path} is no URI")


def _boolean(value: Any, path: str) -> None:
    if not isinstance(value, bool):
        raise BadgeError(f"{path} is neither true nor false")


def _index(value: Any, path: str) -> None:
    if not isinstance(value, str) or not _INDEX.fullmatch(value):
        raise BadgeError(f"{path} is no whole number in a text")


def _size(value: Any, path: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadgeError(f"{path} is no number of bits")


def _type(*names: str) -> Shape:
    """Take a type that is, or among others has, one of some names; any type without names."""

    def check(value: Any, path: str) -> None:
        types = listed(value)
        if not types or not all(isinstance(each, str) and each for each in types):
            raise BadgeError(f"{path} is no type")
        if names and not set(names) & set(types):
            raise BadgeError(f"{path} does not name {' or '.join(names)}")

    return check


def _all(*shapes: Shape) -> Shape:
    def check(value: Any, path: str) -> None:
        for shape in shapes:
            shape(value, path)

    return check


def _each(shape: Shape) -> Shape:
    def check(value: Any, path: str) -> None:
        for number, each in enumerate(listed(value)):
            shape(each, f"{path}[{number}]" if isinstance(value, list) else path)

    return check


def _object(needed: Mapping[str, Shape], **optional: Shape) -> Shape:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise BadgeError(f"{path} is no object")
        before = f"{path}." if path else ""
        for name, shape in {**needed, **optional}.items():
            member = value.get(name)
            if member is not None:
                shape(member, before + name)
            elif name in needed:
                raise BadgeError(f"{before}{name} is missing")

    return check


def _or_uri(shape: Shape) -> Shape:
    """Take a thing, or its id alone."""
    return lambda value, path: (_uri if isinstance(value, str) else shape)(value, path)


def _criteria(value: Any, path: str) -> None:
    _object({}, id=_uri, narrative=_any_text)(value, path)
    if value.get("id") is None and not (value.get("narrative") or "").strip():
        raise BadgeError(f"{path} has neither id nor narrative")


def _status(value: Any, path: str) -> None:
    _object({"type": _type()}, id=_uri)(value, path)
    if "BitstringStatusListEntry" in listed(value["type"]):
        _ENTRY(value, path)


# The table

_IMAGE = _object({"id": _uri, "type": _type("Image")}, caption=_any_text)
_ENTRY = _object(
    {"statusPurpose": _text, "statusListIndex": _index, "statusListCredential": _uri},
    statusSize=_size,
)
_IDENTITY = _object(
    {
        "type": _type("IdentityObject"),
        "hashed": _boolean,
        "identityHash": _text,
        "identityType": _text,
    },
    salt=_any_text,
)
_PROFILE = _object(
    {"id": _uri, "type": _type("Profile")},
    name=_any_text,
    url=_uri,
    description=_any_text,
    image=_IMAGE,
)
_ALIGNMENT = _object(
    {"type": _type("Alignment"), "targetName": _text, "targetUrl": _uri},
    targetCode=_any_text,
    targetDescription=_any_text,
    targetFramework=_any_text,
    targetType=_any_text,
)
_ACHIEVEMENT = _object(
    {
        "id": _uri,
        "type": _type("Achievement"),
        "name": _text,
        "description": _any_text,
        "criteria": _criteria,
    },
    achievementType=_any_text,
    alignment=_each(_ALIGNMENT),
    creator=_or_uri(_PROFILE),
    image=_IMAGE,
    tag=_each(_any_text),
)
_SUBJECT = _object(
    {"type": _type("AchievementSubject"), "achievement": _ACHIEVEMENT},
    id=_uri,
    identifier=_each(_IDENTITY),
    image=_IMAGE,
    narrative=_any_text,
    result=_each(_object({"type": _type("Result")})),
)
_CREDENTIAL = _object(
    {
        "type": _all(
            _type("VerifiableCredential"), _type("OpenBadgeCredential", "AchievementCredential")
        ),
        "id": _uri,
        "issuer": _or_uri(_PROFILE),
        "validFrom": instant,
        "credentialSubject": _SUBJECT,
    },
    validUntil=instant,
    awardedDate=instant,
    name=_words,
    description=_words,
    image=_IMAGE,
    credentialStatus=_each(_status),
    credentialSchema=_each(_object({"id": _uri, "type": _type()})),
    evidence=_each(_object({"type": _type("Evidence")}, id=_uri)),
    refreshService=_each(_object({"type": _type()})),
    termsOfUse=_each(_object({"type": _type()})),
)
_LIST = _object(
    {
        "type": _all(_type("VerifiableCredential"), _type("BitstringStatusListCredential")),
        "id": _uri,
        "issuer": _or_uri(_object({"id": _uri})),
        "credentialSubject": _object(
            {
                "type": _type("BitstringStatusList"),
                "statusPurpose": _each(_text),
                "encodedList": _text,
            }
        ),
    },
    validFrom=instant,
    validUntil=instant,
)
