"""Sharing: a link to LinkedIn, and a verification page for each badge.

Texts are shown as they were written, except that each control character, half character and mark
that turns the direction of the text around it becomes U+FFFD. A day that a zone would put before
the year 1 or after 9999 is the first or last one in UTC.
"""

import re
from base64 import b64encode
from datetime import datetime, tzinfo
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import quote, urlencode

from attrs import field

from certrules import instants
from certrules.badges import baking
from certrules.badges.urls import check_web
from certrules.errors import InvalidValueError
from certrules.model.awards import ExpiryDay, shown_expiry
from certrules.model.badges import BadgeState
from certrules.model.values import sequence, value

_LINKEDIN = "https://www.linkedin.com/profile/add?"
_UNPRINTABLE = re.compile(  # controls but tabs and newlines, direction marks, and no characters
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def linkedin_link(
    name: str,
    *,
    issued_at: datetime,
    expires_at: datetime | None,
    zone: str | tzinfo,
    url: str,
    id: str,  # noqa: A002
    organization: str | int,
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE,
) -> str:
    """Return the link by which somebody adds a certification to their LinkedIn profile.

    ``organization`` is LinkedIn's number of the issuer, or else its name; ``url`` is the page where
    the badge can be verified; ``zone`` is the user's, whose months count, and ``expiry_day`` the
    award's: if it is included, the month of the last valid day counts. Raises
    :class:`~certrules.errors.InvalidValueError` for a ``url`` that is no http(s) URL, for a name or
    an id without text, and for an organization without a name or with a number below 1.

    >>> print(linkedin_link("First aid & more", issued_at=datetime(2023, 12, 31, 23, tzinfo=UTC),
    ...     expires_at=None, zone="Europe/Rome", url="https://academy.example/b/1", id="1",
    ...     organization=1337))
    https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=First%20aid%20%26%20more\
&organizationId=1337&issueYear=2024&issueMonth=1\
&certUrl=https%3A%2F%2Facademy.example%2Fb%2F1&certId=1

    Rules: ALL-ROLE-08, ALL-ROLE-09, INT-49.
    """
    check_web(url)
    _check_text("name", name)
    _check_text("id", id)
    tz = instants.time_zone(zone)
    query = {
        "startTask": "CERTIFICATION_NAME",
        "name": _printable(name),
        **_organization(organization),
    }
    issued = instants.local_or_utc(issued_at, tz)
    query |= {"issueYear": str(issued.year), "issueMonth": str(issued.month)}
    if expires_at is not None:
        expires = instants.local_or_utc(shown_expiry(expires_at, expiry_day), tz)
        query |= {"expirationYear": str(expires.year), "expirationMonth": str(expires.month)}
    query |= {"certUrl": url, "certId": _printable(id)}
    return _LINKEDIN + urlencode(query, quote_via=quote, safe="")


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidValueError(name, value, "some text")


def _organization(named: str | int) -> dict[str, str]:
    if isinstance(named, str) and named.strip():
        return {"organizationName": _printable(named)}
    if type(named) is int and named > 0:
        return {"organizationId": str(named)}
    raise InvalidValueError("organization", named, "a name, or a number of 1 or more")


@value
class Page:
    """What the verification page of a badge says at an instant, for :func:`html` or a template.

    ``id`` is the credential's, and ``expiry_day`` the award's.

    Rules: ALL-ROLE-11, INT-42.
    """

    recipient: str
    certification: str
    issuer: str
    state: BadgeState
    at: datetime
    issued_at: datetime
    expires_at: datetime | None
    skills: tuple[str, ...] = field(default=(), converter=sequence)
    criteria: str = ""
    id: str = ""
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE


def html(shown: Page, *, zone: str | tzinfo, image: bytes | None = None) -> str:
    """Return the verification page as one file of HTML: no script, and nothing that it fetches.

    Dates are days of ``zone``, which the page names. ``image`` is the badge: a PNG, a JPEG, or an
    SVG, whose scripts do not run in a picture. Raises :class:`~certrules.errors.BadgeError` for any
    other.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> made = html(Page("<Ada>", "First aid", "The Academy", BadgeState.VALID, at, at, None),
    ...     zone="UTC")
    >>> "&lt;Ada&gt;" in made, "<script" in made
    (True, False)

    Rules: INT-42.
    """
    tz = instants.time_zone(zone)
    entries = [
        ("Certification", _name(shown.certification)),
        ("Issued by", _name(shown.issuer)),
        ("Issued on", _date(shown.issued_at, tz)),
        _expiry(shown, tz),
    ]
    if shown.skills:
        items = "".join(f"<li>{_name(skill)}</li>" for skill in shown.skills)
        entries.append(("Skills", f'<ul class="skills">{items}</ul>'))
    if shown.criteria:
        criteria = escape(_printable(shown.criteria))
        entries.append(("Criteria", f'<div class="criteria" dir="auto">{criteria}</div>'))
    if shown.id:
        entries.append(("Credential", f"<code>{escape(_printable(shown.id))}</code>"))
    template, style_hash = _template()
    return template.substitute(
        title=f"{_isolated(shown.certification)}: {_isolated(shown.recipient)}",
        recipient=_name(shown.recipient),
        state=str(shown.state),
        style=shown.state.name.lower(),
        sentence=_SENTENCES[shown.state],
        image=_picture(image, shown.certification),
        facts="".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in entries),
        at=f"{_date(shown.at, tz)}, {instants.local_or_utc(shown.at, tz):%H:%M}",
        zone=escape(str(tz)),
        css_hash=style_hash,
    )


