"""What does ``certrules import`` say and do?"""

import csv
import io
import json
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from certrules.cli.commands import importing
from certrules.errors import RecordsFileError, StoreError
from certrules.records import RejectedRow, open_records
from certrules.repositories.sql import open_store
from certrules.workflows import effects
from tests.cli.conftest import Run, start
from tests.cli.records import HEADER, write
from tests.workflows.conftest import acting

GOOD = ("ada,FA,2024-03-01,0,2026-03-01,course,FA-101", "bob,CONDUCT,2024-03-01,1,,manual,")
BAD = (
    "ada,FA,11/18/21,maybe,2026-03-01,course,FA-101",
    "nobody,FA,2024-03-01,0,2026-03-01,manual,",
    "gone,FA,2024-03-01,0,2026-03-01,manual,",
    "bob,fa,2024-03-01,0,2026-03-01,manual,",
    "bob,OLD,2024-03-01,0,2026-03-01,manual,",
    "bob,FA,2024-03-01,0,2026-03-01,manual",
)
AT = datetime(2024, 7, 1, tzinfo=UTC)
COUNTS = ("issued", "renewed", "updated", "unchanged", "in_history", "refused", "superseded")


@pytest.fixture
def sound(store: Path, tmp_path: Path) -> list[object]:
    """An import of two sound rows."""
    file = write(tmp_path / "records.csv", *GOOD)
    return ["import", file, "--store", store, "--zone", "Europe/Rome"]


def counts(data: Any) -> dict[str, int]:
    return {name: data[name] for name in COUNTS if data[name]}


def test_sound_rows_are_issued(run: Run, sound: list[object]) -> None:
    answer = run(*sound)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("Imported 2 of 2 rows of ")
    assert "(dates in Europe/Rome, local-midnight)" in answer.out
    assert "2  issued" in answer.out


def test_the_json_of_an_import(run: Run, sound: list[object]) -> None:
    assert run(*sound, "--format", "json").data == {
        "imported": 2,
        "issued": 2,
        "renewed": 0,
        "updated": 0,
        "unchanged": 0,
        "in_history": 0,
        "superseded": 0,
        "refused": 0,
        "dry_run": False,
        "duplicates": "reject",
        "superseded_by_refused": 0,
        "zone": "Europe/Rome",
        "issue_date": "local-midnight",
        "shifted": 2,
        "warnings": [
            {
                "code": "item_not_assigned",
                "rule": "INT-05",
                "rows": 1,
                "message": "item 'FA-101' is not one of those that earn certification 'FA'; the "
                "record is taken as it is",
            }
        ],
        "changes": [],
        "went_back": [],
        "faults": [],
    }


@pytest.mark.parametrize("duplicates", ["reject", "renew"])
def test_the_same_file_again_changes_nothing(
    run: Run, sound: list[object], store: Path, duplicates: str
) -> None:
    sound += ["--duplicates", duplicates, "--format", "json"]
    assert counts(run(*sound).data) == {"issued": 2}
    before = run("status", "--store", store, "--all", "--format", "json", "--at", "2025-01-01T00Z")
    assert counts(run(*sound).data) == {"unchanged": 2}
    after = run("status", "--store", store, "--all", "--format", "json", "--at", "2025-01-01T00Z")
    assert after == before


def test_a_dry_run_says_it_and_changes_nothing(run: Run, sound: list[object], store: Path) -> None:
    answer = run(*sound, "--dry-run")
    assert answer.code == 0
    assert answer.out.startswith("Would import 2 of 2 rows")
    assert run("status", "--store", store).out.endswith("\n0 awards\n")


