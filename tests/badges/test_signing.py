"""How a credential becomes a token, and which keys are trusted."""

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import frozen
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from certrules.badges import signing, tokens
from certrules.badges.credential import hashed_email
from certrules.badges.signing import KeySigner, TrustedKey, sign
from certrules.badges.verifying import Verdict, verify
from certrules.errors import InvalidValueError
from tests.badges.samples import DURING, LISTS, SINCE, UNTIL, Key, unsigned


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
    assert header["alg"] == signing.algorithm(key.private.public_key())
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
    trusted = signing.TrustedKey.of(ec_key.private.public_key(), id="vault-1")
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


def test_what_is_no_private_key_is_refused(ec_key: Key) -> None:
    wrong: Any
    for wrong in (ec_key.private.public_key(), ec_key.pem, None):
        with pytest.raises(InvalidValueError, match="private key"):
            KeySigner(wrong)
    wrong = ec_key.pem.decode()
    with pytest.raises(InvalidValueError, match="private key"):
        KeySigner.from_pem(wrong)


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


class Odd:
    """A signer that says and signs what it is asked to."""

    def __init__(
        self, algorithm: Any = "ES256", header: Any = None, signature: Any = bytes(64)
    ) -> None:
        self.algorithm: str = algorithm
        self.header: Mapping[str, Any] = {"kid": "1"} if header is None else header
        self.signature = signature

    def sign(self, data: bytes) -> bytes:
        signature: bytes = self.signature
        return signature


