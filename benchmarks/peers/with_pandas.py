"""pandas, with its default reader and strings."""

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from benchmarks.peers import FLAGS, TYPES, ZONE_NAME, Summary

__all__ = ["run", "summary"]

EPOCH = pd.Timestamp(0, tz="UTC")


class Result(NamedTuple):
    rows: pd.DataFrame
    faults: pd.DataFrame
    warnings: Any
    repeated: Any


def days(text: pd.Series) -> pd.Series:
    return pd.to_datetime(text.where(text.str.len() == 10), format="%Y-%m-%d", errors="coerce")


def midnights(day: pd.Series) -> pd.Series:
    here = day.dt.tz_localize(ZONE_NAME, ambiguous="NaT", nonexistent="shift_forward")
    return here.dt.tz_convert("UTC")


def run(path: Path) -> Result:
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
    rows.index += 1
    for name in rows.columns:
        rows[name] = rows[name].str.strip()
    issue, expire = rows["certification_issue_date"], rows["certification_expire_date"]
    issued, expires = days(issue), days(expire)
    always_valid = rows["always_valid"].str.lower().map(FLAGS)
    type_ = rows["type"].str.lower().map(TYPES)
    empty = expire == ""
    coded = rows["code"] != ""
    named = (rows["username"] != "") & (rows["certification_code"] != "")
    faults = pd.DataFrame(
        {
            "a value is missing": ~named,
            "the issue date is unreadable": issued.isna(),
            "always_valid is unreadable": always_valid.isna(),
            "the expire date is unreadable": ~empty & expires.isna(),
            "the expire date is missing": empty & always_valid.eq(False),  # noqa: FBT003
            "the expire date is not allowed": ~empty & always_valid.eq(True),  # noqa: FBT003
            "the type is unknown": type_.isna(),
            "the code is missing": ~coded & type_.isin(["course", "learning_plan"]),
            "the code is not allowed": coded & type_.eq("manual"),
        }
    )
    key = pd.DataFrame({"user": rows["username"].str.casefold(), "of": rows["certification_code"]})
    repeated = key[named].duplicated(keep=False).reindex(rows.index, fill_value=False)
    faulty = faults.any(axis=1)
    sound = ~(faulty | repeated)
    made = rows.loc[sound, ["username", "certification_code", "code"]].assign(
        issued_at=midnights(issued[sound]),
        expires_at=midnights(expires[sound]),
        always_valid=always_valid[sound].astype(bool),
        type=type_[sound],
    )
    warnings = rows.index[~faulty & (expires < issued)]
    return Result(made, faults[faulty], warnings, rows.index[repeated])


def _seconds(instants: pd.Series) -> int:
    return int(((instants.dropna() - EPOCH) // pd.Timedelta(seconds=1)).sum())


def summary(result: Result) -> Summary:
    return Summary(
        sound=len(result.rows),
        issued=_seconds(result.rows["issued_at"]),
        expires=_seconds(result.rows["expires_at"]),
        always_valid=int(result.rows["always_valid"].sum()),
        faults=int(result.faults.to_numpy().sum()),
        faulty_rows=int(result.faults.index.to_numpy().sum()),
        repeated=len(result.repeated),
        repeated_rows=int(result.repeated.to_numpy().sum()),
        warnings=len(result.warnings),
    )
