"""Do the reports show what the table of reports says? See tests/vectors/reports.md."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from certrules import Award, ExpiryBasis
from certrules.rules import reporting
from certrules.rules.reporting import Report
from tests.oracles import reports as oracle
from tests.oracles.blocks import read
from tests.oracles.reports import Case

TABLE = read("reports.csv")
AT = datetime(2025, 7, 1, tzinfo=UTC)
ARCHIVED = {"before": -1, "at": 0, "after": 1, "across": 1}
EXPIRES = {"valid": 1, "at_expiry": 0, "expired": -1}
ALWAYS = ExpiryBasis.ALWAYS_VALID


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
    expected = {str(row): row.expected["shown"] for row in TABLE}
    cases = {str(row): Case(**row.given) for row in TABLE}
    assert {name: oracle.answer(case) for name, case in cases.items()} == expected
    assert {name: shown(case) for name, case in cases.items()} == expected


@pytest.mark.parametrize("block", oracle.BLOCKS)
def test_the_oracle_over_the_full_product(block: str) -> None:
    for case in oracle.cases(block):
        assert shown(case) == oracle.answer(case), case


def test_the_full_product_stays_as_large_as_it_was() -> None:
    assert sum(len(oracle.cases(block)) for block in oracle.BLOCKS) == 820


def shown(case: Case) -> str:
    rows = reporting.report(Report(case.report), awards(case), at=AT, zone=UTC)
    return ";".join(f"{names(case)[each.cycle]}:{each.status}" for each in rows)


def names(case: Case) -> dict[int, str]:
    """The name of each cycle in the table."""
    past = [name for name, when in case.archived.items() if when != "-"]
    return dict(enumerate((*past, "current"), start=1))


def awards(case: Case) -> Iterator[Award]:
    for cycle, name in names(case).items():
        if name in case.archived:
            yield archived(cycle, case.archived[name])
        elif case.current != "-":
            yield current(cycle, case.current)


def archived(cycle: int, word: str) -> Award:
    issued = datetime(2020 + cycle, 1, 1, tzinfo=UTC)
    ends = datetime(2021 + cycle, 1, 1, tzinfo=UTC)
    if word == "never_expiring":
        return Award("u", "c", issued, None, ALWAYS, cycle=cycle, archived_at=ends)
    late = timedelta(seconds=ARCHIVED[word])
    return Award("u", "c", issued, ends, cycle=cycle, archived_at=ends + late)


def current(cycle: int, word: str) -> Award:
    issued = datetime(2024, 1, 1, tzinfo=UTC)
    if word == "never_expiring":
        return Award("u", "c", issued, None, ALWAYS, cycle=cycle)
    return Award("u", "c", issued, AT + timedelta(seconds=EXPIRES[word]), cycle=cycle)
