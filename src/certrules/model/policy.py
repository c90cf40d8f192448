"""Policies: what do platforms decide differently?"""

from collections.abc import Iterable

from attrs import field

from certrules.instants import IssueDateConvention
from certrules.model.awards import ExpiryDay
from certrules.model.catalog import Criteria, Validity, as_validity
from certrules.model.notices import NoticeKind, Notification
from certrules.model.people import Action, Role
from certrules.model.values import value
from certrules.periods import MonthEnd
from certrules.words import Word


class Duplicates(Word):
    """What an import does with a certification that a user has, or is given, more than once.

    Rules: DOC-CSV-14.
    """

    REJECT = "reject"
    """Repeated rows are refused; a stored award is updated in place."""
    RENEW = "renew"
    """The last of the repeated rows counts; a stored award is archived and a new one issued."""


class PredatedIssue(Word):
    """From when an award counts if it is issued for training completed long before.

    Rules: INT-37.
    """

    TODAY = "today"
    """From the instant at which it is issued."""
    COMPLETION = "completion"
    """From the completion."""


def _validities(given: Iterable[Validity | str] | None) -> tuple[Validity, ...] | None:
    return None if given is None else tuple(map(as_validity, given))


@value
class Policy:
    """The choices of one platform; ``DOCEBO`` and ``ALLBOUND`` are two, and hosts make their own.

    >>> from attrs import evolve
    >>> evolve(DOCEBO, expiry_day=ExpiryDay.INCLUSIVE).month_end
    <MonthEnd.CLAMP: 'clamp'>
    """

    enabled: bool = True
    """Whether the platform has certifications switched on; nothing works until then."""
    month_end: MonthEnd = MonthEnd.CLAMP
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE
    issue_date: IssueDateConvention = IssueDateConvention.LOCAL_MIDNIGHT
    users_choose_zone: bool = True
    """Whether a time zone that a user has set counts."""
    validities: tuple[Validity, ...] | None = field(default=None, converter=_validities)
    """The only validities that a certification may have, or None for any."""
    criteria: Criteria = Criteria.ANY
    """What the items of a certification mean if it has no criteria of its own."""
    one_certification_per_item: bool = True
    """Whether an item that earns a certification cannot earn another."""
    renew_control: bool = True
    """Whether users can start the renewal of an award."""
    reenable_training_on_expiry: bool = False
    """Whether attached training opens again at expiry, and then earns the certification anew."""
    predated_issue: PredatedIssue = PredatedIssue.TODAY
    external_certifications: bool = False
    """Whether awards by hand may be associated with certifications of external providers."""
    freeze_on_publication: bool = False
    """Whether only status and groups of a published certification may change."""
    badge_required: bool = False
    """Whether a certification cannot be published without a badge image."""
    cascade_deletes: bool = True
    """Whether deleting a certification deletes its awards without being asked to."""
    delegated: frozenset[tuple[Role, Action]] = frozenset()
    """What delegated administrators may do as well, by their role."""
    notifications: tuple[Notification, ...] = ()
    """Notifications that are sent without being set up by an administrator.

    Their notices of an event are put into the outbox in the transaction of the change.
    """


DOCEBO = Policy()
ALLBOUND = Policy(
    validities=("1 year", "2 years", "3 years", "never"),
    criteria=Criteria.ALL,
    one_certification_per_item=False,
    renew_control=False,
    freeze_on_publication=True,
    badge_required=True,
    cascade_deletes=False,
    notifications=(
        Notification(
            "issued",
            NoticeKind.ISSUED,
            subject="You have earned {{certification_name}}",
            body="{{badge_image}}\nIssued: {{issue_date}}\nExpires: {{expiry_date}}\n"
            "{{portal_link}}\n",
        ),
    ),
)
