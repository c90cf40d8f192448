import pytest

from tests.cases.commands import Commands

DUE = "due --store s.db --notifications notifications.json --zone UTC --since 2024-01-01T00:00:00Z"
DONE = "complete --store s.db --user ada --course FA-101 --zone UTC"


@pytest.mark.rule("INT-23", "INT-25")
def test_each_cycle_is_reminded_of_once_and_a_renewed_one_no_more(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Commands("31-right-reminders-across-a-renewal", request, monkeypatch)

    def told(at: str) -> list[tuple[str, int]]:
        notices = run(f"{DUE} --at {at}T00:00:00Z --format json").data["notices"]
        return [(each["notification_id"], each["cycle"]) for each in notices]

    assert run("load catalog.json --store s.db").code == 0
    assert run(f"{DONE} --at 2024-02-29T00:00:00Z").code == 0
    assert told("2025-02-01") == [("r30", 1)]
    renew = "renew --store s.db --user ada --certification FA --at 2025-02-12T00:00:00Z"
    assert run(renew).code == 0
    assert run(f"{DONE} --at 2025-02-12T10:00:00Z").code == 0
    assert told("2025-03-05") == []
    assert told("2026-02-13") == [("r30", 2), ("r7", 2)]
    assert told("2026-02-13") == []
