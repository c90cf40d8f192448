"""What do ``due``, ``outbox``, ``publish``, ``deactivate`` and ``--actor`` say and do?"""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from PIL import Image

from certrules import CertificationStatus
from certrules.repositories.sql import open_store
from tests.cli.conftest import Run

TOLD = {
    "notifications": [
        {"id": "early", "kind": "expiry", "offset": "2 weeks before", "body": "[renew_link]"},
        {"id": "late", "kind": "expiry", "offset": "1 day after", "priority": "high"},
    ]
}
SUPERADMIN = ("--actor", "Bob", "--role", "superadmin")


@pytest.fixture
def told(tmp_path: Path) -> str:
    path = tmp_path / "notifications.json"
    path.write_text(json.dumps(TOLD), encoding="utf-8")
    return str(path)


def due(run: Run, store: Path, told: str, at: str, *words: str) -> Any:
    options = ("--notifications", told, "--zone", "UTC", "--at", at, "--format", "json")
    answer = run("due", "--store", store, *options, *words)
    assert answer.code == 0, answer.err
    return answer.data


@pytest.mark.rule("DOC-NOTIFY-02", "DOC-NOTIFY-03", "DOC-NOTIFY-04", "INT-26")
def test_what_is_due_goes_into_the_outbox_once(run: Run, awarded: Path, told: str) -> None:
    since = ("--since", "2025-01-01T00:00:00Z")
    said = due(run, awarded, told, "2025-05-20T00:00:00Z", *since)
    assert [(each["user_id"], each["notification_id"]) for each in said["notices"]] == [
        ("1", "early"),
        ("2", "early"),
    ]
    assert [warning["notification"] for warning in said["warnings"]] == ["late"]
    assert not due(run, awarded, told, "2025-05-20T00:00:00Z")["notices"]
    events = run("outbox", "--store", awarded, "--format", "json").data["events"]
    assert [event["type"] for event in events] == ["certrules.notice.expiry"] * 2
    rest = run("outbox", "--store", awarded, "--ack", events[0]["id"], "--format", "json").data
    assert rest["events"] == events[1:]
    text = run("outbox", "--store", awarded, "--ack", events[1]["id"]).out
    assert text == "0 entries not acknowledged\n"
    said = run(
        "due",
        "--store",
        awarded,
        "--notifications",
        told,
        "--zone",
        "UTC",
        "--at",
        "2025-06-02T00:00:00Z",
    )
    assert said.out.splitlines()[-1] == "2 notices due (times in UTC)"


def test_a_faulty_file_of_notifications_tells_every_fault(run: Run, store: Path) -> None:
    Path("bad.json").write_text(
        '{"notifications": [{"id": "n", "kind": "expired", "offset": "1 month before"}]}'
    )
    answer = run("due", "--store", store, "--notifications", "bad.json", "--zone", "UTC")
    assert answer.code == 2
    assert "notifications[0].kind: expected one of issued, expiry and enrolled" in answer.err
    assert "notifications[0].offset: expected such as '2 weeks before'" in answer.err


@pytest.mark.rule("INT-31b", "ALL-CERT-08", "INT-38")
def test_a_draft_is_published_and_switched_off(run: Run, store: Path) -> None:
    with closing(open_store(str(store))) as opened, opened.writing() as transaction:
        found = transaction.certifications.get("k2")
        assert found
        transaction.certifications.put([evolve(found, status=CertificationStatus.DRAFT)])
    words = ("--store", store, "--certification", "CONDUCT")
    assert run("deactivate", *words).code == 1
    assert run("publish", *words, "--policy", "allbound").code == 1
    assert run("publish", *words, *SUPERADMIN).code == 0
    assert run("publish", *words).code == 1
    answer = run("deactivate", *words, "--format", "json")
    assert answer.code == 0
    assert answer.data["granted"]
    with closing(open_store(str(store))) as opened, opened.reading() as view:
        found = view.certifications.get("k2")
        assert found
        assert found.status is CertificationStatus.INACTIVE


@pytest.mark.rule("INT-31b", "ALL-CERT-02")
def test_what_was_switched_off_is_switched_on(run: Run, store: Path) -> None:
    words = ("--store", store, "--certification", "OLD", "--at", "2025-01-01T00:00:00Z")
    refused = run("activate", *words, "--policy", "allbound", "--format", "json")
    assert refused.code == 1
    assert [reason["rule"] for reason in refused.data["reasons"]] == ["ALL-CERT-07"]
    answer = run("activate", *words, *SUPERADMIN)
    assert answer.code == 0
    assert answer.out.splitlines()[:2] == [
        "activate: done",
        "  certification Old (OLD) is now active",
    ]
    answer = run("deactivate", *words)
    assert answer.code == 0
    assert answer.out.splitlines()[1] == "  certification Old (OLD) is now inactive"


