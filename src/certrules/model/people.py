"""Who can hold a certification, and who asks to see or change something?"""

from collections.abc import Iterable
from enum import Enum
from typing import TypeVar

from attrs import field, frozen

from certrules.errors import InvalidValueError
from certrules.model.converters import distinct
from certrules.words import Word

__all__ = ["Action", "Actor", "Company", "Permission", "Role", "Scope", "User", "username_key"]

_Kind = TypeVar("_Kind", bound=Enum)


def username_key(username: str) -> str:
    """Return the form in which usernames are compared: trimmed, and blind to case.

    >>> username_key(" Ada.Lovelace ") == username_key("ada.lovelace")
    True

    Rules: INT-15, X-CSV-3.
    """
    return username.strip().casefold()


@frozen
class User:
    """A person as the host knows them.

    ``time_zone`` is their own choice, where they made one; ``groups`` and ``branches`` are the ids
    of those to which they belong now; ``company_id`` is the id of their primary company, of which
    there is one at most.

    Rules: INT-41.
    """

    id: str
    username: str
    first_name: str = ""
    last_name: str = ""
    active: bool = True
    time_zone: str | None = None
    groups: frozenset[str] = field(default=frozenset(), converter=distinct)
    branches: frozenset[str] = field(default=frozenset(), converter=distinct)
    company_id: str | None = None


@frozen
class Company:
    """A company to which people belong; ``account_owner`` is who looks after it, by name.

    Rules: ALL-MANAGE-09.
    """

    id: str
    name: str = ""
    account_owner: str | None = None


class Role(Word):
    """What a person is on their platform; the host says which of its own roles these are."""

    SUPERADMIN = "superadmin"
    POWER_USER = "power_user"
    ADMINISTRATOR = "administrator"
    """Allbound's: what an administrator may do depends on permissions."""
    EXECUTIVE = "executive"
    MANAGER = "manager"
    SALES = "sales"
    LEARNER = "learner"


class Permission(Word):
    """What an administrator of Allbound is permitted, each for itself.

    Rules: X-ALL-4.
    """

    CONTENT = "content"
    SYSTEM = "system"


def _roles(roles: Iterable[Role]) -> frozenset[Role]:
    return _members("roles", roles, Role)


def _permissions(permissions: Iterable[Permission]) -> frozenset[Permission]:
    return _members("permissions", permissions, Permission)


def _members(name: str, given: Iterable[_Kind], kind: type[_Kind]) -> frozenset[_Kind]:
    found = list(given) if isinstance(given, Iterable) else [given]
    if isinstance(given, str | Enum) or not all(isinstance(each, kind) for each in found):
        raise InvalidValueError(name, given, f"several of certrules.model.people.{kind.__name__}")
    return frozenset(found)


@frozen
class Actor:
    """Who asks: the id of a user, or None for anybody at all, with what they are now.

    Raises :class:`~certrules.errors.InvalidValueError` for what is no role, or no permission, such
    as its name.

    Rules: INT-41, X-ALL-4.
    """

    user_id: str | None = None
    roles: frozenset[Role] = field(default=frozenset(), converter=_roles)
    permissions: frozenset[Permission] = field(default=frozenset(), converter=_permissions)
    company_id: str | None = None


@frozen
class Scope:
    """Whose data an action is about.

    ``owner_id``: that user's data, and ``company_id`` is their primary company. Only
    ``company_id``: all its users' data. Neither: everyone's, or data without an owner.
    """

    owner_id: str | None = None
    company_id: str | None = None


class Action(Word):
    """What somebody may want to do or see.

    Editing a certification is also publishing it, switching it on and off, and assigning and
    unlinking items; searching awards is also filtering and customising the table of them. People
    are users and companies, with their groups and branches; learning is items, courses and plans.
    """

    VIEW_CERTIFICATIONS = "certifications.view"
    EXPORT_CERTIFICATIONS = "certifications.export"
    CREATE_CERTIFICATION = "certification.create"
    EDIT_CERTIFICATION = "certification.edit"
    DELETE_CERTIFICATION = "certification.delete"
    IMPORT_AWARDS = "awards.import"
    ISSUE_AWARD = "award.issue"
    ISSUE_PREDATED = "award.issue_predated"
    EDIT_AWARD = "award.edit"
    DELETE_AWARD = "award.delete"
    RENEW_AWARD = "award.renew"
    VIEW_AWARDS = "awards.view"
    SEARCH_AWARDS = "awards.search"
    EXPORT_AWARDS = "awards.export"
    DOWNLOAD_BADGE = "badge.download"
    SHARE_BADGE = "badge.share"
    VERIFY_BADGE = "badge.verify"
    MANAGE_PEOPLE = "people.manage"
    MANAGE_LEARNING = "learning.manage"
    START_JOB = "job.start"
    VIEW_JOB = "job.view"
    MANAGE_NOTIFICATIONS = "notifications.manage"
