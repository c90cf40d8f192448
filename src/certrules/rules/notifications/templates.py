"""Templates: which short codes are there, what do they say, and is a template in order?

A short code is a name in square brackets or in double braces, such as ``[renew_link]`` and
``{{ renew_link }}``; blanks and line breaks around the name count for nothing. It is replaced,
once, by a value that is made harmless for where it will stand; nothing is evaluated, and what a
value says is never taken for a short code.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from difflib import get_close_matches
from html import escape

from certrules import instants
from certrules.model.awards import Award
from certrules.model.catalog import Certification
from certrules.model.decisions import Reason, because
from certrules.model.notices import NoticeKind, Notification
from certrules.model.people import User
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked
from certrules.rules import status
from certrules.words import Word

SHORT_CODE = re.compile(r"\[\s*([a-zA-Z]\w{0,63})\s*\]|\{\{\s*([a-zA-Z]\w{0,63})\s*\}\}", re.ASCII)
"""A short code: its name is in either group."""


class Medium(Word):
    """Where a rendered text will stand."""

    TEXT = "text"
    """A plain text of many lines."""
    HTML = "html"
    """A page or mail body in HTML, also inside the quotes of an attribute."""
    HEADER = "header"
    """One line, such as a subject."""


def render(template: str, values: Mapping[str, str], medium: Medium) -> str:
    r"""Return a template with its short codes replaced; one that has no value stays as it is.

    Of values, characters are left out that no reader sees: control characters, and those that turn
    the direction of the text around them. In HTML they are escaped. A header becomes one line,
    whatever the template or a value says. Raises :class:`~certrules.errors.InvalidValueError` for
    what is no medium.

    >>> words = {"first_name": "<b>Ada</b>", "last_name": "[first_name]"}
    >>> render("Dear {{first_name}} [last_name], [x]", words, Medium.HTML)
    'Dear &lt;b&gt;Ada&lt;/b&gt; [first_name], [x]'
    >>> render("For [first_name]", {"first_name": "Ada\r\nBcc: eve@example.org"}, Medium.HEADER)
    'For Ada Bcc: eve@example.org'

    Rules: X-NOTIFY-2.
    """
    check_medium(medium)

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name not in values:
            return found[0]
        clean = _clean(values[name])
        return escape(clean) if medium is Medium.HTML else clean

    text = SHORT_CODE.sub(value, template)
    return " ".join(_clean(text).split()) if medium is Medium.HEADER else text


def check_medium(medium: Medium) -> None:
    """Raise InvalidValueError for what is no medium, such as the text ``html``."""
    checked("medium", medium, Medium)


def _clean(value: str) -> str:
    return _UNSEEN.sub("", _HALF.sub("\N{REPLACEMENT CHARACTER}", _BREAK.sub("\n", value)))


_BREAK = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_HALF = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls, but for the tab and the newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks and overrides of direction
    "\ufeff\ufff9-\ufffb]"  # a byte order mark, interlinear annotations
)


KNOWN = (
    "first_name",
    "last_name",
    "username",
    "certification_name",
    "certification_code",
    "certification_description",
    "issue_date",
    "expiry_date",
    "last_valid_day",
    "time_zone",
    "days_left",
    "badge_image",
    "renew_link",
    "portal_link",
    "item_name",
)
"""The short codes that have a meaning."""

RENEW_LINK = "renew_link"
GUIDED = 100
"""How many unknown short codes come with a guess at what was meant, which takes time."""


def values(
    user: User,
    award: Award,
    certification: Certification,
    *,
    at: datetime,
    zone: str | tzinfo,
    renew_link: str = "",
    portal_link: str = "",
    item_name: str = "",
) -> dict[str, str]:
    """Return what the short codes say to a user of an award, as they stand at an aware instant.

    Dates are those of ``zone``, as ``2024-12-31``, and ``time_zone`` is its name; the expiry date
    is as :func:`certrules.rules.status.expiry_date` has it. Links are bare addresses, which the
    host makes.

    >>> held = Award("1", "fa", datetime(2024, 1, 1, tzinfo=UTC), None)
    >>> words = values(User("1", "ada"), held, Certification("fa", "First aid"), at=held.issued_at,
    ...               zone="Europe/Rome", portal_link="https://learn.example")
    >>> words["issue_date"], words["expiry_date"], words["portal_link"]
    ('2024-01-01', 'never', 'https://learn.example')

    Rules: ALL-NOTIFY-02, DOC-EXP-05, DOC-TZ-02, INT-49, X-NOTIFY-2.
    """
    left = status.days_left(award, at, zone=zone)
    expires = status.expiry_date(award, zone=zone)
    last_day = status.last_valid_day(award, zone=zone)
    return {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "username": user.username,
        "certification_name": certification.name,
        "certification_code": certification.code or "",
        "certification_description": certification.description,
        "issue_date": str(instants.local_day(award.issued_at, zone)),
        "expiry_date": "never" if expires is None else str(expires),
        "last_valid_day": "never" if last_day is None else str(last_day),
        "time_zone": str(instants.time_zone(zone)),
        "days_left": "" if left is None else str(left),
        "badge_image": certification.badge_image or "",
        RENEW_LINK: renew_link,
        "portal_link": portal_link,
        "item_name": item_name,
    }


def lint(notification: Notification) -> list[Reason]:
    """Return what is questionable in the templates of a notification; it is sent all the same.

    What stands in a comment of HTML is left out: no reader sees it.

    >>> warnings = lint(Notification("n1", NoticeKind.EXPIRY, body="Renew: {{renewlink}}"))
    >>> for warning in warnings:
    ...     print(warning)
    the body has no [renew_link], so that nobody can renew from it (DOC-NOTIFY-03)
    {{renewlink}} is no short code; did you mean renew_link? (X-NOTIFY-2)

    Rules: DOC-NOTIFY-03, INT-26, X-NOTIFY-2.
    """
    body = _COMMENT.sub("", notification.body)
    warnings = [*_unknown(notification.subject, body)]
    names = {found[1] or found[2] for found in SHORT_CODE.finditer(body)}
    if notification.kind is NoticeKind.EXPIRY and RENEW_LINK not in names:
        missing = because(ReasonCode.RENEW_LINK_MISSING, notification_id=notification.id)
        return [missing, *warnings]
    return warnings


_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MEANT = re.compile(r"\[([^][]{1,80})\]|\{\{([^{}]{1,80})\}\}")
"""What somebody may have meant for a short code, such as ``[renew-link]``."""


def _unknown(subject: str, body: str) -> Iterator[Reason]:
    found = [*_MEANT.finditer(subject), *_MEANT.finditer(body)]
    written = {each[0]: (each[1] or each[2]).strip() for each in found}
    unknown = {code: name for code, name in written.items() if not _known(code, name)}
    for number, (code, name) in enumerate(unknown.items()):
        near = get_close_matches(name.casefold(), KNOWN, n=1) if number < GUIDED else []
        if near:
            yield because(ReasonCode.SHORT_CODE_MISSPELT, short_code=code, meant=near[0])
        elif _is_code(code):
            yield because(ReasonCode.SHORT_CODE_UNKNOWN, short_code=code, known=KNOWN)


def _known(code: str, name: str) -> bool:
    return name in KNOWN and SHORT_CODE.fullmatch(code) is not None


def _is_code(code: str) -> bool:
    """Return whether a text can be nothing else; square brackets also stand in prose."""
    return code.startswith("{{") or SHORT_CODE.fullmatch(code) is not None
