"""JPEG: the segments of a file, and the size that one of them says."""

import re
from collections.abc import Iterator

from certrules.errors import BadgeError

__all__ = ["SIGNATURE", "check_whole", "segments", "size"]

SIGNATURE = b"\xff\xd8\xff"

_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the segments that say a size
_SCAN, _END = 0xDA, 0xD9
_ALONE = {0x01, *range(0xD0, 0xD8)}
_MARKER = re.compile(rb"\xff++([^\x00])", re.DOTALL)
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_MOST_SEGMENTS = 10_000
_MOST_SCANS = 100  # each is a pass over all pixels, and ten are usual


def segments(image: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the content of each segment before the end, which must be the last byte.

    Pixels are not looked at. Raises BadgeError if the file is cut off, goes on after its end, or
    has more segments or scans than any viewer writes.
    """
    position, scans = 2, 0
    for _ in range(_MOST_SEGMENTS):
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
        raise BadgeError(f"the JPEG has more than {_MOST_SEGMENTS:,} segments")
    raise BadgeError("the JPEG is cut off")


def size(image: bytes) -> tuple[int, int]:
    """Return the width and height that stand before the first scan; BadgeError if none do."""
    for marker, content in segments(image):
        if marker in _FRAMES and len(content) > 8:
            return int.from_bytes(content[3:5]), int.from_bytes(content[1:3])
        if marker == _SCAN:
            break
    raise BadgeError("the JPEG holds no picture")


def check_whole(image: bytes) -> None:
    """Raise BadgeError unless a JPEG is one image to its end, and nothing follows."""
    markers = [marker for marker, _ in segments(image)]
    if _SCAN not in markers:
        raise BadgeError("the JPEG holds no picture")
    if sum(marker in _FRAMES for marker in markers) > 1:
        raise BadgeError("the JPEG has several sizes")
