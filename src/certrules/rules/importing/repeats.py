"""Which rows of a file are about the same certification of a user, and which of them count?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import ne

from certrules.model.policy import Duplicates
from certrules.rules.importing.outcomes import Outcome

__all__ = ["Key", "find_repeats", "repeat_outcome"]

Key = tuple[str, str]
"""Whose certification a row is about: a username, blind to case, and a certification code."""


def find_repeats(
    batches: Iterable[tuple[Sequence[int], Sequence[str], Sequence[str]]],
) -> dict[Key, list[int]]:
    """Return the row numbers of every key that stands in more than one row, in file order.

    Dates and items are no part of a key, and neither is whether the row is otherwise sound. A batch
    is row numbers, with the username (in the form that is blind to case) and the certification code
    of each row.

    >>> find_repeats([([1, 2], ["ada", "bob"], ["FA", "FA"]), ([3], ["ada"], ["FA"])])
    {('ada', 'FA'): [1, 3]}

    Rules: DOC-CSV-14, INT-07b.
    """
    first_row: defaultdict[str, dict[str, int]] = defaultdict(dict)  # of a user, by certification
    repeats: dict[Key, list[int]] = {}
    for rows, users, codes in batches:
        firsts = list(map(dict.setdefault, map(first_row.__getitem__, codes), users, rows))
        for place in compress(range(len(rows)), map(ne, firsts, rows)):
            key = users[place], codes[place]
            repeats.setdefault(key, [firsts[place]]).append(rows[place])
    return {key: sorted(found) for key, found in repeats.items()}


def repeat_outcome(row: int, repeats: Sequence[int], duplicates: Duplicates) -> Outcome | None:
    """Return what happens to one of several rows of the same key; None where it counts.

    >>> [str(repeat_outcome(row, [3, 9], Duplicates.RENEW)) for row in (3, 9)]
    ['superseded', 'None']

    Rules: DOC-CSV-15, DOC-CSV-16, DOC-CSV-17, INT-07.
    """
    match duplicates:
        case Duplicates.REJECT:
            return Outcome.REFUSED
        case Duplicates.RENEW:
            return Outcome.SUPERSEDED if row != repeats[-1] else None
