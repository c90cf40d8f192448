"""PNG: the chunks of a file, and the credential in one of them.

The credential stands in a chunk before the last, IEND, with which the picture ends. What follows
the end is no part of the picture, and is neither read nor kept. Every other chunk stays as it is.
"""

import zlib
from collections.abc import Iterator
from struct import Struct

from certrules.errors import BadgeError

__all__ = ["SIGNATURE", "check_rows", "check_whole", "chunks", "put", "size", "tokens"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_MOST_CHUNKS = 10_000
_KEYWORD = b"openbadgecredential"
_BEGIN = Struct(">I4s")
_CHECKSUM = Struct(">I")
_HEADER = Struct(">IIBBBBB")
_ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))


def chunks(image: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the kind and the data of each chunk, from IHDR, the header, to IEND.

    Pixels are not looked at. Raises BadgeError if the file is cut off, a checksum is wrong, or
    there are more chunks than any viewer writes.
    """
    whole, kind, position = memoryview(image), b"", len(SIGNATURE)
    for number in range(_MOST_CHUNKS):
        begin = position + _BEGIN.size
        if begin > len(image):
            raise BadgeError("the PNG is cut off")
        length, kind = _BEGIN.unpack_from(image, position)
        end = begin + length
        if end + _CHECKSUM.size > len(image):
            raise BadgeError("the PNG is cut off")
        if zlib.crc32(whole[position + 4 : end]) != _CHECKSUM.unpack_from(image, end)[0]:
            raise BadgeError("a part of the PNG does not match its checksum")
        if number == 0 and (kind, length) != (b"IHDR", 13):
            raise BadgeError("the PNG does not begin with its header")
        yield kind, whole[begin:end]
        if kind == b"IEND":
            return
        position = end + _CHECKSUM.size
    raise BadgeError(f"the PNG has more than {_MOST_CHUNKS:,} chunks")


def size(image: bytes) -> tuple[int, int]:
    """Return the width and height that the header says; BadgeError if there is none."""
    _, header = next(chunks(image))
    return int.from_bytes(header[:4]), int.from_bytes(header[4:8])


def check_whole(image: bytes) -> None:
    """Raise BadgeError unless a PNG is one still image to its end, and nothing follows."""
    found = [*chunks(image)]
    kinds = [kind for kind, _ in found]
    if len(SIGNATURE) + sum(12 + len(data) for _, data in found) != len(image):
        raise BadgeError("something follows the end of the PNG")
    if kinds.count(b"IHDR") > 1:
        raise BadgeError("the PNG has several headers")
    if not _ANIMATION.isdisjoint(kinds):
        raise BadgeError("the PNG is animated, and a badge is a still image")


def check_rows(image: bytes) -> None:
    """Raise BadgeError unless the data inflate to exactly the rows that the header says."""
    (_, header), *others = chunks(image)
    stream, said = zlib.decompressobj(), _rows_size(header)
    try:
        data = b"".join(data for kind, data in others if kind == b"IDAT")
        rows = stream.decompress(data, said + 1)
    except zlib.error as error:
        raise BadgeError("the pixels of the PNG cannot be inflated") from error
    if len(rows) != said or not stream.eof:
        raise BadgeError("the PNG has fewer or more pixels than it says")


def _rows_size(header: memoryview) -> int:
    """Return how many bytes all rows have, each behind a byte that names its filter."""
    width, height, depth, colour, _, _, interlaced = _HEADER.unpack(header)
    bits = depth * _SAMPLES.get(colour, 0)
    passes = (*_PASSES, (0, 1, 1, 2)) if interlaced else ((0, 0, 1, 1),)
    sizes = ((len(range(x, width, dx)), len(range(y, height, dy))) for x, y, dx, dy in passes)
    return sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns)


def put(image: bytes, token: str) -> bytes:
    """Return a PNG with a token in it, in place of any that it had."""
    *kept, end = (each for each in chunks(image) if not _is_ours(*each))
    ours = b"iTXt", memoryview(_KEYWORD + b"\0\0\0\0\0" + token.encode("ascii"))
    return SIGNATURE + b"".join(_packed(kind, data) for kind, data in (*kept, ours, end))


def _packed(kind: bytes, data: memoryview) -> bytes:
    return _BEGIN.pack(len(data), kind) + data + _CHECKSUM.pack(zlib.crc32(data, zlib.crc32(kind)))


def tokens(image: bytes) -> list[str]:
    """Return the tokens in a PNG, which should be one; BadgeError if one cannot be read."""
    found = [data for kind, data in chunks(image) if _is_ours(kind, data)]
    return [_text(bytes(data[len(_KEYWORD) + 1 :])) for data in found]


def _is_ours(kind: bytes, data: memoryview) -> bool:
    return kind == b"iTXt" and bytes(data[: len(_KEYWORD) + 1]).partition(b"\0")[0] == _KEYWORD


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
