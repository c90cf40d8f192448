"""How does long work go on in the background, and what is heard of it?

A job is a series of steps, each of which commits what it did. They run one after another where the
store lives: on any :class:`concurrent.futures.Executor` that shares this process, such as one of
threads. To work in another process, submit a function to its pool yourself that opens the store
there and does the whole of it, such as :func:`certrules.workflows.importing.run`.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from datetime import datetime, timedelta
from enum import Enum
from itertools import count
from threading import Condition, RLock
from typing import Any, ParamSpec, TypeVar

from attrs import Factory, define, evolve, frozen

from certrules import instants
from certrules.errors import CertrulesError, InvalidValueError

__all__ = ["Inline", "Job", "JobState", "Jobs", "LogEntry", "Piece", "Step"]

LISTED = timedelta(days=13)
"""For how long a job that has ended is still listed."""

SHARING = (
    "one that shares this process, such as a ThreadPoolExecutor, because a store cannot be sent to "
    "another; submit to that pool a function of your own, which opens the store there and does the "
    "whole work, for example by importing.run"
)
"""Which executors can carry jobs, and what to do with the others."""

P = ParamSpec("P")
T = TypeVar("T")


class JobState(Enum):
    """Where a job stands; the last three are ends, from which nothing leads back.

    Rules: DOC-JOB-04.
    """

    QUEUED = "Queued"
    IN_PROGRESS = "In progress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    DISCONTINUED = "Discontinued"

    def __str__(self) -> str:
        return self.value

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (self.QUEUED, self.IN_PROGRESS)


@frozen
class LogEntry:
    """What a job said, and when."""

    at: datetime
    text: str
    error: bool = False


@frozen
class Piece:
    """What one step did: how much in all is done now, of how much, and what there is to say."""

    done: int
    total: int
    said: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    result: Any = None


Step = Callable[[], Piece | None]
"""Does and commits one piece of the work; None where nothing was left to do, which ends the job."""


@frozen
class Job:
    """A job as it stands: a snapshot, which does not change.

    ``results`` are what the steps returned beside their progress.

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
        """Return how much longer it will take at the pace so far; None where nobody can tell.

        Rules: DOC-JOB-04.
        """
        if self.state is not JobState.IN_PROGRESS or not self.done or self.started_at is None:
            return None
        return (instants.utc(at) - self.started_at) * (self.total - self.done) / self.done

    def listed(self, at: datetime) -> bool:
        """Return whether a job is shown at an instant: until 13 days after its end.

        >>> queued = datetime(2024, 1, 1, tzinfo=UTC)
        >>> job = Job("1", "import", queued, state=JobState.FAILED, ended_at=queued)
        >>> job.listed(queued + timedelta(days=12)), job.listed(queued + timedelta(days=13))
        (True, False)

        Rules: DOC-JOB-04.
        """
        return self.ended_at is None or instants.utc(at) < self.ended_at + LISTED


