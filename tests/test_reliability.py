"""The page on reliability shows what is measured."""

import re

import pytest

from benchmarks.reliability import DATABASES, table
from tests.conftest import ROOT
from tests.repositories.conftest import SERVERS

PAGE = ROOT / "docs/explanation/reliability.md"


def shown() -> list[str]:
    """Return the table of the page, but for databases that nobody has started here."""
    elsewhere = [
        f", {name} |" for name, kind in DATABASES.items() if kind not in {"sqlite", *SERVERS}
    ]
    lines = PAGE.read_text(encoding="utf-8").partition("| What | How often |")[1:]
    table = "".join(lines).partition("\n\n")[0].splitlines()
    return [line for line in table if not any(each in line for each in elsewhere)]


def test_the_page_shows_no_loss() -> None:
    for line in shown()[2:]:
        times, outcome = re.findall(r"\d+", line)[-2:]
        assert outcome == (times if line.endswith("identical |") else "0")


@pytest.mark.slow
def test_the_page_shows_what_is_measured() -> None:
    assert list(table()) == shown()
