"""Texts: safe in spreadsheets, XML and calendars, alike to the eye, and which can be seen."""

import re
from unicodedata import category, normalize

_NEWLINES = re.compile(r"\r\n?")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SEPARATORS = re.compile(r'[",;|\t\r\n]')

_FORMULA = frozenset("=+-@＝＋－＠")
_BREAKS = ("\t", "\r", "\n")
_BLANK = frozenset(" \u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Printed, but leaves the paper white: fillers of Hangul, a Braille cell without dots, no note."""


def composed(text: str) -> str:
    r"""Return a text in the composed form of Unicode (NFC), in whichever form it was written.

    >>> composed("zoe\u0308") == "zo\u00eb"
    True
    """
    return text if text.isascii() else normalize("NFC", text)


def folded(text: str) -> str:
    r"""Return a text as it is compared if neither case nor the form of Unicode counts.

    >>> folded("Straße") == folded("STRASSE"), folded("ZOE\u0308") == folded("zo\u00eb")
    (True, True)
    """
    if text.isascii():
        return text.casefold()
    return normalize("NFC", normalize("NFD", text).casefold())


def forms(text: str) -> tuple[str, ...]:
    r"""Return the forms in which Unicode writes a text: composed, and decomposed if that differs.

    >>> forms("FA"), forms("\u00c9") == ("\u00c9", "E\u0301")
    (('FA',), True)
    """
    if text.isascii():
        return (text,)
    return tuple(dict.fromkeys((normalize("NFC", text), normalize("NFD", text))))


def unaccented(text: str) -> str:
    """Return a text as it is compared if accents do not count either, to guess what was meant.

    >>> unaccented("Zoë"), unaccented("Ångström")
    ('zoe', 'angstrom')
    """
    if text.isascii():
        return text.casefold()
    return "".join(each for each in normalize("NFKD", text.casefold()) if category(each) != "Mn")


def neutralise_formula(value: str) -> str:
    r"""Return a value with an apostrophe before it if a spreadsheet might run it as a formula.

    It might if the value begins with a tab or a new line, or if its first visible character begins
    a formula. Apostrophes before that do not count, so that :func:`restore_formula` is exact.

    >>> neutralise_formula("=1+1"), neutralise_formula("ada"), neutralise_formula("'t Hart")
    ("'=1+1", 'ada', "'t Hart")
    >>> neutralise_formula("\xa0=1+1")
    "'\xa0=1+1"
    """
    return "'" + value if _is_formula(value) else value


def restore_formula(value: str) -> str:
    """Return the value from which :func:`neutralise_formula` made this one.

    >>> restore_formula("'=1+1"), restore_formula("ada"), restore_formula("'t Hart")
    ('=1+1', 'ada', "'t Hart")
    """
    return value[1:] if value.startswith("'") and _is_formula(value) else value


def _is_formula(value: str) -> bool:
    if value[:1].isalnum() and value[0] not in _BLANK:  # as most texts begin
        return False
    value = value.lstrip("'")
    return value.startswith(_BREAKS) or next(filter(is_visible, value), None) in _FORMULA


def is_visible(character: str) -> bool:
    r"""Return whether a character alone can be seen: no blank, control, accent or direction mark.

    >>> is_visible("a"), is_visible("="), is_visible(" "), is_visible("\u200b")
    (True, True, False, False)
    """
    if character.isascii():
        return "!" <= character <= "~"
    printed = character.isprintable() and character not in _BLANK
    return printed and category(character) not in ("Mn", "Me")


def quote_cell(value: str) -> str:
    """Return a cell of a CSV file, in quotes if a spreadsheet might see more than one cell.

    Spreadsheets take a comma, semicolon, bar or tab for the separator.

    >>> quote_cell("a;b"), quote_cell("ada")
    ('"a;b"', 'ada')
    """
    return '"' + value.replace('"', '""') + '"' if _SEPARATORS.search(value) else value


def strip_controls(text: str) -> str:
    r"""Return a text with only what XML and calendars may hold, its lines ended as in Unix.

    Control characters and unpaired surrogates become U+FFFD. Tabs and newlines stay.

    >>> strip_controls("a\x00b\r\nc")
    'a\ufffdb\nc'
    """
    if text.isprintable():  # as most texts are
        return text
    return _ILLEGAL.sub("\ufffd", _NEWLINES.sub("\n", text))
