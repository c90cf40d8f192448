"""Keys that cannot sign, and keys that cannot be trusted, are told as what they are."""

import json
from argparse import Namespace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from certrules.badges.signing import jwk
from certrules.cli import keys
from certrules.cli.failures import UsageError
from certrules.errors import BadgeError

PRIVATE = ec.derive_private_key(7, ec.SECP256R1())
PUBLIC = PRIVATE.public_key()
PASSWORD = keys.PASSWORD


def pem(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey = PRIVATE,
    form: PrivateFormat = PrivateFormat.PKCS8,
    lock: KeySerializationEncryption | None = None,
) -> bytes:
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption())


LOCK = BestAvailableEncryption(b"open")
PUBLIC_PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"
OF_BADGES = "expected an RSA key of 2048 to 8192 bits, or one on the curve P-256"
CANNOT_SIGN = {
    "public": (PUBLIC_PEM, "it is a public key; the private one of the pair signs"),
    "locked": (pem(lock=LOCK), f"it is locked: put its password into {PASSWORD}"),
    "locked of old": (
        pem(form=PrivateFormat.TraditionalOpenSSL, lock=LOCK),
        f"it is locked: put its password into {PASSWORD}",
    ),
    "Ed25519": (pem(ed25519.Ed25519PrivateKey.generate()), OF_BADGES),
    "P-384": (pem(ec.derive_private_key(7, ec.SECP384R1())), "on the curve P-256"),
    "certificate": (CERTIFICATE, "it is a certificate; openssl x509"),
    "OpenSSH": (pem(form=PrivateFormat.OpenSSH), "it is a key of OpenSSH; ssh-keygen -p -m PKCS8"),
    "cut off": (pem()[:90], "the PEM is damaged"),
    "none": (b"hello", "it is no PEM"),
    "empty": (b"", "it is no PEM"),
    "JWK": (json.dumps(jwk(PUBLIC)).encode(), "it is no PEM"),
}
NOT_TRUSTED = {
    "private": (pem(), "it is a private key, which only its owner should have; openssl pkey"),
    "locked": (pem(lock=LOCK), "it is a private key"),
    "certificate": (CERTIFICATE, "it is a certificate; openssl x509"),
    "OpenSSH": (pem(form=PrivateFormat.OpenSSH), "it is a key of OpenSSH"),
    "cut off": (PUBLIC_PEM[:90], "the PEM is damaged"),
    "none": (b"hello", "it is no PEM"),
    "private JWK": (json.dumps({**jwk(PUBLIC), "d": "AQ"}).encode(), "it is a private key"),
    "JWKS": (json.dumps({"keys": [jwk(PUBLIC)]}).encode(), "it is a set of keys; give one"),
    "JSON": (b"{}", OF_BADGES),
    "P-384": (
        json.dumps({**jwk(PUBLIC), "crv": "P-384"}).encode(),
        OF_BADGES,
    ),
}


def signing(path: Path) -> Namespace:
    return Namespace(key=str(path), key_id=None)


def trusting(path: Path) -> Namespace:
    return Namespace(key=[str(path)], key_id=None, thumbprint=[])


@pytest.mark.parametrize("name", CANNOT_SIGN)
def test_a_key_that_cannot_sign(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    data, message = CANNOT_SIGN[name]
    path = tmp_path / "key"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        keys.signer(signing(path))
    assert str(caught.value).startswith(f"--key {path} cannot sign: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("name", NOT_TRUSTED)
def test_a_key_that_is_not_trusted(name: str, tmp_path: Path) -> None:
    data, message = NOT_TRUSTED[name]
    path = tmp_path / "key"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        keys.trusted(trusting(path))
    assert str(caught.value).startswith(f"--key {path} is not trusted: ")
    assert message in str(caught.value)


def test_a_password_opens_the_key_that_it_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, plain = tmp_path / "locked", tmp_path / "plain"
    locked.write_bytes(pem(lock=LOCK))
    plain.write_bytes(pem())
    monkeypatch.setenv(PASSWORD, "wrong")
    with pytest.raises(UsageError, match=f"the password in {PASSWORD} does not open it"):
        keys.signer(signing(locked))
    assert keys.signer(signing(plain)).algorithm == "ES256"
    monkeypatch.setenv(PASSWORD, "open")
    assert keys.signer(signing(locked)).algorithm == "ES256"


def test_what_is_too_large_to_be_a_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(bytes(keys.LARGEST + 1))
    with pytest.raises(BadgeError, match="more than 100,000 bytes"):
        keys.signer(signing(path))


def test_nobody_is_trusted_by_default() -> None:
    with pytest.raises(UsageError, match="whom to trust"):
        keys.trusted(Namespace(key=[], key_id=None, thumbprint=[]))
