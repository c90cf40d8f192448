"""The project: which policy, time zone and models has it, and what does it do with the outbox?"""

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import tzinfo
from functools import lru_cache, partial, reduce
from operator import or_
from typing import Any

from django import conf
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from certrules.django.mapping import CourseRows, UserRows
from certrules.django.store import DjangoStore
from certrules.model.catalog import Item, ItemKind
from certrules.model.notices import Event, Notice, Notification
from certrules.model.people import User
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories import composite
from certrules.repositories.protocols import Transaction
from certrules.text import folded
from certrules.workflows import outbox
from certrules.workflows.platform import SYSTEM, Acting, Platform

SETTING = "CERTRULES_HOST"

_NAMES = ("first_name", "last_name")

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

    def users(self) -> QuerySet[Any] | None:
        """Return the users, those of ``AUTH_USER_MODEL``; None if certrules keeps users itself."""
        return get_user_model()._default_manager.all()

    def user(self, row: Any) -> User:
        """Return what certrules sees of a user, whose id must be the text of the primary key."""
        first, last = (getattr(row, name, "") for name in _NAMES)
        return User(str(row.pk), row.get_username(), first, last, row.is_active)

    def courses(self) -> QuerySet[Any] | None:
        """Return the courses; by default None, and certrules keeps the items itself."""
        return None

    def course(self, row: Any) -> Item:
        """Return what certrules sees of a course, whose id must be the text of the primary key."""
        return Item(ItemKind.COURSE, str(row.pk), name=str(row))

    def readers(self, own: Transaction) -> composite.Host:  # noqa: ARG002
        """Return what is read from the project; override it to read enrolments there, too."""
        users, courses = self.users(), self.courses()
        return composite.Host(
            users=None if users is None else UserRows(users, self.user),
            items=None if courses is None else CourseRows(courses, self.course),
            kinds={ItemKind.COURSE},
        )

    def find_users(self, text: str) -> Iterable[str]:
        """Return the ids of the users in whose names a text occurs, for the admin's search."""
        from certrules.django import models

        if (users := self.users()) is None:
            kept = models.User._default_manager.using(self.using)
            return kept.filter(search_text__contains=folded(text)).values_list("id", flat=True)
        fields = {users.model.USERNAME_FIELD, *_NAMES} & {f.name for f in users.model._meta.fields}
        occurs = (Q(**{f"{field}__icontains": text}) for field in fields)
        return [str(pk) for pk in users.filter(reduce(or_, occurs)).values_list("pk", flat=True)]


@lru_cache
def host() -> Host:
    """Return the host that the settings name; ImproperlyConfigured if they name none."""
    try:
        made = import_string(getattr(conf.settings, SETTING, ""))()
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
    on_commit = deliver if _delivers(found) else None
    own = DjangoStore(found.using, on_commit=on_commit)
    return Platform(composite.CompositeStore(own, found.readers), found.policy, found.zone)


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
