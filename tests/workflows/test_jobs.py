"""What goes on in the background, and what is heard of it?"""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event

import pytest
from attrs import evolve

from certrules.errors import InvalidValueError, NotPermittedError, StoreError
from certrules.model.people import Action, Actor, Role
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Transaction
from certrules.workflows.jobs import (
    ImmediateExecutor,
    Job,
    Jobs,
    JobState,
    JobSteps,
    LogEntry,
    Progress,
)
from certrules.workflows.platform import SYSTEM, Acting, Principal
from tests.workflows.conftest import acting

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def by(principal: Principal = SYSTEM, *, policy: Policy = DOCEBO) -> Acting[Transaction]:
    return acting(MemoryStore(), principal, policy=policy)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: int = 1) -> None:
        self.now += timedelta(seconds=seconds)


def telling(steps: Iterable[Callable[[], Progress]]) -> JobSteps:
    """Do steps that say themselves what there is to hear of them."""
    for step in steps:
        yield (yield step)


def pieces(number: int) -> list[Callable[[], Progress]]:
    return [partial(piece, done + 1, number) for done in range(number)]


def piece(done: int, total: int) -> Progress:
    return Progress(done, total, lines=(f"{done}",), result=done)


def fail() -> Progress:
    raise StoreError("the disk is full")


@pytest.mark.rule("DOC-JOB-04", "DOC-JOB-06")
def test_a_job_without_a_background_is_done_at_once() -> None:
    jobs = Jobs(lambda: NOW)
    job = jobs.submit(by(), "count", telling(pieces(3)), owner="root")
    assert job == Job(
        "1",
        "count",
        NOW,
        "root",
        JobState.COMPLETED,
        3,
        3,
        NOW,
        NOW,
        tuple(LogEntry(NOW, text) for text in ("1", "2", "3", "completed")),
        (1, 2, 3),
    )


def test_a_thousand_steps_at_once_are_no_thousand_calls_deep() -> None:
    assert Jobs(lambda: NOW).submit(by(), "count", telling(pieces(5_000))).done == 5_000


def test_a_job_of_nothing_is_completed() -> None:
    job = Jobs(lambda: NOW).submit(by(), "nothing", telling([]))
    assert (job.state, job.percentage) == (JobState.COMPLETED, 100)


@pytest.mark.rule("DOC-JOB-04", "DOC-JOB-06")
def test_a_step_that_fails_fails_its_job_with_the_reason() -> None:
    job = Jobs(lambda: NOW).submit(by(), "count", telling([*pieces(2), fail, *pieces(3)]))
    assert (job.state, job.done, job.ended_at) == (JobState.FAILED, 2, NOW)
    assert [entry.text for entry in job.errors] == ["the disk is full"]


def test_a_step_that_cannot_be_made_fails_its_job() -> None:
    job = Jobs(lambda: NOW).submit(by(), "count", telling(pieces(1)[1 - n] for n in (1, 2, 3)))
    assert job.state is JobState.FAILED
    assert job.errors[0].text.startswith("IndexError")


def test_an_interrupt_leaves_no_job_in_progress() -> None:
    def interrupt() -> Progress:
        raise KeyboardInterrupt

    jobs = Jobs(lambda: NOW)
    with pytest.raises(KeyboardInterrupt):
        jobs.submit(by(), "count", telling([interrupt]))
    assert (jobs.get(by(), "1").state, jobs.get(by(), "1").log[-1].text) == (
        JobState.FAILED,
        "interrupted",
    )


@pytest.mark.rule("DOC-JOB-04")
def test_a_job_is_queued_then_in_progress_then_ended() -> None:
    clock, begin, finish = Clock(), Event(), Event()

    def wait() -> Progress:
        begin.set()
        finish.wait(10)
        return Progress(25, 100)

    with ThreadPoolExecutor(1) as executor:
        jobs = Jobs(clock, executor)
        first = jobs.submit(by(), "first", telling([wait, *pieces(1)]))
        begin.wait(10)
        second = jobs.submit(by(), "second", telling(pieces(1)))
        assert jobs.get(by(), first.id).state is JobState.IN_PROGRESS
        assert (second.state, second.percentage) == (JobState.QUEUED, 0)
        assert second.remaining(clock()) is None
        finish.set()
        assert jobs.wait(by(), first.id, 10).state is JobState.COMPLETED
        assert jobs.wait(by(), second.id, 10).state is JobState.COMPLETED


