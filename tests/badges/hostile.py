"""Hostile inputs, and a process of its own that judges one of them.

``python hostile.py FOLDER`` prints the outcome, the seconds and the bytes that it took.
"""

import gzip
import json
import os
import struct
import sys
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import HMACAlgorithm

from certrules import Certification
from certrules.badges import baking, statuslist, tokens
from certrules.badges.credential import Issuer, credential
from certrules.badges.signing import KeySigner, TrustedKey, sign
from certrules.badges.verifying import verify
from certrules.errors import BadgeError
from certrules.model.badges import Badge

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
ISSUER = Issuer("https://academy.example", "The Academy")
URL = "https://academy.example/status/1"
PRIVATE = ec.derive_private_key(7, ec.SECP256R1())
KEY = KeySigner(PRIVATE)
ATTACKERS = KeySigner(ec.derive_private_key(8, ec.SECP256R1()))
TRUSTED = TrustedKey.from_jwk(KEY.header["jwk"])
BADGE = Badge("0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1", "1", "fa", 1, SINCE, None, 1, 7)


def token(
    header: str | None = None,
    payload: str | None = None,
    *,
    signer: KeySigner = KEY,
    **changes: Any,
) -> str:
    """A token signed with the trusted key, or another, whatever it says."""
    said = sign(
        credential(
            BADGE,
            Certification("fa", "First aid"),
            issuer=ISSUER,
            status=[statuslist.entry(URL, "revocation", 7)],
        )
        | changes,
        signer,
    )
    parts = said.split(".")
    if header is not None:
        parts[0] = tokens.encoded(header.encode())
    if payload is not None:
        parts[1] = tokens.encoded(payload.encode())
    signed = ".".join(parts[:2])
    return f"{signed}.{tokens.encoded(signer.sign(signed.encode()))}"


def tampered() -> str:
    """A good signature under another name."""
    (header, _, signature), other = token().split("."), token(name="Surgery").split(".")[1]
    return f"{header}.{other}.{signature}"


def authenticated() -> str:
    """A token with a code whose secret is the public key."""
    pem = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{tokens.compact({'alg': 'HS256'})}.{token().split('.')[1]}"
    code = HMACAlgorithm(HMACAlgorithm.SHA256).sign(signed.encode(), pem)
    return f"{signed}.{tokens.encoded(code)}"


def headed(**header: Any) -> str:
    """A token that an attacker has signed."""
    return token(header=json.dumps({"alg": "ES256", **header}), signer=ATTACKERS)


def payload_with(member: str) -> str:
    said = json.dumps(dict(tokens.read(token()).payload))
    return said[:-1] + f", {member}" + "}"


def a_list(encoded: str) -> str:
    listed = dict(
        statuslist.list_credential(
            URL, "revocation", [], issuer=ISSUER, at=SINCE, until=SINCE + timedelta(days=9)
        )
    )
    listed["credentialSubject"] = {**listed["credentialSubject"], "encodedList": encoded}
    return sign(listed, KEY)


def bomb() -> str:
    """200 MB of zeros, in 260 kB."""
    return "u" + tokens.encoded(gzip.compress(bytes(200_000_000), compresslevel=9))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def zeros(length: int) -> bytes:
    """Zeros as zlib compresses them, made of one compressed megabyte again and again."""
    megabytes, rest = divmod(length, 1 << 20)
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    megabyte = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.compress(bytes(rest)) + packer.flush()
    checksum = struct.pack(">HH", length % 65_521, 1)  # the Adler-32 of zeros
    return b"\x78\x9c" + megabyte * megabytes + end + checksum


def pixels(width: int, height: int, *, rows: int | None = None) -> tuple[bytes, bytes]:
    """The header and the black pixels of a PNG whose every pixel has eight bytes."""
    header = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)
    data = zeros((1 + 8 * width) * (height if rows is None else rows))
    return chunk(b"IHDR", header), chunk(b"IDAT", data)


