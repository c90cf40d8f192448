"""certrules, as a host uses it that looks up names itself."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.peers import ZONE, Summary, seconds
from certrules.model.records import Record, Severity
from certrules.records import Batch, KeyBatch, open_records
from certrules.rules import importing
from certrules.rules.importing import Key

__all__ = ["Result", "records", "run", "summary"]


class Result(NamedTuple):
    batches: list[Batch]
    repeats: Mapping[Key, Sequence[int]]


def run(path: Path) -> Result:
    batches: list[Batch] = []

    def keyed() -> Iterator[KeyBatch]:
        for batch in file.batches(rows=256):
            batches.append(batch)
            yield KeyBatch(batch.rows, batch.username_keys, batch.certification_codes)
            named = [(row.row, *row.key) for row in batch.rejected if row.key]
            yield KeyBatch(*zip(*named, strict=True)) if named else KeyBatch((), (), ())

    with open_records(path, zone=ZONE) as file:
        return Result(batches, importing.find_repeats(keyed()))


def records(path: Path) -> list[Record]:
    with open_records(path, zone=ZONE) as file:
        return [record for batch in file.batches(rows=256) for record in batch.records()]


def summary(result: Result) -> Summary:
    repeated = {row for rows in result.repeats.values() for row in rows}
    sound = [
        found
        for batch in result.batches
        for found in zip(
            batch.rows, batch.issued_at, batch.expires_at, batch.always_valid, strict=True
        )
        if found[0] not in repeated
    ]
    faulty = {row.row: row.faults for batch in result.batches for row in batch.rejected}
    return Summary(
        sound=len(sound),
        issued=sum(seconds(issued) for _, issued, _, _ in sound),
        expires=sum(seconds(expires) for _, _, expires, _ in sound),
        always_valid=sum(always_valid for *_, always_valid in sound),
        faults=sum(
            fault.severity is Severity.ERROR for faults in faulty.values() for fault in faults
        ),
        faulty_rows=sum(faulty),
        repeated=len(repeated),
        repeated_rows=sum(repeated),
        warnings=sum(len(batch.warnings) for batch in result.batches),
    )
