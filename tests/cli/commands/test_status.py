"""What does ``certrules status`` say?"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve

from certrules import Award, User
from certrules.repositories.sql import open_store
from tests.cli.conftest import AWARDS, Run

AT = "2025-05-30T12:00:00Z"


@pytest.mark.rule("DOC-EXP-05", "DOC-TZ-02", "INT-01b")
def test_each_award_in_its_users_own_zone(run: Run, awarded: Path) -> None:
    answer = run("status", "--store", awarded, "--at", AT)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "At 2025-05-30 12:00:00 UTC; dates in each user's own time zone, else UTC"
    assert lines[1] == "Days imported with --zone are shown as written by the same --zone."
    assert [line.split() for line in lines[5:8]] == [
        ["ada", "FA", "valid", "2023-06-01", "2025-06-01", "2"],
        ["ada", "CONDUCT", "valid", "2023-06-01", "never"],
        ["Bob", "FA", "valid", "2023-05-31", "2025-05-31", "1"],
    ]
    assert lines[-1] == "3 awards"


def test_on_a_narrow_terminal_names_stay(
    run: Run, awarded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    for words in (("status",), ("report", "users-certifications")):
        answer = run(*words, "--store", awarded, "--at", AT)
        assert answer.code == 0
        for name in ("ada", "CONDUCT", "Bob"):
            assert name in answer.out
        assert "…" not in answer.out


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_time_zone_that_this_machine_does_not_know(run: Run, awarded: Path, form: str) -> None:
    with closing(sqlite3.connect(awarded)) as connection, connection:
        connection.execute("UPDATE certrules_users SET time_zone = 'Nowhere/Land' WHERE id = '1'")
    answer = run("status", "--store", awarded, "--at", AT, "--format", form)
    assert answer.code == 0
    assert answer.err.startswith("certrules: warning: user ada: 'Nowhere/Land' is not a time zone")
    assert answer.err.count("\n") == 1
    if form == "json":
        assert [each["zone"] for each in answer.data["awards"]] == ["UTC"] * 3
    else:
        assert answer.out.endswith("3 awards\n")


def test_an_error_part_way_leaves_no_half_of_an_answer(run: Run, awarded: Path) -> None:
    with closing(sqlite3.connect(awarded)) as connection, connection:
        connection.execute("UPDATE certrules_awards SET expires_at = 'x' WHERE user_id = '2'")
    answer = run("status", "--store", awarded, "--at", AT, "--format", "json")
    assert answer.code == 2
    assert set(answer.data) == {"error"}


def test_one_zone_for_all(run: Run, awarded: Path) -> None:
    answer = run("status", "--store", awarded, "--at", AT, "--zone", "Asia/Tokyo")
    assert answer.out.startswith("At 2025-05-30 21:00:00 Asia/Tokyo; dates in Asia/Tokyo\n")
    assert "2025-05-31" not in answer.out


def test_json_has_instants_too(run: Run, awarded: Path) -> None:
    answer = run("status", "--store", awarded, "--at", AT, "--user", "ADA", "--format", "json")
    assert answer.data["at"] == "2025-05-30T12:00:00+00:00"
    first, second = answer.data["awards"]
    assert first == {
        "user": "ada",
        "user_id": "1",
        "certification": "FA",
        "certification_id": "k1",
        "certification_name": "First aid",
        "status": "valid",
        "issued": "2023-06-01",
        "expires": "2025-06-01",
        "last_valid_day": "2025-05-31",
        "days_left": 2,
        "issued_at": "2023-05-31T22:00:00+00:00",
        "expires_at": "2025-05-31T22:00:00+00:00",
        "archived_at": None,
        "cycle": 1,
        "source": "manual",
        "item": None,
        "zone": "Europe/Rome",
    }
    assert (second["expires"], second["expires_at"], second["days_left"]) == (None, None, None)


@pytest.mark.parametrize("name", ["bob", " BOB ", "2"])
def test_a_user_by_name_in_any_case_or_by_id(run: Run, awarded: Path, name: str) -> None:
    answer = run("status", "--store", awarded, "--user", name, "--format", "json")
    assert [award["user_id"] for award in answer.data["awards"]] == ["2"]


def test_all_users_of_one_name(run: Run, awarded: Path) -> None:
    with closing(open_store(str(awarded))) as store, store.writing() as transaction:
        transaction.users.put([User("9", "BOB")])
        transaction.awards.add([evolve(AWARDS[0], user_id="9")])
    answer = run("status", "--store", awarded, "--user", "bob", "--format", "json")
    assert [award["user_id"] for award in answer.data["awards"]] == ["2", "9"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_unknown_user_is_exit_code_2_with_a_suggestion(
    run: Run, awarded: Path, form: str
) -> None:
    answer = run("status", "--store", awarded, "--user", "boob", "--format", form)
    assert answer.code == 2
    assert "did you mean Bob?" in answer.err
    assert answer.out == "" or answer.data["error"]["code"] == "usage"


def test_history_is_shown_on_demand(run: Run, awarded: Path) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC)
    with closing(open_store(str(awarded))) as store, store.writing() as transaction:
        transaction.awards.replace([AWARDS[2].archive(now)])
        transaction.awards.add([Award("2", "k1", now, None, cycle=2)])
    words = ("status", "--store", awarded, "--user", "bob", "--format", "json", "--at")
    stands = [(a["cycle"], a["status"]) for a in run(*words, AT).data["awards"]]
    assert stands == [(2, "valid")]
    stands = [(a["cycle"], a["status"]) for a in run(*words, AT, "--all").data["awards"]]
    assert stands == [(1, "archived"), (2, "valid")]
    before = run(*words, "2024-01-01T00:00:00Z").data["awards"]
    assert [(a["cycle"], a["status"]) for a in before] == [(1, "valid")]


def test_more_awards_than_a_page_of_the_store(run: Run, awarded: Path) -> None:
    with closing(open_store(str(awarded))) as store, store.writing() as transaction:
        transaction.users.put(User(f"m{number:04}", f"user{number}") for number in range(2_500))
        transaction.awards.add(
            [evolve(AWARDS[0], user_id=f"m{number:04}") for number in range(0, 2_500, 2)]
        )
    answer = run("status", "--store", awarded, "--format", "json")
    assert len(answer.data["awards"]) == 1_253
    assert all(a["user"] == f"user{int(a['user_id'][1:])}" for a in answer.data["awards"][3:])
    assert run("status", "--store", awarded).out.endswith("\n1,253 awards\n")


def test_an_award_whose_user_or_certification_is_gone_is_shown_with_its_ids(
    run: Run, awarded: Path
) -> None:
    with closing(open_store(str(awarded))) as store, store.writing() as transaction:
        now = datetime(2025, 1, 1, tzinfo=UTC)
        gone = [
            Award("1", "k9", now, None),
            Award("15", "k1", now, None),
            Award("9", "k9", now, None),
        ]
        transaction.awards.add(gone)
    answer = run("status", "--store", awarded, "--at", AT)
    assert (answer.code, answer.err) == (0, "")
    assert [line.split()[:2] for line in answer.out.splitlines()[5:-2]] == [
        ["ada", "FA"],
        ["ada", "CONDUCT"],
        ["ada", "k9"],
        ["15", "FA"],
        ["Bob", "FA"],
        ["9", "k9"],
    ]
    last = run("status", "--store", awarded, "--at", AT, "--format", "json").data["awards"][-1]
    assert (last["user"], last["user_id"], last["zone"]) == (None, "9", "UTC")
    assert (last["certification"], last["certification_name"]) == (None, None)
    assert last["certification_id"] == "k9"
    words = ("--store", awarded, "--user", "id:15")
    only = run("status", *words, "--at", AT, "--format", "json").data["awards"]
    assert [each["user_id"] for each in only] == ["15"]
    assert "15" in run("report", "users-certifications", *words, "--at", AT).out
    days = ("--zone", "UTC", "--expires", "2027-01-01")
    assert run("edit", *words, "--certification", "FA", *days).code == 0
    learner = run("status", *words, "--actor", "bob")
    assert learner.code == 1
    assert run("unassign", *words, "--certification", "FA", "--yes").code == 0
    for nobody in ("id:15", "15", "id:16"):
        answer = run("status", *words[:3], nobody)
        assert (answer.code, answer.out) == (2, "")
        assert f"there is no user '{nobody}'" in answer.err


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2024-07-01", "names no time zone"),
        ("yesterday", "ISO 8601"),
        ("0001-01-01T00:00:00+10:00", "outside the years"),
    ],
)
def test_an_instant_is_exact(run: Run, awarded: Path, at: str, says: str) -> None:
    answer = run("status", "--store", awarded, "--at", at)
    assert answer.code == 2
    assert says in answer.err


def test_the_first_and_the_last_day_that_there_are(run: Run, awarded: Path) -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)
    with closing(open_store(str(awarded))) as store, store.writing() as transaction:
        transaction.awards.add([Award("2", "k2", first, last)])
    for zone in ("Asia/Tokyo", "America/New_York", "UTC"):
        answer = run("status", "--store", awarded, "--at", AT, "--zone", zone, "--format", "json")
        shown = answer.data["awards"][-1]
        assert (shown["issued"], shown["expires"]) == ("0001-01-01", "9999-12-31")
        report = "report", "users-certifications", "--store", awarded, "--at", AT, "--zone", zone
        assert run(*report, "--format", "json").data["rows"][-1]["days_left"] == shown["days_left"]
        learner = run("report", "learner", "--user", "Bob", *report[2:], "--format", "json").data
        left = [each["days_left"] for each in learner["certifications"]]
        assert max(left) == shown["days_left"] == 2912658
    for at in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert run("status", "--store", awarded, "--at", at).code == 0


def test_names_cannot_steer_the_terminal(run: Run, awarded: Path) -> None:
    with closing(open_store(str(awarded))) as store, store.writing() as transaction:
        transaction.users.put([User("2", "b\x1b[31mob")])
    out = run("status", "--store", awarded).out
    assert "\x1b" not in out
    assert r"b\x1b[31mob" in out


@pytest.mark.rule("INT-49")
def test_an_error_names_the_option_or_the_variable_that_was_given(
    run: Run, awarded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("status", "--store", awarded)
    for option, value in (
        ("--at", "yesterday"),
        ("--at", "2024-02-30"),
        ("--at", "0001-01-01T00:00:00+10:00"),
        ("--zone", "Europe/Roma"),
    ):
        answer = run(*words, option, value)
        assert (answer.code, answer.err.count("\n")) == (2, 1)
        assert option in answer.err
    skipped = run(*words, "--at", "2011-12-30", "--zone", "Pacific/Apia")
    assert "given by --at" in skipped.err
    monkeypatch.setenv("CERTRULES_ZONE", "Europe/Roma")
    answer = run(*words)
    assert answer.code == 2
    assert "did you mean Europe/Rome?; given by CERTRULES_ZONE" in answer.err
    monkeypatch.setenv("CERTRULES_ZONE", "")
    assert run(*words).code == 0
    monkeypatch.setenv("CERTRULES_STORE", "missing.db")
    answer = run("status")
    assert "'missing.db' does not exist" in answer.err
    assert "given by CERTRULES_STORE" in answer.err
    since = run("reopen", "--store", awarded, "--since", "2024-07-01T09:00:00")
    assert "--since 2024-07-01T09:00:00 names no time zone" in since.err


@pytest.mark.rule("INT-49")
def test_the_environment_gives_the_store_and_the_platforms_zone(
    run: Run, awarded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTRULES_STORE", str(awarded))
    monkeypatch.setenv("CERTRULES_ZONE", "Asia/Tokyo")
    answer = run("status", "--at", "2025-05-31")
    assert answer.out.startswith(
        "At 2025-05-31 00:00:00 Asia/Tokyo; dates in each user's own time zone, else Asia/Tokyo\n"
    )
    awards = run("status", "--at", "2025-05-31", "--format", "json").data["awards"]
    assert [each["zone"] for each in awards] == ["Europe/Rome", "Europe/Rome", "Asia/Tokyo"]
