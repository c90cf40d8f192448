"""Does the time zone of every user exist?"""

from collections.abc import Iterable

from certrules import instants
from certrules.model.people import User

__all__ = ["zones_checked"]


def zones_checked(users: Iterable[User]) -> list[User]:
    """Return users to keep; raise :class:`~certrules.errors.UnknownZoneError` where a zone is none.

    Users that are read again are not checked: another machine may know fewer zones.
    """
    found = list(users)
    for zone in {user.time_zone for user in found}:
        if zone is not None:
            instants.time_zone(zone)
    return found
