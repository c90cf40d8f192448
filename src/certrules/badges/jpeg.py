"""Does a JPEG tell the size of a picture?"""

import re

from certrules.errors import BadgeError

__all__ = ["SIGNATURE", "check"]

SIGNATURE = b"\xff\xd8\xff"

_MOST_SEGMENTS = 10_000
_SEGMENT = re.compile(rb"\xff++([\xc0-\xfe])(..)", re.DOTALL)
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SCAN = 0xDA


def check(image: bytes) -> None:
    """Raise BadgeError unless the frame of a JPEG is there, before anything is drawn."""
    position = 2
    for _ in range(_MOST_SEGMENTS):
        found = _SEGMENT.match(image, position)
        if found is None or found[1][0] == _SCAN:
            break
        length = int.from_bytes(found[2])
        position = found.end(1) + length
        if found[1][0] in _FRAMES and length > 10 and position <= len(image):
            return
    raise BadgeError("the JPEG holds no picture")
