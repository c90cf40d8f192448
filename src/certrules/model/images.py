"""Images: what is known of one without showing it."""

from attrs import frozen

from certrules.words import Word

__all__ = ["ImageFormat", "ImageInfo"]


class ImageFormat(Word):
    """A format that a badge image may have, by its content.

    Rules: ALL-BADGE-04.
    """

    PNG = "png"
    JPEG = "jpeg"


@frozen
class ImageInfo:
    """The format of an image, None if its content is of neither, and its size in pixels.

    ``fault`` says why it cannot be shown, None if it can.
    """

    format: ImageFormat | None
    width: int = 0
    height: int = 0
    fault: str | None = None
