"""Background jobs: long work done step by step on an executor, with progress, a log and an end.

A job is a generator. It yields steps: each does and commits a part of the work on the executor, and
what it returns is sent back to the generator. And it yields :class:`Progress`. The generator, the
log and the progress stay with the :class:`Jobs`; only steps go elsewhere. So a pool of processes
does a step as a pool of threads does, if the step and what it returns can be pickled; a store in it
is opened there anew.
"""

import logging
from collections.abc import Callable, Generator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from threading import Condition, RLock
from typing import Any, ParamSpec, TypeVar

from attrs import Factory, define, evolve, frozen

from certrules import instants
from certrules.errors import CertrulesError, InvalidValueError
from certrules.model.people import Action, Scope
from certrules.words import Word
from certrules.workflows.log import log
from certrules.workflows.platform import ANYONE, Acting

LISTED = timedelta(days=13)
"""For how long a job that has ended is still listed."""

P = ParamSpec("P")
T = TypeVar("T")


class JobState(Word):
    """Where a job stands; the last three are ends, from which nothing leads back.

    Rules: DOC-JOB-04.
    """

    QUEUED = "Queued"
    IN_PROGRESS = "In progress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    DISCONTINUED = "Discontinued"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (self.QUEUED, self.IN_PROGRESS)


@frozen
class LogEntry:
    """A line of the log of a job, with its instant."""

    at: datetime
    text: str
    error: bool = False


@frozen
class Progress:
    """How much is done by now, of how much in all.

    ``lines`` and ``errors`` are added to the log of the job, ``result`` to its results.
    """

    done: int
    total: int
    lines: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    result: Any = None


Step = Callable[[], Any]
"""Does and commits a part of the work; what it returns is sent to the generator that yields it."""

JobSteps = Generator[Step | Progress, Any, None]
"""What a job does, step by step; the job ends with it."""


@frozen
class Job:
    """A snapshot of a job; ``results`` are those of its :class:`Progress`.

    Rules: DOC-JOB-04, DOC-JOB-06.
    """

    id: str
    name: str
    queued_at: datetime
    owner: str | None = None
    state: JobState = JobState.QUEUED
    done: int = 0
    total: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    log: tuple[LogEntry, ...] = ()
    results: tuple[Any, ...] = ()

    @property
    def percentage(self) -> int:
        """How much is done, in whole percent."""
        if self.state is JobState.COMPLETED:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def errors(self) -> tuple[LogEntry, ...]:
        """What went wrong."""
        return tuple(entry for entry in self.log if entry.error)

    def remaining(self, at: datetime) -> timedelta | None:
        """Return how much longer it will take at the pace so far; None if it is not known.

        Rules: DOC-JOB-04.
        """
        if self.state is not JobState.IN_PROGRESS or not self.done or self.started_at is None:
            return None
        return (instants.utc(at, "at") - self.started_at) * (self.total - self.done) / self.done

    def listed(self, at: datetime) -> bool:
        """Return whether a job is shown at an instant: until 13 days after its end.

        >>> queued = datetime(2024, 1, 1, tzinfo=UTC)
        >>> job = Job("1", "import", queued, state=JobState.FAILED, ended_at=queued)
        >>> job.listed(queued + timedelta(days=12)), job.listed(queued + timedelta(days=13))
        (True, False)

        Rules: DOC-JOB-04.
        """
        return self.ended_at is None or instants.utc(at, "at") < self.ended_at + LISTED


