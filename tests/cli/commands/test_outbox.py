"""``certrules outbox``: nothing is held back, and what is late is said."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certrules.model.notices import Event, EventKind, Notice, NoticeKind, Priority
from certrules.repositories.sql import open_store
from tests.cli.conftest import Run

AT = datetime(2024, 7, 1, 9, tzinfo=UTC)


@pytest.fixture
def full(awarded: Path) -> Path:
    notice = Notice("soon", NoticeKind.EXPIRY, "1", "k1", 1, AT, AT)
    urgent = Notice("urgent", NoticeKind.EXPIRY, "1", "k1", 1, AT, AT, priority=Priority.HIGH)
    with closing(open_store(awarded)) as store, store.writing() as work:
        work.events.add([Event(EventKind.ISSUED, "1", "k1", 1, AT)])
        work.notices.add([notice, urgent])
    return awarded


@pytest.mark.rule("X-NOTIFY-1")
def test_a_notice_is_late_after_the_time_that_sending_may_take(run: Run, full: Path) -> None:
    for minutes, late in ((-60, 0), (10, 0), (11, 1), (60, 1), (61, 2)):
        at = (AT + timedelta(minutes=minutes)).isoformat()
        said = run("outbox", "--store", full, "--at", at, "--format", "json").data
        assert (said["at"], said["count"], said["late"]) == (at, 3, late)
        assert len(said["events"]) == 3


@pytest.mark.rule("X-NOTIFY-1")
def test_what_is_late_is_shown_so(run: Run, full: Path) -> None:
    assert run("outbox", "--store", full, "--at", "2024-07-01T09:30:00Z").out.splitlines() == [
        "1  2024-07-01 09:00:00  award.issued: 1, k1, cycle 1",
        "2  2024-07-01 09:00:00  notice soon: 1, k1, cycle 1",
        "3  2024-07-01 09:00:00  notice urgent: 1, k1, cycle 1 (late)",
        "3 entries not acknowledged, 1 late (times in UTC)",
    ]
    assert run("outbox", "--store", full, "--ack", "3").out == "0 entries not acknowledged\n"


@pytest.mark.rule("X-NOTIFY-1")
def test_everything_is_counted_however_little_is_shown(run: Run, full: Path) -> None:
    asked = ("outbox", "--store", full, "--at", "2024-07-02T00:00:00Z", "--limit")
    assert run(*asked, "1").out.splitlines()[1:] == [
        "3 entries not acknowledged, 2 late, 1 shown (times in UTC)"
    ]
    said = run(*asked, "0", "--format", "json").data
    assert (said["count"], said["late"], said["events"]) == (3, 2, [])
    assert run(*asked, "9" * 20, "--format", "json").data["count"] == 3
    assert run("outbox", "--store", full, "--ack", "9" * 30).out == "0 entries not acknowledged\n"


def test_a_later_position_acknowledged_first_is_not_taken_back(run: Run, full: Path) -> None:
    assert run("outbox", "--store", full, "--ack", "2", "--format", "json").data["count"] == 1
    assert run("outbox", "--store", full, "--ack", "1", "--format", "json").data["count"] == 1
    assert run("outbox", "--store", full, "--at", "soon").code == 2
