"""Images: what a file is by its content alone, and whether it can be shown.

Needs Pillow, the extra ``images``. Images come from strangers, so a file is first walked through
from beginning to end without decoding it, and Pillow decodes only what is whole and small.
"""

import warnings
import zlib
from contextlib import suppress
from io import BytesIO
from struct import Struct

try:
    from PIL import ImageOps
    from PIL.ImageFile import ImageFile
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
except ImportError as _error:
    hint = "images are read by Pillow: pip install 'certrules[images]'"
    raise ImportError(hint, name=_error.name) from _error

from certrules import imagefiles
from certrules.errors import BadgeError, InvalidValueError
from certrules.imagefiles import LARGEST
from certrules.model.badges import ImageFormat, ImageInfo

DECODED = 1_000_000
"""How many pixels an image has at most that is decoded to see whether it is whole."""
BAKED = 2048 * 2048
"""How many pixels a PNG has at most that is to hold a credential."""


def read(content: bytes) -> ImageInfo:
    r"""Return what the content of an image file says about it.

    Every part of the file must be there, with all its pixels. The checksums of a PNG must be right,
    and nothing may follow the end. A JPEG has no checksums: a changed pixel goes unnoticed.
    Raises :class:`~certrules.errors.InvalidValueError` only if the content is no ``bytes``.

    >>> read(b"GIF89a").format is None
    True
    >>> read(b"\x89PNG\r\n\x1a\n and then nothing").fault
    'the PNG is cut off'

    Rules: ALL-BADGE-04, INT-39.
    """
    if not isinstance(content, bytes):
        raise InvalidValueError("content of an image", type(content), "bytes")
    format_ = imagefiles.format_of(content)
    if format_ is None:
        return ImageInfo(None)
    if len(content) > LARGEST:
        return ImageInfo(format_, fault=f"the image has more than {LARGEST:,} bytes")
    width = height = 0
    try:
        width, height = imagefiles.size(content)
        imagefiles.check_whole(content)
        if width * height <= DECODED:
            _check_pixels(content)
    except BadgeError as error:
        return ImageInfo(format_, width, height, str(error))
    return ImageInfo(format_, width, height)


def check_png(content: bytes) -> None:
    """Raise BadgeError unless all pixels of a PNG are there, :data:`BAKED` of them at most.

    It may be animated: only its first picture is looked at.
    """
    width, height = imagefiles.size(content)
    if width * height > BAKED:
        raise BadgeError(f"the PNG has more than {BAKED:,} pixels")
    _check_pixels(content)


def _check_pixels(content: bytes) -> None:
    if imagefiles.format_of(content) is ImageFormat.PNG:
        _check_rows(content)
        _decode(content, PngImageFile)
        return
    # No decoder says that a scan lacks pixels; but then, more bytes before the end change it.
    longer = content[:-2].rstrip(b"\xff") + b"\x7a\xb5" * 100 + content[-2:]
    if _decode(content, JpegImageFile) != _decode(longer, JpegImageFile):
        raise BadgeError("the JPEG is cut off")


_HEADER = Struct(">IIBBBBB")
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))


def _check_rows(image: bytes) -> None:
    """Raise BadgeError unless the data of a PNG inflate to exactly the rows that it says."""
    (_, header), *others = imagefiles.chunks(image)
    stream, said = zlib.decompressobj(), _rows_size(header)
    try:
        data = b"".join(data for kind, data in others if kind == b"IDAT")
        rows = stream.decompress(data, said + 1)
    except zlib.error as error:
        raise BadgeError("the pixels of the PNG cannot be inflated") from error
    if len(rows) != said or not stream.eof:
        raise BadgeError("the PNG has fewer or more pixels than it says")


def _rows_size(header: memoryview) -> int:
    """Return how many bytes all rows have, each behind a byte that names its filter."""
    width, height, depth, colour, _, _, interlaced = _HEADER.unpack(header)
    bits = depth * _SAMPLES.get(colour, 0)
    passes = (*_PASSES, (0, 1, 1, 2)) if interlaced else ((0, 0, 1, 1),)
    sizes = ((len(range(x, width, dx)), len(range(y, height, dy))) for x, y, dx, dy in passes)
    return sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns)


def _decode(content: bytes, reader: type[ImageFile]) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow remarks on an image is no news of the host's
        try:
            with reader(BytesIO(content)) as image:
                return image.tobytes()
        except Exception as error:  # there is no end to what a broken image makes Pillow raise
            raise BadgeError("the pixels of the image cannot be decoded") from error


def as_png(content: bytes) -> bytes:
    """Return an image as a PNG: a PNG unchanged, a JPEG converted.

    Of a JPEG only the pixels are kept, turned upright if its EXIF says that it lies on its side.
    Raises :class:`~certrules.errors.BadgeError` if the image is neither, damaged, or too large.

    >>> as_png(b"GIF89a")
    Traceback (most recent call last):
        ...
    certrules.errors.BadgeError: the image is neither a PNG nor a JPEG

    Rules: ALL-BADGE-04.
    """
    info = read(content)
    if info.format is None:
        raise BadgeError("the image is neither a PNG nor a JPEG")
    if info.fault is not None:
        raise BadgeError(info.fault)
    if info.width * info.height > DECODED:
        raise BadgeError(f"the {info.format} has more than {DECODED:,} pixels")
    if info.format is ImageFormat.PNG:
        return content
    with JpegImageFile(BytesIO(content)) as image, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with suppress(Exception):  # an orientation that cannot be read turns nothing
            ImageOps.exif_transpose(image, in_place=True)
        pixels = image.convert("RGB")
    pixels.info.clear()  # where it was taken, and by what camera
    pixels.save(converted := BytesIO(), "PNG")
    return converted.getvalue()
