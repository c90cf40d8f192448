"""What does one person hold, since when, until when, and by what right?"""

import re
from datetime import datetime

from attrs import evolve, field, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.converters import utc_or_none
from certrules.model.validators import instance_of, some_text, some_text_or_none
from certrules.words import Word

__all__ = [
    "AssociationType",
    "Award",
    "AwardIdentity",
    "ExpiryBasis",
    "ExternalLink",
    "ManualAward",
    "Source",
]


class AssociationType(Word):
    """By what an award was earned.

    Rules: DOC-AWARD-03.
    """

    MANUAL = "manual"
    COURSE = "course"
    LEARNING_PLAN = "learning_plan"
    EXTERNAL_TRAINING = "external_training"
    EXTERNAL_CERTIFICATION = "external_certification"
    LEARNING_TRACK = "learning_track"


class ExpiryBasis(Word):
    """Who set the expiry: the definition, a date written by hand, or nobody, for ever.

    Rules: DOC-EXP-03, DOC-EXP-04.
    """

    DEFINITION = "definition"
    DATE = "date"
    ALWAYS_VALID = "always_valid"


_WEB = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?", re.IGNORECASE)


def _web(_: object, __: object, url: str) -> None:
    if not isinstance(url, str) or not url.isprintable() or not _WEB.fullmatch(url):
        raise InvalidValueError("link", url, "a URL that begins with https:// or http://")


@frozen
class ExternalLink:
    """Where an external certification can be seen: its provider, and the http(s) link there.

    Rules: DOC-AWARD-06.
    """

    provider: str = field(validator=some_text)
    url: str = field(validator=_web)


def _links(_: object, __: object, links: tuple[ExternalLink, ...]) -> None:
    if not isinstance(links, tuple) or not all(isinstance(each, ExternalLink) for each in links):
        raise InvalidValueError("links", links, "a tuple of ExternalLink")


@frozen
class Source:
    """What an award was earned by: the association type, and the item's id if there is one.

    ``links`` belong to an external certification. ``completed_at`` is set where the training was
    completed at another instant than that of the issue.

    Rules: DOC-AWARD-03, DOC-AWARD-07, INT-37.
    """

    type: AssociationType = field(
        default=AssociationType.MANUAL, validator=instance_of(AssociationType)
    )
    item_id: str | None = field(default=None, validator=some_text_or_none)
    links: tuple[ExternalLink, ...] = field(default=(), validator=_links)
    completed_at: datetime | None = field(default=None, converter=utc_or_none)


def _check_expiry(expires_at: datetime | None, basis: ExpiryBasis) -> None:
    if basis is ExpiryBasis.ALWAYS_VALID and expires_at is not None:
        raise InvalidValueError("expires_at", expires_at, "None: it is always valid")
    if basis is ExpiryBasis.DATE and expires_at is None:
        raise InvalidValueError("expires_at", None, "a date, or the basis ALWAYS_VALID")


AwardIdentity = tuple[str, str, datetime, datetime | None]
"""(user, certification, issued, expires): what makes two records of history the same one."""


@frozen
class Award:
    """One cycle of one certification in the hands of one user.

    Issued and expiring instants are stamped when the award is made and never move because a
    definition does. Cycles of the same user and certification are numbered from 1; at most one, the
    last, is current, the others are archived. ``version`` counts the changes to this cycle.
    ``anchor_day`` is the day of the month on which its chain of renewals began, if that was lost to
    a shorter month.

    Rules: DOC-EXP-03, DOC-TZ-01, INT-01c.
    """

    user_id: str
    certification_id: str
    issued_at: datetime = field(converter=instants.utc)
    expires_at: datetime | None = field(converter=utc_or_none)
    basis: ExpiryBasis = ExpiryBasis.DEFINITION
    source: Source = Source()
    cycle: int = 1
    archived_at: datetime | None = field(default=None, converter=utc_or_none)
    anchor_day: int | None = None
    version: int = 1

    def __attrs_post_init__(self) -> None:
        _check_expiry(self.expires_at, self.basis)

    @property
    def identity(self) -> AwardIdentity:
        """What makes two records of history the same one."""
        return self.user_id, self.certification_id, self.issued_at, self.expires_at

    @property
    def archived(self) -> bool:
        """Whether another award has put this cycle into history."""
        return self.archived_at is not None

    def archive(self, at: datetime) -> "Award":
        """Return this award as history: with its own dates, archived at an instant."""
        return evolve(self, archived_at=at, version=self.version + 1)


@frozen
class ManualAward:
    """What an administrator awards by hand: the certification, its dates and its source.

    It names no user, and serves for every user who is awarded.

    Rules: DOC-AWARD-02, DOC-AWARD-03.
    """

    certification_id: str
    issued_at: datetime = field(converter=instants.utc)
    expires_at: datetime | None = field(converter=utc_or_none)
    basis: ExpiryBasis = ExpiryBasis.DEFINITION
    source: Source = Source()

    def __attrs_post_init__(self) -> None:
        _check_expiry(self.expires_at, self.basis)
