"""Is this badge genuine, and does it count at this instant?

Nothing is fetched: the caller says which keys it trusts for whom, and finds status lists.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import frozen
from jwt.api_jws import PyJWS
from jwt.exceptions import InvalidSignatureError, PyJWTError

from certrules import instants
from certrules.badges import keys as trusted
from certrules.badges import statuslist, structure, tokens
from certrules.badges.keys import Keys, PublicKey, TrustedKey
from certrules.badges.structure import listed
from certrules.badges.tokens import Token
from certrules.errors import BadgeError, CertrulesError, InvalidValueError

__all__ = ["ALGORITHMS", "Outcome", "Statuses", "Verification", "verify"]

ALGORITHMS = ("RS256", "ES256")
"""With which signatures a badge may come, unless the caller allows fewer."""

Statuses = Callable[[str], str | None]
"""The token of the status list at a URL, or None where it cannot be had."""

_MOST_ENTRIES = 8
_MESSAGES = ("message", "refresh")  # the purposes of the standard that are no states


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
    same issuer. An ``OSError`` of theirs, such as a network that is down, means that no key is
    trusted, or that the status is unknown; any other exception is a mistake of the caller's, and
    goes through. Raises :class:`~certrules.errors.InvalidValueError` for algorithms that are none
    of :data:`ALGORITHMS`, and for ``keys`` and ``status`` that are no functions or answer with
    something else than keys.

    >>> verify("rubbish", keys={}.get, at=datetime(2024, 1, 1, tzinfo=UTC)).outcome
    <Outcome.BAD_STRUCTURE: 'bad structure'>

    Rules: ALL-ROLE-08, ALL-ROLE-11.
    """
    at = instants.utc(at)
    _check_asked(keys, status, algorithms)
    signed: Mapping[str, Any] | None = None
    try:
        signed = _signed(token, keys, algorithms)
        _check_badge(signed)
        outcome, why = _standing(signed, keys, status, at, algorithms)
    except _Found as found:
        outcome, why = found.outcome, found.why
    return Verification(outcome, why, signed)


def _check_asked(keys: object, status: object, algorithms: object) -> None:
    if not callable(keys) or not (status is None or callable(status)):
        name, value = ("status", status) if callable(keys) else ("keys", keys)
        raise InvalidValueError(name, type(value).__name__, "a function, as a dictionary's get")
    asked: Collection[Any] = algorithms if isinstance(algorithms, Collection) else ()
    if not asked or isinstance(algorithms, str) or not all(each in ALGORITHMS for each in asked):
        raise InvalidValueError("algorithms", algorithms, "some of " + ", ".join(ALGORITHMS))


# The signature


def _signed(token: str, keys: Keys, algorithms: Collection[str]) -> Mapping[str, Any]:
    """Return the payload of a token whose signature is good."""
    parts = _parts(token)
    algorithm = parts.header.get("alg")
    if "crit" in parts.header or "b64" in parts.header:
        raise _Found(Outcome.UNSUPPORTED_FORM, "the header demands extensions (crit, b64)")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        allowed = " or ".join(sorted(algorithms))
        raise _Found(
            Outcome.UNSUPPORTED_FORM, f"the algorithm is {_short(algorithm)}, not {allowed}"
        )
    if "vc" in parts.payload and "@context" not in parts.payload:
        raise _Found(Outcome.UNSUPPORTED_FORM, "the credential is wrapped in vc, an older form")
    _check_signature(parts, algorithm, _candidates(parts, keys))
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


def _candidates(parts: Token, keys: Keys) -> list[PublicKey]:
    """Return the trusted keys that the header can mean."""
    issuer, kid, jwk = _id(parts.payload.get("issuer")), *map(parts.header.get, ("kid", "jwk"))
    if not isinstance(issuer, str):
        raise _Found(Outcome.BAD_STRUCTURE, "the credential names no issuer")
    if not isinstance(kid, str | None) or not isinstance(jwk, dict | None):
        raise _Found(Outcome.BAD_STRUCTURE, "the header has a kid or a jwk that is none")
    if jwk is not None and trusted.PRIVATE & set(jwk):
        raise _Found(Outcome.BAD_STRUCTURE, "the key in the header is a private one, now known")
    ring = _trusted(keys, issuer)
    if jwk is not None:
        named = [key for key in ring if key.thumbprint == trusted.thumbprint(jwk)]
        found = [key.key or _own(jwk) for key in named]
    else:
        found = [key.key for key in ring if key.key is not None and kid in (None, key.id)]
    if not found:
        raise _Found(Outcome.UNTRUSTED_KEY, _why_untrusted(issuer, kid, jwk, ring))
    return found


def _why_untrusted(
    issuer: str, kid: str | None, jwk: Mapping[str, Any] | None, ring: list[TrustedKey]
) -> str:
    """Return which key is named, which are trusted, and so how to mend it."""
    if not ring:
        return f"no key is trusted for {_short(issuer)}, who it says has issued it"
    if jwk is not None:
        thumbprint = trusted.thumbprint(jwk)
        return f"the key in its header has the thumbprint {thumbprint}, which is not trusted"
    if all(key.key is None for key in ring):
        return "only thumbprints are trusted, and it does not hold its key: trust the key itself"
    ids = sorted({_short(key.id) for key in ring if key.id is not None})
    known = f"have the ids {', '.join(ids)}" if ids else "have no id"
    mend = "if one is it, trust it under that id"
    return f"it names the key {_short(kid)}, and the trusted keys of its issuer {known}: {mend}"


