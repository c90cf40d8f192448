"""Bad input: one clear error, the right exit code, nothing lost, no traceback."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from certrules import Certification, User
from certrules.cli import session
from certrules.cli.commands import catalog
from certrules.repositories.sql import open_store
from tests.cli.conftest import Answer, Run, start
from tests.cli.records import HEADER, write

RECORD = "ada,FA,2024-03-01,0,2026-03-01,manual,"


def refused(answer: Answer, *says: str) -> None:
    """Check that nothing was done, and that one line says why."""
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("certrules: error: ")
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    assert "bug" not in answer.err
    for words in says:
        assert words in answer.err


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "records.csv", RECORD)


# the file


@pytest.mark.parametrize(("path", "says"), [(".", "is a directory"), ("no.csv", "there is no")])
def test_a_directory_or_a_missing_path(run: Run, store: Path, path: str, says: str) -> None:
    refused(run("import", path, "--store", store, "--zone", "UTC"), says)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\xff\xfe\x00", ""),
        (b"PK\x03\x04" + bytes(100), "spreadsheet"),
        (b"\x1f\x8b\x08\x00" + bytes(100), "is compressed; unpack it"),
        (b"sep=;\n" + HEADER.replace(",", ";").encode() + b"\n", "says sep=,"),
        (f'{HEADER}\n"ada,FA\nbob,"FA",x\n'.encode(), "line 2, field 1: a quote opens here"),
        (HEADER.encode() + b"\n\xe9\n", "offset"),
        (b"username,username,type\n", "same name"),
        (b"username,type\n", "certification_code"),
        (HEADER.encode() + b',"open\n', ""),
        (bytes(1000), ""),
    ],
)
def test_a_file_that_is_none(run: Run, store: Path, tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(data)
    refused(run("import", path, "--store", store, "--zone", "UTC"), says)


def test_a_header_alone_is_no_row(run: Run, store: Path, tmp_path: Path) -> None:
    answer = run("import", write(tmp_path / "records.csv"), "--store", store, "--zone", "UTC")
    assert answer.code == 0
    assert answer.out.startswith("Imported 0 of 0 rows")


@pytest.mark.parametrize("delimiter", [[], ["--delimiter", "comma"]])
def test_two_hundred_megabytes_in_one_line(
    run: Run, store: Path, tmp_path: Path, delimiter: list[str]
) -> None:
    path = tmp_path / "records.csv"
    with path.open("wb") as stream:
        stream.write(HEADER.encode() + b"\n")
        for _ in range(200):
            stream.write(b"a" * 1_000_000)
    words = ("import", path, "--store", store, "--zone", "UTC", *delimiter)
    refused(run(*words), "line 2 has more than")


def test_fifty_thousand_columns(run: Run, store: Path, tmp_path: Path) -> None:
    header = f"{HEADER},{','.join(f'extra{number}' for number in range(50_000))}"
    path = write(tmp_path / "records.csv", RECORD + "," * 50_000, header=header)
    refused(run("import", path, "--store", store, "--zone", "UTC"), "columns")


# the store


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("no.db", "does not exist"),
        ("sqlite:///no.db", "does not exist"),
        ("sqlite://", "memory"),
        (".", "folder"),
        ("garbage.db", "not an SQLite database"),
        ("empty.db", "no certrules tables"),
        ("oracle://scott:tiger@host/db", "oracle"),
        ("ftp://host", "SQLite, PostgreSQL or MariaDB"),
        ("://", "not the URL of a store"),
        ("postgresql://user:secret@127.0.0.1:1/db", "127.0.0.1"),
    ],
)
def test_a_url_that_is_no_store(run: Run, file: Path, url: str, says: str) -> None:
    Path("garbage.db").write_bytes(b"garbage" * 1000)
    sqlite3.connect("empty.db").close()
    Path("empty.db").touch()
    answer = run("import", file, "--store", url, "--zone", "UTC")
    refused(answer, says)
    assert "secret" not in answer.err
    assert "tiger" not in answer.err
    refused(run("status", "--store", url), says)
    assert not Path("no.db").exists()


def test_a_read_only_store(run: Run, store: Path, file: Path) -> None:
    url = f"sqlite:///file:{store}?mode=ro&uri=true"
    assert run("status", "--store", url).code == 0
    refused(run("import", file, "--store", url, "--zone", "UTC"), "read-only")


def test_a_store_locked_by_another_writer(
    run: Run, store: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "PATIENCE", 0.1)
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused(run("import", file, "--store", store, "--zone", "UTC"), "locked by another writer")
        assert run("status", "--store", store).code == 0
    assert run("import", file, "--store", store, "--zone", "UTC").code == 0


def test_a_store_of_a_future_schema(run: Run, store: Path, file: Path) -> None:
    with closing(sqlite3.connect(store)) as other:
        other.execute("UPDATE certrules_schema SET version = 99")
        other.commit()
    refused(run("import", file, "--store", store, "--zone", "UTC"), "version 99")


# the zone


@pytest.mark.parametrize(
    "zone",
    ["Europe/Rom", "../../etc/passwd", "/etc/localtime", "", ".", "Europe", "+25:00", "a\0b", "é"],
)
def test_a_zone_that_there_is_not(run: Run, store: Path, file: Path, zone: str) -> None:
    refused(run("import", file, "--store", store, "--zone", zone), "is not a time zone")


def test_a_zone_spelled_nearly_right_is_suggested(run: Run, store: Path, file: Path) -> None:
    answer = run("import", file, "--store", store, "--zone", "europe/rome", "--format", "json")
    assert answer.data["error"]["code"] == "unknown_zone"
    assert "did you mean Europe/Rome?" in answer.err


# the rows


@pytest.mark.parametrize(
    ("row", "zone", "code"),
    [
        ("gone,FA,2024-03-01,0,2026-03-01,manual,", "UTC", "inactive_user"),
        ("nobody,FA,2024-03-01,0,2026-03-01,manual,", "UTC", "unknown_user"),
        ("ada,SHARED,2024-03-01,1,,manual,", "UTC", "ambiguous_certification_code"),
        ("bob,FA,2024-03-01,1,,manual,", "UTC", "ambiguous_username"),
        ("ada,FA,2011-12-30,1,,manual,", "Pacific/Apia", "date_missing_in_zone"),
        ("ada,FA,0001-01-01,1,,manual,", "Europe/Rome", "date_out_of_range"),
        ("ada,FA,2024-01-01,0,9999-12-31,manual,", "-12:00", ""),
        ("ada,FA,0000-01-01,1,,manual,", "UTC", "date_impossible"),
        ("ada,FA,10000-01-01,1,,manual,", "UTC", "date_unreadable"),
    ],
)
def test_a_row_that_cannot_be_taken(
    run: Run, store: Path, tmp_path: Path, row: str, zone: str, code: str
) -> None:
    with closing(open_store(str(store))) as opened, opened.writing() as transaction:
        transaction.certifications.put(
            [Certification("s1", "One", "SHARED"), Certification("s2", "Two", "SHARED")]
        )
        transaction.users.put([User("4", "BOB")])
    path = write(tmp_path / "records.csv", row, "ADA,CONDUCT,2024-03-01,1,,manual,")
    words = ("import", path, "--store", store, f"--zone={zone}", "--format", "json")
    answer = run(*words)
    assert answer.err == ""
    assert [fault["code"] for fault in answer.data["faults"]] == ([code] if code else [])
    assert answer.data["issued"] == (1 if code else 2)
    assert answer.code == (1 if code else 0)


def test_the_years_1_and_9999_where_they_can_be(run: Run, store: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "records.csv", "ada,FA,0001-01-01,0,9999-12-31,manual,")
    assert run("import", path, "--store", store, "--zone", "UTC").code == 0
    (award,) = run("status", "--store", store, "--zone", "UTC", "--format", "json").data["awards"]
    assert (award["issued"], award["expires"]) == ("0001-01-01", "9999-12-31")
    assert run("status", "--store", store, "--zone", "Pacific/Kiritimati").code == 0


@pytest.mark.parametrize(
    ("zone", "hint"),
    [("europe/rome", "Europe/Rome"), ("Z", "UTC"), ("Factory", ""), ("localtime", "")],
)
def test_no_zone_is_suggested_in_its_own_place(run: Run, store: Path, zone: str, hint: str) -> None:
    answer = run("status", "--store", store, "--zone", zone)
    refused(answer)
    assert f"did you mean {zone}?" not in answer.err
    assert not hint or f"did you mean {hint}?" in answer.err


# the world


def test_an_import_whose_reader_has_left_is_done_nonetheless(
    run: Run, store: Path, file: Path
) -> None:
    words = ("import", file, "--store", store, "--zone", "UTC")
    ran = start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert ran.stdout
    assert ran.stderr
    ran.stdout.close()
    with ran.stderr:
        assert ran.stderr.read() == b""
    assert ran.wait() == 141
    assert run("status", "--store", store).out.endswith("\n1 award\n")


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
def test_rejects_never_go_over_the_store(run: Run, store: Path, file: Path, suffix: str) -> None:
    words = ("import", file, "--store", store, "--zone", "UTC", "--rejects", f"{store}{suffix}")
    refused(run(*words), "belongs to the store itself")
    assert run("status", "--store", store).out.endswith("\n0 awards\n")


def test_rejects_never_go_over_the_store_by_another_name(
    run: Run, store: Path, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "soft").symlink_to(store)
    (tmp_path / "hard").hardlink_to(store)
    url = f"sqlite:///file:{store}?mode=rw&uri=true"
    wal = f"{store}-wal"
    for address, out in ((store, "soft"), (store, "hard"), (url, store), ("soft", wal)):
        words = ("import", file, "--store", address, "--zone", "UTC", "--rejects", out)
        refused(run(*words), "belongs to the store itself")
    assert run("status", "--store", store).out.endswith("\n0 awards\n")


def test_rejects_never_go_over_standard_input(store: Path, file: Path) -> None:
    before = file.read_bytes()
    words = ("import", "-", "--store", store, "--zone", "UTC", "--rejects", file)
    with file.open("rb") as stdin:
        ran = start(*words, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        refused(Answer(ran.wait(), *(text.decode() for text in ran.communicate())), "itself")
    assert file.read_bytes() == before


@pytest.mark.parametrize("rejects", ["", "-"])
def test_rejects_need_a_name(run: Run, store: Path, file: Path, rejects: str) -> None:
    words = ("import", file, "--store", store, "--zone", "UTC", "--rejects", rejects)
    refused(run(*words), "--rejects needs the name of a file")


@pytest.mark.parametrize(
    "words", [("--at", "yesterday"), ("--delimiter", "x"), ("--zone", "Nowhere"), ("--store", "no")]
)
def test_an_import_that_fails_keeps_the_rejects_of_before(
    run: Run, store: Path, file: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    old = tmp_path / "rejects.csv"
    old.write_text("of yesterday")
    usual = ("import", file, "--store", store, "--zone", "UTC", "--rejects", old)
    assert run(*usual, *words).code == 2
    assert old.read_text() == "of yesterday"


def test_an_import_that_stops_part_way_keeps_the_rejects_of_before(
    run: Run, store: Path, file: Path, tmp_path: Path
) -> None:
    old = tmp_path / "rejects.csv"
    old.write_text("of yesterday")
    file.write_bytes(file.read_bytes() + b"nobody,FA,x,1,,manual,\n" * 20_000 + b"\xe9")
    answer = run("import", file, "--store", store, "--zone", "UTC", "--rejects", old)
    refused(answer, "0xe9")
    assert old.read_text() == "of yesterday"


@pytest.mark.parametrize("store", ["", " "], ids=["empty", "blank"])
def test_a_store_without_a_name(run: Run, store: str) -> None:
    refused(run("status", "--store", store), "--store is empty")


def test_a_catalog_without_end(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "LARGEST", catalog.MEGABYTE)
    refused(run("load", "/dev/zero", "--store", tmp_path / "new.db"), "no regular file")
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (catalog.MEGABYTE + 1))
    refused(run("load", large, "--store", tmp_path / "new.db"), "longer than 1 MB")
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("words", "closed", "says"),
    [
        ("import - --store {store} --zone UTC", "<&-", "standard input is closed"),
        ("load - --store {store}", "<&-", "standard input is closed"),
        ("status --store {store}", ">&-", "standard output is closed"),
        ("--help", ">&-", "standard output is closed"),
        ("status --store nowhere.db", "2>&-", ""),
    ],
)
def test_closed_streams(store: Path, words: str, closed: str, says: str) -> None:
    command = f'"{sys.executable}" -m certrules {words.format(store=store)} {closed}'
    ran = subprocess.run(["sh", "-c", command], capture_output=True, check=False, text=True)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == bool(says)
    assert says in ran.stderr


def test_rejects_on_a_full_disk(run: Run, store: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "records.csv", *("nobody,FA,x,1,,manual," for _ in range(5_000)))
    words = ("import", path, "--store", store, "--zone", "UTC", "--rejects", "/dev/full")
    refused(run(*words), "No space left on device", "rows are done")
