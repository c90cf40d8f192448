"""What the log says of each job, and of whom it says nothing."""

import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from attrs import evolve

from certrules import (
    DOCEBO,
    Assignment,
    Award,
    Certification,
    Enrolment,
    EnrolmentStatus,
    ItemKind,
    MemoryStore,
    NoticeKind,
    Notification,
    User,
    open_records,
)
from certrules.repositories.protocols import Transaction
from certrules.workflows import importing, notifying, outbox, reopen
from certrules.workflows.jobs import Jobs, JobSteps
from certrules.workflows.platform import Acting
from tests.workflows.conftest import acting

AT = datetime(2024, 7, 1, tzinfo=UTC)
FILE = b"""username,certification_code,certification_issue_date,always_valid,type
ada-secret,FA,2024-02-29,1,manual
bob-secret,FA,2024-02-29,1,manual
"""


@pytest.fixture
def system() -> Acting[Transaction]:
    store = MemoryStore()
    course = Assignment(ItemKind.COURSE, "c1", AT - timedelta(days=99))
    done = {"status": EnrolmentStatus.COMPLETED, "completed_at": course.assigned_at}
    with store.writing() as work:
        work.users.put([User("1", "ada-secret")])
        work.certifications.put([Certification("fa", "First aid", "FA", assignments=(course,))])
        work.learning.put_enrolments(
            [Enrolment("1", *course.ref, course.assigned_at, **done)]  # type: ignore[arg-type]
        )
    return acting(store, policy=evolve(DOCEBO, reenable_training_on_expiry=True))


def said(record: logging.LogRecord) -> dict[str, object]:
    """Return what a record says besides the usual."""
    return {
        name.removeprefix("certrules_"): value
        for name, value in vars(record).items()
        if name.startswith("certrules_")
    }


def test_each_job_is_one_line(
    system: Acting[Transaction], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "certrules")
    news = Notification("n1", NoticeKind.ISSUED)
    with open_records(BytesIO(FILE), zone="UTC") as file:
        importing.run(system, file, at=AT, notify=True)
    notifying.due(system, [news], at=AT, since=AT - timedelta(days=1))
    outbox.acknowledge(system, 2)
    with system.writing() as work:
        (award,) = work.awards.select()
        ends = award.issued_at + timedelta(days=30)
        work.awards.remove([award])
        work.awards.add([Award("1", "fa", award.issued_at, ends)])
    reopen.reopen_expired(system, at=AT)
    lines = [said(each) for each in caplog.records if each.name == "certrules"]
    none = dict.fromkeys(["renewed", "updated", "unchanged", "superseded", "in_history"], 0)
    assert lines == [
        {"event": "import", "dry_run": False, "rows": 2, "issued": 1, "refused": 1, **none},
        {"event": "notices", "notifications": 1, "created": 1},
        {"event": "outbox", "acknowledged": 2},
        {"event": "reopening", "expired": 1, "reopened": 1},
    ]
    assert caplog.messages[1] == "notices: notifications=1, created=1"
    assert "secret" not in caplog.text


def test_a_background_job_is_logged_at_its_end_and_one_that_failed_as_an_error(
    system: Acting[Transaction], caplog: pytest.LogCaptureFixture
) -> None:
    def failing() -> JobSteps:
        yield lambda: int("ada-secret")

    caplog.set_level(logging.INFO, "certrules")
    jobs = Jobs(lambda: AT)
    with open_records(BytesIO(FILE), zone="UTC") as file:
        importing.submit(system, file, at=AT, jobs=jobs)
    jobs.submit(system, "sums", failing())
    levels = [(each.levelname, said(each)["event"]) for each in caplog.records]
    assert levels == [("INFO", "import"), ("INFO", "job"), ("ERROR", "job")]
    failed = {"event": "job", "job": "2", "name": "sums", "state": "Failed", "done": 0, "total": 0}
    assert said(caplog.records[-1]) == failed
    assert "secret" not in caplog.text


def test_nothing_is_printed_unless_the_host_asks_for_it() -> None:
    script = """
from datetime import UTC, datetime
from certrules import DOCEBO, SYSTEM, MemoryStore, Platform
from certrules.workflows.jobs import Jobs
def failing():
    yield lambda: 1 / 0
jobs = Jobs(lambda: datetime(2024, 7, 1, tzinfo=UTC))
job = jobs.submit(Platform(MemoryStore(), DOCEBO, "UTC").acting_as(SYSTEM), "failing", failing())
assert str(job.state) == "Failed"
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert (ran.stdout, ran.stderr) == (b"", b"")
