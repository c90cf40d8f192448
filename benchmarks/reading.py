"""A file of a million records: parsed, validated, duplicates found, dates in UTC."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import Comparison, Job, at_least, at_most, pairs
from benchmarks.peers import drained, with_cattrs, with_certrules, with_dateutil, with_pydantic

__all__ = ["compare"]


def compare(path: Path, repetitions: int) -> Iterator[Comparison]:
    objects = Job("certrules, records alone", lambda: with_certrules.records(path))
    reader = Job("csv.reader, drained", lambda: drained.reader(path))
    yield at_most("records to objects", reader.name, pairs(reader, objects, repetitions), 4.5)
    subject = _job("certrules", with_certrules, path)
    peers = (
        ("DictReader + pydantic", with_pydantic, 8),
        ("DictReader + cattrs", with_cattrs, 7),
        ("strptime + dateutil", with_dateutil, 15),
    )
    for name, module, goal in peers:
        taken = pairs(_job(name, module, path), subject, max(1, repetitions // 3))
        yield at_least("records, checked, repeats found", name, taken, goal)


def _job(name: str, module: Any, path: Path) -> Job:
    return Job(name, lambda: module.run(path), module.summary)
