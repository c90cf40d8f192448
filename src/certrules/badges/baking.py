"""How is a credential put into the picture of a badge, and read back?"""

from io import BytesIO

from certrules.badges import png, svg, tokens
from certrules.errors import BadgeError

__all__ = ["LARGEST", "bake", "read"]

LARGEST = 10_000_000
"""How many bytes a picture may have."""

_JPEG = b"\xff\xd8\xff"
_WIDEST = 4096


def bake(image: bytes, token: str) -> bytes:
    """Return a PNG or an SVG with a credential in it, instead of any that it had.

    A JPEG becomes a PNG first, for which Pillow is needed. Raises
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
    _check_size(image)
    if image.startswith(_JPEG):
        image = _as_png(image)
    return png.put(image, token) if image.startswith(png.SIGNATURE) else svg.put(image, token)


def read(data: bytes) -> str:
    """Return the token in a PNG, in an SVG, or in a text that is nothing but the token.

    Raises :class:`~certrules.errors.BadgeError` where there is none.

    >>> read(b"  a.b.c  ")
    'a.b.c'
    """
    _check_size(data)
    if data.startswith(png.SIGNATURE):
        return png.taken(data)
    if data.startswith(_JPEG):
        raise BadgeError("a JPEG cannot hold a credential")
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return svg.taken(data)
    try:
        return data.decode().strip()
    except UnicodeDecodeError:
        raise BadgeError("neither a PNG, nor an SVG, nor a token") from None


def _check_size(data: bytes) -> None:
    if len(data) > LARGEST:
        raise BadgeError(f"{len(data):,} bytes are more than {LARGEST:,}")


def _as_png(image: bytes) -> bytes:
    try:
        from PIL import Image
    except ImportError as error:
        raise BadgeError("a JPEG needs Pillow: pip install 'certrules[images]'") from error
    converted = BytesIO()
    try:
        with Image.open(BytesIO(image), formats=["JPEG"]) as opened:
            if max(opened.size) > _WIDEST:
                raise BadgeError(f"the JPEG is wider or higher than {_WIDEST:,} pixels")
            opened.save(converted, "PNG")
    except (OSError, SyntaxError, ValueError) as error:
        raise BadgeError(f"the JPEG cannot be read: {error}") from None
    return converted.getvalue()
