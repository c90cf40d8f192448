"""Removing: what do unassigning and deleting do?"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from certrules.model.awards import Award
from certrules.model.catalog import Certification
from certrules.model.decisions import Decision, Granted, Reason, Refused, because
from certrules.model.effects import RemoveCertification
from certrules.model.learning import Renewal
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.rulebook import Rule
from certrules.rules import consequences, issuing

__all__ = ["delete", "loss", "unassign"]


def unassign(
    user_id: str, awards: Iterable[Award], renewals: Iterable[Renewal] = (), *, at: datetime
) -> Decision:
    """Decide whether a certification can be taken away from one user: every cycle of it.

    ``awards`` and ``renewals`` may be those of everybody who has the certification; those of others
    stay.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> unassign("bob", [Award("ada", "fa", at, None)], at=at).reasons[0].rule
    Rule.DOC_AWARD_10

    Rules: DOC-AWARD-10, DOC-DELETE-06, INT-23.
    """
    lost = [each for each in awards if each.user_id == user_id]
    ended = [each for each in renewals if each.user_id == user_id]
    if not lost:
        return Refused((because(ReasonCode.NO_AWARD, user_id=user_id),))
    return Granted(tuple(consequences.removed(lost, ended, at)), (loss(Rule.DOC_AWARD_10, lost),))


def delete(
    certification: Certification,
    awards: Iterable[Award],
    renewals: Iterable[Renewal] = (),
    *,
    at: datetime,
    cascade: bool = False,
    policy: Policy = DOCEBO,
) -> Decision:
    """Decide whether a certification can be deleted, with its assignments and every award of it.

    If a policy protects awards, expired and archived ones too, they are removed only if
    ``cascade`` says so. The last reason of a grant is the warning that deleting is advised against.

    >>> at = datetime(2024, 1, 1, tzinfo=UTC)
    >>> first_aid = Certification("fa", "First aid")
    >>> delete(first_aid, [], at=at).effects
    (RemoveCertification(certification_id='fa'),)
    >>> print(*delete(first_aid, [Award("ada", "fa", at, None)], at=at, policy=ALLBOUND).reasons)
    1 award would be lost: ask for their removal, or deactivate First aid (INT-38)

    Rules: DOC-DELETE-01, DOC-DELETE-02, DOC-DELETE-03, DOC-DELETE-04, ALL-MANAGE-05,
    ALL-MANAGE-07, INT-23, INT-31b, INT-38.
    """
    lost = list(awards)
    if lost and not (cascade or policy.cascade_deletes):
        protected = issuing.named(certification)
        return Refused((because(ReasonCode.AWARDS_PROTECTED, awards=len(lost), **protected),))
    reasons = loss(Rule.DOC_DELETE_02, lost), because(ReasonCode.DELETION_LOSES_HISTORY)
    effects = (*consequences.removed(lost, renewals, at), RemoveCertification(certification.id))
    return Granted(effects, reasons)


def loss(rule: Rule, lost: Sequence[Award]) -> Reason:
    """Return how much is lost, as a reason."""
    users = len({each.user_id for each in lost})
    archived = sum(each.archived for each in lost)
    counts = {"awards": len(lost), "users": users, "archived": archived}
    return because(ReasonCode.AWARDS_LOST, rule, **counts)
