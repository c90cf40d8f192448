"""The outbox: what has happened to awards, and which notifications send notices to learners?"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from attrs import field

from certrules.errors import InvalidValueError
from certrules.model.awards import AwardKey
from certrules.model.values import Amount, Count, Id, Only, value
from certrules.words import Word


class EventKind(Word):
    """What happened to an award, or to an enrolment for its sake.

    A change is an edit by hand; what is removed by unlinking, unassigning or deleting is gone. What
    an import issued calls for no notice of its issue, unless whoever imports asks for it: then it
    is issued.

    Rules: DOC-CSV-20, DOC-RENEW-10, INT-48.
    """

    ISSUED = "award.issued"
    IMPORTED = "award.imported"
    RENEWED = "award.renewed"
    CHANGED = "award.changed"
    REMOVED = "award.removed"
    ENROLLED = "enrolment.created"


ISSUES = EventKind.ISSUED, EventKind.IMPORTED, EventKind.RENEWED
"""The events that begin a cycle."""


@value
class Event:
    """Something that happened to one cycle of an award, at an instant.

    ``item_id`` is the id of the course or learning plan of an enrolment.
    """

    kind: EventKind
    user_id: Id
    certification_id: Id
    cycle: Count
    at: datetime
    item_id: Id | None = None

    @property
    def key(self) -> AwardKey:
        """The cycle of the award that it is about."""
        return AwardKey(self.user_id, self.certification_id, self.cycle)


class NoticeKind(Word):
    """What a notification is about.

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


_MOST = 999_999
_Distance = Annotated[
    int, Only(range(-_MOST, _MOST + 1).__contains__, f"a whole number from -{_MOST} to {_MOST}")
]


@value
class Offset:
    """How long before an expiry (a negative amount) or after it a notice is due.

    >>> str(Offset(-2, OffsetUnit.WEEKS)), str(Offset(1, OffsetUnit.HOURS)), str(Offset())
    ('2 weeks before', '1 hour after', 'at once')

    Rules: DOC-NOTIFY-04, INT-25, X-NOTIFY-3.
    """

    amount: _Distance = 0
    unit: OffsetUnit = OffsetUnit.HOURS

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
    """How soon a notice is to be sent after it is due.

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
    """Who receives a notice: the learner whose award it is, or those with a role.

    Rules: X-NOTIFY-3.
    """

    LEARNER = "learner"
    POWER_USERS = "power_users"
    INSTRUCTORS = "instructors"
    MANAGERS = "managers"
    SUPERADMINS = "superadmins"


class NotRenewable(Word):
    """What a user is sent whose renewal would be refused: the notice without its link, or none.

    Rules: INT-48.
    """

    WITHOUT_LINK = "without_link"
    NOT_SENT = "not_sent"


def _offset(given: Offset | str) -> Offset:
    return Offset.parse(given) if isinstance(given, str) else given


def _recipients(recipients: Iterable[Recipient]) -> frozenset[Recipient]:
    if not recipients:
        expected = f"some of {', '.join(map(str, Recipient))}"
        raise InvalidValueError("recipients", recipients, expected)
    return frozenset(recipients)


@value
class Notification:
    """A notification as an administrator set it up: what it is about, when, to whom and how.

    ``id`` is the host's, and is part of the identity of every notice: a notification that is set up
    anew is another one. ``offset`` may be given as text, such as ``"2 weeks before"``; only a
    notification of an expiry can have one. Subject and body are templates; see
    :mod:`certrules.rules.notifications`. There is at least one recipient. The host knows who has a
    role, and sends the message. ``not_renewable`` says what a user is sent whose renewal would be
    refused; only a notification of an expiry can withhold the notice.

    Rules: DOC-NOTIFY-02, DOC-NOTIFY-04, INT-25, INT-48, X-NOTIFY-1, X-NOTIFY-3.
    """

    id: Id
    kind: NoticeKind
    offset: Offset = field(default=Offset(), converter=_offset)
    subject: str = ""
    body: str = ""
    recipients: frozenset[Recipient] = field(
        default=frozenset({Recipient.LEARNER}), converter=_recipients
    )
    priority: Priority = Priority.NORMAL
    not_renewable: NotRenewable = NotRenewable.WITHOUT_LINK

    def __attrs_post_init__(self) -> None:
        if self.kind is NoticeKind.EXPIRY:
            return
        if self.offset.amount:
            raise InvalidValueError("offset", str(self.offset), f"none for kind {self.kind}")
        if self.not_renewable is NotRenewable.NOT_SENT:
            expected = f"{NotRenewable.WITHOUT_LINK} for kind {self.kind}"
            raise InvalidValueError("not_renewable", self.not_renewable, expected)


NoticeIdentity = tuple[str, str, int, str, datetime | None, str]
"""(user, certification, cycle, notification, of, item): what is sent once only.

``of`` is None for an issue: each cycle has one.
"""


@value
class Notice:
    """What one notification sends about one cycle of an award.

    ``of`` is the instant of the expiry or of the event. ``due_at`` is when the notice is to be
    sent. ``item_id`` is the course or learning plan of an enrolment, and empty otherwise.

    Rules: INT-25.
    """

    notification_id: Id
    kind: NoticeKind
    user_id: Id
    certification_id: Id
    cycle: Count
    of: datetime
    due_at: datetime
    item_id: str = ""
    priority: Priority = Priority.NORMAL

    @property
    def key(self) -> AwardKey:
        """The cycle of the award that it is about."""
        return AwardKey(self.user_id, self.certification_id, self.cycle)

    @property
    def identity(self) -> NoticeIdentity:
        """What makes two notices the same one, however often and whenever they are planned."""
        of = None if self.kind is NoticeKind.ISSUED else self.of
        return (*self.key, self.notification_id, of, self.item_id)

    @property
    def send_by(self) -> datetime:
        """When it is to be sent at the latest.

        Rules: X-NOTIFY-1.
        """
        within = self.priority.within
        return min(self.due_at, datetime.max.replace(tzinfo=UTC) - within) + within


@value
class Planned:
    """How far the notices of one notification are planned.

    Those of the events up to a position in the outbox, and of the expiries until an instant. None
    is planned for anything before ``since``, when the notification was set up.
    """

    position: Amount
    until: datetime
    since: datetime