def _expiry(shown: Page, zone: tzinfo) -> tuple[str, str]:
    """Return when a badge expires, under a heading that says what the day is."""
    if shown.expires_at is None:
        return "Expires on", "Never"
    day = _date(shown_expiry(shown.expires_at, shown.expiry_day), zone)
    if shown.expiry_day is ExpiryDay.INCLUSIVE:
        return "Last valid day", day
    return "Expired on" if shown.state is BadgeState.EXPIRED else "Expires on", day


@cache
def _template() -> tuple[Template, str]:
    """Return the page, and the hash of the one style that its policy allows."""
    text = files("certrules.badges").joinpath("page.html").read_text(encoding="utf-8")
    style = text.partition("<style>")[2].partition("</style>")[0]
    return Template(text), b64encode(sha256(style.encode()).digest()).decode("ascii")


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _name(text: str) -> str:
    """Return a name whose direction is its own, whatever stands beside it."""
    return f"<bdi>{escape(_printable(text))}</bdi>"


def _isolated(text: str) -> str:
    """Return a name whose direction is its own, for a place without tags."""
    return f"\N{FIRST STRONG ISOLATE}{escape(_printable(text))}\N{POP DIRECTIONAL ISOLATE}"


def _date(instant: datetime, zone: tzinfo) -> str:
    day = instants.local_or_utc(instant, zone).date()
    return f'<time datetime="{day}">{day.day} {_MONTHS[day.month - 1]} {day.year}</time>'


def _picture(image: bytes | None, name: str) -> str:
    if image is None:
        return ""
    data = f"data:{baking.media_type(image)};base64,{b64encode(image).decode('ascii')}"
    alt = escape(f"Badge: {_printable(name)}")
    return f'<img src="{data}" alt="{alt}" width="160" height="160">'


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_SENTENCES = {
    BadgeState.VALID: "This badge is genuine, and valid.",
    BadgeState.NOT_YET_VALID: "This badge is genuine, but not valid yet.",
    BadgeState.EXPIRED: "This badge was genuine, and has expired.",
    BadgeState.SUSPENDED: "The issuer has suspended this badge for the time being.",
    BadgeState.REPLACED: "The award was renewed, and a later badge has replaced this one.",
    BadgeState.REVOKED: "The issuer has revoked this badge. It no longer counts.",
}
