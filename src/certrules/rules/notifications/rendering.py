"""Rendering: how do values come into a template, and what can they do there?

A short code is a name in square brackets or in double braces, such as ``[renew_link]`` and
``{{ renew_link }}``; blanks and line breaks around the name count for nothing. It is replaced,
once, by a value that is made harmless for where it will stand; nothing is evaluated, and what a
value says is never taken for a short code.
"""

import re
from collections.abc import Mapping
from html import escape

from certrules.errors import InvalidValueError
from certrules.words import Word

__all__ = ["SHORT_CODE", "Medium", "check_medium", "render"]

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
        return _harmless(values[name], medium) if name in values else found[0]

    text = SHORT_CODE.sub(value, template)
    return " ".join(_clean(text).split()) if medium is Medium.HEADER else text


def check_medium(medium: Medium) -> None:
    """Raise InvalidValueError for what is no medium, such as the text ``html``."""
    if not isinstance(medium, Medium):
        raise InvalidValueError("medium", medium, "a certrules.rules.notifications.Medium")


def _harmless(value: str, medium: Medium) -> str:
    return escape(_clean(value)) if medium is Medium.HTML else _clean(value)


def _clean(value: str) -> str:
    return _UNSEEN.sub("", _HALF.sub("\N{REPLACEMENT CHARACTER}", _BREAK.sub("\n", value)))


_BREAK = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_HALF = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls, but for the tab and the newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks and overrides of direction
    "\ufeff\ufff9-\ufffb]"  # a byte order mark, interlinear annotations
)
