"""Credentials: a badge as plain data of Open Badges 3.0, to be signed.

The ids are stable:

- a credential: ``urn:uuid:`` and the id of its badge, which is a random UUID;
- an achievement: the name-based UUID (version 5) in :data:`NAMESPACE` of a JSON list in compact
  UTF-8: ``["https://academy.example","achievement","<the id of the certification>"]``;
- a recipient, unless the host names one: that of ``["recipient","<the id of the badge>"]``, which
  says nothing about the user: two badges of one person have two.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid5

from attrs import field

from certrules import instants
from certrules.badges import structure, urls
from certrules.badges.urls import check_uri
from certrules.errors import BadgeError, InvalidValueError
from certrules.model.badges import Badge
from certrules.model.catalog import Certification
from certrules.model.values import Only, value
from certrules.text import is_visible

NAMESPACE = UUID("6f1a52c0-4c35-5b43-9f0e-3c1d5a0d2b7e")
"""The namespace in which ids are made of names."""

_PICTURE = re.compile(r"data:image/[a-z0-9.+-]+[;,]\S+", re.ASCII)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_HASH = re.compile(r"sha256\$[0-9a-f]{64}")
_MEMBERS = {"type", "hashed", "identityHash", "identityType", "salt"}


def _is_name(text: str) -> bool:
    return any(map(is_visible, text)) and not _CONTROLS.search(text)


_Id = Annotated[str, Only(urls.is_id, "a URL, a did: or a urn:uuid:, never an e-mail address")]
_Uri = Annotated[str, Only(urls.is_uri, urls.URI)]
_Name = Annotated[str, Only(_is_name, "some text")]


@value
class Issuer:
    """The issuer: a URL or DID that stays the same for ever, and a name for people.

    >>> Issuer("academy", "The Academy")
    Traceback (most recent call last):
        ...
    certrules.errors.InvalidValueError: id cannot be 'academy': expected a URL, a did: or a \
