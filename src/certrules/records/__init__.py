"""What records does a CSV file hold, and how do rejected rows go back to whoever wrote it?"""

from certrules.records.batches import Batch, KeyBatch, RejectedRow
from certrules.records.columns import Layout
from certrules.records.faults import shortened
from certrules.records.reading import RecordsFile, open_records
from certrules.records.writing import RejectsWriter

__all__ = [
    "Batch",
    "KeyBatch",
    "Layout",
    "RecordsFile",
    "RejectedRow",
    "RejectsWriter",
    "open_records",
    "shortened",
]
