"""How are two jobs compared on a machine that has other things to do?

Peer and subject take turns, each going first every other time, and what counts is the median of the
ratios of the pairs. Two jobs are compared only when what they return sums up the same.
"""

import gc
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

__all__ = [
    "Comparison",
    "Job",
    "agree",
    "at_least",
    "at_most",
    "in_subprocess",
    "pairs",
    "seconds",
]


@dataclass(frozen=True)
class Comparison:
    """One line of the table."""

    what: str
    peer: str
    goal: str
    measured: str
    spread: str
    met: bool


@dataclass(frozen=True)
class Job:
    """Something to time; ``ready`` prepares what ``run`` is given, off the clock."""

    name: str
    run: Callable[..., Any]
    summary: Callable[[Any], Any] = lambda _: None
    ready: Callable[[], Any] | None = None


def seconds(job: Job) -> tuple[float, Any]:
    """Return how long a job takes, and the summary of what it returned."""
    arguments = () if job.ready is None else (job.ready(),)
    gc.collect()
    start = perf_counter()
    result = job.run(*arguments)
    return perf_counter() - start, job.summary(result)


def pairs(peer: Job, subject: Job, repetitions: int) -> list[tuple[float, float]]:
    """Return the seconds of peer and subject, taken in turns."""
    taken = []
    for turn in range(repetitions):
        first, second = (peer, subject) if turn % 2 == 0 else (subject, peer)
        (one, of_first), (other, of_second) = seconds(first), seconds(second)
        if of_first is not None and of_second is not None:
            agree({first.name: of_first, second.name: of_second})
        taken.append((one, other) if first is peer else (other, one))
    return taken


def agree(summaries: dict[str, Any]) -> None:
    """Stop the programme where two jobs did not do the same work."""
    if len(set(summaries.values())) > 1:
        lines = "\n".join(f"  {name}: {summary}" for name, summary in summaries.items())
        raise SystemExit(f"no comparison: the results differ\n{lines}")


def at_most(what: str, peer: str, taken: Sequence[tuple[float, float]], limit: float) -> Comparison:
    """Compare where the subject may take so many times what its peer takes."""
    ratios = sorted(subject / peer for peer, subject in taken)
    spread = f"{ratios[0]:.2f} - {ratios[-1]:.2f}"
    measured = median(ratios)
    goal = f"at most {limit:.1f}x"
    return Comparison(what, peer, goal, f"{measured:.2f}x", spread, measured <= limit)


def at_least(
    what: str, peer: str, taken: Sequence[tuple[float, float]], limit: float
) -> Comparison:
    """Compare where the subject must be so many times faster than its peer."""
    ratios = sorted(peer / subject for peer, subject in taken)
    spread = f"{ratios[0]:.1f} - {ratios[-1]:.1f}"
    measured = median(ratios)
    goal = f"{limit:.0f}x faster"
    return Comparison(what, peer, goal, f"{measured:.1f}x faster", spread, measured >= limit)


def in_subprocess(*arguments: str) -> str:
    """Run a fresh Python and return what it printed."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
