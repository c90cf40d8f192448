"""Images: what is known of one without showing it."""

from enum import Enum

from attrs import frozen

__all__ = ["ImageFormat", "ImageInfo"]


class ImageFormat(Enum):
    """A format that a badge image may have, by its content.

    Rules: ALL-BADGE-04.
    """

    PNG = "png"
    JPEG = "jpeg"

    def __str__(self) -> str:
        return self.value


@frozen
class ImageInfo:
    """The format of an image, None if its content is of neither, and its size in pixels.

    ``fault`` says why it cannot be shown, None if it can.
    """

    format: ImageFormat | None
    width: int = 0
    height: int = 0
    fault: str | None = None
