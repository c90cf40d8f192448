"""Image files: the parts of a PNG and of a JPEG, without a look at their pixels."""

import re
import zlib
from collections.abc import Iterable, Iterator
from struct import Struct

from certrules.errors import BadgeError
from certrules.model.badges import ImageFormat

LARGEST = 10_000_000
"""How many bytes an image file has at most."""

_SIGNATURES = {ImageFormat.PNG: b"\x89PNG\r\n\x1a\n", ImageFormat.JPEG: b"\xff\xd8\xff"}
_MOST_PARTS = 10_000


def format_of(content: bytes) -> ImageFormat | None:
    """Return the format as which a file begins, None if it is neither."""
    found = (each for each, begin in _SIGNATURES.items() if content.startswith(begin))
    return next(found, None)


def size(image: bytes) -> tuple[int, int]:
    """Return the width and height that an image says; BadgeError if it says none, or no pixels."""
    width, height = _png_size(image) if format_of(image) is ImageFormat.PNG else _jpeg_size(image)
    if not width * height:
        raise BadgeError("the image has no pixels")
    return width, height


def check_whole(image: bytes) -> None:
    """Raise BadgeError unless a file is one still image to its end, and nothing follows."""
    (_check_png if format_of(image) is ImageFormat.PNG else _check_jpeg)(image)


# PNG

_BEGIN = Struct(">I4s")
_CHECKSUM = Struct(">I")
_ANIMATION = {b"acTL", b"fcTL", b"fdAT"}


def chunks(image: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the kind and the data of each chunk of a PNG, from IHDR, the header, to IEND.

    What follows IEND is no part of the picture, and is not read. Raises BadgeError if the file is
    cut off, a checksum is wrong, or there are more chunks than any viewer writes.
    """
    whole, position = memoryview(image), len(_SIGNATURES[ImageFormat.PNG])
    for number in range(_MOST_PARTS):
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
        if number and kind == b"IHDR":
            raise BadgeError("the PNG has several headers")
        yield kind, whole[begin:end]
        if kind == b"IEND":
            return
        position = end + _CHECKSUM.size
    raise BadgeError(f"the PNG has more than {_MOST_PARTS:,} chunks")


def png(parts: Iterable[tuple[bytes, memoryview]]) -> bytes:
    """Return the PNG of some chunks."""
    return _SIGNATURES[ImageFormat.PNG] + b"".join(_packed(kind, data) for kind, data in parts)


def _packed(kind: bytes, data: memoryview) -> bytes:
    return _BEGIN.pack(len(data), kind) + data + _CHECKSUM.pack(zlib.crc32(data, zlib.crc32(kind)))


def _png_size(image: bytes) -> tuple[int, int]:
    _, header = next(chunks(image))
    return int.from_bytes(header[:4]), int.from_bytes(header[4:8])


def _check_png(image: bytes) -> None:
    found = [*chunks(image)]
    if len(_SIGNATURES[ImageFormat.PNG]) + sum(12 + len(data) for _, data in found) != len(image):
        raise BadgeError("something follows the end of the PNG")
    if not _ANIMATION.isdisjoint(kind for kind, _ in found):
        raise BadgeError("the PNG is animated, and a badge is a still image")


# JPEG

_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the segments that say a size
_SCAN, _END = 0xDA, 0xD9
_ALONE = {0x01, *range(0xD0, 0xD8)}
_MARKER = re.compile(rb"\xff++([^\x00])", re.DOTALL)
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_MOST_SCANS = 100  # each is a pass over all pixels, and ten are usual


def _segments(image: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the content of each segment before the end, which must be the last byte.

    Raises BadgeError if the file is cut off, goes on after its end, or has more segments or scans
    than any viewer writes.
    """
    position, scans = 2, 0
    for _ in range(_MOST_PARTS):
        found = _MARKER.match(image, position)
        if found is None:
            break
        marker, position = found[1][0], found.end()
        if marker == _END:
            if position != len(image):
                raise BadgeError("something follows the end of the JPEG")
            return
        end = position
        if marker not in _ALONE:
            end += int.from_bytes(image[position : position + 2])
            if not position + 2 <= end <= len(image):
                break
        yield marker, image[position + 2 : end]
        position = end
        if marker == _SCAN:
            scans, found = scans + 1, _AFTER_SCAN.search(image, position)
            if found is None:
                break
            position = found.start()
        if scans > _MOST_SCANS:
            raise BadgeError(f"the JPEG has more than {_MOST_SCANS} scans")
    else:
        raise BadgeError(f"the JPEG has more than {_MOST_PARTS:,} segments")
    raise BadgeError("the JPEG is cut off")


def _jpeg_size(image: bytes) -> tuple[int, int]:
    for marker, content in _segments(image):
        if marker in _FRAMES and len(content) > 8:
            return int.from_bytes(content[3:5]), int.from_bytes(content[1:3])
        if marker == _SCAN:
            break
    raise BadgeError("the JPEG holds no picture")


def _check_jpeg(image: bytes) -> None:
    markers = [marker for marker, _ in _segments(image)]
    if _SCAN not in markers:
        raise BadgeError("the JPEG holds no picture")
    if sum(marker in _FRAMES for marker in markers) > 1:
        raise BadgeError("the JPEG has several sizes")
