"""How a credential becomes a token."""

import pytest
from attrs import frozen
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from certrules.badges import keys, tokens
from certrules.badges.signing import KeySigner, sign
from certrules.badges.verifying import verify
from certrules.errors import InvalidValueError
from tests.badges.samples import DURING, Key, unsigned


def test_the_payload_is_the_credential_beside_its_claims(key: Key) -> None:
    credential = unsigned()
    token = tokens.read(sign(credential, key.signer))
    assert dict(token.payload) == credential | {
        "iss": "https://academy.example",
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": 1_704_067_200,
        "exp": 1_735_689_600,
    }


def test_the_header_holds_the_public_key_and_nothing_private(key: Key) -> None:
    header = tokens.read(sign(unsigned(), key.signer)).header
    assert header["typ"] == "JWT"
    assert header["alg"] == keys.algorithm(key.private.public_key())
    assert set(header["jwk"]) in ({"kty", "n", "e"}, {"kty", "crv", "x", "y"})


def test_the_header_holds_the_id_of_the_key_where_it_has_one(ec_key: Key) -> None:
    signer = KeySigner.from_pem(ec_key.pem, key_id="2024-1")
    assert dict(tokens.read(sign(unsigned(), signer)).header) == {
        "alg": "ES256",
        "typ": "JWT",
        "kid": "2024-1",
    }


def test_a_key_kept_elsewhere_signs_too(ec_key: Key) -> None:
    @frozen
    class Vault:
        algorithm = "ES256"
        header = {"kid": "vault-1"}  # noqa: RUF012

        def sign(self, data: bytes) -> bytes:
            return ec_key.signer.sign(data)

    token = sign(unsigned(), Vault())
    trusted = keys.TrustedKey.of(ec_key.private.public_key(), id="vault-1")
    assert verify(token, keys=lambda _: [trusted], at=DURING)


def test_a_signer_that_shows_a_private_key_is_refused(ec_key: Key) -> None:
    @frozen
    class Careless:
        algorithm = "ES256"
        header = {"jwk": {"kty": "EC", "d": "secret"}}  # noqa: RUF012

        def sign(self, data: bytes) -> bytes:
            raise AssertionError(data)

    with pytest.raises(InvalidValueError, match="private") as raised:
        sign(unsigned(), Careless())
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "private",
    [
        rsa.generate_private_key(65537, 1024),  # noqa: S505
        ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["short RSA", "P-384", "Ed25519"],
)
def test_other_keys_are_refused(private: rsa.RSAPrivateKey) -> None:
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(InvalidValueError, match="an RSA key of 2048"):
        KeySigner.from_pem(pem)


def test_a_locked_key_needs_its_password(ec_key: Key) -> None:
    locked = ec_key.private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open")
    )
    assert KeySigner.from_pem(locked, password=b"open").algorithm == "ES256"
    for password in (None, b"wrong"):
        with pytest.raises(InvalidValueError, match="private key"):
            KeySigner.from_pem(locked, password=password)
    with pytest.raises(InvalidValueError, match="private key"):
        KeySigner.from_pem(b"no key")