def svg(inside: str, before: str = "") -> bytes:
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
TOKENS: dict[str, Callable[[], str]] = {
    "tampered": tampered,
    "truncated": lambda: token()[:-9],
    "truncated payload": lambda: token()[: len(token()) // 2],
    "re-signed": lambda: headed(jwk=KEY.header["jwk"]),
    "alg none": lambda: token(header='{"alg":"none"}').rpartition(".")[0] + ".",
    "HS256 with the public key": authenticated,
    "an attacker's jwk": lambda: token(signer=ATTACKERS),
    "kid with a path": lambda: headed(kid="../../../../../../dev/zero"),
    "kid with a URL": lambda: headed(kid="https://attacker.example/keys"),
    "a private jwk": lambda: token(
        header=json.dumps({"alg": "ES256", "jwk": {**KEY.header["jwk"], "d": "AQ"}})
    ),
    "the year 1": lambda: token(validFrom="0001-01-01T00:00:00Z"),
    "before the year 1": lambda: token(
        payload=payload_with('"awardedDate":"0001-01-01T00:00:00+23:59"')
    ),
    "the year 9999": lambda: token(validUntil="9999-12-31T23:59:59Z"),
    "after the year 9999": lambda: token(
        payload=payload_with('"awardedDate":"9999-12-31T23:59:59-23:59"')
    ),
    "a huge index": lambda: token(
        credentialStatus=[
            {**statuslist.entry(URL, "revocation", 7), "statusListIndex": "9" * 600_000}
        ]
    ),
    "many states": lambda: token(credentialStatus=[statuslist.entry(URL, "revocation", 7)] * 3_000),
    "oversized token": lambda: "e30." + "A" * 50_000_000 + ".AAAA",
    "a million full stops": lambda: "." * 999_000,
    "no text": lambda: "",
    "surrogates": lambda: "\ud800.\ud800.\ud800",
    "deep nesting": lambda: token(payload="[" * 300_000 + "]" * 300_000),
    "nesting below the recursion limit": lambda: token(
        payload=payload_with('"x": ' + "[" * 500 + "]" * 500)
    ),
    "deep header": lambda: token(header='{"alg":"ES256","x":' + "[" * 99_000 + "]" * 99_000 + "}"),
    "many members": lambda: token(
        payload=payload_with(",".join(f'"{n}":{n}' for n in range(50_000)))
    ),
    "many lists": lambda: token(payload=payload_with('"x": [' + "[]," * 200_000 + "[]]")),
    "a number of many digits": lambda: token(payload=payload_with('"nbf2": ' + "9" * 600_000)),
    "an endless number": lambda: token(payload=payload_with('"x": 1e999')),
    "not a number": lambda: token(payload=payload_with('"x": NaN')),
    "duplicate members": lambda: token(payload=payload_with('"iss": "https://academy.example"')),
    "duplicate header": lambda: token(header='{"alg":"none","alg":"ES256"}'),
    "text that is no Unicode": lambda: token(payload=payload_with('"x": "\\ud800"')),
    "a huge key": lambda: token(
        header=json.dumps({"alg": "RS256", "jwk": {"kty": "RSA", "e": "AQAB", "n": "_" * 600_000}})
    ),
    "valid": token,
}
STATUSES: dict[str, Callable[[], str]] = {
    "200 MB status list": lambda: a_list(bomb()),
    "status list cut off": lambda: a_list(statuslist.encode([7])[:40]),
    "valid": lambda: a_list(statuslist.encode([])),
}
IMAGES: dict[str, Callable[[], bytes]] = {
    "a million chunks": lambda: png(*pixels(1, 1), chunk(b"tEXt") * 800_000),
    "more bytes than may be": lambda: png(*pixels(1, 1), chunk(b"tEXt") * 1_000_000),
    "a false length": lambda: png(*pixels(1, 1), b"\xff\xff\xff\xffiTXt" + bytes(99)),
    "a compressed bomb": lambda: png(
        *pixels(1, 1),
        chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + zeros(100_000_000)),
        chunk(b"IEND"),
    ),
    "a million pixels' worth of nothing": lambda: png(
        pixels(1, 1)[0], chunk(b"IDAT", bytes(9_990_000)), chunk(b"IEND")
    ),
    "nine thousand credentials": lambda: png(
        *pixels(1, 1),
        chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0x") * 9_000,
        chunk(b"IEND"),
    ),
    "a credential after the end": lambda: png(
        *pixels(1, 1),
        chunk(b"IEND"),
        chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0x"),
    ),
    "pixels cut off": lambda: png(*pixels(500, 500, rows=250), chunk(b"IEND")),
    "pixels without end": lambda: png(*pixels(1, 1, rows=50_000_000), chunk(b"IEND")),
    "more pixels than may be": lambda: png(*pixels(50_000, 50_000, rows=1), chunk(b"IEND")),
    "as many pixels as may be": lambda: png(*pixels(2048, 2048), chunk(b"IEND")),
    "another header later": lambda: png(
        *pixels(1, 1), pixels(50_000, 50_000, rows=0)[0], chunk(b"IEND")
    ),
    "a text that is a bomb": lambda: png(
        *pixels(1, 1),
        chunk(b"zTXt", b"a\0\0" + zeros(100_000_000)),
        chunk(b"IEND"),
    ),
    "a profile that is a bomb": lambda: png(
        pixels(1, 1)[0],
        chunk(b"iCCP", b"a\0\0" + zeros(100_000_000)),
        pixels(1, 1)[1],
        chunk(b"IEND"),
    ),
    "a billion frames": lambda: png(
        pixels(1, 1)[0],
        chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)),
        pixels(1, 1)[1],
        chunk(b"IEND"),
    ),
    "a billion laughs": lambda: svg("&l9;", f'<!DOCTYPE svg [<!ENTITY l0 "lol">{LAUGHS}]>'),
    "an external entity": lambda: svg(
        "&x;", '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    ),
    "an external document type": lambda: svg(
        "", '<!DOCTYPE svg SYSTEM "http://attacker.example/svg.dtd">'
    ),
    "entities of a document type that is not there": lambda: svg(
        "&l;" * 300_000, '<!DOCTYPE svg SYSTEM "http://attacker.example/svg.dtd">'
    ),
    "many namespaces": lambda: svg(
        "<g " + " ".join(f'xmlns:a{n}="{n}"' for n in range(80_000)) + "/>"
    ),
    "an encoding that unpacks": lambda: b'<?xml version="1.0" encoding="zip_codec"?><svg/>',
    "half a character of UTF-16": lambda: svg("").decode().encode("utf-16") + b"\0",
    "UTF-16": lambda: svg("<g/>" * 240_000).decode().encode("utf-16"),
    "fifty megabytes": lambda: svg(f"<!--{'x' * 50_000_000}-->"),
    "external references": lambda: svg(
        '<image href="http://attacker.example/x.png"/><script href="file:///etc/passwd"/>',
        '<?xml-stylesheet href="http://attacker.example/x.css"?>',
    ),
    "deep elements": lambda: svg("<g>" * 250_000 + "</g>" * 250_000),
    "many attributes": lambda: svg("<g " + " ".join(f'a{n}="{n}"' for n in range(120_000)) + "/>"),
    "an endless tag": lambda: svg("<g " + 'a="' * 600_000),
    "many credentials": lambda: svg(
        '<credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify="x"/>' * 25_000
    ),
}