def picture(width: int) -> Path:
    path = Path(f"{width}.png")
    Image.new("L", (width, width)).save(path)
    return path


@pytest.mark.rule("ALL-BADGE-02", "ALL-BADGE-03", "ALL-BADGE-04", "INT-39")
def test_a_draft_with_a_bad_picture_stays_one(run: Run, store: Path) -> None:
    with closing(open_store(str(store))) as opened, opened.writing() as transaction:
        found = transaction.certifications.get("k2")
        assert found
        transaction.certifications.put(
            [evolve(found, status=CertificationStatus.DRAFT, badge_image="media/7.png")]
        )
    words = ("publish", "--store", store, "--certification", "CONDUCT", "--policy", "allbound")
    refused = run(*words, "--image", picture(501))
    assert refused.code == 1
    assert "501 by 501 pixels are more than 500 by 500 (ALL-BADGE-03)" in refused.out
    Path("cut.png").write_bytes(picture(500).read_bytes()[:-12])
    refused = run(*words, "--image", "cut.png")
    assert "the badge image cannot be shown: the PNG is cut off (ALL-BADGE-04)" in refused.out
    assert run(*words, "--image", "gone.png").code == 2
    granted = run(*words, "--image", picture(400))
    assert granted.code == 0
    assert "(ALL-BADGE-02)" in granted.out


GUARDED = [
    "publish --certification CONDUCT",
    "deactivate --certification FA",
    "activate --certification OLD",
    "outbox",
    "due --notifications {told} --zone UTC",
    "award --certification FA --user Bob --always-valid --zone UTC",
    "delete --certification FA --yes",
    "renew --certification FA --user Bob",
    "complete --user Bob --course FA-101 --zone UTC",
    "unlink --certification FA --course FA-101 --yes",
]


@pytest.mark.rule("DOC-CERT-09", "INT-27")
@pytest.mark.parametrize("words", GUARDED)
def test_a_learner_may_not(run: Run, awarded: Path, told: str, words: str) -> None:
    command, *rest = words.format(told=told).split()
    answer = run(command, "--store", awarded, *rest, "--actor", "ada", "--format", "json")
    assert answer.code == 1
    assert answer.data["error"]["code"] == "not_permitted"
    assert "is for" in answer.err


@pytest.mark.parametrize(
    "words", ["publish", "activate", "deactivate", "delete", "unlink --course FA-101"]
)
def test_who_may_not_learns_not_what_there_is(run: Run, store: Path, words: str) -> None:
    command, *more = words.split()
    asked = [command, "--store", store, *more, "--actor", "ada", "--certification"]
    known, unknown = run(*asked, "FA"), run(*asked, "NONE")
    assert (known.code, known.err) == (1, unknown.err)
    assert "is for" in known.err


@pytest.mark.rule("ALL-ROLE-01")
def test_an_administrator_needs_both_permissions(run: Run, store: Path) -> None:
    words = ("deactivate", "--store", store, "--certification", "FA", "--actor", "ada")
    administrator = ("--role", "administrator", "--permission", "content")
    assert run(*words, *administrator).code == 1
    assert run(*words, *administrator, "--permission", "system").code == 0


def test_a_role_belongs_to_an_actor(run: Run, store: Path) -> None:
    answer = run("outbox", "--store", store, "--role", "superadmin")
    assert answer.code == 2
    assert "--actor" in answer.err
    answer = run("outbox", "--store", store, "--actor", "bop")
    assert answer.code == 2
    assert "--actor names nobody who could ask: there is no user 'bop' in the store" in answer.err
    answer = run("outbox", "--store", store, "--actor", "gone", "--role", "superadmin")
    assert answer.code == 2
    assert "--actor gone is deactivated, and can ask for nothing" in answer.err
    assert run("outbox", "--store", store, "--ack", "-1").code == 2


@pytest.mark.rule("X-NOTIFY-1")
def test_a_source_that_is_none_acknowledges_nothing(run: Run, store: Path) -> None:
    answer = run("outbox", "--store", store, "--source", "a b", "--ack", 1)
    assert (answer.code, answer.out) == (2, "")
    assert "source cannot be 'a b'" in answer.err
