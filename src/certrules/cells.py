"""How does a value pass through a spreadsheet without being run as a formula?"""

__all__ = ["escaped", "unescaped"]

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
