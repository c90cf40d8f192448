"""How a badge is shown to others."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules.badges import sharing
from certrules.badges.sharing import Page
from certrules.errors import InvalidValueError
from certrules.model.badges import BadgeState
from tests.badges.samples import BADGE, DURING, FIRST_AID, SINCE, UNTIL
from tests.badges.test_baking import SVG, picture

PAGE = sharing.page(
    BADGE,
    FIRST_AID,
    recipient="Ada Lovelace",
    issuer="The Academy",
    state=BadgeState.VALID,
    at=DURING,
)


def asked(**changes: object) -> dict[str, list[str]]:
    link = sharing.linkedin_link(
        **{  # type: ignore[arg-type]
            "name": "First aid",
            "issued_at": SINCE,
            "expires_at": UNTIL,
            "zone": "UTC",
            "url": "https://academy.example/b/1",
            "id": "1",
            "organization": 1337,
            **changes,
        }
    )
    parts = urlsplit(link)
    assert (parts.netloc, parts.path) == ("www.linkedin.com", "/profile/add")
    return parse_qs(parts.query, strict_parsing=True)


@pytest.mark.rule("ALL-ROLE-08", "ALL-ROLE-09")
def test_the_link_to_linkedin() -> None:
    assert asked() == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["First aid"],
        "organizationId": ["1337"],
        "issueYear": ["2024"],
        "issueMonth": ["1"],
        "expirationYear": ["2025"],
        "expirationMonth": ["1"],
        "certUrl": ["https://academy.example/b/1"],
        "certId": ["1"],
    }


def test_months_are_those_of_the_viewers_zone() -> None:
    in_new_york = asked(zone="America/New_York")
    assert (in_new_york["issueYear"], in_new_york["issueMonth"]) == (["2023"], ["12"])
    assert (in_new_york["expirationYear"], in_new_york["expirationMonth"]) == (["2024"], ["12"])


def test_what_never_expires_has_no_expiration() -> None:
    assert not {"expirationYear", "expirationMonth"} & asked(expires_at=None).keys()


def test_an_organization_may_be_known_by_name() -> None:
    assert asked(organization="Ådal & Co")["organizationName"] == ["Ådal & Co"]


@pytest.mark.law
@given(st.text(min_size=1).filter(str.isprintable), st.text(min_size=1).filter(str.isprintable))
def test_everything_in_the_link_is_encoded(name: str, url: str) -> None:
    found = asked(name=name, url=url)
    assert (found["name"], found["certUrl"]) == ([name], [url])


@pytest.mark.rule("INT-42")
def test_what_the_page_tells() -> None:
    assert (
        Page(
            recipient="Ada Lovelace",
            certification="First aid",
            issuer="The Academy",
            state=BadgeState.VALID,
            at=DURING,
            issued_at=SINCE,
            expires_at=UNTIL,
            skills=("CPR", "Bandaging"),
            criteria="Pass the test.",
            id="urn:uuid:0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1",
        )
        == PAGE
    )


class Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.rule("INT-42")
@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (BadgeState.VALID, "genuine, and valid"),
        (BadgeState.NOT_YET_VALID, "not valid yet"),
        (BadgeState.EXPIRED, "has expired"),
        (BadgeState.SUSPENDED, "suspended this badge"),
        (BadgeState.REVOKED, "revoked this badge"),
    ],
)
def test_the_page_shows_it_all(state: BadgeState, sentence: str) -> None:
    text = Reader(sharing.html(evolve(PAGE, state=state), zone="UTC")).text
    for shown in (
        "Ada Lovelace",
        "First aid",
        "The Academy",
        "1 January 2024",
        "1 January 2025",
        "CPR",
        "Bandaging",
        "Pass the test.",
        str(state),
        sentence,
        "1 June 2024, 00:00 (UTC)",
    ):
        assert shown in text


def test_days_are_those_of_the_zone_and_never_is_said() -> None:
    page = sharing.html(evolve(PAGE, expires_at=None), zone="America/New_York")
    assert "31 December 2023" in Reader(page).text
    assert "Never" in Reader(page).text


@pytest.mark.parametrize(
    ("image", "starts"),
    [
        (picture(), "data:image/png;base64,iVBOR"),
        (picture("JPEG"), "data:image/jpeg;base64,/9j"),
        (SVG, "data:image/svg+xml;base64,PD94"),
    ],
    ids=["PNG", "JPEG", "SVG"],
)
def test_the_picture_is_in_the_page_and_nothing_is_fetched(image: bytes, starts: str) -> None:
    read = Reader(sharing.html(PAGE, zone="UTC", image=image))
    (source,) = read.references
    assert source.startswith(starts)
    assert "script" not in read.tags
    with pytest.raises(InvalidValueError, match="image"):
        sharing.html(PAGE, zone="UTC", image=b"GIF89a")


def test_whatever_a_page_shows_is_escaped() -> None:
    bad = "</title><script>alert('1')</script><img src=x onerror=\"x\">{0}&amp;"
    page = evolve(PAGE, recipient=bad, certification=bad, issuer=bad, criteria=bad, skills=(bad,))
    made = sharing.html(evolve(page, id=bad), zone="UTC", image=picture())
    plain = sharing.html(PAGE, zone="UTC", image=picture())
    assert Reader(made).tags.count("img") == 1
    assert len(Reader(made).tags) == len(Reader(plain).tags) - 1  # one skill, not two
    assert Reader(made).text.count(bad) == 8


def test_a_date_at_the_edge_of_the_calendar() -> None:
    last = datetime(9999, 12, 31, 12, tzinfo=UTC)
    assert "31 December 9999" in sharing.html(evolve(PAGE, expires_at=last), zone="UTC")
