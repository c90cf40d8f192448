"""What is known of an image without showing it?"""

from enum import Enum

from attrs import frozen

__all__ = ["ImageFacts", "ImageFormat"]


class ImageFormat(Enum):
    """A format that a badge image may have, as its content says.

    Rules: ALL-BADGE-04.
    """

    PNG = "png"
    JPEG = "jpeg"

    def __str__(self) -> str:
        return self.value


@frozen
class ImageFacts:
    """The format of an image, None where its content is of no known one, and its size in pixels.

    ``fault`` says why it cannot be shown, where it cannot.
    """

    format: ImageFormat | None
    width: int = 0
    height: int = 0
    fault: str | None = None
