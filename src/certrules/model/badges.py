"""Which credential was issued for an award, and what has become of it since?"""

import re
from datetime import datetime
from typing import Any

from attrs import field, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.awards import Award
from certrules.model.converters import utc_or_none
from certrules.words import Word

__all__ = ["PLACES", "Badge", "BadgeState"]


class BadgeState(Word):
    """Where a badge stands at an instant, as its verification page shows it.

    Rules: INT-42.
    """

    VALID = "valid"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


PLACES = 131_072
"""How many badges share a status list, each with a place of its own, from 0 on."""

_ID = re.compile(r"[A-Za-z0-9-]+")


def _id(_: object, __: object, value: Any) -> None:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidValueError("id", value, "letters, digits and hyphens, as a UUID has")


def _text(_: object, attribute: Any, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise InvalidValueError(attribute.name, value, "an id")


def _number(_: object, attribute: Any, value: Any) -> None:
    if type(value) is not int or value < 1:
        raise InvalidValueError(attribute.name, value, "a number of 1 or more")


def _place(_: object, attribute: Any, value: Any) -> None:
    if type(value) is not int or not 0 <= value < PLACES:
        raise InvalidValueError(attribute.name, value, f"0 to {PLACES - 1}")


@frozen
class Badge:
    """A credential of one cycle of an award, under an id that nobody can guess.

    Its dates are the award's when it was issued. ``status_list`` and ``index`` say which bit of
    which status list is its own for ever. What is revoked stays so; a suspension may be lifted.
    A badge is revoked when its award ends, or gets other dates. One that is revoked by hand is
    ``withdrawn`` besides: as long as its award has these dates, that gets no other.

    Raises :class:`~certrules.errors.InvalidValueError` for what is no id, number or place.

    Rules: ALL-ROLE-11, INT-42.
    """

    id: str = field(validator=_id)
    user_id: str = field(validator=_text)
    certification_id: str = field(validator=_text)
    cycle: int = field(validator=_number)
    issued_at: datetime = field(converter=instants.utc)
    expires_at: datetime | None = field(converter=utc_or_none)
    status_list: int = field(validator=_number)
    index: int = field(validator=_place)
    suspended: bool = False
    revoked: bool = False
    withdrawn: bool = False

    @property
    def award(self) -> Award:
        """The award as it was when the credential was issued."""
        return Award(
            self.user_id, self.certification_id, self.issued_at, self.expires_at, cycle=self.cycle
        )
