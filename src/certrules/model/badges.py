"""Which credential was issued for an award, and what has become of it since?"""

from datetime import datetime
from enum import Enum

from attrs import field, frozen

from certrules import instants
from certrules.model.awards import Award
from certrules.model.converters import utc_or_none

__all__ = ["Badge", "BadgeState"]


class BadgeState(Enum):
    """Where a badge stands at an instant, as its verification page shows it.

    Rules: INT-42.
    """

    VALID = "valid"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"

    def __str__(self) -> str:
        return self.value


@frozen
class Badge:
    """A credential of one cycle of an award, under an id that nobody can guess.

    Its dates are the award's when it was issued. ``status_list`` and ``index`` say which bit of
    which status list is its own for ever. What is revoked stays so; a suspension may be lifted.
    A badge is revoked when its award ends, or gets other dates. One that is revoked by hand is
    ``withdrawn`` besides: as long as its award has these dates, that gets no other.

    Rules: ALL-ROLE-11, INT-42.
    """

    id: str
    user: str
    certification: str
    cycle: int
    issued_at: datetime = field(converter=instants.utc)
    expires_at: datetime | None = field(converter=utc_or_none)
    status_list: int
    index: int
    suspended: bool = False
    revoked: bool = False
    withdrawn: bool = False

    @property
    def award(self) -> Award:
        """The award as it was when the credential was issued."""
        return Award(
            self.user, self.certification, self.issued_at, self.expires_at, cycle=self.cycle
        )
