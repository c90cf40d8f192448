"""Images: what is known of one without showing it."""

from certrules.model.values import Amount, value
from certrules.words import Word

__all__ = ["ImageFormat", "ImageInfo"]


class ImageFormat(Word):
    """A format that a badge image may have, by its content.

    Rules: ALL-BADGE-04.
    """

    PNG = "png"
    JPEG = "jpeg"


@value
class ImageInfo:
    """The format of an image, None if its content is of neither, and its size in pixels.

    ``fault`` says why it cannot be shown, None if it can.
    """

    format: ImageFormat | None
    width: Amount = 0
    height: Amount = 0
    fault: str | None = None
