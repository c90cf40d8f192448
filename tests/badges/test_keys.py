"""Which keys are trusted, and what they are called."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certrules.badges import signing
from certrules.badges.signing import TrustedKey
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
    assert signing.algorithm(trusted.key) == "RS256"


def test_a_pem_and_a_jwk_are_the_same_key(key: Key) -> None:
    public = key.private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert TrustedKey.from_pem(pem) == TrustedKey.from_jwk(signing.jwk(public)) == key.trusted


@pytest.mark.parametrize(
    "members",
    [{}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256", "x": 1, "y": []}, {"kty": "oct", "k": "AA"}],
    ids=str,
)
def test_what_is_no_public_key_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError, match="jwk"):
        signing.from_jwk(members)


def test_a_jwk_is_an_object() -> None:
    wrong: Any
    for wrong in ([], "key", None):
        with pytest.raises(InvalidValueError, match="jwk"):
            TrustedKey.from_jwk(wrong)


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_private_jwk_is_not_taken_for_a_public_one(member: str) -> None:
    for trust in (signing.from_jwk, TrustedKey.from_jwk):
        with pytest.raises(InvalidValueError, match="private") as raised:
            trust({**RFC_7638, member: "secret"})
        assert "secret" not in str(raised.value)


def test_a_private_key_is_not_taken_for_a_public_one(key: Key) -> None:
    with pytest.raises(InvalidValueError, match="private"):
        TrustedKey.from_pem(key.pem)
    wrong: Any = key.private
    with pytest.raises(InvalidValueError, match="a public key"):
        TrustedKey.of(wrong)
    with pytest.raises(InvalidValueError, match="a public key"):
        TrustedKey(key.trusted.thumbprint, wrong)


def test_a_pem_is_bytes() -> None:
    wrong: Any
    for wrong in ("-----BEGIN PUBLIC KEY-----", None):
        with pytest.raises(InvalidValueError, match="bytes"):
            TrustedKey.from_pem(wrong)


@pytest.mark.parametrize("thumbprint", ["", "abc", "A" * 42, "A" * 42 + "=", "A" * 44, None, 7])
def test_a_thumbprint_is_one(thumbprint: Any) -> None:
    with pytest.raises(InvalidValueError, match="thumbprint"):
        TrustedKey(thumbprint)


def test_the_id_of_a_key_is_a_text(key: Key) -> None:
    wrong: Any
    for wrong in ("", 7, ["1"]):
        with pytest.raises(InvalidValueError, match="key id"):
            TrustedKey.of(key.private.public_key(), id=wrong)
    with pytest.raises(InvalidValueError, match="key id"):
        TrustedKey.from_jwk({**RFC_7638, "kid": 7})


def test_other_public_keys_are_refused() -> None:
    for private in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())):
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(InvalidValueError, match="an RSA key of 2048"):
            TrustedKey.from_pem(pem)
    with pytest.raises(InvalidValueError, match="public key"):
        TrustedKey.from_pem(b"no key")


def test_a_thumbprint_is_that_of_the_key_beside_it(rsa_key: Key, ec_key: Key) -> None:
    with pytest.raises(InvalidValueError, match="thumbprint"):
        TrustedKey(ec_key.trusted.thumbprint, rsa_key.trusted.key)
    assert TrustedKey(ec_key.trusted.thumbprint, ec_key.trusted.key) == ec_key.trusted
