"""Where in a PNG does a credential lie?

In a chunk before the last, IEND, with which the picture ends: what follows is no part of it, and
is neither read nor kept. Every other chunk stays as it is, those of animations too; what they show
is not looked at.
"""

import zlib
from collections.abc import Iterator
from struct import Struct

from attrs import frozen

from certrules.errors import BadgeError

__all__ = ["SIGNATURE", "check", "put", "taken"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_MOST_CHUNKS = 10_000
_KEYWORD = b"openbadgecredential"
_NUMBER = Struct(">I")


@frozen
class _Chunk:
    """The kind of a chunk, its data, and itself with its length and checksum."""

    kind: bytes
    data: bytes
    whole: bytes

    @property
    def ours(self) -> bool:
        return self.kind == b"iTXt" and self.data.partition(b"\0")[0] == _KEYWORD


def check(image: bytes) -> None:
    """Raise BadgeError unless a PNG begins with a header."""
    next(_chunks(image))


def put(image: bytes, token: str) -> bytes:
    """Return a PNG with a token in it, instead of any that it had."""
    *chunks, end = (chunk for chunk in _chunks(image) if not chunk.ours)
    data = _KEYWORD + b"\0\0\0\0\0" + token.encode("ascii")
    ours = _NUMBER.pack(len(data)) + b"iTXt" + data + _NUMBER.pack(zlib.crc32(b"iTXt" + data))
    return b"".join([SIGNATURE, *(chunk.whole for chunk in chunks), ours, end.whole])


def taken(image: bytes) -> str:
    """Return the token in a PNG; BadgeError where there is none, or more than one."""
    found = [chunk.data for chunk in _chunks(image) if chunk.ours]
    if len(found) != 1:
        raise BadgeError(f"the PNG holds {'no' if not found else len(found)} credentials")
    return _text(found[0][len(_KEYWORD) + 1 :])


def _text(data: bytes) -> str:
    """Return the text of an iTXt chunk behind its keyword: two flags, two words, then the text."""
    flag, words = data[:1], data[2:].split(b"\0", 2)
    if len(words) < 3 or flag not in (b"\0", b"\1"):
        raise BadgeError("the credential in the PNG is cut off, or no text at all")
    if flag == b"\1":
        raise BadgeError("the credential in the PNG is compressed, which Open Badges forbids")
    try:
        return words[2].decode()
    except UnicodeDecodeError:
        raise BadgeError("the credential in the PNG is not text") from None


def _chunks(image: bytes) -> Iterator[_Chunk]:
    """Return every chunk of a PNG, the first of them IHDR and the last IEND."""
    if not image.startswith(SIGNATURE):
        raise BadgeError("the image is no PNG")
    kind, position = b"", len(SIGNATURE)
    for number in range(_MOST_CHUNKS):
        chunk = _chunk(image, position)
        kind, position = chunk.kind, position + len(chunk.whole)
        if number == 0 and (kind != b"IHDR" or len(chunk.data) != 13):
            raise BadgeError("the PNG does not begin with its header")
        yield chunk
        if kind == b"IEND":
            return
    raise BadgeError(f"the PNG has more than {_MOST_CHUNKS:,} chunks")


def _chunk(image: bytes, position: int) -> _Chunk:
    if position + 12 > len(image):
        raise BadgeError("the PNG is cut off")
    (length,) = _NUMBER.unpack_from(image, position)
    end = position + 12 + length
    if end > len(image):
        raise BadgeError(f"a chunk of the PNG claims {length:,} bytes, and there are fewer")
    kind, data = image[position + 4 : position + 8], image[position + 8 : end - 4]
    if zlib.crc32(data, zlib.crc32(kind)) != _NUMBER.unpack_from(image, end - 4)[0]:
        raise BadgeError("a chunk of the PNG does not match its checksum")
    return _Chunk(kind, data, image[position:end])
