"""Signing: a credential becomes a token; the keys that sign, and those that a verifier trusts."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, Protocol, Self

from attrs import field, frozen

try:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import (
        SECP256R1,
        EllipticCurvePrivateKey,
        EllipticCurvePublicKey,
    )
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.serialization import (
        load_pem_private_key,
        load_pem_public_key,
    )
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm
    from jwt.api_jws import PyJWS
    from jwt.exceptions import PyJWTError
except ImportError as _error:
    hint = "badges are signed and verified by PyJWT and cryptography"
    raise ImportError(f"{hint}: pip install 'certrules[badges]'", name=_error.name) from _error

from certrules.badges import structure, tokens
from certrules.errors import BadgeError, InvalidValueError

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


class Signer(Protocol):
    """Whoever signs: a key in memory, or one that never leaves its KMS or HSM."""

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
            raise InvalidValueError("private key", type(key).__name__, EXPECTED)
        if key_id is not None:
            check_id(key_id)
        public = key.public_key()
        self.algorithm: str = algorithm(public)
        self.header: Mapping[str, Any] = {"jwk": jwk(public)} if key_id is None else {"kid": key_id}
        self._key = key

    @classmethod
    def from_pem(
        cls, pem: bytes, *, password: bytes | None = None, key_id: str | None = None
    ) -> Self:
        """Read a private key; InvalidValueError if it cannot sign badges."""
        if not isinstance(pem, bytes):
            raise InvalidValueError("private key", type(pem).__name__, "the bytes of a PEM")
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
    """Return a credential, a badge or a status list, as a token.

    The payload is the credential with the claims of a JWT: ``iss``, ``jti``, ``sub``, ``nbf`` and
    ``exp`` repeat the issuer, the id, the recipient and the period. The header holds the public key
    or its id, and nothing private. A signature is verified if its key is in the header. Raises
    :class:`~certrules.errors.InvalidValueError` for a credential or a signer whose token
    :func:`~certrules.badges.verifying.verify` would refuse.

    Rules: ALL-ROLE-11.
    """
    name, header = _header(signer)
    payload = _payload(credential)
    signed = f"{tokens.compact({'alg': name, 'typ': 'JWT', **header})}.{payload}"
    signature: object = signer.sign(signed.encode("ascii"))
    if not isinstance(signature, bytes) or len(signature) not in _LENGTHS[name]:
        raise InvalidValueError("signature", "***", f"bytes, as many as {name} has")
    token = f"{signed}.{tokens.encoded(signature)}"
    if "jwk" in header and not verifies(from_jwk(header["jwk"]), token):
        raise InvalidValueError("signature", "***", "one of the key in its header")
    if len(token) > tokens.LONGEST:
        expected = f"to fit a token of {tokens.LONGEST:,} characters"
        raise InvalidValueError("credential", credential["id"], expected)
    return token


_LENGTHS = {"RS256": range(256, 1025), "ES256": range(64, 65)}
"""How many bytes a signature may have."""


def _header(signer: Signer) -> tuple[str, dict[str, Any]]:
    """Return the algorithm of a signer, and a header that names a public key and nothing else."""
    if not all(hasattr(signer, name) for name in ("algorithm", "header", "sign")):
        raise InvalidValueError("signer", type(signer).__name__, "a Signer, such as KeySigner")
    name: object = signer.algorithm
    header: object = signer.header
    if name != "RS256" and name != "ES256":
        raise InvalidValueError("algorithm", name, "RS256 or ES256")
    if not isinstance(header, Mapping) or not header or not set(header) <= {"kid", "jwk"}:
        raise InvalidValueError("header", "***", "kid or jwk, and nothing else")
    if "kid" in header:
        check_id(header["kid"], "kid")
    if "jwk" in header:
        _check_jwk(header["jwk"], name)
    return name, dict(header)


def _check_jwk(members: object, wanted: str) -> None:
    public = {"crv", "e", "kid", "kty", "n", "x", "y"}
    if not isinstance(members, Mapping) or not set(members) <= public:
        raise InvalidValueError("jwk", "***", "a public key, and nothing private")
    if algorithm(from_jwk(members)) != wanted:
        raise InvalidValueError("jwk", dict(members), f"a key of {wanted}")


def _payload(credential: object) -> str:
    """Return a credential and its claims as a verifier will read them, and accept them."""
    if not isinstance(credential, Mapping):
        raise InvalidValueError("credential", type(credential).__name__, "a JSON object")
    try:
        text = tokens.compact(credential)
        read = tokens.parsed(tokens.decoded(text, "credential"), "credential")
        is_list = "BitstringStatusListCredential" in structure.listed(read.get("type"))
        (structure.check_list if is_list else structure.check_badge)(read)
        claims = structure.claims(read)
    except (BadgeError, RecursionError, TypeError, ValueError) as error:
        expected = f"what a verifier takes: {error}"
        raise InvalidValueError("credential", credential.get("id"), expected) from None
    said = {name: value for name, value in read.items() if name not in structure.CLAIMS}
    return tokens.compact(said | claims)
