"""certrules, as a host uses it that looks up names itself."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.peers import ZONE, Summary, seconds
from certrules.model.records import RecordKey, Severity
from certrules.records import Record, RejectedRow, open_records
from certrules.rules import importing

__all__ = ["Result", "records", "run", "summary"]


class Result(NamedTuple):
    rows: list[Record | RejectedRow]
    repeats: Mapping[RecordKey, Sequence[int]]


def run(path: Path) -> Result:
    rows = records(path)
    return Result(
        rows, importing.find_repeats((row.username_key, row.certification_code) for row in rows)
    )


def records(path: Path) -> list[Record | RejectedRow]:
    with open_records(path, zone=ZONE) as file:
        return list(file.records())


def summary(result: Result) -> Summary:
    repeated = {row for rows in result.repeats.values() for row in rows}
    records = [row for row in result.rows if isinstance(row, Record)]
    sound = [record for record in records if record.row not in repeated]
    rejected = [row for row in result.rows if isinstance(row, RejectedRow)]
    return Summary(
        sound=len(sound),
        issued=sum(seconds(record.issued_at) for record in sound),
        expires=sum(seconds(record.expires_at) for record in sound),
        always_valid=sum(record.always_valid for record in sound),
        faults=sum(fault.severity is Severity.ERROR for row in rejected for fault in row.faults),
        faulty_rows=sum(row.row for row in rejected),
        repeated=len(repeated),
        repeated_rows=sum(repeated),
        warnings=sum(len(record.warnings) for record in records),
    )
