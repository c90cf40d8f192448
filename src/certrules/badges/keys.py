"""Keys: the public keys that a verifier trusts, and for whom."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, Self

from attrs import field, frozen

try:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm
    from jwt.api_jws import PyJWS
    from jwt.exceptions import PyJWTError
except ImportError as _error:
    hint = "badges are signed and verified by PyJWT and cryptography"
    raise ImportError(f"{hint}: pip install 'certrules[badges]'", name=_error.name) from _error

from certrules.badges import tokens
from certrules.errors import InvalidValueError

EXPECTED = "an RSA key of 2048 to 8192 bits, or one on the curve P-256"
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""The members of a JSON Web Key that nobody but its owner may know."""

_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

PublicKey = RSAPublicKey | EllipticCurvePublicKey


def algorithm(key: object) -> str:
    """Return the algorithm of a public key, RS256 or ES256; InvalidValueError for any other key."""
    if isinstance(key, RSAPublicKey) and 2048 <= key.key_size <= 8192:
        return "RS256"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    raise InvalidValueError("key", type(key).__name__, f"a public key: {EXPECTED}")


def verifies(key: PublicKey, token: str) -> bool:
    """Return whether a token is signed with the private half of a public key."""
    try:
        PyJWS().decode(token, key, algorithms=[algorithm(key)])
    except PyJWTError:
        return False
    return True


def jwk(key: PublicKey) -> dict[str, str]:
    """Return a public key as a JSON Web Key, with the members that its thumbprint is made of."""
    text = RSAAlgorithm.to_jwk(key) if isinstance(key, RSAPublicKey) else ECAlgorithm.to_jwk(key)
    members = json.loads(text)
    return {name: members[name] for name in ("crv", "e", "kty", "n", "x", "y") if name in members}


def from_jwk(members: Mapping[str, Any]) -> PublicKey:
    """Return the key of a JSON Web Key; InvalidValueError if it is none, or a private one."""
    if not isinstance(members, Mapping):
        raise InvalidValueError("jwk", type(members).__name__, "a JSON object")
    if PRIVATE & set(members):
        raise InvalidValueError("jwk", "***", "a public key, and this one is private")
    try:
        kind = RSAAlgorithm if members.get("kty") == "RSA" else ECAlgorithm
        key: Any = kind.from_jwk(dict(members))
    except (PyJWTError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise InvalidValueError("jwk", dict(members), EXPECTED) from error
    algorithm(key)
    found: PublicKey = key
    return found


def thumbprint(members: Mapping[str, Any]) -> str:
    """Return the SHA-256 thumbprint of a JSON Web Key, as RFC 7638 makes it.

    >>> thumbprint({"kty": "EC", "crv": "P-256", "x": "AQ", "y": "Ag", "kid": "of no account"})
    'CmzeuaSxxfG8gIKRU_AgBzPa16nTt0H64JD7q1sZUUY'
    """
    needed = ("e", "kty", "n") if members.get("kty") == "RSA" else ("crv", "kty", "x", "y")
    text = json.dumps({name: members.get(name) for name in needed}, separators=(",", ":"))
    return tokens.encoded(sha256(text.encode()).digest())


def check_id(value: object, name: str = "key id") -> None:
    """Raise InvalidValueError unless a token can name its key by a value: a printable text."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise InvalidValueError(name, value, "a text")


@frozen
class TrustedKey:
    """A public key that the verifier trusts; ``id`` is what a token's ``kid`` calls it.

    If only the thumbprint is known, the key itself must be in the token. Raises
    :class:`~certrules.errors.InvalidValueError` if the thumbprint is not that of the key.
    """

    thumbprint: str
    key: PublicKey | None = field(default=None, eq=False, repr=False)
    id: str | None = None

    def __attrs_post_init__(self) -> None:
        said = self.thumbprint
        if not isinstance(said, str) or not _THUMBPRINT.fullmatch(said):
            raise InvalidValueError("thumbprint", said, "43 characters of RFC 7638 with SHA-256")
        if self.id is not None:
            check_id(self.id)
        if self.key is not None and algorithm(self.key) and thumbprint(jwk(self.key)) != said:
            raise InvalidValueError("thumbprint", said, "that of the key beside it")

    @classmethod
    def of(cls, key: PublicKey, *, id: str | None = None) -> Self:  # noqa: A002
        """Trust a public key; InvalidValueError if it is none, such as a private one."""
        algorithm(key)
        return cls(thumbprint(jwk(key)), key, id)

    @classmethod
    def from_pem(cls, pem: bytes, *, id: str | None = None) -> Self:  # noqa: A002
        """Trust the public key of a PEM; InvalidValueError if it holds none."""
        if not isinstance(pem, bytes):
            raise InvalidValueError("public key", type(pem).__name__, "the bytes of a PEM")
        if b"PRIVATE KEY-----" in pem:
            raise InvalidValueError("public key", "***", "a public key, and this one is private")
        try:
            key = load_pem_public_key(pem)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise InvalidValueError("public key", "***", f"a PEM: {error}") from None
        return cls.of(key, id=id)  # type: ignore[arg-type]

    @classmethod
    def from_jwk(cls, members: Mapping[str, Any]) -> Self:
        """Trust a JSON Web Key, under its ``kid`` if it has one; InvalidValueError for no key."""
        return cls.of(from_jwk(members), id=members.get("kid"))


Keys = Callable[[str], Iterable[TrustedKey] | None]
"""Returns the keys trusted for an issuer's id: a dictionary's ``get``, or any function."""
