"""How is a credential put into the picture of a badge, and read back?"""

from certrules.badges import png, svg, tokens
from certrules.errors import BadgeError

__all__ = ["JPEG", "LARGEST", "bake", "read"]

LARGEST = 10_000_000
"""How many bytes a picture may have."""

JPEG = b"\xff\xd8\xff"
"""How a JPEG begins, which has no place for a credential."""


def bake(image: bytes, token: str) -> bytes:
    """Return a PNG or an SVG with a credential in it, instead of any that it had.

    A JPEG has no place for one: make it a PNG first, by :func:`certrules.images.as_png`. Raises
    :class:`~certrules.errors.BadgeError` for another kind of image, for a damaged one and for what
    is no token; whether the badge is genuine is not asked.

    >>> token = "eyJ9.e30.c2ln"
    >>> svg = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'
    >>> bake(svg, "nonsense")
    Traceback (most recent call last):
        ...
    certrules.errors.BadgeError: a token has three parts between full stops, and this one has 1

    Rules: ALL-BADGE-04, ALL-ROLE-08.
    """
    tokens.read(token)
    _check_kind(image)
    return png.put(image, token) if image.startswith(png.SIGNATURE) else svg.put(image, token)


def read(data: bytes) -> str:
    """Return the token in a PNG, in an SVG, or in a text that is nothing but the token.

    Raises :class:`~certrules.errors.BadgeError` where there is none.

    >>> read(b"  a.b.c  ")
    'a.b.c'
    """
    _check_kind(data)
    if data.startswith(png.SIGNATURE):
        return png.taken(data)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return svg.taken(data)
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        raise BadgeError("neither a PNG, nor an SVG, nor a token") from None


def _check_kind(data: bytes) -> None:
    if len(data) > LARGEST:
        raise BadgeError(f"{len(data):,} bytes are more than {LARGEST:,}")
    if data.startswith(JPEG):
        raise BadgeError("a JPEG cannot hold a credential; make it a PNG first")
