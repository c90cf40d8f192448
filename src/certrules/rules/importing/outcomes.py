"""What becomes of a data row?"""

from certrules.words import Word

__all__ = ["Outcome"]


class Outcome(Word):
    """What became of a data row; every row has exactly one."""

    ISSUED = "issued"
    RENEWED = "renewed"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
