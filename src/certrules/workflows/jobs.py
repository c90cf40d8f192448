"""How does long work go on in the background, and what is heard of it?

A job is a generator. It yields steps: each does a piece of the work on the executor and commits it,
and what it returns is sent back to the generator. And it yields pieces: what there is to hear of
what was done. The generator, the log, and how far the job is stay where the :class:`Jobs` are; only
steps go elsewhere. So a step that is a value, and can be pickled with what it returns, is done by a
pool of processes as it is by one of threads, and the store in it is opened there anew.
"""

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
from certrules.model.people import Action, Target
from certrules.model.policy import DOCEBO, Policy
from certrules.rules import visibility
from certrules.words import Word
from certrules.workflows.actors import EVERYBODYS, SYSTEM, Asking, permit, user_of

__all__ = ["Inline", "Job", "JobState", "Jobs", "LogEntry", "Piece", "Step", "Work"]

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
    """What a job said, and when."""

    at: datetime
    text: str
    error: bool = False


@frozen
class Piece:
    """What there is to hear: how much in all is done by now, of how much, and what there is to say.

    ``result`` is added to the results of the job.
    """

    done: int
    total: int
    said: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    result: Any = None


Step = Callable[[], Any]
"""Does and commits a piece of the work; what it returns is sent to the generator that yields it."""

Work = Generator[Step | Piece, Any, None]
"""What a job is to do, step by step; the job ends with it."""


