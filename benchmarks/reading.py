"""A file of a million records: parsed, validated, duplicates found, dates in UTC."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.measuring import Comparison, Job, at_least, at_most, in_subprocess, pairs
from benchmarks.peers import (
    drained,
    with_cattrs,
    with_certrules,
    with_dateutil,
    with_pandas,
    with_polars,
    with_pydantic,
)

__all__ = ["compare"]


def compare(path: Path, repetitions: int) -> Iterator[Comparison]:
    subject = _job("certrules", with_certrules, path)
    few = max(1, repetitions // 3)

    def pair(name: str, module: ModuleType, times: int) -> list[tuple[float, float]]:
        return pairs(_job(name, module, path), subject, times)

    what = "records to columns"
    reader = Job("csv.reader, drained", lambda: drained.reader(path))
    yield at_most(what, reader.name, pairs(reader, subject, repetitions), 3.0)
    loop = Job("csv.DictReader, empty loop", lambda: drained.dict_reader(path))
    yield at_most(what, loop.name, pairs(loop, subject, repetitions), 1.0)
    yield at_least(what, "DictReader + pydantic", pair("pydantic", with_pydantic, few), 8)
    yield at_least(what, "DictReader + cattrs", pair("cattrs", with_cattrs, few), 7)
    yield at_least(what, "strptime + dateutil", pair("dateutil", with_dateutil, few), 15)
    yield at_most(what, "pandas", pair("pandas", with_pandas, repetitions), 0.9)
    yield at_most(what, "polars", pair("polars", with_polars, repetitions), 1.5)
    yield at_most("memory of records to columns", "polars", _memory(path, few), 0.4)
    objects = Job("objects", lambda: with_certrules.records(path))
    yield at_most("records to objects", reader.name, pairs(reader, objects, repetitions), 4.5)


def _job(name: str, module: Any, path: Path) -> Job:
    return Job(name, lambda: module.run(path), module.summary)


def _memory(path: Path, repetitions: int) -> list[tuple[float, float]]:
    return [(_peak("with_polars", path), _peak("with_certrules", path)) for _ in range(repetitions)]


def _peak(module: str, path: Path) -> int:
    extra = int(in_subprocess("-m", "benchmarks.memory", module, str(path)))
    return max(1, extra)  # a small file fits into what the imports left free