@pytest.mark.rule("DOC-JOB-04")
def test_progress_comes_with_an_estimate() -> None:
    job = Job("1", "import", NOW, state=JobState.IN_PROGRESS, done=25, total=100, started_at=NOW)
    assert job.percentage == 25
    assert job.remaining(NOW + timedelta(seconds=10)) == timedelta(seconds=30)


@pytest.mark.rule("DOC-JOB-05")
def test_a_discontinued_job_keeps_what_it_has_done() -> None:
    begun, go_on = Event(), Event()
    done = []

    def step(number: int) -> Progress:
        begun.set()
        go_on.wait(10)
        done.append(number)
        return Progress(number, 10)

    with ThreadPoolExecutor(1) as executor:
        jobs = Jobs(lambda: NOW, executor)
        job = jobs.submit(
            by(), "count", telling([partial(step, number) for number in range(1, 11)])
        )
        begun.wait(10)
        jobs.discontinue(by(), job.id)
        go_on.set()
        ended = jobs.wait(by(), job.id, 10)
    assert (ended.state, ended.done, done) == (JobState.DISCONTINUED, 1, [1])
    assert "1 of 10" in ended.log[-1].text
    assert not ended.errors


@pytest.mark.rule("DOC-JOB-05")
def test_a_queued_job_is_discontinued_before_it_begins() -> None:
    go_on = Event()
    with ThreadPoolExecutor(1) as executor:
        executor.submit(go_on.wait, 10)
        jobs = Jobs(lambda: NOW, executor)
        job = jobs.discontinue(by(), jobs.submit(by(), "count", telling(pieces(2))).id)
        go_on.set()
    assert (job.state, job.done) == (JobState.DISCONTINUED, 0)


@pytest.mark.rule("DOC-JOB-05")
def test_what_has_ended_stays_as_it_ended() -> None:
    jobs = Jobs(lambda: NOW)
    job = jobs.submit(by(), "count", telling(pieces(2)))
    assert jobs.discontinue(by(), job.id) == job


@pytest.mark.rule("DOC-JOB-04")
def test_ended_jobs_are_listed_for_thirteen_days_newest_first() -> None:
    clock = Clock()
    jobs = Jobs(clock)
    jobs.submit(by(), "first", telling([fail]), owner="ada")
    clock.tick()
    jobs.submit(by(), "second", telling(pieces(1)), owner="bob")
    assert [job.name for job in jobs.listed(by(), at=clock())] == ["second", "first"]
    assert [job.name for job in jobs.listed(by(), at=clock(), owner="ada")] == ["first"]
    last = NOW + timedelta(days=13)
    assert [job.name for job in jobs.listed(by(), at=last - timedelta(microseconds=1))] == [
        "second",
        "first",
    ]
    assert [job.name for job in jobs.listed(by(), at=last)] == ["second"]


def test_a_job_that_is_no_longer_listed_is_forgotten() -> None:
    clock = Clock()
    jobs = Jobs(clock)
    jobs.submit(by(), "first", telling([]))
    clock.now += timedelta(days=13)
    jobs.submit(by(), "second", telling([]))
    with pytest.raises(InvalidValueError, match="a job that is still listed"):
        jobs.get(by(), "1")
    assert jobs.get(by(), "2").name == "second"


