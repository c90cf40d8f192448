"""What can be wrong with an image?"""

__all__ = ["ImageFaultError"]


class ImageFaultError(Exception):
    """What is wrong with an image, in words that begin with ``it``."""
