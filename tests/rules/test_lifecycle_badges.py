"""A badge is a PNG or a JPEG, whole, of at most 500 pixels either way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules import ALLBOUND, DOCEBO, Policy
from certrules.model.badges import ImageFormat, ImageInfo
from certrules.model.decisions import Decision
from certrules.rules import lifecycle

PNG, JPEG = ImageFormat


def rules(decided: Decision) -> list[str]:
    return [reason.rule.id for reason in decided.reasons]


@pytest.mark.rule("ALL-BADGE-02", "ALL-BADGE-03", "ALL-BADGE-04", "INT-39")
@pytest.mark.parametrize("format_", ImageFormat)
@pytest.mark.parametrize(
    ("width", "height", "granted", "rule"),
    [
        (500, 500, True, "ALL-BADGE-04"),
        (400, 400, True, "ALL-BADGE-02"),
        (500, 499, True, "ALL-BADGE-02"),
        (1, 500, True, "ALL-BADGE-02"),
        (501, 500, False, "ALL-BADGE-03"),
        (500, 501, False, "ALL-BADGE-03"),
        (1, 501, False, "ALL-BADGE-03"),
    ],
)
def test_the_size_decides(
    format_: ImageFormat, width: int, height: int, granted: bool, rule: str
) -> None:
    decided = lifecycle.badge_image(ImageInfo(format_, width, height))
    assert (bool(decided), rules(decided)) == (granted, [rule])


@pytest.mark.rule("ALL-BADGE-04", "INT-39")
def test_the_content_decides_what_it_is() -> None:
    assert rules(lifecycle.badge_image(ImageInfo(None))) == ["ALL-BADGE-04"]
    damaged = lifecycle.badge_image(ImageInfo(JPEG, 500, 500, "the JPEG is cut off"))
    assert "the badge image cannot be shown: the JPEG is cut off" in damaged.reasons[0].text
    both = lifecycle.badge_image(ImageInfo(PNG, 501, 1, "the JPEG is cut off"))
    assert rules(both) == ["ALL-BADGE-04", "ALL-BADGE-03"]
    assert not both


@pytest.mark.rule("ALL-BADGE-01", "ALL-CERT-07", "ALL-BADGE-06")
def test_a_badge_is_mandatory_where_the_platform_says_so() -> None:
    assert rules(lifecycle.badge_image(None, policy=ALLBOUND)) == ["ALL-BADGE-01"]
    assert not lifecycle.badge_image(None, policy=ALLBOUND)
    assert lifecycle.badge_image(None, policy=DOCEBO)


@pytest.mark.law
@pytest.mark.rule("INT-39")
@given(
    st.none()
    | st.builds(
        ImageInfo,
        st.none() | st.sampled_from(ImageFormat),
        st.integers(0, 1000),
        st.integers(0, 1000),
        st.none() | st.just("the JPEG is cut off"),
    ),
    st.sampled_from([DOCEBO, ALLBOUND]),
)
def test_every_answer_says_why(image: ImageInfo | None, policy: Policy) -> None:
    decided = lifecycle.badge_image(image, policy=policy)
    assert decided.reasons
    assert not decided or image is None or (image.format and image.fault is None)
