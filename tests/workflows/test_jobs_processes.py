"""Do jobs go on in other processes as they do in this one?"""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC
from functools import partial
from io import BytesIO
from pathlib import Path
from time import sleep

import pytest
from attrs import evolve

from certrules import (
    ALLBOUND,
    DOCEBO,
    Certification,
    Duplicates,
    ExpiryBasis,
    ManualAward,
    Policy,
    User,
)
from certrules.errors import InvalidValueError
from certrules.model.notices import Event
from certrules.records import open_records
from certrules.repositories.memory import MemoryStore
from certrules.repositories.sql import SqlStore, open_store
from certrules.rules.awarding import Targets
from certrules.rules.importing import Outcome
from certrules.workflows import importing, manual_awards
from certrules.workflows.effects import BATCH
from certrules.workflows.importing import ImportReport
from certrules.workflows.jobs import ImmediateExecutor, Job, Jobs, JobState
from tests.workflows.conftest import acting, day, furnish

pytestmark = pytest.mark.filterwarnings(  # newer Pythons warn where a process with threads forks
    "ignore:.*fork:DeprecationWarning"
)

USERS = 1_500
ROWS = 5_000
MANY = 13_000
CHOSEN = ManualAward("fa", day(10), day(400), ExpiryBasis.DATE)
SOME = Targets(groups={"some"})
EVERYBODY = Targets(groups={"everybody"})
HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type,code\n"
)

EXECUTORS: dict[str, Callable[[], Executor]] = {
    "inline": ImmediateExecutor,
    "threads": lambda: ThreadPoolExecutor(2),
    "spawn": lambda: ProcessPoolExecutor(2, multiprocessing.get_context("spawn")),
    "fork": lambda: ProcessPoolExecutor(2, multiprocessing.get_context("fork")),
}
SPAWN = pytest.param("spawn", marks=pytest.mark.slow)
"""To start a Python takes most of the time."""


