"""Is a JPEG whole, segment by segment and scan by scan?"""

import re
from collections.abc import Iterator
from struct import Struct

from certrules.images.faults import ImageFaultError

__all__ = ["SIGNATURE", "segments", "size"]

SIGNATURE = b"\xff\xd8\xff"
SCANS = 100
"""How many scans a JPEG has at most: each is a pass over all pixels, and ten are usual."""
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""The markers of the segments that tell a size."""

_MARKER = re.compile(rb"\xff++([^\x00])", re.DOTALL)
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_ALONE = {0x01, *range(0xD0, 0xD9)}
_SCAN, _END = 0xDA, 0xD9
_LENGTH = Struct(">H")
_FRAME = Struct(">xxxHH")


def segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the content of each; ImageFaultError where it is not as it should be.

    Nothing follows the end. What lies between a scan and the next segment is passed over.
    """
    position, scans = 2, 0
    while found := _MARKER.match(content, position):
        marker, position = found[1][0], found.end()
        if marker == _END:
            _check_end(content, position, scans)
            return
        segment = b"" if marker in _ALONE else _segment(content, position)
        position += len(segment)
        yield marker, segment
        if marker == _SCAN:
            scans, position = scans + 1, _after_scan(content, position)
        if scans > SCANS:
            raise ImageFaultError(f"it has more than {SCANS} scans")
    raise ImageFaultError("it is cut off")


def _check_end(content: bytes, position: int, scans: int) -> None:
    if not scans:
        raise ImageFaultError("it holds no picture")
    if position != len(content):
        raise ImageFaultError("something follows its end")


def _segment(content: bytes, position: int) -> bytes:
    begin = content[position : position + _LENGTH.size]
    length = _LENGTH.unpack(begin)[0] if len(begin) == _LENGTH.size else 0
    segment = content[position : position + length]
    if length < _LENGTH.size or len(segment) < length:
        raise ImageFaultError("it is cut off")
    return segment


def _after_scan(content: bytes, position: int) -> int:
    found = _AFTER_SCAN.search(content, position)
    if found is None:
        raise ImageFaultError("it is cut off")
    return found.start()


def size(frame: bytes) -> tuple[int, int]:
    """Return the width and the height that a frame tells."""
    if len(frame) < _FRAME.size:
        raise ImageFaultError("its header is too short")
    height, width = _FRAME.unpack_from(frame)
    return width, height
