"""What does a published status list say of one badge at an instant?"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from certrules.badges import statuslist, structure
from certrules.badges._claims import check_names, instant_of
from certrules.badges._outcomes import Found, said, short
from certrules.badges._signatures import id_of, payload_of
from certrules.badges.keys import Keys
from certrules.badges.structure import listed
from certrules.errors import BadgeError

__all__ = ["Statuses", "is_marked"]

Statuses = Callable[[str], str | None]
"""The token of the status list at a URL, or None where it cannot be had."""

_MESSAGES = ("message", "refresh")  # the purposes of the standard that are no states


def is_marked(
    entry: Any,
    credential: Mapping[str, Any],
    keys: Keys,
    status: Statuses | None,
    at: datetime,
    algorithms: Collection[str],
) -> bool:
    """Return whether the bit is set that an entry names; raise where nobody can know."""
    if "BitstringStatusListEntry" not in listed(entry["type"]):
        raise BadgeError("its status is not told by a Bitstring Status List")
    purpose, url, index = (
        entry[name] for name in ("statusPurpose", "statusListCredential", "statusListIndex")
    )
    if purpose in _MESSAGES:
        return False
    if purpose not in statuslist.PURPOSES:
        raise BadgeError(f"its status has the purpose {short(purpose)}, which nobody here knows")
    if len(index) > 9:  # a list has fewer bits; and the work of reading a number has to end
        raise BadgeError(f"no status list has a bit {short(index)}")
    if entry.get("statusSize") not in (None, 1):
        raise BadgeError("its status list has more than one bit a credential")
    try:
        published = _published(url, keys, status, algorithms)
        bits = _bits(published, url, purpose, id_of(credential["issuer"]), at)
        return statuslist.is_set(bits, int(index))
    except (BadgeError, Found, OSError) as error:
        raise BadgeError(f"the status list {short(url)}: {said(error)}") from None


def _published(
    url: str, keys: Keys, status: Statuses | None, algorithms: Collection[str]
) -> Mapping[str, Any]:
    token = status(url) if status is not None else None
    if token is None:
        raise BadgeError("it is not at hand")
    return payload_of(token, keys, algorithms)


def _bits(
    published: Mapping[str, Any], url: str, purpose: str, issuer: object, at: datetime
) -> bytes:
    """Return the bits of a published list, where it is the one that was asked for."""
    structure.check_list(published)
    subject = published["credentialSubject"]
    if purpose not in listed(subject["statusPurpose"]):
        raise BadgeError(f"it is none for {purpose}")
    if published["id"] != url or id_of(published["issuer"]) != issuer:
        raise BadgeError("it is another one, or of another issuer")
    check_names(published, needed=False)
    _check_time(published, at.timestamp())
    return statuslist.decode(subject["encodedList"])


def _check_time(published: Mapping[str, Any], now: float) -> None:
    """Raise unless a list is of this time: others sign one later than from when on it counts."""
    since, expires = structure.begins(published), structure.seconds(published, "exp")
    until = instant_of(published, "validUntil")
    ends = None if until is None else until.timestamp()
    if since is not None and now < since:
        raise BadgeError("it is not valid yet")
    if any(each is not None and now >= each for each in (ends, expires)):
        raise BadgeError("it has expired")
