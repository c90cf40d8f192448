"""``csv.DictReader`` and cattrs, which structures each row into a frozen attrs object."""

from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from attrs import field, frozen, validators
from cattrs import ClassValidationError, Converter, transform_error

from benchmarks.peers import FLAGS, TYPES, Summary, by_row, midnight

__all__ = ["run", "summary"]


class Type(Enum):
    MANUAL = "manual"
    COURSE = "course"
    LEARNING_PLAN = "learning_plan"


@frozen
class Row:
    username: str = field(validator=validators.min_len(1))
    certification_code: str = field(validator=validators.min_len(1))
    certification_issue_date: date
    always_valid: bool
    certification_expire_date: date | None
    type: Type
    code: str

    def __attrs_post_init__(self) -> None:
        if self.always_valid == (self.certification_expire_date is not None):
            raise ValueError("the expire date is missing, or not allowed")
        if (self.type is Type.MANUAL) == bool(self.code):
            raise ValueError("the code is missing, or not allowed")


def day(text: str, _: Any) -> date:
    text = text.strip()
    if len(text) != 10:
        raise ValueError("write the date as YYYY-MM-DD")
    return date.fromisoformat(text)


def day_or_none(text: str, _: Any) -> date | None:
    return day(text, _) if text else None


converter = Converter()
converter.register_structure_hook(str, lambda text, _: text.strip())
converter.register_structure_hook(date, day)
converter.register_structure_hook(date | None, day_or_none)
converter.register_structure_hook(bool, lambda text, _: FLAGS[text.strip().lower()])
converter.register_structure_hook(Type, lambda text, _: Type(TYPES[text.strip().lower()]))


def read(fields: dict[str, str]) -> tuple[Row, datetime, datetime | None]:
    row = converter.structure(fields, Row)
    expire = row.certification_expire_date
    return row, midnight(row.certification_issue_date), midnight(expire) if expire else None


def run(path: Path) -> by_row.Result:
    return by_row.run(path, read, ClassValidationError)


def summary(result: by_row.Result) -> Summary:
    return by_row.summary(result, lambda error: len(transform_error(error)))
