import json
from pathlib import Path

import pytest

from tests.cases.conftest import Case

EDIT = "edit --user ada --certification FA"


@pytest.mark.rule("INT-49", "DOC-AWARD-09")
def test_the_day_begins_in_the_users_own_zone(case: Case) -> None:
    case("import records.csv --zone America/New_York")
    answer = case(f"{EDIT} --expires 2025-06-30 --issued 2024-05-02")
    assert answer.code == 0
    assert "dates in America/New_York" in answer.out
    (award,) = case("status --user ada --format json").data["awards"]
    assert (award["issued"], award["expires"]) == ("2024-05-02", "2025-06-30")
    assert award["expires_at"] == "2025-06-30T04:00:00+00:00"


@pytest.mark.rule("INT-49")
def test_without_any_zone_nothing_is_changed(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = json.loads(Path("catalog.json").read_text(encoding="utf-8"))
    del catalog["users"][0]["time_zone"]
    Path("catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    case("load catalog.json")
    case("import records.csv --zone America/New_York")
    before = case("status --format json --at 2024-06-01T00:00:00Z").out
    for words in (
        f"{EDIT} --expires 2025-06-30",
        "award --user ada --certification FA --expires 2025-06-30",
        "complete --user ada --course FA-101",
        "predate --certification FA",
        "import records.csv",
        f"{EDIT} --always-valid --at 2024-07-01",
    ):
        answer = case(words)
        assert answer.code == 2
        assert "--zone" in answer.err
        assert "CERTRULES_ZONE" in answer.err
    assert case("status --format json --at 2024-06-01T00:00:00Z").out == before
    monkeypatch.setenv("CERTRULES_ZONE", "Asia/Tokyo")
    edited = case(f"{EDIT} --expires 2025-06-30 --at 2024-07-01 --format json").data
    assert edited["zone"] == "Asia/Tokyo"
    (award,) = case("status --user ada --format json").data["awards"]
    assert (award["expires"], award["zone"]) == ("2025-06-30", "Asia/Tokyo")
