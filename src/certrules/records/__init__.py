"""Records: the rows of a CSV file as values, and rejected rows as a file to correct."""

from certrules.records.columns import FileLayout, shortened
from certrules.records.reader import Record, RecordsFile, RejectedRow, open_records
from certrules.records.writing import RejectsWriter

__all__ = [
    "FileLayout",
    "Record",
    "RecordsFile",
    "RejectedRow",
    "RejectsWriter",
    "open_records",
    "shortened",
]