def test_refused_rows_are_explained_and_counted(run: Run, store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "records.csv", *GOOD, *BAD)
    words = ("import", file, "--store", store, "--zone", "Europe/Rome", "--duplicates", "renew")
    answer = run(*words, "--dry-run")
    assert (answer.code, answer.err) == (1, "")
    assert "row 3, line 4, certification_issue_date: 11/18/21" in answer.out
    assert "write 2021-11-18 (DOC-CSV-11)" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80
    data = run(*words, "--format", "json").data
    assert counts(data) == {"issued": 1, "refused": 6, "superseded": 1}
    assert sum(data[name] for name in COUNTS) == 8
    assert data["imported"] == data["issued"] + data["renewed"] + data["updated"]
    first = data["faults"][0]
    assert set(first) == {"row", "line", "column", "value", "code", "rule", "message"}
    assert {fault["row"] for fault in data["faults"]} == {3, 4, 5, 6, 7, 8}
    assert [fault["code"] for fault in data["faults"] if fault["row"] == 3] == [
        "date_spreadsheet",
        "always_valid_unreadable",
    ]


@pytest.mark.rule("INT-12b", "INT-46")
def test_what_follows_of_a_renewal_in_advance_is_said_in_each_form(
    run: Run, store: Path, tmp_path: Path
) -> None:
    zone, at = ("--store", store, "--zone", "UTC"), "2024-03-01T00:00:00Z"
    assigned = {"kind": "course", "item": "c", "assigned_at": at}
    catalog = {
        "items": [{"kind": "course", "id": "c", "code": "FA-1"}],
        "certifications": [
            {"id": "20", "code": "NEW", "name": "N", "retake": True, "assignments": [assigned]}
        ],
    }
    (tmp_path / "catalog.json").write_text(json.dumps(catalog))
    assert run("load", tmp_path / "catalog.json", "--store", store).code == 0
    done = ("--user", "ada", "--course", "FA-1", "--at", "2024-03-02")
    assert run("complete", *zone, *done).code == 0
    assert run("renew", "--store", store, "--user", "ada", "--certification", "NEW").code == 0
    file = write(tmp_path / "next.csv", "ada,NEW,2999-03-01,0,2999-04-01,manual,")
    words = ("import", file, *zone, "--duplicates", "renew")
    begins = "until it begins, 2999-03-01 00:00 UTC, the award that the user"
    for dry in (["--dry-run"], []):
        data = run(*words, "--dry-run", "--format", "json").data
        (change,) = data["changes"]
        assert [each.split(",")[0] for each in change["reasons"]][:1] == ["until it begins"]
        assert "is closed: another award takes the place" in change["reasons"][1]
        answer = run(*words, *dry)
        assert begins in answer.out
        assert "(INT-12b)" in answer.out


def test_the_first_twenty_faults_are_shown(run: Run, store: Path, tmp_path: Path) -> None:
    rows = (f"user{number},FA,2024-03-01,1,,manual," for number in range(1_030))
    file = write(tmp_path / "records.csv", *rows)
    answer = run("import", file, "--store", store, "--zone", "UTC")
    assert answer.code == 1
    assert answer.out.count("there is no user") == 20
    assert "… and 1,010 more (use --rejects or --format json)" in answer.out


def test_json_tells_every_fault(run: Run, store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "records.csv", *("nobody,FA,x,1,,manual," for _ in range(1_030)))
    answer = run("import", file, "--store", store, "--zone", "UTC", "--format", "json")
    faults = answer.data["faults"]
    assert [fault["row"] for fault in faults] == [row for row in range(1, 1_031) for _ in range(3)]
    assert {fault["code"] for fault in faults[:3]} == {fault["code"] for fault in faults[-3:]}


def test_a_file_that_changes_part_way_is_told_with_how_far_it_came(
    store: Path, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "records.csv", GOOD[0], *("nobody,FA,x,1,,manual," for _ in range(9_000))
    )

    def change(row: RejectedRow) -> None:
        file.write_bytes(b"")

    with closing(open_store(store)) as opened, open_records(file, zone="UTC") as records:
        with pytest.raises(RecordsFileError, match="changed while it was read") as caught:
            importing.carry_out(acting(opened), records, at=AT, dry_run=False, on_refused=change)
        with opened.reading() as view:
            assert len(list(view.awards.select())) == 1
    assert caught.value.__notes__ == [
        "the first 4,096 rows are done; import the file again to finish"
    ]


