"""What is an image, by its content alone, and can it be shown?

Needs Pillow, the extra ``images``. Images come from strangers: of a large one only the header is
read, nothing that it says of itself is believed without its content, and whatever goes wrong in
reading it is a fact about it, never an exception.
"""

import warnings
from io import BytesIO

from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from certrules.errors import BadgeError
from certrules.model.images import ImageFacts, ImageFormat

__all__ = ["as_png", "read"]

DECODED = 1_000_000
"""How many pixels an image has at most that is decoded to see whether it is whole."""
SCANS = 100
"""How many scans a JPEG has at most: each is a pass over all pixels, and ten are usual."""

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": ImageFormat.PNG,
    b"\xff\xd8\xff": ImageFormat.JPEG,
}
_READERS: dict[ImageFormat, type[ImageFile]] = {
    ImageFormat.PNG: PngImageFile,
    ImageFormat.JPEG: JpegImageFile,
}


def read(content: bytes) -> ImageFacts:
    r"""Return what the content of an image file says of it.

    >>> read(b"GIF89a")
    ImageFacts(format=None, width=0, height=0, damaged=False)
    >>> read(b"\x89PNG\r\n\x1a\n and then nothing").damaged
    True

    Rules: ALL-BADGE-04, INT-39.
    """
    found = (known for signature, known in _SIGNATURES.items() if content.startswith(signature))
    format_ = next(found, None)
    if format_ is None:
        return ImageFacts(None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow remarks on an image is no news of the host's
        return _read(content, format_)


def as_png(content: bytes) -> bytes:
    r"""Return an image as a PNG: what is one stays as it is, a JPEG is converted.

    Raises :class:`~certrules.errors.BadgeError` for anything else, for a damaged image, and for one
    that is too large to be a badge.

    >>> as_png(b"GIF89a")
    Traceback (most recent call last):
        ...
    certrules.errors.BadgeError: the image is neither a PNG nor a JPEG

    Rules: ALL-BADGE-04.
    """
    facts = read(content)
    if facts.format is None:
        raise BadgeError("the image is neither a PNG nor a JPEG")
    if facts.damaged or facts.width * facts.height > DECODED:
        raise BadgeError(f"the {facts.format} is damaged, or has more than {DECODED:,} pixels")
    if facts.format is ImageFormat.PNG:
        return content
    converted = BytesIO()
    with JpegImageFile(BytesIO(content)) as image:
        image.convert("RGB").save(converted, "PNG")
    return converted.getvalue()


def _read(content: bytes, format_: ImageFormat) -> ImageFacts:
    width = height = 0
    try:
        # not Image.open, which refuses images of many pixels without telling how many
        with _READERS[format_](BytesIO(content)) as image:
            width, height = image.size
            damaged = width * height <= DECODED and _damaged(image, content)
    except Exception:  # noqa: BLE001 - there is no end to what a broken image makes Pillow raise
        damaged = True
    return ImageFacts(format_, width, height, damaged)


def _damaged(image: ImageFile, content: bytes) -> bool:
    if isinstance(image, JpegImageFile) and content.count(b"\xff\xda") > SCANS:
        return True
    image.load()
    return False
