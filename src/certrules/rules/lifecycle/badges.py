"""Can an image be the badge of a certification?"""

from collections.abc import Iterator

from certrules.model.catalog import Certification
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.images import ImageInfo
from certrules.model.policy import DOCEBO, Policy
from certrules.rulebook import Rule

__all__ = ["about_image", "badge_image"]

SIDE = 500
"""How many pixels a badge is recommended to have, and may have at most, either way."""


def badge_image(image: ImageInfo | None, *, policy: Policy = DOCEBO) -> Granted | Refused:
    """Decide whether an image, or none, can be a certification's badge; no effects follow.

    A grant whose reason is the recommended size is a warning: the image has another.

    >>> from certrules.model.images import ImageFormat
    >>> print(badge_image(ImageInfo(ImageFormat.PNG, 501, 500)).reasons[0])
    501 by 500 pixels are more than 500 by 500 (ALL-BADGE-03)
    >>> print(badge_image(ImageInfo(ImageFormat.PNG, 400, 400)).reasons[0])
    400 by 400 pixels are accepted, and 500 by 500 recommended (ALL-BADGE-02)
    >>> print(badge_image(None, policy=ALLBOUND).reasons[0])
    a badge image is mandatory (ALL-BADGE-01)

    Rules: ALL-BADGE-01, ALL-BADGE-02, ALL-BADGE-03, ALL-BADGE-04, ALL-CERT-07, INT-39.
    """
    if image is None and not policy.badge_required:
        return Granted(reasons=(Reason(Rule.ALL_BADGE_01, "no badge image is needed here"),))
    reasons = tuple(_against(image))
    if reasons or image is None:
        return Refused(reasons)
    return Granted(reasons=(_because(image),))


def about_image(
    certification: Certification, image: ImageInfo | None, policy: Policy
) -> Granted | Refused:
    """Decide whether the image that a certification names can be its badge, if it is known at all.

    Rules: ALL-BADGE-04, ALL-BADGE-06.
    """
    if image is not None:
        return badge_image(image)
    if not policy.badge_required or not certification.badge_image:
        return Granted()
    text = f"{certification.badge_image} was not looked at: nobody knows whether it can be shown"
    return Granted(reasons=(Reason(Rule.ALL_BADGE_06, text),))


def _against(image: ImageInfo | None) -> Iterator[Reason]:
    if image is None:
        yield Reason(Rule.ALL_BADGE_01, "a badge image is mandatory")
    elif image.format is None:
        yield Reason(Rule.ALL_BADGE_04, "the content is neither a PNG nor a JPEG")
    else:
        yield from _against_content(image)


def _against_content(image: ImageInfo) -> Iterator[Reason]:
    if image.fault is not None:
        text = f"the badge image cannot be shown: {image.fault}"
        yield Reason(Rule.ALL_BADGE_04, text, (("format", image.format),))
    if max(image.width, image.height) > SIDE:
        text = f"{image.width} by {image.height} pixels are more than {SIDE} by {SIDE}"
        yield Reason(Rule.ALL_BADGE_03, text, _size(image))


def _because(image: ImageInfo) -> Reason:
    if (image.width, image.height) == (SIDE, SIDE):
        return Reason(Rule.ALL_BADGE_04, f"a {image.format} of {SIDE} by {SIDE} pixels")
    text = f"{image.width} by {image.height} pixels are accepted, and {SIDE} by {SIDE} recommended"
    return Reason(Rule.ALL_BADGE_02, text, _size(image))


def _size(image: ImageInfo) -> tuple[tuple[str, int], ...]:
    return ("width", image.width), ("height", image.height)
