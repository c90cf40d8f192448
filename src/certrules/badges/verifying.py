"""Is this badge genuine, and does it count at this instant?

Nothing is fetched: the caller says which keys it trusts for whom, and finds status lists.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import frozen
from jwt.api_jws import PyJWS
from jwt.exceptions import InvalidSignatureError, PyJWTError

from certrules import instants
from certrules.badges import keys as trusted
from certrules.badges import statuslist, tokens
from certrules.badges.credential import CONTEXTS
from certrules.badges.keys import Keys, PublicKey, TrustedKey
from certrules.badges.tokens import Token
from certrules.errors import BadgeError, CertrulesError, InvalidValueError

__all__ = ["ALGORITHMS", "Outcome", "Statuses", "Verification", "verify"]

ALGORITHMS = ("RS256", "ES256")
"""With which signatures a badge may come, unless the caller allows fewer."""

Statuses = Callable[[str], str | None]
"""The token of the status list at a URL, or None where it cannot be had."""

_MOST_ENTRIES = 8
_MESSAGES = ("message", "refresh")  # the purposes of the standard that are no states
_CONTEXT = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d+)?\.json")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


class Outcome(Enum):
    """What a verifier found: of all that might be said of a badge, one thing alone.

    A badge that is revoked is so even when it has expired; a suspension or an unknown status is
    told of a badge only as long as it would be valid without.
    """

    UNSUPPORTED_FORM = "unsupported form"
    BAD_STRUCTURE = "bad structure"
    UNTRUSTED_KEY = "untrusted key"
    BAD_SIGNATURE = "bad signature"
    CLAIMS_DIFFER = "claims differ"
    NOT_YET_VALID = "not yet valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    STATUS_UNKNOWN = "status unknown"
    VALID = "valid"

    def __str__(self) -> str:
        return self.value


@frozen
class Verification:
    """The outcome, why in one sentence, and the credential where its signature is good.

    True in a condition when the badge is valid.
    """

    outcome: Outcome
    why: str
    credential: Mapping[str, Any] | None = None

    def __bool__(self) -> bool:
        return self.outcome is Outcome.VALID


class _Found(Exception):  # noqa: N818
    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome
        self.why = why


def verify(
    token: str,
    *,
    keys: Keys,
    status: Statuses | None = None,
    at: datetime,
    algorithms: Collection[str] = ALGORITHMS,
) -> Verification:
    """Say what a badge is worth at an instant: one outcome, whatever the token is.

    ``keys`` are the keys trusted for an issuer, by its id. A key in the token's own header counts
    only where its thumbprint is among them, and a ``kid`` is only compared, never looked up.
    ``status`` is asked for the lists that the credential names; they must be signed by a key of the
    same issuer, and an ``OSError`` of it means that the status is unknown.

    >>> verify("rubbish", keys={}.get, at=datetime(2024, 1, 1, tzinfo=UTC)).outcome
    <Outcome.BAD_STRUCTURE: 'bad structure'>

    Rules: ALL-ROLE-08, ALL-ROLE-11.
    """
    at = instants.utc(at)
    signed: Mapping[str, Any] | None = None
    try:
        signed = _signed(token, keys, algorithms)
        _check_badge(signed)
        _check_claims(signed)
        outcome, why = _standing(signed, keys, status, at, algorithms)
    except _Found as found:
        outcome, why = found.outcome, found.why
    return Verification(outcome, why, signed)


# The signature


def _signed(token: str, keys: Keys, algorithms: Collection[str]) -> Mapping[str, Any]:
    """Return the payload of a token whose signature is good."""
    parts = _parts(token)
    algorithm = parts.header.get("alg")
    if "crit" in parts.header or "b64" in parts.header:
        raise _Found(Outcome.UNSUPPORTED_FORM, "the header demands extensions (crit, b64)")
    if not isinstance(algorithm, str) or algorithm not in set(algorithms) & set(ALGORITHMS):
        allowed = " or ".join(sorted(set(algorithms) & set(ALGORITHMS)))
        raise _Found(
            Outcome.UNSUPPORTED_FORM, f"the algorithm is {_short(algorithm)}, not {allowed}"
        )
    if "vc" in parts.payload and "@context" not in parts.payload:
        raise _Found(Outcome.UNSUPPORTED_FORM, "the credential is wrapped in vc, an older form")
    _check_signature(parts, algorithm, list(_candidates(parts, keys)))
    return parts.payload


def _parts(token: object) -> Token:
    if not isinstance(token, str):
        raise _Found(Outcome.BAD_STRUCTURE, f"a token is text, not {type(token).__name__}")
    if token.lstrip()[:1] == "{":
        why = "a JSON document with an embedded proof, and no JSON Web Signature"
        raise _Found(Outcome.UNSUPPORTED_FORM, why)
    try:
        return tokens.read(token)
    except BadgeError as error:
        raise _Found(Outcome.BAD_STRUCTURE, str(error)) from None


def _candidates(parts: Token, keys: Keys) -> Iterator[PublicKey]:
    """Return the trusted keys that the header can mean."""
    issuer, kid, jwk = _id(parts.payload.get("issuer")), *map(parts.header.get, ("kid", "jwk"))
    if not isinstance(issuer, str):
        raise _Found(Outcome.BAD_STRUCTURE, "the credential names no issuer")
    for key in _trusted(keys, issuer):
        if isinstance(jwk, dict):
            if key.thumbprint == trusted.thumbprint(jwk):
                yield key.key or _own(jwk)
        elif key.key is not None and kid in (None, key.id):
            yield key.key


def _trusted(keys: Keys, issuer: str) -> list[TrustedKey]:
    found: Any = keys(issuer)
    ring: list[Any] = list(found or ()) if isinstance(found, Iterable | None) else [None]
    if not all(isinstance(each, TrustedKey) for each in ring):
        raise InvalidValueError("keys", type(found).__name__, "trusted keys, or None")
    return ring


def _own(jwk: Mapping[str, Any]) -> PublicKey:
    try:
        return trusted.from_jwk(jwk)
    except CertrulesError as error:
        raise _Found(Outcome.BAD_STRUCTURE, f"the key in the header is none: {error}") from None


def _check_signature(parts: Token, algorithm: str, candidates: list[PublicKey]) -> None:
    if not candidates:
        issuer = _short(_id(parts.payload.get("issuer")))
        raise _Found(Outcome.UNTRUSTED_KEY, f"no trusted key of {issuer} is the one that it names")
    for key in candidates:
        if trusted.algorithm(key) == algorithm and _verifies(parts.text, key, algorithm):
            return
    raise _Found(Outcome.BAD_SIGNATURE, "it was not signed so with a trusted key of its issuer")


def _verifies(text: str, key: PublicKey, algorithm: str) -> bool:
    try:
        PyJWS().decode(text, key, algorithms=[algorithm])
    except InvalidSignatureError:
        return False
    except PyJWTError as error:
        raise _Found(Outcome.BAD_STRUCTURE, f"the header is not right: {error}") from None
    return True


# What it says


def _check_badge(credential: Mapping[str, Any]) -> None:
    contexts = _listed(credential.get("@context"))
    types = _listed(credential.get("type"))
    subject = credential.get("credentialSubject")
    if contexts[:1] != [CONTEXTS[0]] or not _is_badges(contexts[1:2]):
        raise _Found(Outcome.BAD_STRUCTURE, "@context is not that of Open Badges 3.0")
    if "VerifiableCredential" not in types or not (
        "OpenBadgeCredential" in types or "AchievementCredential" in types
    ):
        raise _Found(Outcome.BAD_STRUCTURE, "its type is not that of a badge")
    if not isinstance(credential.get("id"), str):
        raise _Found(Outcome.BAD_STRUCTURE, "the credential has no id")
    if not isinstance(subject, dict) or not isinstance(subject.get("achievement"), dict):
        raise _Found(Outcome.BAD_STRUCTURE, "the credential names no achievement")
    if "id" not in subject and not subject.get("identifier"):
        raise _Found(Outcome.BAD_STRUCTURE, "the credential names no recipient")


def _is_badges(contexts: list[Any]) -> bool:
    return any(isinstance(each, str) and _CONTEXT.fullmatch(each) for each in contexts)


def _check_claims(credential: Mapping[str, Any]) -> None:
    """Raise where the claims of the token are not what the credential says, or are missing."""
    subject = credential.get("credentialSubject")
    said = {
        "iss": _id(credential.get("issuer")),
        "jti": credential.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
    }
    for claim, value in said.items():
        if credential.get(claim) != value:
            raise _Found(Outcome.CLAIMS_DIFFER, f"{claim} is not what the credential says")
    for claim, name in (("nbf", "validFrom"), ("exp", "validUntil")):
        instant = _instant(credential, name)
        seconds = None if instant is None else int(instant.timestamp())
        if credential.get(claim) != seconds:
            raise _Found(Outcome.CLAIMS_DIFFER, f"{claim} is not {name}, in seconds")


def _instant(credential: Mapping[str, Any], name: str) -> datetime | None:
    text = credential.get(name)
    if text is None and name == "validUntil":
        return None
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        try:
            return instants.utc(datetime.fromisoformat(text))
        except (ValueError, CertrulesError):
            pass
    raise _Found(Outcome.BAD_STRUCTURE, f"{name} is no instant with a time zone")


# Where it stands


def _standing(
    credential: Mapping[str, Any],
    keys: Keys,
    status: Statuses | None,
    at: datetime,
    algorithms: Collection[str],
) -> tuple[Outcome, str]:
    begins, ends = _instant(credential, "validFrom"), _instant(credential, "validUntil")
    if begins is not None and at < begins:
        return Outcome.NOT_YET_VALID, f"it is valid from {begins.isoformat()} on"
    unknown, marked = None, set()
    entries = _listed(credential.get("credentialStatus"))
    if len(entries) > _MOST_ENTRIES:
        unknown, entries = f"it names {len(entries)} states; that is too many", []
    for entry in entries:
        try:
            if _marked(entry, credential, keys, status, at, algorithms):
                marked.add(entry["statusPurpose"])
        except (BadgeError, _Found, OSError) as error:
            unknown = str(error)
    if "revocation" in marked:
        return Outcome.REVOKED, "its issuer has revoked it"
    if ends is not None and at >= ends:
        return Outcome.EXPIRED, f"it expired at {ends.isoformat()}"
    if "suspension" in marked:
        return Outcome.SUSPENDED, "its issuer has suspended it for the time being"
    if unknown is not None:
        return Outcome.STATUS_UNKNOWN, unknown
    return Outcome.VALID, "it is genuine, and valid"


def _marked(
    entry: Any,
    credential: Mapping[str, Any],
    keys: Keys,
    status: Statuses | None,
    at: datetime,
    algorithms: Collection[str],
) -> bool:
    """Return whether the bit is set that an entry names; raise where nobody can know."""
    if not isinstance(entry, dict) or entry.get("type") != "BitstringStatusListEntry":
        raise BadgeError("its status is not told by a Bitstring Status List")
    purpose, url = entry.get("statusPurpose"), entry.get("statusListCredential")
    if purpose in _MESSAGES:
        return False
    if purpose not in statuslist.PURPOSES:
        raise BadgeError(f"its status has the purpose {_short(purpose)}, which nobody here knows")
    index = entry.get("statusListIndex")
    if not isinstance(index, str) or not re.fullmatch(r"[0-9]{1,9}", index):
        raise BadgeError("its place in the status list is no number")
    if not isinstance(url, str) or entry.get("statusSize", 1) != 1:
        raise BadgeError("its status list has no URL, or more than one bit a credential")
    token = status(url) if status is not None else None
    if token is None:
        raise BadgeError(f"the status list {_short(url)} is not at hand")
    published = _signed(token, keys, algorithms)
    bits = _bits(published, url, purpose, _id(credential["issuer"]), at)
    return statuslist.is_set(bits, int(index))


def _bits(
    published: Mapping[str, Any], url: str, purpose: str, issuer: object, at: datetime
) -> bytes:
    """Return the bits of a published list, where it is the one that was asked for."""
    subject = published.get("credentialSubject")
    if (
        "BitstringStatusListCredential" not in _listed(published.get("type"))
        or not isinstance(subject, dict)
        or not isinstance(subject.get("encodedList"), str)
        or purpose not in _listed(subject.get("statusPurpose"))
    ):
        raise BadgeError(f"what is at {_short(url)} is no status list for {purpose}")
    if published.get("id") != url or not published.get("iss") == _id(published["issuer"]) == issuer:
        raise BadgeError(f"the status list at {_short(url)} is another one, or of another issuer")
    begins, ends = _instant(published, "validFrom"), _instant(published, "validUntil")
    if (begins is not None and at < begins) or (ends is not None and at >= ends):
        raise BadgeError(f"the status list at {_short(url)} is not of this time")
    return statuslist.decode(subject["encodedList"])


def _id(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
