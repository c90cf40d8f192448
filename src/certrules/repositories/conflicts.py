"""What does a store say when somebody else changed an award first?"""

from certrules.errors import ConflictError
from certrules.model.awards import Award
from certrules.model.badges import Badge
from certrules.model.learning import Renewal

__all__ = ["badge_conflict", "conflict", "renewal_conflict"]


def conflict(award: Award) -> ConflictError:
    """Return the error that names the cycle which is not as its writer thought."""
    return ConflictError(
        f"cycle {award.cycle} of certification {award.certification_id!r} of user "
        f"{award.user_id!r} was changed by somebody else first; load it again and decide anew"
    )


def badge_conflict(badge: Badge) -> ConflictError:
    """Return the error that names the badge whose id, bit or award has one already."""
    return ConflictError(
        f"badge {badge.id!r} at index {badge.index} of status list {badge.status_list}, or its "
        f"award (cycle {badge.cycle} of certification {badge.certification_id!r} of user "
        f"{badge.user_id!r}), was taken by somebody else first; load it again and decide anew"
    )


def renewal_conflict(renewal: Renewal) -> ConflictError:
    """Return the error that names the renewal which somebody else started or closed."""
    return ConflictError(
        f"a renewal of certification {renewal.certification_id!r} of user {renewal.user_id!r} was "
        "started or closed by somebody else first; load it again and decide anew"
    )