@pytest.fixture(params=EXECUTORS)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with EXECUTORS[request.param]() as made:
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(scope="module")
def crowd(small_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world, with many users more in it, and a code for first aid."""
    path = Path(shutil.copy(small_world, tmp_path_factory.mktemp("crowd") / "store.db"))
    with closing(open_store(path)) as opened, opened.writing() as transaction:
        transaction.users.put(
            User(f"u{n:06}", f"user{n}", groups={"everybody", "some" if n < USERS else "more"})
            for n in range(ROWS)
        )
        transaction.certifications.put([Certification("safety", "Safety", "SAFE")])
    return path


@pytest.fixture
def store(crowd: Path, path: Path) -> Iterator[SqlStore]:
    with closing(open_store(shutil.copy(crowd, path), timeout=300)) as opened:
        yield opened


def written(rows: int = ROWS) -> bytes:
    """Return records of which each hundredth is of nobody, and the last says the first again."""
    users = [f"nobody{n}" if n % 100 == 99 else f"user{n}" for n in range(rows - 1)] + ["user0"]
    lines = (f"{user},SAFE,2024-02-29,1,,manual,\n" for user in users)
    return (HEADER + "".join(lines)).encode()


def held(store: SqlStore, certification_id: str) -> int:
    with store.reading() as view:
        return sum(1 for _ in view.awards.select(certification_id=certification_id))


def award(
    store: SqlStore, executor: Executor, targets: Targets = SOME, policy: Policy = DOCEBO
) -> tuple[Jobs, Job]:
    jobs = Jobs(lambda: day(20), executor)
    job = manual_awards.award(acting(store, policy=policy), targets, CHOSEN, at=day(20), jobs=jobs)
    assert isinstance(job, Job)
    return jobs, job


def begun(store: SqlStore, jobs: Jobs, job: Job) -> Job:
    """Wait until something of a job is done, and the rest is not."""
    while not (found := jobs.get(acting(store), job.id)).done and not found.state.ended:
        sleep(0.001)
    return found


@pytest.mark.rule("DOC-AWARD-08", "DOC-JOB-01")
@pytest.mark.parametrize("policy", [DOCEBO, ALLBOUND], ids=["docebo", "allbound"])
def test_awards_by_hand_are_a_job_on_any_executor(
    store: SqlStore, executor: Executor, policy: Policy
) -> None:
    jobs, job = award(store, executor, policy=policy)
    ended = jobs.wait(acting(store), job.id, 600)
    assert (ended.state, ended.done, ended.total) == (JobState.COMPLETED, USERS, USERS)
    assert len(manual_awards.together(ended.results).awarded) == USERS == held(store, "fa")
    assert [entry.text for entry in ended.log] == [
        "awarded: 1000; done: 1000 of 1500",
        "awarded: 500; done: 1500 of 1500",
        "completed",
    ]
    with store.reading() as view:
        told = [event for _, event in view.events.after(0, ROWS) if isinstance(event, Event)]
        assert len(told) == USERS


@pytest.mark.rule("DOC-CSV-21", "DOC-JOB-02", "DOC-CSV-16")
@pytest.mark.parametrize("rows", [USERS, pytest.param(ROWS, marks=pytest.mark.slow)])
@pytest.mark.parametrize("source", ["path", "stream"])
def test_an_import_is_a_job_on_any_executor(
    store: SqlStore, executor: Executor, tmp_path: Path, source: str, rows: int
) -> None:
    file = tmp_path / "records.csv"
    file.write_bytes(written(rows))
    jobs = Jobs(lambda: day(20), executor)
    with open_records(file if source == "path" else BytesIO(written(rows)), zone=UTC) as records:
        renew = Duplicates.RENEW
        job = importing.submit(acting(store), records, at=day(20), duplicates=renew, jobs=jobs)
        ended = jobs.wait(acting(store), job.id, 600)
        again = importing.run(acting(store), records, at=day(20), duplicates=renew, dry_run=True)
    assert (ended.state, ended.done, ended.total) == (JobState.COMPLETED, rows, rows)
    (report,) = ended.results
    assert isinstance(report, ImportReport)
    refused, issued = (rows - 1) // 100, rows - 1 - (rows - 1) // 100
    assert +Counter(report.outcomes) == {
        Outcome.ISSUED: issued,
        Outcome.REFUSED: refused,
        Outcome.SUPERSEDED: 1,
    }
    assert [fault.row for fault in report.faults] == list(range(100, rows, 100))
    assert len(ended.errors) == refused
    assert (again.outcomes[Outcome.UNCHANGED], again.faults) == (issued, report.faults)
    assert held(store, "safety") == issued


@pytest.mark.rule("DOC-JOB-05")
@pytest.mark.parametrize("way", ["threads", "fork", SPAWN])
def test_what_a_discontinued_job_did_elsewhere_stays(store: SqlStore, way: str) -> None:
    with EXECUTORS[way]() as executor:
        jobs = Jobs(lambda: day(20), executor)
        with open_records(BytesIO(written(MANY)), zone=UTC) as records:
            job = importing.submit(acting(store), records, at=day(20), jobs=jobs)
            begun(store, jobs, job)
            jobs.discontinue(acting(store), job.id)
            ended = jobs.wait(acting(store), job.id, 600)
            assert ended.state is JobState.DISCONTINUED
            assert 0 < ended.done < MANY
            assert f"{ended.done} of {MANY}" in ended.log[-1].text
            kept = held(store, "safety")
            assert 0 < kept < ended.done
            again = jobs.wait(
                acting(store),
                importing.submit(acting(store), records, at=day(20), jobs=jobs).id,
                600,
            )
        (report,) = again.results
        assert report.outcomes[Outcome.UNCHANGED] == kept


def kill_a_worker(executor: ProcessPoolExecutor) -> None:
    (pid,) = executor._processes
    os.kill(pid, signal.SIGKILL)


@pytest.mark.rule("DOC-JOB-04")
@pytest.mark.parametrize("way", ["fork", SPAWN])
def test_a_worker_that_is_killed_fails_the_job_and_the_next_one_does_the_rest(
    store: SqlStore, way: str
) -> None:
    context = multiprocessing.get_context(way)
    with ProcessPoolExecutor(1, context) as executor:
        jobs, job = award(store, executor, EVERYBODY)
        begun(store, jobs, job)
        kill_a_worker(executor)
        ended = jobs.wait(acting(store), job.id, 600)
        after = award(store, executor, EVERYBODY)[1]
    assert ended.state is after.state is JobState.FAILED
    assert 0 < ended.done < ROWS
    for failed in (ended, after):
        (error,) = failed.errors
        assert error.text.startswith("a worker of the executor died: what it kept stays")
    kept = held(store, "fa")
    assert ended.done <= kept < ROWS
    assert kept % BATCH == 0
    with ProcessPoolExecutor(1, context) as executor:
        jobs, job = award(store, executor, EVERYBODY)
        report = manual_awards.together(jobs.wait(acting(store), job.id, 600).results)
    assert (len(report.awarded), len(report.refused)) == (ROWS - kept, kept)
    assert held(store, "fa") == ROWS


@pytest.mark.parametrize("way", ["spawn", "fork"])
def test_a_store_that_cannot_be_sent_fails_the_job_with_what_to_do(way: str) -> None:
    store = MemoryStore()
    furnish(store)
    with store.writing() as transaction:
        transaction.users.put(User(f"u{n}", f"user{n}", groups={"some"}) for n in range(101))
    with EXECUTORS[way]() as executor:
        jobs = Jobs(lambda: day(20), executor)
        job = manual_awards.award(acting(store), SOME, CHOSEN, at=day(20), jobs=jobs)
        assert isinstance(job, Job)
        ended = jobs.wait(acting(store), job.id, 600)
        assert executor.submit(abs, -1).result(600) == 1
    assert (ended.state, ended.done) == (JobState.FAILED, 0)
    assert ended.errors[0].text.startswith("memory: this store cannot be sent to another process")
    with store.reading() as view:
        assert not list(view.awards.select())


def test_a_mistake_in_another_process_comes_back_as_it_is(store: SqlStore) -> None:
    gone = evolve(CHOSEN, certification_id="gone")
    with EXECUTORS["fork"]() as executor:
        mistake = executor.submit(
            partial(manual_awards.award_all, acting(store), ["ada"], gone, at=day(20))
        )
        with pytest.raises(InvalidValueError) as raised:
            mistake.result(600)
        assert executor.submit(abs, -1).result(600) == 1
    assert (raised.value.name, raised.value.value) == ("certification", "gone")


@pytest.mark.parametrize("way", ["threads", "fork"])
def test_jobs_side_by_side_wait_for_each_other(path: Path, store: SqlStore, way: str) -> None:
    with ExitStack() as stack:
        executor = stack.enter_context(EXECUTORS[way]())
        jobs, first = award(store, executor)
        records = stack.enter_context(open_records(BytesIO(written()), zone=UTC))
        second = importing.submit(acting(store), records, at=day(20), jobs=jobs)
        ended = [jobs.wait(acting(store), job.id, 600) for job in (first, second)]
    assert [job.state for job in ended] == [JobState.COMPLETED] * 2
    assert held(store, "fa") == USERS


@pytest.mark.rule("INT-09")
@pytest.mark.parametrize(
    ("imports", "rows"), [(3, 500), pytest.param(8, ROWS, marks=pytest.mark.slow)]
)
def test_imports_of_one_file_at_once_issue_every_award_once(
    store: SqlStore, imports: int, rows: int
) -> None:
    with ExitStack() as stack:
        context = multiprocessing.get_context("fork")
        jobs = Jobs(lambda: day(20), stack.enter_context(ProcessPoolExecutor(imports, context)))
        begun = []
        for _ in range(imports):
            records = stack.enter_context(open_records(BytesIO(written(rows)), zone=UTC))
            begun.append(importing.submit(acting(store), records, at=day(20), jobs=jobs))
        ended = [jobs.wait(acting(store), job.id, 600) for job in begun]
    assert [job.log[-1].text for job in ended] == ["completed"] * imports
    reports = [job.results[0] for job in ended]
    issued = held(store, "safety")
    assert sum(report.outcomes[Outcome.ISSUED] for report in reports) == issued
    assert sum(report.outcomes[Outcome.UNCHANGED] for report in reports) == (imports - 1) * issued


ENDING = """
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC
from multiprocessing import get_context
from tests.workflows.test_jobs_processes import EVERYBODY, award, begun
from certrules.repositories.sql import open_store

if __name__ == "__main__":
    store = open_store(sys.argv[1])
    executor = ProcessPoolExecutor(1, get_context(sys.argv[2]))
    jobs, job = award(store, executor, EVERYBODY)
    print(begun(store, jobs, job).done)
"""


@pytest.mark.parametrize("way", ["fork", SPAWN])
def test_the_end_of_the_program_keeps_what_its_jobs_did(
    path: Path, store: SqlStore, tmp_path: Path, way: str
) -> None:
    script = tmp_path / "ending.py"
    script.write_text(ENDING)
    ended = subprocess.run(
        [sys.executable, str(script), str(path), way],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ended.stderr == ""
    assert 0 < int(ended.stdout) <= held(store, "fa") < ROWS
    assert held(store, "fa") % BATCH == 0
