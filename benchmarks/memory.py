"""Print how many bytes more a fresh process needs at its peak to do one peer's work.

``python -m benchmarks.memory with_polars FILE``: peak of the resident memory, less what the imports
alone had taken.
"""

import importlib
import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak() -> int:
    """Return the most bytes that this process has held."""
    if STATUS.exists():  # what getrusage says on Linux includes the parent's, before the exec
        lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        return int(lines["VmHWM"].removesuffix("kB")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


if __name__ == "__main__":
    module = importlib.import_module(f"benchmarks.peers.{sys.argv[1]}")
    before = peak()
    result = module.run(Path(sys.argv[2]))
    print(peak() - before)
