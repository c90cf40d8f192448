"""What goes into the outbox, in the transaction of the change that it tells of?

For the workflows alone: they ask who may before they decide, and nothing is asked here.
"""

from collections.abc import Iterable, Sequence

from certrules.model.events import Event
from certrules.model.notices import Notice, Notification
from certrules.repositories.protocols import Transaction
from certrules.rules import notifications as rules

__all__ = ["put", "tell"]


def tell(
    transaction: Transaction, events: Iterable[Event], notifications: Sequence[Notification] = ()
) -> None:
    """Put events into the outbox, and after them the notices for which they call.

    Rules: DOC-NOTIFY-05, DOC-NOTIFY-06, ALL-NOTIFY-01.
    """
    events = list(events)
    transaction.events.add(events)
    put(transaction, [each for event in events for each in rules.of_event(event, notifications)])


def put(transaction: Transaction, notices: Sequence[Notice]) -> Sequence[Notice]:
    """Put into the outbox those notices that were never there, and return them.

    Nobody is told, then or later, of the awards of a user who is deactivated, nor of one whose
    badge was revoked by hand.

    Rules: DOC-NOTIFY-04, INT-23, INT-24.
    """
    users = transaction.users.among({notice.user_id for notice in notices})
    gone = {id_ for id_, user in users.items() if not user.active}
    withdrawn = transaction.badges.withdrawn({_cycle(each) for each in notices})
    told: list[Notice] = []
    silent: list[Notice] = []
    for each in notices:
        (silent if each.user_id in gone or _cycle(each) in withdrawn else told).append(each)
    transaction.notices.pass_over(silent)
    return transaction.notices.add(told)


def _cycle(notice: Notice) -> tuple[str, str, int]:
    return notice.user_id, notice.certification_id, notice.cycle
