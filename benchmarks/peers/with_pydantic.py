"""``csv.DictReader`` and one pydantic model a row."""

from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)

from benchmarks.peers import FLAGS, TYPES, Summary, by_row, midnight

__all__ = ["run", "summary"]


class Type(Enum):
    MANUAL = "manual"
    COURSE = "course"
    LEARNING_PLAN = "learning_plan"


def written(text: str) -> str:
    text = text.strip()
    if len(text) != 10 or text[4] != "-":  # pydantic would take seconds since 1970, too
        raise ValueError("write the date as YYYY-MM-DD")
    return text


def written_or_empty(text: str) -> str | None:
    return written(text) if text else None


Name = Annotated[str, StringConstraints(min_length=1)]
Day = Annotated[date, BeforeValidator(written)]
DayOrNone = Annotated[date | None, BeforeValidator(written_or_empty)]
Flag = Annotated[bool, BeforeValidator(lambda text: FLAGS.get(text.strip().lower()))]
Kind = Annotated[Type, BeforeValidator(lambda text: TYPES.get(text.strip().lower()))]


class Row(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    username: Name
    certification_code: Name
    certification_issue_date: Day
    always_valid: Flag
    certification_expire_date: DayOrNone
    type: Kind
    code: str

    @model_validator(mode="after")
    def agree(self) -> Self:
        if self.always_valid == (self.certification_expire_date is not None):
            raise ValueError("the expire date is missing, or not allowed")
        if (self.type is Type.MANUAL) == bool(self.code):
            raise ValueError("the code is missing, or not allowed")
        return self


def read(fields: dict[str, str]) -> tuple[Row, datetime, datetime | None]:
    row = Row.model_validate(fields)
    expire = row.certification_expire_date
    return row, midnight(row.certification_issue_date), midnight(expire) if expire else None


def run(path: Path) -> by_row.Result:
    return by_row.run(path, read, ValidationError)


def summary(result: by_row.Result) -> Summary:
    return by_row.summary(result, ValidationError.error_count)
