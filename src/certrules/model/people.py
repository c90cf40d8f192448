"""People: who can hold a certification, and who asks to see or change something?"""

from collections.abc import Iterable

from attrs import field

from certrules.model.values import Id, distinct, value
from certrules.text import folded
from certrules.words import Word


def username_key(username: str) -> str:
    r"""Return the form in which usernames are compared: trimmed, without case, in one Unicode form.

    >>> username_key(" Ada.Lovelace ") == username_key("ada.lovelace")
    True
    >>> username_key("zoe\u0308") == username_key("zo\u00eb")  # as macOS and others write it
    True

    Rules: INT-15, X-CSV-3.
    """
    return folded(username.strip())


@value
class User:
    """A person as the host knows them.

    ``time_zone`` is their own choice, or None. ``groups`` and ``branches`` are the ids of those to
    which they belong now. ``company_id`` is the id of their primary company; there is at most one.

    Rules: INT-41.
    """

    id: Id
    username: Id
    first_name: str = ""
    last_name: str = ""
    active: bool = True
    time_zone: Id | None = None
    groups: frozenset[str] = field(default=frozenset(), converter=distinct)
    branches: frozenset[str] = field(default=frozenset(), converter=distinct)
    company_id: Id | None = None


@value
class Company:
    """A company to which people belong; ``account_owner`` is who looks after it, by name.

    Rules: ALL-MANAGE-09.
    """

    id: Id
    name: str = ""
    account_owner: Id | None = None


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
    return frozenset(roles)


def _permissions(permissions: Iterable[Permission]) -> frozenset[Permission]:
    return frozenset(permissions)


@value
class Actor:
    """Who asks: the id of a user, or None for anybody at all, with what they are now.

    Rules: INT-41, X-ALL-4.
    """

    user_id: Id | None = None
    roles: frozenset[Role] = field(default=frozenset(), converter=_roles)
    permissions: frozenset[Permission] = field(default=frozenset(), converter=_permissions)
    company_id: Id | None = None


@value
class Scope:
    """Whose data an action is about.

    ``owner_id``: that user's data, and ``company_id`` is their primary company. Only
    ``company_id``: all its users' data. Neither: everyone's, or data without an owner.
    """

    owner_id: Id | None = None
    company_id: Id | None = None


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