@pytest.mark.parametrize("rows", [1, 2_000], ids=["short", "long"])
def test_a_full_disk_after_an_import_does_not_hide_that_it_is_done(
    run: Run, store: Path, tmp_path: Path, rows: int
) -> None:
    file = write(tmp_path / "records.csv", GOOD[0], *("nobody,FA,x,1,,manual,",) * rows)
    words = ("import", file, "--store", store, "--zone", "UTC", "--format", "json")
    with Path("/dev/full").open("wb") as full:
        ran = start(*words, stdout=full, stderr=subprocess.PIPE)
        _, err = ran.communicate()
    assert ran.returncode == 2
    assert f"the import of {rows + 1:,} rows is done, and only" in err.decode()
    assert run("status", "--store", store).out.endswith("\n1 award\n")


def test_a_refused_row_that_supersedes_another_is_told(
    run: Run, store: Path, tmp_path: Path
) -> None:
    bad = GOOD[0].replace("2024-03-01", "x")
    file = write(tmp_path / "records.csv", *GOOD, GOOD[0], bad)
    words = ("import", file, "--store", store, "--zone", "UTC", "--duplicates", "renew")
    answer = run(*words, "--dry-run")
    assert "2 rows were superseded by a last row that was refused" in answer.out
    data = run(*words, "--format", "json").data
    assert counts(data) == {"issued": 1, "superseded": 2, "refused": 1}
    assert data["superseded_by_refused"] == 2


def test_a_warning_names_what_it_is_about(run: Run, store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "records.csv", *["ada,FA,2024-03-01,0,2023-03-01,manual,"])
    answer = run("import", file, "--store", store, "--zone", "UTC")
    text = " ".join(answer.out.split())
    assert "Warning: certification_expire_date 2023-03-01: before the issue date" in text


def test_a_username_with_nul_has_one_fault(run: Run, store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "records.csv", "a\0da,FA,2024-03-01,1,,manual,")
    data = run("import", file, "--store", store, "--zone", "UTC", "--format", "json").data
    assert [fault["code"] for fault in data["faults"]] == ["nul_character"]


def test_rejects_can_be_mended_and_imported(run: Run, store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "records.csv", *GOOD, "Bob,FA,2024/03/01,0,2026-03-01,manual,")
    words = ("--store", store, "--zone", "Europe/Rome")
    answer = run("import", file, *words, "--rejects", "rejects.csv")
    assert answer.code == 1
    assert "The refused rows are in rejects.csv" in answer.out
    text = Path("rejects.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["certrules_row"], row["username"]) == ("3", "Bob")
    Path("rejects.csv").write_text(text.replace("2024/03/01,", "2024-03-01,"), encoding="utf-8")
    answer = run("import", "rejects.csv", *words, "--format", "json")
    assert (answer.code, counts(answer.data)) == (0, {"issued": 1})


def test_no_refused_rows_leave_a_file_with_a_header_only(run: Run, sound: list[object]) -> None:
    answer = run(*sound, "--rejects", "rejects.csv")
    assert answer.code == 0
    assert "rejects.csv" not in answer.out
    assert Path("rejects.csv").read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("rejects", ["records.csv", "./records.csv", "no/such/folder.csv", "."])
def test_rejects_never_go_over_the_records(
    run: Run, sound: list[object], store: Path, rejects: str
) -> None:
    before = Path("records.csv").read_bytes()
    answer = run(*sound, "--rejects", rejects)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert Path("records.csv").read_bytes() == before
    assert run("status", "--store", store).out.endswith("\n0 awards\n")


def test_standard_input(run: Run, sound: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path("records.csv").read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    sound[1] = "-"
    assert "2  issued" in run(*sound).out


@pytest.mark.parametrize("name", ["pipe", "|"])
def test_other_columns_delimiter_and_encoding(
    run: Run, store: Path, tmp_path: Path, name: str
) -> None:
    header = HEADER.replace("username", "E-mail").replace("type", "Herkunft=Ü").replace(",", "|")
    file = write(
        tmp_path / "records.csv",
        GOOD[1].replace(",", "|"),
        header=header,
        encoding="windows-1252",
    )
    words = ["import", file, "--store", store, "--zone", "UTC", "--encoding", "windows-1252"]
    words += ["--map", "username=E-mail", "--map", "type=Herkunft=Ü", "--delimiter", name]
    assert counts(run(*words, "--format", "json").data) == {"issued": 1}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--map", "usrname=E-mail"], "unknown_field"),
        (["--map", "username=E-mail"], "missing_column"),
        (["--map", "type=code", "--map", "type=type"], "field_mapped_twice"),
        (["--delimiter", "both"], "invalid_delimiter"),
        (["--encoding", "klingon"], "unknown_encoding"),
    ],
)
def test_a_wrong_option_is_exit_code_2(
    run: Run, sound: list[object], words: list[object], code: str
) -> None:
    answer = run(*sound, *words, "--format", "json")
    assert (answer.code, answer.data["error"]["code"]) == (2, code)
    assert answer.err.count("\n") == 1


