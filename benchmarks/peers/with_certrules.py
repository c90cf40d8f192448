"""certrules, as a host uses it that wants columns, or objects."""

from pathlib import Path

from benchmarks.peers import ZONE, Summary, seconds
from certrules.model.records import Record, Severity
from certrules.records import open_records
from certrules.workflows.columns import RecordColumns, read_columns

__all__ = ["records", "run", "summary"]


def run(path: Path) -> RecordColumns:
    with open_records(path, zone=ZONE) as file:
        return read_columns(file)


def records(path: Path) -> list[Record]:
    with open_records(path, zone=ZONE) as file:
        return [record for batch in file.batches(rows=256) for record in batch.records()]


def summary(result: RecordColumns) -> Summary:
    repeated = {row for rows in result.repeats.values() for row in rows}
    faulty = {row.row for row in result.rejected}
    return Summary(
        sound=len(result),
        issued=sum(map(seconds, result.issued_at)),
        expires=sum(map(seconds, result.expires_at)),
        always_valid=sum(result.always_valid),
        faults=sum(
            fault.severity is Severity.ERROR for row in result.rejected for fault in row.faults
        ),
        faulty_rows=sum(faulty),
        repeated=len(repeated),
        repeated_rows=sum(repeated),
        warnings=len(result.warnings),
    )
