"""Conflicts: the errors of a store in which somebody else was faster."""

from certrules.errors import ConflictError
from certrules.model.awards import Award
from certrules.model.badges import Badge
from certrules.model.learning import Renewal

__all__ = ["badge_conflict", "conflict", "renewal_conflict"]


def conflict(award: Award) -> ConflictError:
    """Return the error of a cycle that is not as its writer saw it."""
    return ConflictError(
        f"cycle {award.cycle} of certification {award.certification_id!r} of user "
        f"{award.user_id!r} was changed by somebody else first; load it again and decide anew"
    )


def badge_conflict(badge: Badge) -> ConflictError:
    """Return the error of a badge whose id, bit or award has a badge already."""
    return ConflictError(
        f"badge {badge.id!r} at index {badge.index} of status list {badge.status_list}, or its "
        f"award (cycle {badge.cycle} of certification {badge.certification_id!r} of user "
        f"{badge.user_id!r}), was taken by somebody else first; load it again and decide anew"
    )


def renewal_conflict(renewal: Renewal) -> ConflictError:
    """Return the error of a renewal that somebody else started or closed."""
    return ConflictError(
        f"a renewal of certification {renewal.certification_id!r} of user {renewal.user_id!r} was "
        "started or closed by somebody else first; load it again and decide anew"
    )
