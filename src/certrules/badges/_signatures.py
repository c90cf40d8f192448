"""Is a token signed with a key that is trusted for its issuer?"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from jwt.api_jws import PyJWS
from jwt.exceptions import InvalidSignatureError, PyJWTError

from certrules.badges import keys as trusted
from certrules.badges import tokens
from certrules.badges._outcomes import Found, Outcome, said, short
from certrules.badges.keys import Keys, PublicKey, TrustedKey
from certrules.badges.structure import listed
from certrules.badges.tokens import Token
from certrules.errors import BadgeError, CertrulesError, InvalidValueError

__all__ = ["id_of", "payload_of"]


def payload_of(token: str, keys: Keys, algorithms: Collection[str]) -> Mapping[str, Any]:
    """Return the payload of a token whose signature is good."""
    parts = _parts(token)
    algorithm = parts.header.get("alg")
    if "crit" in parts.header or "b64" in parts.header:
        raise Found(Outcome.UNSUPPORTED_FORM, "the header demands extensions (crit, b64)")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        allowed = " or ".join(sorted(algorithms))
        raise Found(Outcome.UNSUPPORTED_FORM, f"the algorithm is {short(algorithm)}, not {allowed}")
    if "vc" in parts.payload and "@context" not in parts.payload:
        raise Found(Outcome.UNSUPPORTED_FORM, "the credential is wrapped in vc, an older form")
    _check_signature(parts, algorithm, _candidates(parts, keys))
    return parts.payload


def _parts(token: object) -> Token:
    if not isinstance(token, str):
        raise Found(Outcome.BAD_STRUCTURE, f"a token is text, not {type(token).__name__}")
    try:
        if token.lstrip()[:1] == "{" and len(token) <= tokens.LONGEST:
            raise _without_signature(tokens.parsed(token.encode(errors="replace"), "document"))
        return tokens.read(token)
    except BadgeError as error:
        raise Found(Outcome.BAD_STRUCTURE, str(error)) from None


def _without_signature(document: Mapping[str, Any]) -> Found:
    """Return what is to be said of JSON that stands where a token has to."""
    if "proof" in document:
        why = "a JSON document with an embedded proof, and no JSON Web Signature"
    elif "Assertion" in listed(document.get("type")):
        why = "an assertion of Open Badges 2, an older form"
    elif "signatures" in document or "signature" in document:
        why = "a JSON Web Signature written as JSON, and not in its compact form"
    else:
        return Found(Outcome.BAD_STRUCTURE, "a JSON document that nobody has signed")
    return Found(Outcome.UNSUPPORTED_FORM, why)


def _candidates(parts: Token, keys: Keys) -> list[PublicKey]:
    """Return the trusted keys that the header can mean."""
    issuer, kid, jwk = id_of(parts.payload.get("issuer")), *map(parts.header.get, ("kid", "jwk"))
    if not isinstance(issuer, str):
        raise Found(Outcome.BAD_STRUCTURE, "the credential names no issuer")
    if not isinstance(kid, str | None) or not isinstance(jwk, dict | None):
        raise Found(Outcome.BAD_STRUCTURE, "the header has a kid or a jwk that is none")
    if jwk is not None and trusted.PRIVATE & set(jwk):
        raise Found(Outcome.BAD_STRUCTURE, "the key in the header is a private one, now known")
    ring = _trusted(keys, issuer)
    if jwk is not None:
        named = [key for key in ring if key.thumbprint == trusted.thumbprint(jwk)]
        found = [key.key or _own(jwk) for key in named]
    else:
        found = [key.key for key in ring if key.key is not None and kid in (None, key.id)]
    if not found:
        raise Found(Outcome.UNTRUSTED_KEY, _why_untrusted(issuer, kid, jwk, ring))
    return found


def _why_untrusted(
    issuer: str, kid: str | None, jwk: Mapping[str, Any] | None, ring: list[TrustedKey]
) -> str:
    """Return which key is named, which are trusted, and so how to mend it."""
    if not ring:
        return f"no key is trusted for {short(issuer)}, who it says has issued it"
    if jwk is not None:
        thumbprint = trusted.thumbprint(jwk)
        return f"the key in its header has the thumbprint {thumbprint}, which is not trusted"
    if all(key.key is None for key in ring):
        return "only thumbprints are trusted, and it does not hold its key: trust the key itself"
    ids = sorted({short(key.id) for key in ring if key.id is not None})
    known = f"have the ids {', '.join(ids)}" if ids else "have no id"
    mend = "if one is it, trust it under that id"
    return f"it names the key {short(kid)}, and the trusted keys of its issuer {known}: {mend}"


def _trusted(keys: Keys, issuer: str) -> list[TrustedKey]:
    try:
        found: Any = keys(issuer)
        ring: list[Any] = list(found or ()) if isinstance(found, Iterable | None) else [None]
    except OSError as error:
        why = f"the keys of {short(issuer)} are not at hand: {said(error)}"
        raise Found(Outcome.UNTRUSTED_KEY, why) from None
    if not all(isinstance(each, TrustedKey) for each in ring):
        raise InvalidValueError("keys", type(found).__name__, "trusted keys, or None")
    return ring


def _own(jwk: Mapping[str, Any]) -> PublicKey:
    try:
        return trusted.from_jwk(jwk)
    except CertrulesError as error:
        raise Found(Outcome.BAD_STRUCTURE, f"the key in the header is none: {error}") from None


def _check_signature(parts: Token, algorithm: str, candidates: list[PublicKey]) -> None:
    for key in candidates:
        if trusted.algorithm(key) == algorithm and _verifies(parts.text, key, algorithm):
            return
    raise Found(Outcome.BAD_SIGNATURE, "it was not signed so with a trusted key of its issuer")


def _verifies(text: str, key: PublicKey, algorithm: str) -> bool:
    try:
        PyJWS().decode(text, key, algorithms=[algorithm])
    except InvalidSignatureError:
        return False
    except PyJWTError as error:
        raise Found(Outcome.BAD_STRUCTURE, f"the header is not right: {error}") from None
    return True


def id_of(value: Any) -> Any:
    """Return the id of a thing, or of one that is its id alone."""
    return value.get("id") if isinstance(value, dict) else value