urn:uuid:, never an e-mail address
    """

    id: _Id
    name: _Name
    url: _Uri | None = None


def _identifiers(given: Any) -> tuple[Mapping[str, Any], ...]:
    found = tuple(given)
    if not all(isinstance(each, Mapping) and _is_hashed(each) for each in found):
        raise InvalidValueError("identifier", "***", "a salted hash, as of hashed_email")
    return found


def _is_hashed(identifier: Mapping[str, Any]) -> bool:
    said, salt = str(identifier.get("identityHash")), identifier.get("salt")
    hashed = identifier.get("hashed") is True and _HASH.fullmatch(said) is not None
    return set(identifier) <= _MEMBERS and hashed and isinstance(salt, str) and bool(salt)


@value
class BadgeRecipient:
    """The recipient: a URL or ``urn:uuid:``, and hashes by which an e-mail can be recognised.

    Each identifier is one of :func:`hashed_email`, or made like it: never in clear.
    """

    id: _Id
    identifiers: tuple[Mapping[str, Any], ...] = field(default=(), converter=_identifiers)


def achievement_id(issuer: str, certification_id: str) -> str:
    """Return the id of a certification as an achievement, the same at every call.

    >>> achievement_id("https://academy.example", "fa")
    'urn:uuid:7df028d9-4bf6-57a4-9666-a3edf9bff642'
    """
    return _named(issuer, "achievement", certification_id)


def recipient_id(badge_id: str) -> str:
    """Return the id of the recipient of a badge, the same at every call.

    It reveals neither the person nor whether two badges are of the same person.

    >>> recipient_id("0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1")
    'urn:uuid:c891557e-2e2a-59f8-937f-ac524bed49ad'
    """
    return _named("recipient", badge_id)


def _named(*words: str) -> str:
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    try:
        return uuid5(NAMESPACE, text).urn
    except UnicodeEncodeError:
        raise InvalidValueError("id", words[-1], "whole characters of Unicode") from None


def hashed_email(email: str, salt: str) -> Mapping[str, Any]:
    """Return an identifier by which an e-mail address can be confirmed, but not read.

    The address is trimmed and put in lower case first. Use a random salt of its own for each
    recipient, or addresses can be guessed.

    >>> hashed_email("Ada@Example.org", "x7")["identityHash"][:15]
    'sha256$160faa25'
    """
    if not isinstance(email, str) or "@" not in email:
        raise InvalidValueError("e-mail address", "***", "one with an @")
    if not isinstance(salt, str) or not salt:
        raise InvalidValueError("salt", salt, "random text, of its own for each recipient")
    hashed = sha256((email.strip().lower() + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${hashed}",
        "identityType": "emailAddress",
        "salt": salt,
    }


def seconds(instant: datetime) -> str:
    """Return an instant as credentials write it: in UTC, its fraction of a second dropped.

    >>> seconds(datetime(2024, 1, 1, 9, 30, 0, 999_999, tzinfo=ZoneInfo("Europe/Rome")))
    '2024-01-01T08:30:00Z'
    """
    whole = instants.utc(instant).replace(microsecond=0, tzinfo=None)
    return whole.isoformat() + "Z"


def credential(
    badge: Badge,
    certification: Certification,
    *,
    issuer: Issuer,
    recipient: BadgeRecipient | None = None,
    image: str | None = None,
    skills: Mapping[str, str] | None = None,
    status: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return the credential of a badge, without a signature.

    ``image`` is a URL, or a ``data:`` one that holds the picture. Each of the certification's
    skills is a tag, or an alignment if ``skills`` has the URL of its definition in a framework.
    ``status`` are entries of :func:`certrules.badges.statuslist.entry`. The certification's name
    stands for a missing description, and the description for missing criteria. Raises
    :class:`~certrules.errors.InvalidValueError` for a wrong type, for a URL that is none, and for a
    badge whose id is no UUID or that expires before it is issued.

    >>> badge = Badge("0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1", "1", "fa", 1,
    ...     datetime(2024, 1, 1, tzinfo=UTC), None, status_list=1, index=7)
    >>> made = credential(badge, Certification("fa", "First aid"),
    ...     issuer=Issuer("https://academy.example", "The Academy"))
    >>> made["id"], made["validFrom"], "validUntil" in made
    ('urn:uuid:0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1', '2024-01-01T00:00:00Z', False)

    Rules: ALL-ROLE-11, INT-42.
    """
    _check_type("badge", badge, Badge)
    _check_type("certification", certification, Certification)
    _check_type("issuer", issuer, Issuer)
    _check_type("recipient", recipient, BadgeRecipient, type(None))
    _check_type("skills", skills, Mapping, type(None))
    if not urls.is_id(f"urn:uuid:{badge.id}"):
        raise InvalidValueError("badge's id", badge.id, "a UUID")
    if badge.expires_at is not None and badge.expires_at < badge.issued_at:
        raise InvalidValueError("expires_at", badge.expires_at, f"{badge.issued_at} or later")
    to = recipient or BadgeRecipient(recipient_id(badge.id))
    subject: dict[str, Any] = {"id": to.id, "type": ["AchievementSubject"]}
    if to.identifiers:
        subject["identifier"] = [dict(each) for each in to.identifiers]
    subject["achievement"] = _achievement(certification, issuer, image, skills or {})
    made: dict[str, Any] = {
        "@context": list(structure.CONTEXTS),
        "id": f"urn:uuid:{badge.id}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certification.name,
        "issuer": {"id": issuer.id, "type": ["Profile"], "name": issuer.name},
        "validFrom": seconds(badge.issued_at),
        "credentialSubject": subject,
    }
    if issuer.url:
        made["issuer"]["url"] = issuer.url
    if badge.expires_at is not None:
        made["validUntil"] = seconds(badge.expires_at)
    if entries := _entries(status):
        made["credentialStatus"] = entries
    return made


def _check_type(name: str, value: object, *types: type) -> None:
    if not isinstance(value, types):
        raise InvalidValueError(name, type(value).__name__, f"a value of {types[0].__name__}")


def _entries(status: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    entries: Any = [status] if isinstance(status, str | Mapping) else list(status)
    try:
        for each in entries:
            structure.check_status(each)
    except BadgeError as error:
        raise InvalidValueError("status", entries, f"entries of status lists: {error}") from None
    return [dict(each) for each in entries]


def _achievement(
    certification: Certification, issuer: Issuer, image: str | None, skills: Mapping[str, str]
) -> dict[str, Any]:
    description = _first(certification.description, certification.name)
    achievement: dict[str, Any] = {
        "id": achievement_id(issuer.id, certification.id),
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": certification.name,
        "description": description,
        "criteria": {"narrative": _first(certification.completion_criteria, description)},
    }
    if image is not None:
        if not isinstance(image, str) or not _PICTURE.fullmatch(image):
            check_uri("image", image)
        achievement["image"] = {"id": image, "type": "Image"}
    if aligned := [each for each in certification.skills if each in skills]:
        for each in aligned:
            check_uri(f"skill {each!r}", skills[each])
        achievement["alignment"] = [
            {"type": ["Alignment"], "targetName": each, "targetUrl": skills[each]}
            for each in aligned
        ]
    if tags := [each for each in certification.skills if each not in skills]:
        achievement["tag"] = tags
    return achievement


def _first(text: str, instead: str) -> str:
    return text if text.strip() else instead
