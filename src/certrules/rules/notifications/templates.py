"""Which short codes does a notification know, what do they say, and is a template in order?"""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from difflib import get_close_matches

from certrules import instants
from certrules.model.awards import Award
from certrules.model.catalog import Certification
from certrules.model.decisions import Reason
from certrules.model.notices import NoticeKind, Notification
from certrules.model.people import User
from certrules.rulebook import Rule
from certrules.rules import status
from certrules.rules.notifications.rendering import SHORT_CODE

__all__ = ["KNOWN", "lint", "values"]

KNOWN = (
    "first_name",
    "last_name",
    "username",
    "certification_name",
    "certification_code",
    "certification_description",
    "issue_date",
    "expiry_date",
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
NEVER = "never"
"""What the short code ``expiry_date`` says of an award that does not expire."""


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
    """Return what the short codes say to a user of an award, as it is told at an aware instant.

    Dates are those of ``zone``, as ``2024-12-31``; links are bare addresses, which the host makes.

    >>> held = Award("1", "fa", datetime(2024, 1, 1, tzinfo=UTC), None)
    >>> told = values(User("1", "ada"), held, Certification("fa", "First aid"), at=held.issued_at,
    ...               zone="Europe/Rome", portal_link="https://learn.example")
    >>> told["issue_date"], told["expiry_date"], told["portal_link"]
    ('2024-01-01', 'never', 'https://learn.example')

    Rules: ALL-NOTIFY-02, DOC-EXP-05, DOC-TZ-02, X-NOTIFY-2.
    """
    left = status.days_left(award, at, zone=zone)
    expires = award.expires_at
    return {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "username": user.username,
        "certification_name": certification.name,
        "certification_code": certification.code or "",
        "certification_description": certification.description,
        "issue_date": str(instants.local_day(award.issued_at, zone)),
        "expiry_date": NEVER if expires is None else str(instants.local_day(expires, zone)),
        "days_left": "" if left is None else str(left),
        "badge_image": certification.badge_image or "",
        RENEW_LINK: renew_link,
        "portal_link": portal_link,
        "item_name": item_name,
    }


def lint(notification: Notification) -> list[Reason]:
    """Return what is questionable in the templates of a notification; it is sent all the same.

    >>> warnings = lint(Notification("n1", NoticeKind.EXPIRY, body="Renew: {{renewlink}}"))
    >>> for warning in warnings:
    ...     print(warning)
    the body has no [renew_link], so that nobody can renew from it (DOC-NOTIFY-03)
    {{renewlink}} is no short code; did you mean renew_link? (X-NOTIFY-2)

    Rules: DOC-NOTIFY-03, INT-26, X-NOTIFY-2.
    """
    return [*_without_link(notification), *_unknown(notification)]


def _without_link(notification: Notification) -> Iterator[Reason]:
    if notification.kind is NoticeKind.EXPIRY and RENEW_LINK not in _codes(notification.body):
        text = "the body has no [renew_link], so that nobody can renew from it"
        yield Reason(Rule.DOC_NOTIFY_03, text, (("notification", notification.id),))


def _unknown(notification: Notification) -> Iterator[Reason]:
    used = {**_codes(notification.subject), **_codes(notification.body)}
    unknown = [name for name in used if name not in KNOWN]
    for number, name in enumerate(unknown):
        near = get_close_matches(name.casefold(), KNOWN, n=1) if number < GUIDED else []
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(KNOWN)}"
        facts = (("short_code", used[name]), ("meant", near[0] if near else None))
        yield Reason(Rule.X_NOTIFY_2, f"{used[name]} is no short code; {hint}", facts)


def _codes(template: str) -> Mapping[str, str]:
    """Return the names of the short codes in a template, each with how it is written."""
    return {found[1] or found[2]: found[0] for found in SHORT_CODE.finditer(template)}
