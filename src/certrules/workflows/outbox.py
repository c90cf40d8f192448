"""The outbox: events and notices that the host has not acknowledged yet.

Each is saved with the change that it reports. The host reads them in order, does its part, and
acknowledges the last position that it is done with; until then everything is delivered again. So
whoever acts on an entry must recognise one that they have seen: by its id, which never changes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, assert_never
from urllib.parse import quote

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.notices import Event, Notice, Notification
from certrules.model.people import Action
from certrules.repositories.protocols import HasBadges, HasEvents, HasNotices, HasUsers
from certrules.rules import notifications as rules
from certrules.workflows.log import log
from certrules.workflows.platform import Acting

MOST = 2**31 - 1
"""How many entries a database can be asked for at once."""

_URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")


class NoticeParts(HasUsers, HasBadges, HasNotices, Protocol):
    """What :func:`enqueue_notices` asks of a store."""


class OutboxParts(NoticeParts, HasEvents, Protocol):
    """What :func:`enqueue_events` asks of a store."""


def pending(acting: Acting[HasEvents], *, limit: int = 100) -> Sequence[tuple[int, Event | Notice]]:
    """Return what was not acknowledged yet, each with its position, in order.

    At most ``limit`` entries; :func:`count` says how many there are. Raises
    :class:`~certrules.errors.InvalidValueError` for a limit that is no whole number from 0 on.
    Action: ``MANAGE_NOTIFICATIONS``.

    >>> from certrules.model.notices import EventKind
    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.events.add([Event(EventKind.ISSUED, "ada", "fa", 1, at)])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> [(position, str(entry.kind)) for position, entry in pending(system)]
    [(1, 'award.issued')]
    >>> acknowledge(system, 1)
    >>> pending(system)
    []
    """
    acting.require(Action.MANAGE_NOTIFICATIONS)
    limit = min(_whole("limit", limit), MOST)
    with acting.reading() as view:
        return view.events.after(view.events.acknowledged(), limit)


def count(acting: Acting[HasEvents], *, at: datetime) -> tuple[int, int]:
    """Return how much was not acknowledged yet, and how much of it is late at an aware instant.

    Action: ``MANAGE_NOTIFICATIONS``.

    >>> system = Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> count(system, at=datetime(2024, 1, 1, tzinfo=UTC))
    (0, 0)

    Rules: X-NOTIFY-1.
    """
    acting.require(Action.MANAGE_NOTIFICATIONS)
    at = instants.utc(at, "at")
    with acting.reading() as view:
        return view.events.count(view.events.acknowledged(), at)


def acknowledge(acting: Acting[HasEvents], position: int) -> None:
    """Acknowledge everything up to a position, which is then delivered no more.

    A position before the last acknowledged one changes nothing; one after the end means the end.
    Raises :class:`~certrules.errors.InvalidValueError` for what is no whole number from 0 on.
    Action: ``MANAGE_NOTIFICATIONS``.
    """
    acting.require(Action.MANAGE_NOTIFICATIONS)
    position = _whole("position", position)
    with acting.writing() as transaction:
        transaction.events.acknowledge(position)
    log("outbox", acknowledged=position)


def enqueue_events(
    transaction: OutboxParts, events: Iterable[Event], notifications: Sequence[Notification] = ()
) -> None:
    """Record events in the outbox, and after them the notices that they call for.

    Rules: DOC-NOTIFY-05, DOC-NOTIFY-06, ALL-NOTIFY-01.
    """
    events = list(events)
    transaction.events.add(events)
    if notifications:
        enqueue_notices(
            transaction, [each for event in events for each in rules.of_event(event, notifications)]
        )


def enqueue_notices(transaction: NoticeParts, notices: Sequence[Notice]) -> Sequence[Notice]:
    """Record in the outbox those notices that were never there, and return them.

    Notices to deactivated users, and of awards whose badge was revoked by hand, are never sent, not
    later either.

    Rules: DOC-NOTIFY-04, INT-23, INT-24.
    """
    users = transaction.users.among({notice.user_id for notice in notices})
    gone = {id_ for id_, user in users.items() if not user.active}
    withdrawn = transaction.badges.withdrawn({each.key for each in notices})
    sent: list[Notice] = []
    silent: list[Notice] = []
    for each in notices:
        (silent if each.user_id in gone or each.key in withdrawn else sent).append(each)
    transaction.notices.pass_over(silent)
    return transaction.notices.add(sent)


def as_cloud_event(position: int, entry: Event | Notice, *, source: str) -> Mapping[str, Any]:
    """Return an entry of the outbox as a CloudEvent 1.0, in its JSON form.

    ``source`` names the store, as a URI reference; with it, the position makes the id unique. A
    notice is of the instant at which it is due, and ``send_by`` is when it is to be sent at the
    latest. Raises :class:`~certrules.errors.InvalidValueError` for what is no position, counted
    from 1, and as :func:`check_source` does.

    >>> from certrules.model.notices import EventKind
    >>> event = Event(EventKind.ISSUED, "ada", "fa", 1, datetime(2024, 1, 1, tzinfo=UTC))
    >>> entry = as_cloud_event(7, event, source="https://learn.example/certifications")
    >>> entry["id"], entry["type"], entry["subject"], entry["time"]
    ('7', 'certrules.award.issued', 'ada/fa/1', '2024-01-01T00:00:00Z')

    Rules: X-NOTIFY-1.
    """
    data: dict[str, Any] = {
        "user": entry.user_id,
        "certification": entry.certification_id,
        "cycle": entry.cycle,
        "item": entry.item_id or None,
    }
    match entry:
        case Event():
            type_, time = f"certrules.{entry.kind}", entry.at
        case Notice():
            type_, time = f"certrules.notice.{entry.kind}", entry.due_at
            data |= {
                "notification": entry.notification_id,
                "kind": str(entry.kind),
                "of": _utc_text(entry.of),
                "due_at": _utc_text(entry.due_at),
                "priority": str(entry.priority),
                "send_by": _utc_text(entry.send_by),
            }
        case _:
            assert_never(entry)
    check_source(source)
    if not _whole("position", position):
        raise InvalidValueError("position", position, "a whole number, 1 or more")
    # no control character is allowed in a subject
    path = map(str, (entry.user_id, entry.certification_id, entry.cycle))
    return {
        "specversion": "1.0",
        "id": str(position),
        "source": source,
        "type": type_,
        "subject": "/".join(quote(each, safe="", errors="surrogatepass") for each in path),
        "time": _utc_text(time),
        "datacontenttype": "application/json",
        "data": data,
    }


def late(entry: Event | Notice, at: datetime) -> bool:
    """Return whether an entry should have been sent by an aware instant; an event never is late.

    Rules: X-NOTIFY-1.
    """
    return isinstance(entry, Notice) and entry.send_by < instants.utc(at, "at")


def check_source(source: str) -> None:
    """Raise :class:`~certrules.errors.InvalidValueError` for what cannot be a CloudEvent's source.

    Rules: X-NOTIFY-1.
    """
    if not isinstance(source, str) or not _URI_REFERENCE.fullmatch(source):
        raise InvalidValueError("source", source, "a URI reference, such as https://learn.example")


def _utc_text(instant: datetime) -> str:
    return instants.utc(instant).isoformat().replace("+00:00", "Z")


def _whole(name: str, number: int) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise InvalidValueError(name, number, "a whole number, 0 or more")
    return number
