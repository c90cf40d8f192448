"""Print how many bytes more a fresh process needs at its peak to do one peer's work.

``python -m benchmarks.memory with_polars FILE``: peak of the resident memory, less what the imports
alone had taken.
"""

import importlib
import resource
import sys
from pathlib import Path

UNIT = 1 if sys.platform == "darwin" else 1024


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT


if __name__ == "__main__":
    module = importlib.import_module(f"benchmarks.peers.{sys.argv[1]}")
    before = peak()
    result = module.run(Path(sys.argv[2]))
    print(peak() - before)
