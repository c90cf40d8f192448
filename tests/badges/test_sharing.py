"""How a badge is shown to others."""

import re
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules.badges import sharing
from certrules.badges.sharing import Page
from certrules.errors import BadgeError, InvalidValueError
from certrules.model.badges import BadgeState
from tests.badges.samples import BADGE, DURING, SINCE, UNTIL
from tests.badges.test_baking import SVG, picture

PAGE = Page(
    recipient="Ada Lovelace",
    certification="First aid",
    issuer="The Academy",
    state=BadgeState.VALID,
    at=DURING,
    issued_at=SINCE,
    expires_at=UNTIL,
    skills=("CPR", "Bandaging"),
    criteria="Pass the test.",
    id=f"urn:uuid:{BADGE.id}",
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
@given(st.text().filter(str.isprintable).filter(str.strip), st.text().filter(str.isprintable))
def test_everything_in_the_link_is_encoded(name: str, path: str) -> None:
    url = "https://academy.example/" + path.replace(" ", "")
    found = asked(name=name, url=url, organization=f"{name}.", id=name)
    assert (found["name"], found["certUrl"], found["certId"]) == ([name], [url], [name])
    assert found["organizationName"] == [f"{name}."]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//academy.example/b",
        "/b/1",
        "academy.example/b/1",
        "https://",
        "https:///b",
        "https://academy.example/ b",
        "http://[::1",
        "https://:80",
        "https://x:99999",
        " https://academy.example/b",
        "https://academy.example/b\n",
        "https://academy.example/\ud800",
        "ftp://academy.example/b",
        "https://academy.example@evil.example/b",
        None,
        7,
    ],
)
def test_only_a_whole_url_of_the_web_is_linked(url: object) -> None:
    with pytest.raises(InvalidValueError, match=r"url cannot be .* a whole URL, http:// or https"):
        asked(url=url)


@pytest.mark.parametrize("url", ["http://a", "HTTPS://a.example:8443?b=1", "https://é.example/ü#x"])
def test_whole_urls(url: str) -> None:
    assert asked(url=url)["certUrl"] == [url]


@pytest.mark.parametrize("member", ["name", "id"])
@pytest.mark.parametrize("value", ["", " \t", None, 7])
def test_the_name_and_the_id_in_the_link_are_texts(member: str, value: object) -> None:
    with pytest.raises(InvalidValueError, match=f"{member} cannot be .*: expected some text"):
        asked(**{member: value})


@pytest.mark.parametrize("organization", ["", "  ", 0, -1, True, 1.5, None])
def test_an_organization_has_a_name_or_a_number(organization: object) -> None:
    with pytest.raises(InvalidValueError, match="organization cannot be"):
        asked(organization=organization)


UNSEEN = "a\ud800\0\x1b\x85\u202e\u2066b"


def test_what_nobody_sees_is_marked_in_a_link() -> None:
    found = asked(name=UNSEEN, id=UNSEEN, organization=UNSEEN)
    for part in ("name", "certId", "organizationName"):
        assert found[part] == ["a" + "\ufffd" * 6 + "b"]


FIRST = datetime(1, 1, 1, 0, 30, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "-12:00", "+14:00", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_first_and_the_last_day_there_is(zone: str) -> None:
    found = asked(issued_at=FIRST, expires_at=LAST, zone=zone)
    assert (found["issueYear"], found["issueMonth"]) == (["1"], ["1"])
    assert (found["expirationYear"], found["expirationMonth"]) == (["9999"], ["12"])
    for at in (FIRST, LAST):
        page = sharing.html(evolve(PAGE, issued_at=FIRST, expires_at=LAST, at=at), zone=zone)
        assert '<time datetime="0001-01-01">1 January 1</time>' in page
        assert '<time datetime="9999-12-31">31 December 9999</time>' in page


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
        (BadgeState.REPLACED, "a later badge has replaced this one"),
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


def test_a_picture_is_known_by_its_content() -> None:
    root = SVG.partition(b"-->")[2]
    made_elsewhere = b"\xef\xbb\xbf<!-- Generator --><!DOCTYPE svg>" + root
    assert "data:image/svg+xml" in sharing.html(PAGE, zone="UTC", image=made_elsewhere)
    for image in (b"GIF89a", b"<html><script>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        with pytest.raises(BadgeError, match=r"neither a PNG|no SVG|cut off|no picture"):
            sharing.html(PAGE, zone="UTC", image=image)


def test_whatever_a_page_shows_is_escaped() -> None:
    bad = "</title><script>alert('1')</script><img src=x onerror=\"x\">{0}&amp;"
    page = evolve(PAGE, recipient=bad, certification=bad, issuer=bad, criteria=bad, skills=(bad,))
    made = sharing.html(evolve(page, id=bad), zone="UTC", image=picture())
    plain = sharing.html(PAGE, zone="UTC", image=picture())
    assert Reader(made).tags.count("img") == 1
    assert len(Reader(made).tags) == len(Reader(plain).tags) - 2  # one skill, not two
    assert Reader(made).text.count(bad) == 8


def everywhere(text: str) -> Page:
    page = evolve(PAGE, recipient=text, certification=text, issuer=text, criteria=text)
    return evolve(page, skills=(text,), id=text)


def test_what_nobody_sees_is_marked_on_the_page() -> None:
    made = sharing.html(everywhere(UNSEEN.replace("\ud800", "")), zone="UTC", image=picture())
    assert made.count("a" + "\ufffd" * 5 + "b") == 9
    marks = made.count("\u2068"), made.count("\u2069")
    assert marks == (2, 2)  # of the title, and no others
    kept = "\u200f\u05d0\u200d\u0628\tb\r\nc"
    assert kept in sharing.html(everywhere(kept), zone="UTC")


def test_a_name_has_a_direction_of_its_own() -> None:
    made = sharing.html(everywhere("\u05d0(1)"), zone="UTC")
    assert made.count("<bdi>\u05d0(1)</bdi>") == 4
    assert '<div class="criteria" dir="auto">\u05d0(1)</div>' in made
    assert "<title>\u2068\u05d0(1)\u2069: \u2068\u05d0(1)\u2069</title>" in made


def test_the_page_allows_itself_one_style_and_nothing_else() -> None:
    made = sharing.html(PAGE, zone="UTC", image=picture())
    (style,) = re.findall(r"<style>(.*?)</style>", made, re.DOTALL)
    known = b64encode(sha256(style.encode()).digest()).decode()
    assert (
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        f"style-src 'sha256-{known}'; base-uri 'none'; form-action 'none'\">"
    ) in made
    assert " style=" not in made
    assert '<html lang="en">' in made


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_the_page_can_be_told_apart(scheme: str) -> None:
    style = sharing.html(PAGE, zone="UTC").partition("@media (prefers-color-scheme: dark)")
    light, dark = (dict(re.findall(r"--(\w+): (#\w+)", part)) for part in (style[0], style[2]))
    colours = light if scheme == "light" else light | dark
    for ink, paper in (
        ("ink", "paper"),
        ("soft", "paper"),
        *(("#fff", state) for state in ("good", "wait", "bad")),
    ):
        assert contrast(colours.get(ink, ink), colours[paper]) >= 4.5


def contrast(one: str, other: str) -> float:
    """How far two colours are apart, as the Web Content Accessibility Guidelines count."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
