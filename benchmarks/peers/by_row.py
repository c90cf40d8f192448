"""What the peers that go row by row through ``csv.DictReader`` share."""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress
from pathlib import Path
from typing import Any

from benchmarks.peers import Summary, seconds

__all__ = ["Result", "run", "summary"]


@dataclass
class Result:
    """The sound rows, as columns, and what was wrong with the others."""

    numbers: list[int] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    issued: list[datetime] = field(default_factory=list)
    expires: list[datetime | None] = field(default_factory=list)
    faults: list[tuple[int, Exception]] = field(default_factory=list)
    warnings: list[int] = field(default_factory=list)
    repeated: set[int] = field(default_factory=set)


def run(
    path: Path,
    read: Callable[[dict[str, str]], tuple[Any, datetime, datetime | None]],
    error: type[Exception],
) -> Result:
    """``read`` makes a row's object and its two instants, or raises ``error`` with every fault."""
    result = Result()
    rows_of: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for number, fields in enumerate(csv.DictReader(file), 1):
            username = fields["username"].strip().casefold()
            certification = fields["certification_code"].strip()
            if username and certification:
                rows_of[username, certification].append(number)
            try:
                row, issued, expires = read(fields)
            except error as found:
                result.faults.append((number, found))
                continue
            if expires and expires < issued:
                result.warnings.append(number)
            result.numbers.append(number)
            result.rows.append(row)
            result.issued.append(issued)
            result.expires.append(expires)
    result.repeated = {row for rows in rows_of.values() if len(rows) > 1 for row in rows}
    sound = [number not in result.repeated for number in result.numbers]
    for name in ("numbers", "rows", "issued", "expires"):
        setattr(result, name, list(compress(getattr(result, name), sound)))
    return result


def summary(result: Result, faults: Callable[[Any], int]) -> Summary:
    """``faults`` counts those of one error."""
    return Summary(
        sound=len(result.rows),
        issued=sum(map(seconds, result.issued)),
        expires=sum(map(seconds, result.expires)),
        always_valid=sum(row.always_valid for row in result.rows),
        faults=sum(faults(found) for _, found in result.faults),
        faulty_rows=sum(number for number, _ in result.faults),
        repeated=len(result.repeated),
        repeated_rows=sum(result.repeated),
        warnings=len(result.warnings),
    )
