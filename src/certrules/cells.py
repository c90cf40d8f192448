"""How does a text pass through a spreadsheet, and into a document, without doing harm there?"""

import re
from unicodedata import category

__all__ = ["clean", "escaped", "quoted", "seen", "unescaped"]

_NEWLINES = re.compile(r"\r\n?")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_ENDING = re.compile(r'[",;|\t\r\n]')

_FORMULA = frozenset("=+-@＝＋－＠")
_BREAKS = ("\t", "\r", "\n")

_BLANK = frozenset(" \u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""What is printed, and leaves the paper white: fillers of Hangul, no dots, no note."""


def escaped(value: str) -> str:
    r"""Return a value with an apostrophe before it where a spreadsheet might run it.

    That is where it begins with a tab or a new line, or where its first character that can be seen
    begins a formula; apostrophes before that do not count, so that :func:`unescaped` is exact.

    >>> escaped("=1+1"), escaped("ada"), escaped("'t Hart")
    ("'=1+1", 'ada', "'t Hart")
    >>> escaped("\xa0=1+1")
    "'\xa0=1+1"
    """
    return "'" + value if _risky(value) else value


def unescaped(value: str) -> str:
    """Return the value from which :func:`escaped` made this one.

    >>> unescaped("'=1+1"), unescaped("ada"), unescaped("'t Hart")
    ('=1+1', 'ada', "'t Hart")
    """
    return value[1:] if value.startswith("'") and _risky(value) else value


def _risky(value: str) -> bool:
    if value[:1].isalnum() and value[0] not in _BLANK:  # as most texts begin
        return False
    value = value.lstrip("'")
    return value.startswith(_BREAKS) or next(filter(seen, value), None) in _FORMULA


def seen(character: str) -> bool:
    r"""Whether a character can be seen alone: no blank, control, accent or mark of direction.

    >>> seen("a"), seen("="), seen(" "), seen("\u200b"), seen("\u0300")
    (True, True, False, False, False)
    """
    if character.isascii():
        return "!" <= character <= "~"
    printed = character.isprintable() and character not in _BLANK
    return printed and category(character) not in ("Mn", "Me")


def quoted(value: str) -> str:
    """Return a cell of a CSV file, in quotes where a spreadsheet might see more than one cell.

    Some take any of comma, semicolon, bar and tab for what stands between cells.

    >>> quoted("a;b"), quoted("ada")
    ('"a;b"', 'ada')
    """
    return '"' + value.replace('"', '""') + '"' if _ENDING.search(value) else value


def clean(text: str) -> str:
    r"""Return a text with only what XML and calendars may hold; its lines end as Unix lines do.

    Control characters and halves of characters become U+FFFD; tabs and newlines stay.

    >>> clean("a\x00b\r\nc")
    'a\ufffdb\nc'
    """
    if text.isprintable():  # as most texts are
        return text
    return _ILLEGAL.sub("\ufffd", _NEWLINES.sub("\n", text))