def names() -> list[str]:
    return [
        *(f"token: {name}" for name in TOKENS),
        *(f"status: {name}" for name in STATUSES),
        *(f"image: {name}" for name in IMAGES),
        *(f"bake: {name}" for name in IMAGES),
    ]


def build(name: str, folder: Path) -> None:
    """Write an input, and the status list that goes with it, or what is to be baked into it."""
    group, _, name = name.partition(": ")
    image = IMAGES[name]() if group in ("image", "bake") else b""
    said = TOKENS[name]() if group == "token" else token()
    listed = "" if image else STATUSES[name if group == "status" else "valid"]()
    said = "" if group == "image" else said
    for file, data in (("image", image), ("token", utf8(said)), ("list", utf8(listed))):
        (folder / file).write_bytes(data)


def utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def judge(said: str, listed: str, image: bytes) -> str:
    if not image:
        trusted = {ISSUER.id: [TRUSTED]}.get
        at = SINCE + timedelta(days=1)
        return str(verify(said, keys=trusted, status=lambda _: listed, at=at).outcome)
    try:
        if said:
            return f"baked {baking.read(baking.bake(image, said)) == said}"
        return f"read {baking.read(image)}"
    except BadgeError as error:
        return str(error)


def main() -> None:
    """Judge the input of each folder that is named, in a process of its own."""
    judge(token(), STATUSES["valid"](), b"")  # whatever is loaded only when it is first needed
    for line in sys.stdin:
        if not (child := os.fork()):
            report(Path(line.rstrip("\n")))
            os._exit(0)  # whose parent tidies up
        os.waitpid(child, 0)


def report(folder: Path) -> None:
    said, listed = (
        (folder / file).read_bytes().decode("utf-8", "surrogatepass") for file in ("token", "list")
    )
    image = (folder / "image").read_bytes()
    before = most_held()
    began = time.process_time()
    outcome = judge(said, listed, image)
    seconds = time.process_time() - began
    print(json.dumps([outcome, seconds, most_held() - before]), flush=True)  # noqa: T201


def most_held() -> int:
    """How many bytes this process has held at most, without what its parent held before it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    main()
