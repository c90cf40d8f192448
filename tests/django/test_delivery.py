"""The outbox of a project: delivered after each commit, in order, and not lost by a failure."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from certrules import Award, Certification, User
from certrules.django import deliver, hosts, system
from certrules.django.hosts import Host
from certrules.model.notices import Event, EventKind, Notice, NoticeKind, Notification
from certrules.workflows import outbox
from tests.django.school.certifications import School
from tests.django.school.models import Course

AT = datetime(2024, 1, 1, tzinfo=UTC)


def record(number: int = 1) -> None:
    with system().writing() as work:
        work.events.add(Event(EventKind.ISSUED, "1", "fa", each + 1, AT) for each in range(number))


def courses(school: type[School]) -> list[str]:
    rows = Course._default_manager.using(school.using).order_by("id")
    return [each.slug for each in rows]


def pending() -> int:
    return len(outbox.pending(system()))


def test_the_outbox_is_delivered_after_the_commit(school: type[School]) -> None:
    with transaction.atomic(school.using):
        record(2)
        assert not school.delivered
    assert len(school.delivered) == len(courses(school)) == 2
    assert pending() == 0


def test_what_is_rolled_back_is_not_delivered(school: type[School]) -> None:
    with transaction.atomic(school.using):
        record()
        transaction.set_rollback(True, school.using)
    with transaction.atomic(school.using):
        with transaction.atomic(school.using):
            record()
            transaction.set_rollback(True, school.using)
        record()
    assert len(school.delivered) == 1


def test_a_failure_keeps_the_entry_and_all_after_it(
    school: type[School], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    record()
    first = school.delivered[0]
    monkeypatch.setattr(school, "failing_at", first + 2)
    with caplog.at_level("ERROR"):
        record(3)  # which is kept all the same
    assert "no mail today" in caplog.text
    assert school.delivered == [first, first + 1, first + 2]
    assert courses(school) == [str(first), str(first + 1)]  # what failed wrote nothing
    with pytest.raises(ConnectionError):
        deliver()
    monkeypatch.setattr(school, "failing_at", None)
    assert deliver() == 2
    assert school.delivered[3:] == [first + 2, first + 2, first + 3]
    assert pending() == 0


def test_what_a_delivery_records_is_delivered_too_and_once(
    school: type[School], monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(self: School, position: int, entry: Event | Notice) -> None:
        self.delivered.append(position)
        if entry.cycle < 3:
            with system().writing() as work:
                work.events.add([Event(EventKind.ISSUED, "1", "fa", entry.cycle + 1, AT)])

    monkeypatch.setattr(school, "deliver", again)
    record()
    assert len(school.delivered) == len(set(school.delivered)) == 3


def test_two_deliveries_at_once_deliver_each_entry_once(
    school: type[School], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(school, "deliver", Host.deliver)
        record(5)
        assert deliver() == 0
    assert pending() == 5
    both = Barrier(2)

    def run() -> None:
        both.wait()
        deliver()
        connections[school.using].close()

    threads = [Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(school.delivered) == len(set(school.delivered)) == 5


def test_the_command_plans_what_is_due_and_delivers_the_rest(
    school: type[School], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = Notification("n1", NoticeKind.ISSUED, body="You have it")
    monkeypatch.setattr(school, "notifications", [notice])
    call_command("certrules_deliver")
    now = datetime.now(UTC)
    with system().writing() as work:
        work.users.put([User("1", "ada")])
        work.certifications.put([Certification("fa", "First aid")])
        work.awards.add([Award("1", "fa", now, None)])
        work.events.add([Event(EventKind.ISSUED, "1", "fa", 1, now)])
    call_command("certrules_deliver")
    assert capsys.readouterr().out.splitlines() == [
        "0 notices created; 0 entries left, 0 late",
        "1 notice created; 0 entries left, 0 late",
    ]
    assert [each.title for each in Course._default_manager.using(school.using).order_by("id")] == [
        "award.issued",
        "issued",
    ]


def test_the_host_of_the_settings_is_found(school: type[School]) -> None:
    assert isinstance(hosts.host(), school)
    assert str(system().zone) == "Europe/Rome"
