"""Who signs a credential, and how does it become a token?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from certrules.badges import keys, tokens
from certrules.errors import InvalidValueError

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
        public = key.public_key()
        self.algorithm: str = keys.algorithm(public)
        self.header: Mapping[str, Any] = {"kid": key_id} if key_id else {"jwk": keys.jwk(public)}
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
        if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
            raise InvalidValueError("private key", type(key).__name__, keys.EXPECTED)
        return cls(key, key_id=key_id)

    def sign(self, data: bytes) -> bytes:
        """Return the signature of some data."""
        if isinstance(self._key, RSAPrivateKey):
            return RSAAlgorithm(RSAAlgorithm.SHA256).sign(data, self._key)
        return ECAlgorithm(ECAlgorithm.SHA256).sign(data, self._key)


def sign(credential: Mapping[str, Any], signer: Signer) -> str:
    """Return a credential as a token: the credential is its payload, beside the claims of a JWT.

    ``iss``, ``jti``, ``sub``, ``nbf`` and ``exp`` repeat the issuer, the id, the recipient and the
    period. The header holds the public key or its id, and nothing private.

    Rules: ALL-ROLE-11.
    """
    header = {"alg": signer.algorithm, "typ": "JWT", **signer.header}
    if "d" in header.get("jwk", {}):
        raise InvalidValueError("jwk", "***", "a public key, and this one is private")
    signed = f"{tokens.compact(header)}.{tokens.compact({**credential, **_claims(credential)})}"
    return f"{signed}.{tokens.encoded(signer.sign(signed.encode('ascii')))}"


def _claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    issuer = credential["issuer"]
    claims = {
        "iss": issuer if isinstance(issuer, str) else issuer["id"],
        "jti": credential["id"],
        "nbf": _timestamp(credential["validFrom"]),
    }
    if subject := credential["credentialSubject"].get("id"):
        claims["sub"] = subject
    if until := credential.get("validUntil"):
        claims["exp"] = _timestamp(until)
    return claims


def _timestamp(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
