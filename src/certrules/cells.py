"""How does a text pass through a spreadsheet, and into a document, without doing harm there?"""

import re

__all__ = ["clean", "escaped", "unescaped"]

_NEWLINES = re.compile(r"\r\n?")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
_ESCAPED = tuple("'" + start for start in _RISKY)


def escaped(value: str) -> str:
    """Return a value with an apostrophe before it where a spreadsheet might run it.

    >>> escaped("=1+1"), escaped("ada")
    ("'=1+1", 'ada')
    """
    return "'" + value if value.startswith(_RISKY) else value


def unescaped(value: str) -> str:
    """Return the value from which :func:`escaped` made this one.

    >>> unescaped("'=1+1"), unescaped("ada")
    ('=1+1', 'ada')
    """
    return value[1:] if value.startswith(_ESCAPED) else value


def clean(text: str) -> str:
    r"""Return a text with only what XML and calendars may hold; its lines end as Unix lines do.

    Control characters and halves of characters become U+FFFD; tabs and newlines stay.

    >>> clean("a\x00b\r\nc")
    'a\ufffdb\nc'
    """
    return _ILLEGAL.sub("\ufffd", _NEWLINES.sub("\n", text))
