"""Who signs a credential, and how does it become a token?"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from certrules import instants
from certrules.badges import keys, tokens
from certrules.errors import BadgeError, InvalidValueError

__all__ = ["KeySigner", "Signer", "sign"]


class Signer(Protocol):
    """What signs: a key in memory, or one that never leaves its KMS or HSM."""

    @property
    def algorithm(self) -> str:
        """``RS256`` or ``ES256``."""
        ...

    @property
    def header(self) -> Mapping[str, Any]:
        """How verifiers find the public key: ``kid``, its id, or ``jwk``, the key itself."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the signature of the algorithm; for ES256 the two numbers of 32 bytes each."""
        ...


class KeySigner:
    """Signs with a private key in the memory of this process: RSA (RS256) or P-256 (ES256)."""

    def __init__(
        self, key: RSAPrivateKey | EllipticCurvePrivateKey, *, key_id: str | None = None
    ) -> None:
        if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
            raise InvalidValueError("private key", type(key).__name__, keys.EXPECTED)
        public = key.public_key()
        self.algorithm: str = keys.algorithm(public)
        self.header: Mapping[str, Any] = (
            {"jwk": keys.jwk(public)} if key_id is None else {"kid": key_id}
        )
        self._key = key

    @classmethod
    def from_pem(
        cls, pem: bytes, *, password: bytes | None = None, key_id: str | None = None
    ) -> Self:
        """Read a private key; InvalidValueError where it is none that can sign badges."""
        try:
            key = load_pem_private_key(pem, password)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise InvalidValueError("private key", "***", f"an unlocked PEM: {error}") from None
        return cls(key, key_id=key_id)  # type: ignore[arg-type]

    def sign(self, data: bytes) -> bytes:
        """Return the signature of some data."""
        if isinstance(self._key, RSAPrivateKey):
            return RSAAlgorithm(RSAAlgorithm.SHA256).sign(data, self._key)
        return ECAlgorithm(ECAlgorithm.SHA256).sign(data, self._key)


def sign(credential: Mapping[str, Any], signer: Signer) -> str:
    """Return a credential as a token: the credential is its payload, beside the claims of a JWT.

    ``iss``, ``jti``, ``sub``, ``nbf`` and ``exp`` repeat the issuer, the id, the recipient and the
    period. The header holds the public key or its id, and nothing private. Raises
    :class:`~certrules.errors.InvalidValueError` for a credential or a signer of which no token can
    be made that a verifier would read.

    Rules: ALL-ROLE-11.
    """
    algorithm = signer.algorithm
    header = {"alg": algorithm, "typ": "JWT", **_checked(signer.header, algorithm)}
    signed = f"{tokens.compact(header)}.{_payload(credential)}"
    signature = signer.sign(signed.encode("ascii"))
    if not isinstance(signature, bytes) or (algorithm == "ES256" and len(signature) != 64):
        raise InvalidValueError("signature", "***", f"the bytes of {algorithm}; for ES256, 64")
    token = f"{signed}.{tokens.encoded(signature)}"
    try:
        tokens.read(token)
    except BadgeError as error:
        raise InvalidValueError(
            "credential", credential["id"], f"to fit a token: {error}"
        ) from None
    return token


def _checked(header: object, algorithm: object) -> dict[str, Any]:
    """Return what a signer adds to the header, where it is a key's id or a public key."""
    if algorithm not in ("RS256", "ES256"):
        raise InvalidValueError("algorithm", algorithm, "RS256 or ES256")
    if not isinstance(header, Mapping) or not header or not set(header) <= {"kid", "jwk"}:
        raise InvalidValueError("header", "***", "kid or jwk, and nothing else")
    if "kid" in header and (not isinstance(header["kid"], str) or not header["kid"]):
        raise InvalidValueError("kid", header["kid"], "a text")
    if "jwk" in header:
        _check_jwk(header["jwk"], algorithm)
    return dict(header)


def _check_jwk(members: object, algorithm: object) -> None:
    public = {"crv", "e", "kid", "kty", "n", "x", "y"}
    if not isinstance(members, Mapping) or not set(members) <= public:
        raise InvalidValueError("jwk", "***", "a public key, and nothing private")
    if keys.algorithm(keys.from_jwk(members)) != algorithm:
        raise InvalidValueError("jwk", dict(members), f"a key of {algorithm}")


def _payload(credential: Mapping[str, Any]) -> str:
    try:
        return tokens.compact({**credential, **_claims(credential)})
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        expected = "an issuer, an id, a subject and a period, all in JSON"
        why = f"{expected}: {type(error).__name__} {error}"
        raise InvalidValueError("credential", type(credential).__name__, why) from None


def _claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    issuer = credential["issuer"]
    iss = issuer if isinstance(issuer, str) else issuer["id"]
    if not isinstance(iss, str):
        raise TypeError(f"the issuer's id is {iss!r}")
    claims = {
        "iss": iss,
        "jti": credential["id"],
        "nbf": _timestamp(credential["validFrom"]),
    }
    if subject := credential["credentialSubject"].get("id"):
        claims["sub"] = subject
    if until := credential.get("validUntil"):
        claims["exp"] = _timestamp(until)
    return claims


def _timestamp(text: str) -> int:
    return math.floor(instants.utc(datetime.fromisoformat(text)).timestamp())
