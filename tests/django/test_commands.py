"""The commands of certrules in a project, on its store, policy and zone."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from certrules import Certification, User
from certrules.django import system
from tests.django.school.certifications import School

RECORDS = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,type\n"
    "ada,FIRST-AID,2024-02-29,0,2026-02-28,manual\n"
    "nobody,FIRST-AID,2024-02-29,0,2026-02-28,manual\n"
)


@pytest.fixture(autouse=True)
def _known(school: type[School]) -> None:
    with system().writing() as work:
        work.users.put([User("1", "ada")])
        work.certifications.put([Certification("fa", "First aid", code="FIRST-AID")])


def test_records_are_imported_and_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], school: type[School]
) -> None:
    file = tmp_path / "records.csv"
    file.write_text(RECORDS)
    with pytest.raises(SystemExit, match="1"):  # a row was refused
        call_command("certrules", "import", str(file))
    assert "Imported 1 of 2 rows" in capsys.readouterr().out
    assert len(school.delivered) == 1
    call_command("certrules", "status", "--at", "2026-02-01T00:00:00Z")
    shown = capsys.readouterr().out
    assert "FIRST-AID      valid   2024-02-29  2026-02-28" in shown
    assert "Europe/Rome" in shown
    call_command("certrules", "report", "users-certifications", "--format", "json")
    assert '"expires": "2026-02-28"' in capsys.readouterr().out
    call_command("certrules", "outbox")
    assert "0 entries not acknowledged" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["demo"], "invalid choice: 'demo'"),
        (["store", "upgrade"], "invalid choice: 'store'"),
        (["status", "--store", "other.db"], "unrecognized arguments: --store"),
        (["import", "no-such.csv"], "no-such.csv"),
        (["award", "--certification", "fa", "--user", "bob", "--always-valid"], "no user 'bob'"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        call_command("certrules", *words)
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_a_caller_may_take_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = StringIO(), StringIO()
    call_command("certrules", "status", stdout=out)
    assert "0 awards" in out.getvalue()
    with pytest.raises(SystemExit, match="2"):
        call_command("certrules", "import", "no-such.csv", stderr=err)
    assert "no-such.csv" in err.getvalue()
    assert capsys.readouterr() == ("", "")


def test_the_policy_of_the_project_holds(
    school: type[School], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        call_command("certrules", "reopen")
    assert "training stays complete" in capsys.readouterr().err
    call_command("certrules", "reopen", "--policy", "allbound-reopening")
    assert "0 trainings reopened" in capsys.readouterr().out
