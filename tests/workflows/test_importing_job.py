"""How does an import go on in the background?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from threading import Event

import pytest

from certrules import Certification, User
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.records import RecordsFile, open_records
from certrules.repositories.memory import MemoryStore
from certrules.rules.importing import Outcome
from certrules.workflows import importing
from certrules.workflows.importing import ImportReport
from certrules.workflows.jobs import Jobs, JobState
from tests.workflows.conftest import acting

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type,code\n"
)
ROWS = 25_000


def records(rows: int) -> RecordsFile:
    lines = (f"user{n},FA,2025-01-01,1,,manual,\n" for n in range(rows))
    return open_records(BytesIO((HEADER + "".join(lines)).encode()), zone=UTC)


def furnished(users: int, kind: type[MemoryStore] = MemoryStore) -> MemoryStore:
    store = kind()
    with store.writing() as transaction:
        transaction.users.put(User(f"u{n}", f"user{n}") for n in range(users))
        transaction.certifications.put([Certification("fa", "First aid", "FA")])
    return store


def awards(store: MemoryStore) -> int:
    with store.reading() as view:
        return sum(1 for _ in view.awards.select())


@pytest.mark.rule("DOC-CSV-21", "DOC-JOB-02")
def test_an_import_of_one_row_is_a_job() -> None:
    store = furnished(1)
    with records(1) as file:
        job = importing.submit(acting(store), file, at=NOW, owner="root", jobs=Jobs(lambda: NOW))
    assert (job.name, job.owner, job.state) == ("import", "root", JobState.COMPLETED)
    assert (job.done, job.total, awards(store)) == (1, 1, 1)


@pytest.mark.rule("DOC-JOB-06")
def test_the_log_of_an_import_tells_every_fault() -> None:
    with records(3) as file:
        job = importing.submit(acting(furnished(1)), file, at=NOW, jobs=Jobs(lambda: NOW))
    (report,) = job.results
    assert isinstance(report, ImportReport)
    assert (report.outcomes[Outcome.ISSUED], report.outcomes[Outcome.REFUSED]) == (1, 2)
    assert [entry.text.split(";")[0] for entry in job.errors] == [
        "row 2: there is no user 'user1'",
        "row 3: there is no user 'user2'",
    ]
    assert job.log[-2].text == "1 of 3 rows imported"


@pytest.mark.rule("DOC-JOB-06")
def test_the_log_of_an_import_tells_a_thousand_faults_and_counts_the_others() -> None:
    text = HEADER + "nobody,FA,2025-01-01,1,,manual,\n" * 6_000 + "x,FA,2025,1,,manual,\n" * 3_000
    with open_records(BytesIO(text.encode()), zone=UTC) as file:
        job = importing.submit(acting(furnished(1)), file, at=NOW, jobs=Jobs(lambda: NOW))
    rows = [f"row {number}" for number in range(1, 501) for _ in ("unknown", "repeated")]
    assert [entry.text.split(":")[0] for entry in job.errors] == rows
    assert [entry.text for entry in job.log[-3:]] == [
        "0 of 9000 rows imported",
        (
            "only the first 1000 faults are listed; in all there are 9000 unknown_user, 9000 "
            "duplicate_rows, 3000 date_unreadable"
        ),
        "completed",
    ]


@pytest.mark.parametrize("faulty", [0, 1_000, 1_001])
def test_untold_faults_are_counted_by_code(faulty: int) -> None:
    with records(faulty) as file:
        job = importing.submit(acting(furnished(0)), file, at=NOW, jobs=Jobs(lambda: NOW))
    assert len(job.errors) == min(faulty, 1_000)
    untold = "only the first 1000 faults are listed; in all there are 1001 unknown_user"
    assert (untold in [entry.text for entry in job.log]) == (faulty > 1_000)


def test_a_mistake_of_the_caller_is_no_job() -> None:
    jobs = Jobs(lambda: NOW)
    with records(1) as file:
        with pytest.raises(NaiveDatetimeError):
            importing.submit(acting(furnished(1)), file, at=NOW.replace(tzinfo=None), jobs=jobs)
        with pytest.raises(InvalidValueError, match="duplicates cannot be 'renew'"):
            importing.submit(acting(furnished(1)), file, at=NOW, duplicates="renew", jobs=jobs)  # type: ignore[arg-type]
    assert not jobs.listed(acting(furnished(1)), at=NOW)


def test_a_file_without_rows_is_a_job_too() -> None:
    with records(0) as file:
        job = importing.submit(acting(furnished(0)), file, at=NOW, jobs=Jobs(lambda: NOW))
    assert (job.state, job.results[0].rows) == (JobState.COMPLETED, 0)


def test_a_file_that_cannot_be_read_to_its_end_fails_the_job() -> None:
    rows = (HEADER + "ada,FA,2025-01-01,1,,manual,\n" * 100_000).encode() + b"\xff\xfe\n"
    with open_records(BytesIO(rows), zone=UTC, encoding="utf-8") as file:
        job = importing.submit(acting(furnished(0)), file, at=NOW, jobs=Jobs(lambda: NOW))
    assert (job.state, job.done, len(job.errors)) == (JobState.FAILED, 0, 1)


@pytest.mark.rule("DOC-JOB-05")
def test_a_discontinued_import_keeps_its_batches_and_can_be_done_again() -> None:
    first, go_on = Event(), Event()

    class Watched(MemoryStore):
        def writing(self):  # type: ignore[no-untyped-def]
            if first.is_set():
                go_on.wait(300)
            first.set()
            return super().writing()

    store = furnished(ROWS, Watched)
    first.clear()
    with records(ROWS) as file, ThreadPoolExecutor(1) as executor:
        jobs = Jobs(lambda: NOW, executor)
        job = importing.submit(acting(store), file, at=NOW, jobs=jobs)
        first.wait(300)
        jobs.discontinue(acting(store), job.id)
        go_on.set()
        ended = jobs.wait(acting(store), job.id, 30)
        assert ended.state is JobState.DISCONTINUED
        assert 0 < ended.done < ROWS
        assert awards(store) == ended.done
    with records(ROWS) as file:
        again = importing.submit(acting(store), file, at=NOW, jobs=Jobs(lambda: NOW))
    (report,) = again.results
    assert report.outcomes[Outcome.UNCHANGED] == ended.done
    assert awards(store) == ROWS
