"""What is an image, by its content alone, and can it be shown?

Needs Pillow, the extra ``images``. Images come from strangers: a file is first walked through from
its beginning to its end, without decoding anything, and only what is whole and small is decoded.
Whatever goes wrong in reading it is a fact about it, never an exception.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import TypeVar

try:
    from PIL import ExifTags
    from PIL.Image import Transpose
    from PIL.ImageFile import ImageFile
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
except ImportError as _error:
    hint = "images are read by Pillow: pip install 'certrules[images]'"
    raise ImportError(hint, name=_error.name) from _error

from certrules.errors import BadgeError, InvalidValueError
from certrules.images import jpeg, png
from certrules.images.faults import ImageFaultError
from certrules.model.images import ImageFacts, ImageFormat

__all__ = ["LARGEST", "as_png", "read"]

LARGEST = 10_000_000
"""How many bytes an image file has at most."""
DECODED = 1_000_000
"""How many pixels an image has at most that is decoded to see whether it is whole."""
PARTS = 10_000
"""How many chunks or segments a file has at most."""

T = TypeVar("T")

_UPRIGHT: Mapping[object, Transpose] = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}

_SIGNATURES = {png.SIGNATURE: ImageFormat.PNG, jpeg.SIGNATURE: ImageFormat.JPEG}
_READERS: Mapping[ImageFormat, type[ImageFile]] = {
    ImageFormat.PNG: PngImageFile,
    ImageFormat.JPEG: JpegImageFile,
}


def read(content: bytes) -> ImageFacts:
    r"""Return what the content of an image file says of it.

    Every part of the file must be there, with all its pixels, the checksums of a PNG must be right,
    and nothing may follow the end. A JPEG has no checksums: that its scans are what they were,
    nobody can tell. Raises :class:`~certrules.errors.InvalidValueError` for what is no bytes.

    >>> read(b"GIF89a").format is None
    True
    >>> read(b"\x89PNG\r\n\x1a\n and then nothing").fault
    'it is cut off'

    Rules: ALL-BADGE-04, INT-39.
    """
    if not isinstance(content, bytes):
        raise InvalidValueError("content of an image", type(content), "bytes")
    found = (known for signature, known in _SIGNATURES.items() if content.startswith(signature))
    format_ = next(found, None)
    if format_ is None:
        return ImageFacts(None)
    sizes: list[tuple[int, int]] = []
    fault = None
    try:
        _check(content, format_, sizes)
    except ImageFaultError as error:
        fault = str(error)
    return ImageFacts(format_, *(sizes[0] if sizes else (0, 0)), fault)


def as_png(content: bytes) -> bytes:
    r"""Return an image as a PNG: what is one stays as it is, a JPEG is converted.

    Of a JPEG nothing but its pixels is kept, turned upright where its EXIF says that it was taken
    lying on its side. Raises :class:`~certrules.errors.BadgeError` for
    anything else, for a damaged image, and for one that is too large to be a badge.

    >>> as_png(b"GIF89a")
    Traceback (most recent call last):
        ...
    certrules.errors.BadgeError: the image is neither a PNG nor a JPEG

    Rules: ALL-BADGE-04.
    """
    facts = read(content)
    if facts.format is None:
        raise BadgeError("the image is neither a PNG nor a JPEG")
    if facts.fault is not None:
        raise BadgeError(f"the {facts.format} cannot be shown: {facts.fault}")
    if facts.width * facts.height > DECODED:
        raise BadgeError(f"the {facts.format} has more than {DECODED:,} pixels")
    if facts.format is ImageFormat.PNG:
        return content
    converted = BytesIO()
    with JpegImageFile(BytesIO(content)) as image:
        upright = _UPRIGHT.get(_orientation(image))
        pixels = image.convert("RGB")
    if upright is not None:
        pixels = pixels.transpose(upright)
    pixels.info.clear()  # where it was taken, and by what camera
    pixels.save(converted, "PNG")
    return converted.getvalue()


def _orientation(image: ImageFile) -> object:
    """Return how a picture is to be turned; None where nothing readable says so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return image.getexif().get(ExifTags.Base.Orientation)
        except Exception:  # noqa: BLE001 - as with pixels; and no viewer would turn it either
            return None


def _check(content: bytes, format_: ImageFormat, sizes: list[tuple[int, int]]) -> None:
    """Raise what is wrong with a file; its size is there before, where it is known."""
    if len(content) > LARGEST:
        raise ImageFaultError(f"it has more than {LARGEST:,} bytes")
    _WALKS[format_](content, sizes)
    if sizes[0][0] * sizes[0][1] <= DECODED:
        pixels = _decode(content, _READERS[format_])
        if format_ is ImageFormat.JPEG and pixels != _decode(_longer(content), JpegImageFile):
            raise ImageFaultError("it is cut off")


def _walk_png(content: bytes, sizes: list[tuple[int, int]]) -> None:
    parts = _few(png.chunks(content))
    header = png.header(next(parts)[1])
    sizes.append(_some(header.width, header.height))
    data = [part for kind, part in parts if kind == b"IDAT"]
    if header.width * header.height <= DECODED:
        png.check_rows(header, data)


def _walk_jpeg(content: bytes, sizes: list[tuple[int, int]]) -> None:
    for marker, segment in _few(jpeg.segments(content)):
        if marker in jpeg.FRAMES:
            sizes.append(_some(*jpeg.size(segment)))
    if len(sizes) != 1:
        raise ImageFaultError(f"it has {'several sizes' if sizes else 'no size'}")


def _some(width: int, height: int) -> tuple[int, int]:
    if not width or not height:
        raise ImageFaultError("it has no pixels")
    return width, height


def _few(parts: Iterator[T]) -> Iterator[T]:
    for number, part in enumerate(parts):
        if number == PARTS:
            raise ImageFaultError(f"it has more than {PARTS:,} parts")
        yield part


def _longer(content: bytes) -> bytes:
    """Return a JPEG with more before its end, which is read only where its last scan lacks some.

    Nothing else tells: what is missing is drawn grey, and no decoder says so.
    """
    scan, end = content[:-2].rstrip(b"\xff"), content[-2:]
    return scan + b"\x7a\xb5" * 100 + end


def _decode(content: bytes, reader: type[ImageFile]) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow remarks on an image is no news of the host's
        try:
            with reader(BytesIO(content)) as image:
                return image.tobytes()
        except Exception as error:  # there is no end to what a broken image makes Pillow raise
            raise ImageFaultError("its pixels cannot be decoded") from error


_WALKS: Mapping[ImageFormat, Callable[[bytes, list[tuple[int, int]]], None]] = {
    ImageFormat.PNG: _walk_png,
    ImageFormat.JPEG: _walk_jpeg,
}
