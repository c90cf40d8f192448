"""Files of records for tests, in memory."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from certrules.errors import RecordsFileError
from certrules.model.records import Fault, FaultCode
from certrules.records import Record, RecordsFile, RejectedRow, open_records

__all__ = [
    "FIELDS",
    "HEADER",
    "error_of",
    "exhaust",
    "fault_of",
    "faults_of",
    "opened",
    "read",
    "record",
    "rejected",
    "text_of",
]

FIELDS = (
    "username",
    "certification_code",
    "certification_issue_date",
    "always_valid",
    "certification_expire_date",
    "type",
    "code",
)
HEADER = ",".join(FIELDS)


def text_of(*rows: str, header: str = HEADER) -> str:
    return "".join(f"{line}\n" for line in (header, *rows))


def opened(content: str | bytes, **options: Any) -> RecordsFile:
    data = content.encode() if isinstance(content, str) else content
    return open_records(BytesIO(data), **{"zone": "UTC", **options})


def read(*rows: str, **options: Any) -> list[Record | RejectedRow]:
    return list(opened(text_of(*rows), **options).records())


def rejected(*rows: str, **options: Any) -> list[RejectedRow]:
    return [row for row in read(*rows, **options) if isinstance(row, RejectedRow)]


def record(row: str, **options: Any) -> Record:
    """The one row, which must be a record."""
    (found,) = read(row, **options)
    assert isinstance(found, Record)
    return found


def faults_of(*rows: str, **options: Any) -> list[Fault]:
    """Every fault, warnings included, in file order."""
    return [
        fault
        for row in read(*rows, **options)
        for fault in (row.warnings if isinstance(row, Record) else row.faults)
    ]


def fault_of(row: str, code: FaultCode, **options: Any) -> Fault:
    """The one fault of a row, which must have this code."""
    (fault,) = faults_of(row, **options)
    assert fault.code is code
    return fault


def error_of(content: str | bytes, **options: Any) -> RecordsFileError:
    """What is wrong with a file as a whole, whether opening it tells or reading it."""
    try:
        with opened(content, **options) as file:
            exhaust(file.records())
    except RecordsFileError as error:
        return error
    raise AssertionError("the file was read")


def exhaust(things: Iterable[object]) -> None:
    for _ in things:
        pass
