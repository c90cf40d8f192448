"""One name, written in two ways: see 10-same-name-other-bytes/case.md."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

CASE = Path(__file__).parent / "10-same-name-other-bytes"


@pytest.mark.rule("INT-15", "X-CSV-3")
def test_the_record_finds_the_user(run: Run) -> None:
    assert run("load", CASE / "catalog.json", "--store", "s.db").code == 0
    assert "zoe\u0308" in (CASE / "records.csv").read_text("utf-8")
    answer = run("import", CASE / "records.csv", "--store", "s.db", "--zone", "Europe/Rome")
    assert answer.code == 0
    assert "1  issued" in answer.out
    assert run("status", "--store", "s.db", "--user", "zoe\u0308").out.count("zo\u00eb") == 1


@pytest.mark.rule("INT-15", "INT-17b")
def test_two_users_of_one_name_are_warned_of_and_cannot_be_meant(run: Run) -> None:
    catalog = json.loads((CASE / "catalog.json").read_text("utf-8"))
    catalog["users"].append({"id": "4", "username": "ZOE\u0308"})
    Path("catalog.json").write_text(json.dumps(catalog), "utf-8")
    loaded = run("load", "catalog.json", "--store", "s.db")
    assert "users 3, 4 are all called 'zoë' when case and the Unicode form" in loaded.out
    answer = run("import", CASE / "records.csv", "--store", "s.db", "--zone", "Europe/Rome")
    assert answer.code == 1
    assert "INT-17b" in answer.out
    assert "the Unicode form of accents are ignored" in " ".join(answer.out.split())


@pytest.mark.rule("INT-15", "INT-17b")
@pytest.mark.parametrize(("stored", "written"), [("\u00c91", "E\u03011"), ("E\u03011", "\u00c91")])
def test_so_it_is_with_the_codes_of_certifications(run: Run, stored: str, written: str) -> None:
    catalog = json.loads((CASE / "catalog.json").read_text("utf-8"))
    catalog["certifications"][0]["code"] = stored
    Path("catalog.json").write_text(json.dumps(catalog), "utf-8")
    assert run("load", "catalog.json", "--store", "s.db").code == 0
    records = (CASE / "records.csv").read_text("utf-8").replace(",FA,", f",{written},")
    Path("records.csv").write_text(records, "utf-8")
    assert run("import", "records.csv", "--store", "s.db", "--zone", "UTC").code == 0
    catalog["certifications"].append({"id": "4", "name": "Other", "code": written})
    Path("catalog.json").write_text(json.dumps(catalog), "utf-8")
    loaded = run("load", "catalog.json", "--store", "s.db")
    assert "certifications 3, 4 share the code" in loaded.out
    answer = run("import", "records.csv", "--store", "s.db", "--zone", "UTC")
    assert "several certifications have the code" in answer.out


@pytest.mark.parametrize(("written", "meant"), [("zoe", "zoë"), ("ZOÉ", "zoë")])
def test_a_name_without_its_accent_comes_with_the_one_that_has_it(
    run: Run, written: str, meant: str
) -> None:
    assert run("load", CASE / "catalog.json", "--store", "s.db").code == 0
    records = (CASE / "records.csv").read_text("utf-8").replace("zoe\u0308,FA", f"{written},fà")
    Path("records.csv").write_text(records, "utf-8")
    answer = run("import", "records.csv", "--store", "s.db", "--zone", "UTC", "--format", "json")
    said = {fault["column"]: fault["message"] for fault in answer.data["faults"]}
    assert f"there is no user '{written}', but there is '{meant}'; " in said["username"]
    assert "(codes are case-sensitive), but there is 'FA'; " in said["certification_code"]
    assert "did you mean zoë?" in run("status", "--store", "s.db", "--user", written).err
