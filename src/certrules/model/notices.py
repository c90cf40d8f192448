"""Which notifications has an administrator set up, and what is one learner told by one of them?"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Self

from attrs import field, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.validators import instance_of, some_text
from certrules.words import Word

__all__ = [
    "Notice",
    "NoticeIdentity",
    "NoticeKind",
    "Notification",
    "Offset",
    "OffsetUnit",
    "Planned",
    "Priority",
    "Recipient",
]


class NoticeKind(Word):
    """What a notification tells of.

    Rules: DOC-NOTIFY-01, DOC-NOTIFY-05.
    """

    ISSUED = "issued"
    EXPIRY = "expiry"
    ENROLLED = "enrolled"


class OffsetUnit(Word):
    """A unit of the time between an expiry and its notice; there are no months.

    Rules: DOC-NOTIFY-04, INT-25.
    """

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


def _whole(_: object, __: object, amount: int) -> None:
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise InvalidValueError("offset amount", amount, "a whole number")


def _unit(_: object, __: object, unit: OffsetUnit) -> None:
    if not isinstance(unit, OffsetUnit):
        raise InvalidValueError("offset unit", unit, "hours, days or weeks")


@frozen
class Offset:
    """How long before an expiry (a negative amount) or after it a notice is due.

    >>> str(Offset(-2, OffsetUnit.WEEKS)), str(Offset(1, OffsetUnit.HOURS)), str(Offset())
    ('2 weeks before', '1 hour after', 'at once')

    Rules: DOC-NOTIFY-04, INT-25, X-NOTIFY-3.
    """

    amount: int = field(default=0, validator=_whole)
    unit: OffsetUnit = field(default=OffsetUnit.HOURS, validator=_unit)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2 weeks before``, ``1 hour after`` or ``at once``.

        Raises :class:`~certrules.errors.InvalidValueError` for anything else.
        """
        words = text.strip().casefold() if isinstance(text, str) else ""
        if words == "at once":
            return cls()
        if found := _OFFSET.fullmatch(words):
            amount = int(found[1])
            return cls(-amount if found[3] == "before" else amount, OffsetUnit(found[2] + "s"))
        raise InvalidValueError("offset", text, "such as '2 weeks before' or 'at once'")

    def __str__(self) -> str:
        if not self.amount:
            return "at once"
        count, unit = abs(self.amount), str(self.unit)
        side = "before" if self.amount < 0 else "after"
        return f"{count} {unit[:-1] if count == 1 else unit} {side}"


_OFFSET = re.compile(r"(\d{1,6})\s+(hour|day|week)s?\s+(before|after)", re.ASCII)


class Priority(Word):
    """How soon after it is due a notice is to be sent.

    >>> Priority.HIGH.within
    datetime.timedelta(seconds=600)

    Rules: X-NOTIFY-1.
    """

    NORMAL = "normal"
    HIGH = "high"

    @property
    def within(self) -> timedelta:
        """How long sending may take."""
        return timedelta(minutes=10 if self is Priority.HIGH else 60)


class Recipient(Word):
    """Who is sent a notice: the learner whose award it is, or those with a role.

    Rules: X-NOTIFY-3.
    """

    LEARNER = "learner"
    POWER_USERS = "power_users"
    INSTRUCTORS = "instructors"
    MANAGERS = "managers"
    SUPERADMINS = "superadmins"


def _recipients(recipients: Iterable[Recipient]) -> frozenset[Recipient]:
    chosen = list(recipients) if isinstance(recipients, Iterable) else []
    if not chosen or not all(isinstance(each, Recipient) for each in chosen):
        raise InvalidValueError(
            "recipients", recipients, f"some of {', '.join(map(str, Recipient))}"
        )
    return frozenset(chosen)


@frozen
class Notification:
    """A notification as an administrator set it up: what it tells of, when, to whom and how.

    ``id`` is the host's, and stands in the identity of every notice: a notification that is set up
    anew is another one. Subject and body are templates; see
    :mod:`certrules.rules.notifications`. Only the expiry can be told of at another moment than its
    own; an offset of another kind raises :class:`~certrules.errors.InvalidValueError`, as do no
    recipients, and what is of another type. Who has a role is the host's to know, and so is whom it
    sends the message.

    Rules: DOC-NOTIFY-02, DOC-NOTIFY-04, INT-25, X-NOTIFY-1, X-NOTIFY-3.
    """

    id: str = field(validator=some_text)
    kind: NoticeKind = field(validator=instance_of(NoticeKind))
    offset: Offset = field(default=Offset(), validator=instance_of(Offset))
    subject: str = field(default="", validator=instance_of(str))
    body: str = field(default="", validator=instance_of(str))
    recipients: frozenset[Recipient] = field(
        default=frozenset({Recipient.LEARNER}), converter=_recipients
    )
    priority: Priority = field(default=Priority.NORMAL, validator=instance_of(Priority))

    def __attrs_post_init__(self) -> None:
        if self.offset.amount and self.kind is not NoticeKind.EXPIRY:
            raise InvalidValueError("offset", str(self.offset), f"none for kind {self.kind}")


NoticeIdentity = tuple[str, str, int, str, datetime | None, str]
"""(user, certification, cycle, notification, of, item): what is told once only.

``of`` is None for an issue: of each cycle there is one.
"""


@frozen
class Notice:
    """What one notification tells of one cycle of an award.

    ``of`` is the instant of what is told: the expiry, or the event. ``due_at`` is when it is to be
    told. ``item_id`` is the course or learning plan of an enrolment, and empty otherwise.

    Rules: INT-25.
    """

    notification_id: str
    kind: NoticeKind
    user_id: str
    certification_id: str
    cycle: int
    of: datetime = field(converter=instants.utc)
    due_at: datetime = field(converter=instants.utc)
    item_id: str = ""
    priority: Priority = Priority.NORMAL

    @property
    def identity(self) -> NoticeIdentity:
        """What makes two notices the same one, however often and whenever they are planned."""
        of = None if self.kind is NoticeKind.ISSUED else self.of
        return (
            self.user_id,
            self.certification_id,
            self.cycle,
            self.notification_id,
            of,
            self.item_id,
        )

    @property
    def send_by(self) -> datetime:
        """When it is to be sent at the latest.

        Rules: X-NOTIFY-1.
        """
        within = self.priority.within
        return min(self.due_at, datetime.max.replace(tzinfo=UTC) - within) + within


@frozen
class Planned:
    """How far the notices of one notification are planned.

    Of the events up to a position in the outbox, and of the expiries until an instant; ``since`` is
    the one before which nothing is told, because the notification was set up then.
    """

    position: int
    until: datetime = field(converter=instants.utc)
    since: datetime = field(converter=instants.utc)
