"""Conflicts: the errors of a store in which somebody else was faster, or nobody else is writing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

from certrules.errors import ConflictError, StoreError
from certrules.model.awards import Award
from certrules.model.badges import Badge
from certrules.model.learning import Renewal

Writers = set[tuple[int, int]]
"""The process and thread of each writer, also of those that wait."""


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


@contextmanager
def not_nested(writers: Writers, where: str) -> Iterator[None]:
    """Refuse a second transaction of one thread at once: it would wait for the first for ever."""
    caller = os.getpid(), get_ident()
    if caller in writers:
        raise StoreError(
            f"{where} has a transaction open already, which this very caller began and has not "
            "ended: use that one, or end it first"
        )
    writers.add(caller)
    try:
        yield
    finally:
        writers.discard(caller)
