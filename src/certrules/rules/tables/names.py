"""Names of columns, filters and values: which one is meant, however it is spelled?"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from certrules.errors import InvalidValueError
from certrules.model.tables import folded

__all__ = ["named"]


def named(kind: str, given: str, known: Iterable[str]) -> str:
    """Return a name as it is known, or say which there are."""
    names = {_spelling(name): name for name in known}
    if (name := names.get(_spelling(given))) is not None:
        return name
    near = get_close_matches(_spelling(given[:100]), names)
    hint = f"; did you mean {names[near[0]]}?" if near else ""
    expected = "one of " + ", ".join(names.values()) if names else "none: this table has none"
    raise InvalidValueError(kind, given, expected + hint)


def _spelling(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", folded(name.strip()))
