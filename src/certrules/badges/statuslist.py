"""Status lists: how an issuer says later that a credential no longer counts.

A Bitstring Status List has one bit for each credential, and is itself a signed credential. Bit 0 is
the highest of the first byte.
"""

import gzip
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from certrules.badges import tokens
from certrules.badges.credential import Issuer, seconds
from certrules.badges.structure import CONTEXTS
from certrules.badges.urls import check_uri
from certrules.errors import BadgeError, InvalidValueError
from certrules.model.badges import PLACES

SIZE = PLACES
"""How many credentials share a list: the fewest that the standard allows, to hide one among."""

LARGEST = 2**24
"""How many bits of a list are read at most."""

PURPOSES = ("revocation", "suspension", "message")
"""What a bit may mean here: revoked for ever, suspended, or replaced by a later badge."""

_MESSAGES = ("not replaced", "replaced by a later badge")
"""What a bit of a list of messages says, unset and set."""


def encode(marked: Iterable[int]) -> str:
    """Return a list in which the bits of some indexes are set.

    Raises :class:`~certrules.errors.InvalidValueError` for an index outside the list.

    >>> is_set(decode(encode([9])), 9), is_set(decode(encode([9])), 10)
    (True, False)

    Rules: ALL-ROLE-11, INT-38.
    """
    bits = bytearray(SIZE // 8)
    for index in marked:
        if not 0 <= index < SIZE:
            raise InvalidValueError("index", index, f"0 to {SIZE - 1}")
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + tokens.encoded(gzip.compress(bytes(bits), mtime=0))


def decode(text: str) -> bytes:
    """Return the bits of a list; BadgeError if it is none, too short or too long."""
    if not isinstance(text, str) or not text.startswith("u"):
        raise BadgeError("the status list is not base64url with its prefix u")
    inflating = zlib.decompressobj(wbits=31)
    try:
        bits = inflating.decompress(tokens.decoded(text[1:], "status list"), LARGEST // 8 + 1)
    except zlib.error as error:
        raise BadgeError(f"the status list is not gzip: {error}") from None
    if len(bits) > LARGEST // 8:
        raise BadgeError(f"the status list has more than {LARGEST:,} bits")
    if not inflating.eof or inflating.unused_data:
        raise BadgeError("the status list is cut off, or something follows it")
    if len(bits) < SIZE // 8:
        raise BadgeError(f"the status list has fewer than {SIZE:,} bits")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Return whether the bit of an index is set; BadgeError if the list has no such bit."""
    if not 0 <= index < len(bits) * 8:
        raise BadgeError(f"the status list has no bit {index}")
    return bool(bits[index // 8] & 0x80 >> index % 8)


def allot(taken: Collection[int], draw: Callable[[int], int], *, size: int = SIZE) -> int | None:
    """Return an index that is not taken, drawn among all that are free; None if none is.

    ``draw(n)`` is a random number from 0 to n - 1: ``secrets.randbelow``. An order would reveal who
    was awarded when. Raises :class:`~certrules.errors.InvalidValueError` if it is another number.

    >>> allot({0, 1, 3}, lambda free: 0)
    2
    """
    free = size - len(taken)
    if free <= 0:
        return None
    drawn = draw(free)
    if not 0 <= drawn < free:
        raise InvalidValueError("draw", drawn, f"a number from 0 to {free - 1}")
    return next(islice((each for each in range(size) if each not in taken), drawn, None))


def entry(url: str, purpose: str, index: int) -> dict[str, Any]:
    """Return what a credential says of its bit in the list at a URL.

    Raises :class:`~certrules.errors.InvalidValueError` for a wrong URL, purpose or index.

    >>> entry("https://academy.example/status/1", "revocation", 9)["id"]
    'https://academy.example/status/1#9'
    """
    _check(url, purpose)
    if type(index) is not int or not 0 <= index < LARGEST:
        raise InvalidValueError("index", index, f"0 to {LARGEST - 1}")
    messages = [{"status": hex(bit), "message": each} for bit, each in enumerate(_MESSAGES)]
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": url,
        **({"statusSize": 1, "statusMessage": messages} if purpose == "message" else {}),
    }


def says_replaced(entry: Mapping[str, Any]) -> bool:
    """Return whether a set bit of an entry means that a later badge has replaced this one.

    >>> says_replaced(entry("https://academy.example/status/1", "message", 9))
    True
    """
    messages = entry.get("statusMessage")
    known = {"status": "0x1", "message": _MESSAGES[1]}
    return isinstance(messages, list) and known in messages


def list_credential(
    url: str,
    purpose: str,
    marked: Iterable[int],
    *,
    issuer: Issuer,
    at: datetime,
    until: datetime,
) -> Mapping[str, Any]:
    """Return the list to be published at a URL as a credential, to be signed.

    It counts from ``at`` until ``until``, so that nobody can show an old one for ever. Publish the
    next before then. Raises :class:`~certrules.errors.InvalidValueError` for a wrong URL or
    purpose, for a list that ends before it begins, and as :func:`encode` does.
    """
    _check(url, purpose)
    if seconds(until) <= seconds(at):
        raise InvalidValueError("until", until, f"an instant after {seconds(at)}")
    return {
        "@context": [CONTEXTS[0]],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.id,
        "validFrom": seconds(at),
        "validUntil": seconds(until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode(marked),
        },
    }


def _check(url: str, purpose: str) -> None:
    check_uri("url of the status list", url)
    if "#" in url:
        raise InvalidValueError("url of the status list", url, "a URL without a fragment")
    check_purpose(purpose)


def check_purpose(purpose: str) -> None:
    """Raise InvalidValueError for a purpose that is none of :data:`PURPOSES`."""
    if purpose not in PURPOSES:
        raise InvalidValueError("purpose", purpose, " or ".join(PURPOSES))
