"""``certrules ics``."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from icalendar import Calendar

from certrules import Award
from certrules.repositories.sql import open_store
from tests.cli.conftest import UNTIL, Run

AT = ("--at", "2024-07-01T00:00:00Z")


def read(path: Path) -> Any:
    return Calendar.from_ical(path.read_bytes())


@pytest.mark.rule("DOC-EXP-04", "INT-01")
def test_a_calendar_is_written_in_the_users_own_zone(
    run: Run, awarded: Path, tmp_path: Path
) -> None:
    words = ("ics", "--store", awarded, "--out", "ada.ics", *AT)
    answer = run(*words, "--user", "ADA", "--alarm", 30, "--alarm", 1)
    assert answer == (0, "Wrote 1 event to ada.ics (days in Europe/Rome)\n", "")
    (event,) = read(tmp_path / "ada.ics").walk("VEVENT")
    assert event["dtstart"].dt == date(2025, 5, 31)
    assert len(event.walk("VALARM")) == 2
    answer = run(*words, "--user", "1", "--zone", "America/New_York", "--format", "json")
    assert answer.data == {
        "user": "1",
        "file": "ada.ics",
        "events": 1,
        "at": "2024-07-01T00:00:00+00:00",
        "zone": "America/New_York",
    }


@pytest.mark.rule("INT-01", "DOC-RENEW-18")
def test_a_later_calendar_moves_the_event_of_a_renewed_certification(
    run: Run, awarded: Path, tmp_path: Path
) -> None:
    words = ("ics", "--store", awarded, "--user", "ada", "--out")
    assert run(*words, "before.ics", "--at", "2024-07-01T09:00:00Z").code == 0
    with closing(open_store(awarded)) as store, store.writing() as work:
        (held,) = work.awards.history("1", "k1")
        work.awards.replace([held.archive(held.issued_at)])
        work.awards.add([evolve(held, cycle=2, expires_at=UNTIL + timedelta(days=99))])
    assert run(*words, "after.ics", "--at", "2024-07-01T09:01:00Z").code == 0
    before, after = (read(tmp_path / f"{name}.ics").walk("VEVENT") for name in ("before", "after"))
    assert [len(before), len(after)] == [1, 1]
    assert before[0]["uid"] == after[0]["uid"]
    assert before[0]["sequence"] < after[0]["sequence"]
    assert before[0]["dtstart"].dt < after[0]["dtstart"].dt


@pytest.mark.rule("DOC-REPORT-04", "INT-01")
def test_a_calendar_of_the_past_has_nothing_that_was_issued_or_archived_later(
    run: Run, awarded: Path, tmp_path: Path
) -> None:
    with closing(open_store(awarded)) as store, store.writing() as work:
        (held,) = work.awards.history("1", "k1")
        renewed = held.issued_at + timedelta(days=90)
        work.awards.replace([held.archive(renewed)])
        until = UNTIL + timedelta(days=99)
        work.awards.add([evolve(held, cycle=2, issued_at=renewed, expires_at=until)])
    for ago, last in (
        (held.issued_at - timedelta.resolution, None),
        (held.issued_at, UNTIL),
        (renewed - timedelta.resolution, UNTIL),
        (renewed, until),
    ):
        words = ("--user", "ada", "--zone", "UTC", "--out", "ada.ics", "--at", ago.isoformat())
        assert run("ics", "--store", awarded, *words).code == 0
        days = [each["dtstart"].dt for each in read(tmp_path / "ada.ics").walk("VEVENT")]
        assert days == ([] if last is None else [(last - timedelta.resolution).date()])


@pytest.mark.rule("INT-01")
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC"])
def test_the_first_and_the_last_day_that_there_are(
    run: Run, awarded: Path, tmp_path: Path, zone: str
) -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)
    with closing(open_store(awarded)) as store, store.writing() as work:
        work.awards.add([Award("3", "k2", first, last)])
    words = ("ics", "--store", awarded, "--user", "gone", "--out", "gone.ics", "--zone", zone)
    assert run(*words).code == 0
    (event,) = read(tmp_path / "gone.ics").walk("VEVENT")
    assert event["dtstart"].dt == date(9999, 12, 31)


def test_a_user_without_a_zone_has_days_of_utc(run: Run, awarded: Path) -> None:
    answer = run("ics", "--store", awarded, "--out", "bob.ics", "--user", "bob")
    assert answer.out == "Wrote 1 event to bob.ics (days in UTC)\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--user", "adda"], "did you mean ada?"),
        (["--user", "ada", "--alarm", "-3"], "alarm cannot be -3"),
        (["--user", "ada", "--alarm", "999999999999"], "alarm cannot be 999999999999"),
        (["--user", "ada", "--alarm", "soon"], "--alarm: invalid int value: 'soon'"),
    ],
)
def test_a_mistake_writes_nothing(
    run: Run, awarded: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    answer = run("ics", "--store", awarded, "--out", "a.ics", *words)
    assert answer.code == 2
    assert message in answer.err
    assert not (tmp_path / "a.ics").exists()


@pytest.mark.rule("ALL-ROLE-07")
def test_a_learner_gets_their_own_calendar_alone(run: Run, awarded: Path, tmp_path: Path) -> None:
    words = ("ics", "--store", awarded, "--user", "ada", "--actor")
    assert run(*words, "bob", "--out", "bob.ics").code == 1
    assert not (tmp_path / "bob.ics").exists()
    assert run(*words, "ada", "--out", "ada.ics").code == 0
