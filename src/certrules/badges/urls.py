"""URLs: which can be followed, and which ids give no e-mail address away."""

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote

from certrules.errors import InvalidValueError

URI = "a URL with http or https, a urn: or a did:"

_WEB = re.compile(
    r"https?://(?:[^\s/?#\\@:\[\]<>\"^`{|}%]+|\[(?P<ipv6>[0-9a-f:.]+)\])"
    r"(?::(?P<port>[0-9]{0,5}))?(?:[/?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)
_NAMED = re.compile(r"(?:urn|did):[a-z0-9][a-z0-9-]*:\S+", re.IGNORECASE | re.ASCII)
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s/?#&=:;,@]@[^\s/?#&=:;,@]")


def check_web(url: str) -> None:
    """Raise InvalidValueError unless a text is an absolute http(s) URL.

    >>> check_web("javascript:alert(1)")
    Traceback (most recent call last):
        ...
    certrules.errors.InvalidValueError: url cannot be 'javascript:alert(1)': expected a whole URL, \
http:// or https://
    """
    if not is_web(url):
        raise InvalidValueError("url", url, "a whole URL, http:// or https://")


def check_uri(name: str, value: object) -> None:
    """Raise InvalidValueError unless a value is an ``http(s):`` URL, a ``urn:`` or a ``did:``.

    >>> check_uri("image", "academy.example")
    Traceback (most recent call last):
        ...
    certrules.errors.InvalidValueError: image cannot be 'academy.example': expected a URL with \
http or https, a urn: or a did:
    """
    if not is_uri(value):
        raise InvalidValueError(name, value, URI)


def is_web(value: object) -> bool:
    """Return whether a value is a whole http(s) URL without a user, with a host that can be.

    >>> is_web("HTTPS://academy.example:8443/a"), is_web("https://:80"), is_web("http://[::1")
    (True, False, False)
    """
    found = _WEB.fullmatch(value) if isinstance(value, str) and value.isprintable() else None
    if found is None or (found["port"] and not 0 < int(found["port"]) <= 65_535):
        return False
    try:
        return found["ipv6"] is None or bool(IPv6Address(found["ipv6"]))
    except AddressValueError:
        return False


def is_id(value: object) -> bool:
    """Return whether a value is a URL, a DID or a UUID as a URN, and no e-mail address is in it.

    >>> is_id("https://x.example/@ada"), is_id("https://x.example/?of=ada%40x.example")
    (True, False)
    """
    if not isinstance(value, str) or not is_uri(value) or _EMAIL.search(unquote(value)):
        return False
    return not value.lower().startswith("urn:") or _UUID.fullmatch(value) is not None


def is_uri(value: object) -> bool:
    """Return whether a value is an http(s) URL, a ``urn:`` or a ``did:``."""
    named = isinstance(value, str) and value.isprintable() and _NAMED.fullmatch(value)
    return bool(named) or is_web(value)
