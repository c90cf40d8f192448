"""polars, as one lazy query over the file."""

from pathlib import Path
from typing import NamedTuple

import polars as pl
from polars import col

from benchmarks.peers import FLAGS, TYPES, ZONE_NAME, Summary

__all__ = ["run", "summary"]

KEY = ("user", "certification_code")


class Result(NamedTuple):
    rows: pl.DataFrame
    faults: pl.DataFrame
    warnings: pl.Series
    repeated: pl.Series


def day(name: str) -> pl.Expr:
    exact = pl.when(col(name).str.len_bytes() == 10).then(col(name))
    return exact.str.to_date("%Y-%m-%d", strict=False)


def midnight(name: str) -> pl.Expr:
    here = col(name).cast(pl.Datetime("us")).dt.replace_time_zone(ZONE_NAME, ambiguous="earliest")
    return here.dt.convert_time_zone("UTC")


def run(path: Path) -> Result:
    empty, coded = col("certification_expire_date") == "", col("code") != ""
    named = (col("username") != "") & (col("certification_code") != "")
    faults = {
        "a value is missing": ~named,
        "the issue date is unreadable": col("issued").is_null(),
        "always_valid is unreadable": col("always").is_null(),
        "the expire date is unreadable": ~empty & col("expires").is_null(),
        "the expire date is missing": empty & ~col("always"),
        "the expire date is not allowed": ~empty & col("always"),
        "the type is unknown": col("kind").is_null(),
        "the code is missing": ~coded & (col("kind") != "manual"),
        "the code is not allowed": coded & (col("kind") == "manual"),
    }
    rows = (
        pl.scan_csv(path, infer_schema=False, empty_string_is_null=False)
        .with_columns(pl.all().str.strip_chars())
        .with_row_index("row", offset=1)
        .with_columns(
            user=col("username").str.to_lowercase(),
            issued=day("certification_issue_date"),
            expires=day("certification_expire_date"),
            always=col("always_valid")
            .str.to_lowercase()
            .replace_strict(FLAGS, default=None, return_dtype=pl.Boolean),
            kind=col("type").str.to_lowercase().replace_strict(TYPES, default=None),
        )
        .with_columns(**{name: fault.fill_null(value=False) for name, fault in faults.items()})
        .with_columns(
            faulty=pl.any_horizontal(*faults),
            repeated=pl.struct(KEY).is_duplicated() & named,
        )
        .collect()
    )
    made = rows.filter(~col("faulty") & ~col("repeated")).select(
        "username",
        "certification_code",
        "code",
        "kind",
        "always",
        issued_at=midnight("issued"),
        expires_at=midnight("expires"),
    )
    return Result(
        made,
        rows.filter("faulty").select("row", *faults),
        rows.filter(~col("faulty") & (col("expires") < col("issued")))["row"],
        rows.filter("repeated")["row"],
    )


def summary(result: Result) -> Summary:
    return Summary(
        sound=len(result.rows),
        issued=int(result.rows["issued_at"].dt.epoch("s").sum()),
        expires=int(result.rows["expires_at"].dt.epoch("s").sum()),
        always_valid=int(result.rows["always"].sum()),
        faults=int(result.faults.drop("row").sum().sum_horizontal().item()),
        faulty_rows=int(result.faults["row"].cast(pl.Int64).sum()),
        repeated=len(result.repeated),
        repeated_rows=int(result.repeated.cast(pl.Int64).sum()),
        warnings=len(result.warnings),
    )