class ImmediateExecutor(Executor):
    """Runs everything at once in the calling thread: for hosts without a background.

    A KeyboardInterrupt is raised there too, and not kept for the future.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call a function, and return a future that is done."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the future carries it
            future.set_exception(error)
        return future


@define(eq=False)
class _Run:
    """A job that goes on; the log and the results of ``job`` are kept beside it."""

    job: Job
    steps: JobSteps
    log: list[LogEntry] = Factory(list)
    results: list[Any] = Factory(list)
    future: Future[Any] | None = None
    discontinued: bool = False
    ended: Condition = Factory(Condition)


class Jobs:
    """The jobs of one process, on one executor; threads may share it.

    ``clock`` returns the present instant, aware. Jobs that are no longer listed are forgotten.
    Between steps, a generator runs in the thread in which its last step ended, and at first in the
    one that submits it.

    Only Superadmins and Power Users start jobs (``START_JOB``), see and stop them (``VIEW_JOB``),
    and a Power User none but their own.

    >>> def counting() -> JobSteps:
    ...     for number in (1, 2):
    ...         answer = yield lambda: number
    ...         yield Progress(answer, 2)
    >>> system = Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> jobs = Jobs(lambda: datetime(2024, 1, 1, tzinfo=UTC))
    >>> job = jobs.submit(system, "count", counting())
    >>> str(job.state), job.done, job.percentage
    ('Completed', 2, 100)

    Rules: DOC-JOB-03, DOC-JOB-04, DOC-JOB-05, DOC-JOB-06.
    """

    def __init__(self, clock: Callable[[], datetime], executor: Executor | None = None) -> None:
        self._clock = clock
        self._executor = ImmediateExecutor() if executor is None else executor
        self._runs: dict[str, _Run] = {}
        self._numbers = count(1)
        self._lock = RLock()

    def submit(
        self, acting: Acting[object], name: str, steps: JobSteps, *, owner: str | None = None
    ) -> Job:
        """Begin a job of ``owner``, or else of the user who acts, and return its snapshot.

        If the first step fails, the job is returned as FAILED; nothing is raised. A job of somebody
        else needs ``VIEW_JOB`` of theirs.

        Rules: DOC-JOB-03.
        """
        acting.require(Action.START_JOB)
        if owner not in (None, acting.user_id):
            acting.require(Action.VIEW_JOB, Scope(owner))
        at = self._now()
        with self._lock:
            self._runs = {id_: run for id_, run in self._runs.items() if run.job.listed(at)}
            job = Job(f"{next(self._numbers)}", name, at, owner or acting.user_id)
            run = self._runs[job.id] = _Run(job, steps)
        self._go_on(run)
        return self._snapshot(run)

    def get(self, acting: Acting[object], job_id: str) -> Job:
        """Return the snapshot of a job; InvalidValueError if no job of that id is listed.

        Rules: DOC-JOB-03.
        """
        return self._snapshot(self._known(acting, job_id))

    def listed(
        self, acting: Acting[object], *, at: datetime, owner: str | None = None
    ) -> list[Job]:
        """Return the jobs to show at an instant, newest first: all, or one owner's.

        Raises :class:`~certrules.errors.NotPermittedError` if the principal may see neither their
        own nor those of that owner.

        Rules: DOC-JOB-03, DOC-JOB-04.
        """
        acting.require(Action.VIEW_JOB, Scope(owner or acting.user_id))
        with self._lock:
            jobs = [self._snapshot(run) for run in reversed(self._runs.values())]
        shown = (job for job in jobs if job.listed(at) and owner in (None, job.owner))
        return [job for job in shown if acting.may(Action.VIEW_JOB, Scope(job.owner))]

    def discontinue(self, acting: Acting[object], job_id: str) -> Job:
        """Stop a job before its next step, and return its snapshot.

        What it has done stays done; it cannot be resumed. A job that has ended stays as it is, and
        one whose last step is running completes.

        Rules: DOC-JOB-03, DOC-JOB-05.
        """
        run = self._known(acting, job_id)
        run.discontinued = True
        if (future := run.future) is not None:
            future.cancel()  # its callback ends the job
        return self._snapshot(run)

    def wait(self, acting: Acting[object], job_id: str, timeout: float | None = None) -> Job:
        """Return the snapshot of a job when it has ended, or after so many seconds.

        A step that waits for a job of its own executor may wait for itself.

        Rules: DOC-JOB-03.
        """
        run = self._known(acting, job_id)
        with run.ended:
            run.ended.wait_for(lambda: run.job.state.ended, timeout)
        return self._snapshot(run)

    def _known(self, acting: Acting[object], job_id: str) -> _Run:
        """Return a job that the principal may see; nobody else learns whether it exists."""
        run = self._runs.get(job_id)
        acting.require(Action.VIEW_JOB, Scope(run.job.owner) if run else ANYONE)
        if run is None:
            raise InvalidValueError("job", job_id, "the id of a job that is still listed")
        return run

    def _snapshot(self, run: _Run) -> Job:
        with self._lock:
            if run.future is not None and run.future.running():
                self._start(run)
            return evolve(run.job, log=tuple(run.log), results=tuple(run.results))

    def _now(self) -> datetime:
        return instants.utc(self._clock())

    def _go_on(self, run: _Run, future: Future[Any] | None = None) -> None:
        """Take the answer of a step, and do more as long as the executor does them at once."""
        try:
            while True:
                step = self._next(run, None if future is None else _answer(run, future))
                run.future = future = self._begin(step)
                if not future.done():
                    future.add_done_callback(partial(self._go_on, run))
                    return
        except _Ended as ended:
            self._end(run, *ended.args)
        except KeyboardInterrupt:
            self._end(run, JobState.FAILED, "interrupted")
            raise
        except BaseException as error:  # noqa: BLE001 - whatever ends the generator ends its job
            self._end(run, JobState.FAILED, _failure(error))

    def _next(self, run: _Run, answer: Any) -> Step:
        """Send the answer of a step, note the progress, and return the next step."""
        while True:
            try:
                yielded = run.steps.send(answer)
            except StopIteration:
                raise _Ended(JobState.COMPLETED, "completed") from None
            if not isinstance(yielded, Progress):
                if run.discontinued:
                    raise _discontinued(run.job)
                return yielded
            self._note(run, yielded)
            answer = None

    def _begin(self, step: Step) -> Future[Any]:
        """Give a step to the executor, which may be broken, shut down or full."""
        try:
            given: object = self._executor.submit(step)
        except (KeyboardInterrupt, BrokenExecutor):
            raise
        except BaseException as error:
            text = f"the executor takes no more work ({_brief(error)})"
            raise _Ended(JobState.FAILED, text) from error
        if not isinstance(given, Future):  # nothing would ever report its end
            text = f"the executor answered a step with {given!r} instead of a future"
            raise _Ended(JobState.FAILED, text)
        return given

    def _start(self, run: _Run) -> None:
        if run.job.state is JobState.QUEUED:
            run.job = evolve(run.job, state=JobState.IN_PROGRESS, started_at=self._now())

    def _note(self, run: _Run, progress: Progress) -> None:
        at = self._now()
        with self._lock:
            self._start(run)
            run.job = evolve(run.job, done=progress.done, total=progress.total)
            run.log += [LogEntry(at, text) for text in progress.lines]
            run.log += [LogEntry(at, text, error=True) for text in progress.errors]
            if progress.result is not None:
                run.results.append(progress.result)

    def _end(self, run: _Run, state: JobState, text: str) -> None:
        at = self._now()
        run.steps.close()
        with self._lock, run.ended:
            run.log.append(LogEntry(at, text, error=state is JobState.FAILED))
            run.job = evolve(run.job, state=state, ended_at=at)
            run.future = None
            run.ended.notify_all()
        level = logging.ERROR if state is JobState.FAILED else logging.INFO
        told = {"job": run.job.id, "name": run.job.name, "state": str(state)}
        log("job", level=level, **told, done=run.job.done, total=run.job.total)


class _Ended(Exception):  # noqa: N818 - a job that has ended is no error
    """A job ends: in which state, and with which line in its log."""


def _answer(run: _Run, future: Future[Any]) -> Any:
    """Return the answer of a step; whatever it raises ends its job."""
    try:
        return future.result()
    except CancelledError:
        if run.discontinued:
            raise _discontinued(run.job) from None
        raise _Ended(JobState.FAILED, "the executor was shut down") from None
    except BaseException as error:
        raise _Ended(JobState.FAILED, _failure(error)) from error


def _discontinued(job: Job) -> _Ended:
    text = f"discontinued; the {job.done} of {job.total} that were done stay, and the rest is not"
    text = text if job.done else "discontinued before anything was done"
    return _Ended(JobState.DISCONTINUED, text)


def _failure(error: BaseException) -> str:
    if isinstance(error, CertrulesError):
        return str(error)
    if isinstance(error, BrokenExecutor):
        return (
            "a worker of the executor died: what it kept stays, even if it did not report it; the "
            f"same work, begun again on a new executor, does the rest ({_brief(error)})"
        )
    return _brief(error)


def _brief(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
