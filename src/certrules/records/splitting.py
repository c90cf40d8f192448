"""What are the columns of lines that need no csv module to be read?"""

import csv
from collections.abc import Sequence

__all__ = ["columns_of"]


def columns_of(lines: Sequence[str], delimiter: str, width: int) -> list[list[str]] | None:
    r"""Return the columns of some lines where each is a row of so many fields, and plainly so.

    Without quotes, CSV is splitting. None where there are quotes, lone CRs, rows of another width,
    or perhaps fields longer than the csv module allows.

    >>> columns_of(["ada,1\n", "alan,2\r\n"], ",", width=2)
    [['ada', 'alan'], ['1', '2']]
    >>> columns_of(["ada,1\n", "alan\n"], ",", width=2)
    """
    text = "".join(lines).replace("\r\n", "\n")
    limit = csv.field_size_limit()
    if '"' in text or "\r" in text or (len(text) > limit and max(map(len, lines)) > limit):
        return None
    text = text.removesuffix("\n") + "\n"
    # with its end as one field more, every row is as long, and no list is needed for each
    flat = text.replace("\n", f"{delimiter}\n{delimiter}").split(delimiter)
    flat.pop()
    if flat[width :: width + 1] != ["\n"] * len(lines):
        return None
    return [flat[place :: width + 1] for place in range(width)]
