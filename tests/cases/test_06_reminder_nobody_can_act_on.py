import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certrules import DOCEBO, SYSTEM, Platform, catalogs, open_store
from certrules.model.notices import Notice
from certrules.workflows import notifying, outbox
from tests.cases.commands import Commands

NIGHT = datetime(2024, 12, 15, tzinfo=UTC)
DUE = (
    "due --store s.db --notifications notifications.json --zone UTC --since 2024-01-01T00:00:00Z"
    " --at 2024-12-15T00:00:00Z --format json"
)
LINK = "https://learn.example/renew"


@pytest.fixture
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Ada and Cyd have earned the certification, and Ada has left its group."""
    run = Commands("06-reminder-nobody-can-act-on", request, monkeypatch)
    assert run("load catalog.json --store s.db").code == 0
    for user in ("ada", "cyd"):
        done = f"complete --store s.db --user {user} --course FA-101 --zone UTC"
        assert run(f"{done} --at 2024-01-10T00:00:00Z").code == 0
    assert run("load catalog-ada-left.json --store s.db").code == 0
    return run


def bodies() -> dict[str, str | None]:
    """What each user who has a notice would read."""
    (reminder,) = catalogs.read_notifications(Path("notifications.json").read_bytes())
    with closing(open_store("s.db")) as store:
        system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
        sent = [entry for _, entry in outbox.pending(system) if isinstance(entry, Notice)]
        found = {}
        for each in sent:
            message = notifying.message(system, each, reminder, at=NIGHT, renew_link=LINK)
            found[each.user_id] = None if message is None else message.body
    return found


@pytest.mark.rule("ALL-VIS-02", "INT-48")
def test_no_link_to_renew_goes_to_whoever_would_be_refused(run: Commands) -> None:
    refused = "renew --store s.db --user ada --certification FA --explain --at 2024-12-16T00:00:00Z"
    assert (run(refused).code, "ALL-VIS-02" in run(refused).out) == (1, True)
    assert [each["user_id"] for each in run(DUE).data["notices"]] == ["1", "2"]
    assert bodies() == {"1": "Renew: ", "2": f"Renew: {LINK}"}


@pytest.mark.rule("ALL-VIS-02", "INT-48")
def test_or_they_are_sent_nothing_if_the_notification_says_so(run: Commands) -> None:
    path = Path("notifications.json")
    told = json.loads(path.read_text(encoding="utf-8"))
    told["notifications"][0]["not_renewable"] = "not_sent"
    path.write_text(json.dumps(told), encoding="utf-8")
    assert [each["user_id"] for each in run(DUE).data["notices"]] == ["2"]
    assert bodies() == {"2": f"Renew: {LINK}"}
    assert run("load catalog.json --store s.db").code == 0
    assert run(DUE).data["notices"] == []
