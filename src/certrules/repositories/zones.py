"""Time zones of users, checked before they are stored."""

from collections.abc import Iterable

from certrules import instants
from certrules.model.people import User


def zones_checked(users: Iterable[User]) -> list[User]:
    """Return the users; raise :class:`~certrules.errors.UnknownZoneError` if a zone does not exist.

    Users are not checked when they are read: another machine may know fewer zones.
    """
    found = list(users)
    for zone in {user.time_zone for user in found}:
        if zone is not None:
            instants.time_zone(zone)
    return found
