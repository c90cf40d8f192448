import csv
from pathlib import Path

import pytest

from tests.cases.conftest import Case

NOON = "--zone Europe/Zurich --at 2021-12-31T12:00:00Z"
IMPORT = "import records.csv --zone Europe/Zurich"


def cells(path: str) -> dict[str, str]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    return row


@pytest.mark.rule("INT-49", "INT-01", "INT-11")
def test_every_list_shows_the_day_that_was_written(case: Case) -> None:
    assert case(f"{IMPORT} --expire-at-end-of-day").code == 0
    for words in "status", "report users-certifications", "report learner --user ada":
        answer = case(f"{words} {NOON}")
        assert "last valid day" in answer.out
        assert "2022-01-01" not in answer.out
        (line,) = (line for line in answer.rows if "2018-05-01" in line)
        begin = line.index("2018-05-01")
        assert line[begin : begin + 4] == ["2018-05-01", "2021-12-31", "2021-12-31", "0"]
    (award,) = case(f"status {NOON} --format json").data["awards"]
    assert (award["status"], award["expires"], award["last_valid_day"], award["days_left"]) == (
        "valid",
        "2021-12-31",
        "2021-12-31",
        0,
    )
    case(f"export awarded-users --out users.csv {NOON}")
    row = cells("users.csv")
    assert (row["Expiry Date"], row["Last Valid Day"], row["Days To Renew"]) == (
        "2021-12-31",
        "2021-12-31",
        "0",
    )
    case(f"export issued --out issued.csv {NOON}")
    assert cells("issued.csv")["Expiration"] == "2021-12-31"
    case(f"ics --user ada --out ada.ics {NOON}")
    calendar = Path("ada.ics").read_text(encoding="utf-8")
    assert "DTSTART;VALUE=DATE:20211231" in calendar
    assert "Last valid day: Data protection" in calendar
    assert "Days are those of Europe/Zurich." in calendar
    (later,) = case("status --zone Europe/Zurich --at 2022-01-01 --format json").data["awards"]
    assert (later["status"], later["days_left"]) == ("expired", -1)


@pytest.mark.rule("INT-49", "INT-11")
def test_an_excluded_day_is_shown_as_the_day_of_expiry(case: Case) -> None:
    assert case(IMPORT).code == 0
    answer = case(f"status {NOON}")
    assert "last valid day" not in answer.out
    (award,) = case(f"status {NOON} --format json").data["awards"]
    assert (award["status"], award["expires"], award["last_valid_day"], award["days_left"]) == (
        "expired",
        "2021-12-31",
        "2021-12-30",
        0,
    )


@pytest.mark.rule("INT-11")
def test_the_same_file_again_changes_nothing(case: Case) -> None:
    words = f"{IMPORT} --expire-at-end-of-day --format json"
    assert case(words).data["issued"] == 1
    assert case(words).data["unchanged"] == 1
