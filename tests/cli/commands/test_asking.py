"""Who may not is told so before anything that they name is looked for."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from certrules import User
from certrules.repositories.sql import open_store
from tests.cli.conftest import Run

BADGE = "--issuer https://academy.example --key {file}"
SHARED = "--url https://a.example --issuer-name A"
OF_A_USER = [
    "unassign --user {user} --certification {certification}",
    "edit --user {user} --certification {certification} --always-valid",
    "complete --user {user} --course {course} --zone UTC",
    "renew --user {user} --certification {certification}",
    "renew --user {user} --certification {certification} --course {course} --through {course}",
    "ics --user {user} --out new.ics",
    "status --user {user}",
    "report users-certifications --user {user}",
    "report learner --user {user}",
    "export issued --user {user} --out new.csv",
    f"badge issue --user {{user}} --certification {{certification}} {BADGE} --issuer-name A",
    "badge share --user {user} --certification {certification} --image {file} --out p.html "
    + SHARED,
]
OF_EVERYBODY = [
    "award --user {user} --certification {certification} --always-valid --zone UTC",
    "predate --certification {certification} --zone UTC",
    "publish --certification {certification} --image {file}",
    "activate --certification {certification}",
    "deactivate --certification {certification}",
    "delete --certification {certification}",
    "unlink --certification {certification} --course {course}",
    "due --notifications {file} --zone UTC",
    "import {file} --zone UTC --rejects new.csv",
    "load {file}",
    "load {file} --images {file}",
    "export certifications --out new.csv",
    "reopen --zone UTC",
    "outbox",
]
THERE = {"user": "Bob", "certification": "FA", "course": "FA-101"}
NOT_THERE = {"user": "nobody", "certification": "NONE", "course": "NO-101"}


@pytest.mark.rule("DOC-CERT-09", "INT-27", "ALL-ROLE-07")
@pytest.mark.parametrize("words", OF_A_USER + OF_EVERYBODY)
def test_a_stranger_learns_nothing(run: Run, awarded: Path, words: str) -> None:
    Path("file").write_text("neither JSON nor CSV nor a picture", encoding="utf-8")
    told = set()
    for names, file in ((THERE, "file"), (NOT_THERE, "file"), (NOT_THERE, "gone")):
        asked = words.format(**names, file=file).split()
        answer = run(*asked, "--store", awarded, "--actor", "ada", "--format", "json")
        told.add((answer.code, answer.data["error"]["code"], answer.err))
    assert len(told) == 1
    assert next(iter(told))[:2] == (1, "not_permitted")
    assert not list(Path().glob("new.*"))


@pytest.mark.rule("DOC-CERT-09")
@pytest.mark.parametrize("words", [words for words in OF_A_USER if "learner" not in words][:3])
def test_who_may_do_it_to_everybody_is_told_what_is_not_there(
    run: Run, awarded: Path, words: str
) -> None:
    asked = words.format(**NOT_THERE).split()
    answer = run(*asked, "--store", awarded, "--actor", "ada", "--role", "superadmin")
    assert answer.code == 2
    assert "there is no user 'nobody' in the store" in answer.err


@pytest.mark.rule("DOC-CERT-09", "INT-27")
def test_who_may_load_a_part_is_told_of_the_file(run: Run, store: Path) -> None:
    boss = ("--actor", "ada", "--role", "administrator")
    both = ("--permission", "content", "--permission", "system")
    assert run("load", "gone.json", "--store", store, *boss).code == 1
    answer = run("load", "gone.json", "--store", store, *boss, *both)
    assert (answer.code, answer.err) == (
        2,
        "certrules: error: gone.json: No such file or directory\n",
    )


def acme(store: Path) -> tuple[Any, ...]:
    with closing(open_store(str(store))) as opened, opened.writing() as transaction:
        transaction.users.put(
            [User("2", "Bob", company_id="acme"), User("4", "mia", company_id="acme")]
        )
    return "--store", store, "--actor", "mia", "--format", "json"


@pytest.mark.rule("ALL-ROLE-05", "ALL-ROLE-07")
def test_managers_see_what_is_their_companys_and_need_not_name_it(run: Run, awarded: Path) -> None:
    mia = acme(awarded)
    for words, rows in (
        (("status",), "awards"),
        (("report", "users-certifications"), "rows"),
        (("report", "certifications-users"), "rows"),
    ):
        seen = run(*words, *mia, "--role", "manager").data
        assert {each.get("user_id") or each["user"] for each in seen[rows]} == {"2"}, words
        assert seen["company"] == "acme"
        own = run(*words, *mia).data
        assert own[rows] == [], words
        assert run(*words, *mia, "--role", "manager", "--user", "ada").code == 1
        assert len(run(*words, *mia, "--role", "superadmin").data[rows]) == 3, words
    text = run("status", *mia[:4], "--role", "manager").out
    assert "company acme" in text
    assert (
        "company acme" in run("report", "users-certifications", *mia[:4], "--role", "manager").out
    )


@pytest.mark.rule("ALL-MANAGE-09", "ALL-ROLE-07")
def test_everybody_exports_what_is_their_own(run: Run, awarded: Path) -> None:
    asked = ("export", "issued", "--store", awarded, "--out", "own.csv", "--columns", "User")
    answer = run(*asked, "--actor", "ada", "--user", "ada", "--format", "json")
    assert (answer.code, answer.data["rows"]) == (0, 2)
    answer = run(*asked, "--actor", "ada")
    assert answer.out.startswith("Exported 2 rows of issued of user 1 to own.csv")
    assert json.loads(run(*asked, "--actor", "ada", "--format", "json").out)["user"] == "1"
    assert run(*asked, "--actor", "ada", "--user", "Bob").code == 1
