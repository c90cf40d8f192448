"""``python -m benchmarks``: certrules beside other libraries doing the same work."""

import argparse
import gc
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from benchmarks import dates, reading, startup, storing
from benchmarks.data import records_file
from benchmarks.measuring import Comparison

SECTIONS: dict[str, Callable[[int, int], Iterator[Comparison]]] = {
    "startup": lambda _, repetitions: startup.compare(repetitions),
    "dates": dates.compare,
    "reading": lambda rows, repetitions: reading.compare(records_file(rows), repetitions),
    "storing": lambda rows, repetitions: storing.compare(records_file(rows), repetitions),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="default: %(default)s")
    parser.add_argument("--repetitions", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="leave out the others")
    wanted = parser.parse_args()
    gc.collect()
    gc.freeze()  # what the peers' imports have left behind is no burden of anybody's run
    table = Table(
        "what", "beside", "goal", "measured", "lowest - highest", "met", title=_title(wanted.rows)
    )
    met = []
    console = Console(width=None if sys.stdout.isatty() else 120)
    for name in wanted.only or SECTIONS:
        for line in SECTIONS[name](wanted.rows, wanted.repetitions):
            met.append(line.met)
            verdict = "yes" if line.met else "[bold red]NO[/]"
            table.add_row(line.what, line.peer, line.goal, line.measured, line.spread, verdict)
            if sys.stderr.isatty():
                print(f"{line.what} / {line.peer}: {line.measured}", file=sys.stderr)
    console.print(table)
    console.print(f"{sum(met)} of {len(met)} goals met")
    return 0


def _title(rows: int) -> str:
    return f"certrules beside others, {rows:,} rows; medians of paired ratios"


if __name__ == "__main__":
    sys.exit(main())
