"""Repeats: rows about the same certification of a user, and which of them count."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from certrules.model.policy import Duplicates
from certrules.model.records import RecordKey
from certrules.rules.importing.deciding import Outcome


def find_repeats(keys: Iterable[RecordKey]) -> dict[RecordKey, list[int]]:
    """Return the row numbers of every key that stands in more than one row, in file order.

    ``keys`` are those of all rows from the first on, with an empty text for what a row does not
    say: then it repeats none. Dates and items are no part of a key, and neither is whether the row
    is otherwise sound.

    >>> find_repeats([("ada", "FA"), ("", "FA"), ("bob", "FA"), ("ada", "FA"), ("", "FA")])
    {('ada', 'FA'): [1, 4]}

    Rules: DOC-CSV-14, INT-07b.
    """
    first_row: defaultdict[str, dict[str, int]] = defaultdict(dict)  # of a user, by certification
    repeats: dict[RecordKey, list[int]] = {}
    for row, (user, code) in enumerate(keys, 1):
        if user and code:
            first = first_row[code].setdefault(user, row)
            if first != row:
                repeats.setdefault((user, code), [first]).append(row)
    return repeats


def repeat_outcome(row: int, repeats: Sequence[int], duplicates: Duplicates) -> Outcome | None:
    """Return what happens to one of several rows of the same key; None if it counts.

    >>> [str(repeat_outcome(row, [3, 9], Duplicates.RENEW)) for row in (3, 9)]
    ['superseded', 'None']

    Rules: DOC-CSV-15, DOC-CSV-16, DOC-CSV-17, INT-07.
    """
    match duplicates:
        case Duplicates.REJECT:
            return Outcome.REFUSED
        case Duplicates.RENEW:
            return Outcome.SUPERSEDED if row != repeats[-1] else None
