"""How is a badge shown to others: by a link, and on a page of its own?

What people have written is shown as they wrote it, but for what nobody sees: a control character,
half a character, or a mark that turns the direction of the text around it becomes U+FFFD. A day
that a zone would put before the year 1 or after 9999 is that of UTC: the first or the last.
"""

import re
from base64 import b64encode
from datetime import date, datetime, tzinfo
from html import escape
from urllib.parse import quote, urlencode

from attrs import field, frozen

from certrules import instants
from certrules.badges import _urls, baking
from certrules.badges._template import PAGE, STYLE, STYLE_HASH
from certrules.errors import InvalidValueError, OutOfRangeError
from certrules.model.badges import Badge, BadgeState
from certrules.model.catalog import Certification
from certrules.model.converters import sequence, utc_or_none

__all__ = ["Page", "check_url", "html", "linkedin_link", "page"]

_LINKEDIN = "https://www.linkedin.com/profile/add?"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f"  # controls, but for the tab and the end of a line
    "\u202a-\u202e\u2066-\u2069"  # marks that turn the direction
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # halves of characters, and what is none
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
) -> str:
    """Return the link by which somebody adds a certification to their LinkedIn profile.

    ``organization`` is LinkedIn's number of the issuer, or else its name; ``url`` is the page where
    the badge can be verified. The months are those of the viewer's zone. What never expires has no
    expiration. Raises :class:`~certrules.errors.InvalidValueError` for what is no http(s) URL, for
    a name or an id without text, and for an organization without a name or with a number below 1.

    >>> print(linkedin_link("First aid & more", issued_at=datetime(2023, 12, 31, 23, tzinfo=UTC),
    ...     expires_at=None, zone="Europe/Rome", url="https://academy.example/b/1", id="1",
    ...     organization=1337))
    https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=First%20aid%20%26%20more\
&organizationId=1337&issueYear=2024&issueMonth=1\
&certUrl=https%3A%2F%2Facademy.example%2Fb%2F1&certId=1

    Rules: ALL-ROLE-08, ALL-ROLE-09.
    """
    check_url(url)
    _check_text("name", name)
    _check_text("id", id)
    tz = instants.time_zone(zone)
    asked = {"startTask": "CERTIFICATION_NAME", "name": _seen(name), **_organization(organization)}
    issued = _day(issued_at, tz)
    asked |= {"issueYear": str(issued.year), "issueMonth": str(issued.month)}
    if expires_at is not None:
        expires = _day(expires_at, tz)
        asked |= {"expirationYear": str(expires.year), "expirationMonth": str(expires.month)}
    asked |= {"certUrl": url, "certId": _seen(id)}
    return _LINKEDIN + urlencode(asked, quote_via=quote, safe="")


def check_url(url: str) -> None:
    """Raise InvalidValueError unless a text is an absolute http(s) URL.

    >>> check_url("javascript:alert(1)")
    Traceback (most recent call last):
        ...
    certrules.errors.InvalidValueError: url cannot be 'javascript:alert(1)': expected a whole URL, \
http:// or https://
    """
    if not _urls.is_web(url):
        raise InvalidValueError("url", url, "a whole URL, http:// or https://")


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidValueError(name, value, "some text")


def _organization(named: str | int) -> dict[str, str]:
    if isinstance(named, str) and named.strip():
        return {"organizationName": _seen(named)}
    if type(named) is int and named > 0:
        return {"organizationId": str(named)}
    raise InvalidValueError("organization", named, "a name, or a number of 1 or more")


@frozen
class Page:
    """What the verification page of a badge tells of it, as it stood at an instant.

    Rules: INT-42.
    """

    recipient: str
    certification: str
    issuer: str
    state: BadgeState
    at: datetime = field(converter=instants.utc)
    issued_at: datetime = field(converter=instants.utc)
    expires_at: datetime | None = field(converter=utc_or_none)
    skills: tuple[str, ...] = field(default=(), converter=sequence)
    criteria: str = ""
    id: str = ""


