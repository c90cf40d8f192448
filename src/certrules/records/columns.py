"""Columns: which column of a file holds which field of a record."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import cast

from attrs import frozen

from certrules.errors import RecordsFileError
from certrules.model.awards import ExpiryDay
from certrules.model.records import Fault, FaultCode, RecordField, Severity
from certrules.text import folded

ROW_COLUMN = "certrules_row"
FAULTS_COLUMN = "certrules_faults"
"""The columns that a file of rejected rows adds."""
_COMPARED = 500
"""How many headers are compared when looking for one that is spelled alike."""

Columns = dict[RecordField, int]
"""The place of each field's column, counted from 0."""


def shortened(value: str) -> str:
    r"""Return a value as it is shown in a message: in quotes, on one line, and not too long.

    >>> shortened("ada\nlovelace")
    "'ada\\nlovelace'"
    """
    return repr(value if len(value) <= 60 else value[:59] + "…")


@frozen
class CellFault:
    """A fault of a value, which may stand in many rows."""

    code: FaultCode
    message: str
    severity: Severity = Severity.ERROR

    def at(self, row: int, line: int, column: str | None, value: str) -> Fault:
        """Return the fault of one row."""
        return Fault(self.code, row, line, column, value, self.message, self.severity)


@frozen
class FileLayout:
    """The header of a file as written, the place of each field's column, and the expiry day meant.

    ``expiry_day`` says whether an award is still valid on the day written as its expiry.
    """

    header: tuple[str, ...]
    places: Columns
    expiry_day: ExpiryDay = ExpiryDay.EXCLUSIVE

    def column(self, field: RecordField) -> str | None:
        """Return the name of a field's column; None if the file has no such column."""
        place = self.places.get(field)
        return None if place is None else self.header[place]

    def text(self, fields: Sequence[str], field: RecordField) -> str:
        """Return what a row says in a field, trimmed; empty if it has no such column.

        >>> layout = FileLayout(("#", "username"), {RecordField.USERNAME: 1})
        >>> layout.text(["1", " ada "], RecordField.USERNAME)
        'ada'
        """
        place = self.places.get(field, len(fields))
        return fields[place].strip() if place < len(fields) else ""


def _normal(name: str) -> str:
    return folded(name.strip()).replace(" ", "_").replace("-", "_")


def read_mapping(mapping: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[RecordField, str]:
    """Return which column was named for which field.

    Raises :class:`~certrules.errors.RecordsFileError` for an unknown field, or one that is
    named twice.

    >>> read_mapping([("username", "E-mail")])
    {<RecordField.USERNAME: 'username'>: 'E-mail'}

    Rules: DOC-CSV-13, INT-17.
    """
    named: dict[RecordField, str] = {}
    if isinstance(mapping, Mapping):
        mapping = cast("Mapping[str, str]", mapping).items()
    for name, column in mapping:
        field = _field(name)
        if field in named:
            both = named[field], column
            said = f"{field} is mapped to {' and to '.join(map(shortened, both))}; keep one of them"
            raise RecordsFileError("field_mapped_twice", said, field=str(field), columns=both)
        named[field] = column
    return named


def _field(name: str) -> RecordField:
    fields = {field.value: field for field in RecordField}
    if found := fields.get(_normal(name)):
        return found
    said = f"a record has no field {shortened(name)}{_did_you_mean(name, fields)}"
    message = f"{said}; its fields are {', '.join(fields)}"
    alike = _alike(name, fields)
    raise RecordsFileError("unknown_field", message, field=name, suggestions=alike)


def recognised(header: Sequence[str], named: Mapping[RecordField, str]) -> int:
    """Return how many fields a header names, by their own names or those of a mapping."""
    names = set(map(_normal, header))
    return sum(
        _normal(named[field]) in names if field in named else field.value in names
        for field in RecordField
    )


def map_columns(header: Sequence[str], named: Mapping[RecordField, str]) -> Columns:
    """Return the column of each field: the one named for it, else the one of the same name.

    Case, surrounding blanks, and the difference between blank, hyphen and underscore are
    forgiven. A column named for one field is not taken for another; other columns are ignored.
    Raises :class:`~certrules.errors.RecordsFileError` if a mandatory field has no column, a named
    column is missing or named twice, or two columns have the same name.

    >>> header = ["E-mail", "Certification code", "certification_issue_date", "always_valid"]
    >>> columns = map_columns([*header, "type"], {RecordField.USERNAME: "E-mail"})
    >>> columns[RecordField.USERNAME], columns[RecordField.CERTIFICATION_CODE]
    (0, 1)

    Rules: DOC-CSV-01, DOC-CSV-02, DOC-CSV-13, INT-17.
    """
    places: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        places.setdefault(_normal(name), []).append(place)
    columns = {field: _place(header, places, column) for field, column in named.items()}
    _refuse_shared(header, columns)
    taken = set(columns.values())
    for field in RecordField:
        free = [place for place in places.get(field.value, ()) if place not in taken]
        if field not in columns and free:
            columns[field] = _only(header, free)
    _refuse_missing(header, columns)
    return columns


def _place(header: Sequence[str], places: Mapping[str, list[int]], column: str) -> int:
    found = places.get(_normal(column), [])
    if not found:
        said = f"the file has no column {shortened(column)}{_did_you_mean(column, header)}"
        alike = _alike(column, header)
        raise RecordsFileError("missing_column", said, column=column, suggestions=alike)
    exact = [place for place in found if header[place].strip() == column.strip()]
    return _only(header, exact or found)


def _only(header: Sequence[str], found: Sequence[int]) -> int:
    if len(found) > 1:
        names, numbers = tuple(header[place] for place in found), tuple(each + 1 for each in found)
        shown = ", ".join(map(str, numbers[:10]))
        said = f"columns {shown} go by the same name, {shortened(names[0])}; rename all but one"
        raise RecordsFileError("duplicate_column", said, columns=names, places=numbers)
    return found[0]


def _refuse_shared(header: Sequence[str], columns: Columns) -> None:
    for place in columns.values():
        fields = tuple(str(field) for field in columns if columns[field] == place)
        if len(fields) > 1:
            name, both = header[place], " and to ".join(fields)
            said = f"column {shortened(name)} is mapped to {both}; keep one of them"
            raise RecordsFileError("column_mapped_twice", said, column=name, fields=fields)


def _refuse_missing(header: Sequence[str], columns: Columns) -> None:
    missing = [str(field) for field in RecordField if field.mandatory and field not in columns]
    if missing:
        free = [name for place, name in enumerate(header) if place not in columns.values()]
        names = "; ".join(f"{field}{_did_you_mean(field, free)}" for field in missing)
        raise RecordsFileError(
            "missing_mandatory_columns",
            f"no column for {names}; rename the column, or map the field to it",
            missing=tuple(missing),
            suggestions={field: _alike(field, free) for field in missing},
        )


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    alike = " or ".join(map(shortened, _alike(name, names)))
    return f" (did you mean {alike}?)" if alike else ""


def _alike(name: str, names: Iterable[str]) -> tuple[str, ...]:
    written = {_normal(known[:80]): known for known in islice(names, _COMPARED)}
    close = difflib.get_close_matches(_normal(name[:80]), written, n=3, cutoff=0.5)
    return tuple(written[known] for known in close)
