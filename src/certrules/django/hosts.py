"""The project: which policy, time zone and models has it, and what does it do with the outbox?"""

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import tzinfo
from functools import lru_cache, partial

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from certrules.django.store import DjangoStore
from certrules.model.notices import Event, Notice, Notification
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store, Transaction
from certrules.text import folded
from certrules.workflows import outbox
from certrules.workflows.platform import SYSTEM, Acting, Platform

SETTING = "CERTRULES_HOST"

_delivering: ContextVar[bool] = ContextVar("_delivering", default=False)


class Host:
    """What certrules must know of a project: subclass it, and name that in ``CERTRULES_HOST``.

    ``zone`` is needed, as that of :class:`~certrules.workflows.platform.Platform`. ``using`` is the
    alias of the database; ``notifications`` are planned by ``manage.py certrules_deliver`` besides
    those of the policy.
    """

    zone: str | tzinfo
    policy: Policy = DOCEBO
    using: str = "default"
    notifications: Sequence[Notification] = ()

    def deliver(self, position: int, entry: Event | Notice) -> None:
        """Do the project's part about an entry of the outbox; without this, all entries stay there.

        It is called after each commit, and by ``manage.py certrules_deliver``, in the order of the
        positions and never twice at once. What it writes to the same database is kept together with
        the acknowledgement, so exactly once; what leaves the database, such as mail, may come
        twice. After an exception the same entry comes again, before all others.
        """
        raise NotImplementedError

    def store(self, own: DjangoStore) -> Store[Transaction]:
        """Return the store, given the one that has everything in its own tables."""
        return own

    def find_users(self, text: str) -> Iterable[str]:
        """Return the ids of the users in whose names a text occurs, for the admin's search."""
        from certrules.django.models import User

        found = User._default_manager.using(self.using).filter(search_text__contains=folded(text))
        return found.values_list("id", flat=True)


@lru_cache
def host() -> Host:
    """Return the host that the settings name; ImproperlyConfigured if they name none."""
    try:
        made = import_string(getattr(settings, SETTING, ""))()
    except (ImportError, TypeError) as error:
        raise ImproperlyConfigured(f"{SETTING} must be the path of a Host: {error}") from error
    if not isinstance(made, Host) or not hasattr(made, "zone"):
        raise ImproperlyConfigured(f"{SETTING} must be the path of a Host that has a zone")
    return made


def platform() -> Platform[Transaction]:
    """Return the project's platform, for workflows.

    After the commit of what they do, the outbox is delivered, if the host does so.
    """
    found = host()
    own = DjangoStore(found.using, on_commit=deliver if _delivers(found) else None)
    return Platform(found.store(own), found.policy, found.zone)


def system() -> Acting[Transaction]:
    """Return the project's platform as the project itself acts on it, without permissions."""
    return platform().acting_as(SYSTEM)


def deliver() -> int:
    """Deliver all that is in the outbox to the host; return how many entries.

    Each is delivered in a transaction of its own, which begins when no other one delivers.
    """
    if _delivering.get() or not _delivers(host()):  # a delivery that goes on comes to it
        return 0
    before = _delivering.set(True)
    try:
        return sum(iter(partial(_deliver_next, system()), 0))
    finally:
        _delivering.reset(before)


def _delivers(found: Host) -> bool:
    return type(found).deliver is not Host.deliver


def _deliver_next(acting: Acting[Transaction]) -> int:
    if not outbox.pending(acting, limit=1):  # found out without keeping writers waiting
        return 0
    with acting.writing():
        entries = outbox.pending(acting, limit=1)
        for position, entry in entries:
            host().deliver(position, entry)
            outbox.acknowledge(acting, position)
    return len(entries)
