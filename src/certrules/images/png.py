"""Is a PNG whole, chunk by chunk and row by row?"""

import zlib
from collections.abc import Iterator
from struct import Struct

from attrs import frozen

from certrules.images.faults import ImageFaultError

__all__ = ["SIGNATURE", "Header", "check_rows", "chunks", "header"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})

_BEGIN = Struct(">I4s")
_CHECKSUM = Struct(">I")
_HEADER = Struct(">IIBBBBB")
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
_LAST_PASS = (0, 1, 1, 2)


@frozen
class Header:
    """What the first chunk of a PNG says."""

    width: int
    height: int
    bits: int
    interlaced: bool

    @property
    def size(self) -> int:
        """How many bytes all rows have, each after a byte that names its filter."""
        passes = (*_PASSES, _LAST_PASS) if self.interlaced else ((0, 0, 1, 1),)
        sizes = ((-((x - self.width) // dx), -((y - self.height) // dy)) for x, y, dx, dy in passes)
        return sum(rows * (1 - (-columns * self.bits // 8)) for columns, rows in sizes if columns)


def chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the kind and the data of each chunk; ImageFaultError where one is not as it should be.

    The first is the header, the only one; nothing follows the last; and none is of an animation.
    """
    whole, position, kind = memoryview(content), len(SIGNATURE), b""
    while kind != b"IEND":
        before = kind
        kind, data = _chunk(whole, position)
        position += _BEGIN.size + len(data) + _CHECKSUM.size
        if (kind == b"IHDR") is bool(before):
            raise ImageFaultError("it does not begin with its header, or has several")
        if kind in ANIMATION:
            raise ImageFaultError("it is animated, and a badge is a still image")
        yield kind, data
    if position != len(content):
        raise ImageFaultError("something follows its end")


def _chunk(content: memoryview, position: int) -> tuple[bytes, memoryview]:
    begin = position + _BEGIN.size
    if begin > len(content):
        raise ImageFaultError("it is cut off")
    length, kind = _BEGIN.unpack_from(content, position)
    end = begin + length
    if end + _CHECKSUM.size > len(content):
        raise ImageFaultError("it is cut off")
    if zlib.crc32(content[position + 4 : end]) != _CHECKSUM.unpack_from(content, end)[0]:
        raise ImageFaultError("a part of it does not match its checksum")
    return kind, content[begin:end]


def header(data: memoryview) -> Header:
    """Read the first chunk."""
    if len(data) != _HEADER.size:
        raise ImageFaultError("its header is too short or too long")
    width, height, depth, colour, _, _, interlaced = _HEADER.unpack(data)
    return Header(width, height, depth * _SAMPLES.get(colour, 0), bool(interlaced))


def check_rows(said: Header, data: list[memoryview]) -> None:
    """Raise ImageFaultError unless the data inflate to all rows of an image, and to no more."""
    stream, left = zlib.decompressobj(), said.size + 1
    try:
        for part in data:
            left -= len(stream.decompress(part, left))
            if left <= 0:
                break
    except zlib.error as error:
        raise ImageFaultError("its pixels cannot be inflated") from error
    if left != 1 or not stream.eof:
        raise ImageFaultError("it has fewer or more pixels than it says")
