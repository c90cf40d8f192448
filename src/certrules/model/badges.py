"""Badges: what is their picture, which credential was issued, and what has become of it since?"""

import re
from datetime import datetime
from typing import Annotated

from certrules.model.awards import Award
from certrules.model.values import Amount, Count, Id, Only, value
from certrules.words import Word


class ImageFormat(Word):
    """A format that a badge image may have, by its content.

    Rules: ALL-BADGE-04.
    """

    PNG = "png"
    JPEG = "jpeg"


@value
class ImageInfo:
    """The format of an image, None if its content is of neither, and its size in pixels.

    ``fault`` says why it cannot be shown, None if it can.
    """

    format: ImageFormat | None
    width: Amount = 0
    height: Amount = 0
    fault: str | None = None


class BadgeState(Word):
    """Where a badge stands at an instant, as its verification page shows it.

    Rules: INT-42.
    """

    VALID = "valid"
    NOT_YET_VALID = "not yet valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"


PLACES = 131_072
"""How many badges share a status list, each with a place of its own, from 0 on."""

_Unguessable = Annotated[
    str,
    Only(re.compile("[A-Za-z0-9-]+").fullmatch, "letters, digits and hyphens, as a UUID has"),
]
_Place = Annotated[int, Only(range(PLACES).__contains__, f"0 to {PLACES - 1}")]


@value
class Badge:
    """A credential of one cycle of an award, under an id that nobody can guess.

    Its dates are the award's when it was issued. ``status_list`` and ``index`` are the bit of a
    status list that is its own for ever. A revoked badge stays revoked; a suspension may be lifted.
    A badge is revoked if its award ends or gets other dates. A badge that is revoked by hand is
    ``withdrawn`` as well: as long as its award has these dates, the award gets no other badge.

    Rules: ALL-ROLE-11, INT-42.
    """

    id: _Unguessable
    user_id: Id
    certification_id: Id
    cycle: Count
    issued_at: datetime
    expires_at: datetime | None
    status_list: Count
    index: _Place
    suspended: bool = False
    revoked: bool = False
    withdrawn: bool = False

    @property
    def award(self) -> Award:
        """The award as it was when the credential was issued."""
        return Award(
            self.user_id, self.certification_id, self.issued_at, self.expires_at, cycle=self.cycle
        )