@pytest.mark.parametrize(
    ("signer", "name"),
    [
        (Odd("none"), "algorithm"),
        (Odd("HS256"), "algorithm"),
        (Odd(None), "algorithm"),
        (Odd(header={"alg": "none"}), "header"),
        (Odd(header={"crit": []}), "header"),
        (Odd(header=["kid"]), "header"),
        (Odd(header={}), "header"),
        (Odd(header={"kid": 1}), "kid"),
        (Odd(header={"kid": ""}), "kid"),
        (Odd(header={"jwk": {"kty": "RSA", "p": "secret"}}), "jwk"),
        (Odd(header={"jwk": {"kty": "oct", "k": "secret"}}), "jwk"),
        (Odd(header={"jwk": "secret"}), "jwk"),
        (Odd(signature=bytes(70)), "signature"),
        (Odd(signature=bytes(63)), "signature"),
        (Odd(signature="text"), "signature"),
        (Odd("RS256", signature=None), "signature"),
        (Odd("RS256", signature=b""), "signature"),
        (Odd("RS256", signature=b"x"), "signature"),
        (Odd("RS256", signature=bytes(255)), "signature"),
        (Odd("RS256", signature=bytes(1025)), "signature"),
    ],
)
def test_a_signer_is_not_believed(signer: Odd, name: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        sign(unsigned(), signer)
    assert raised.value.name == name
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("id_", ["", 5, "\ud800", "\n", b"1"])
def test_the_id_of_a_key_is_a_text(ec_key: Key, id_: Any) -> None:
    with pytest.raises(InvalidValueError, match="key id"):
        KeySigner(ec_key.private, key_id=id_)
    with pytest.raises(InvalidValueError, match="key id"):
        KeySigner.from_pem(ec_key.pem, key_id=id_)
    with pytest.raises(InvalidValueError, match="key id"):
        signing.TrustedKey.of(ec_key.private.public_key(), id=id_)
    with pytest.raises(InvalidValueError, match="kid"):
        sign(unsigned(), Odd(header={"kid": id_}))


def test_fractions_of_a_second_are_dropped_as_a_verifier_drops_them(ec_key: Key) -> None:
    for year in ("0001", "1969", "2024"):
        credential = unsigned(validFrom=f"{year}-12-31T23:59:59.75Z")
        token = sign(credential, ec_key.signer)
        verified = verify(token, keys=ec_key.trusted_for, at=UNTIL)
        assert verified.outcome is Verdict.EXPIRED


def test_the_key_in_the_header_is_of_the_algorithm(rsa_key: Key) -> None:
    with pytest.raises(InvalidValueError, match="a key of ES256"):
        sign(unsigned(), Odd(header=rsa_key.signer.header))


@pytest.mark.parametrize(
    "changes",
    [
        {"score": float("nan")},
        {"score": float("inf")},
        {"name": SINCE},
        {"name": "\ud800"},
        {"name": "x" * tokens.LONGEST},
        {"issuer": None},
        {"issuer": {"name": "The Academy"}},
        {"issuer": {"id": 1}},
        {"validFrom": SINCE},
        {"validFrom": "2024-01-01T00:00:00"},
        {"validUntil": "soon"},
        {"credentialSubject": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_no_verifier_would_read_is_not_signed(ec_key: Key, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match="credential"):
        sign(unsigned(**changes), ec_key.signer)


def test_a_signature_is_verified_with_the_key_in_the_header(
    key: Key, ec_key: Key, rsa_key: Key, attackers_key: Key
) -> None:
    class Wrong(Odd):
        def sign(self, data: bytes) -> bytes:
            return attackers_key.signer.sign(data)

    nothing = Odd(key.signer.algorithm, key.signer.header, bytes(64 if key is ec_key else 256))
    for signer in (nothing, Wrong(header=ec_key.signer.header)):
        with pytest.raises(InvalidValueError, match="key in its header"):
            sign(unsigned(), signer)


@pytest.mark.parametrize("signer", [None, "private.pem", rsa.RSAPrivateKey])
def test_what_is_no_signer(signer: Any) -> None:
    with pytest.raises(InvalidValueError, match="signer"):
        sign(unsigned(), signer)


SUBJECT = unsigned()["credentialSubject"]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        unsigned(id=5),
        unsigned(name=5),
        unsigned(type=None),
        unsigned(credentialStatus=[{"a": 1}]),
        unsigned(credentialSubject={**SUBJECT, "id": None}),
        unsigned(credentialSubject={**SUBJECT, "type": None}),
        unsigned(credentialSubject={**SUBJECT, "achievement": None}),
        unsigned(validUntil="2023-01-01T00:00:00Z"),
        {"type": ["VerifiableCredential", "BitstringStatusListCredential"]},
    ],
)
def test_no_badge_is_not_signed(ec_key: Key, wrong: Any) -> None:
    with pytest.raises(InvalidValueError, match="credential"):
        sign(wrong, ec_key.signer)


def test_claims_of_its_own_are_not_left_in_a_credential(ec_key: Key) -> None:
    endless = unsigned(exp=5, nbf=6, sub="x", iss="y", jti="z")
    del endless["validUntil"]
    token = sign(endless, ec_key.signer)
    assert "exp" not in tokens.read(token).payload
    assert verify(token, keys=ec_key.trusted_for, at=DURING)


def test_what_json_writes_alike_is_signed_alike(ec_key: Key) -> None:
    made = unsigned(LISTS)
    tuples = {**made, "type": tuple(made["type"])}
    first, second = (tokens.read(sign(each, ec_key.signer)).payload for each in (made, tuples))
    assert first == second


@pytest.mark.parametrize("missing", ["issuer", "id", "validFrom", "credentialSubject"])
def test_a_credential_without_a_member_is_not_signed(ec_key: Key, missing: str) -> None:
    made = unsigned()
    del made[missing]
    with pytest.raises(InvalidValueError, match=missing):
        sign(made, ec_key.signer)


def test_a_recipient_without_an_id_is_no_claim(ec_key: Key) -> None:
    subject = unsigned()["credentialSubject"]
    known = {**subject, "id": None, "identifier": [hashed_email("ada@x.example", "s")]}
    token = sign(unsigned(credentialSubject=known), ec_key.signer)
    assert "sub" not in tokens.read(token).payload
    assert verify(token, keys=ec_key.trusted_for, at=DURING)


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


def test_the_id_of_a_trusted_key_is_a_text(key: Key) -> None:
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
