"""``import certrules`` beside a Python that imports nothing."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter

from benchmarks.measuring import Comparison, in_subprocess

__all__ = ["compare"]

LIMIT = 60
HEAVY = ("pendulum", "sqlalchemy", "hypothesis")


def compare(repetitions: int) -> Iterator[Comparison]:
    extra = sorted(_extra() for _ in range(2 * repetitions))
    measured = median(extra)
    spread = f"{extra[0]:.0f} - {extra[-1]:.0f}"
    goal = f"at most {LIMIT} ms"
    yield Comparison(
        "import certrules", "python -c pass", goal, f"{measured:.0f} ms", spread, measured <= LIMIT
    )
    code = f"import certrules, sys; print(*(name for name in {HEAVY} if name in sys.modules))"
    loaded = in_subprocess("-c", code)
    what = "import certrules: heavy modules"
    yield Comparison(what, "", "none", loaded or "none", "", not loaded)


def _extra() -> float:
    """Return the milliseconds that the import adds to a process."""
    bare, loaded = _milliseconds("pass"), _milliseconds("import certrules")
    return loaded - bare


def _milliseconds(code: str) -> float:
    start = perf_counter()
    in_subprocess("-c", code)
    return 1000 * (perf_counter() - start)