class Dying(Executor):
    """Runs so many calls, then breaks as a pool does whose worker is killed."""

    def __init__(self, lives: int) -> None:
        self.lives = lives

    def submit(self, fn: Callable[..., Progress], /, *args: object, **kwargs: object):  # type: ignore[no-untyped-def,override]
        future: Future[Progress] = Future()
        self.lives -= 1
        if self.lives < -1:
            raise BrokenExecutor("the pool is not usable any more")
        if self.lives < 0:
            future.set_exception(BrokenExecutor("a worker died"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.rule("DOC-JOB-04")
def test_an_executor_that_dies_fails_its_jobs_and_keeps_what_was_done() -> None:
    jobs = Jobs(lambda: NOW, Dying(2))
    dying = jobs.submit(by(), "count", telling(pieces(5)))
    after = jobs.submit(by(), "count", telling(pieces(1)))
    assert (dying.state, dying.done, dying.results) == (JobState.FAILED, 2, (1, 2))
    assert dying.errors[0].text.startswith("a worker of the executor died: what it kept stays")
    assert dying.errors[0].text.endswith("does the rest (BrokenExecutor: a worker died)")
    assert (after.state, after.done) == (JobState.FAILED, 0)


def leave() -> Progress:
    raise SystemExit(3)


def leaving() -> Iterator[Callable[[], Progress]]:
    yield pieces(1)[0]
    leave()


@pytest.mark.rule("DOC-JOB-04")
@pytest.mark.parametrize("steps", [[*pieces(1), leave, *pieces(1)], leaving()])
def test_a_step_that_leaves_the_program_fails_its_job_alone(
    steps: Iterable[Callable[[], Progress]],
) -> None:
    job = Jobs(lambda: NOW).submit(by(), "count", telling(steps))
    assert (job.state, job.done) == (JobState.FAILED, 1)
    assert job.errors[0].text == "SystemExit: 3"


@pytest.mark.rule("DOC-JOB-04")
@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_step_in_the_background_that_leaves_the_program_fails_its_job_alone(
    error: type[BaseException],
) -> None:
    go_on = Event()

    def leave_later() -> Progress:
        go_on.wait(10)
        raise error

    with ThreadPoolExecutor(1) as executor:
        jobs = Jobs(lambda: NOW, executor)
        job = jobs.submit(by(), "count", telling([leave_later]))
        go_on.set()
        ended = jobs.wait(by(), job.id, 10)
    assert ended.state is JobState.FAILED
    assert ended.errors[0].text.startswith(error.__name__)


@pytest.mark.rule("DOC-JOB-04")
def test_an_executor_that_is_shut_down_fails_its_jobs() -> None:
    go_on = Event()
    executor = ThreadPoolExecutor(1)
    jobs = Jobs(lambda: NOW, executor)
    executor.submit(go_on.wait, 10)
    waiting = jobs.submit(by(), "count", telling(pieces(2)))
    executor.shutdown(wait=False, cancel_futures=True)
    go_on.set()
    late = jobs.submit(by(), "count", telling(pieces(2)))
    assert jobs.get(by(), waiting.id).errors[0].text == "the executor was shut down"
    assert (late.state, late.done) == (JobState.FAILED, 0)
    assert late.errors[0].text == (
        "the executor takes no more work (RuntimeError: cannot schedule new futures after shutdown)"
    )


@pytest.mark.rule("DOC-JOB-04")
def test_an_executor_that_takes_nothing_fails_its_jobs() -> None:
    class Full(Executor):
        def submit(self, fn: object, /, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
            raise ValueError("the queue is full")

    job = Jobs(lambda: NOW, Full()).submit(by(), "count", telling(pieces(2)))
    assert (job.state, job.done) == (JobState.FAILED, 0)
    assert job.errors[0].text == "the executor takes no more work (ValueError: the queue is full)"


@pytest.mark.rule("DOC-JOB-04")
def test_an_executor_that_gives_no_future_fails_the_job() -> None:
    class Silent(Executor):
        def submit(self, fn: object, /, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
            return None

    jobs = Jobs(lambda: NOW, Silent())
    job = jobs.wait(by(), jobs.submit(by(), "count", telling(pieces(2))).id, 1)
    assert (job.state, job.done) == (JobState.FAILED, 0)
    assert job.errors[0].text == "the executor answered a step with None instead of a future"


def test_an_interrupted_executor_leaves_no_job_in_progress() -> None:
    class Interrupted(Executor):
        def submit(self, fn: object, /, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
            raise KeyboardInterrupt

    jobs = Jobs(lambda: NOW, Interrupted())
    with pytest.raises(KeyboardInterrupt):
        jobs.submit(by(), "count", telling(pieces(2)))
    assert jobs.get(by(), "1").state is JobState.FAILED


def test_a_job_may_begin_another_on_its_own_and_only_worker() -> None:
    with ThreadPoolExecutor(1) as executor:
        jobs = Jobs(lambda: NOW, executor)

        def begin() -> Progress:
            return Progress(1, 2, result=jobs.submit(by(), "inner", telling(pieces(2))).id)

        outer = jobs.wait(by(), jobs.submit(by(), "outer", telling([begin, *pieces(1)])).id, 30)
        inner = jobs.wait(by(), str(outer.results[0]), 30)
    assert (outer.state, inner.state) == (JobState.COMPLETED, JobState.COMPLETED)
    assert inner.results == (1, 2)


ENDING = """
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import sleep
from certrules import DOCEBO, SYSTEM, MemoryStore, Platform
from certrules.workflows.jobs import Jobs, Progress

def work():
    for number in range(1, 101):
        yield lambda: sleep(0.1)
        print(number, flush=True)
        yield Progress(number, 100)

jobs = Jobs(lambda: datetime.now(UTC), ThreadPoolExecutor(1))
jobs.submit(Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM), "count", work())
sleep(0.25)
"""


def test_the_end_of_the_program_ends_its_jobs_after_the_step_that_goes_on() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ENDING], capture_output=True, text=True, timeout=600, check=True
    )
    assert 2 <= len(ended.stdout.split()) <= 4
    assert ended.stderr == ""


def test_a_future_may_be_done_later_by_anybody() -> None:
    given: list[Future[Progress]] = []

    class Slow(Executor):
        def submit(self, fn: Callable[..., Progress], /, *args: object, **kwargs: object):  # type: ignore[no-untyped-def,override]
            given.append(Future())
            return given[-1]

    jobs = Jobs(lambda: NOW, Slow())
    job = jobs.submit(by(), "count", telling(pieces(1)))
    assert job.state is JobState.QUEUED
    assert jobs.wait(by(), job.id, 0.01).state is JobState.QUEUED
    given[0].set_result(Progress(1, 1))
    assert jobs.get(by(), job.id).state is JobState.COMPLETED


def test_inline_is_an_executor_like_any_other() -> None:
    with ImmediateExecutor() as executor:
        assert list(executor.map(abs, [-1, 2])) == [1, 2]
        with pytest.raises(ZeroDivisionError):
            executor.submit(divmod, 1, 0).result()


@pytest.mark.parametrize("last", [fail, lambda: Progress(2, 2)])
def test_the_work_of_a_job_is_closed_when_it_ends(last: Callable[[], Progress]) -> None:
    closed = []

    def work() -> JobSteps:
        try:
            yield from telling([*pieces(1), last])
        finally:
            closed.append("closed")

    Jobs(lambda: NOW).submit(by(), "count", work())
    assert closed == ["closed"]


def test_a_step_is_answered_and_a_piece_is_not() -> None:
    heard = []

    def work() -> JobSteps:
        heard.append((yield lambda: "answer"))
        heard.append((yield Progress(1, 1)))

    assert Jobs(lambda: NOW).submit(by(), "count", work()).state is JobState.COMPLETED
    assert heard == ["answer", None]


def test_a_long_log_takes_no_longer_for_each_line() -> None:
    def work() -> JobSteps:
        for number in range(20_000):
            yield Progress(number, 20_000, lines=(f"{number}",))

    assert len(Jobs(lambda: NOW).submit(by(), "count", work()).log) == 20_001


BOSS = Actor("boss", {Role.SUPERADMIN})
ADA = Actor("ada", {Role.POWER_USER})
BOB = Actor("bob", {Role.POWER_USER})
NOBODY = [
    Actor(),
    Actor("ada"),
    Actor("ada", {Role.ADMINISTRATOR, Role.MANAGER, Role.EXECUTIVE, Role.SALES, Role.LEARNER}),
]


def of_ada_and_the_host() -> Jobs:
    jobs = Jobs(lambda: NOW)
    jobs.submit(by(ADA), "hers", telling(pieces(1)))
    jobs.submit(by(), "the host's", telling(pieces(1)))
    return jobs


@pytest.mark.rule("DOC-JOB-03")
@pytest.mark.parametrize("actor", NOBODY, ids=["anybody", "learner", "others"])
def test_nobody_else_starts_sees_or_stops_a_job(actor: Actor) -> None:
    done = []
    jobs = of_ada_and_the_host()

    def step() -> Progress:
        done.append(1)
        return Progress(1, 1)

    for ask in (
        lambda: jobs.submit(by(actor), "count", telling([step])),
        lambda: jobs.get(by(actor), "1"),
        lambda: jobs.wait(by(actor), "1"),
        lambda: jobs.discontinue(by(actor), "1"),
        lambda: jobs.get(by(actor), "no such job"),
        lambda: jobs.listed(by(actor), at=NOW),
        lambda: jobs.listed(by(actor), at=NOW, owner="ada"),
    ):
        with pytest.raises(NotPermittedError, match="DOC-JOB-03"):
            ask()
    assert not done
    assert len(jobs.listed(by(), at=NOW)) == 2


@pytest.mark.rule("DOC-JOB-03")
def test_superadmins_see_all_jobs_and_power_users_their_own() -> None:
    jobs = of_ada_and_the_host()

    def names(actor: Actor, owner: str | None = None) -> list[str]:
        return [job.name for job in jobs.listed(by(actor), at=NOW, owner=owner)]

    assert names(BOSS) == ["the host's", "hers"]
    assert names(BOSS, "ada") == names(ADA) == names(ADA, "ada") == ["hers"]
    assert names(BOB) == []
    assert jobs.get(by(ADA), "1") == jobs.wait(by(BOSS), "1") == jobs.get(by(), "1")
    for ask in (
        lambda: jobs.get(by(BOB), "1"),
        lambda: jobs.get(by(ADA), "2"),
        lambda: jobs.get(by(ADA), "3"),
        lambda: jobs.discontinue(by(BOB), "1"),
        lambda: jobs.listed(by(BOB), at=NOW, owner="ada"),
    ):
        with pytest.raises(NotPermittedError):
            ask()
    with pytest.raises(InvalidValueError):
        jobs.get(by(BOSS), "3")


@pytest.mark.rule("DOC-JOB-03", "DOC-JOB-05")
def test_a_job_goes_on_when_somebody_stops_it_who_may_not() -> None:
    begun, go_on = Event(), Event()

    def wait() -> Progress:
        begun.set()
        go_on.wait(300)
        return Progress(1, 2)

    with ThreadPoolExecutor(1) as executor:
        jobs = Jobs(lambda: NOW, executor)
        job = jobs.submit(by(ADA), "count", telling([wait, *pieces(1)]))
        begun.wait(300)
        with pytest.raises(NotPermittedError):
            jobs.discontinue(by(BOB), job.id)
        go_on.set()
        assert jobs.wait(by(ADA), job.id, 30).state is JobState.COMPLETED


@pytest.mark.rule("DOC-JOB-03")
def test_a_job_for_somebody_else_is_started_by_those_who_see_theirs() -> None:
    jobs = Jobs(lambda: NOW)
    assert jobs.submit(by(ADA), "count", telling([])).owner == "ada"
    assert jobs.submit(by(ADA), "count", telling([]), owner="ada").owner == "ada"
    assert jobs.submit(by(BOSS), "count", telling([]), owner="ada").owner == "ada"
    assert jobs.submit(by(), "count", telling([]), owner="ada").owner == "ada"
    with pytest.raises(NotPermittedError):
        jobs.submit(by(BOB), "count", telling([]), owner="ada")


@pytest.mark.rule("DOC-JOB-03")
def test_a_policy_may_let_others_see_jobs() -> None:
    jobs = of_ada_and_the_host()
    manager = Actor("eve", {Role.MANAGER})
    ours = evolve(DOCEBO, delegated=frozenset({(Role.MANAGER, Action.VIEW_JOB)}))
    assert len(jobs.listed(by(manager, policy=ours), at=NOW)) == 2
    assert jobs.get(by(manager, policy=ours), "1").name == "hers"
