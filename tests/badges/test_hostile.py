"""Whatever a stranger hands in has a clear outcome, within a second and 100 MB."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import HMACAlgorithm

from certrules.badges import signing, tokens
from certrules.badges.signing import TrustedKey, sign
from certrules.badges.verifying import Verdict, verify
from tests.badges import hostile
from tests.badges.samples import DURING, ISSUER, Key, unsigned

COMPRESSED = "the credential in the PNG is compressed, which Open Badges forbids"
UNLIKE = "the PNG has fewer or more pixels than it says"
ENTITIES = (
    "the SVG has declarations of its own in its document type, not read here; save it "
    "as a plain SVG, without <!DOCTYPE svg [...]>"
)
ZIPPED = "the SVG is in zip_codec, which is not read here; save it in UTF-8"
HALF = "the SVG is to be in utf-16-le, and is not; save it in UTF-8"
NOT_XML = "the SVG is not XML: not well-formed (invalid token): line 1, column 49"
OUTCOMES = {
    "token: tampered": "bad signature",
    "token: truncated": "bad structure",
    "token: truncated payload": "bad structure",
    "token: re-signed": "bad signature",
    "token: alg none": "unsupported form",
    "token: HS256 with the public key": "unsupported form",
    "token: an attacker's jwk": "untrusted key",
    "token: kid with a path": "untrusted key",
    "token: kid with a URL": "untrusted key",
    "token: a private jwk": "bad structure",
    "token: the year 1": "valid",
    "token: before the year 1": "bad structure",
    "token: the year 9999": "valid",
    "token: after the year 9999": "bad structure",
    "token: a huge index": "status unknown",
    "token: many states": "status unknown",
    "token: oversized token": "bad structure",
    "token: a million full stops": "bad structure",
    "token: no text": "bad structure",
    "token: surrogates": "bad structure",
    "token: deep nesting": "bad structure",
    "token: nesting below the recursion limit": "bad structure",
    "token: deep header": "bad structure",
    "token: many members": "valid",
    "token: many lists": "valid",
    "token: a number of many digits": "bad structure",
    "token: an endless number": "bad structure",
    "token: not a number": "bad structure",
    "token: duplicate members": "bad structure",
    "token: duplicate header": "bad structure",
    "token: text that is no Unicode": "bad structure",
    "token: a huge key": "untrusted key",
    "token: valid": "valid",
    "status: 200 MB status list": "status unknown",
    "status: status list cut off": "status unknown",
    "status: valid": "valid",
    "image: a million chunks": "the PNG has more than 10,000 chunks",
    "image: more bytes than may be": "12,000,056 bytes are more than 10,000,000",
    "image: a false length": "the PNG is cut off",
    "image: a compressed bomb": COMPRESSED,
    "image: a billion laughs": ENTITIES,
    "image: an external entity": ENTITIES,
    "image: an external document type": "the SVG holds no credentials",
    "image: entities of a document type that is not there": "the SVG holds no credentials",
    "image: many namespaces": "the SVG holds no credentials",
    "image: an encoding that unpacks": ZIPPED,
    "image: half a character of UTF-16": HALF,
    "image: UTF-16": "the SVG holds no credentials",
    "image: fifty megabytes": "50,000,053 bytes are more than 10,000,000",
    "image: a million pixels' worth of nothing": "the PNG holds no credentials",
    "image: nine thousand credentials": "the PNG holds 9000 credentials",
    "image: a credential after the end": "the PNG holds no credentials",
    "image: pixels cut off": "the PNG holds no credentials",
    "image: pixels without end": "the PNG holds no credentials",
    "image: more pixels than may be": "the PNG holds no credentials",
    "image: as many pixels as may be": "the PNG holds no credentials",
    "image: another header later": "the PNG has several headers",
    "image: a text that is a bomb": "the PNG holds no credentials",
    "image: a profile that is a bomb": "the PNG holds no credentials",
    "image: a billion frames": "the PNG holds no credentials",
    "image: external references": "the SVG holds no credentials",
    "image: deep elements": "the SVG is nested more than 100 deep",
    "image: many attributes": "the SVG holds no credentials",
    "image: an endless tag": NOT_XML,
    "image: many credentials": "the SVG holds 25000 credentials",
}
BAKED = {
    f"bake: {name.removeprefix('image: ')}": "baked True" if "hold" in said else said
    for name, said in OUTCOMES.items()
    if name.startswith("image: ")
} | {
    "bake: a compressed bomb": "baked True",
    "bake: a million pixels' worth of nothing": "the pixels of the PNG cannot be inflated",
    "bake: pixels cut off": UNLIKE,
    "bake: pixels without end": UNLIKE,
    "bake: more pixels than may be": "the PNG has more than 4,194,304 pixels",
    "bake: a text that is a bomb": "the pixels of the image cannot be decoded",
    "bake: a profile that is a bomb": "the pixels of the image cannot be decoded",
}
OUTCOMES |= BAKED


def test_every_input_has_an_outcome() -> None:
    assert sorted(OUTCOMES) == sorted(hostile.names())


@pytest.fixture(scope="module")
def judge(unwatched: Mapping[str, str]) -> Iterator[Callable[[Path], Any]]:
    """A process that judges the input of any folder."""
    with subprocess.Popen(
        [sys.executable, hostile.__file__],
        env=unwatched,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        inputs, outcomes = process.stdin, process.stdout
        assert inputs
        assert outcomes

        def judge(folder: Path) -> Any:
            print(folder, file=inputs, flush=True)
            return json.loads(outcomes.readline())

        yield judge
        inputs.close()


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_clear_outcome_within_a_second_and_100_mb(
    name: str, tmp_path: Path, judge: Callable[[Path], Any]
) -> None:
    hostile.build(name, tmp_path)
    outcome, seconds, held = judge(tmp_path)
    assert outcome == OUTCOMES[name]
    assert seconds < 1
    assert held < 100_000_000


def judged(token: str, *trusted: TrustedKey) -> Verdict:
    return verify(token, keys={ISSUER.id: trusted}.get, at=DURING).outcome


def forged(key: Key, header: dict[str, object]) -> str:
    """A token with another header, signed with a key."""
    payload = sign(unsigned(), key.signer).split(".")[1]
    signed = f"{tokens.compact(header)}.{payload}"
    return f"{signed}.{tokens.encoded(key.signer.sign(signed.encode()))}"


def test_every_part_that_is_tampered_with(key: Key) -> None:
    header, payload, signature = sign(unsigned(), key.signer).split(".")
    other = sign(unsigned(name="Surgery"), key.signer).split(".")
    assert judged(f"{header}.{other[1]}.{signature}", key.trusted) is Verdict.BAD_SIGNATURE
    assert judged(f"{header}.{payload}.{other[2]}", key.trusted) is Verdict.BAD_SIGNATURE
    assert judged(f"{header}.{payload}.", key.trusted) is Verdict.BAD_SIGNATURE
    assert judged(f"{header}.{payload}.AAAA", key.trusted) is Verdict.BAD_SIGNATURE


def test_every_length_at_which_it_is_cut_off(ec_key: Key) -> None:
    token = sign(unsigned(), ec_key.signer)
    for length in range(0, len(token), 7):
        outcome = judged(token[:length], ec_key.trusted)
        assert outcome in {Verdict.BAD_STRUCTURE, Verdict.BAD_SIGNATURE}
    for more in ("A", "=", ".", " ", "\n", "\0", ".AAAA"):
        assert judged(token + more, ec_key.trusted) in {
            Verdict.BAD_STRUCTURE,
            Verdict.BAD_SIGNATURE,
        }


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "RS512", "EdDSA", None, 1, []])
def test_algorithms_that_nobody_allowed(ec_key: Key, algorithm: object) -> None:
    token = forged(ec_key, {"alg": algorithm})
    assert judged(token, ec_key.trusted) is Verdict.UNSUPPORTED_FORM
    assert judged(token.rpartition(".")[0] + ".", ec_key.trusted) is Verdict.UNSUPPORTED_FORM


def test_the_public_key_is_no_secret(rsa_key: Key) -> None:
    public = rsa_key.private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    payload = sign(unsigned(), rsa_key.signer).split(".")[1]
    signed = f"{tokens.compact({'alg': 'HS256'})}.{payload}"
    mac = HMACAlgorithm(HMACAlgorithm.SHA256).sign(signed.encode(), pem)
    token = f"{signed}.{tokens.encoded(mac)}"
    assert judged(token, rsa_key.trusted) is Verdict.UNSUPPORTED_FORM


def test_a_key_of_one_kind_is_not_used_as_another(ec_key: Key, rsa_key: Key) -> None:
    assert judged(forged(ec_key, {"alg": "RS256"}), ec_key.trusted) is Verdict.BAD_SIGNATURE
    assert judged(forged(rsa_key, {"alg": "ES256"}), rsa_key.trusted) is Verdict.BAD_SIGNATURE


def test_an_attackers_own_key_is_not_trusted(ec_key: Key, attackers_key: Key) -> None:
    token = sign(unsigned(), attackers_key.signer)
    assert judged(token, ec_key.trusted) is Verdict.UNTRUSTED_KEY
    claimed = forged(attackers_key, {"alg": "ES256", **ec_key.signer.header})
    assert judged(claimed, ec_key.trusted) is Verdict.BAD_SIGNATURE
    mixed = {**attackers_key.signer.header["jwk"], "x": ec_key.signer.header["jwk"]["x"]}
    assert judged(forged(attackers_key, {"alg": "ES256", "jwk": mixed}), ec_key.trusted) in {
        Verdict.UNTRUSTED_KEY,
        Verdict.BAD_STRUCTURE,
    }


@pytest.mark.parametrize(
    "kid",
    ["../../etc/passwd", "https://attacker.example/key", "file:///dev/zero", "1' OR '1'='1", "\0"],
)
def test_an_id_of_a_key_is_never_looked_up(attackers_key: Key, ec_key: Key, kid: str) -> None:
    token = forged(attackers_key, {"alg": "ES256", "kid": kid})
    assert judged(token, ec_key.trusted) is Verdict.UNTRUSTED_KEY


@pytest.mark.parametrize("header", [{"jwk": {"kty": []}}, {"jwk": {}}])
def test_a_jwk_that_is_no_key(ec_key: Key, header: dict[str, object]) -> None:
    token = forged(ec_key, {"alg": "ES256", **header})
    assert judged(token, ec_key.trusted) is Verdict.UNTRUSTED_KEY


def test_a_jwk_of_a_trusted_thumbprint_that_is_no_key(ec_key: Key) -> None:
    nowhere = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}  # not on the curve
    trusted = TrustedKey(signing.thumbprint(nowhere))
    assert judged(forged(ec_key, {"alg": "ES256", "jwk": nowhere}), trusted) is (
        Verdict.BAD_STRUCTURE
    )


@pytest.mark.parametrize("header", [{"kid": 7}, {"kid": []}, {"jwk": 7}, {"jwk": "key"}])
def test_headers_of_other_types(ec_key: Key, header: dict[str, object]) -> None:
    token = forged(ec_key, {"alg": "ES256", **header})
    assert judged(token, ec_key.trusted) is Verdict.BAD_STRUCTURE


@pytest.mark.parametrize("member", sorted(signing.PRIVATE))
def test_a_private_key_in_the_header_signs_for_anybody(ec_key: Key, member: str) -> None:
    jwk = {**ec_key.signer.header["jwk"], member: "AQ"}
    assert judged(forged(ec_key, {"alg": "ES256", "jwk": jwk}), ec_key.trusted) is (
        Verdict.BAD_STRUCTURE
    )


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"b64": False, "crit": ["b64"]},
        {"jku": "https://attacker.example/keys", "crit": ["jku"]},
    ],
)
def test_extensions_are_not_supported(ec_key: Key, header: dict[str, object]) -> None:
    token = forged(ec_key, {"alg": "ES256", **header})
    assert judged(token, ec_key.trusted) is Verdict.UNSUPPORTED_FORM


def test_places_of_keys_in_the_header_are_passed_over(ec_key: Key) -> None:
    token = forged(ec_key, {"alg": "ES256", "jku": "https://attacker.example", "x5u": "file:///"})
    assert judged(token, ec_key.trusted) is Verdict.VALID