@pytest.mark.rule("INT-10")
@pytest.mark.parametrize(
    ("convention", "instant"),
    [
        ("local-midnight", "2021-11-18T04:00:00+00:00"),
        ("utc-midnight", "2021-11-18T00:00:00+00:00"),
        ("article-example", "2021-11-17T20:00:00+00:00"),
    ],
)
def test_issue_dates_by_convention(
    run: Run, store: Path, tmp_path: Path, convention: str, instant: str
) -> None:
    file = write(tmp_path / "records.csv", "ada,CONDUCT,2021-11-18,1,,manual,")
    words = ("import", file, "--store", store, "--zone=-04:00", "--issue-date", convention)
    assert run(*words, "--format", "json").data["issue_date"] == convention
    (award,) = run("status", "--store", store, "--format", "json").data["awards"]
    assert award["issued_at"] == instant


def test_strict_lenient_and_end_of_day(run: Run, store: Path, tmp_path: Path) -> None:
    words = ("--store", store, "--zone", "UTC", "--format", "json")
    reverse = write(tmp_path / "reverse.csv", "ada,FA,2024-03-01,0,2024-02-01,manual,")
    assert counts(run("import", reverse, *words, "--strict").data) == {"refused": 1}
    assert run("import", reverse, *words, "--dry-run").data["warnings"][0]["rows"] == 1
    loose = write(tmp_path / "loose.csv", "ada,CONDUCT,2024-03-01,yes,2024-02-01,manual,")
    assert counts(run("import", loose, *words).data) == {"refused": 1}
    assert counts(run("import", loose, *words, "--lenient").data) == {"issued": 1}
    end = write(tmp_path / "end.csv", "bob,FA,2024-03-01,0,2026-03-01,manual,")
    run("import", end, *words, "--expire-at-end-of-day")
    (award,) = run("status", "--store", store, "--user", "bob", "--format", "json").data["awards"]
    assert award["expires_at"] == "2026-03-02T00:00:00+00:00"


def test_stopped_midway_it_says_how_to_go_on(
    run: Run, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (f"user{number},FA,2024-03-01,1,,manual," for number in range(5_000))
    file = write(tmp_path / "records.csv", *rows)
    real, batches = effects.apply, []

    def failing(*args: Any, **options: Any) -> None:
        batches.append(1)
        if len(batches) == 2:
            raise StoreError("the disk is on fire")
        real(*args, **options)

    monkeypatch.setattr(effects, "apply", failing)
    answer = run("import", file, "--store", store, "--zone", "UTC")
    assert answer.code == 2
    assert "the disk is on fire; the first " in answer.err
    assert "rows are done; import the file again to finish" in answer.err


def test_a_progress_bar_is_for_terminals_only(run: Run, sound: list[object]) -> None:
    assert run(*sound).err == ""


def test_values_cannot_steer_the_terminal(run: Run, store: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "records.csv", "a\x1b[2Jda\u202e,FA,2024-03-01,1,,manual,")
    answer = run("import", file, "--store", store, "--zone", "UTC")
    assert answer.code == 1
    assert "\x1b" not in answer.out
    assert "\u202e" not in answer.out
    answer = run("import", file, "--store", store, "--zone", "UTC", "--format", "json")
    assert json.loads(answer.out)["faults"][0]["value"] == "a\x1b[2Jda\u202e"