class Inline(Executor):
    """Does everything at once, where it is asked to: for hosts without a background.

    Only an interrupt is no matter of the future's: whoever pressed the keys waits right there.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call a function, and return the future that knows how it went."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the future carries it
            future.set_exception(error)
        return future


@define
class _Work:
    """A job that goes on."""

    job: Job
    steps: Iterator[Step]
    future: Future[Piece | None] | None = None
    discontinued: bool = False
    ended: Condition = Factory(Condition)


class Jobs:
    """The jobs of one process, on one executor; threads may share it.

    ``clock`` tells the instant, aware. Jobs that are no longer listed are forgotten. Raises
    :class:`~certrules.errors.InvalidValueError` for a pool of processes, to which no open store can
    be sent.

    >>> now = datetime(2024, 1, 1, tzinfo=UTC)
    >>> jobs = Jobs(lambda: now)
    >>> job = jobs.submit("count", [lambda: Piece(1, 2), lambda: Piece(2, 2)])
    >>> str(job.state), job.done, job.percentage
    ('Completed', 2, 100)

    Rules: DOC-JOB-04, DOC-JOB-05, DOC-JOB-06.
    """

    def __init__(self, clock: Callable[[], datetime], executor: Executor | None = None) -> None:
        if isinstance(executor, ProcessPoolExecutor):
            raise InvalidValueError("executor", executor, SHARING)
        self._clock = clock
        self._executor = executor or Inline()
        self._works: dict[str, _Work] = {}
        self._numbers = count(1)
        self._lock = RLock()

    def submit(self, name: str, steps: Iterable[Step], *, owner: str | None = None) -> Job:
        """Begin a job, and return how it stands; one that fails at once has failed, no error."""
        at = self._now()
        with self._lock:
            self._works = {id_: work for id_, work in self._works.items() if work.job.listed(at)}
            work = _Work(Job(f"{next(self._numbers)}", name, at, owner), iter(steps))
            self._works[work.job.id] = work
        self._go_on(work)
        return self.get(work.job.id)

    def get(self, job: str) -> Job:
        """Return how a job stands; InvalidValueError where there is none of that id."""
        with self._lock:
            work = self._known(job)
            if work.future is not None and work.future.running():
                self._start(work)
            return work.job

    def listed(self, *, at: datetime, owner: str | None = None) -> list[Job]:
        """Return the jobs to show at an instant, newest first: all of them, or one owner's.

        Rules: DOC-JOB-04.
        """
        with self._lock:
            jobs = [self.get(id_) for id_ in reversed(self._works)]
        return [job for job in jobs if job.listed(at) and owner in (None, job.owner)]

    def discontinue(self, job: str) -> Job:
        """Stop a job before its next step, and return how it stands.

        What it has done stays done; it cannot be resumed. A job that has ended stays as it is.

        Rules: DOC-JOB-05.
        """
        with self._lock:
            work = self._known(job)
            work.discontinued = True
            future = work.future
        if future is not None:
            future.cancel()  # outside the lock: it tells of itself at once
        return self.get(job)

    def wait(self, job: str, timeout: float | None = None) -> Job:
        """Return how a job stands when it has ended, or after so many seconds."""
        work = self._known(job)
        with work.ended:
            work.ended.wait_for(lambda: work.job.state.ended, timeout)
        return self.get(job)

    def _known(self, job: str) -> _Work:
        if job not in self._works:
            raise InvalidValueError("job", job, "the id of a job that is still listed")
        return self._works[job]

    def _now(self) -> datetime:
        return instants.utc(self._clock())

    def _go_on(self, work: _Work) -> None:
        """Do one step after another, for as long as the executor does them at once."""
        try:
            while (step := self._next(work)) is not None:
                future = work.future = self._executor.submit(step)
                if not future.done():
                    future.add_done_callback(lambda done: self._resume(work, done))
                    return
                if not self._take(work, future):
                    return
        except KeyboardInterrupt:
            self._end(work, JobState.FAILED, "interrupted", error=True)
            raise
        except BaseException as error:  # noqa: BLE001 - an executor shut down, a step not made
            self._end(work, JobState.FAILED, _told(error), error=True)

    def _resume(self, work: _Work, future: Future[Piece | None]) -> None:
        if self._take(work, future):
            self._go_on(work)

    def _next(self, work: _Work) -> Step | None:
        if work.discontinued:
            self._end(work, JobState.DISCONTINUED, _stopped(work.job))
            return None
        step = next(work.steps, None)
        if step is None:
            self._end(work, JobState.COMPLETED, "completed")
        return step

    def _take(self, work: _Work, future: Future[Piece | None]) -> bool:
        """Note what a step did, and return whether there may be more."""
        try:
            piece = future.result()
        except CancelledError:
            self._end_cancelled(work)
            return False
        except BaseException as error:  # noqa: BLE001 - whatever a step raises ends its job
            self._end(work, JobState.FAILED, _told(error), error=True)
            return False
        if piece is None:
            self._end(work, JobState.COMPLETED, "completed")
            return False
        self._note(work, piece)
        return True

    def _start(self, work: _Work) -> None:
        if work.job.state is JobState.QUEUED:
            work.job = evolve(work.job, state=JobState.IN_PROGRESS, started_at=self._now())

    def _note(self, work: _Work, piece: Piece) -> None:
        at = self._now()
        said = [LogEntry(at, text) for text in piece.said]
        said += [LogEntry(at, text, error=True) for text in piece.errors]
        with self._lock:
            self._start(work)
            job = work.job
            work.job = evolve(
                job,
                done=piece.done,
                total=piece.total,
                log=(*job.log, *said),
                results=job.results if piece.result is None else (*job.results, piece.result),
            )

    def _end_cancelled(self, work: _Work) -> None:
        if work.discontinued:
            self._end(work, JobState.DISCONTINUED, _stopped(work.job))
        else:
            self._end(work, JobState.FAILED, "the executor was shut down", error=True)

    def _end(self, work: _Work, state: JobState, text: str, *, error: bool = False) -> None:
        at = self._now()
        entry = LogEntry(at, text, error)
        with self._lock, work.ended:
            work.job = evolve(work.job, state=state, ended_at=at, log=(*work.job.log, entry))
            work.future = None
            work.ended.notify_all()


def _told(error: BaseException) -> str:
    return str(error) if isinstance(error, CertrulesError) else f"{type(error).__name__}: {error}"


def _stopped(job: Job) -> str:
    return f"discontinued; the {job.done} of {job.total} that were done stay, and the rest is not"
