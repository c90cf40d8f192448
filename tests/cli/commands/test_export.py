"""``certrules export``."""

import csv
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from attrs import evolve
from openpyxl import load_workbook

from certrules import Award, Certification
from certrules.repositories.sql import open_store
from tests.cli.conftest import Run

T0 = datetime(2024, 1, 1, tzinfo=UTC)
AT = ("--at", "2024-07-01T00:00:00Z")


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.rule("ALL-MANAGE-04", "ALL-MANAGE-09")
def test_a_table_goes_to_a_csv_file(run: Run, awarded: Path, tmp_path: Path) -> None:
    columns = ("--columns", "user, certification,Expiration,issued-on")
    answer = run(
        "export", "issued", "--store", awarded, "--out", "out.csv", *AT, *columns, "--zone=+02:00"
    )
    assert answer == (
        0,
        "Exported 3 rows of issued to out.csv (at 2024-07-01T00:00:00+00:00, days in UTC+02:00)\n",
        "",
    )
    assert rows(tmp_path / "out.csv") == [
        ["User", "Certification", "Expiration", "Issued On"],
        ["ada", "Conduct", "never", "2023-06-01"],
        ["ada", "First aid", "2025-06-01", "2023-06-01"],
        ["Bob", "First aid", "2025-06-01", "2023-06-01"],
    ]
    assert sorted(path.name for path in tmp_path.iterdir() if "out" in path.name) == ["out.csv"]


def test_rows_are_chosen_and_sorted(run: Run, awarded: Path, tmp_path: Path) -> None:
    where = ("--filter", "certification=FA", "--filter", "Status=valid", "--search", "B")
    run("export", "issued", "--store", awarded, "--out", "out.csv", *AT, *where)
    assert [row[0] for row in rows(tmp_path / "out.csv")] == ["User", "Bob"]
    run("export", "issued", "--store", awarded, "--out", "out.csv", *AT, "--sort=-User")
    assert [row[0] for row in rows(tmp_path / "out.csv")[1:]] == ["Bob", "ada", "ada"]
    run("export", "issued", "--store", awarded, "--out", "out.csv", "--user", "ADA")
    assert [row[0] for row in rows(tmp_path / "out.csv")[1:]] == ["ada", "ada"]
    answer = run("export", "issued", "--store", awarded, "--out", "out.csv", "--company", "none")
    assert answer.out.startswith("Exported 0 rows")


@pytest.mark.rule("ALL-MANAGE-09")
def test_rows_come_page_by_page(run: Run, awarded: Path, tmp_path: Path) -> None:
    words = ("export", "issued", "--store", awarded, "--out", "out.csv", *AT)
    pages = []
    for offset in ("0", "2", "4"):
        answer = run(*words, "--columns", "User,Certification", "--offset", offset, "--limit", "2")
        assert answer.code == 0
        pages.append(rows(tmp_path / "out.csv")[1:])
    assert pages == [[["ada", "Conduct"], ["ada", "First aid"]], [["Bob", "First aid"]], []]
    assert run(*words, "--limit", "0").out.startswith("Exported 0 rows")
    assert run(*words, "--offset", "9" * 18).out.startswith("Exported 0 rows")


def test_hundreds_of_filters_are_no_trouble(run: Run, awarded: Path) -> None:
    many = [word for n in range(900) for word in ("--filter", f"User Name=nobody {n}")]
    words = (
        "export",
        "issued",
        "--store",
        awarded,
        "--out",
        "out.csv",
        "--filter",
        "user name=Bob",
    )
    assert run(*words, *many).out.startswith("Exported 1 row ")


@pytest.mark.rule("ALL-MANAGE-04")
def test_the_name_of_the_file_or_an_option_decides_as_what(
    run: Run, awarded: Path, tmp_path: Path
) -> None:
    for out, more in (("out.XLSX", ()), ("out", ("--as", "xlsx"))):
        assert run("export", "catalog", "--store", awarded, "--out", out, *more).code == 0
        with (tmp_path / out).open("rb") as stream:
            sheet = load_workbook(stream)["Catalog"]
            assert [cell.value for cell in sheet[2]] == ["CONDUCT", "Conduct", None, "never", 1, 0]
    answer = run("export", "catalog", "--store", awarded, "--out", "out.pdf")
    assert answer.code == 2
    assert "name it *.csv or *.xlsx, or give --as" in answer.err


