"""What does a store say when somebody else changed an award first?"""

from certrules.errors import ConflictError
from certrules.model.awards import Award

__all__ = ["conflict"]


def conflict(award: Award) -> ConflictError:
    """Return the error that names the cycle which is not as its writer thought."""
    return ConflictError(
        f"cycle {award.cycle} of certification {award.certification!r} of user {award.user!r} "
        "was changed by somebody else first; load it again and decide anew"
    )
