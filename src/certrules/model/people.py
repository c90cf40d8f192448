"""Who can hold a certification?"""

from attrs import field, frozen

from certrules.model.converters import distinct

__all__ = ["User", "username_key"]


def username_key(username: str) -> str:
    """Return the form in which usernames are compared: trimmed, and blind to case.

    >>> username_key(" Ada.Lovelace ") == username_key("ada.lovelace")
    True

    Rules: INT-15, X-CSV-3.
    """
    return username.strip().casefold()


@frozen
class User:
    """A person as the host knows them.

    ``time_zone`` is their own choice, where they made one; ``groups`` and ``branches`` are the ids
    of those to which they belong now.
    """

    id: str
    username: str
    first_name: str = ""
    last_name: str = ""
    active: bool = True
    time_zone: str | None = None
    groups: frozenset[str] = field(default=frozenset(), converter=distinct)
    branches: frozenset[str] = field(default=frozenset(), converter=distinct)