def _trusted(keys: Keys, issuer: str) -> list[TrustedKey]:
    try:
        found: Any = keys(issuer)
        ring: list[Any] = list(found or ()) if isinstance(found, Iterable | None) else [None]
    except OSError as error:
        why = f"the keys of {_short(issuer)} are not at hand: {_said(error)}"
        raise _Found(Outcome.UNTRUSTED_KEY, why) from None
    if not all(isinstance(each, TrustedKey) for each in ring):
        raise InvalidValueError("keys", type(found).__name__, "trusted keys, or None")
    return ring


def _own(jwk: Mapping[str, Any]) -> PublicKey:
    try:
        return trusted.from_jwk(jwk)
    except CertrulesError as error:
        raise _Found(Outcome.BAD_STRUCTURE, f"the key in the header is none: {error}") from None


def _check_signature(parts: Token, algorithm: str, candidates: list[PublicKey]) -> None:
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
    """Raise where it is no badge, or where a claim is missing or not what the badge says."""
    try:
        structure.check_badge(credential)
    except BadgeError as error:
        raise _Found(Outcome.BAD_STRUCTURE, str(error)) from None
    _check_names(credential, needed=True)
    for claim, name in (("nbf", "validFrom"), ("exp", "validUntil")):
        instant, claimed = _instant(credential, name), credential.get(claim)
        seconds = None if instant is None else math.floor(instant.timestamp())
        if claimed != seconds or isinstance(claimed, bool):
            raise _Found(Outcome.CLAIMS_DIFFER, f"{claim} is not {name}, in seconds")


def _check_names(credential: Mapping[str, Any], *, needed: bool) -> None:
    said = {
        "iss": _id(credential["issuer"]),
        "jti": credential["id"],
        "sub": credential["credentialSubject"].get("id"),
    }
    for claim, value in said.items():
        if credential.get(claim) != value and (needed or claim in credential):
            raise _Found(Outcome.CLAIMS_DIFFER, f"{claim} is not what the credential says")


def _instant(credential: Mapping[str, Any], name: str) -> datetime | None:
    text = credential.get(name)
    return None if text is None else structure.instant(text, name)


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
    entries = listed(credential.get("credentialStatus"))
    if len(entries) > _MOST_ENTRIES:
        unknown, entries = f"it names {len(entries)} states; that is too many", []
    for entry in entries:
        try:
            if _marked(entry, credential, keys, status, at, algorithms):
                marked.add(entry["statusPurpose"])
        except BadgeError as error:
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
    if "BitstringStatusListEntry" not in listed(entry["type"]):
        raise BadgeError("its status is not told by a Bitstring Status List")
    purpose, url, index = (
        entry[name] for name in ("statusPurpose", "statusListCredential", "statusListIndex")
    )
    if purpose in _MESSAGES:
        return False
    if purpose not in statuslist.PURPOSES:
        raise BadgeError(f"its status has the purpose {_short(purpose)}, which nobody here knows")
    if len(index) > 9:  # a list has fewer bits; and the work of reading a number has to end
        raise BadgeError(f"no status list has a bit {_short(index)}")
    if entry.get("statusSize") not in (None, 1):
        raise BadgeError("its status list has more than one bit a credential")
    try:
        published = _published(url, keys, status, algorithms)
        bits = _bits(published, url, purpose, _id(credential["issuer"]), at)
        return statuslist.is_set(bits, int(index))
    except (BadgeError, _Found, OSError) as error:
        raise BadgeError(f"the status list {_short(url)}: {_said(error)}") from None


def _published(
    url: str, keys: Keys, status: Statuses | None, algorithms: Collection[str]
) -> Mapping[str, Any]:
    token = status(url) if status is not None else None
    if token is None:
        raise BadgeError("it is not at hand")
    return _signed(token, keys, algorithms)


def _bits(
    published: Mapping[str, Any], url: str, purpose: str, issuer: object, at: datetime
) -> bytes:
    """Return the bits of a published list, where it is the one that was asked for."""
    structure.check_list(published)
    subject = published["credentialSubject"]
    if purpose not in listed(subject["statusPurpose"]):
        raise BadgeError(f"it is none for {purpose}")
    if published["id"] != url or _id(published["issuer"]) != issuer:
        raise BadgeError("it is another one, or of another issuer")
    _check_names(published, needed=False)
    _check_time(published, at.timestamp())
    return statuslist.decode(subject["encodedList"])


def _check_time(published: Mapping[str, Any], now: float) -> None:
    """Raise unless a list is of this time: others sign one later than from when on it counts."""
    begins, ends = _timestamp(published, "validFrom"), _timestamp(published, "validUntil")
    not_before, expires = _seconds(published, "nbf"), _seconds(published, "exp")
    since = not_before if begins is None else begins
    if since is not None and now < since:
        raise BadgeError("it is not valid yet")
    if any(each is not None and now >= each for each in (ends, expires)):
        raise BadgeError("it has expired")


def _timestamp(published: Mapping[str, Any], name: str) -> float | None:
    instant = _instant(published, name)
    return None if instant is None else instant.timestamp()


def _seconds(published: Mapping[str, Any], claim: str) -> float | None:
    value = published.get(claim)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise BadgeError(f"{claim} is no number of seconds")


def _id(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
