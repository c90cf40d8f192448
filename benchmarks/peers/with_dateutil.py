"""``csv.DictReader``, ``datetime.strptime`` and dateutil's zones, as a plain script has them."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from dateutil import tz

from benchmarks.peers import FLAGS, TYPES, ZONE_NAME, Summary, by_row

__all__ = ["run", "summary"]

HERE = tz.gettz(ZONE_NAME)


class Row(NamedTuple):
    username: str
    certification: str
    always_valid: bool
    type: str
    code: str


class RowError(Exception):
    """Every fault of one row."""


def instant(text: str, faults: list[str]) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d" if len(text) == 10 else "no date")
    except ValueError:
        faults.append(f"{text!r} is no date")
        return None
    return day.replace(tzinfo=HERE).astimezone(tz.UTC)


def read(fields: dict[str, str]) -> tuple[Row, datetime, datetime | None]:
    faults: list[str] = []
    row = {name: value.strip() for name, value in fields.items()}
    expire = row["certification_expire_date"]
    issued_at = instant(row["certification_issue_date"], faults)
    expires_at = instant(expire, faults) if expire else None
    always_valid = FLAGS.get(row["always_valid"].lower())
    type_ = TYPES.get(row["type"].lower())
    if not row["username"] or not row["certification_code"]:
        faults.append("a value is missing")
    if always_valid is None:
        faults.append("always_valid is unreadable")
    elif always_valid == bool(expire):
        faults.append("the expire date is " + ("not allowed" if expire else "missing"))
    if type_ is None:
        faults.append("the type is unknown")
    elif (type_ == "manual") == bool(row["code"]):
        faults.append("the code is " + ("not allowed" if row["code"] else "missing"))
    if faults or issued_at is None:
        raise RowError(*faults)
    made = Row(row["username"], row["certification_code"], always_valid, type_, row["code"])
    return made, issued_at, expires_at


def run(path: Path) -> by_row.Result:
    return by_row.run(path, read, RowError)


def summary(result: by_row.Result) -> Summary:
    return by_row.summary(result, lambda error: len(error.args))
