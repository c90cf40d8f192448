"""How does a command line end, whatever happens?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from certrules.cli import program
from certrules.cli.commands import report
from certrules.errors import StoreError
from tests.cli.conftest import Answer, Run, start


def one_line(err: str) -> str:
    assert err.startswith("certrules: error: ")
    assert err.count("\n") == 1
    return err


def test_help_teaches(run: Run) -> None:
    answer = run("--help")
    assert (answer.code, answer.err) == (0, "")
    assert "exit codes" in answer.out


@pytest.mark.parametrize("name", ["demo", "load", "import", "status"])
def test_every_command_gives_an_example_that_it_understands(run: Run, name: str) -> None:
    answer = run(name, "--help")
    assert answer.code == 0
    example = next(line for line in answer.out.splitlines() if line.startswith("  certrules "))
    words = example.split()[1:]
    assert program.parser().parse_args(words).format == "text"
    assert "\nexit codes:\n  0    done\n" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 81


def test_version(run: Run) -> None:
    assert run("--version").out.startswith("certrules ")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["frobnicate"],
        ["status"],
        ["status", "--stroe", "x"],
        ["status", "--store", "x", "two\nlines"],
        ["import", "x.csv", "--store", "x"],
        ["import", "x.csv", "--store", "x", "--zone", "UTC", "--duplicates", "maybe"],
        ["import", "x.csv", "--store", "x", "--zone", "UTC", "--map", "username"],
        ["demo", "--store", "x", "--keep", "y"],
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(run: Run, words: list[str]) -> None:
    answer = run(*words)
    assert (answer.code, answer.out) == (2, "")
    assert "--help" in one_line(answer.err)


def test_an_error_is_data_too_when_json_is_wanted(run: Run) -> None:
    for words in (["status", "--format", "json"], ["status", "--format=json", "--store", "no.db"]):
        answer = run(*words)
        assert answer.code == 2
        assert set(answer.data["error"]) == {"code", "message"}
        assert answer.data["error"]["message"] in one_line(answer.err)


def test_a_bug_is_told_in_one_line_and_shown_on_demand(
    run: Run, awarded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr(report, "_show_status", broken)
    answer = run("status", "--store", awarded)
    assert answer.code == 2
    assert "CERTRULES_DEBUG=1" in one_line(answer.err)
    monkeypatch.setenv("CERTRULES_DEBUG", "1")
    assert "Traceback" in run("status", "--store", awarded).err


def test_an_interruption_is_exit_code_130(
    run: Run, awarded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def interrupted_in_the_database(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt
        finally:
            raise StoreError("cannot roll back")

    for stopped in (interrupted, interrupted_in_the_database):
        monkeypatch.setattr(report, "_show_status", stopped)
        answer = run("status", "--store", awarded)
        assert answer == (130, "", "certrules: error: interrupted\n")


def test_python_m_certrules_says_and_returns_the_same(awarded: Path) -> None:
    words = ("status", "--store", awarded, "--at", "2024-01-01T00:00:00Z")
    ran = start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = ran.communicate()
    assert (ran.returncode, err) == (0, b"")
    assert b"\x1b" not in out
    assert "─".encode() in out


def test_output_is_utf8_whatever_the_locale_says(awarded: Path) -> None:
    env = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ran = start("status", "--store", awarded, stdout=subprocess.PIPE, env=env)
    out, _ = ran.communicate()
    assert ran.returncode == 0
    assert "─" in out.decode("utf-8")


def test_a_reader_who_leaves_is_no_error(awarded: Path) -> None:
    ran = start("status", "--store", awarded, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert ran.stdout
    assert ran.stderr
    ran.stdout.close()
    with ran.stderr:
        assert ran.stderr.read() == b""
    assert ran.wait() == 141


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_is_told_in_one_line(awarded: Path, form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = start(
            *("status", "--store", awarded, "--format", form), stdout=full, stderr=subprocess.PIPE
        )
        _, err = ran.communicate()
    assert ran.returncode == 2
    said = "certrules: error: the answer could not be written: No space left on device\n"
    assert one_line(err.decode()) == said


@pytest.fixture
def on_a_full_disk(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, whose answer goes to a disk that is full."""

    def answer(*words: object) -> Answer:
        with Path("/dev/full").open("w", encoding="utf-8") as full, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", full)
            return run(*words)

    return answer


@pytest.mark.parametrize("form", ["text", "json"])
def test_that_an_answer_could_not_be_written_does_not_hide_that_it_is_done(
    awarded: Path, run: Run, on_a_full_disk: Run, form: str
) -> None:
    words = ("unassign", "--store", awarded, "--user", "Bob", "--certification", "FA", "--yes")
    answer = on_a_full_disk(*words, "--format", form)
    assert answer.code == 2
    assert one_line(answer.err) == (
        "certrules: error: the answer could not be written: No space left on device; "
        "what was decided was carried out before\n"
    )
    assert run("status", "--store", awarded).out.endswith("\n2 awards\n")


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "words",
    [
        ("unassign", "--user", "Bob", "--certification", "FA"),
        ("delete", "--certification", "FA"),
        ("renew", "--explain", "--user", "Bob", "--certification", "FA"),
        ("predate", "--certification", "FA", "--zone", "UTC", "--dry-run"),
        (
            "award",
            "--user",
            "Bob",
            "--certification",
            "FA",
            "--zone",
            "UTC",
            "--always-valid",
            "--at",
            "2024-07-01T09:00:00Z",
        ),
    ],
)
def test_a_full_disk_does_not_say_that_what_is_only_told_was_done(
    awarded: Path, on_a_full_disk: Run, words: tuple[str, ...], form: str
) -> None:
    answer = on_a_full_disk(*words, "--store", awarded, "--format", form)
    assert answer.code == 2
    said = "certrules: error: the answer could not be written: No space left on device\n"
    assert one_line(answer.err) == said


@pytest.mark.parametrize("missing", ["sqlalchemy", "rich"])
def test_a_command_line_without_rich_or_sqlalchemy_says_what_to_install(missing: str) -> None:
    blocked = f"import sys; sys.modules[{missing!r}] = None\n"
    code = f"{blocked}from certrules.cli import main; sys.exit(main(['status', '--store', 'x.db']))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ran.returncode == 2
    assert "pip install 'certrules[cli]'" in one_line(ran.stderr.decode())
