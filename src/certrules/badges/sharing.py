"""How is a badge shown to others: by a link, and on a page of its own?"""

from base64 import b64encode
from datetime import datetime, tzinfo
from html import escape
from urllib.parse import quote, urlencode

from attrs import field, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.badges import Badge, BadgeState
from certrules.model.catalog import Certification
from certrules.model.converters import sequence, utc_or_none

__all__ = ["Page", "html", "linkedin_link", "page"]

_LINKEDIN = "https://www.linkedin.com/profile/add?"


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

    ``organization`` is LinkedIn's number of the issuer, or else its name; the months are those of
    the viewer's zone. What never expires has no expiration.

    >>> print(linkedin_link("First aid & more", issued_at=datetime(2023, 12, 31, 23, tzinfo=UTC),
    ...     expires_at=None, zone="Europe/Rome", url="https://academy.example/b/1", id="1",
    ...     organization=1337))
    https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=First%20aid%20%26%20more\
&organizationId=1337&issueYear=2024&issueMonth=1\
&certUrl=https%3A%2F%2Facademy.example%2Fb%2F1&certId=1

    Rules: ALL-ROLE-08, ALL-ROLE-09.
    """
    tz = instants.time_zone(zone)
    asked = {"startTask": "CERTIFICATION_NAME", "name": name}
    asked["organizationId" if isinstance(organization, int) else "organizationName"] = str(
        organization
    )
    issued = instants.local_day(issued_at, tz)
    asked |= {"issueYear": str(issued.year), "issueMonth": str(issued.month)}
    if expires_at is not None:
        expires = instants.local_day(expires_at, tz)
        asked |= {"expirationYear": str(expires.year), "expirationMonth": str(expires.month)}
    return _LINKEDIN + urlencode({**asked, "certUrl": url, "certId": id}, quote_via=quote, safe="")


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

    Dates are days of a zone. ``image`` is the badge: a PNG, a JPEG or an SVG.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> made = html(Page("<Ada>", "First aid", "The Academy", BadgeState.VALID, at, at, None),
    ...     zone="UTC")
    >>> "&lt;Ada&gt;" in made, "<script" in made
    (True, False)

    Rules: INT-42.
    """
    tz = instants.time_zone(zone)
    ends = "Never" if shown.expires_at is None else _day(shown.expires_at, tz)
    facts = [
        ("Certification", escape(shown.certification)),
        ("Issued by", escape(shown.issuer)),
        ("Issued on", _day(shown.issued_at, tz)),
        ("Expired on" if shown.state is BadgeState.EXPIRED else "Expires on", ends),
    ]
    if shown.skills:
        items = "".join(f"<li>{escape(skill)}</li>" for skill in shown.skills)
        facts.append(("Skills", f'<ul class="skills">{items}</ul>'))
    if shown.criteria:
        facts.append(("Criteria", f'<div class="criteria">{escape(shown.criteria)}</div>'))
    if shown.id:
        facts.append(("Credential", f"<code>{escape(shown.id)}</code>"))
    return _PAGE.format(
        title=escape(f"{shown.certification}: {shown.recipient}"),
        recipient=escape(shown.recipient),
        state=str(shown.state),
        style=shown.state.name.lower(),
        sentence=_SENTENCES[shown.state],
        image=_picture(image, shown.certification),
        facts="".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts),
        at=f"{_day(shown.at, tz)}, {instants.local(shown.at, tz):%H:%M}",
        zone=escape(str(zone)),
    )


def _day(instant: datetime, zone: tzinfo) -> str:
    day = instants.local_day(instant, zone)
    return f'<time datetime="{day}">{day.day} {_MONTHS[day.month - 1]} {day.year}</time>'


def _picture(image: bytes | None, name: str) -> str:
    if image is None:
        return ""
    data = f"data:{_media_type(image)};base64,{b64encode(image).decode('ascii')}"
    return f'<img src="{data}" alt="{escape(f"Badge: {name}")}" width="160" height="160">'


def _media_type(image: bytes) -> str:
    for start, media_type in _MEDIA_TYPES.items():
        if image.startswith(start):
            return media_type
    raise InvalidValueError("image", image[:16], "a PNG, a JPEG or an SVG")


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
_MEDIA_TYPES = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"<svg": "image/svg+xml",
    b"<?xml": "image/svg+xml",
}
_SENTENCES = {
    BadgeState.VALID: "This badge is genuine, and valid.",
    BadgeState.NOT_YET_VALID: "This badge is genuine, but not valid yet.",
    BadgeState.EXPIRED: "This badge was genuine, and has expired.",
    BadgeState.SUSPENDED: "The issuer has suspended this badge for the time being.",
    BadgeState.REVOKED: "The issuer has revoked this badge. It no longer counts.",
}
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
:root {{ color-scheme: light; --good: #14683c; --wait: #7a5200; --bad: #a3182b; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; padding: 2rem 1rem; background: #f3f4f6; color: #16181d;
  font: 1rem/1.5 system-ui, sans-serif; }}
main {{ max-width: 40rem; margin: 0 auto; padding: 2rem; background: #fff;
  border: 1px solid #d7dae0; border-radius: .75rem; overflow-wrap: anywhere; }}
header {{ display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: center; }}
header > div {{ flex: 1 1 14rem; min-width: 0; }}
img {{ object-fit: contain; }}
h1 {{ margin: 0 0 .75rem; font-size: 1.75rem; line-height: 1.2; }}
header p {{ margin: 0 0 .5rem; }}
.state {{ display: inline-block; padding: .15rem .75rem; border-radius: 1rem; color: #fff;
  font-weight: 600; background: var(--bad); }}
.state::first-letter {{ text-transform: uppercase; }}
.valid {{ background: var(--good); }}
.not_yet_valid, .suspended {{ background: var(--wait); }}
dl {{ display: grid; grid-template-columns: minmax(6rem, 9rem) 1fr; gap: .75rem 1rem;
  margin: 1.5rem 0; padding-top: 1.5rem; border-top: 1px solid #d7dae0; }}
dt {{ color: #545b67; }}
dd {{ margin: 0; min-width: 0; }}
.criteria {{ white-space: pre-line; }}
.skills {{ display: flex; flex-wrap: wrap; gap: .4rem; margin: 0; padding: 0; list-style: none; }}
.skills li {{ padding: .05rem .6rem; border: 1px solid #c3c8d1; border-radius: 1rem; }}
code {{ font-size: .85rem; }}
footer {{ color: #545b67; font-size: .875rem; }}
@media (max-width: 30rem) {{ main {{ padding: 1.25rem; }}
  dl {{ grid-template-columns: 1fr; gap: 0; }} dd {{ margin-bottom: .75rem; }} }}
</style>
</head>
<body>
<main>
<header>
{image}
<div>
<h1>{recipient}</h1>
<p class="state {style}">{state}</p>
<p>{sentence}</p>
</div>
</header>
<dl>{facts}</dl>
<footer>As of {at} ({zone}).</footer>
</main>
</body>
</html>
"""
