"""Do the reports show what the table of reports says? See tests/vectors/reports.md."""

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certrules import Award, ExpiryBasis
from certrules.rules import reporting
from certrules.rules.reporting import Report

Row = Mapping[str, str]

TABLE = Path(__file__).parent.parent / "vectors" / "reports.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))

AT = datetime(2025, 7, 1, tzinfo=UTC)
ARCHIVED = {"before": -1, "at": 0, "after": 1, "across": 1}
EXPIRES = {"valid": 1, "at_expiry": 0, "expired": -1}


@pytest.mark.rule(
    "DOC-RENEW-17",
    "DOC-RENEW-18",
    "DOC-REPORT-01",
    "DOC-REPORT-02",
    "DOC-REPORT-03",
    "DOC-REPORT-04",
    "INT-18",
    "INT-18b",
)
def test_every_row_of_the_table() -> None:
    wrong = {row["case"]: shown(row) for row in ROWS if shown(row) != row["shown"]}
    assert not wrong, f"{len(wrong)} of {len(ROWS)}"


def shown(row: Row) -> str:
    rows = reporting.report(Report(row["report"]), awards(row), at=AT, zone=UTC)
    return ";".join(f"{names(row)[each.cycle]}:{each.status}" for each in rows)


def names(row: Row) -> dict[int, str]:
    """The name of each cycle in the table."""
    past = [number for number in "12" if row[f"archived_{number}"] != "-"]
    return dict(enumerate((*past, "current"), start=1))


def awards(row: Row) -> Iterator[Award]:
    for cycle, name in names(row).items():
        if name == "current":
            if row["current"] != "-":
                yield current(cycle, row["current"])
        else:
            yield archived(cycle, row[f"archived_{name}"])


def archived(cycle: int, word: str) -> Award:
    issued = datetime(2020 + cycle, 1, 1, tzinfo=UTC)
    ends = datetime(2021 + cycle, 1, 1, tzinfo=UTC)
    if word == "never_expiring":
        return Award("u", "c", issued, None, ALWAYS, cycle=cycle, archived_at=ends)
    late = timedelta(seconds=ARCHIVED[word])
    return Award("u", "c", issued, ends, cycle=cycle, archived_at=ends + late)


ALWAYS = ExpiryBasis.ALWAYS_VALID


def current(cycle: int, word: str) -> Award:
    issued = datetime(2024, 1, 1, tzinfo=UTC)
    if word == "never_expiring":
        return Award("u", "c", issued, None, ALWAYS, cycle=cycle)
    return Award("u", "c", issued, AT + timedelta(seconds=EXPIRES[word]), cycle=cycle)
