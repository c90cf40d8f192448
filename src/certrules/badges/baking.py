"""Baking: a credential is put into the picture of a badge, and read back."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE

from certrules import imagefiles
from certrules.badges import svg, tokens
from certrules.errors import BadgeError, InvalidValueError
from certrules.imagefiles import LARGEST

_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # marks of byte order, and white space
_PNG, _JPEG, _SVG = "image/png", "image/jpeg", "image/svg+xml"
_KEYWORD = b"openbadgecredential"


def media_type(image: bytes) -> str:
    """Return what kind of picture this is by its content: a PNG, a JPEG or an SVG.

    Pixels are not looked at. Raises :class:`~certrules.errors.BadgeError` for anything else, such
    as a PNG without its header, a JPEG without a frame, or XML whose root is no ``<svg>``.

    >>> media_type(b'<svg xmlns="http://www.w3.org/2000/svg"></svg>')
    'image/svg+xml'
    """
    kind = _picture_kind(image)
    if kind == _SVG:
        svg.check(image)
    else:
        imagefiles.size(image)
    return kind


def _picture_kind(image: bytes) -> str:
    kind = _kind(image)
    if kind is None:
        raise BadgeError("the picture is neither a PNG, nor a JPEG, nor an SVG")
    return kind


def _kind(data: bytes) -> str | None:
    """Return what kind of picture this is by how it begins, None if it is none."""
    if not isinstance(data, bytes):
        raise InvalidValueError("picture", type(data).__name__, "bytes, as they are in the file")
    if len(data) > LARGEST:
        raise BadgeError(f"{len(data):,} bytes are more than {LARGEST:,}")
    if format_ := imagefiles.format_of(data):
        return f"image/{format_}"
    return _SVG if data.lstrip(_BEFORE_XML).startswith(b"<") else None


def bake(image: bytes, token: str) -> bytes:
    """Return a PNG or an SVG with a credential in it, in place of any that it had.

    Nothing else of the picture changes: what an SVG refers to is not fetched, and its scripts stay
    in it. Bytes after the end of a PNG are left out. A JPEG has no place for a credential: make it
    a PNG with :func:`certrules.images.as_png` first. Whether the badge is genuine is not asked.
    Raises :class:`~certrules.errors.BadgeError` for another kind of image, a damaged one, a PNG
    that lacks pixels or has more than :data:`certrules.images.BAKED`, or a text that is no token,
    and :class:`~certrules.errors.InvalidValueError` for a wrong type.

    >>> picture = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>'
    >>> read(bake(picture, "e30.e30."))  # nobody has signed it
    'e30.e30.'
    >>> bake(picture, "nonsense")
    Traceback (most recent call last):
        ...
    certrules.errors.BadgeError: a token has three parts between full stops, and this one has 1

    Rules: ALL-BADGE-04, ALL-ROLE-08.
    """
    if not isinstance(token, str):
        raise InvalidValueError("token", type(token).__name__, "a text, as of signing.sign")
    tokens.read(token)
    kind = _picture_kind(image)
    if kind == _JPEG:
        raise BadgeError("a JPEG cannot hold a credential; make it a PNG first")
    baked = _put(image, token) if kind == _PNG else svg.put(image, token)
    read(baked)  # the token may have made the picture too large to be read
    if kind == _PNG:
        from certrules import images  # Pillow, which nothing else needs here

        images.check_png(baked)
    return baked


def read(data: bytes) -> str:
    """Return the token in a PNG, in an SVG, or in a text that is nothing but the token.

    Raises :class:`~certrules.errors.BadgeError` if there is none, and
    :class:`~certrules.errors.InvalidValueError` if the data are no bytes.

    >>> read(b"  a.b.c  ")
    'a.b.c'
    """
    kind = _kind(data)
    if kind == _JPEG:
        raise BadgeError("a JPEG cannot hold a credential: the badge is the PNG made of it")
    if kind is None:
        found = [_text(data)]
    elif kind == _PNG:
        found = _tokens(data)
    else:
        found = svg.tokens(data)
    if len(found) != 1:
        name = "PNG" if kind == _PNG else "SVG"
        raise BadgeError(f"the {name} holds {'no' if not found else len(found)} credentials")
    if not found[0]:
        raise BadgeError("there is no credential in it: it is empty")
    return found[0]


def _text(data: bytes) -> str:
    is_utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))  # as some shells write it
    try:
        return data.decode("utf-16" if is_utf16 else "utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadgeError("neither a PNG, nor an SVG, nor a token") from None


def _put(image: bytes, token: str) -> bytes:
    """Return a PNG with a token in it, in a chunk before the last."""
    *kept, end = (each for each in imagefiles.chunks(image) if not _is_ours(*each))
    ours = b"iTXt", memoryview(_KEYWORD + b"\0\0\0\0\0" + token.encode("ascii"))
    return imagefiles.png((*kept, ours, end))


def _tokens(image: bytes) -> list[str]:
    """Return the tokens in a PNG, which should be one; BadgeError if one cannot be read."""
    found = [data for kind, data in imagefiles.chunks(image) if _is_ours(kind, data)]
    return [_chunk_text(bytes(data[len(_KEYWORD) + 1 :])) for data in found]


def _is_ours(kind: bytes, data: memoryview) -> bool:
    return kind == b"iTXt" and bytes(data[: len(_KEYWORD) + 1]).partition(b"\0")[0] == _KEYWORD


def _chunk_text(data: bytes) -> str:
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
