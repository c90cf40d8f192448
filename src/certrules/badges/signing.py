"""Signing: a credential becomes a token."""

from collections.abc import Mapping
from typing import Any, Protocol, Self

from certrules.badges import keys, structure, tokens  # first: keys says what to install

# isort: split
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from certrules.errors import BadgeError, InvalidValueError


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
            raise InvalidValueError("private key", type(key).__name__, keys.EXPECTED)
        if key_id is not None:
            keys.check_id(key_id)
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
    algorithm, header = _header(signer)
    payload = _payload(credential)
    signed = f"{tokens.compact({'alg': algorithm, 'typ': 'JWT', **header})}.{payload}"
    signature: object = signer.sign(signed.encode("ascii"))
    if not isinstance(signature, bytes) or len(signature) not in _LENGTHS[algorithm]:
        raise InvalidValueError("signature", "***", f"bytes, as many as {algorithm} has")
    token = f"{signed}.{tokens.encoded(signature)}"
    if "jwk" in header and not keys.verifies(keys.from_jwk(header["jwk"]), token):
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
    algorithm: object = signer.algorithm
    header: object = signer.header
    if algorithm != "RS256" and algorithm != "ES256":
        raise InvalidValueError("algorithm", algorithm, "RS256 or ES256")
    if not isinstance(header, Mapping) or not header or not set(header) <= {"kid", "jwk"}:
        raise InvalidValueError("header", "***", "kid or jwk, and nothing else")
    if "kid" in header:
        keys.check_id(header["kid"], "kid")
    if "jwk" in header:
        _check_jwk(header["jwk"], algorithm)
    return algorithm, dict(header)


def _check_jwk(members: object, algorithm: object) -> None:
    public = {"crv", "e", "kid", "kty", "n", "x", "y"}
    if not isinstance(members, Mapping) or not set(members) <= public:
        raise InvalidValueError("jwk", "***", "a public key, and nothing private")
    if keys.algorithm(keys.from_jwk(members)) != algorithm:
        raise InvalidValueError("jwk", dict(members), f"a key of {algorithm}")


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
