"""Which keys are trusted, and what they are called."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certrules.badges import keys
from certrules.badges.keys import TrustedKey
from certrules.errors import InvalidValueError
from tests.badges.samples import Key

RFC_7638 = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",  # noqa: E501
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    trusted = TrustedKey.from_jwk(RFC_7638)
    assert trusted.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert trusted.id == "2011-04-29"
    assert trusted.key is not None
    assert keys.algorithm(trusted.key) == "RS256"


def test_a_pem_and_a_jwk_are_the_same_key(key: Key) -> None:
    public = key.private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert TrustedKey.from_pem(pem) == TrustedKey.from_jwk(keys.jwk(public)) == key.trusted


@pytest.mark.parametrize(
    "members",
    [{}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256", "x": 1, "y": []}, {"kty": "oct", "k": "AA"}],
    ids=str,
)
def test_what_is_no_public_key_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError, match="jwk"):
        keys.from_jwk(members)


def test_a_private_key_is_not_taken_for_a_public_one() -> None:
    with pytest.raises(InvalidValueError, match="private") as raised:
        keys.from_jwk({**RFC_7638, "d": "secret"})
    assert "secret" not in str(raised.value)


def test_other_public_keys_are_refused() -> None:
    for private in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())):
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(InvalidValueError, match="an RSA key of 2048"):
            TrustedKey.from_pem(pem)
    with pytest.raises(InvalidValueError, match="public key"):
        TrustedKey.from_pem(b"no key")
