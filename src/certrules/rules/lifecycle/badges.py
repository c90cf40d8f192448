"""Badge images: can an image be the badge of a certification?"""

from collections.abc import Iterator

from certrules.model.badges import ImageInfo
from certrules.model.catalog import Certification
from certrules.model.decisions import Answer, Granted, Reason, Refused, because
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rules.feature import switched_off

SIDE = 500
"""How many pixels a badge is recommended to have, and may have at most, either way."""


def badge_image(image: ImageInfo | None, *, policy: Policy = DOCEBO) -> Answer:
    """Decide whether an image, or none, can be a certification's badge; no effects follow.

    A grant whose reason is the recommended size is a warning: the image has another.

    >>> from certrules.model.badges import ImageFormat
    >>> print(badge_image(ImageInfo(ImageFormat.PNG, 501, 500)).reasons[0])
    501 by 500 pixels are more than 500 by 500 (ALL-BADGE-03)
    >>> print(badge_image(ImageInfo(ImageFormat.PNG, 400, 400)).reasons[0])
    400 by 400 pixels are accepted, and 500 by 500 recommended (ALL-BADGE-02)
    >>> print(badge_image(None, policy=ALLBOUND).reasons[0])
    a badge image is mandatory for a published certification (ALL-BADGE-01)

    Rules: ALL-BADGE-01, ALL-BADGE-02, ALL-BADGE-03, ALL-BADGE-04, ALL-CERT-07, INT-39.
    """
    if off := switched_off(policy):
        return Refused(off)
    if image is None and not policy.badge_required:
        return Granted(reasons=(because(ReasonCode.IMAGE_NOT_NEEDED),))
    reasons = tuple(_objections(image))
    if reasons or image is None:
        return Refused(reasons)
    if (image.width, image.height) == (SIDE, SIDE):
        fits = because(ReasonCode.IMAGE_AS_RECOMMENDED, format=image.format, side=SIDE)
        return Granted(reasons=(fits,))
    return Granted(reasons=(because(ReasonCode.IMAGE_OF_OTHER_SIZE, **_size(image)),))


def about_image(certification: Certification, image: ImageInfo | None, policy: Policy) -> Answer:
    """Decide whether the image that a certification names can be its badge, if it is known at all.

    Rules: ALL-BADGE-04, ALL-BADGE-06.
    """
    if image is not None:
        return badge_image(image)
    if not policy.badge_required or not certification.badge_image:
        return Granted()
    return Granted(
        reasons=(because(ReasonCode.IMAGE_NOT_CHECKED, image=certification.badge_image),)
    )


def _objections(image: ImageInfo | None) -> Iterator[Reason]:
    if image is None:
        yield because(ReasonCode.IMAGE_REQUIRED)
    elif image.format is None:
        yield because(ReasonCode.IMAGE_FORMAT_UNKNOWN)
    else:
        if image.fault is not None:
            yield because(ReasonCode.IMAGE_BROKEN, format=image.format, fault=image.fault)
        if max(image.width, image.height) > SIDE:
            yield because(ReasonCode.IMAGE_TOO_LARGE, **_size(image))


def _size(image: ImageInfo) -> dict[str, int]:
    return {"width": image.width, "height": image.height, "side": SIDE}
