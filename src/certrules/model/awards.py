"""Awards: what does a user hold, since when, until when, by what earned, and in what status?"""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

from attrs import evolve

from certrules.errors import InvalidValueError, OutOfRangeError
from certrules.model.values import Count, DayOfMonth, Id, Only, value
from certrules.words import Word


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


class ExpiryDay(Word):
    """Whether an award is still valid on the day on which it expires.

    Rules: INT-01.
    """

    EXCLUSIVE = "exclusive"
    """It expires at the very instant."""
    INCLUSIVE = "inclusive"
    """It is valid to the end of that local day."""


def shown_expiry(expires_at: datetime, expiry_day: ExpiryDay) -> datetime:
    """Return the instant whose day people mean by an expiry date.

    It is the instant of the expiry, or if its day is included, the last moment before it. Raises
    :class:`~certrules.errors.OutOfRangeError` if there is none before it.

    >>> shown_expiry(datetime(2025, 1, 1, tzinfo=UTC), ExpiryDay.INCLUSIVE).date()
    datetime.date(2024, 12, 31)

    Rules: INT-01, INT-49.
    """
    if expiry_day is ExpiryDay.EXCLUSIVE:
        return expires_at
    try:
        return expires_at - timedelta(microseconds=1)
    except OverflowError as error:
        raise OutOfRangeError(expires_at, "minus a microsecond") from error


def _check_expiry(expires_at: datetime | None, basis: ExpiryBasis) -> None:
    if basis is ExpiryBasis.ALWAYS_VALID and expires_at is not None:
        raise InvalidValueError("expires_at", expires_at, "None: it is always valid")
    if basis is ExpiryBasis.DATE and expires_at is None:
        raise InvalidValueError("expires_at", None, "a date, or the basis ALWAYS_VALID")


_WEB = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?", re.IGNORECASE)
_Url = Annotated[
    str,
    Only(
        lambda url: url.isprintable() and _WEB.fullmatch(url),
        "a URL that begins with https:// or http://",
    ),
]


@value
class ExternalLink:
    """Where an external certification can be seen: its provider, and the http(s) link there.

    Rules: DOC-AWARD-06.
    """

    provider: Id
    url: _Url


@value
class Source:
    """What an award was earned by: the association type, and the item's id if there is one.

    ``links`` belong to an external certification. ``completed_at`` is set if the training was
    completed at another instant than that of the issue.

    Rules: DOC-AWARD-03, DOC-AWARD-07, INT-37.
    """

    type: AssociationType = AssociationType.MANUAL
    item_id: Id | None = None
    links: tuple[ExternalLink, ...] = ()
    completed_at: datetime | None = None


class AwardKey(NamedTuple):
    """Whose cycle of which certification: it names an award as long as it exists."""

    user_id: str
    certification_id: str
    cycle: int


AwardIdentity = tuple[str, str, datetime, datetime | None]
"""(user, certification, issued, expires): two records of history with the same are the same."""


@value
class Award:
    """One cycle of one certification that a user holds or held.

    The issue and the expiry are set when the award is made, and do not move if the definition
    changes. Cycles of a user and certification are numbered from 1. At most one, the last, is
    current; the others are archived. ``version`` counts the changes to this cycle. ``anchor_day``
    is the day of the month on which its chain of renewals began, if a shorter month lost it.
    ``expiry_day`` is only for showing: which day people mean by its expiry, the one on which
    ``expires_at`` falls, or the last one before it.

    Rules: DOC-EXP-03, DOC-TZ-01, INT-01c.
    """

    user_id: Id
    certification_id: Id
    issued_at: datetime
    expires_at: datetime | None
    basis: ExpiryBasis = ExpiryBasis.DEFINITION
    source: Source = Source()
    cycle: Count = 1
    archived_at: datetime | None = None
    anchor_day: DayOfMonth | None = None
    version: Count = 1
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE

    def __attrs_post_init__(self) -> None:
        _check_expiry(self.expires_at, self.basis)

    @property
    def identity(self) -> AwardIdentity:
        """What makes two records of history the same one."""
        return self.user_id, self.certification_id, self.issued_at, self.expires_at

    @property
    def key(self) -> AwardKey:
        """Which cycle this is."""
        return AwardKey(self.user_id, self.certification_id, self.cycle)

    @property
    def archived(self) -> bool:
        """Whether this cycle is history."""
        return self.archived_at is not None

    def archive(self, at: datetime) -> "Award":
        """Return this award as history: with its own dates, archived at an instant."""
        return evolve(self, archived_at=at, version=self.version + 1)


@value
class ManualAward:
    """What an administrator awards by hand: the certification, its dates and its source.

    It names no user, and serves for every user who is awarded.

    Rules: DOC-AWARD-02, DOC-AWARD-03.
    """

    certification_id: Id
    issued_at: datetime
    expires_at: datetime | None
    basis: ExpiryBasis = ExpiryBasis.DEFINITION
    source: Source = Source()
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE

    def __attrs_post_init__(self) -> None:
        _check_expiry(self.expires_at, self.basis)


class Status(Word):
    """The status of an award: derived from an instant, never stored.

    Rules: DOC-CSV-05, DOC-EXP-05.
    """

    NOT_YET_VALID = "not yet valid"
    VALID = "valid"
    EXPIRED = "expired"
    ARCHIVED = "archived"


DECIDED_BY: tuple[tuple[Status, str, bool], ...] = (
    (Status.ARCHIVED, "archived_at", True),
    (Status.NOT_YET_VALID, "issued_at", False),
    (Status.EXPIRED, "expires_at", True),
)
"""Each status, the instant of the award that decides it, and whether that must be reached.

The first that applies is the status; if none does, the award is valid. Memory and databases
evaluate this one table. An instant that is None is never reached.
"""


def status_of(award: Award, at: datetime) -> Status:
    """Return the status of an award at an instant in UTC.

    Rules: DOC-CSV-05, DOC-CSV-07, DOC-EXP-04, INT-01.
    """
    for status, name, reached in DECIDED_BY:
        instant = getattr(award, name)
        if (instant is not None and at >= instant) is reached:
            return status
    return Status.VALID


@value
class CalendarEntry:
    """The last day on which an award is valid, and whose award it is."""

    user_id: Id
    certification_id: Id
    cycle: Count
    title: str
    code: str | None
    issued_on: date
    last_day: date