@pytest.mark.rule("ALL-MANAGE-09")
def test_groups_are_told(run: Run, awarded: Path) -> None:
    words = ("export", "issued", "--store", awarded, "--out", "out.csv", *AT)
    by_name = ("--group-by", "certification")
    assert run(*words, *by_name).out.splitlines()[2:] == [
        "group      rows",
        "───────────────",
        "Conduct       1",
        "First aid     2",
    ]
    answer = run(*words, *by_name, "--columns", "User", "--format", "json")
    assert answer.data == {
        "table": "issued",
        "file": "out.csv",
        "at": "2024-07-01T00:00:00+00:00",
        "zone": None,
        "columns": ["Certification", "User"],
        "rows": 3,
        "groups": [{"value": "Conduct", "rows": 1}, {"value": "First aid", "rows": 2}],
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["issued", "--filter", "Status"], "write --filter NAME=VALUE"),
        (["issued", "--filter", "Compny=a"], "did you mean Company?"),
        (["issued", "--columns", "Usr"], "did you mean User?"),
        (["issued", "--sort", "Skill"], "sort cannot be 'Skill'"),
        (["issued", "--sort=--User"], "sort cannot be '-User'"),
        (["issued", "--columns", ""], "column cannot be '': expected one of User, Certification"),
        (["issued", "--columns", "User,,Status"], "column cannot be ''"),
        (["issued", "--columns", "User,user"], "each column once"),
        (["issued", "--group-by", "User"], "expected one of Certification, Company, Status"),
        (["issued", "--limit=-1"], "limit cannot be -1: expected a number of rows, zero or more"),
        (["issued", "--offset", "1" * 30], "offset cannot be 111111"),
        (["issued", "--offset", "two"], "argument --offset: invalid int value: 'two'"),
        (["issued", "--search", " ".join(map(str, range(101)))], "words to search cannot be 101"),
        (["issued", "--filter", "User Name=\udcff"], "a text, without unpaired surrogates"),
        (["isued"], "invalid choice: 'isued'"),
        (["issued", "--user", "adda"], "did you mean ada?"),
        (["catalog", "--user", "ada"], "certifications belong to nobody"),
    ],
)
def test_a_mistake_leaves_the_file_as_it_was(
    run: Run, awarded: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    (tmp_path / "out.csv").write_text("before")
    answer = run("export", *words, "--store", awarded, "--out", "out.csv")
    assert answer.code == 2
    assert message in answer.err
    assert (tmp_path / "out.csv").read_text() == "before"
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_cannot_be_written_is_named(run: Run, awarded: Path, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for out in ("no/out.csv", "folder.csv"):
        answer = run("export", "catalog", "--store", awarded, "--out", out)
        assert (answer.code, answer.out) == (2, "")
        assert out in answer.err
    assert list((tmp_path / "folder.csv").iterdir()) == []


@pytest.mark.parametrize("as_", ["csv", "xlsx"])
def test_a_full_disk_is_said(run: Run, awarded: Path, as_: str) -> None:
    words = ("export", "issued", "--store", awarded, "--as", as_, "--out", "/dev/full")
    answer = run(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "certrules: error: /dev/full: No space left on device\n"


@pytest.mark.parametrize("as_", ["csv", "xlsx"])
def test_a_file_that_has_no_room_leaves_the_former(
    awarded: Path, tmp_path: Path, unwatched: Mapping[str, str], as_: str
) -> None:
    with closing(open_store(awarded)) as store, store.writing() as work:
        noise = [Random(n).randbytes(10_000).hex() for n in range(30)]  # noqa: S311
        work.certifications.put([Certification(str(n), name) for n, name in enumerate(noise)])
    (tmp_path / "out").write_text("before")
    words = ["export", "catalog", "--store", str(awarded), "--as", as_, "--out", "out"]
    code = "import resource, sys; from certrules.cli.program import main; "
    code += "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        env=unwatched,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "certrules: error: out: File too large\n"
    assert (tmp_path / "out").read_text() == "before"
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("as_", ["csv", "xlsx"])
def test_a_reader_that_has_gone_ends_the_export(awarded: Path, as_: str) -> None:
    with closing(open_store(awarded)) as store, store.writing() as work:
        work.awards.add([Award(f"{n}", "x", T0, None) for n in range(6_000)])
    words = ["export", "issued", "--store", str(awarded), "--as", as_, "--out", "/dev/stdout"]
    command = [sys.executable, "-m", "certrules", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


def test_a_device_is_written_to_and_not_replaced(run: Run, awarded: Path) -> None:
    words = ("export", "catalog", "--store", awarded, "--as", "csv", "--out", "/dev/null")
    assert run(*words).code == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.rule("ALL-ROLE-04", "ALL-ROLE-07")
def test_somebody_who_may_not_gets_nothing(run: Run, awarded: Path, tmp_path: Path) -> None:
    words = ("export", "issued", "--store", awarded, "--out", "out.csv", "--actor", "ada")
    answer = run(*words, "--user", "Bob")
    assert (answer.code, answer.out) == (1, "")
    assert "awards.export is for" in answer.err
    assert not (tmp_path / "out.csv").exists()
    may = ("--role", "administrator", "--permission", "content", "--permission", "system")
    assert run(*words, *may).code == 0


@pytest.mark.parametrize("command", ["export issued --as csv", "ics --user ada"])
def test_standard_output_is_no_file(run: Run, awarded: Path, command: str) -> None:
    answer = run(*command.split(), "--store", awarded, "--out", "-")
    assert (answer.code, answer.out) == (2, "")
    assert "--out needs the name of a file" in answer.err
    assert not Path("-").exists()


@pytest.mark.rule("ALL-MANAGE-09")
def test_what_rows_are_grouped_by_comes_first(run: Run, awarded: Path, tmp_path: Path) -> None:
    words = ("export", "issued", "--store", awarded, "--out", "out.csv", "--columns", "User,Status")
    assert run(*words, "--group-by", "Certification").code == 0
    assert rows(tmp_path / "out.csv")[0] == ["Certification", "User", "Status"]


def test_the_store_is_not_written_over(run: Run, awarded: Path) -> None:
    before = awarded.read_bytes()
    answer = run("export", "issued", "--store", awarded, "--as", "csv", "--out", awarded)
    assert answer.code == 2
    assert "belongs to the store itself" in answer.err
    assert awarded.read_bytes() == before


def test_a_file_that_cannot_be_written_is_named_as_it_was_given(run: Run, awarded: Path) -> None:
    for words in (
        ("export", "issued", "--out", "no/where.csv"),
        ("ics", "--user", "ada", "--out", "no/where.ics"),
    ):
        answer = run(*words, "--store", awarded)
        assert answer.code == 2
        assert f"error: {words[-1]}: No such file or directory" in answer.err


@pytest.mark.rule("ALL-ROLE-05", "ALL-ROLE-06", "INT-41")
def test_a_manager_need_not_name_their_company(run: Run, awarded: Path, tmp_path: Path) -> None:
    with closing(open_store(str(awarded))) as store, store.writing() as transaction:
        users = {user.id: user for user in transaction.users.all()}
        transaction.users.put([evolve(users["1"], company_id="acme")])
        transaction.users.put([evolve(users["3"], company_id="acme", active=True)])
    words = ("export", "issued", "--store", awarded, "--out", "out.csv", *AT)
    manager = ("--actor", "gone", "--role", "manager")
    answer = run(*words, *manager)
    assert answer.out.startswith("Exported 2 rows of issued of company acme to out.csv")
    assert [row[0] for row in rows(tmp_path / "out.csv")[1:]] == ["ada", "ada"]
    answer = run(*words, *manager, "--format", "json")
    assert (answer.data["rows"], answer.data["company"]) == (2, "acme")
    for allowed in (("--company", "acme"), ("--user", "ada")):
        assert run(*words, *manager, *allowed).out.startswith("Exported 2 rows")
    for refused in (("--company", "other"), ("--user", "bob")):
        answer = run(*words, *manager, *refused)
        assert (answer.code, answer.out) == (1, "")
        assert "manager: their company's (ALL-ROLE-06)" in answer.err
    assert run(*words, *manager, "--user", "bob", "--company", "acme").code == 1
    alone = run(*words, "--actor", "bob", "--role", "manager")
    assert alone.out.startswith("Exported 1 row of issued of user 2 to out.csv")
    assert run("export", "catalog", *words[2:], *manager).code == 1
    boss = ("--actor", "gone", "--role", "superadmin")
    assert run(*words, *boss).out.startswith("Exported 3 rows of issued to")
    assert run("export", "catalog", *words[2:], *boss).code == 0