@frozen
class Job:
    """A job as it stands: a snapshot, which does not change.

    ``results`` are those of its pieces.

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


@define(eq=False)
class _Run:
    """A job that goes on; the log and the results of ``job`` are kept beside it."""

    job: Job
    work: Work
    log: list[LogEntry] = Factory(list)
    results: list[Any] = Factory(list)
    answer: Any = None
    future: Future[Any] | None = None
    discontinued: bool = False
    ended: Condition = Factory(Condition)

    def snapshot(self) -> Job:
        return evolve(self.job, log=tuple(self.log), results=tuple(self.results))


class Jobs:
    """The jobs of one process, on one executor; threads may share it.

    ``clock`` tells the instant, aware. Jobs that are no longer listed are forgotten. Between steps,
    a generator runs in the thread that hears of the end of its last step, and at first in the one
    that submits it.

    Only Superadmins and Power Users start, see or stop jobs, and a Power User none but their own:
    ``actor`` is asked for, as in every workflow, and whoever may not gets a
    :class:`~certrules.errors.NotPermittedError`.

    >>> def counting() -> Work:
    ...     for number in (1, 2):
    ...         answer = yield lambda: number
    ...         yield Piece(answer, 2)
    >>> jobs = Jobs(lambda: datetime(2024, 1, 1, tzinfo=UTC))
    >>> job = jobs.submit("count", counting())
    >>> str(job.state), job.done, job.percentage
    ('Completed', 2, 100)

    Rules: DOC-JOB-03, DOC-JOB-04, DOC-JOB-05, DOC-JOB-06.
    """

    def __init__(self, clock: Callable[[], datetime], executor: Executor | None = None) -> None:
        self._clock = clock
        self._executor = Inline() if executor is None else executor
        self._runs: dict[str, _Run] = {}
        self._numbers = count(1)
        self._lock = RLock()

    def submit(
        self,
        name: str,
        work: Work,
        *,
        owner: str | None = None,
        actor: Asking = SYSTEM,
        policy: Policy = DOCEBO,
    ) -> Job:
        """Begin a job, and return how it stands; one that fails at once has failed, no error.

        It is the job of ``owner``, or else of the actor, who must be permitted to start jobs, and
        for somebody else, to see theirs.

        Rules: DOC-JOB-03.
        """
        permit(actor, Action.START_JOB, policy=policy)
        if owner not in (None, user_of(actor)):
            permit(actor, Action.VIEW_JOB, Target(owner), policy=policy)
        at = self._now()
        with self._lock:
            self._runs = {id_: run for id_, run in self._runs.items() if run.job.listed(at)}
            job = Job(f"{next(self._numbers)}", name, at, owner or user_of(actor))
            run = self._runs[job.id] = _Run(job, work)
        self._go_on(run)
        return self._stand(run)

    def get(self, job: str, *, actor: Asking = SYSTEM, policy: Policy = DOCEBO) -> Job:
        """Return how a job stands; InvalidValueError where there is none of that id.

        ``actor`` must be permitted to see it.

        Rules: DOC-JOB-03.
        """
        return self._stand(self._known(job, actor, policy))

    def listed(
        self,
        *,
        at: datetime,
        owner: str | None = None,
        actor: Asking = SYSTEM,
        policy: Policy = DOCEBO,
    ) -> list[Job]:
        """Return the jobs to show at an instant, newest first: all of them, or one owner's.

        An actor sees those that they are permitted to see; who may see none, not even their own or
        those of that owner, gets a NotPermittedError.

        Rules: DOC-JOB-03, DOC-JOB-04.
        """
        permit(actor, Action.VIEW_JOB, Target(owner or user_of(actor)), policy=policy)
        with self._lock:
            jobs = [self._stand(run) for run in reversed(self._runs.values())]
        return [
            job
            for job in jobs
            if job.listed(at) and owner in (None, job.owner) and _sees(actor, job, policy)
        ]

    def discontinue(self, job: str, *, actor: Asking = SYSTEM, policy: Policy = DOCEBO) -> Job:
        """Stop a job before its next step, and return how it stands.

        What it has done stays done; it cannot be resumed. A job that has ended stays as it is, and
        one whose last step goes on completes. Who sees a job may stop it.

        Rules: DOC-JOB-03, DOC-JOB-05.
        """
        run = self._known(job, actor, policy)
        run.discontinued = True
        future = run.future
        if future is not None:
            future.cancel()  # it tells of itself at once
        return self._stand(run)

    def wait(
        self,
        job: str,
        timeout: float | None = None,
        *,
        actor: Asking = SYSTEM,
        policy: Policy = DOCEBO,
    ) -> Job:
        """Return how a job stands when it has ended, or after so many seconds.

        ``actor`` must be permitted to see it. A step that waits for a job of its own executor may
        wait for itself.

        Rules: DOC-JOB-03.
        """
        run = self._known(job, actor, policy)
        with run.ended:
            run.ended.wait_for(lambda: run.job.state.ended, timeout)
        return self._stand(run)

    def _known(self, job: str, actor: Asking, policy: Policy) -> _Run:
        """Return a job that an actor may see; whether there is one, nobody else is told."""
        run = self._runs.get(job)
        target = Target(run.job.owner) if run else EVERYBODYS
        permit(actor, Action.VIEW_JOB, target, policy=policy)
        if run is None:
            raise InvalidValueError("job", job, "the id of a job that is still listed")
        return run

    def _stand(self, run: _Run) -> Job:
        with self._lock:
            if run.future is not None and run.future.running():
                self._start(run)
            return run.snapshot()

    def _now(self) -> datetime:
        return instants.utc(self._clock())

    def _go_on(self, run: _Run) -> None:
        """Do one step after another, for as long as the executor does them at once."""
        try:
            while (step := self._next(run)) is not None:
                future = self._begin(run, step)
                if future is None:
                    return
                if not future.done():
                    future.add_done_callback(partial(self._resume, run))
                    return
                if not self._take(run, future):
                    return
        except KeyboardInterrupt:
            self._end(run, JobState.FAILED, "interrupted", error=True)
            raise
        except BaseException as error:  # noqa: BLE001 - whatever ends the generator ends its job
            self._end(run, JobState.FAILED, _told(error), error=True)

    def _resume(self, run: _Run, future: Future[Any]) -> None:
        if self._take(run, future):
            self._go_on(run)

    def _next(self, run: _Run) -> Step | None:
        """Note what there is to hear until there is a step to do; None at the end."""
        while True:
            try:
                said = run.work.send(run.answer)
            except StopIteration:
                self._end(run, JobState.COMPLETED, "completed")
                return None
            run.answer = None
            if isinstance(said, Piece):
                self._note(run, said)
            elif run.discontinued:
                self._end(run, JobState.DISCONTINUED, _stopped(run.job))
                return None
            else:
                return said

    def _begin(self, run: _Run, step: Step) -> Future[Any] | None:
        """Give a step to the executor; one that takes none ends the job."""
        try:
            given: object = self._executor.submit(step)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - it may be broken, shut down or full
            self._end(run, JobState.FAILED, _untaken(error), error=True)
            return None
        if not isinstance(given, Future):  # nothing would ever tell of its end
            text = f"the executor answered a step with {given!r} instead of a future"
            self._end(run, JobState.FAILED, text, error=True)
            return None
        run.future = given
        return given

    def _take(self, run: _Run, future: Future[Any]) -> bool:
        """Keep what a step answers, and return whether there may be more."""
        try:
            run.answer = future.result()
        except CancelledError:
            self._end_cancelled(run)
            return False
        except BaseException as error:  # noqa: BLE001 - whatever a step raises ends its job
            self._end(run, JobState.FAILED, _told(error), error=True)
            return False
        return True

    def _start(self, run: _Run) -> None:
        if run.job.state is JobState.QUEUED:
            run.job = evolve(run.job, state=JobState.IN_PROGRESS, started_at=self._now())

    def _note(self, run: _Run, piece: Piece) -> None:
        at = self._now()
        with self._lock:
            self._start(run)
            run.job = evolve(run.job, done=piece.done, total=piece.total)
            run.log += [LogEntry(at, text) for text in piece.said]
            run.log += [LogEntry(at, text, error=True) for text in piece.errors]
            if piece.result is not None:
                run.results.append(piece.result)

    def _end_cancelled(self, run: _Run) -> None:
        if run.discontinued:
            self._end(run, JobState.DISCONTINUED, _stopped(run.job))
        else:
            self._end(run, JobState.FAILED, "the executor was shut down", error=True)

    def _end(self, run: _Run, state: JobState, text: str, *, error: bool = False) -> None:
        at = self._now()
        run.work.close()
        with self._lock, run.ended:
            run.log.append(LogEntry(at, text, error))
            run.job = evolve(run.job, state=state, ended_at=at)
            run.future = None
            run.ended.notify_all()


def _sees(actor: Asking, job: Job, policy: Policy) -> bool:
    if actor is SYSTEM:
        return True
    return bool(visibility.may(actor, Action.VIEW_JOB, Target(job.owner), policy=policy))


def _told(error: BaseException) -> str:
    if isinstance(error, CertrulesError):
        return str(error)
    if isinstance(error, BrokenExecutor):
        return (
            "a worker of the executor died: what it kept stays, even if it could not say so; the "
            f"same work, begun again on a new executor, does the rest ({_brief(error)})"
        )
    return _brief(error)


def _untaken(error: BaseException) -> str:
    if isinstance(error, BrokenExecutor):
        return _told(error)
    return f"the executor takes no more work ({_brief(error)})"


def _brief(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _stopped(job: Job) -> str:
    if not job.done:
        return "discontinued before anything was done"
    return f"discontinued; the {job.done} of {job.total} that were done stay, and the rest is not"
