"""Can a URL be followed, and does an id give an e-mail address away?"""

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote

__all__ = ["is_id", "is_uri", "is_web"]

_WEB = re.compile(
    r"https?://(?:[^\s/?#\\@:\[\]<>\"^`{|}%]+|\[(?P<ipv6>[0-9a-f:.]+)\])"
    r"(?::(?P<port>[0-9]{0,5}))?(?:[/?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)
_NAMED = re.compile(r"(?:urn|did):[a-z0-9][a-z0-9-]*:\S+", re.IGNORECASE | re.ASCII)
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s/?#&=:;,@]@[^\s/?#&=:;,@]")


def is_web(value: object) -> bool:
    """Return whether a value is a whole http(s) URL without a user, with a host that can be.

    >>> is_web("HTTPS://academy.example:8443/a"), is_web("https://:80"), is_web("http://[::1")
    (True, False, False)
    """
    found = _WEB.fullmatch(value) if isinstance(value, str) and value.isprintable() else None
    return found is not None and _is_port(found["port"]) and _is_ipv6(found["ipv6"])


def is_uri(value: object) -> bool:
    """Return whether a value is an http(s) URL, a ``urn:`` or a ``did:``."""
    named = isinstance(value, str) and value.isprintable() and _NAMED.fullmatch(value)
    return bool(named) or is_web(value)


def is_id(value: object) -> bool:
    """Return whether a value is a URL, a DID or a UUID as an URN, and no e-mail address is in it.

    >>> is_id("https://x.example/@ada"), is_id("https://x.example/?of=ada%40x.example")
    (True, False)
    """
    if not isinstance(value, str) or not is_uri(value) or _EMAIL.search(unquote(value)):
        return False
    return not value.lower().startswith("urn:") or _UUID.fullmatch(value) is not None


def _is_port(port: str | None) -> bool:
    return not port or 0 < int(port) <= 65_535


def _is_ipv6(address: str | None) -> bool:
    try:
        return address is None or bool(IPv6Address(address))
    except AddressValueError:
        return False