def page(
    badge: Badge,
    certification: Certification,
    *,
    recipient: str,
    issuer: str,
    state: BadgeState,
    at: datetime,
) -> Page:
    """Return what the verification page of a badge tells: for :func:`html`, or a host's template.

    Rules: ALL-ROLE-11, INT-42.
    """
    return Page(
        recipient,
        certification.name,
        issuer,
        state,
        at,
        badge.issued_at,
        badge.expires_at,
        certification.skills,
        certification.completion_criteria,
        f"urn:uuid:{badge.id}",
    )


def html(shown: Page, *, zone: str | tzinfo, image: bytes | None = None) -> str:
    """Return the verification page as one file of HTML: no script, and nothing that it fetches.

    Dates are days of a zone. ``image`` is the badge: a PNG, a JPEG or an SVG, of which no script
    runs, since it is shown as a picture. Raises :class:`~certrules.errors.BadgeError` for another.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> made = html(Page("<Ada>", "First aid", "The Academy", BadgeState.VALID, at, at, None),
    ...     zone="UTC")
    >>> "&lt;Ada&gt;" in made, "<script" in made
    (True, False)

    Rules: INT-42.
    """
    tz = instants.time_zone(zone)
    ends = "Never" if shown.expires_at is None else _date(shown.expires_at, tz)
    facts = [
        ("Certification", _name(shown.certification)),
        ("Issued by", _name(shown.issuer)),
        ("Issued on", _date(shown.issued_at, tz)),
        ("Expired on" if shown.state is BadgeState.EXPIRED else "Expires on", ends),
    ]
    if shown.skills:
        items = "".join(f"<li>{_name(skill)}</li>" for skill in shown.skills)
        facts.append(("Skills", f'<ul class="skills">{items}</ul>'))
    if shown.criteria:
        criteria = escape(_seen(shown.criteria))
        facts.append(("Criteria", f'<div class="criteria" dir="auto">{criteria}</div>'))
    if shown.id:
        facts.append(("Credential", f"<code>{escape(_seen(shown.id))}</code>"))
    return PAGE.format(
        title=f"{_isolated(shown.certification)}: {_isolated(shown.recipient)}",
        recipient=_name(shown.recipient),
        state=str(shown.state),
        style=shown.state.name.lower(),
        sentence=_SENTENCES[shown.state],
        image=_picture(image, shown.certification),
        facts="".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts),
        at=f"{_date(shown.at, tz)}, {_local(shown.at, tz):%H:%M}",
        zone=escape(str(tz)),
        css=STYLE,
        css_hash=STYLE_HASH,
    )


def _seen(text: str) -> str:
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _name(text: str) -> str:
    """Return a name whose direction is its own, whatever stands beside it."""
    return f"<bdi>{escape(_seen(text))}</bdi>"


def _isolated(text: str) -> str:
    """Return a name whose direction is its own, for where there are no tags."""
    return f"\N{FIRST STRONG ISOLATE}{escape(_seen(text))}\N{POP DIRECTIONAL ISOLATE}"


def _local(instant: datetime, zone: tzinfo) -> datetime:
    try:
        return instants.local(instant, zone)
    except OutOfRangeError:  # on the first or the last day that there is
        return instants.utc(instant)


def _day(instant: datetime, zone: tzinfo) -> date:
    return _local(instant, zone).date()


def _date(instant: datetime, zone: tzinfo) -> str:
    day = _day(instant, zone)
    return f'<time datetime="{day}">{day.day} {_MONTHS[day.month - 1]} {day.year}</time>'


def _picture(image: bytes | None, name: str) -> str:
    if image is None:
        return ""
    data = f"data:{baking.media_type(image)};base64,{b64encode(image).decode('ascii')}"
    alt = escape(f"Badge: {_seen(name)}")
    return f'<img src="{data}" alt="{alt}" width="160" height="160">'


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SENTENCES = {
    BadgeState.VALID: "This badge is genuine, and valid.",
    BadgeState.NOT_YET_VALID: "This badge is genuine, but not valid yet.",
    BadgeState.EXPIRED: "This badge was genuine, and has expired.",
    BadgeState.SUSPENDED: "The issuer has suspended this badge for the time being.",
    BadgeState.REVOKED: "The issuer has revoked this badge. It no longer counts.",
}
