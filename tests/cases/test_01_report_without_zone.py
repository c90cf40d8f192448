import csv
from pathlib import Path

import pytest

from tests.cases.conftest import Case

AT = "--at 2025-02-28T22:30:00Z"


def exported(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(autouse=True)
def imported(case: Case) -> None:
    assert case("import records.csv --zone Europe/Rome").code == 0


@pytest.mark.rule("INT-49", "DOC-TZ-02", "X-TZ-1")
def test_every_list_shows_the_dates_that_were_written(case: Case) -> None:
    ada = ["2024-03-01", "2025-03-01", "1"]
    bob = ["2024-02-29", "2025-02-28", "0"]
    own = "dates in each user's own time zone, else UTC"
    status = case(f"status {AT}")
    report = case(f"report users-certifications {AT}")
    for answer in status, report:
        assert own in answer.out
        rows = {row[0]: row[-3:] for row in answer.rows if row[:1] in (["ada"], ["bob"])}
        assert rows == {"ada": ada, "bob": bob}
    learner = case(f"report learner --user ada {AT}")
    assert learner.out.startswith("dates in Europe/Rome\n")
    assert learner.rows[4][2:5] == ada


@pytest.mark.rule("INT-49")
def test_the_platforms_zone_is_that_of_whoever_has_none(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTRULES_ZONE", "Asia/Tokyo")
    report = case(f"report users-certifications {AT} --format json").data
    assert report["zone"] is None
    days = [(row["issued"], row["expires"], row["zone"]) for row in report["rows"]]
    assert days == [
        ("2024-03-01", "2025-03-01", "Europe/Rome"),
        ("2024-03-01", "2025-03-01", "Asia/Tokyo"),
    ]
    learner = case(f"report learner --user bob {AT} --format json").data
    assert learner["zone"] == "Asia/Tokyo"


@pytest.mark.rule("INT-49")
def test_an_export_names_the_zone_of_each_row(case: Case) -> None:
    answer = case(f"export awarded-users --out users.csv {AT}")
    assert "days in each user's own time zone, else UTC" in answer.out
    rows = exported("users.csv")
    names = ("Issue Date", "Expiry Date", "Days To Renew", "Time Zone")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("2024-03-01", "2025-03-01", "1", "Europe/Rome"),
        ("2024-02-29", "2025-02-28", "0", "UTC"),
    ]
    case(f"export issued --out issued.csv {AT} --zone Asia/Tokyo")
    assert {row["Time Zone"] for row in exported("issued.csv")} == {"Asia/Tokyo"}


def test_what_was_issued_later_is_in_no_list_of_the_past(case: Case) -> None:
    past = "--at 2024-01-01T00:00:00Z"
    assert case(f"status {past} --format json").data["awards"] == []
    assert case(f"status {past} --all --format json").data["awards"] == []
    assert case(f"report users-certifications {past} --format json").data["rows"] == []
    assert case(f"export issued --out past.csv {past} --format json").data["rows"] == 0
    case("award --user bob --certification FA --issued 2124-01-01 --always-valid --zone UTC")
    *_, bob = case("status --format json").data["awards"]
    assert bob["status"] == "not yet valid"
