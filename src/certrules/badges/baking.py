"""How is a credential put into the picture of a badge, and read back?"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE

from certrules.badges import jpeg, png, svg, tokens
from certrules.errors import BadgeError, InvalidValueError

__all__ = ["LARGEST", "bake", "media_type", "read"]

LARGEST = 10_000_000
"""How many bytes a picture may have."""

_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # marks of byte order, and white space


def media_type(image: bytes) -> str:
    """Return what kind of picture this is, by its content: a PNG, a JPEG or an SVG.

    Raises :class:`~certrules.errors.BadgeError` for anything else: for a PNG without its header, a
    JPEG without a frame, and XML whose root is no ``<svg>``. Pixels are not looked at.

    >>> media_type(b'<svg xmlns="http://www.w3.org/2000/svg"></svg>')
    'image/svg+xml'
    """
    kind = _kind(image)
    _CHECKS[kind](image)
    return kind


def _kind(image: bytes) -> str:
    """Return what kind of picture this is, by how it begins."""
    _check_size(image)
    if image.startswith(png.SIGNATURE):
        return "image/png"
    if image.startswith(jpeg.SIGNATURE):
        return "image/jpeg"
    if _is_xml(image):
        return "image/svg+xml"
    raise BadgeError("the picture is neither a PNG, nor a JPEG, nor an SVG")


_CHECKS = {"image/png": png.size, "image/jpeg": jpeg.size, "image/svg+xml": svg.check}


def bake(image: bytes, token: str) -> bytes:
    """Return a PNG or an SVG with a credential in it, instead of any that it had.

    Nothing else of the picture changes: what an SVG refers to is not fetched, and its scripts stay
    in it. A JPEG has no place for a credential: make it a PNG first, by
    :func:`certrules.images.as_png`. Raises :class:`~certrules.errors.BadgeError` for another kind
    of image, for a damaged one and for what is no token; whether the badge is genuine is not asked.
    A picture that is not given as bytes is an :class:`~certrules.errors.InvalidValueError`, and so
    is a token that is no text.

    >>> from cryptography.hazmat.primitives.asymmetric import ec
    >>> from certrules.badges.credential import Issuer, credential
    >>> from certrules.badges.signing import KeySigner, sign
    >>> from certrules.model.badges import Badge
    >>> badge = Badge("0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1", "1", "fa", 1,
    ...     datetime(2024, 1, 1, tzinfo=UTC), None, status_list=1, index=7)
    >>> academy = Issuer("https://academy.example", "The Academy")
    >>> made = credential(badge, Certification("fa", "First aid"), issuer=academy)
    >>> token = sign(made, KeySigner(ec.generate_private_key(ec.SECP256R1())))
    >>> picture = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'
    >>> read(bake(picture, token)) == token
    True
    >>> bake(picture, "nonsense")
    Traceback (most recent call last):
        ...
    certrules.errors.BadgeError: a token has three parts between full stops, and this one has 1

    Rules: ALL-BADGE-04, ALL-ROLE-08.
    """
    if not isinstance(token, str):
        raise InvalidValueError("token", type(token).__name__, "a text, as of signing.sign")
    tokens.read(token)
    kind = _kind(image)
    if kind == "image/jpeg":
        raise BadgeError("a JPEG cannot hold a credential; make it a PNG first")
    put = png.put if kind == "image/png" else svg.put
    baked = put(image, token)
    read(baked)  # with it, a picture may just have grown too large to be read back
    return baked


def read(data: bytes) -> str:
    """Return the token in a PNG, in an SVG, or in a text that is nothing but the token.

    Raises :class:`~certrules.errors.BadgeError` where there is none, and
    :class:`~certrules.errors.InvalidValueError` for what is not given as bytes.

    >>> read(b"  a.b.c  ")
    'a.b.c'
    """
    _check_size(data)
    if data.startswith(jpeg.SIGNATURE):
        raise BadgeError("a JPEG cannot hold a credential: the badge is the PNG made of it")
    found = _taken(data)
    if not found:
        raise BadgeError("there is no credential in it: it is empty")
    return found


def _taken(data: bytes) -> str:
    if data.startswith(png.SIGNATURE):
        return png.taken(data)
    if _is_xml(data):
        return svg.taken(data)
    utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))  # as some shells write it
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadgeError("neither a PNG, nor an SVG, nor a token") from None


def _is_xml(data: bytes) -> bool:
    return data.lstrip(_BEFORE_XML).startswith(b"<")


def _check_size(data: bytes) -> None:
    if not isinstance(data, bytes):
        raise InvalidValueError("picture", type(data).__name__, "bytes, as they are in the file")
    if len(data) > LARGEST:
        raise BadgeError(f"{len(data):,} bytes are more than {LARGEST:,}")
