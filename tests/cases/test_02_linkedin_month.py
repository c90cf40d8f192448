from pathlib import Path

import pytest

from tests.cases.conftest import Case

SHARE = (
    "badge share --user ada --certification X --url https://a.example/b/ --issuer-name A "
    "--out page.html"
)


@pytest.mark.rule("INT-49", "ALL-ROLE-08", "ALL-ROLE-09")
def test_the_month_is_that_of_the_users_own_zone(case: Case) -> None:
    case("import records.csv --zone Europe/Rome")
    answer = case(f"{SHARE} --format json").data
    assert answer["zone"] == "Europe/Rome"
    assert "issueYear=2024&issueMonth=6&" in answer["linkedin"]
    assert "expirationYear=2027&expirationMonth=1&" in answer["linkedin"]
    page = Path("page.html").read_text(encoding="utf-8")
    for day in '"2024-06-01"', '"2027-01-01"', "Europe/Rome":
        assert day in page
    assert "in Europe/Rome" in case(SHARE).out


@pytest.mark.rule("INT-49", "INT-11")
def test_the_month_of_an_included_day_is_that_of_the_last_valid_day(case: Case) -> None:
    text = Path("records.csv").read_text(encoding="utf-8").replace("2027-01-01", "2026-12-31")
    Path("included.csv").write_text(text, encoding="utf-8")
    case("import included.csv --zone Europe/Rome --expire-at-end-of-day")
    answer = case(f"{SHARE} --format json").data
    assert "expirationYear=2026&expirationMonth=12&" in answer["linkedin"]
    page = Path("page.html").read_text(encoding="utf-8")
    assert '<dt>Last valid day</dt><dd><time datetime="2026-12-31">' in page
